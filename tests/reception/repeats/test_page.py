"""The Prescriptions page at real desks: list, lanes, keys, confirming, signing, asking."""

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from contract.codes import RepeatState, Role
from contract.repeats import OrderState
from reception.desk.desk import Desk
from reception.desk.repeat_orders import Order
from reception.ui.desk_page import DeskPage
from reception.ui.prescriptions_page import PrescriptionsPage
from reception.ui.tasks import Tasks
from reception.widgets.look import Look
from reception.widgets.order_words import OrderLane, OrderSort
from reception.widgets.palette import Scheme
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks
from tests.reception.repeats.orders import Counter


class Counterdesk:
    """Pages of a receptionist and of a prescriber, each shown when it is used."""

    def __init__(
        self, desks: Desks, finish: Finish, until: Until, counter: Counter, qtbot: QtBot
    ) -> None:
        self.desks, self.finish, self.until = desks, finish, until
        self.counter, self.qtbot = counter, qtbot
        self.look = Look(Scheme.LIGHT)
        self.pages: list[PrescriptionsPage] = []

    def open(self, role: Role) -> PrescriptionsPage:
        desk: Desk = self.finish(self.desks.open(role))
        page = PrescriptionsPage(desk, self.look)
        page.resize(1500, 900)
        with self.qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        page.orders.show_lane(OrderLane.ALL)
        page.came_to_front()
        self.pages.append(page)
        return page

    def order(self, page: PrescriptionsPage, items: int = 2, note: str = "") -> Order:
        """A fresh order, known with its supply, let into the list of *page*."""
        key = self.counter.order(items, note=note)
        desk = page._desk

        def known() -> bool:
            order = desk.orders.get(key)
            return (
                order is not None
                and len(order.items) == items
                and all(item.supply is not None for item in order.items)
                and order.patient_id in desk.patients
            )

        self.until(known, 30.0)
        page.orders.admit()
        return self.at(page, key)

    def at(self, page: PrescriptionsPage, key: str) -> Order:
        order = page._desk.orders.get(key)
        assert order is not None
        return order

    def mark(self, page: PrescriptionsPage, key: str) -> None:
        """Stand on that order in the list, by keyboard: filter, then Down."""
        press("/")
        QTest.keyClicks(focus(), key.partition("/")[0])
        press(Qt.Key.Key_Down)
        assert page.orders.view.current_key == key

    def idle(self, page: PrescriptionsPage) -> None:
        self.until(lambda: page._tasks.running == 0)


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the keyboard"
    return widget


def press(*keys: object, ctrl: bool = False, shift: bool = False) -> None:
    held = Qt.KeyboardModifier.NoModifier
    if ctrl:
        held |= Qt.KeyboardModifier.ControlModifier
    if shift:
        held |= Qt.KeyboardModifier.ShiftModifier
    for key in keys:
        QTest.keyClick(focus(), key, held)  # type: ignore[call-overload]


@pytest.fixture
def counterdesk(
    desks: Desks,
    finish: Finish,
    until: Until,
    counter: Counter,
    qtbot: QtBot,
    loop: asyncio.AbstractEventLoop,
) -> Iterator[Counterdesk]:
    made = Counterdesk(desks, finish, until, counter, qtbot)
    yield made
    for page in made.pages:
        page._tasks.cancel_all()
        finish(page._tasks.drained())
        page.close()
        page.deleteLater()


def test_reception_works_an_order_by_keys_alone(counterdesk: Counterdesk) -> None:
    page = counterdesk.open(Role.RECEPTIONIST)
    QAbstractItemModelTester(
        page.orders.model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    order = counterdesk.order(page)
    counterdesk.mark(page, order.key)
    press(Qt.Key.Key_Return)
    assert page.order is not None
    assert page.order.key == order.key
    assert page.panel.items.hasFocus()
    press("a")
    assert "prescribers have it" in page.page_banner.sentence
    press("p")
    counterdesk.idle(page)
    first = counterdesk.at(page, order.key).items[0]
    assert first.state is RepeatState.WITH_PHARMACY
    press("d", shift=True)
    counterdesk.idle(page)
    assert counterdesk.at(page, order.key).state is OrderState.WITH_PRESCRIBER
    press("x")
    press("3")
    assert page.panel.reject.text.toPlainText().startswith("You have ordered this already")
    said = page.panel.reject.preview.text()
    press(Qt.Key.Key_Return, ctrl=True)
    counterdesk.idle(page)
    item = counterdesk.at(page, order.key).items[0]
    assert item.state is RepeatState.REJECTED
    assert f"“{item.words}”" in said
    press("j", "q")
    QTest.keyClicks(focus(), "Which strength do you take?")
    press(Qt.Key.Key_Return, ctrl=True)
    counterdesk.idle(page)
    assert counterdesk.at(page, order.key).items[1].state is RepeatState.QUERY
    assert page.panel.conversation.isVisible()
    press(Qt.Key.Key_Escape)
    assert page.orders.view.hasFocus()


def test_a_prescriber_confirms_each_item_and_signs_two_orders(counterdesk: Counterdesk) -> None:
    page = counterdesk.open(Role.PRESCRIBER)
    orders = [counterdesk.order(page, 2), counterdesk.order(page, 1)]
    for order in orders:
        counterdesk.mark(page, order.key)
        press(Qt.Key.Key_Return)
        for _ in order.items:
            press("a")
    assert len(page._desk.signing.seals) == 3
    assert page.sign_bar.isVisible()
    assert "2 patients" in page.sign_bar.words.text()
    press(Qt.Key.Key_Return, ctrl=True)
    lines = "\n".join(page.sheet.lines)
    for order in orders:
        assert all(item.name in lines for item in order.items)
    assert {counterdesk.at(page, o.key).state for o in orders} == {OrderState.REQUESTED}
    press(Qt.Key.Key_Return, ctrl=True)
    counterdesk.idle(page)
    assert {counterdesk.at(page, o.key).state for o in orders} == {OrderState.APPROVED}
    assert page.stack.currentIndex() == 0
    assert not page.sign_bar.isVisible()


def test_what_fails_is_named_item_by_item(counterdesk: Counterdesk) -> None:
    """Somebody passes an item on in the moment in which it is signed."""
    page = counterdesk.open(Role.PRESCRIBER)
    order = counterdesk.order(page, 1)
    counterdesk.mark(page, order.key)
    press(Qt.Key.Key_Return, "a")
    (task,) = counterdesk.counter.items_of(order.key)
    version = task["meta"]["versionId"]
    page._desk.signing._is_signing = True  # as if it were on its way: nothing voids it any more
    moved = {**task, "priority": "urgent"}
    wire = counterdesk.counter.wire
    answer = wire.request(
        "PUT", f"Task/{task['id']}", json=moved, headers={"If-Match": f'W/"{version}"'}
    )
    assert answer.status_code == 200, answer.text
    page._desk.signing._is_signing = False
    press(Qt.Key.Key_Return, ctrl=True)
    if page._desk.signing.seals:
        press(Qt.Key.Key_Return, ctrl=True)
    counterdesk.until(page.page_banner.isVisible)
    counterdesk.idle(page)
    assert order.items[0].name in page.page_banner.sentence
    assert counterdesk.at(page, order.key).is_open


def test_rows_stand_still_under_a_hand_and_what_is_new_is_counted(
    counterdesk: Counterdesk,
) -> None:
    page = counterdesk.open(Role.RECEPTIONIST)
    counterdesk.order(page, 1)
    page.orders.show_lane(OrderLane.ALL, OrderSort.PATIENT)
    press("j")
    keys = page.orders.model.keys
    assert page.orders.view.is_held
    key = counterdesk.counter.order(1)
    counterdesk.until(lambda: page.orders.model.new == 1, 30.0)
    assert page.orders.model.keys == keys
    counterdesk.until(lambda: "1 new" in page.orders.news.text())
    current = page.orders.view.current_key
    press(".")
    assert key in page.orders.model.keys
    assert page.orders.view.current_key == current
    names = [counterdesk.at(page, k).patient_name.casefold() for k in page.orders.model.keys]
    assert names == sorted(names)


def test_lanes_and_search_find_what_they_say(counterdesk: Counterdesk) -> None:
    page = counterdesk.open(Role.RECEPTIONIST)
    order = counterdesk.order(page, 1, note="Going away on Friday")
    counterdesk.finish(page._desk.repeats.hand_on([order.items[0].id], RepeatState.WITH_PHARMACY))
    page.orders.show_lane(OrderLane.PHARMACY)
    assert order.key in page.orders.model.keys
    page.orders.show_lane(OrderLane.RECEPTION)
    assert order.key not in page.orders.model.keys
    for lane in OrderLane:
        page.orders.show_lane(lane)
        assert len(page.orders.model.keys) == page.orders.model.count(lane)
    page.orders.show_lane(OrderLane.ALL)
    for needle in (order.items[0].name.split()[0], "going fri", order.number):
        page.orders.filter.setText(needle)
        assert order.key in page.orders.model.keys
    page.orders.filter.setText("no such thing")
    assert page.orders.nothing.isVisible()
    kept = page.kept()
    page.recall({"lane": "Done today", "sort": "Oldest first", "more": "?"})
    assert page.kept() == {"lane": "Done today", "sort": "Oldest first"}
    page.recall(kept)
    assert page.kept() == kept


def test_every_row_says_itself(counterdesk: Counterdesk) -> None:
    page = counterdesk.open(Role.RECEPTIONIST)
    order = counterdesk.order(page, 2, note="I have had chest pain since last night")
    row = page.orders.model.row_of(order.key)
    index = page.orders.model.index(row)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert order.patient_name in said
    assert "Requested" in said
    assert "a phrase of danger" in said
    assert order.is_emergency
    assert (
        page.orders.model.keys[0] == order.key
        or counterdesk.at(page, page.orders.model.keys[0]).is_emergency
    )
    page.open(order.key)
    assert page.panel.found.isVisible()
    model: QAbstractItemModel = page.panel.model
    told = [model.index(r, 0).data(Qt.ItemDataRole.AccessibleTextRole) for r in range(2)]
    assert all("The patient reads: “Requested on" in words for words in told)
    counterdesk.idle(page)


def test_the_queue_leads_to_the_order(counterdesk: Counterdesk) -> None:
    """An item that is met in the queue is dealt with beside what was ordered with it."""
    page = counterdesk.open(Role.RECEPTIONIST)
    order = counterdesk.order(page, 2)
    queue = DeskPage(page._desk, counterdesk.look)
    asked: list[tuple[str, str]] = []
    queue.page_requested.connect(lambda title, what: asked.append((title, what)))
    try:
        queue.panel.open(order.items[1].id)
        counterdesk.until(lambda: queue._tasks.running == 0)
        assert queue.panel.press("e")
        assert asked == [("Prescriptions", f"Task/{order.items[1].id}")]
        counterdesk.until(lambda: queue._tasks.running == 0)
        page.show_reference(asked[0][1])
        assert page.order is not None
        assert page.order.key == order.key
        assert page.panel.items.current_key == order.items[1].id
        counterdesk.idle(page)
    finally:
        for tasks in queue.findChildren(Tasks):
            tasks.cancel_all()
            counterdesk.finish(tasks.drained())
        queue.close()
        queue.deleteLater()


def test_the_same_is_done_by_mouse_alone(counterdesk: Counterdesk) -> None:
    page = counterdesk.open(Role.RECEPTIONIST)
    order = counterdesk.order(page, 2)
    page.orders.sorting.setCurrentText(OrderSort.OLDEST.value)
    row = page.orders.model.index(page.orders.model.row_of(order.key))
    page.orders.view.scrollTo(row)
    click(page.orders.view.viewport(), page.orders.view.visualRect(row).center())
    assert page.order is not None
    assert page.order.key == order.key
    items = page.panel.items
    click(items.viewport(), items.visualRect(page.panel.model.index(1)).center())
    click(page.panel.buttons["D"])
    counterdesk.idle(page)
    states = [item.state for item in counterdesk.at(page, order.key).items]
    assert states == [RepeatState.REQUESTED, RepeatState.WITH_PRESCRIBER]
    click(page.panel.buttons["X"])
    click(next(b for b in page.panel.reject._reasons if "Review due" in b.text()))
    click(page.panel.reject.confirm)
    counterdesk.idle(page)
    assert counterdesk.at(page, order.key).items[1].state is RepeatState.REJECTED
    assert not page.panel.buttons["A"].isEnabled()
    chip = page.orders._lanes[OrderLane.DONE]
    click(chip)
    assert order.key not in page.orders.model.keys


def click(widget: QWidget, at: QPoint | None = None) -> None:
    QTest.mouseClick(
        widget,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        at if at is not None else widget.rect().center(),
    )
