"""Endings on their way: an outcome with words to the patient, or the same for several at once."""

from dataclasses import dataclass

from contract.codes import Outcome
from reception.desk.endings import Ending
from reception.widgets.sending import Outgoing


@dataclass(frozen=True)
class EndingMail(Outgoing):
    """A request ends with these words, when the twenty seconds are over.

    Attributes:
        outcome: what came of it.
        more: others that end with it, and are taken back with it.
    """

    outcome: Outcome = Outcome.ADVICE
    more: tuple["EndingMail", ...] = ()

    @property
    def who(self) -> str:
        """`SMITH, Jane`, or `7 patients`."""
        several = len({one.patient.id for one in self.all})
        return f"{several} patients" if self.more else self.patient.name

    @property
    def how(self) -> str:
        """What comes of it, in a few words."""
        return "and they are closed" if self.more else "and the request is closed"

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of every draft that goes with it."""
        return tuple(one.key for one in self.all)

    @property
    def all(self) -> tuple["EndingMail", ...]:
        """It, and those that go with it."""
        return (self, *self.more)

    @property
    def endings(self) -> tuple[Ending, ...]:
        """What is to be written."""
        return tuple(
            Ending(one.request_id, one.patient.id, one.outcome, one.text, one.message_key)
            for one in self.all
        )
