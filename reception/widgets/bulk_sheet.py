"""Several marked requests: how they end, what will happen to each, and the button that does it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from contract.codes import Outcome
from contract.phrases import Phrase
from reception.desk.bulk import OUTCOMES, Foreseen, Foresight, summary
from reception.desk.phrase_book import PhraseBook
from reception.records import Request
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.patient_words import plain
from reception.widgets.queue_words import OUTCOMES as WORDS

_WORDS = {outcome: words for _, outcome, words in WORDS}
_DIGITS = "123456789"


class BulkSheet(QFrame):
    """Nothing happens before its button is pressed; until then it only foresees."""

    confirmed = Signal(list)
    """These Foreseen are to happen."""
    left = Signal()
    """Only one is to be marked again."""

    def __init__(
        self, book: PhraseBook, foresight: Foresight, look: Look, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._book, self._foresight = book, foresight
        self._requests: list[Request] = []
        self._outcome = Outcome.ADMIN_ANSWERED
        self._phrase: Phrase | None = None
        self.foreseen: list[Foreseen] = []
        unit = look.metrics.unit_px
        self.title = QLabel(self)
        self.title.setFont(look.metrics.title)
        self.summary = QLabel(self)
        self.summary.setProperty("kind", "muted")
        outcomes = QWidget(self)
        across = Flow(outcomes, gap_px=unit, line_px=max(2, unit // 2))
        self._outcomes = QButtonGroup(self)
        for number, outcome in enumerate(OUTCOMES):
            button = QPushButton(f"{_DIGITS[number]}   {plain(_WORDS[outcome])}", outcomes)
            button.setCheckable(True)
            button.setChecked(outcome == self._outcome)
            button.setProperty("outcome", str(outcome))
            self._outcomes.addButton(button)
            across.addWidget(button)
        self._strip = QWidget(self)
        self._flow = Flow(self._strip, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        self._phrases = QButtonGroup(self)
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setProperty("kind", "muted")
        self.list = QListWidget(self)
        self.list.setAccessibleName("What will happen to each")
        self.list.setWordWrap(True)
        self.list.setSpacing(max(1, unit // 4))
        self.confirm = QPushButton(self)
        self.confirm.setProperty("kind", "primary")
        self.cancel = QPushButton("Leave them as they are  (Esc)", self)
        buttons = QWidget(self)
        row = Flow(buttons, gap_px=unit, line_px=max(2, unit // 2))
        row.addWidget(self.confirm)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, unit)
        column.setSpacing(unit)
        for widget in (self.title, outcomes, self._strip, self.words, self.summary):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addWidget(buttons)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._outcomes.buttonClicked.connect(self._on_outcome)
        self._phrases.buttonClicked.connect(self._on_phrase)
        self.confirm.clicked.connect(self._on_confirm)
        self.cancel.clicked.connect(self.left)
        book.changed.connect(self._on_book_changed)

    @property
    def requests(self) -> tuple[Request, ...]:
        """What is marked."""
        return tuple(self._requests)

    def ask(self, requests: Sequence[Request]) -> None:
        """Show what would become of *requests*."""
        fresh = not self._requests
        self._requests = list(requests)
        self.title.setText(f"{len(requests)} marked")
        if fresh:
            self._offer_phrases()
        self._foresee()

    def clear(self) -> None:
        """Nothing is marked together any more."""
        self._requests, self.foreseen = [], []
        self.list.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit is the way they end, Enter does it, Escape leaves them."""
        number = _DIGITS.find(event.text()) if event.text() else -1
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_confirm()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif 0 <= number < len(OUTCOMES):
            self._outcomes.buttons()[number].click()
        else:
            super().keyPressEvent(event)

    def _offer_phrases(self) -> None:
        for button in self._phrases.buttons():
            self._phrases.removeButton(button)
            button.hide()
            button.deleteLater()
        self._offered = [None, *self._book.for_use(self._outcome)]
        self._phrase = self._offered[1] if len(self._offered) > 1 else None
        for number, phrase in enumerate(self._offered):
            words = plain(phrase.name) if phrase is not None else "No message"
            button = QPushButton(words, self._strip)
            button.setCheckable(True)
            button.setChecked(phrase == self._phrase)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("number", number)
            self._phrases.addButton(button)
            self._flow.addWidget(button)
            button.show()

    def _foresee(self) -> None:
        self.foreseen = self._foresight.of(self._requests, self._outcome, self._phrase)
        self.list.clear()
        for one in self.foreseen:
            how = f"ends: {_WORDS[self._outcome].lower()}"
            told = ", and is told" if one.words else ", nothing is sent"
            text = f"✓  {one.name}:  {how}{told}" if one.ends else f"–  {one.name}:  {one.why_not}"
            item = QListWidgetItem(text)
            item.setToolTip(one.words or one.why_not)
            self.list.addItem(item)
        ends = sum(one.ends for one in self.foreseen)
        said = summary(self.foreseen)
        self.summary.setText(f"{said[:1].upper()}{said[1:]}.")
        shown = self._phrase.text if self._phrase is not None else ""
        self.words.setText(f"Each is told: {shown}" if shown else "Nobody is told anything.")
        listeners = sum(bool(one.words) for one in self.foreseen)
        also = f" and tell {listeners}" if listeners else ""
        self.confirm.setText(f"Close {ends}{also}  (Enter)")
        self.confirm.setEnabled(bool(ends))

    @Slot(object)
    def _on_outcome(self, button: QPushButton) -> None:
        self._outcome = Outcome(str(button.property("outcome")))
        self._offer_phrases()
        self._foresee()

    @Slot(object)
    def _on_phrase(self, button: QPushButton) -> None:
        self._phrase = self._offered[int(button.property("number"))]
        self._foresee()

    @Slot()
    def _on_book_changed(self) -> None:
        if self._requests:
            self._offer_phrases()
            self._foresee()

    @Slot()
    def _on_confirm(self) -> None:
        happening = [one for one in self.foreseen if one.ends]
        if happening and self.confirm.isEnabled():
            self.confirmed.emit(happening)

    @property
    def outcome(self) -> Outcome:
        """How they end."""
        return self._outcome
