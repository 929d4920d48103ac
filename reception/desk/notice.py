"""What a toast says."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Notice:
    """Something that has happened, in a sentence.

    Attributes:
        sentence: what to show.
        undo_id: what `Desk.undo` takes, or empty where nothing can be taken back.
        until: when the offer to undo ends (aware UTC, the service's time), or None.
        failed: whether it tells of something that went wrong.
    """

    sentence: str
    undo_id: str = ""
    until: datetime | None = None
    failed: bool = False

    @property
    def can_undo(self) -> bool:
        """Whether an undo is offered."""
        return bool(self.undo_id)
