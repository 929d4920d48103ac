"""Who is signed in."""

from dataclasses import dataclass

from contract.codes import Role


@dataclass(frozen=True)
class Me:
    """The signed-in user.

    Attributes:
        reference: `Practitioner/<id>`.
        display: the name colleagues see.
        role: what the account may do.
        scopes: what was granted, as SMART v2 scopes.
    """

    reference: str
    display: str
    role: Role
    scopes: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The id within the reference."""
        return self.reference.rpartition("/")[2]

    def may_read(self, resource_type: str) -> bool:
        """Whether the granted scopes let this user search *resource_type*."""
        for scope in self.scopes:
            name, _, rights = scope.partition(".")
            if name in (f"user/{resource_type}", "user/*") and ("s" in rights or rights == "*"):
                return True
            if name == f"user/{resource_type}" and rights == "read":
                return True
        return False
