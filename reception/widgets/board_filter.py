"""Which part of the day the board shows, and what its columns stand for.

Nothing here hides silently: what a filter leaves out can be counted, and its words say what is
shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum

from contract.codes import Channel, SlotType
from reception.widgets.board_cell import Cell, CellState


class Columns(StrEnum):
    """What a column of the board is."""

    CLINICIANS = "clinicians"
    ROOMS = "rooms"
    SITES = "sites"


class Mode(StrEnum):
    """How a patient is seen, as reception says it."""

    FACE_TO_FACE = "face to face"
    TELEPHONE = "telephone"
    VIDEO = "video"
    VISIT = "visit"


_BY_CHANNEL = {Channel.TELEPHONE: Mode.TELEPHONE, Channel.VIDEO: Mode.VIDEO}


def mode_of(cell: Cell) -> Mode:
    """How the patient of *cell* is, or would be, seen."""
    held = cell.appointment or cell.slot
    if held is None:
        return Mode.FACE_TO_FACE
    channel = next((c for c in _BY_CHANNEL if c == held.channel), None)
    if channel is not None:
        return _BY_CHANNEL[channel]
    return Mode.VISIT if held.type_code == SlotType.VISIT else Mode.FACE_TO_FACE


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What is shown; each part narrows it further, an empty one does not.

    Attributes:
        site: id of a Location; sessions there, or in its rooms.
        role: a clinician's role in words.
        type_code: a slot type.
        mode: a `Mode`.
        free_only: only what can be booked.
        arrived_only: only who waits.
    """

    site: str = ""
    role: str = ""
    type_code: str = ""
    mode: str = ""
    free_only: bool = False
    arrived_only: bool = False

    @property
    def is_on(self) -> bool:
        """Whether anything is left out."""
        return self != BoardFilter()

    @property
    def is_of_cells(self) -> bool:
        """Whether it chooses among the cells of a column, not only among columns."""
        return bool(self.type_code or self.mode or self.free_only or self.arrived_only)

    def takes_session(self, sites: frozenset[str], role: str) -> bool:
        """Whether a session at *sites* (its place and what that belongs to) is shown."""
        return (not self.site or self.site in sites) and self.role in ("", role)

    def takes(self, cell: Cell, now: datetime) -> bool:
        """Whether *cell* is shown, as far as the cell itself decides it."""
        held = cell.appointment or cell.slot
        if self.type_code and (held is None or held.type_code != self.type_code):
            return False
        if self.mode and mode_of(cell) != self.mode:
            return False
        if not self.free_only and not self.arrived_only:
            return True
        state = cell.state(now)
        free = self.free_only and state is CellState.FREE
        return free or (self.arrived_only and state is CellState.ARRIVED)

    def words(self, site_name: Callable[[str], str], type_name: Callable[[str], str]) -> str:
        """What is shown, in a few words: "Saltmarsh Branch, free only"."""
        parts = [
            site_name(self.site) if self.site else "",
            self.role,
            type_name(self.type_code) if self.type_code else "",
            self.mode,
            "free only" if self.free_only else "",
            "arrived only" if self.arrived_only else "",
        ]
        return ", ".join(filter(None, parts))

    def kept(self) -> dict[str, str]:
        """As it is remembered: texts by name, the empty ones left out."""
        held = {name: str(value) if value else "" for name, value in asdict(self).items()}
        return {name: text for name, text in held.items() if text}

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> "BoardFilter":
        """The filter that was remembered; what makes no sense any more is left out."""
        told = {f.name: kept.get(f.name, "") for f in fields(cls)}
        mode = told["mode"] if told["mode"] in set(Mode) else ""
        return cls(
            told["site"],
            told["role"],
            told["type_code"],
            mode,
            told["free_only"] == "True",
            told["arrived_only"] == "True",
        )
