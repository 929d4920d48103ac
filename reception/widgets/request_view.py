"""The open request: the patient's own words, untouched, and what has to be read beside them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.desk.item import Item
from reception.desk.order import waiting_since
from reception.desk.red_flags import NONE_FOUND, RedFlag, RedFlags, titles, what_to_do
from reception.desk.same_problem import about_the_same, contacts
from reception.desk.story import PatientStory
from reception.desk.words import clock
from reception.records import Message, Patient, Request
from reception.records.acknowledged import Acknowledgement, acknowledgement_of
from reception.records.tree import text_at
from reception.widgets.chip import Chip
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_banner import PatientBanner
from reception.widgets.patient_story import Section, appointment_line, request_line
from reception.widgets.patient_words import day_text
from reception.widgets.queue_row import holder_of, phrases_in
from reception.widgets.queue_words import (
    Due,
    Nearness,
    due_of,
    kind_of,
    mark_of,
    ordinal,
    waiting_text,
)
from reception.widgets.request_form import RequestForm
from reception.widgets.thread_conversation import Conversation, is_theirs, marked_html

_DUE_INKS = {
    Nearness.LATE: (Ink.URGENT, Ink.URGENT_TINT),
    Nearness.SOON: (Ink.WARN, Ink.WARN_TINT),
    Nearness.TODAY: (Ink.ACCENT, Ink.INFO_TINT),
    Nearness.LATER: (Ink.MUTED, Ink.RAISED),
    Nearness.ASLEEP: (Ink.MUTED, Ink.RAISED),
}


class RequestView(QWidget):
    """Banner, head line, words, conversation, earlier requests, next appointments."""

    def __init__(
        self, desk: Desk, look: Look, red_flags: RedFlags, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._red_flags = desk, look, red_flags
        self._request: Request | None = None
        self._form_words = ""
        unit = look.metrics.unit_px
        self.banner = PatientBanner(desk, look, self)

        self._kind, self._priority, self._due = (Chip(look, parent=self) for _ in range(3))
        self._contact, self._order = (Chip(look, parent=self) for _ in range(2))
        self._carried = Chip(look, parent=self)
        self._earlier: tuple[Request, ...] = ()
        self._when = QLabel(self)
        self._when.setProperty("kind", "muted")
        self._holder = Chip(look, parent=self)
        head = QFrame(self)
        head.setProperty("kind", "strip")
        facts = QWidget(head)
        flow = Flow(facts, gap_px=unit, line_px=max(2, unit // 2))
        for widget in (
            self._kind,
            self._priority,
            self._due,
            self._when,
            self._contact,
            self._carried,
            self._order,
        ):
            flow.addWidget(widget)
        across = QHBoxLayout(head)
        across.setContentsMargins(2 * unit, unit // 2, 2 * unit, unit // 2)
        across.setSpacing(unit)
        across.addWidget(facts, 1)
        across.addWidget(self._holder, 0, Qt.AlignmentFlag.AlignVCenter)

        self._proxy = Chip(look, parent=self)
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        large = self.words.font()
        large.setPointSizeF(look.metrics.font.pointSizeF() * 1.1)
        self.words.setFont(large)
        self.matched = QLabel(self)
        self.matched.setWordWrap(True)
        self.form = RequestForm(look, self)
        self.conversation = Conversation(look, self)
        self.earlier = Section(look, "Earlier requests", self)
        self.coming = Section(look, "Appointments from today", self)
        self.last = Section(look, "Last appointment", self)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, unit)
        column.setSpacing(unit)
        column.addWidget(self._proxy, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.words)
        column.addWidget(self.matched)
        column.addWidget(self.form)
        column.addSpacing(unit)
        column.addWidget(self.conversation)
        column.addSpacing(unit)
        column.addWidget(self.earlier)
        column.addWidget(self.coming)
        column.addWidget(self.last)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(body)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body.setObjectName("requestBody")

        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.banner)
        outer.addWidget(head)
        outer.addWidget(self._scroll, 1)
        desk.time.minute_passed.connect(self._on_minute)
        look.palette.changed.connect(self._dress)
        self._dress()

    @property
    def request(self) -> Request | None:
        """The request shown."""
        return self._request

    def show_request(self, request: Request, patient: Patient | None) -> None:
        """Show *request*; another one than before begins at the top, with nothing of the last."""
        another = self._request is None or self._request.id != request.id
        changed_hands = (
            not another
            and self._request is not None
            and (self._request.patient_id != request.patient_id)
        )
        self._request = request
        if request.is_unmatched:
            self.banner.show_unmatched(request.patient_name)
        elif patient is not None and patient.id == request.patient_id:
            self.banner.show_patient(patient)
        else:
            self.banner.show_loading(request.patient_name)
        if another or changed_hands:
            self.conversation.show_messages([], self._desk.time.today())
            loading = "Loading…" if request.patient_id else "Known once the person is matched"
            self.earlier.show_lines([], loading)
            self.coming.show_lines([], loading)
            self.last.show_lines([], loading)
            self.form.clear()
            self._earlier = ()
            self._form_words = ""
        if another:
            self._scroll.verticalScrollBar().setValue(0)
        self._show_head(request)
        self._show_words(request)

    def show_story(self, story: PatientStory) -> None:
        """What is known of the patient, if it is the one shown."""
        request = self._request
        if request is None or story.banner.patient.id != request.patient_id:
            return
        self.banner.show_facts(story.banner)
        self._earlier = story.earlier
        self._show_contacts(request)
        lines = [
            f"⚑ {request_line(self._desk, r)}"
            if phrases_in(self._red_flags, r)
            else request_line(self._desk, r)
            for r in story.earlier
            if r.id != request.id
        ]
        self.earlier.show_lines(lines, "None before this one")
        appointments = [appointment_line(self._desk, a) for a in story.banner.appointments]
        self.coming.show_lines(appointments, "None booked")

    def show_item(self, item: Item) -> None:
        """The form that came with it and who was seen last, if it is of the request shown."""
        request = self._request
        if request is None or (item.request_id, item.patient_id) != (
            request.id,
            request.patient_id,
        ):
            return
        self.form.show_item(item)
        lines = [appointment_line(self._desk, item.last)] if item.last is not None else []
        if request.patient_id:
            self.last.show_lines(lines, "None in the last year")
        self._form_words = item.words
        self._show_words(request)

    def show_messages(self, messages: Sequence[Message]) -> None:
        """The conversation, without a first message that only repeats the words."""
        request = self._request
        if request is None:
            return
        shown = [
            m
            for place, m in enumerate(messages)
            if not (place == 0 and is_theirs(m) and m.text.strip() == request.description.strip())
        ]
        self.conversation.show_messages(shown, self._desk.time.today())

    def _show_head(self, request: Request) -> None:
        desk, now = self._desk, self._desk.time.now()
        kind, mark, due = kind_of(request), mark_of(request), due_of(request, now)
        self._kind.say(f"{kind.letter}  {kind.word}", Ink.TEXT, Ink.BOOKED_TINT)
        if mark:
            self._priority.say(f"{mark.letter}  {mark.word}", mark.ink, mark.ground)
        else:
            self._priority.say("", Ink.TEXT, Ink.RAISED)
        if due:
            ink, ground = _DUE_INKS[due.nearness]
            self._due.say(f"{due.nearness.value}  {_due_words(due)}", ink, ground)
            self._due.setAccessibleName(due.spoken)
        else:
            self._due.say("", Ink.TEXT, Ink.RAISED)
        came = day_text(request.authored, desk.time.today())
        self._when.setText(f"came {came}, waiting {waiting_text(waiting_since(request), now)}")
        self._show_contacts(request)
        of_order = [r for r in desk.requests if r.order and r.order == request.order]
        more = len(of_order) - 1
        self._order.say(f"{more} more in this order" if more > 0 else "", Ink.TEXT, Ink.RAISED)
        holder, other = holder_of(request, desk.me.reference, now)
        ink, ground = (Ink.HELD, Ink.HELD_TINT) if other else (Ink.MUTED, Ink.RAISED)
        self._holder.say(holder, ink, ground)

    def _show_contacts(self, request: Request) -> None:
        """How often they have written lately, about what, and what was told of danger then."""
        known = {r.id: r for r in self._desk.requests.of_patient(request.patient_id)}
        known |= {r.id: r for r in self._earlier}
        lately = [] if request.is_unmatched else contacts(request, known.values())
        same = about_the_same(request, lately)
        text = f"{ordinal(len(lately) + 1)} in 9 days" if lately else ""
        alike = ", same problem" if same else ""
        self._contact.say(f"↻ {text}{alike}" if text else "", Ink.WARN, Ink.WARN_TINT)
        self._contact.setToolTip(
            "\n".join(request_line(self._desk, other) for other in same or lately)
        )
        flagged = [(other, phrases_in(self._red_flags, other)) for other in lately]
        first = next(((other, found) for other, found in flagged if found), None)
        carried = ""
        if first is not None:
            day = day_text(first[0].authored, self._desk.time.today())
            carried = f"⚑ before: {first[1][0].lower()}, {day}"
        self._carried.say(carried, Ink.URGENT, Ink.URGENT_TINT)

    def _show_words(self, request: Request) -> None:
        palette = self._look.palette
        said = "\n\n".join(filter(None, (request.description, request.note)))
        text = said or "No words came with this request."
        found = self._red_flags.found_in(text, self._red_flags.person_of(request))
        since = self._red_flags.found_beside(request)
        spans = [(f.start, f.end) for f in found]
        self.words.setText(
            marked_html(text, spans, palette.css(Ink.URGENT_TINT), palette.css(Ink.URGENT))
        )
        self.words.setAccessibleName(text)
        person = self._red_flags.person_of(request)
        told = self._red_flags.found_in(self._form_words, person) if self._form_words else []
        since = [*told, *since]
        self.matched.setText(flags_text(found, since, acknowledgement_of(request)))
        self.matched.setProperty("kind", "urgent" if found or since else "muted")
        self.matched.style().polish(self.matched)
        by = text_at(request.tree, "requester", "display")
        if request.requester.startswith("RelatedPerson/"):
            self._proxy.say(f"Sent by {by or 'a proxy'} for the patient", Ink.HELD, Ink.HELD_TINT)
        elif request.requester.startswith("Practitioner/"):
            taken_by = f" by {by}" if by else ""
            self._proxy.say(f"Taken down{taken_by} at the practice", Ink.TEXT, Ink.RAISED)
        else:
            self._proxy.say("", Ink.TEXT, Ink.RAISED)

    @Slot()
    def _on_minute(self) -> None:
        if self._request is not None:
            self._show_head(self._request)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self._scroll.setStyleSheet(f"#requestBody {{ background: {palette.css(Ink.SURFACE)}; }}")
        if self._request is not None:
            self._show_words(self._request)


def flags_text(
    found: Sequence[RedFlag], since: Sequence[RedFlag], seen: Acknowledgement | None
) -> str:
    """What was matched in a request and in what came after it, what to do, and who has seen it."""
    lines = []
    if found or not since:
        matched = f"Phrase matched: {titles(found)}" if found else f"{NONE_FOUND}. "
        lines.append(matched if found else f"{matched}Read it all the same.")
    if since:
        lines.append(f"Matched in what came with or after it: {titles(since)}")
    if do := what_to_do([*since, *found]):
        lines.append(do)
    if seen is not None:
        lines.append(f"Acknowledged by {seen.by_name} at {clock(seen.at)}")
    return "\n".join(lines)


def _due_words(due: Due) -> str:
    if due.nearness is Nearness.LATER:
        return f"Due {due.text}"
    return f"{due.spoken[:1].upper()}{due.spoken[1:]}"
