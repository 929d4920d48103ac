"""A repeat order as it stands in the list: who, how old, what, and where it has got to."""

from PySide6.QtCore import QObject, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from reception.desk.desk import Desk
from reception.desk.red_flags import RedFlags
from reception.desk.repeat_orders import Order
from reception.widgets.held_list import Index
from reception.widgets.look import Look
from reception.widgets.order_model import ORDER_ROLE, spoken
from reception.widgets.order_words import Sign, age_sign, order_sign, runs_out_text
from reception.widgets.palette import Ink
from reception.widgets.patient_words import age_text, sex_text
from reception.widgets.queue_words import mark_of, waiting_text
from reception.widgets.row_painter import RowPainter, draw_focus

_STATES = 2
"""So many items are named in a row before the rest is counted."""


class OrderReader:
    """Says an order in words."""

    def __init__(self, desk: Desk, red_flags: RedFlags) -> None:
        self._desk, self._red_flags = desk, red_flags

    def person(self, order: Order) -> str:
        """Age and sex, as far as they are known."""
        patient = self._desk.patients.get(order.patient_id)
        if patient is None:
            return ""
        return f"{age_text(patient, self._desk.time.today())} {sex_text(patient)}".strip()

    def waiting(self, order: Order) -> str:
        """How long ago it came, or came back."""
        return waiting_text(order.waiting_since, self._desk.time.now())

    def runs_out(self, order: Order) -> tuple[str, Ink]:
        """When the first of its items runs out."""
        return runs_out_text(order.runs_out, self._desk.time.today())

    def flagged(self, order: Order) -> bool:
        """Whether the patient's note has a phrase of danger in it."""
        return order.is_open and bool(order.note and self._red_flags.found_in(order.note))

    def sentence(self, order: Order) -> str:
        """All of it, for a screen reader."""
        age = age_sign(order)
        urgent = next((m for i in order.items if (m := mark_of(i.request)) is not None), None)
        return spoken(
            (
                urgent.word if urgent else "",
                order.patient_name,
                self.person(order),
                order_sign(order).word,
                f"waits {age.word}" if age else f"{self.waiting(order)} ago",
                items_text(order),
                "too early" if order.is_too_early else "",
                "review due" if order.is_review_due else "",
                self.runs_out(order)[0],
                "a phrase of danger in the note" if self.flagged(order) else "",
                order.pharmacy,
            )
        )


def items_text(order: Order) -> str:
    """Its items by name, `Amlodipine 5mg tablets, Ramipril 5mg capsules +1`."""
    names = [item.name for item in (order.open_items or order.items)]
    more = len(names) - _STATES
    if more > 0:
        return f"{', '.join(names[:_STATES])}  +{more}"
    done = len(order.items) - len(names)
    return ", ".join(names) + (f"  ({done} decided)" if done > 0 else "")


class OrderDelegate(QStyledItemDelegate):
    """Three lines: who and how old, what, and where it stands."""

    def __init__(self, reader: OrderReader, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._look = reader, look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Every row alike, so that nothing jumps."""
        metrics = self._look.metrics
        height = metrics.line_px * 2 + QFontMetricsF(metrics.small).height() + metrics.unit_px * 2.2
        return QSize(metrics.unit_px * 30, round(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one order."""
        order = index.data(ORDER_ROLE)
        if not isinstance(order, Order):
            return
        palette, metrics = self._look.palette, self._look.metrics
        unit, line_px = metrics.unit_px, metrics.line_px
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(area, palette[Ink.SELECTED])
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, palette[Ink.RAISED])
        age = age_sign(order)
        urgent = next((m for i in order.open_items if (m := mark_of(i.request)) is not None), None)
        edge = urgent.ink if urgent else age.ink if age else Ink.ACCENT if chosen else None
        if edge is not None:
            painter.fillRect(QRectF(area.left(), area.top(), 4, area.height()), palette[edge])
        rule = QRectF(area.left(), area.bottom() - 1, area.width(), 1)
        painter.fillRect(rule, palette[Ink.LINE])
        if option.state & QStyle.StateFlag.State_HasFocus:
            draw_focus(painter, self._look, area)
        inner = area.adjusted(unit * 1.25, unit * 0.75, -unit, -unit * 0.75)
        self._paint_who(painter, QRectF(inner.left(), inner.top(), inner.width(), line_px), order)
        indent = line_px + unit
        left, width = inner.left() + indent, inner.width() - indent
        at = RowPainter(
            painter, self._look, QRectF(left, inner.top() + line_px + 1, width, line_px)
        )
        at.words(items_text(order), Ink.TEXT if order.is_open else Ink.MUTED)
        small = QFontMetricsF(metrics.small).height() + 2
        self._paint_state(painter, QRectF(left, inner.bottom() - small + 2, width, small), order)
        painter.restore()

    def _paint_who(self, painter: QPainter, line: QRectF, order: Order) -> None:
        at = RowPainter(painter, self._look, line)
        sign, age = order_sign(order), age_sign(order)
        at.mark(sign.letter, sign.shape, sign.ink, sign.ground)
        if age is not None:
            at.words_right(age.word, age.ink)
            at.mark(age.letter, age.shape, age.ink, age.ground, from_right=True)
        else:
            at.words_right(self._reader.waiting(order), Ink.MUTED)
        urgent = next((m for i in order.open_items if (m := mark_of(i.request)) is not None), None)
        if urgent is not None:
            words = f"{urgent.letter}  {urgent.word}"
            at.chip(words, urgent.ink, urgent.ground, from_right=True)
        ink = Ink.TEXT if order.is_open else Ink.MUTED
        at.words(order.patient_name or "Name not given", ink, self._look.metrics.bold)
        at.words(self._reader.person(order), Ink.MUTED)

    def _paint_state(self, painter: QPainter, line: QRectF, order: Order) -> None:
        at = RowPainter(painter, self._look, line)
        sign: Sign = order_sign(order)
        at.chip(sign.word, sign.ink, sign.ground)
        if self._reader.flagged(order):
            at.chip("⚑ Note", Ink.URGENT, Ink.URGENT_TINT)
        out, ink = self._reader.runs_out(order)
        at.words_right(out, ink, self._look.metrics.small)
        if order.is_too_early:
            at.chip("Too early", Ink.WARN, Ink.WARN_TINT)
        if order.is_review_due:
            at.chip("Review due", Ink.WARN, Ink.WARN_TINT)
        at.words(order.pharmacy, Ink.MUTED, self._look.metrics.small)
