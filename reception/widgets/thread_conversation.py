"""A conversation: who wrote what and when; notes for colleagues on another ground."""

import html
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from reception.records import Message
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import day_text

_STATES = {
    "preparation": "being written",
    "in-progress": "sent",
    "completed": "read",
    "not-done": "NOT DELIVERED",
}


_STAFF = ("Practitioner/", "PractitionerRole/", "Organization/", "CareTeam/")
_WIDEST = 90
"""Digits; longer lines are hard to read."""


def is_theirs(message: Message) -> bool:
    """Whether it came from outside; somebody not matched yet has no reference of their own."""
    return message.from_patient or not message.sender.startswith(_STAFF)


class Bubble(QFrame):
    """One message."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._message: Message | None = None
        unit = look.metrics.unit_px
        self._who = QLabel(self)
        self._who.setProperty("kind", "muted")
        self._who.setFont(look.metrics.small)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(round(unit * 1.5), unit, round(unit * 1.5), unit)
        column.setSpacing(max(2, unit // 3))
        column.addWidget(self._who)
        column.addWidget(self._text)
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
            parts = [who, when, _STATES.get(message.status, "")]
        attached = len(message.attachments)
        parts.append(f"{attached} attached" if attached else "")
        self._who.setText("  ·  ".join(filter(None, parts)))
        self._who.setProperty("kind", "urgent" if message.failed else "muted")
        self._text.setText(message.text)
        self.setAccessibleName(f"{self._who.text()}: {message.text}")
        self._dress()

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


class Conversation(QWidget):
    """Messages one below the other, the oldest first: patients left, the practice right."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
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
        bubble = Bubble(self._look, holder)
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
