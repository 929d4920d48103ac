"""The stop before a near-twin: two people side by side, what tells them apart marked."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalMapper, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from reception.records import Patient
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import on_button


def told_apart(people: Sequence[Patient]) -> list[tuple[str, list[str], bool]]:
    """What identifies *people*, row by row: label, one text each, and whether they differ."""
    rows = [
        ("Name", [p.name for p in people]),
        ("Born", [p.born_text for p in people]),
        ("NHS number", [p.spaced_nhs_number for p in people]),
        ("Sex", [p.gender or "not recorded" for p in people]),
        ("Address", [", ".join(filter(None, (p.address, p.postcode))) for p in people]),
        ("Phone", [p.phones[0] if p.phones else "none" for p in people]),
        ("Usual GP", [p.usual_gp_name or "none" for p in people]),
    ]
    return [(label, texts, len(set(texts)) > 1) for label, texts in rows]


class TwinChoice(QFrame):
    """Nothing goes on until one of them has been pointed out.

    It takes the keyboard for itself: a digit chooses, a second Enter from the search does not.
    """

    chosen = Signal(Patient)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._people: list[Patient] = []
        self._mapper = QSignalMapper(self)
        self._mapper.mappedInt.connect(self._on_pressed)
        self.buttons: list[QPushButton] = []
        self._grid = QGridLayout(self)
        unit = look.metrics.unit_px
        self._grid.setContentsMargins(unit, unit, unit, unit)
        self._grid.setSpacing(unit // 2)
        self.setObjectName("twins")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.palette.changed.connect(self._dress)
        self.hide()

    def ask(self, people: Sequence[Patient]) -> None:
        """Ask which of *people* is meant."""
        self.clear()
        self._people = list(people)
        words = f"{len(people)} people share this surname and birth date. Which one is it?"
        head = QLabel(f"{words} Press its number.", self)
        head.setProperty("kind", "warn")
        head.setWordWrap(True)
        self._grid.addWidget(head, 0, 0, 1, 2)
        row = 1
        table = told_apart(people)
        for place, person in enumerate(people):
            for label, texts, differs in table:
                self._line(row, label, texts[place], differs=differs)
                row += 1
            button = QPushButton(f"{place + 1}  This one:\n{on_button(person)}", self)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(self._mapper.map)
            self._mapper.setMapping(button, place)
            self._grid.addWidget(button, row, 0, 1, 2)
            self._grid.setRowMinimumHeight(row + 1, self._look.metrics.unit_px)
            QWidget.setTabOrder(self.buttons[-1] if self.buttons else self, button)
            self.buttons.append(button)
            row += 2
        self._dress()
        self.show()
        self.setFocus()
        announce(self, words)

    def clear(self) -> None:
        """Ask nothing."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._people, self.buttons = [], []
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses the person of that number."""
        places = {str(place + 1): place for place in range(len(self._people))}
        if event.text() in places:
            self._on_pressed(places[event.text()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)

    def _line(self, row: int, label: str, text: str, *, differs: bool) -> None:
        name, value = QLabel(label, self), QLabel(text, self)
        name.setProperty("kind", "muted")
        name.setAlignment(Qt.AlignmentFlag.AlignTop)
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setWordWrap(True)
        value.setProperty("differs", differs)
        if differs:
            value.setAccessibleName(f"{text}, differs")
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(value, row, 1)
        self._grid.setColumnStretch(1, 1)

    @Slot(int)
    def _on_pressed(self, place: int) -> None:
        person = self._people[place]
        self.clear()
        self.chosen.emit(person)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#twins {{ background: {palette.css(Ink.WARN_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.WARN)}; }}"
            f'#twins QLabel[differs="true"] {{ font-weight: 600; '
            f"text-decoration: underline; color: {palette.css(Ink.WARN)}; }}"
        )
