"""A conversation: who wrote what and when; notes for colleagues on another ground."""

import html
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from contract.attachment import PDF
from reception.desk.enclosure import size_text
from reception.desk.red_flags import RedFlag, RedFlags, titles
from reception.records import Attachment, Message
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import day_text, plain

_STAFF = ("Practitioner/", "PractitionerRole/", "Organization/", "CareTeam/")
_WIDEST = 90
"""Digits; longer lines are hard to read."""


def is_theirs(message: Message) -> bool:
    """Whether it came from outside; somebody not matched yet has no reference of their own."""
    return message.from_patient or not message.sender.startswith(_STAFF)


def state_text(message: Message, today: date) -> str:
    """What became of a message of ours: sent, read and when, or not delivered and why."""
    if message.failed:
        return f"NOT DELIVERED: {message.reason}" if message.reason else "NOT DELIVERED"
    if message.status == "completed":
        return f"read {day_text(message.received, today)}" if message.received else "read"
    return {"preparation": "being written", "in-progress": "sent, not read yet"}.get(
        message.status, ""
    )


def window_text(message: Message, today: date) -> str:
    """How long the patient may answer a message of ours, or nothing where it does not say."""
    window = message.window
    if window is None or message.sent is None:
        return ""
    if window.replies is not None:
        return window.words.lower()
    return f"replies until {day_text(window.ends(message.sent), today)}"


def file_text(file: Attachment) -> str:
    """`knee.jpg, 240 KB`; a file without a name is called by its kind."""
    kind = file.kind.partition(";")[0]
    called = {PDF: "PDF document"}.get(kind, "Picture" if kind.startswith("image/") else "File")
    return ", ".join(
        filter(None, (file.title or called, size_text(file.size) if file.size else ""))
    )


class Bubble(QFrame):
    """One message; with *opens* its files can be looked at and what failed be dealt with."""

    file_chosen = Signal(object)
    """This Attachment is to be shown."""
    again_requested = Signal(str)
    """The message of this id is to be sent again."""

    def __init__(self, look: Look, parent: QWidget | None = None, *, opens: bool = False) -> None:
        super().__init__(parent)
        self._look, self._opens = look, opens
        self._files: tuple[Attachment, ...] = ()
        self._message: Message | None = None
        unit = look.metrics.unit_px
        self._who = QLabel(self)
        self._who.setProperty("kind", "muted")
        self._who.setFont(look.metrics.small)
        self._who.setWordWrap(True)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(round(unit * 1.5), unit, round(unit * 1.5), unit)
        column.setSpacing(max(2, unit // 3))
        column.addWidget(self._who)
        column.addWidget(self._text)
        self._strip = QWidget(self)
        self._flow = Flow(self._strip, gap_px=unit, line_px=max(2, unit // 2))
        self.again = QPushButton("Send again", self._strip)
        self.again.clicked.connect(self._on_again)
        self._flow.addWidget(self.again)
        self._strip.hide()
        column.addWidget(self._strip)
        self.file_buttons: list[QPushButton] = []
        self.setObjectName("bubble")
        look.palette.changed.connect(self._dress)

    def show_message(self, message: Message, today: date) -> None:
        """Show *message*."""
        self._message = message
        who = message.sender_name or ("Patient" if is_theirs(message) else "Practice")
        when = day_text(message.sent, today) if message.sent else ""
        if message.is_internal:
            parts = [f"Note by {who}", when, "colleagues only"]
        elif is_theirs(message):
            parts = [who, when]
        else:
            parts = [who, when, state_text(message, today), window_text(message, today)]
        flags = self._flags_in(message)
        if flags:
            parts.append(f"⚑ phrase: {titles(flags).lower()}")
        if not self._opens:
            count = len(message.attachments)
            parts.append(f"{count} attached" if count else "")
        self._who.setText("  ·  ".join(filter(None, parts)))
        self._who.setProperty("kind", "urgent" if message.failed else "muted")
        self._show_text(message)
        self._text.setVisible(bool(message.text))
        attached = "".join(f", attached: {file_text(file)}" for file in message.files)
        self.setAccessibleName(f"{self._who.text()}{attached}: {message.text}")
        if self._opens:
            self._show_strip(message)
        self._dress()

    def _flags_in(self, message: Message) -> list[RedFlag]:
        """The phrases in what came from outside; what the practice wrote is not read for any."""
        theirs = is_theirs(message) and not message.is_internal
        return RedFlags.shipped().found_in(message.text) if theirs else []

    def _show_text(self, message: Message) -> None:
        spans = [(flag.start, flag.end) for flag in self._flags_in(message)]
        self._text.setTextFormat(Qt.TextFormat.RichText if spans else Qt.TextFormat.PlainText)
        palette = self._look.palette
        marked = marked_html(
            message.text, spans, palette.css(Ink.URGENT_TINT), palette.css(Ink.URGENT)
        )
        self._text.setText(marked if spans else message.text)

    def _show_strip(self, message: Message) -> None:
        if message.files != self._files:
            self._files = message.files
            for button in self.file_buttons:
                self._flow.removeWidget(button)
                button.hide()
                button.deleteLater()
            self.file_buttons = []
            for number, file in enumerate(message.files):
                button = QPushButton(plain(file_text(file)), self._strip)
                button.setProperty("number", number)
                button.setAccessibleName(f"Show {file_text(file)}")
                button.setToolTip("Show it here")
                button.clicked.connect(self._on_file)
                self._flow.addWidget(button)
                button.show()
                self.file_buttons.append(button)
        self.again.setVisible(message.failed)
        self._strip.setVisible(bool(message.files) or message.failed)

    @Slot()
    def _on_file(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.file_chosen.emit(self._files[int(sender.property("number"))])

    @Slot()
    def _on_again(self) -> None:
        if self._message is not None:
            self.again_requested.emit(self._message.id)

    @Slot()
    def _dress(self) -> None:
        message, palette = self._message, self._look.palette
        if message is None:
            return
        ground, edge = Ink.RAISED, Ink.LINE
        if message.is_internal:
            ground, edge = Ink.INTERNAL_TINT, Ink.HELD
        elif not is_theirs(message):
            ground, edge = Ink.OURS_TINT, Ink.LINE
        if message.failed:
            ground, edge = Ink.URGENT_TINT, Ink.URGENT
        style = "dashed" if message.is_internal else "solid"
        radius = self._look.metrics.unit_px
        self.setStyleSheet(
            f"#bubble {{ background: {palette.css(ground)}; "
            f"border: 1px {style} {palette.css(edge)}; border-radius: {radius}px; }}"
        )
        self._who.style().polish(self._who)
        self._show_text(message)
        for button in self.file_buttons:
            button.setIcon(self._look.icons.get("paperclip", Ink.MUTED))


class Conversation(QWidget):
    """Messages one below the other, the oldest first: patients left, the practice right.

    With *opens* files are buttons, and a message that was not delivered can be sent again.
    """

    file_chosen = Signal(object)
    """This Attachment is to be shown."""
    again_requested = Signal(str)
    """The message of this id is to be sent again."""

    def __init__(self, look: Look, parent: QWidget | None = None, *, opens: bool = False) -> None:
        super().__init__(parent)
        self._look, self._opens = look, opens
        self._bubbles: dict[str, tuple[QWidget, Bubble]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.metrics.unit_px)

    def show_messages(self, messages: Sequence[Message], today: date) -> bool:
        """Show *messages*, oldest first; answers whether any of them was not here before."""
        wanted = [m.id for m in messages]
        for message_id in [i for i in self._bubbles if i not in set(wanted)]:
            holder, _ = self._bubbles.pop(message_id)
            self._column.removeWidget(holder)
            holder.hide()
            holder.deleteLater()
        fresh = False
        for place, message in enumerate(messages):
            if message.id not in self._bubbles:
                self._bubbles[message.id] = self._new(message)
                fresh = True
            holder, bubble = self._bubbles[message.id]
            if self._column.indexOf(holder) != place:
                self._column.removeWidget(holder)
                self._column.insertWidget(place, holder)
            bubble.show_message(message, today)
        return fresh

    def _new(self, message: Message) -> tuple[QWidget, Bubble]:
        holder = QWidget(self)
        bubble = Bubble(self._look, holder, opens=self._opens)
        bubble.file_chosen.connect(self.file_chosen)
        bubble.again_requested.connect(self.again_requested)
        bubble.setMaximumWidth(round(self._look.metrics.digit_px * _WIDEST))
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        space = self._look.metrics.unit_px * 6
        if is_theirs(message):
            row.addWidget(bubble, 1000)
            row.addSpacing(space)
            row.addStretch(1)
        else:
            row.addStretch(1)
            row.addSpacing(space)
            row.addWidget(bubble, 1000)
        return holder, bubble


def marked_html(text: str, spans: Sequence[tuple[int, int]], ground: str, ink: str) -> str:
    """*text* untouched, as HTML, with the *spans* (start, end) lit up and underlined."""
    parts, done = [], 0
    for start, end in sorted(spans):
        if start < done:
            continue
        parts.append(html.escape(text[done:start]))
        parts.append(
            f'<span style="background-color:{ground}; color:{ink}; text-decoration:underline; '
            f'font-weight:600">{html.escape(text[start:end])}</span>'
        )
        done = end
    parts.append(html.escape(text[done:]))
    return f'<div style="white-space:pre-wrap">{"".join(parts)}</div>'
