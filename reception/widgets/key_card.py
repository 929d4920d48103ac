"""The key card (`?`): every key on one sheet over the window."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink

KEYS: Mapping[str, Sequence[tuple[str, str]]] = {
    "Everywhere": (
        ("Ctrl+1 ... 7", "The pages, as the rail has them"),
        ("Ctrl+K", "Find a patient"),
        ("Alt+Left, Alt+Right", "Day before, day after"),
        ("Alt+T", "Today"),
        ("Ctrl+E", "Acknowledge the emergency in the red bar"),
        ("/", "Search in this page"),
        ("Z", "Undo what was done last"),
        ("?", "This card"),
        ("Ctrl+Q", "Close Reception"),
        ("Esc", "Close what is open"),
    ),
    "Requests": (
        ("J, K", "Next, previous"),
        ("Enter", "Open"),
        ("B", "Book: the best slots; Enter takes one, Space ticks, O offers"),
        ("R, I", "Reply to the patient; note for colleagues"),
        ("E", "Done: one key for the outcome, Enter tells the patient"),
        ("Shift+J, K", "Mark several; E ends admin requests together"),
        ("U", "Urgent, or not; with Shift, emergency"),
        ("T, H", "Hand to a person or a team; back to everybody"),
        ("X", "Reject, with a reason"),
        ("M", "Match an unmatched person"),
        ("N", "Messages: a new one, to one or to several"),
        ("Alt+F", "Attach a file"),
        ("P, C, S", "My work: next patient, send in, sign"),
        (".", "Show what has come in"),
        ("N", "Take down what somebody says, by phone or here"),
        ("V", "Saved views of the queue"),
        ("W", "What is unread at the close"),
        ("Ctrl+Enter", "Send; with Shift, send and close"),
        ("Ctrl+B", "The board beside the queue"),
    ),
    "Prescriptions": (
        ("Enter", "Open; among items, the next order"),
        ("P, D, H", "Pharmacy team, prescriber, reception"),
        ("Q", "Ask the patient"),
        ("X, then 1 to 5", "Not approve, with a reason"),
        ("A", "Confirm the item, or drop it"),
        ("Shift", "With P, D, H, Q: the whole order"),
        ("Ctrl+Enter", "Look over, then sign"),
    ),
    "Board": (
        ("Arrows, J, K", "Move from cell to cell"),
        ("Enter", "Open the cell"),
        ("B", "Book into a free slot; with Shift, squeeze in"),
        ("I", "Somebody has walked in for this clinician"),
        ("A", "Arrived"),
        ("S", "Sent in; with Shift, quietly, or aloud after all"),
        ("L", "Has left; the call is over"),
        ("O", "Rang: will be late; with Shift, until when"),
        ("W", "Walked out before being seen"),
        ("D", "Did not attend; with Shift, everybody who looks like it"),
        ("T, H", "By telephone: a call, 1 to 3; no answer"),
        ("V, Shift+N", "Home visit: seen; not seen"),
        ("M", "Move: arrows to the place, Enter; or drag; onto another, to swap"),
        ("X", "Cancel, with a reason"),
        ("N", "Jump to now"),
        ("C", "Close a free slot, or open it again"),
        ("P, G", "Part a free slot in two (with Shift, where), join with the next"),
        ("Y", "The session of this slot"),
        ("Menu, Shift+F10", "Everything that can be done here"),
        ("F", "Show only a part; with Shift, show all"),
        ("Ctrl+plus, minus, 0", "Larger, smaller, as usual"),
        ("Ctrl+P", "Print the day, or save it as a PDF"),
        ("Alt+W", "One clinician's week; Enter opens a day"),
    ),
}


class KeyCard(QFrame):
    """A sheet in the middle of *parent*; any key closes it."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setAccessibleName("Keys")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        unit = look.metrics.unit_px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(3 * unit, 2 * unit, 3 * unit, 2 * unit)
        heading = QLabel("Keys", self)
        heading.setFont(look.metrics.title)
        outer.addWidget(heading)
        columns = QHBoxLayout()
        columns.setSpacing(3 * unit)
        outer.addLayout(columns)
        for titles in _columns():
            column = QVBoxLayout()
            column.setSpacing(2 * unit)
            for title in titles:
                column.addLayout(self._section(title, KEYS[title]))
            column.addStretch(1)
            columns.addLayout(column)
        outer.addSpacing(unit)
        foot = QLabel("Single keys work in lists and on the board, never while you type.", self)
        foot.setProperty("kind", "muted")
        outer.addWidget(foot)
        look.palette.changed.connect(self._dress)
        parent.installEventFilter(self)
        self._dress()
        self.hide()

    def _section(self, title: str, keys: Sequence[tuple[str, str]]) -> QGridLayout:
        unit = self._look.metrics.unit_px
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * unit)
        grid.setVerticalSpacing(unit)
        name = QLabel(title, self)
        name.setProperty("kind", "muted")
        grid.addWidget(name, 0, 0, 1, 2)
        for row, (key, words) in enumerate(keys, start=1):
            label = QLabel(key, self)
            label.setFont(self._look.metrics.bold)
            grid.addWidget(label, row, 0)
            grid.addWidget(QLabel(words, self), row, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def toggle(self) -> None:
        """Show it, or put it away."""
        if self.isVisible():
            self.hide()
            return
        self._place()
        self.show()
        self.raise_()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key puts it away."""
        self.hide()
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)

    def _dress(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        self.setStyleSheet(
            f"KeyCard {{ background: {palette.css(Ink.SURFACE)}; border-radius: {unit}px; "
            f"border: 1px solid {palette.css(Ink.FREE_LINE)}; }}"
        )


def _columns() -> list[list[str]]:
    """The sections in columns, none longer than the longest section."""
    longest = max(map(len, KEYS.values()))
    columns: list[list[str]] = []
    for title, keys in KEYS.items():
        for column in columns:
            if sum(len(KEYS[held]) + 2 for held in column) + len(keys) <= longest:
                column.append(title)
                break
        else:
            columns.append([title])
    return columns
