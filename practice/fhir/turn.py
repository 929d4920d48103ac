"""One caller's request at work inside one unit."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from practice.fhir.interaction import LETTERS, Code, Interaction
from practice.rules.caller import Caller
from practice.rules.gate import Gate
from practice.store import Stored, Tree, Unit
from practice.store.extract import leaves, target
from practice.store.parameters import PARAMETERS


@dataclass(slots=True)
class Trace:
    """What a request touched, for the audit trail.

    Attributes:
        interaction: what was asked for.
        entities: references of what was read or written, with versions where known.
        patients: ids of the patients concerned.
        queries: the searches, as they were asked.
        refused_booking: whether somebody wanted to book in vain.
        refused_slots: the slots they wanted, with the status of the refusal.
    """

    interaction: Interaction
    entities: list[str] = field(default_factory=list)
    patients: set[str] = field(default_factory=set)
    queries: list[str] = field(default_factory=list)
    refused_booking: bool = False
    refused_slots: dict[str, int] = field(default_factory=dict)

    def saw(self, ods: str, stored: Stored, tree: Tree | None = None) -> None:
        """Note that *stored* was read or written."""
        self.entities.append(f"{stored.reference}/_history/{stored.version}")
        if stored.raw:
            self.patients.update(patients_of(ods, tree or stored.tree()))

    def booked_in_vain(self, slots: Iterable[tuple[str, int]] | None) -> None:
        """Note that a booking was refused, if it was one, and which slots it wanted."""
        if slots is not None:
            self.refused_booking = True
            self.refused_slots.update(slots)

    def came_to_nothing(self, query: str, others: Iterable[Interaction] = ()) -> None:
        """Note what was asked for, where nothing of it has been noted: *others* in a bundle."""
        if not self.entities:
            wanted = (self.interaction, *others)
            self.entities = list(dict.fromkeys(f"{one.type}/{one.id}" for one in wanted if one.id))
        if not self.queries and self.interaction.code is Code.SEARCH:
            self.queries.append(f"{self.interaction.type}?{query}")


@dataclass(slots=True)
class Turn:
    """What every interaction works with."""

    unit: Unit
    gate: Gate
    caller: Caller
    base: str
    trace: Trace
    request_id: str | None = None
    """The X-Request-Id that the client gave."""

    def allow(self, interaction: Interaction) -> None:
        """Refuse what the caller may not do.

        Raises:
            Refusal: 403.
        """
        letter = LETTERS[interaction.code]
        self.gate.allow(self.unit, self.caller, interaction.type, letter)


def patients_of(ods: str, tree: Tree) -> set[str]:
    """Ids of the patients that a resource is about."""
    kind = tree["resourceType"]
    if kind == "Patient" and "id" in tree:
        return {tree["id"]}
    parameter = PARAMETERS[kind].get("patient")
    found: set[str] = set()
    for path in parameter.paths if parameter else ():
        found.update(_patient_ids(ods, leaves(tree, (*path, "reference"))))
    return found


def _patient_ids(ods: str, references: Iterable[object]) -> Iterable[str]:
    for reference in references:
        if isinstance(reference, str):
            kind, resource_id = target(ods, reference)
            if kind == "Patient":
                yield resource_id
