"""What a cell shows: letter, shape, tint, words and marks, before anything is drawn."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from contract.codes import BookingAccess, Mark
from reception.desk.cues import CueKind
from reception.records import Appointment
from reception.widgets.board_cell import (
    WAIT_LONG_MIN,
    WAIT_TOO_LONG_MIN,
    Cell,
    CellState,
    clock_text,
    wait_min,
)
from reception.widgets.palette import Ink
from reception.widgets.row_painter import Shape


class Glyph(Enum):
    """A small sign at the right of a cell."""

    PHONE = "phone"
    VIDEO = "video"
    ONLINE = "online"
    NHS111 = "111"
    LATE = "late"
    QUIET = "quiet"
    EXTRA = "extra"
    LOCK = "lock"
    NOTE = "note"
    TWIN = "near-twin"
    MISSED = "missed before"
    OTHER_GP = "not the usual GP"
    DESK = "booked at the desk"
    BY_PHONE = "booked by phone"


class Fill(Enum):
    """How the ground of a cell is drawn."""

    PLAIN = "plain"
    OUTLINED = "outlined"
    DOTTED = "dotted"
    HATCHED = "hatched"


@dataclass(frozen=True, slots=True)
class Badge:
    """The letter of a state in its shape."""

    letter: str
    shape: Shape
    ink: Ink
    ground: Ink


@dataclass(frozen=True, slots=True)
class Face:
    """Everything that is drawn of a cell, but for where.

    Attributes:
        ground: tint behind it.
        bar: colour of the bar at its left edge, or None.
        name: the first words after the time.
        strong: the name in heavier type.
        struck: the name struck through.
        type_text: what kind of care, in second-rank type.
        more: the reason, where there is a second line.
        wait: minutes waited, as `12'`, or empty.
        wait_ink: how worrying the wait is.
        wait_ground: plate behind the wait, or None.
    """

    ground: Ink
    fill: Fill
    bar: Ink | None
    badge: Badge | None
    time: str
    name: str
    name_ink: Ink
    strong: bool
    struck: bool
    type_text: str
    more: str
    wait: str
    wait_ink: Ink
    wait_ground: Ink | None
    glyphs: tuple[Glyph, ...]


@dataclass(frozen=True, slots=True)
class _Dress:
    ground: Ink
    fill: Fill = Fill.PLAIN
    bar: Ink | None = None
    badge: Badge | None = None
    name_ink: Ink = Ink.TEXT
    strong: bool = False
    struck: bool = False


_CUES = {
    CueKind.TWIN: Glyph.TWIN,
    CueKind.MISSED: Glyph.MISSED,
    CueKind.OTHER_GP: Glyph.OTHER_GP,
}


def _badge(letter: str, shape: Shape, ink: Ink, ground: Ink = Ink.SURFACE) -> Badge:
    return Badge(letter, shape, ink, ground)


_DRESS = {
    CellState.FREE: _Dress(Ink.FREE_TINT, Fill.OUTLINED, name_ink=Ink.ACCENT),
    CellState.LAPSED: _Dress(Ink.LEFT_TINT, name_ink=Ink.MUTED),
    CellState.EMBARGOED: _Dress(Ink.EMBARGO_TINT, Fill.HATCHED, name_ink=Ink.MUTED),
    CellState.HELD: _Dress(Ink.HELD_TINT, Fill.DOTTED, Ink.HELD, name_ink=Ink.HELD),
    CellState.BLOCKED: _Dress(Ink.BLOCKED_TINT, Fill.HATCHED, name_ink=Ink.MUTED),
    CellState.TAKEN: _Dress(Ink.BOOKED_TINT, bar=Ink.FREE_LINE, name_ink=Ink.MUTED),
    CellState.BOOKED: _Dress(Ink.BOOKED_TINT, bar=Ink.FREE_LINE),
    CellState.LATE: _Dress(
        Ink.BOOKED_TINT, bar=Ink.WARN, badge=_badge("\N{EN DASH}", Shape.PILL, Ink.WARN)
    ),
    CellState.OVERDUE: _Dress(
        Ink.WARN_TINT, bar=Ink.WARN, badge=_badge("!", Shape.TRIANGLE, Ink.WARN)
    ),
    CellState.ARRIVED: _Dress(
        Ink.ARRIVED_TINT,
        bar=Ink.ARRIVED,
        badge=_badge("A", Shape.CIRCLE, Ink.ARRIVED),
        strong=True,
    ),
    CellState.SENT_IN: _Dress(
        Ink.SENT_IN_TINT, bar=Ink.SENT_IN, badge=_badge("S", Shape.SQUARE, Ink.SENT_IN), strong=True
    ),
    CellState.CALLING: _Dress(
        Ink.SENT_IN_TINT, bar=Ink.SENT_IN, badge=_badge("T", Shape.SQUARE, Ink.SENT_IN), strong=True
    ),
    CellState.LEFT: _Dress(
        Ink.LEFT_TINT,
        badge=_badge("L", Shape.PILL, Ink.MUTED, Ink.LEFT_TINT),
        name_ink=Ink.MUTED,
    ),
    CellState.DID_NOT_ATTEND: _Dress(
        Ink.DNA_TINT, bar=Ink.DNA, badge=_badge("D", Shape.DIAMOND, Ink.DNA), name_ink=Ink.DNA
    ),
    CellState.NO_ANSWER: _Dress(
        Ink.DNA_TINT, bar=Ink.DNA, badge=_badge("H", Shape.DIAMOND, Ink.DNA), name_ink=Ink.DNA
    ),
    CellState.SEEN_AT_HOME: _Dress(
        Ink.LEFT_TINT,
        badge=_badge("V", Shape.PILL, Ink.MUTED, Ink.LEFT_TINT),
        name_ink=Ink.MUTED,
    ),
    CellState.NOT_AT_HOME: _Dress(
        Ink.DNA_TINT, bar=Ink.DNA, badge=_badge("N", Shape.DIAMOND, Ink.DNA), name_ink=Ink.DNA
    ),
    CellState.WALKED_OUT: _Dress(
        Ink.DNA_TINT, bar=Ink.DNA, badge=_badge("W", Shape.HEXAGON, Ink.DNA), name_ink=Ink.DNA
    ),
    CellState.CANCELLED: _Dress(Ink.LEFT_TINT, name_ink=Ink.MUTED, struck=True),
}


def face_of(cell: Cell, now: datetime) -> Face:
    """What *cell* shows at *now*."""
    state = cell.state(now)
    dress = _DRESS[state]
    badge = dress.badge
    held = cell.appointment
    if badge is not None and held is not None and held.letter == "Q":
        badge = _badge("Q", badge.shape, badge.ink)
    ground = dress.ground
    if state is CellState.FREE and cell.slot is not None and cell.slot.is_online:
        ground = Ink.ONLINE_TINT
    waited = wait_min(cell, now)
    wait_ink, wait_ground = _wait_inks(waited or 0)
    if not waited and badge is not None:
        wait_ink = badge.ink
    name = short_name(held) if held is not None else _slot_words(cell, state)
    return Face(
        ground=ground,
        fill=dress.fill,
        bar=dress.bar,
        badge=badge,
        time=clock_text(cell.start),
        name=name,
        name_ink=dress.name_ink,
        strong=dress.strong,
        struck=dress.struck,
        type_text="" if name == cell.type_text else cell.type_text,
        more=held.description if held is not None else "",
        wait=f"{waited}'" if waited else _count_or_hour(held, state),
        wait_ink=wait_ink,
        wait_ground=wait_ground,
        glyphs=_glyphs(cell, state),
    )


def _count_or_hour(held: Appointment | None, state: CellState) -> str:
    """Which of the three calls it is, or when somebody who is late means to come."""
    if held is not None and state is CellState.CALLING and held.calls_tried:
        return f"{held.calls_tried}/3"
    if held is not None and state is CellState.LATE and held.late_until is not None:
        return f"by {clock_text(held.late_until)}"
    return ""


def short_name(appointment: Appointment) -> str:
    """`SMITH, Jane`: the title in brackets is left to where there is room."""
    name = appointment.patient_name
    return name.partition(" (")[0] or "Not named"


def _wait_inks(waited: int) -> tuple[Ink, Ink | None]:
    if waited >= WAIT_TOO_LONG_MIN:
        return Ink.SURFACE, Ink.URGENT
    if waited >= WAIT_LONG_MIN:
        return Ink.SURFACE, Ink.WARN
    return Ink.ARRIVED, None


def _slot_words(cell: Cell, state: CellState) -> str:
    slot = cell.slot
    comment = slot.comment if slot is not None else ""
    if state is CellState.HELD and slot is not None and slot.offer_until is not None:
        return comment or "Offered to a patient"
    if state is CellState.HELD:
        return f"{comment or 'A colleague'} is booking"
    if state is CellState.BLOCKED:
        return comment or cell.type_text or "Blocked"
    if state is CellState.TAKEN:
        return "Booked"
    return cell.type_text or "Free"


def _glyphs(cell: Cell, state: CellState) -> tuple[Glyph, ...]:
    shown = [_CUES[cue.kind] for cue in cell.cues if cue.is_sign]
    slot, held = cell.slot, cell.appointment
    if cell.is_phone:
        shown.append(Glyph.PHONE)
    elif cell.is_video:
        shown.append(Glyph.VIDEO)
    if slot is not None and slot.overbooked:
        shown.append(Glyph.EXTRA)
    if held is not None:
        marks = {
            Mark.VIA_ONLINE: Glyph.ONLINE,
            Mark.VIA_111: Glyph.NHS111,
            Mark.VIA_DESK: Glyph.DESK,
            Mark.VIA_PHONE: Glyph.BY_PHONE,
            Mark.LATE: Glyph.LATE,
            Mark.QUIET: Glyph.QUIET,
        }
        shown += [glyph for mark, glyph in marks.items() if mark in held.marks]
        if held.comment:
            shown.append(Glyph.NOTE)
    elif slot is not None and state in (CellState.FREE, CellState.LAPSED):
        if slot.is_online:
            shown.append(Glyph.ONLINE)
        if BookingAccess.NHS111 in slot.access:
            shown.append(Glyph.NHS111)
    elif state is CellState.EMBARGOED:
        shown.append(Glyph.LOCK)
    return tuple(shown)
