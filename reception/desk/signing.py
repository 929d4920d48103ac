"""Signing: each item is confirmed by itself, and only what was confirmed is issued.

A confirmation holds for what was on the screen. Whatever changes about the item, its medicine or
its patient makes it void, and it has to be looked at again.

Source: domain words 5 (hazard 20); docs/contract.md 7.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from contract.codes import RepeatState
from contract.moves import repeat_may_move
from contract.special_items import WORDS as CARE_WORDS
from reception.desk.problems import NotPossible
from reception.desk.repeat_orders import Item, RepeatOrders
from reception.desk.repeats import NO_RIGHT, Repeats, Signed
from reception.desk.repeats import WORDS as STATE_WORDS
from reception.desk.stores import Stores
from reception.records import Patient


@dataclass(frozen=True)
class Seal:
    """One confirmation: the item and the patient as they stood when it was given."""

    item: Item
    patient: Patient

    @property
    def words(self) -> str:
        """What was confirmed, as it is read aloud."""
        plan = self.item.plan
        more = f", {plan.quantity}" if plan is not None and plan.quantity else ""
        return f"{self.item.name}{more}"

    def holds_for(self, item: Item | None, patient: Patient | None) -> bool:
        """Whether nothing of it has changed."""
        before = self.item
        if item is None or patient is None or item.plan is None or before.plan is None:
            return False
        return (
            item.request.version == before.request.version
            and item.plan.version == before.plan.version
            and item.supply == before.supply
            and patient.version == self.patient.version
        )


class Signing(QObject):
    """The items that a prescriber has confirmed and not yet signed."""

    changed = Signal()
    """Other items are confirmed, or none."""
    voided = Signal(str)
    """A confirmation does not hold any more; a sentence says which and why."""

    def __init__(
        self,
        stores: Stores,
        orders: RepeatOrders,
        repeats: Repeats,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._stores, self._orders, self._repeats = stores, orders, repeats
        self._seals: dict[str, Seal] = {}
        self._is_signing = False
        orders.changed.connect(self._on_orders_changed)
        orders.reset.connect(self._check)
        stores.patients.changed.connect(self._on_patient_changed)

    @property
    def seals(self) -> tuple[Seal, ...]:
        """What is confirmed, in the order in which it was."""
        return tuple(self._seals.values())

    @property
    def is_signing(self) -> bool:
        """Whether what was confirmed is on its way."""
        return self._is_signing

    def is_confirmed(self, item_id: str) -> bool:
        """Whether that item is confirmed."""
        return item_id in self._seals

    def confirm(self, item: Item) -> None:
        """Confirm *item*, as it is shown.

        Raises:
            NotPossible: with why not.
        """
        if not self._repeats.may_approve:
            raise NotPossible(NO_RIGHT)
        patient = self._stores.patients.get(item.request.patient_id)
        if item.plan is None or item.supply is None or patient is None:
            raise NotPossible(f"{item.name} is still loading. Try again in a moment.")
        if not item.plan.is_issuable:
            raise NotPossible(f"{item.name} is no longer on repeat.")
        if not repeat_may_move(item.state, RepeatState.APPROVED) or not item.is_open:
            raise NotPossible(f"{item.name} is {STATE_WORDS[item.state]}.")
        others = [seal for key, seal in self._seals.items() if key != item.id]
        if item.care is not None and others:
            raise NotPossible(
                f"{item.name} ({CARE_WORDS[item.care]}) is signed by itself: "
                "sign or drop what is confirmed first."
            )
        alone = next((seal for seal in others if seal.item.care is not None), None)
        if alone is not None:
            raise NotPossible(f"{alone.item.name} is signed by itself: sign or drop it first.")
        self._seals[item.id] = Seal(item, patient)
        self.changed.emit()

    def drop(self, item_id: str) -> None:
        """Take that confirmation back."""
        if self._seals.pop(item_id, None) is not None:
            self.changed.emit()

    def clear(self) -> None:
        """Take every confirmation back."""
        if self._seals:
            self._seals.clear()
            self.changed.emit()

    async def sign(self) -> list[Signed]:
        """Issue what is confirmed; for each item what came of it.

        What could not be issued is not confirmed any more either.
        """
        if self._is_signing:
            raise NotPossible("It is being signed already.")
        self._check()
        if not self._seals:
            raise NotPossible("Nothing is confirmed. Confirm each item by its name and strength.")
        sealed = [seal.item for seal in self._seals.values()]
        for item in sealed:
            if not self._orders.is_known(item.request.patient_id):
                raise NotPossible(f"{item.name} is still loading. Try again in a moment.")
        self._is_signing = True
        try:
            return await self._repeats.sign(sealed)
        finally:
            self._is_signing = False
            for item in sealed:
                self._seals.pop(item.id, None)
            self.changed.emit()

    @Slot(object)
    def _on_orders_changed(self, _keys: object) -> None:
        self._check()

    @Slot(object, object)
    def _on_patient_changed(self, _before: object, _after: object) -> None:
        self._check()

    @Slot()
    def _check(self) -> None:
        if self._is_signing:
            return  # what is on its way has its versions with it
        void = []
        for item_id, seal in self._seals.items():
            request = self._stores.requests.get(item_id)
            item = self._orders.item(request) if request is not None else None
            patient = self._stores.patients.get(seal.patient.id)
            if item is not None and item.supply is None and seal.item.supply is not None:
                continue  # it is being loaded again: the answer decides
            if not seal.holds_for(item, patient):
                void.append(seal)
        for seal in void:
            del self._seals[seal.item.id]
        if void:
            self.changed.emit()
        for seal in void:
            self.voided.emit(
                f"{seal.item.name} for {seal.patient.name} has changed since you confirmed it: "
                "look at it again."
            )
