"""A conversation as it stands in the list: who acts next, what was said last, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial

from PySide6.QtCore import QObject, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from contract.codes import Outcome, RequestState
from reception.desk.desk import Desk
from reception.desk.order import QueueKey, waiting_since
from reception.desk.red_flags import titles
from reception.records import Message, Request
from reception.widgets.composer import draft_key
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import age_text, sex_text
from reception.widgets.queue_model import ROW_ROLE, Index, QueueModel
from reception.widgets.queue_pane import QueuePane
from reception.widgets.queue_row import ended_text, holder_of
from reception.widgets.queue_view import QueueView
from reception.widgets.queue_words import Mark, mark_of, waiting_text
from reception.widgets.row_painter import RowPainter, Shape, draw_focus

_CONVERSED = frozenset(
    {RequestState.AWAITING_PATIENT, RequestState.REOPENED, RequestState.DELIVERY_FAILED}
)


def is_conversation(request: Request) -> bool:
    """Whether *request* is a thread, or a form that has been written about since."""
    return request.is_thread or bool(request.thread_id and request.state in _CONVERSED)


class ThreadLane(Enum):
    """Who acts next; the value is the word on the chip."""

    US = "For us"
    PATIENT = "With patient"
    CLOSED = "Nobody"

    def takes(self, request: Request, _me: str) -> bool:
        """Whether the conversation of *request* stands here.

        The service brings back what waits for the patient when the time to answer is over.
        """
        if self is ThreadLane.CLOSED:
            answered = request.is_thread or request.outcome == Outcome.ADVICE
            return not request.is_open and answered
        if not request.is_open or not is_conversation(request):
            return False
        return request.waits_for_us == (self is ThreadLane.US)

    @property
    def nothing(self) -> str:
        """What to say when nothing stands here."""
        return {
            ThreadLane.US: "Nobody waits for an answer",
            ThreadLane.PATIENT: "No answer is awaited",
            ThreadLane.CLOSED: "Nothing has been closed today",
        }[self]


@dataclass(frozen=True)
class ThreadRow:
    """What a row shows. Texts are empty where there is nothing to say."""

    name: str
    person: str
    topic: str
    last: str
    when: str
    mark: Mark | None
    state: str
    failed: bool
    unread: bool
    sentence: str


class ThreadReader:
    """Makes rows from requests and what is known of their messages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self, request: Request, ended: bool) -> ThreadRow:
        """How the conversation of *request* is shown now."""
        desk, now = self._desk, self._desk.time.now()
        patient = desk.patients.get(request.patient_id) if request.patient_id else None
        name = patient.name if patient else request.patient_name or "Name not given"
        person = ""
        if patient is not None:
            person = f"{age_text(patient, desk.time.today())} {sex_text(patient)}".strip()
        messages = desk.messages.in_thread(request.thread_id)
        header = desk.messages.get(request.thread_id)
        spoken = [m for m in messages if not m.is_internal]
        last = spoken[-1] if spoken else None
        failed = request.is_open and (
            request.state == RequestState.DELIVERY_FAILED or bool(desk.undelivered(request))
        )
        draft = draft_key(request.patient_id, request.id, request.thread_id)
        state = "Not delivered" if failed else _state(request, desk.me.reference, now, ended=ended)
        if not failed and (desk.drafts.text(draft) or desk.drafts.files(draft)):
            state = "Draft, not sent"
        flags = desk.red_flags.found_for(request) if request.waits_for_us else []
        if flags and not failed:
            state = ", ".join(filter(None, [f"⚑ {titles(flags).lower()}", state]))
        unread = any(m.from_patient and m.status == "in-progress" for m in messages)
        words = " ".join(last.text.split()) if last else " ".join(request.description.split())
        who = (
            ""
            if last is None or last.from_patient
            else "You: "
            if last.sender == (desk.me.reference)
            else "Practice: "
        )
        topic = (header.topic if header else "") or " ".join(request.description.split())
        when = waiting_text(_since(request, spoken), now)
        mark = mark_of(request)
        said = (mark.word if mark else "", name, person, topic, state, f"{when} ago", who + words)
        return ThreadRow(
            name=name,
            person=person,
            topic=topic,
            last=who + words if words != topic else "",
            when=when,
            mark=mark,
            state=state,
            failed=failed,
            unread=unread or request.state == RequestState.REOPENED,
            sentence=", ".join(filter(None, said)),
        )


class ThreadDelegate(QStyledItemDelegate):
    """Three lines: who and how long ago, about what, what was said last."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Every row alike, so that nothing jumps."""
        metrics = self._look.metrics
        return QSize(metrics.unit_px * 30, round(metrics.line_px * 3 + metrics.unit_px * 2))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one conversation."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, ThreadRow):
            return
        look, palette, metrics = self._look, self._look.palette, self._look.metrics
        unit, step = metrics.unit_px, metrics.line_px + 1
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(area, palette[Ink.SELECTED])
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, palette[Ink.RAISED])
        edge = row.mark.ink if row.mark else Ink.ACCENT if selected or row.unread else None
        if edge is not None:
            painter.fillRect(QRectF(area.left(), area.top(), 4, area.height()), palette[edge])
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), palette[Ink.LINE])
        if option.state & QStyle.StateFlag.State_HasFocus:
            draw_focus(painter, self._look, area)
        inner = area.adjusted(unit * 1.75, unit * 0.75, -unit, -unit * 0.75)
        at = RowPainter(
            painter, look, QRectF(inner.left(), inner.top(), inner.width(), metrics.line_px)
        )
        at.words_right(row.when, Ink.MUTED)
        if row.mark:
            at.chip(
                f"{row.mark.letter}  {row.mark.word}",
                row.mark.ink,
                row.mark.ground,
                from_right=True,
            )
        if row.unread:
            at.mark("N", Shape.CIRCLE, Ink.ACCENT, Ink.INFO_TINT)
        at.words(row.name, Ink.TEXT, metrics.bold)
        at.words(row.person, Ink.MUTED)
        at = RowPainter(
            painter, look, QRectF(inner.left(), inner.top() + step, inner.width(), metrics.line_px)
        )
        if row.state:
            ink, ground = (Ink.URGENT, Ink.URGENT_TINT) if row.failed else (Ink.MUTED, Ink.RAISED)
            at.chip(row.state, ink, ground, from_right=True)
        at.words(row.topic)
        at = RowPainter(
            painter,
            look,
            QRectF(inner.left(), inner.top() + 2 * step, inner.width(), metrics.line_px),
        )
        at.words(row.last, Ink.MUTED)
        painter.restore()


def thread_key(desk: Desk, request: Request) -> tuple[bool, int, QueueKey]:
    """Emergencies, what did not arrive, replies that have come, then the order of work."""
    rank = {RequestState.DELIVERY_FAILED: 0, RequestState.REOPENED: 1}
    place = next((n for state, n in rank.items() if request.state == state), 2)
    return not request.is_emergency, place, desk.queue_key(request)


def thread_list(desk: Desk, look: Look, parent: QWidget | None = None) -> QueuePane:
    """Conversations by who acts next; replies at the top, then the longest waiting."""
    model = QueueModel(
        desk.requests,
        order=partial(thread_key, desk),
        describe=ThreadReader(desk).describe,
        me=desk.me.reference,
        lane=ThreadLane.US,
    )
    view = QueueView(look, ThreadDelegate(look), "Conversations, by who acts next")
    view.setDragEnabled(False)
    return QueuePane(desk, look, model, view, tuple(ThreadLane), _order_text, parent)


def _order_text() -> str:
    return "Replies first, then due, then longest waiting"


def _state(request: Request, me: str, now: datetime, *, ended: bool) -> str:
    if ended or not request.is_open:
        return ended_text(request)
    return holder_of(request, me, now)[0]


def _since(request: Request, spoken: Sequence[Message]) -> datetime:
    sent = spoken[-1].sent if spoken else None
    return sent or waiting_since(request)
