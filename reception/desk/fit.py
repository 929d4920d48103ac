"""Which slots suit."""

from dataclasses import dataclass

from reception.records import Slot


@dataclass(frozen=True)
class Fit:
    """A slot that suits a request, and why in a few words.

    Attributes:
        slot: the slot, bookable a moment ago.
        clinician: the name of whose session it stands in.
        why: "soonest", "usual GP", "asked for the morning" ...
    """

    slot: Slot
    clinician: str
    why: tuple[str, ...]

    @property
    def text(self) -> str:
        """The reasons as one line."""
        return ", ".join(self.why)
