"""The items of the open order: name and strength, how each stands, and what its patient reads."""

from collections.abc import Callable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from contract.repeat_words import supply_words
from reception.desk.repeat_orders import Item, Order
from reception.widgets.held_list import KEY_ROLE, Index
from reception.widgets.look import Look
from reception.widgets.order_model import spoken
from reception.widgets.order_words import item_marks, item_sign
from reception.widgets.palette import Ink
from reception.widgets.row_painter import RowPainter, Shape, draw_focus

ITEM_ROLE = KEY_ROLE + 1
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class ItemModel(QAbstractListModel):
    """The items of one order; those that stay keep their rows, so that nothing loses its place.

    Args:
        is_confirmed: whether the item with an id is confirmed for signing.
        parent: the Qt parent.
    """

    def __init__(self, is_confirmed: Callable[[str], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Item] = []
        self.is_confirmed = is_confirmed

    def show(self, order: Order | None) -> None:
        """Show the items of *order*."""
        items = list(order.items) if order is not None else []
        if [item.id for item in items] == [item.id for item in self._items]:
            self._items = items
            self.refresh()
            return
        self.beginResetModel()
        self._items = items
        self.endResetModel()

    def refresh(self) -> None:
        """Say everything again."""
        if self._items:
            self.dataChanged.emit(self.index(0), self.index(len(self._items) - 1))

    def item(self, row: int) -> Item | None:
        """The item in *row*, if there is one."""
        return self._items[row] if 0 <= row < len(self._items) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Rows below *parent*; a list has them only at the top."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The item, its id, its name, or its sentence."""
        item = self.item(index.row()) if index.isValid() else None
        if item is None:
            return None
        if role == KEY_ROLE:
            return item.id
        if role == ITEM_ROLE:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return sentence(item, confirmed=self.is_confirmed(item.id))
        return None


def amount(item: Item) -> str:
    """Quantity and dose, as the plan says them."""
    plan = item.plan
    return spoken((plan.quantity, plan.dose)) if plan is not None else ""


def supply_line(item: Item) -> str:
    """How the medicine stands, for staff."""
    if item.supply is None:
        return "Looking up what was issued…" if item.is_open else ""
    return supply_words(item.supply)


def reads(item: Item) -> str:
    """What the patient reads, with who reads it."""
    return f"The patient reads: “{item.words}”"


def sentence(item: Item, *, confirmed: bool) -> str:
    """All of an item, for a screen reader."""
    return spoken(
        (
            item.name,
            amount(item),
            "confirmed, not signed yet" if confirmed else item_sign(item).word,
            *(words for words, _, _ in item_marks(item)),
            supply_line(item),
            reads(item),
        )
    )


class ItemDelegate(QStyledItemDelegate):
    """Name and strength in bold; below it what the plan says, how it stands, what is read."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as the words need at the width of the list."""
        item = index.data(ITEM_ROLE)
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else option.rect.width()
        if not isinstance(item, Item):
            return QSize(width, 0)
        metrics = self._look.metrics
        small = QFontMetricsF(metrics.small).height() + 2
        lines = metrics.line_px * 2 + 2 + small + (small + 3 if item_marks(item) else 0)
        height = lines + self._words_px(item, self._text_width(width)) + metrics.unit_px * 3
        return QSize(width, round(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one item."""
        item = index.data(ITEM_ROLE)
        if not isinstance(item, Item):
            return
        palette, metrics = self._look.palette, self._look.metrics
        unit, line_px = metrics.unit_px, metrics.line_px
        small = QFontMetricsF(metrics.small).height() + 2
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        model = index.model()
        confirmed = isinstance(model, ItemModel) and model.is_confirmed(item.id)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, palette[Ink.SELECTED])
        if confirmed:
            painter.fillRect(QRectF(area.left(), area.top(), 6, area.height()), palette[Ink.GOOD])
        rule = QRectF(area.left(), area.bottom() - 1, area.width(), 1)
        painter.fillRect(rule, palette[Ink.LINE])
        if option.state & QStyle.StateFlag.State_HasFocus:
            draw_focus(painter, self._look, area)
        top = area.top() + unit
        left, width = area.left() + 2 * unit, area.width() - 4 * unit
        self._paint_name(painter, QRectF(left, top, width, line_px), item, confirmed=confirmed)
        left += line_px + unit
        width = self._text_width(area.width())
        top += line_px + 2
        ink = Ink.TEXT if item.is_open else Ink.MUTED
        at = RowPainter(painter, self._look, QRectF(left, top, width, line_px))
        at.words(amount(item), ink)
        top += line_px
        at = RowPainter(painter, self._look, QRectF(left, top, width, small))
        at.words(supply_line(item), Ink.MUTED, metrics.small)
        top += small
        if marks := item_marks(item):
            top += 3
            at = RowPainter(painter, self._look, QRectF(left, top, width, small))
            for words, colour, ground in marks:
                at.chip(words, colour, ground)
            top += small
        painter.setFont(metrics.small)
        painter.setPen(palette[Ink.MUTED])
        box = QRectF(left, top + unit * 0.5, width, self._words_px(item, width) + 2)
        painter.drawText(box, int(_WRAP), reads(item))
        painter.restore()

    def _paint_name(self, painter: QPainter, line: QRectF, item: Item, *, confirmed: bool) -> None:
        at = RowPainter(painter, self._look, line)
        sign = item_sign(item)
        if confirmed:
            at.mark("✓", Shape.SQUARE, Ink.GOOD, Ink.GOOD_TINT)
            at.chip("Confirmed, not signed yet", Ink.GOOD, Ink.GOOD_TINT, from_right=True)
        else:
            at.mark(sign.letter, sign.shape, sign.ink, sign.ground)
            at.chip(sign.word, sign.ink, sign.ground, from_right=True)
        ink = Ink.TEXT if item.is_open else Ink.MUTED
        at.words(item.name, ink, self._look.metrics.bold)

    def _text_width(self, width: float) -> float:
        metrics = self._look.metrics
        return max(80.0, width - 5 * metrics.unit_px - metrics.line_px)

    def _words_px(self, item: Item, width: float) -> float:
        measured = QFontMetricsF(self._look.metrics.small)
        return measured.boundingRect(QRectF(0, 0, width, 10_000), int(_WRAP), reads(item)).height()
