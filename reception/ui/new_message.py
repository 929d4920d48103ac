"""A new message: to whom, what, what will go out, and what came of it for each."""

import uuid
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from contract.limits import UNDO_SEND_S
from reception.desk.desk import Desk
from reception.desk.enclosure import Enclosure
from reception.desk.letter_draft import LetterDraft
from reception.desk.mailing import Delivery, Letter
from reception.records import Patient
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.composer import WINDOWS, window_choice
from reception.widgets.enclosure_strip import EnclosureStrip
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_search import PatientSearch
from reception.widgets.patient_words import on_button, standing

_PAUSE_MS = 300
_TICK_MS = 250
_EACH = (
    "Each of them gets a thread of their own and learns of nobody else. Write nothing in it that "
    "is only for one of them."
)


class NewMessage(QFrame):
    """Write, look at what will go out, send; the draft is kept at every pause."""

    closed = Signal()
    """Nothing is being written any more."""

    def __init__(
        self,
        desk: Desk,
        look: Look,
        tasks: Tasks,
        parent: QWidget | None = None,
        *,
        wait_s: float = UNDO_SEND_S,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._tasks = desk, look, tasks
        self._people: dict[str, Patient] = {}
        self._letter = LetterDraft(desk.drafts)
        self._act = str(uuid.uuid4())
        self._came: dict[str, Delivery] = {}
        self._wait_ms, self._left_ms = round(wait_s * 1000), 0
        self.title = QLabel("New message", self)
        self.title.setFont(look.metrics.title)
        self.search = PatientSearch(desk, look, tasks, self)
        self.search.field.setPlaceholderText("To: find a patient, Enter adds them")
        self.to = QWidget(self)
        self.to_flow = Flow(self.to, gap_px=look.metrics.unit_px, line_px=4)
        self.hint = QLabel(self)
        self.hint.setProperty("kind", "muted")
        self.hint.setWordWrap(True)
        self.topic = QLineEdit(self)
        self.topic.setPlaceholderText("Subject, as the patient reads it")
        self.topic.setAccessibleName("Subject")
        self.topic.setMaxLength(120)
        self.text = QPlainTextEdit(self)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Message")
        self.text.setPlaceholderText("Write to the patient")
        self.files = EnclosureStrip(look, tasks, self)
        self.window_choice = window_choice(self)
        self.phrase = QComboBox(self)
        self.phrase.setAccessibleName("Add a phrase; names are filled in for each patient")
        self.phrase.setToolTip("Add a phrase; names are filled in for each patient")
        self.check = QPushButton("See what will go out  (Ctrl+Enter)", self)
        self.check.setProperty("kind", "primary")
        self.leave = QPushButton("Put away, keep the draft  (Esc)", self)
        self.discard = QPushButton("Throw the draft away", self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("What will go out, one line for each patient")
        self.list.setWordWrap(True)
        self.list.setSpacing(look.metrics.unit_px // 2)
        self.review = QLabel(self)
        self.review.setWordWrap(True)
        self.send = QPushButton(self)
        self.send.setProperty("kind", "primary")
        self.back = QPushButton("Back to the words  (Esc)", self)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._build(look.metrics.unit_px)
        self._connect()
        self._show_to()

    def _build(self, unit: int) -> None:
        form = QWidget(self)
        column = QVBoxLayout(form)
        column.setContentsMargins(unit, 0, 0, 0)
        column.setSpacing(unit)
        for widget in (self.to, self.hint, self.topic):
            column.addWidget(widget)
        column.addWidget(self.text, 1)
        column.addWidget(self.files)
        buttons = QWidget(form)
        flow = Flow(buttons, gap_px=unit, line_px=max(2, unit // 2))
        flow.addWidget(self.check)
        flow.addWidget(self.window_choice)
        flow.addWidget(self.phrase)
        flow.addWidget(self.leave)
        flow.addWidget(self.discard)
        column.addWidget(buttons)
        writing = QWidget(self)
        across = QHBoxLayout(writing)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(unit)
        across.addWidget(self.search, 2)
        across.addWidget(form, 3)
        going = QWidget(self)
        down = QVBoxLayout(going)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(unit)
        down.addWidget(self.review)
        down.addWidget(self.list, 1)
        ends = QWidget(going)
        last = Flow(ends, gap_px=unit, line_px=max(2, unit // 2))
        last.addWidget(self.send)
        last.addWidget(self.back)
        down.addWidget(ends)
        self._steps = QStackedWidget(self)
        self._steps.addWidget(writing)
        self._steps.addWidget(going)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        outer.setSpacing(unit)
        outer.addWidget(self.title)
        outer.addWidget(self._steps, 1)
        self.setObjectName("newMessage")

    def _connect(self) -> None:
        self.search.chosen.connect(self.add)
        self.search.given_up.connect(self.put_away)
        self.topic.textEdited.connect(self._on_edited)
        self.topic.returnPressed.connect(self.text.setFocus)
        self.text.textChanged.connect(self._on_edited)
        self.text.installEventFilter(self)
        self.phrase.activated.connect(self._on_phrase)
        self._desk.ready_words.changed.connect(self._show_phrases)
        self._show_phrases()
        self.files.enclosed.connect(self._on_enclosed)
        self.files.dropped.connect(self._on_dropped)
        self.check.clicked.connect(self._on_check)
        self.leave.clicked.connect(self.put_away)
        self.discard.clicked.connect(self._on_discard)
        self.send.clicked.connect(self._on_send)
        self.back.clicked.connect(self._on_back)
        self._pause.timeout.connect(self.keep)
        self._tick.timeout.connect(self._on_tick)
        self._look.palette.changed.connect(self._dress)
        self._dress()

    @property
    def recipients(self) -> list[Patient]:
        """Who will get it."""
        return [self._people[patient_id] for patient_id in self._letter.to]

    @property
    def is_going(self) -> bool:
        """Whether it waits to go, or is on its way."""
        return self._tick.isActive()

    def begin(self, patient: Patient | None = None) -> None:
        """Write to *patient*; without one, go on with the letter to several, if there is one."""
        if self._steps.currentIndex() == 1:
            return  # one at a time: what has gone out is looked at first
        if patient is not None:
            self._people[patient.id] = patient
            self._address([patient.id])
            (self.text if self.topic.text() else self.topic).setFocus()
            return
        self.search.setFocus()
        wanted = self._letter.restore_group() if not self._letter.to else []
        if wanted:
            self._tasks.start(self._restore(wanted), on_problem=self._say_problem)

    async def _restore(self, wanted: Sequence[str]) -> None:
        for patient_id in wanted:
            known = self._desk.patients.get(patient_id) or self._people.get(patient_id)
            if known is None:
                banner = await self._desk.banner(patient_id, panel=f"letter {patient_id}")
                known = banner.patient if banner is not None else None
            if known is not None:
                self._people[patient_id] = known
        if not self._letter.to:
            self._address([one for one in wanted if one in self._people])

    @Slot(Patient)
    def add(self, patient: Patient) -> None:
        """One more who gets it."""
        self._people[patient.id] = patient
        self._address([*self._letter.to, patient.id])
        self.search.clear()
        self.search.setFocus()
        announce(self, f"{patient.name} added")

    def remove(self, patient_id: str) -> None:
        """One who does not get it after all."""
        self._address([one for one in self._letter.to if one != patient_id])

    @Slot()
    def keep(self) -> None:
        """Keep what has been written so far."""
        self._pause.stop()
        self._letter.keep()

    @Slot()
    def put_away(self) -> None:
        """Stop writing; the draft stays."""
        if self.is_going:
            return
        self.keep()
        self._letter = LetterDraft(self._desk.drafts)
        self._steps.setCurrentIndex(0)
        self._fill()
        self.search.clear()
        self.closed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """What goes out of sight is kept."""
        super().hideEvent(event)
        self.keep()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape steps back; Enter sends what has been looked at."""
        if event.key() == Qt.Key.Key_Escape:
            if self._steps.currentIndex() == 1:
                self._on_back()
            else:
                self.put_away()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter shows what will go out, Escape puts it away."""
        if watched is self.text and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._on_check()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.put_away()
                return True
        return super().eventFilter(watched, event)

    # To whom

    def _address(self, patient_ids: Sequence[str]) -> None:
        self._letter.address(patient_ids)
        self._fill()

    def _fill(self) -> None:
        for widget in (self.topic, self.text):
            widget.blockSignals(True)
        if self.topic.text() != self._letter.topic:
            self.topic.setText(self._letter.topic)
        if self.text.toPlainText() != self._letter.text:
            self.text.setPlainText(self._letter.text)
        for widget in (self.topic, self.text):
            widget.blockSignals(False)
        self._show_to()

    def _show_to(self) -> None:
        while (item := self.to_flow.takeAt(0)) is not None:
            if (held := item.widget()) is not None:
                held.hide()
                held.deleteLater()
        for patient in self.recipients:
            button = QPushButton(f"{on_button(patient)}   ×", self.to)
            button.setAccessibleName(f"To {patient.name}, {patient.born_text}. Press to take out")
            button.setProperty("patient", patient.id)
            button.clicked.connect(self._on_remove)
            self.to_flow.addWidget(button)
            button.show()
        count = len(self._letter.to)
        self.to.setVisible(count > 0)
        self.title.setText(
            "New message"
            if not count
            else f"New message to {self.recipients[0].name}"
            if count == 1
            else f"New message to {count} patients, one by one"
        )
        nobody = "Find whom to write to at the left; add one, or several."
        self.hint.setText(_EACH if count > 1 else "" if count else nobody)
        self.hint.setVisible(bool(self.hint.text()))
        for widget in (self.topic, self.text, self.phrase):
            widget.setEnabled(count > 0)
        self.files.setEnabled(count > 0)
        self._show_files()

    def _show_files(self) -> None:
        key = self._letter.key
        self.files.show_files(key, self._desk.drafts.files(key) if key else ())
        self._show_ready()

    def _show_ready(self) -> None:
        words = bool(self._letter.text.strip()) or bool(self._enclosed)
        self.check.setEnabled(bool(self._letter.to and self._letter.topic.strip() and words))
        self.discard.setVisible(bool(self._letter.topic or self._letter.text or self._enclosed))

    @property
    def _enclosed(self) -> tuple[Enclosure, ...]:
        return self._desk.drafts.files(self._letter.key) if self._letter.key else ()

    @Slot()
    def _on_remove(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.remove(str(sender.property("patient")))
            self.search.setFocus()

    @Slot()
    def _on_edited(self) -> None:
        self._letter.write(self.topic.text(), self.text.toPlainText())
        self._pause.start()
        self._show_ready()

    @Slot()
    def _show_phrases(self) -> None:
        self.phrase.clear()
        self.phrase.addItem("Add a phrase…")
        for phrase in self._desk.ready_words.all:
            self.phrase.addItem(phrase.name)

    @Slot(int)
    def _on_phrase(self, row: int) -> None:
        phrases = self._desk.ready_words.all
        if 0 < row <= len(phrases):
            # Its places stay open: each patient's own name is filled in when it goes out.
            self.text.insertPlainText(f"{phrases[row - 1].text.strip()} ")
        self.phrase.setCurrentIndex(0)
        self.text.setFocus()

    @Slot(str, object)
    def _on_enclosed(self, key: str, file: Enclosure) -> None:
        self._desk.drafts.enclose(key, (*self._desk.drafts.files(key), file))
        self._letter.write(self._letter.topic, self._letter.text)
        self._show_files()

    @Slot(int)
    def _on_dropped(self, number: int) -> None:
        held = self._enclosed
        self._desk.drafts.enclose(self._letter.key, (*held[:number], *held[number + 1 :]))
        self._show_files()

    @Slot()
    def _on_discard(self) -> None:
        self._letter.forget()
        self._fill()
        self.topic.setFocus()

    # What will go out, and what came of it

    def _made(self) -> Letter:
        window = WINDOWS[max(0, self.window_choice.currentIndex())]
        return Letter(self._letter.topic, self._letter.text, window, self._enclosed)

    @Slot()
    def _on_check(self) -> None:
        if not self.check.isEnabled():
            return
        self.keep()
        self._act, self._came = str(uuid.uuid4()), {}
        self._steps.setCurrentIndex(1)
        self._show_going()
        self.send.setFocus()

    @Slot()
    def _on_back(self) -> None:
        if self.is_going and self._left_ms <= 0:
            return  # it is on its way
        self._tick.stop()
        if self._came and not self._failed():
            self._finish()
            return
        self._steps.setCurrentIndex(0)
        self.text.setFocus()

    @Slot()
    def _on_send(self) -> None:
        if self.is_going:
            self._left_ms = min(self._left_ms, 0)
            self._on_tick()
        elif self._came and not self._failed():
            self._finish()
        else:
            self._left_ms = self._wait_ms
            self._tick.start()
            self._show_going()
            self.back.setFocus()

    @Slot()
    def _on_tick(self) -> None:
        self._left_ms -= _TICK_MS
        if self._left_ms > 0:
            self._show_going()
            return
        self._tick.stop()
        self._tasks.start(self._go(), on_problem=self._say_problem)

    async def _go(self) -> None:
        letter, people, key = self._made(), self._to_reach(), self._letter.key
        self.send.setEnabled(False)
        self.back.setEnabled(False)
        self.review.setText("On its way…")
        try:
            fill = self._desk.ready_words.fill
            for delivery in await self._desk.write_each(people, letter, key=self._act, fill=fill):
                self._came[delivery.patient.id] = delivery
        finally:
            self.send.setEnabled(True)
            self.back.setEnabled(True)
        if not self._failed():
            self._desk.drafts.drop(key)
        self._show_going()
        self.send.setFocus()
        announce(self, self.review.text())

    def _to_reach(self) -> list[Patient]:
        reached = {k for k, delivery in self._came.items() if delivery.problem is None}
        return [patient for patient in self.recipients if patient.id not in reached]

    def _failed(self) -> list[Patient]:
        return [
            patient
            for patient in self.recipients
            if (came := self._came.get(patient.id)) is not None and came.problem is not None
        ]

    def _finish(self) -> None:
        self._letter.forget()
        self._letter = LetterDraft(self._desk.drafts)
        self._came = {}
        self._steps.setCurrentIndex(0)
        self._fill()
        self.closed.emit()

    def _show_going(self) -> None:
        letter, people = self._made(), self.recipients
        self.list.clear()
        for patient in people:
            words = self._words_for(letter, patient)
            item = QListWidgetItem(f"{self._outcome(patient)}{_who(patient)}\n{words}")
            came = self._came.get(patient.id)
            if (came and came.problem) or (not came and standing(patient)):
                item.setForeground(self._look.palette[Ink.URGENT])
            self.list.addItem(item)
        count, failed = len(people), len(self._failed())
        one = f"to {on_button(people[0])}" if count == 1 else f"to {count} patients, one by one"
        self.back.setText("Back to the words  (Esc)")
        if self.is_going:
            left_s = max(0, round(self._left_ms / 1000))
            self.review.setText(f"Goes out in {left_s} s, {one.replace('&&', '&')}.")
            self.send.setText("Send now")
            self.back.setText("Take back  (Esc)")
        elif not self._came:
            self.review.setText(
                "This will go out. Nobody sees who else gets it."
                if count > 1
                else "This will go out."
            )
            self.send.setText(f"Send {one}")
        elif failed:
            self.review.setText(f"Sent to {count - failed} of {count}. {failed} not sent, see why.")
            self.send.setText(f"Try the {failed} again")
        else:
            self.review.setText(f"Sent to {'everybody' if count > 1 else people[0].name}.")
            self.send.setText("Close  (Esc)")
        self.back.setVisible(self.is_going or not self._came or failed > 0)

    def _words_for(self, letter: Letter, patient: Patient) -> str:
        """What this patient will read, in short."""
        text = " ".join(self._desk.ready_words.fill(letter.text, patient).split())
        text = text if len(text) <= 140 else f"{text[:138]}…"
        files = f", with {len(letter.files)} attached" if letter.files else ""
        return f"{letter.topic}: {text}{files} ({letter.window.words.lower()})"

    def _outcome(self, patient: Patient) -> str:
        came = self._came.get(patient.id)
        if came is None:
            gone = standing(patient)
            return f"{gone.upper()}: " if gone else ""
        return "✓ Sent: " if came.problem is None else f"✗ NOT SENT ({came.problem.sentence}) "

    def _say_problem(self, problem: Problem) -> None:
        self.review.setText(problem.sentence)
        self.hint.setText(problem.sentence)
        self.hint.show()
        announce(self, problem.sentence)

    @Slot()
    def _dress(self) -> None:
        ground = self._look.palette.css(Ink.SURFACE)
        self.setStyleSheet(f"#newMessage {{ background: {ground}; border: none; }}")


def _who(patient: Patient) -> str:
    number = f", NHS number {patient.spaced_nhs_number}" if patient.nhs_number else ""
    return f"{patient.name}, born {patient.born_text}{number}"
