"""One cell of the board: a slot, an appointment, or an appointment in its slot."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from contract.codes import BookingAccess, Channel, Mark, SlotType
from contract.core_hours import LONDON
from reception.desk.cues import Cue
from reception.records import Appointment, Slot

WAIT_LONG_MIN = 15
WAIT_TOO_LONG_MIN = 30
"""Past the first a wait is worth a look, past the second somebody should say sorry."""


class CellState(Enum):
    """What a cell is, in reception's words."""

    FREE = "free"
    LAPSED = "not used"
    EMBARGOED = "not released yet"
    HELD = "held"
    BLOCKED = "blocked"
    TAKEN = "booked"
    BOOKED = "booked, not here yet"
    LATE = "late, as they said"
    OVERDUE = "overdue"
    ARRIVED = "arrived"
    SENT_IN = "sent in"
    CALLING = "being called"
    LEFT = "left"
    DID_NOT_ATTEND = "did not attend"
    NO_ANSWER = "no answer"
    SEEN_AT_HOME = "seen at home"
    NOT_AT_HOME = "not seen at home"
    WALKED_OUT = "walked out"
    CANCELLED = "cancelled"


_STATES = {
    "arrived": CellState.ARRIVED,
    "checked-in": CellState.SENT_IN,
    "fulfilled": CellState.LEFT,
    "noshow": CellState.DID_NOT_ATTEND,
    "cancelled": CellState.CANCELLED,
}
_PHONE_STATES = {
    **_STATES,
    "checked-in": CellState.CALLING,
    "noshow": CellState.NO_ANSWER,
}
_VISIT_STATES = {
    **_STATES,
    "fulfilled": CellState.SEEN_AT_HOME,
    "noshow": CellState.NOT_AT_HOME,
}
SEEN = frozenset({CellState.LEFT, CellState.SEEN_AT_HOME})
MISSED = frozenset({CellState.DID_NOT_ATTEND, CellState.NO_ANSWER, CellState.NOT_AT_HOME})
TO_COME = frozenset({CellState.BOOKED, CellState.LATE, CellState.OVERDUE})


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at one place of the board.

    Attributes:
        key: stable while the place is: reference of the slot, or of the appointment without one.
        column: key of the column it stands in.
        start: aware UTC.
        end: aware UTC, after *start*.
        slot: the slot, if it is known.
        appointment: who is booked there, if anybody.
        cues: what to know of them.
    """

    key: str
    column: str
    start: datetime
    end: datetime
    slot: Slot | None
    appointment: Appointment | None
    cues: tuple[Cue, ...] = ()

    def state(self, now: datetime) -> CellState:
        """What it is at *now*."""
        if self.appointment is not None:
            return appointment_state(self.appointment, now)
        slot = self.slot
        if slot is None or slot.status == "busy":
            return CellState.TAKEN
        if slot.is_embargoed:
            return CellState.EMBARGOED
        if slot.is_blocked:
            return CellState.BLOCKED
        if slot.is_held(now):
            return CellState.HELD
        return CellState.LAPSED if slot.end <= now else CellState.FREE

    def is_bookable(self, now: datetime) -> bool:
        """Whether staff could book it at *now*."""
        return self.appointment is None and self.slot is not None and self.slot.is_bookable(now)

    @property
    def minutes(self) -> int:
        """Length in whole minutes."""
        return int((self.end - self.start) / timedelta(minutes=1))

    @property
    def type_text(self) -> str:
        """What kind of care it is for, in the words patients see."""
        if self.appointment is not None and self.appointment.type_text:
            return self.appointment.type_text
        return self.slot.type_text if self.slot is not None else ""

    @property
    def is_phone(self) -> bool:
        """Whether the clinician rings the patient."""
        held = self.appointment or self.slot
        return held is not None and held.channel == Channel.TELEPHONE and not self.is_visit

    @property
    def is_visit(self) -> bool:
        """Whether the clinician goes to the patient."""
        held = self.appointment or self.slot
        return held is not None and held.type_code == SlotType.VISIT

    @property
    def is_video(self) -> bool:
        """Whether they meet on a screen."""
        held = self.appointment or self.slot
        return held is not None and held.channel == Channel.VIDEO


def appointment_state(appointment: Appointment, now: datetime) -> CellState:
    """What *appointment* is at *now*."""
    if appointment.walked_out:
        return CellState.WALKED_OUT
    states = _STATES
    if appointment.is_visit:
        states = _VISIT_STATES
    elif appointment.is_phone:
        states = _PHONE_STATES
    if appointment.status in states:
        return states[appointment.status]
    if appointment.is_overdue(now):
        return CellState.OVERDUE
    return CellState.LATE if Mark.LATE in appointment.marks else CellState.BOOKED


def clock_text(at: datetime) -> str:
    """*at* (aware) as the practice's clock shows it, `09:10`."""
    local = at.astimezone(LONDON)
    return f"{local.hour:02d}:{local.minute:02d}"


def minutes_text(minutes: int) -> str:
    """`1 minute`, `12 minutes`, as it is spoken."""
    return f"{minutes} minute" if minutes == 1 else f"{minutes} minutes"


def marks_of(cell: Cell) -> tuple[str, ...]:
    """Words for what is noted about *cell*, in a fixed order."""
    words: list[str] = []
    slot, appointment = cell.slot, cell.appointment
    if cell.is_visit:
        words.append("at home")
    elif cell.is_phone:
        words.append("by telephone")
    elif cell.is_video:
        words.append("by video")
    if appointment is None:
        if slot is not None and slot.status != "busy-unavailable" and slot.is_online:
            words.append("bookable online")
        if slot is not None and BookingAccess.NHS111 in slot.access:
            words.append("kept for NHS 111")
    else:
        booked = {Mark.VIA_ONLINE: "booked online", Mark.VIA_111: "booked by NHS 111"}
        words.extend(text for mark, text in booked.items() if mark in appointment.marks)
        if Mark.LATE in appointment.marks:
            until = appointment.late_until
            expected = f", expected at {clock_text(until)}" if until is not None else ""
            words.append(f"said they will be late{expected}")
        if Mark.QUIET in appointment.marks:
            words.append("call in quietly")
        if appointment.calls_tried:
            words.append(f"{appointment.calls_tried} of 3 calls tried")
    if slot is not None and slot.overbooked:
        words.append("extra")
    words.extend(cue.words for cue in cell.cues)
    return tuple(words)


def wait_min(cell: Cell, now: datetime) -> int | None:
    """Whole minutes the patient has waited at *now*; None if nobody waits."""
    return cell.appointment.waiting_min(now) if cell.appointment is not None else None


def sentence_of(cell: Cell, clinician: str, now: datetime, *, saving: bool = False) -> str:
    """*cell* as it is read aloud.

    `09:10, SMITH Jane, Routine GP, arrived, waiting 12 minutes, with Dr Grant`.
    """
    state = cell.state(now)
    parts = [clock_text(cell.start)]
    if cell.appointment is not None:
        parts.append(cell.appointment.patient_name.replace(",", "") or "patient not named")
        parts += [cell.type_text, state.value]
        waited = wait_min(cell, now)
        if waited is not None:
            parts.append(f"waiting {minutes_text(waited)}")
        parts.append(cell.appointment.description)
    else:
        parts += [state.value, cell.type_text, minutes_text(cell.minutes)]
        if cell.slot is not None and state in (CellState.HELD, CellState.BLOCKED):
            parts.append(_with_comment(cell.slot, state))
    parts += marks_of(cell)
    if saving:
        parts.append("saving")
    if clinician:
        parts.append(f"with {clinician}")
    return ", ".join(part for part in parts if part)


def _with_comment(slot: Slot, state: CellState) -> str:
    if not slot.comment:
        return ""
    if slot.offer_until is not None:
        return slot.comment
    return f"by {slot.comment}" if state is CellState.HELD else slot.comment
