"""A line for messages to patients that did not go out: send them, or throw them away."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reception.desk.letters import Letter
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink

NAMED = 3
"""So many are shown; the rest is counted."""
CHARS = 110


def unsent_words(letters: Sequence[Letter], people: Mapping[str, str] | None = None) -> str:
    """To whom, and how each begins; *people* by patient id: name and birth date."""
    known = people or {}
    count = len(letters)
    head = "A message was" if count == 1 else f"{count} messages were"
    lines = [f"{head} not sent:"]
    for letter in letters[:NAMED]:
        plain = " ".join(letter.words.split())
        begins = plain if len(plain) <= CHARS else f"{plain[:CHARS].rstrip()}…"
        who = known.get(letter.patient_id) or letter.patient_name or "The patient"
        lines.append(f"{who}: {begins}")
    if count > NAMED:
        lines.append(f"and {count - NAMED} more.")
    return "\n".join(lines)


class UnsentLetters(QFrame):
    """Hidden while nothing waits; stays until each has gone or was thrown away."""

    send_wanted = Signal()
    throw_wanted = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._said = ""
        self.icon, self.words = QLabel(self), QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.why = QLabel(self)
        self.why.setWordWrap(True)
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.send = QPushButton(self)
        self.throw = QPushButton(self)
        unit = look.metrics.unit_px
        said = QVBoxLayout()
        said.setSpacing(unit // 2)
        said.addWidget(self.words)
        said.addWidget(self.why)
        row = QHBoxLayout(self)
        row.setContentsMargins(unit, unit // 2, unit // 2, unit // 2)
        row.setSpacing(unit)
        row.addWidget(self.icon)
        row.addLayout(said, 1)
        row.addWidget(self.send)
        row.addWidget(self.throw)
        self.send.clicked.connect(self.send_wanted)
        self.throw.clicked.connect(self.throw_wanted)
        self.setObjectName("unsentLetters")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_letters(
        self, letters: Sequence[Letter], why: str, people: Mapping[str, str] | None = None
    ) -> None:
        """Offer *letters*; *why* says what stopped the last try, *people* who is who."""
        several = len(letters) > 1
        self.words.setText(unsent_words(letters, people) if letters else "")
        self.why.setText(why)
        self.why.setVisible(bool(why))
        whom = (people or {}).get(letters[0].patient_id, "") if len(letters) == 1 else ""
        one = f"Send it to\n{whom}" if whom else "Send it"
        self.send.setText("Send them" if several else one)
        self.throw.setText("Throw them away" if several else "Throw it away")
        said = f"{self.words.text()} {why}".strip() if letters else ""
        self.setVisible(bool(letters))
        if said and said != self._said:
            announce(self, said)
        self._said = said

    def set_busy(self, busy: bool) -> None:
        """While they are on their way nothing is pressed twice."""
        self.send.setEnabled(not busy)
        self.throw.setEnabled(not busy)

    def _dress(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        self.setStyleSheet(
            f"#unsentLetters {{ background: {palette.css(Ink.URGENT_TINT)}; "
            f"border-left: {unit // 2}px solid {palette.css(Ink.URGENT)}; }}"
        )
        icon = self._look.icons.get("warning", Ink.URGENT)
        self.icon.setPixmap(icon.pixmap(unit * 2, unit * 2))
