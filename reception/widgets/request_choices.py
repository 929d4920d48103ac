"""A short list to choose one thing from, and how its lines look."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.row_painter import RowPainter

Index = QModelIndex | QPersistentModelIndex
CHOICE_ROLE = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class Choice:
    """One line: what it stands for, its first word, the rest, and why in a few words."""

    id: str
    head: str
    text: str = ""
    aside: str = ""

    @property
    def sentence(self) -> str:
        """All of it."""
        return ", ".join(filter(None, (self.head, self.text, self.aside)))


class ChoicesModel(QAbstractListModel):
    """The lines."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Choice] = []

    def show(self, choices: Sequence[Choice]) -> None:
        """Hold *choices* instead."""
        self.beginResetModel()
        self._rows = list(choices)
        self.endResetModel()

    def choice(self, row: int) -> Choice | None:
        """The line in *row*, if there is one."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Rows below *parent*; a list has them only at the top."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The choice, or its sentence."""
        choice = self.choice(index.row()) if index.isValid() else None
        if choice is None:
            return None
        if role == CHOICE_ROLE:
            return choice
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return choice.sentence
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        metrics = self._look.metrics
        return QSize(metrics.unit_px * 20, round(metrics.line_px + metrics.unit_px))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice = index.data(CHOICE_ROLE)
        if not isinstance(choice, Choice):
            return
        palette, unit = self._look.palette, self._look.metrics.unit_px
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, palette[Ink.SELECTED])
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height()), palette[Ink.ACCENT])
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, palette[Ink.RAISED])
        at = RowPainter(painter, self._look, area.adjusted(unit * 1.5, 0, -unit, 0))
        at.words(choice.head, Ink.TEXT, self._look.metrics.bold)
        at.words_right(choice.aside, Ink.MUTED, self._look.metrics.small)
        at.words(choice.text)
        painter.restore()


class ChoicesView(QListView):
    """The list; Up and Down move, Enter takes. Letters go to whoever holds it."""

    taken = Signal(str)
    """The line of this id was taken."""
    moved = Signal(str)
    """The line of this id is the current one."""

    def __init__(self, look: Look, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices = ChoicesModel(self)
        self.setModel(self.choices)
        self.setItemDelegate(_Delegate(look, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.clicked.connect(self._on_clicked)
        look.palette.changed.connect(self.viewport().update)

    @property
    def current(self) -> Choice | None:
        """The current line."""
        return self.choices.choice(self.currentIndex().row())

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show *choices*, the first of them current."""
        self.choices.show(choices)
        if choices:
            self.setCurrentIndex(self.choices.index(0))
        shown = min(max(len(choices), 1), 6)
        self.setFixedHeight(shown * self.sizeHintForRow(0) + 2 if choices else 0)

    def step(self, by: int) -> None:
        """Move the current line by *by*."""
        rows = self.choices.rowCount()
        if rows:
            row = max(0, min(rows - 1, self.currentIndex().row() + by))
            self.setCurrentIndex(self.choices.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes; letters are not for searching."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if (choice := self.current) is not None:
                self.taken.emit(choice.id)
        elif event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _on_current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        if (choice := self.choices.choice(index.row())) is not None:
            self.moved.emit(choice.id)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
