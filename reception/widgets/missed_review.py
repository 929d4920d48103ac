"""Who looks as if they did not attend, one by one, each with a tick; one key takes them all."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reception.desk.missed import Absence
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.side_frame import CloseButton, headed

_ID = Qt.ItemDataRole.UserRole + 1
_NO_FOCUS = Qt.FocusPolicy.NoFocus
_NOBODY = "Nobody is ten minutes past their time and not here."
_NOBODY_BUT = "Nobody is to be marked just now. Below is who is late, and why they are left alone."
_TICKED, _EMPTY = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class MissedReview(QWidget):
    """A list of its own: space ticks, Enter marks what is ticked, Escape marks nothing."""

    accepted = Signal(list)  # appointment ids
    pointed = Signal(str)  # appointment id under the keyboard
    closed = Signal()

    def __init__(
        self, look: Look, born: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._born = born
        unit = look.metrics.unit_px
        title = QLabel("Did not attend?", self)
        title.setFont(look.metrics.title)
        self._close = CloseButton(look, "Close, nobody is marked", self)
        self.hint = QLabel(
            "Ten minutes past their time and not here. Space ticks, Enter marks all that are "
            "ticked; one undo takes it back.",
            self,
        )
        self.hint.setProperty("kind", "muted")
        self.hint.setWordWrap(True)
        self.rows = QStandardItemModel(self)
        self.list = QListView(self)
        self.list.setModel(self.rows)
        self.list.setWordWrap(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName("Who looks as if they did not attend")
        self.nobody = QLabel(_NOBODY, self)
        self.nobody.setWordWrap(True)
        self.accept = QPushButton(self)
        self.accept.setProperty("kind", "primary")
        self._others = QLabel("Left alone", self)
        self._others.setProperty("kind", "heading")
        self.left_alone = QLabel(self)
        self.left_alone.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addLayout(headed(title, self._close))
        column.addWidget(self.hint)
        column.addWidget(self.nobody)
        column.addWidget(self.list, 1)
        column.addWidget(self.accept)
        column.addWidget(self._others)
        column.addWidget(self.left_alone)
        self._rest = QWidget(self)
        column.addWidget(self._rest, 1)
        self.rows.itemChanged.connect(self._count)
        self.list.selectionModel().currentChanged.connect(self._on_current_changed)
        self.accept.clicked.connect(self._on_accept)
        self._close.clicked.connect(self.closed)
        self.setFocusProxy(self.list)

    def show_absences(self, absences: Sequence[Absence]) -> None:
        """Show these; ticks that were taken out stay out, and the keyboard stays where it is."""
        unticked = {item.data(_ID) for item in self._items() if item.checkState() is _EMPTY}
        current = self.list.currentIndex().data(_ID)
        proposed = [absence for absence in absences if absence.is_proposed]
        wanted = [(a.appointment.id, self._words(a)) for a in proposed]
        if wanted != [(item.data(_ID), item.text()) for item in self._items()]:
            self._fill(wanted, unticked, current)
        alone = [f"{self._words(a)}: {a.why_not}." for a in absences if not a.is_proposed]
        self.left_alone.setText("\n".join(alone))
        shown: dict[QWidget, bool] = {self._others: bool(alone), self.left_alone: bool(alone)}
        shown |= dict.fromkeys((self.list, self.hint, self.accept), bool(proposed))
        shown |= dict.fromkeys((self.nobody, self._rest), not proposed)
        for widget, on in shown.items():
            widget.setVisible(on)
        self._tell_nobody(bool(proposed), bool(alone))
        self._count()

    def _tell_nobody(self, some: bool, alone: bool) -> None:
        """Say so where there is nobody to mark; the keyboard stays where Escape is heard."""
        had_keyboard = self.list.hasFocus() or self.nobody.hasFocus()
        self.nobody.setText(_NOBODY_BUT if alone else _NOBODY)
        self.nobody.setFocusPolicy(_NO_FOCUS if some else Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.list if some else self.nobody)
        if had_keyboard:
            self.setFocus()

    @property
    def current_id(self) -> str:
        """Id of the appointment under the keyboard, or an empty string."""
        return str(self.list.currentIndex().data(_ID) or "")

    @property
    def ticked(self) -> list[str]:
        """Ids of the appointments that are to be marked."""
        return [str(i.data(_ID)) for i in self._items() if i.checkState() is _TICKED]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter marks, Escape closes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _items(self) -> list[QStandardItem]:
        return [self.rows.item(row) for row in range(self.rows.rowCount())]

    def _fill(
        self, wanted: Sequence[tuple[str, str]], unticked: set[object], current: object
    ) -> None:
        self.rows.clear()
        for appointment_id, words in wanted:
            item = QStandardItem(words)
            item.setData(appointment_id, _ID)
            item.setCheckable(True)
            item.setCheckState(_EMPTY if appointment_id in unticked else _TICKED)
            self.rows.appendRow(item)
        rows = {appointment_id: row for row, (appointment_id, _) in enumerate(wanted)}
        if wanted:
            self.list.setCurrentIndex(self.rows.index(rows.get(str(current), 0), 0))

    def _words(self, absence: Absence) -> str:
        held = absence.appointment
        parts = (held.patient_name or "Not named", self._born(held.patient_id))
        whom = f" with {held.practitioner_name}" if held.practitioner_name else ""
        return f"{clock_text(held.start)}  {' · '.join(filter(None, parts))}{whom}"

    @Slot()
    def _count(self) -> None:
        count = len(self.ticked)
        people = "nobody" if not count else "1 patient" if count == 1 else f"{count} patients"
        self.accept.setText(f"Mark {people} as not attended   (Enter)")
        self.accept.setEnabled(count > 0)

    @Slot()
    def _on_accept(self) -> None:
        if self.ticked:
            self.accepted.emit(self.ticked)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        # A list that fills behind the scenes must not move the keyboard on the board.
        if current.isValid() and self.list.hasFocus():
            self.pointed.emit(str(current.data(_ID)))
