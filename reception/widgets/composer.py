"""Writing to a patient: the words are kept at every pause and never move to somebody else."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QPushButton, QWidget

from contract.reply_window import NO_REPLY, ONE_REPLY, USUAL, ReplyWindow
from reception.desk.drafts import Drafts
from reception.desk.enclosure import Enclosure
from reception.desk.ready_words import ReadyWords
from reception.records import Patient, Request
from reception.widgets.enclosure_strip import EnclosureStrip
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_search import Starts
from reception.widgets.patient_words import on_button, plain
from reception.widgets.request_tool import Tool
from reception.widgets.sending import Outgoing, Sending

_PAUSE_MS = 300

WINDOWS: tuple[ReplyWindow, ...] = (
    USUAL,
    ONE_REPLY,
    NO_REPLY,
    *(ReplyWindow(days=days) for days in (1, 3, 14, 28)),
)
"""How long an answer may be taken, the usual one first."""


def window_choice(parent: QWidget) -> QComboBox:
    """A choice of `WINDOWS`, in words."""
    made = QComboBox(parent)
    for window in WINDOWS:
        made.addItem(window.words)
    made.setAccessibleName("How long the patient may answer")
    made.setToolTip("How long the patient may answer")
    return made


@dataclass(frozen=True)
class Target:
    """Whom and what is being answered.

    Attributes:
        patient_id: whose the words are.
        request_id: the request it answers.
        thread_id: header of the thread with the patient; empty before there is one.
        patient: who that is; None until the record has come, and nothing is sent until then.
    """

    patient_id: str
    request_id: str
    thread_id: str
    patient: Patient | None = None

    @property
    def key(self) -> str:
        """Key of its draft: of this patient and this thread alone."""
        return draft_key(self.patient_id, self.request_id, self.thread_id)


def draft_key(patient_id: str, request_id: str, thread_id: str) -> str:
    """Where the half-written words for that patient and thread are kept."""
    return f"{patient_id}/{thread_id or request_id}"


def target_of(request: Request, patient: Patient | None) -> Target | None:
    """The answer to *request*, whose patient may not be known yet; None if it is nobody's."""
    if not request.patient_id:
        return None
    known = patient if patient is not None and patient.id == request.patient_id else None
    return Target(request.patient_id, request.id, request.thread_id, known)


class Composer(Tool):
    """A text, phrases to begin with, and a button that says who will read it."""

    sent = Signal(object)
    """An Outgoing has been handed over; it can still be taken back."""
    note_written = Signal(str, str, str)
    """An internal note for this request, with these words, whose draft has this key."""

    def __init__(
        self,
        drafts: Drafts,
        sending: Sending,
        look: Look,
        parent: QWidget | None = None,
        *,
        tasks: Starts | None = None,
        ready: ReadyWords | None = None,
    ) -> None:
        self._internal = False
        self._ready = ready
        super().__init__(look, "Reply", parent)
        self._drafts, self._sending = drafts, sending
        self._target: Target | None = None
        unit = look.metrics.unit_px
        phrases = self._phrases = QWidget(self)
        self._flow = Flow(phrases, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        self.phrase_buttons: list[QPushButton] = []
        self.text = QPlainTextEdit(self)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Message")
        self.text.setFixedHeight(round(look.metrics.line_px * 4 + 2 * unit))
        self.text.installEventFilter(self)
        self.send = QPushButton(self)
        self.send.setProperty("kind", "primary")
        self.send_done = QPushButton("Send and close  (Ctrl+Shift+Enter)", self)
        self.window_choice = window_choice(self)
        self.files = EnclosureStrip(look, tasks, self) if tasks is not None else None
        self.internal = QPushButton("Internal note", self)
        self.internal.setCheckable(True)
        self.internal.setToolTip("For colleagues only: the patient can never read it")
        buttons = QWidget(self)
        row = Flow(buttons, gap_px=unit, line_px=max(2, unit // 2))
        row.addWidget(self.send)
        row.addWidget(self.send_done)
        if self.files is not None:
            self.files.add(self.window_choice)
        else:
            row.addWidget(self.window_choice)
        # Not beside Send, whose width is the patient's name: it stays where the hand expects it.
        self.head.insertWidget(2, self.internal)
        self.body.addWidget(phrases)
        self.body.addWidget(self.text)
        if self.files is not None:
            self.body.addWidget(self.files)
            self.files.enclosed.connect(self._on_enclosed)
            self.files.dropped.connect(self._on_dropped)
        self.body.addWidget(buttons)
        self.setFocusProxy(self.text)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.keep)
        self.text.textChanged.connect(self._on_text_changed)
        self.send.clicked.connect(self._on_send)
        self.send_done.clicked.connect(self._on_send_done)
        self.internal.toggled.connect(self._on_internal)
        sending.changed.connect(self._on_sending_changed)
        drafts.changed.connect(self._on_draft_changed)
        if ready is not None:
            ready.changed.connect(self._show_phrases)
        self._show_phrases()
        self.aim(None)

    @property
    def target(self) -> Target | None:
        """Whom and what it answers now."""
        return self._target

    def aim(self, target: Target | None) -> None:
        """Answer *target*; what was being written to somebody else is kept for them."""
        held = self._target
        if target is not None and held is not None and target.key == held.key:
            known = target.patient or held.patient
            self._target = replace(target, patient=known)
            self._name_buttons()
            return
        self.keep()
        self._target = target
        self.internal.setChecked(False)
        self.window_choice.setCurrentIndex(0)
        self._fill()
        self._name_buttons()

    @property
    def window_chosen(self) -> ReplyWindow:
        """How long the patient may answer what is being written."""
        return WINDOWS[max(0, self.window_choice.currentIndex())]

    def write_note(self) -> None:
        """Write for colleagues."""
        self.internal.setChecked(True)
        self.text.setFocus()

    def write_patient(self) -> None:
        """Write to the patient."""
        self.internal.setChecked(False)
        self.text.setFocus()

    @Slot()
    def keep(self) -> None:
        """Keep what has been written so far."""
        self._pause.stop()
        if self._target is None or self._sending.is_busy_with(self._target.key):
            return
        text = self.text.toPlainText()
        key = self._draft
        if text.strip():
            if text != self._drafts.text(key):
                self._drafts.keep(key, text)
        elif self._drafts.text(key):
            self._drafts.drop(key)

    def settled(self, draft: str) -> None:
        """The words of that draft have been stored: they are no draft any more."""
        self._drafts.drop(draft)
        if self._target is not None and self._draft == draft:
            self._fill()
            self._name_buttons()

    def ground(self) -> Ink:
        """A note for colleagues stands on another ground."""
        return Ink.INTERNAL_TINT if self._internal else Ink.RAISED

    def hideEvent(self, event: QHideEvent) -> None:
        """What goes out of sight is kept, whoever hid it."""
        super().hideEvent(event)
        self.keep()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter sends, with Shift it closes the request as well; Escape puts it away."""
        if watched is self.text and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            modifiers = event.modifiers()
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and modifiers & Qt.KeyboardModifier.ControlModifier:
                if modifiers & Qt.KeyboardModifier.ShiftModifier:
                    self._on_send_done()
                else:
                    self._on_send()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.keep()
                self.closed.emit()
                return True
        elif watched is self.text and event.type() == QEvent.Type.FocusOut:
            self.keep()
        return super().eventFilter(watched, event)

    @property
    def _draft(self) -> str:
        """Where the words are kept: a note's apart from the patient's."""
        assert self._target is not None
        return f"{self._target.key}/note" if self._internal else self._target.key

    def _fill(self) -> None:
        busy = self._target is not None and self._sending.is_busy_with(self._target.key)
        text = self._drafts.text(self._draft) if self._target is not None and not busy else ""
        if text != self.text.toPlainText():
            self.text.blockSignals(True)
            self.text.setPlainText(text)
            self.text.blockSignals(False)
            self.text.moveCursor(self.text.textCursor().MoveOperation.End)
        if self.files is not None:
            self.files.setVisible(not self._internal and self._target is not None)
            self.files.show_files(*(("", ()) if busy or self._target is None else self._enclosed()))
        if text and not self._internal:
            self.hint.setText("Your draft is back. It has not been sent.")
        else:
            self.hint.setText(
                "Colleagues only: the patient never reads it." if self._internal else ""
            )

    def _enclosed(self) -> tuple[str, tuple[Enclosure, ...]]:
        assert self._target is not None
        return self._target.key, self._drafts.files(self._target.key)

    def _name_buttons(self) -> None:
        target = self._target
        patient = target.patient if target is not None else None
        known = patient is not None or (self._internal and target is not None)
        with_files = target is not None and not self._internal and bool(self._enclosed()[1])
        ready = known and (with_files or bool(self.text.toPlainText().strip()))
        busy = target is not None and self._sending.is_busy_with(target.key)
        if self._internal:
            self.send.setText("Save note  (Ctrl+Enter)")
        else:
            who = f" to {on_button(patient)}" if patient is not None else ""
            self.send.setText(f"Send{who}  (Ctrl+Enter)")
        self.send_done.setVisible(not self._internal)
        self.window_choice.setVisible(not self._internal)
        self.send.setEnabled(ready and not busy)
        self.send_done.setEnabled(ready and not busy)
        self.text.setReadOnly(busy and not self._internal)
        self.text.setPlaceholderText(
            "On its way; take it back below to change it." if busy else "Write to the patient"
        )

    @Slot()
    def _on_text_changed(self) -> None:
        self._pause.start()
        self._name_buttons()

    @Slot()
    def _show_phrases(self) -> None:
        """A button for each phrase of the practice."""
        for button in self.phrase_buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.phrase_buttons = []
        for number, phrase in enumerate(self._ready.all if self._ready is not None else ()):
            button = QPushButton(plain(phrase.name), self._phrases)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(phrase.text)
            button.setProperty("number", number)
            button.clicked.connect(self._on_phrase)
            self._flow.addWidget(button)
            button.setVisible(True)
            self.phrase_buttons.append(button)

    @Slot()
    def _on_phrase(self) -> None:
        sender, ready = self.sender(), self._ready
        if sender is None or ready is None or self.text.isReadOnly():
            return
        phrases, number = ready.all, int(sender.property("number"))
        if number < len(phrases):
            patient = self._target.patient if self._target is not None else None
            self.text.insertPlainText(ready.filled(phrases[number], patient))
            self.text.setFocus()

    @Slot(bool)
    def _on_internal(self, internal: bool) -> None:
        self.keep()
        self._internal = internal
        self.title.setText("Note" if internal else "Reply")
        self._phrases.setVisible(not internal)  # they are words to patients
        self._fill()
        self._name_buttons()
        self.dress()

    @Slot()
    def _on_send(self) -> None:
        self._hand_over(done=False)

    @Slot()
    def _on_send_done(self) -> None:
        self._hand_over(done=True)

    def _hand_over(self, *, done: bool) -> None:
        target, text = self._target, self.text.toPlainText().strip()
        if target is None or self._sending.is_busy_with(target.key):
            return
        files = () if self._internal else self._enclosed()[1]
        if not text and not files:
            return
        self.keep()
        if self._internal:
            self.note_written.emit(target.request_id, text, self._draft)
            return
        if target.patient is None:  # the words wait for the name on the button
            return
        out = Outgoing(
            target.key, target.patient, target.request_id, text, done, self.window_chosen, files
        )
        self._sending.put(out)
        self._fill()
        self._name_buttons()
        self.sent.emit(out)

    @Slot(str, object)
    def _on_enclosed(self, key: str, file: Enclosure) -> None:
        self._drafts.enclose(key, (*self._drafts.files(key), file))

    @Slot(int)
    def _on_dropped(self, number: int) -> None:
        if self._target is not None:
            key, files = self._enclosed()
            self._drafts.enclose(key, (*files[:number], *files[number + 1 :]))

    @Slot(str)
    def _on_draft_changed(self, key: str) -> None:
        """The same words stand on two pages: what was changed on the other is shown here."""
        target = self._target
        if target is None or key not in (self._draft, target.key):
            return
        if self.files is not None and not self._sending.is_busy_with(target.key):
            self.files.show_files(*self._enclosed())
        if not self.text.hasFocus() and not self._pause.isActive():
            self._fill()
        self._name_buttons()

    @Slot()
    def _on_sending_changed(self) -> None:
        if self._target is not None and self.text.isReadOnly():
            busy = self._sending.is_busy_with(self._target.key)
            if not busy:
                self._fill()
                self._name_buttons()
