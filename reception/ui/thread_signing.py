"""Signing one item from its card: confirmed as it was read, then signed, and nothing else."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from reception.desk.desk import Desk
from reception.desk.problems import NotPossible
from reception.desk.repeat_orders import Item
from reception.records import Patient, Request
from reception.widgets.sign_tool import SignTool

Act = Callable[[Coroutine[Any, Any, object], str], None]


class ThreadSigning(QObject):
    """Joins the tool that shows one item with the desk's signing.

    Args:
        desk: what signs.
        tool: what shows the item.
        act: runs a verb that ends the request of an id, and says what it meets.
        parent: the Qt parent.
    """

    told = Signal(str)
    """Something to say above the conversation."""

    def __init__(self, desk: Desk, tool: SignTool, act: Act, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._tool, self._act = desk, tool, act
        self._request: Request | None = None
        self._patient: Patient | None = None
        tool.confirm_requested.connect(self._on_confirm)
        tool.sign_requested.connect(self._on_sign)
        desk.signing.voided.connect(self._on_voided)

    def ask(self, request: Request, patient: Patient | None) -> None:
        """Show the item that *request* is, not confirmed yet."""
        self._request, self._patient = request, patient
        self._tool.ask(self._desk.orders.item(request), patient)

    def put_away(self) -> None:
        """What is out of sight is not confirmed any more."""
        if self._request is not None and not self._desk.signing.is_signing:
            self._desk.signing.drop(self._request.id)

    @Slot(object)
    def _on_confirm(self, item: Item) -> None:
        request, signing = self._request, self._desk.signing
        if request is None or item.id != request.id:
            return
        if any(seal.item.id != item.id for seal in signing.seals):
            self.told.emit("Other items are confirmed: sign or drop those first.")
            return
        newest = self._desk.requests.get(request.id) or request
        fresh = self._desk.orders.item(newest)
        if newest.version != item.request.version or fresh.plan != item.plan:
            self.ask(newest, self._patient)
            self.told.emit("It has changed since it was shown: read it again.")
            return
        try:
            signing.confirm(fresh)
        except NotPossible as why:
            self.told.emit(why.sentence)
        else:
            self._tool.confirmed()

    @Slot()
    def _on_sign(self) -> None:
        request = self._request
        if request is not None and self._desk.signing.is_confirmed(request.id):
            self._act(self._sign(request), request.id)

    async def _sign(self, request: Request) -> None:
        for signed in await self._desk.signing.sign():
            if signed.item_id == request.id and signed.problem is not None:
                raise signed.problem

    @Slot(str)
    def _on_voided(self, sentence: str) -> None:
        if self._request is not None and not self._tool.isHidden():
            self.ask(self._desk.requests.get(self._request.id) or self._request, self._patient)
            self.told.emit(sentence)
