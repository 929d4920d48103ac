"""What one may ask of the demo, and what it tells about itself."""

from dataclasses import dataclass
from enum import StrEnum

from contract.codes import Role


class Profile(StrEnum):
    """How busy the patients are."""

    OFF = "off"
    ORDINARY = "ordinary"
    MONDAY = "monday"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that a person may sign in with; all of it is invented and public."""

    user: str
    password: str
    role: Role
    reference: str
    display: str

    def line(self) -> dict[str, str]:
        """As the ready line names it."""
        return {
            "user": self.user,
            "password": self.password,
            "role": self.role.value,
            "reference": self.reference,
        }
