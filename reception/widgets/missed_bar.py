"""A quiet line under the board: who looks as if they did not attend."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from reception.desk.missed import Absence
from reception.widgets.banner import announce
from reception.widgets.board_cell import clock_text
from reception.widgets.board_face import short_name
from reception.widgets.look import Look
from reception.widgets.palette import Ink

NAMED = 3
"""So many are named; the rest is counted."""


def missed_words(missed: Sequence[Absence]) -> str:
    """Who it is: `4 look like did-not-attend: 08:50 SMITH, Jane; 08:40 PATEL, Ravi and 2 more`."""
    people = [
        f"{clock_text(a.appointment.start)} {short_name(a.appointment)}" for a in missed[:NAMED]
    ]
    more = len(missed) - len(people)
    rest = f" and {more} more" if more else ""
    verb = "looks" if len(missed) == 1 else "look"
    return f"{len(missed)} {verb} like did-not-attend: {'; '.join(people)}{rest}."


class MissedBar(QFrame):
    """Proposes; hidden while there is nobody new to propose."""

    review_requested = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._shown: frozenset[str] = frozenset()
        self._dismissed: frozenset[str] = frozenset()
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.review = QPushButton("Review   (Shift+D)", self)
        self._close = QToolButton(self)
        self._close.setAccessibleName("Not now")
        self._close.setToolTip("Not now; it comes back with somebody new")
        row = QHBoxLayout(self)
        unit = look.metrics.unit_px
        row.setContentsMargins(unit, unit // 2, unit // 2, unit // 2)
        row.setSpacing(unit)
        row.addWidget(self.words, 1)
        row.addWidget(self.review)
        row.addWidget(self._close)
        self.review.clicked.connect(self.review_requested)
        self._close.clicked.connect(self._on_dismissed)
        self.setObjectName("missedBar")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_missed(self, missed: Sequence[Absence]) -> None:
        """Propose *missed*; who was waved away before does not bring the line back."""
        ids = frozenset(absence.appointment.id for absence in missed)
        news = ids - self._shown
        self._shown = ids
        self.words.setText(missed_words(missed) if missed else "")
        shown = bool(ids - self._dismissed)
        if shown and (news or self.isHidden()):
            announce(self, self.words.text())
        self.setVisible(shown)

    @Slot()
    def _on_dismissed(self) -> None:
        self._dismissed = self._shown
        self.hide()

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#missedBar {{ background: {palette.css(Ink.DNA_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.DNA)}; }}"
        )
        self._close.setIcon(self._look.icons.get("close", Ink.MUTED))
