"""The tour among the repeat prescriptions: an order looked at, refused in part, and handed on."""

from PySide6.QtCore import Qt

from contract.codes import RepeatState
from reception.desk.desk import Desk
from reception.desk.repeat_orders import Order
from reception.tour.hands import Hands, StepFailed
from reception.ui.main_window import MainWindow
from reception.ui.prescriptions_page import PrescriptionsPage
from reception.widgets.order_words import OrderLane


class OrderSteps:
    """Plays on the page of prescriptions; every step happens or raises `StepFailed`."""

    def __init__(self, hands: Hands, desk: Desk, window: MainWindow) -> None:
        self._hands, self._desk, self._window = hands, desk, window
        self._page = next(p for p in window.pages if isinstance(p, PrescriptionsPage))

    async def work_one(self) -> str:
        """Look at what an order's patient reads, see a refusal beforehand, hand all of it on."""
        hands, page = self._hands, self._page
        self._window.go_to(self._window.pages.index(page))
        page.orders.show_lane(OrderLane.RECEPTION)
        order = self._first()
        await hands.until(
            lambda: self._desk.orders.is_known(order.patient_id), "what was issued is known"
        )
        page.orders.view.go_to(page.orders.model.row_of(order.key))
        page.orders.view.setFocus()
        await hands.strike(Qt.Key.Key_Return)
        await hands.until(page.panel.items.hasFocus, "the order opened")
        await hands.picture(self._window, "prescriptions")
        await hands.strike("x", "3")
        await hands.until(page.panel.reject.confirm.isEnabled, "the words were proposed")
        await hands.picture(self._window, "not-approved-preview")
        await hands.strike(Qt.Key.Key_Escape)
        await hands.strike("d", shift=True)
        await hands.until(lambda: self._is_handed_on(order.key), "a prescriber has the order")
        await hands.strike(Qt.Key.Key_Escape)
        count = len(order.open_items)
        return f"{'1 item' if count == 1 else f'{count} items'} looked at, now with a prescriber"

    def _first(self) -> Order:
        for key in self._page.orders.model.keys:
            order = self._desk.orders.get(key)
            if order is not None and all(
                item.state is RepeatState.REQUESTED for item in order.items
            ):
                return order
        raise StepFailed("no order waits for reception")

    def _is_handed_on(self, key: str) -> bool:
        order = self._desk.orders.get(key)
        return order is not None and all(
            item.state is RepeatState.WITH_PRESCRIBER for item in order.items
        )
