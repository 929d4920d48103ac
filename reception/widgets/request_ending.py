"""Ending a request with words to the patient: a phrase, filled in, to be read before it goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QPlainTextEdit, QPushButton, QWidget

from contract.codes import Outcome
from contract.phrases import Phrase
from reception.desk.phrase_book import PhraseBook, unfilled
from reception.records import Patient
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.patient_words import on_button, plain
from reception.widgets.request_tool import Tool

_DIGITS = "123456789"


@dataclass(frozen=True)
class Chosen:
    """How a request is to end.

    Attributes:
        request_id: the request.
        patient: whose it is.
        outcome: what came of it.
        words: what they read; empty: nothing.
    """

    request_id: str
    patient: Patient
    outcome: Outcome
    words: str


class EndingTool(Tool):
    """The message of an ending, ready to go: Enter sends it and closes the request."""

    ended = Signal(object)
    """This Chosen."""
    phrases_asked = Signal()
    """The practice's phrases are to be looked at."""

    def __init__(self, book: PhraseBook, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Done", parent)
        self._book = book
        self._request_id = ""
        self._patient: Patient | None = None
        self._outcome = Outcome.ADVICE
        self._offered: list[Phrase] = []
        self._filled = ""
        unit = look.metrics.unit_px
        strip = QWidget(self)
        self._flow = Flow(strip, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        self._strip = strip
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_phrase)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName("What the patient will read")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(round(look.metrics.line_px * 5 + 2 * unit))
        self.text.installEventFilter(self)
        self.send = QPushButton(self)
        self.send.setProperty("kind", "primary")
        self.silent = QPushButton("Close without a message  (Ctrl+Shift+Enter)", self)
        self.phrases = QPushButton("Phrases…", self)
        self.phrases.setToolTip("Look at the practice's phrases, add one, change one")
        buttons = QWidget(self)
        row = Flow(buttons, gap_px=unit, line_px=max(2, unit // 2))
        for button in (self.send, self.silent):
            row.addWidget(button)
        self.head.insertWidget(2, self.phrases)
        self.body.addWidget(strip)
        self.body.addWidget(self.text)
        self.body.addWidget(buttons)
        self.setFocusProxy(self.send)
        self.text.textChanged.connect(self._on_text_changed)
        self.send.clicked.connect(self._on_send)
        self.silent.clicked.connect(self._on_silent)
        self.phrases.clicked.connect(self.phrases_asked)
        book.changed.connect(self._on_book_changed)

    @property
    def patient(self) -> Patient | None:
        """Who will read it."""
        return self._patient

    @property
    def outcome(self) -> Outcome:
        """How the request is to end."""
        return self._outcome

    def ask(
        self, request_id: str, patient: Patient, outcome: Outcome, word: str, text: str = ""
    ) -> None:
        """Show the practice's words for *outcome* (*word* for short), or *text* taken back."""
        self._request_id, self._patient, self._outcome = request_id, patient, outcome
        self.title.setText(word)  # whose it is stands on the button
        self._offer(self._book.for_use(outcome))
        if text:
            self._filled = ""
            self.text.setPlainText(text)
        else:
            self._fill(self._offered[0] if self._offered else None)
        who = on_button(patient)
        self.send.setText(f"Send to {who} and close  (Enter)")
        self.send.setAccessibleName(f"Send to {patient.name}, born {patient.born_text}, and close")
        self._on_text_changed()

    def forget(self) -> None:
        """Nothing is to end here any more: what was written for somebody is not kept about."""
        self._request_id, self._patient, self._filled = "", None, ""
        self.text.clear()
        self.send.setText("Send")
        self.title.setText("Done")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the text Ctrl+Enter sends, with Shift it closes without; Escape puts it away."""
        is_key = watched is self.text and event.type() == QEvent.Type.KeyPress
        if is_key and isinstance(event, QKeyEvent) and self._on_key(event):
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter sends; a digit takes another phrase."""
        if self._on_key(event):
            return
        number = _DIGITS.find(event.text()) if event.text() else -1
        buttons = self._group.buttons()
        if 0 <= number < len(buttons):
            buttons[number].click()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_send()
        else:
            super().keyPressEvent(event)

    def _on_key(self, event: QKeyEvent) -> bool:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        modifiers = event.modifiers()
        if enter and modifiers & Qt.KeyboardModifier.ControlModifier:
            if modifiers & Qt.KeyboardModifier.ShiftModifier:
                self._on_silent()
            else:
                self._on_send()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return True
        return False

    def _offer(self, found: Sequence[Phrase]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        self._offered = list(found)
        for number, phrase in enumerate(self._offered):
            key = f"{_DIGITS[number]}  " if number < len(_DIGITS) else ""
            button = QPushButton(f"{key}{plain(phrase.name)}", self._strip)
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("number", number)
            self._group.addButton(button)
            self._flow.addWidget(button)
            button.show()
        self._strip.setVisible(len(self._offered) > 1)

    def _fill(self, phrase: Phrase | None) -> None:
        patient = self._patient
        if phrase is None or patient is None:
            return
        self._filled = self._book.filled(phrase, self._book.values(patient))
        self.text.setPlainText(self._filled)

    @Slot(object)
    def _on_phrase(self, button: QPushButton) -> None:
        if self.text.toPlainText().strip() not in ("", self._filled.strip()):
            self.hint.setText("Your own words stay: empty the text to take the phrase instead.")
            return
        self._fill(self._offered[int(button.property("number"))])

    @Slot()
    def _on_book_changed(self) -> None:
        if self._patient is None or self.isHidden():
            return
        untouched = self.text.toPlainText() == self._filled
        self._offer(self._book.for_use(self._outcome))
        if untouched:  # what somebody has begun to write stays
            self._fill(self._offered[0] if self._offered else None)

    @Slot()
    def _on_text_changed(self) -> None:
        text = self.text.toPlainText()
        missing = unfilled(text)
        self.hint.setText(missing or "Read it, then Enter. It can be taken back for 20 seconds.")
        self.send.setEnabled(bool(text.strip()) and not missing and self._patient is not None)

    @Slot()
    def _on_send(self) -> None:
        words = self.text.toPlainText().strip()
        if self.send.isEnabled() and words:
            self._end(words)

    @Slot()
    def _on_silent(self) -> None:
        self._end("")

    def _end(self, words: str) -> None:
        if self._patient is not None:
            self.ended.emit(Chosen(self._request_id, self._patient, self._outcome, words))
