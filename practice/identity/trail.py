"""Sign-ins in the audit trail; never a password, nor what was typed where a name belongs.

Shape: the user authentication event of IHE ATNA, as IHE BALP writes AuditEvents.

Source: docs/contract.md 11.
"""

from dataclasses import dataclass
from typing import Final

from practice.clock import instant
from practice.identity.accounts import Account
from practice.store import Tree, Unit

_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_SOURCE_TYPE: Final = "http://terminology.hl7.org/CodeSystem/security-source-type"


@dataclass(frozen=True, slots=True)
class Tried:
    """One try at signing in.

    Attributes:
        client_id: the program that is signed in to.
        address: network address of the browser.
        account: whose name was given; None when there is no such account.
        fault: why it failed; empty when it did not.
        by: who asked at the machine itself, for a command; empty for a browser.
    """

    client_id: str
    address: str
    account: Account | None
    fault: str = ""
    by: str = ""

    def write(self, unit: Unit) -> None:
        """Store it."""
        unit.create(self._tree(unit))

    def _tree(self, unit: Unit) -> Tree:
        tree: Tree = {
            "resourceType": "AuditEvent",
            "type": _coding("110114", "User Authentication"),
            "subtype": [_coding("110122", "Login")],
            "action": "E",
            "recorded": instant(unit.now),
            "outcome": "4" if self.fault else "0",
            "agent": [self._user(), self._program()],
            "source": {
                "observer": {"display": "Reception practice service"},
                "type": [{"system": _SOURCE_TYPE, "code": "6", "display": "Security Server"}],
            },
        }
        return tree | ({"outcomeDesc": self.fault} if self.fault else {})

    def _user(self) -> Tree:
        user: Tree = {"requestor": True}
        if self.account is not None:
            shown = self.account.display
            user["who"] = {"reference": self.account.reference, "display": shown}
            user |= {"altId": self.account.user, "name": shown}
        if self.address:
            user["network"] = {"address": self.address, "type": "2"}
        return user

    def _program(self) -> Tree:
        return {
            "type": {"coding": [_coding("110150", "Application")]},
            "who": {"display": self.client_id},
            "requestor": False,
            **({"name": self.by} if self.by else {}),
        }


def _coding(code: str, display: str) -> Tree:
    return {"system": _DICOM, "code": code, "display": display}
