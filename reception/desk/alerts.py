"""What a user wants to hear, and when: nothing about patients, and kept for each user apart.

An emergency breaks through whatever is chosen here: it can be made to sound once instead of until
it is acknowledged, never to be silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from contract.codes import Role

_YES, _NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Alerts:
    """One user's choice.

    Attributes:
        emergency_repeats: an emergency sounds again until it is acknowledged, not only once.
        urgent: something urgent that came in is heard.
        mine: something that came to this user, or back to them, is heard.
        quiet_with_patient: nothing but an emergency is heard while this user has somebody in.
    """

    emergency_repeats: bool = True
    urgent: bool = True
    mine: bool = True
    quiet_with_patient: bool = True

    @classmethod
    def usual(cls, role: Role) -> "Alerts":
        """What a user of *role* hears who has not chosen: a clinician is not told of the queue."""
        return cls(urgent=role not in (Role.CLINICIAN, Role.PRESCRIBER))

    @classmethod
    def from_kept(cls, kept: Mapping[str, str], usual: "Alerts") -> "Alerts":
        """What was kept; *usual* where it says nothing that can be read."""
        told = {name: kept[name] == _YES for name in usual.kept() if kept.get(name) in (_YES, _NO)}
        return replace(usual, **told)

    def kept(self) -> dict[str, str]:
        """As short texts by name."""
        return {
            name: _YES if getattr(self, name) else _NO
            for name in ("emergency_repeats", "urgent", "mine", "quiet_with_patient")
        }
