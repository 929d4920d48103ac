"""People who work a queue through their real window, by keyboard, as fast as it lets them.

They look at what the window shows and strike keys; what they do goes the way of a person's doing.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from random import Random

from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from contract.codes import Outcome, RequestType
from contract.repeats import OrderState
from reception.desk.desk import Desk
from reception.desk.repeat_orders import Order
from reception.records import Request
from reception.signed_in import SignedIn
from reception.ui.desk_page import DeskPage
from reception.ui.page import Page
from reception.ui.prescriptions_page import PrescriptionsPage
from reception.widgets.queue_words import OUTCOMES

LOOK_S = 0.01
PATIENCE_S = 20.0
"""How long a robot waits for its window before it goes on to something else."""
ASIDE_S = 3.0
"""What could not be done now is looked at again after so long."""
_KEY_OF = {outcome: key for key, outcome, _ in OUTCOMES}


class Robot:
    """One person at one window.

    Args:
        signed_in: who, with their desk and window.
        chance: what they decide where either would do.

    Attributes:
        done: references of what it has dealt with, each once for every time it did.
        stuck: what it could not do, in words.
    """

    def __init__(self, signed_in: SignedIn, chance: Random) -> None:
        self.window, self.desk = signed_in.window, signed_in.desk
        self._chance = chance
        self._aside: dict[str, float] = {}
        self.done: list[str] = []
        self.stuck: list[str] = []

    async def work(self, stop: asyncio.Event) -> None:
        """Work until told to stop; the act that is under way is ended."""
        while not stop.is_set():
            self.acknowledge()
            if not await self.step():
                await asyncio.sleep(5 * LOOK_S)

    async def step(self) -> bool:
        """Do one thing; False where there was nothing to do."""
        raise NotImplementedError

    def acknowledge(self) -> None:
        """See to what rings, where that is this person's to do."""
        if self.desk.alarm.may_acknowledge and self.desk.alarm.ringing:
            self.strike("Ctrl+E")

    # Hands and eyes

    def strike(self, *keys: str) -> None:
        """Strike keys by name where the keyboard of this window is."""
        self.window.activateWindow()
        for name in keys:
            combination = QKeySequence.fromString(name)[0]  # type: ignore[index] # it is, in fact
            target = self.window.focusWidget() or self.window
            QTest.keyClick(target, combination.key(), combination.keyboardModifiers())

    def letter(self, text: str) -> None:
        """Strike a key that stands for a letter or a digit."""
        self.window.activateWindow()
        QTest.keyClicks(self.window.focusWidget() or self.window, text)

    def page(self, kind: type[Page]) -> Page:
        """Bring a page to the front by its key."""
        number = next(n for n, page in enumerate(self.window.pages, 1) if isinstance(page, kind))
        if self.window.stack.currentWidget() is not self.window.pages[number - 1]:
            self.strike(f"Ctrl+{number}")
        return self.window.pages[number - 1]

    async def until(self, condition: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
        """Wait for the window; whether it came to that."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not condition():
            if loop.time() > end:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    def put_aside(self, key: str, why: str = "") -> None:
        """Look at *key* again later."""
        self._aside[key] = asyncio.get_running_loop().time() + ASIDE_S
        if why:
            self.stuck.append(f"{key}: {why}")

    def is_aside(self, key: str) -> bool:
        """Whether *key* is left alone for now."""
        return self._aside.get(key, 0.0) > asyncio.get_running_loop().time()


class Receptionist(Robot):
    """Works the queue of the desk from the top, and hands repeat orders to the prescriber."""

    def __init__(self, signed_in: SignedIn, chance: Random, *, hands_on_orders: bool) -> None:
        super().__init__(signed_in, chance)
        self._hands_on_orders = hands_on_orders

    async def step(self) -> bool:
        """The next request that nobody has, or an order."""
        if self._hands_on_orders and self._chance.random() < 0.3 and await self._order():
            return True
        request = self._next()
        return request is not None and await self._deal_with(request)

    @property
    def _desk_page(self) -> DeskPage:
        page = self.page(DeskPage)
        assert isinstance(page, DeskPage)
        return page

    def _next(self) -> Request | None:
        page = self._desk_page
        if page.panel.request is not None:
            self.strike("Esc")
        self._to_list(page.queue.view)
        if page.queue.model.held_back.new:
            self.letter(".")
        model, desk = page.queue.model, self.desk
        for request_id in model.ids:
            request = desk.requests.get(request_id)
            if request is None or request.is_repeat or not request.waits_for_us:
                continue
            somebodys = request.owner.startswith("Practitioner/")
            if somebodys and request.owner != desk.me.reference:
                continue  # a colleague has it open, or it was handed to one
            if not self.is_aside(request_id):
                return request
        return None

    def _to_list(self, view: QWidget) -> None:
        for _ in range(4):
            if view.hasFocus():
                return
            self.strike("Esc")
        view.setFocus()

    async def _deal_with(self, request: Request) -> bool:
        page = self._desk_page
        view, panel = page.queue.view, page.panel
        at, target = view.currentIndex().row(), page.queue.model.row_of(request.id)
        for _ in range(abs(target - max(at, 0))):
            self.letter("j" if target > at else "k")
        if view.current_id != request.id:
            self.put_aside(request.id)
            return True
        self.strike("Return")

        def is_ready() -> bool:
            held = panel.request
            if held is None or held.id != request.id or panel.banner.isVisible():
                return True
            if held.owner.startswith("Practitioner/") and held.owner != self.desk.me.reference:
                return True
            mine = held.owner == self.desk.me.reference
            return mine and (held.is_unmatched or panel.patient is not None)

        await self.until(is_ready)
        held = panel.request
        if held is None or held.id != request.id or held.owner != self.desk.me.reference:
            self.put_aside(request.id)  # a colleague was quicker
            return True
        self._come_back(page)
        if held.is_unmatched:
            self._reject()
        elif self._books(held):
            if not await self._book(page):
                self._end(self._outcome(held))
        else:
            self._end(self._outcome(held))
        await self._see_it_through(page, request)
        return True

    async def _see_it_through(self, page: DeskPage, request: Request) -> None:
        """Words to read before they go, another booking that day: Enter, or keep both."""
        panel = page.panel

        def is_over() -> bool:
            known = self.desk.requests.newest(request.id)
            gone = panel.request is None or panel.request.id != request.id
            return gone and (known is None or not known.is_open or not known.waits_for_us)

        for _ in range(6):
            self._come_back(page)
            if not await self.until(
                lambda: is_over() or self._asks(page) or self._waits(page, request),
                PATIENCE_S / 12,
            ):
                if panel.tool is panel.fits and panel.fits.slot_ids:
                    panel.fits.setFocus()
                    self.strike("Return")
            else:
                if is_over():
                    self.done.append(request.reference)
                    return
                if self._waits(page, request):
                    page.mail.waiting.send_now()  # nobody thinks better of it within 20 seconds
                    continue
                self.strike("Return")
        sentence = panel.banner.sentence if panel.banner.isVisible() else "it did not end"
        self.put_aside(request.id, sentence)

    def _come_back(self, page: DeskPage) -> None:
        """Bring the keyboard to the page if another act has taken it along."""
        focus = self.window.focusWidget()
        if focus is None or not page.isAncestorOf(focus):
            page.came_to_front()

    def _waits(self, page: DeskPage, request: Request) -> bool:
        return any(out.request_id == request.id for out in page.mail.waiting.waiting)

    def _asks(self, page: DeskPage) -> bool:
        tool = page.panel.tool
        waits = tool is not None and tool not in (page.panel.outcome, page.panel.fits)
        return waits or page.panel.clashes.isVisible()

    def _books(self, request: Request) -> bool:
        if request.type_code == RequestType.APPOINTMENT:
            return True
        return request.type_code == RequestType.CONSULTATION and self._chance.random() < 0.3

    async def _book(self, page: DeskPage) -> bool:
        """The best slot, if one suits; False where nothing does."""
        self.letter("b")
        fits = page.panel.fits
        await self.until(lambda: not fits.is_waiting)
        if not fits.slot_ids:
            self.strike("Esc")
            return False
        self.strike("Return")
        return True

    def _end(self, outcome: Outcome) -> None:
        self.letter("e")
        self.letter(_KEY_OF[outcome].lower())

    def _outcome(self, request: Request) -> Outcome:
        if request.is_emergency:
            return Outcome.EMERGENCY_SERVICES
        if request.type_code in (RequestType.ADMIN, RequestType.RECORDS_ACCESS):
            return Outcome.ADMIN_ANSWERED
        clinical = (Outcome.ADVICE, Outcome.PHARMACY, Outcome.SELF_CARE, Outcome.FIT_NOTE)
        return self._chance.choice(clinical)

    def _reject(self) -> None:
        """Not on the list: the first reason, in the words that stand there."""
        self.strike("Esc")
        self.letter("x")
        self.strike("Space", "Ctrl+Return")

    async def _order(self) -> bool:
        """Hand the first order that nobody has looked at to the prescriber, whole."""
        page = self.page(PrescriptionsPage)
        assert isinstance(page, PrescriptionsPage)
        fresh = (OrderState.REQUESTED, OrderState.BACK)
        key = first_order(self, page, lambda order: order.state in fresh)
        if not key or not walk_to_order(self, page, key):
            return False
        self.letter("d")
        if await self.until(lambda: _state(self.desk, key) not in fresh):
            self.done.append(f"handed on {key}")
        else:
            self.put_aside(key, page.page_banner.sentence)
        self.strike("Esc")
        return True


class Prescriber(Receptionist):
    """Signs what was handed to them, item by item, and clears the queue in between."""

    def __init__(self, signed_in: SignedIn, chance: Random) -> None:
        super().__init__(signed_in, chance, hands_on_orders=False)

    async def step(self) -> bool:
        """An order to sign, else a request."""
        return await self._sign() or await super().step()

    async def _sign(self) -> bool:
        page = self.page(PrescriptionsPage)
        assert isinstance(page, PrescriptionsPage)
        key = first_order(self, page, lambda order: order.state is OrderState.WITH_PRESCRIBER)
        if not key or not walk_to_order(self, page, key):
            return False
        self.strike("Return")
        await self.until(lambda: page.order is not None and page.order.key == key)
        order = self.desk.orders.get(key)
        if order is None or not await self.until(lambda: self._is_known(key)):
            self.put_aside(key, "its medicines did not come")
            return True
        for item in order.open_items:
            if item.care is None and self._stands_on(page, item.id):
                self.letter("a")
                await self.until(partial(self.desk.signing.is_confirmed, item.id), 2.0)
        if not self.desk.signing.seals:
            self.put_aside(key)  # each of its items is to be signed by itself
            self.strike("Esc")
            return True
        signed = [seal.item.request.reference for seal in self.desk.signing.seals]
        self.strike("Ctrl+Return", "Ctrl+Return")
        if await self.until(lambda: not self.desk.signing.seals):
            self.done += signed
        else:
            self.put_aside(key, page.page_banner.sentence)
            self.desk.signing.clear()
        self.strike("Esc")
        self.put_aside(key)
        return True

    def _is_known(self, key: str) -> bool:
        order = self.desk.orders.get(key)
        known = order is not None and self.desk.patients.get(order.patient_id) is not None
        return known and order is not None and all(i.plan is not None for i in order.open_items)

    def _stands_on(self, page: PrescriptionsPage, item_id: str) -> bool:
        for key in ("Home", *["Down"] * 12):
            self.strike(key)
            item = page.panel.item
            if item is not None and item.id == item_id:
                return True
        return False


def first_order(robot: Robot, page: PrescriptionsPage, wanted: Callable[[Order], bool]) -> str:
    """The first order of the list that is *wanted* and not put aside; its key, or nothing."""
    robot.letter(".")
    orders = ((key, robot.desk.orders.get(key)) for key in page.orders.model.keys)
    fitting = (k for k, o in orders if o is not None and wanted(o) and not robot.is_aside(k))
    return next(fitting, "")


def walk_to_order(robot: Robot, page: PrescriptionsPage, key: str) -> bool:
    """Bring the keyboard to an order of the list, step by step."""
    view = page.orders.view
    view.setFocus()
    at, target = max(view.currentIndex().row(), 0), page.orders.model.row_of(key)
    for _ in range(abs(target - at)):
        robot.letter("j" if target > at else "k")
    return view.current_key == key


def _state(desk: Desk, key: str) -> OrderState | None:
    order = desk.orders.get(key)
    return order.state if order is not None else None
