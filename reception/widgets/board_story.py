"""The whole story of a cell, in lines: for the panel, the tool tip and the printed day."""

from datetime import datetime
from typing import NamedTuple

from contract.codes import BookingAccess, CancelReason, Mark
from contract.release import words_of
from reception.records import Slot
from reception.widgets.board_cell import (
    Cell,
    CellState,
    clock_text,
    marks_of,
    minutes_text,
    wait_min,
)

_VIA = {
    Mark.VIA_DESK: "at the desk",
    Mark.VIA_PHONE: "by phone",
    Mark.VIA_ONLINE: "online",
    Mark.VIA_111: "by NHS 111",
}
_REASONS = {
    CancelReason.PATIENT: "by the patient",
    CancelReason.PRACTICE: "by the practice",
    CancelReason.OTHER: "for another reason",
    CancelReason.WALKED_OUT: "left before being seen",
    CancelReason.MOVED: "moved to another time",
    CancelReason.BOOKED_IN_ERROR: "booked in error",
}
_ACCESS = {
    BookingAccess.RECEPTION: "reception",
    BookingAccess.ONLINE: "patients online",
    BookingAccess.GP_CONNECT: "other services",
    BookingAccess.NHS111: "NHS 111",
}


class StoryLine(NamedTuple):
    """One line of a story: what it is about, and what it says."""

    label: str
    words: str


def state_words(cell: Cell, now: datetime) -> str:
    """The state of *cell* in a few words, with what is urgent about it."""
    state = cell.state(now)
    words = state.value[:1].upper() + state.value[1:]
    waited = wait_min(cell, now)
    if waited is not None:
        return f"{words}, waiting {minutes_text(waited)}"
    held = cell.appointment
    if held is not None and state is CellState.CALLING and held.calls_tried:
        return f"{words}, call {held.calls_tried} of 3"
    if held is not None and state is CellState.LATE and held.late_until is not None:
        return f"{words}, expected at {clock_text(held.late_until)}"
    if state is CellState.HELD and cell.slot is not None:
        return _holder(cell.slot)
    if state is CellState.BLOCKED and cell.slot is not None:
        return f"Blocked: {cell.slot.comment}" if cell.slot.comment else "Blocked"
    return words


def _holder(slot: Slot) -> str:
    """Who is booking it, or whom it is offered to, and until when."""
    until = clock_text(slot.hold_ends)
    if slot.offer_until is not None:
        return slot.comment or f"Offered to a patient until {until}"
    return f"{slot.comment or 'A colleague'} is booking it until {until}"


def story_of(cell: Cell, clinician: str) -> list[StoryLine]:
    """What there is to know about *cell*, in the order in which it is asked for."""
    when = f"{clock_text(cell.start)} to {clock_text(cell.end)}, {minutes_text(cell.minutes)}"
    lines = [
        StoryLine("Time", when),
        StoryLine("With", clinician),
        StoryLine("Type", cell.type_text),
        StoryLine("Noted", ", ".join(marks_of(cell))),
    ]
    if cell.appointment is not None:
        lines += [
            StoryLine("Reason", cell.appointment.description),
            StoryLine("Staff note", cell.appointment.comment),
        ]
    if cell.slot is not None and cell.appointment is None:
        lines.append(StoryLine("Open to", _open_to(cell)))
        lines.append(StoryLine("Note", cell.slot.comment))
    return [line for line in lines if line.words]


def history_of(cell: Cell, now: datetime) -> list[StoryLine]:
    """What happened when, the oldest first; the label is the time."""
    held = cell.appointment
    if held is None:
        return []
    lines: list[StoryLine] = []
    if held.created is not None:
        via = _VIA.get(Mark(held.via), "") if held.via else ""
        same_day = held.created.date() == held.start.date()
        stamp = clock_text(held.created) if same_day else f"{held.created:%d-%b}"
        lines.append(StoryLine(stamp, f"Booked {via}".rstrip()))
    if held.late_noted_at is not None:
        expected = f", expected at {clock_text(held.late_until)}" if held.late_until else ""
        lines.append(StoryLine(clock_text(held.late_noted_at), f"Rang: will be late{expected}"))
    if held.arrived_at is not None:
        lines.append(StoryLine(clock_text(held.arrived_at), f"Arrived{_early(cell)}"))
    for number, called_at in enumerate(held.call_times, start=1):
        at = called_at or held.sent_in_at
        lines.append(StoryLine(clock_text(at) if at else "", f"Call {number} of 3"))
    if held.sent_in_at is not None and not held.call_times:
        quietly = " quietly" if Mark.QUIET in held.marks else ""
        called = "Called" if cell.is_phone else f"Sent in{quietly}"
        lines.append(StoryLine(clock_text(held.sent_in_at), f"{called}{_after_wait(cell)}"))
    if held.left_at is not None:
        over = "Seen at home" if cell.is_visit else "Call over" if cell.is_phone else "Left"
        lines.append(StoryLine(clock_text(held.left_at), over))
    state = cell.state(now)
    ends = {
        CellState.DID_NOT_ATTEND: "Did not attend",
        CellState.NO_ANSWER: "No answer",
        CellState.NOT_AT_HOME: "Not seen at home",
        CellState.WALKED_OUT: "Walked out before being seen",
    }
    changed = clock_text(held.last_updated)
    if state in ends:
        lines.append(StoryLine(changed, ends[state]))
    elif state is CellState.CANCELLED:
        why = f"Cancelled {_why(held.cancel_reason)}".rstrip()
        text = f": {held.cancel_text}" if held.cancel_text else ""
        lines.append(StoryLine(changed, f"{why}{text}"))
    return lines


def tooltip_of(cell: Cell, clinician: str, now: datetime) -> str:
    """The story in plain lines, as it shows under the mouse."""
    name = cell.appointment.patient_name if cell.appointment is not None else ""
    head = [name, state_words(cell, now)]
    story = [f"{line.label}: {line.words}" for line in story_of(cell, clinician)]
    past = [f"{line.label}  {line.words}" for line in history_of(cell, now)]
    return "\n".join(filter(None, [*head, *story, *past]))


def _open_to(cell: Cell) -> str:
    assert cell.slot is not None
    known = [words for code, words in _ACCESS.items() if code in cell.slot.access]
    rules = [words for code in sorted(cell.slot.access) if (words := words_of(code))]
    return "; ".join([", ".join(known) or "reception", *rules])


def _why(code: str) -> str:
    try:
        return _REASONS[CancelReason(code)]
    except ValueError:
        group = code.partition("-")[0]
        return {"pat": "by the patient", "prov": "by the practice"}.get(group, "")


def _early(cell: Cell) -> str:
    assert cell.appointment is not None
    assert cell.appointment.arrived_at is not None
    off = int((cell.appointment.arrived_at - cell.start).total_seconds() / 60)
    if off > 0:
        return f", {minutes_text(off)} late"
    return f", {minutes_text(-off)} early" if off < 0 else ""


def _after_wait(cell: Cell) -> str:
    held = cell.appointment
    assert held is not None
    assert held.sent_in_at is not None
    if held.arrived_at is None:
        return ""
    since = max(held.arrived_at, held.start)
    waited = int((held.sent_in_at - since).total_seconds() / 60)
    return f" after {minutes_text(waited)}" if waited > 0 else ""
