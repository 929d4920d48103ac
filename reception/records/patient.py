"""Patients, and the people and places of the practice.

Source: docs/contract.md 3 (Patient banner), 9.
"""

from datetime import date
from typing import Any, ClassVar

from contract import systems
from contract.nhs_number import spaced
from reception.records.record import Record
from reception.records.tree import (
    Tree,
    code_of,
    each,
    extension_values,
    first,
    id_in,
    identifier_of,
    maps,
    text_at,
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""By name here: what `strftime` writes follows the language of the computer."""


class Patient(Record, frozen=True, eq=False, kw_only=True):
    """One person on the practice's list."""

    resource_type: ClassVar[str] = "Patient"

    family: str
    given: str
    prefix: str
    born: date | None
    gender: str
    nhs_number: str
    nhs_number_status: str
    phones: tuple[str, ...]
    email: str
    address: str
    postcode: str
    usual_gp_id: str
    usual_gp_name: str
    deceased: bool
    active: bool

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        name = _best_name(tree)
        address = first(tree, "address") or {}
        number: Tree = next(
            (i for i in maps(tree, "identifier") if i.get("system") == systems.NHS_NUMBER), {}
        )
        gp: Any = first(tree, "generalPractitioner") or {}
        lines = [str(line) for line in each(address, "line")]
        return {
            "family": text_at(name, "family"),
            "given": " ".join(str(g) for g in each(name, "given")),
            "prefix": text_at(name, "prefix"),
            "born": _day(tree.get("birthDate")),
            "gender": text_at(tree, "gender"),
            "nhs_number": text_at(number, "value"),
            "nhs_number_status": next(
                (
                    str(first(v, "coding", "code") or "")
                    for v in extension_values(number, systems.NHS_NUMBER_STATUS_EXTENSION)
                ),
                "",
            ),
            "phones": tuple(
                str(t.get("value", "")) for t in maps(tree, "telecom") if t.get("system") == "phone"
            ),
            "email": next(
                (
                    str(t.get("value", ""))
                    for t in maps(tree, "telecom")
                    if t.get("system") == "email"
                ),
                "",
            ),
            "address": ", ".join([*lines, *filter(None, [text_at(address, "city")])]),
            "postcode": text_at(address, "postalCode"),
            "usual_gp_id": id_in(gp, "Practitioner"),
            "usual_gp_name": text_at(gp, "display"),
            "deceased": tree.get("deceasedBoolean") is True or "deceasedDateTime" in tree,
            "active": tree.get("active") is not False,
        }

    @property
    def name(self) -> str:
        """`SMITH, Jane (Ms)`, the way a list at a front desk is read."""
        name = f"{self.family.upper()}, {self.given}" if self.given else self.family.upper()
        return f"{name} ({self.prefix})" if self.prefix else name

    @property
    def spaced_nhs_number(self) -> str:
        """The NHS number 3-3-4, or "no NHS number"."""
        return spaced(self.nhs_number) if self.nhs_number else "no NHS number"

    @property
    def born_text(self) -> str:
        """Birth date as `03-Feb-1980`, NHS style, or "birth date unknown"."""
        if self.born is None:
            return "birth date unknown"
        return f"{self.born.day:02d}-{_MONTHS[self.born.month - 1]}-{self.born.year:04d}"

    def age_years(self, today: date) -> int | None:
        """Completed years on *today*; None without a birth date."""
        if self.born is None:
            return None
        before = (today.month, today.day) < (self.born.month, self.born.day)
        return today.year - self.born.year - before

    def is_near_twin_of(self, other: "Patient") -> bool:
        """Another person of the same surname and birth date, easily taken for this one."""
        return (
            self.id != other.id
            and self.born is not None
            and self.born == other.born
            and self.family.casefold() == other.family.casefold()
        )


class Practitioner(Record, frozen=True, eq=False, kw_only=True):
    """Somebody who works here."""

    resource_type: ClassVar[str] = "Practitioner"

    name: str
    active: bool

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        name = _best_name(tree)
        parts = [
            text_at(name, "prefix"),
            " ".join(str(g) for g in each(name, "given")),
            text_at(name, "family"),
        ]
        return {
            "name": text_at(name, "text") or " ".join(filter(None, parts)),
            "active": tree.get("active") is not False,
        }


class Place(Record, frozen=True, eq=False, kw_only=True):
    """A site or a room (FHIR Location)."""

    resource_type: ClassVar[str] = "Location"

    name: str
    part_of_id: str
    """The site that a room belongs to; empty for a site."""

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        return {
            "name": text_at(tree, "name"),
            "part_of_id": id_in(tree.get("partOf"), "Location"),
        }


class PractitionerRole(Record, frozen=True, eq=False, kw_only=True):
    """As what somebody works here."""

    resource_type: ClassVar[str] = "PractitionerRole"

    practitioner_id: str
    name: str
    active: bool

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        code: Tree = next(iter(each(tree, "code")), {})
        return {
            "practitioner_id": id_in(tree.get("practitioner"), "Practitioner"),
            "name": text_at(code, "text") or text_at(code, "coding", "display"),
            "active": tree.get("active") is not False,
        }


class Organization(Record, frozen=True, eq=False, kw_only=True):
    """The practice itself, a pharmacy, another provider."""

    resource_type: ClassVar[str] = "Organization"

    name: str
    ods: str

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        return {
            "name": text_at(tree, "name"),
            "ods": identifier_of(tree, systems.ODS_ORGANIZATION),
        }


class Team(Record, frozen=True, eq=False, kw_only=True):
    """A team that requests are handed to (FHIR CareTeam)."""

    resource_type: ClassVar[str] = "CareTeam"

    name: str
    members: frozenset[str]
    """References of who is in it."""

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        members = (text_at(p, "member", "reference") for p in maps(tree, "participant"))
        return {"name": text_at(tree, "name"), "members": frozenset(filter(None, members))}


class PatientFlag(Record, frozen=True, eq=False, kw_only=True):
    """Something to know about a patient before speaking to them (FHIR Flag)."""

    resource_type: ClassVar[str] = "Flag"

    patient_id: str
    code: str
    text: str
    active: bool

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        return {
            "patient_id": id_in(tree.get("subject"), "Patient"),
            "code": code_of(tree.get("code"), systems.RECEPTION_FLAG),
            "text": text_at(tree, "code", "text") or text_at(tree, "code", "coding", "display"),
            "active": tree.get("status") == "active",
        }


def _best_name(tree: Tree) -> Tree:
    names = list(maps(tree, "name"))
    official = (n for n in names if n.get("use") in ("official", "usual"))
    return next(official, names[0] if names else {})


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
