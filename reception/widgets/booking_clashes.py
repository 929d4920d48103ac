"""The patient's other bookings that day: what they are, and keep both or swap."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalMapper, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from reception.desk.clashes import Clash
from reception.widgets.banner import announce
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.palette import Ink


def clash_words(clash: Clash) -> str:
    """`10:40-10:50 Dr Grant, Routine GP: Knee pain (at this very time)`."""
    it = clash.other
    line = f"{clock_text(it.start)}–{clock_text(it.end)} {it.practitioner_name}"
    if it.type_text:
        line += f", {it.type_text}"
    if it.description:
        line += f": {it.description}"
    state = "" if it.status == "booked" else f", {_STATES.get(it.status, it.status)}"
    return f"{line}{state}{' (at this very time)' if clash.overlaps else ''}"


_BEGUN = "Only a booking that is still to come can be given up for this one."
_STATES = {"arrived": "has arrived", "checked-in": "with the clinician", "fulfilled": "seen"}


class ClashNotice(QFrame):
    """Shows them as soon as they are known; K keeps both, S or its digit swaps."""

    kept = Signal()
    swap_wanted = Signal(str)  # id of the appointment to give up

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._swaps: list[str] = []
        self._mapper = QSignalMapper(self)
        self._mapper.mappedString.connect(self.swap_wanted)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.keep = QPushButton("Keep both (K)", self)
        self.keep.clicked.connect(self.kept)
        self.swaps: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        unit = look.metrics.unit_px
        self._column.setContentsMargins(unit, unit, unit, unit)
        self._column.setSpacing(unit // 2)
        self._column.addWidget(self.said)
        self._column.addWidget(self.keep)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("clashes")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def tell(self, name: str, clashes: Sequence[Clash], *, why_no_swap: str = "") -> None:
        """Say what *name* has that day, and offer to give up for the new booking what can be.

        *why_no_swap* says why none of them can; what was begun already says so itself.
        """
        self.clear()
        same = any(clash.overlaps for clash in clashes)
        head = (
            f"{name} is booked elsewhere at this time." if same else f"{name} is booked that day."
        )
        standing = [clash for clash in clashes if clash.can_swap]
        why = why_no_swap if standing else _BEGUN
        lines = [head, *map(clash_words, clashes), *([why] if why else [])]
        self.said.setText("\n".join(lines))
        for clash in () if why else standing:
            self._add_swap(clash)
        self.show()
        announce(self, self.said.text())

    @property
    def question(self) -> str:
        """What has to be answered before it is booked."""
        swap = ", or swap" if self.swaps else ""
        return f"Keep both bookings of that day{swap}?"

    def ask(self) -> None:
        """Take the keyboard: an answer is needed before it can be booked."""
        self.keep.setFocus()
        announce(self, f"{self.said.text()} {self.question}")

    def clear(self) -> None:
        """Say nothing."""
        for button in self.swaps:
            self._mapper.removeMappings(button)
            button.hide()
            button.deleteLater()
        self.swaps, self._swaps = [], []
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """K keeps both, S swaps the first, a digit the one of that number."""
        letter = event.text().lower()
        number = {"s": 1}.get(letter, int(letter) if letter.isdecimal() else 0)
        if letter == "k":
            self.kept.emit()
        elif 0 < number <= len(self._swaps):
            self.swap_wanted.emit(self._swaps[number - 1])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press(self.focusWidget())
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _press(widget: QWidget | None) -> None:
        if isinstance(widget, QPushButton):
            widget.click()

    def _add_swap(self, clash: Clash) -> None:
        self._swaps.append(clash.other.id)
        number = len(self._swaps)
        key = "S" if number == 1 else str(number)
        words = f"Swap: give up the {clock_text(clash.other.start)} ({key})"
        button = QPushButton(words, self)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.clicked.connect(self._mapper.map)
        self._mapper.setMapping(button, clash.other.id)
        self._column.addWidget(button)
        QWidget.setTabOrder(self.swaps[-1] if self.swaps else self.keep, button)
        self.swaps.append(button)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#clashes {{ background: {palette.css(Ink.WARN_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.WARN)}; }}"
        )
