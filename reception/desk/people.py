"""Find a patient, and tell what is known about one.

Source: docs/contract.md 9.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time

from contract.core_hours import LONDON, day_bounds
from contract.moves import TASK_OPEN
from reception.desk.problems import NotEnough
from reception.desk.search_text import ELEMENTS, read_search
from reception.desk.story import Banner, Line, PatientStory
from reception.desk.workbench import Workbench
from reception.records import Appointment, Patient, PatientFlag, Request, Tree
from reception.records.problem import Refused
from reception.records.tree import each, first, moment, text_at, wire_time

FEW = 20
SECTIONS = ("problems", "medicines", "immunisations", "results", "documents")


class People:
    """Questions about patients to the service."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._asked: dict[str, tuple[str, int]] = {}

    async def find_patients(self, text: str) -> list[Patient]:
        """Who *text* may mean: names, birth date, NHS number, postcode, phone, in any order.

        Deceased and inactive patients are among them, marked.

        Raises:
            NotEnough: it does not name a person closely enough; the sentence says what is missing.
        """
        wanted = read_search(text, self._bench.time.today())
        if wanted.complaint:
            raise NotEnough(wanted.complaint)
        answers = await asyncio.gather(
            *(self._bench.wire.search("Patient", query) for query in wanted.queries())
        )
        found = self._patients(tree for answer in answers for tree in answer)
        names = [name.casefold() for name in wanted.names]
        return sorted(
            found,
            key=lambda p: (
                not p.active or p.deceased,
                p.family.casefold() not in names,
                p.family.casefold(),
                p.given.casefold(),
                p.born or date.max,
                p.id,
            ),
        )

    async def twins_of(self, patient: Patient) -> list[Patient]:
        """Others on the list with this patient's surname and birth date, easily mixed up."""
        if patient.born is None or not patient.family:
            return []
        query = [
            ("family", patient.family),
            ("birthdate", patient.born.isoformat()),
            ("_count", str(FEW)),
            ("_elements", ELEMENTS),
        ]
        found = self._patients(await self._bench.wire.search("Patient", query))
        return [other for other in found if other.is_near_twin_of(patient)]

    def patients_like(self, patient: Patient) -> list[Patient]:
        """The same question to what is already known here, answered at once."""
        return [p for p in self._bench.stores.patients if p.is_near_twin_of(patient)]

    async def banner(self, patient_id: str, *, panel: str = "") -> Banner | None:
        """Who this is and what to know before speaking.

        None where *panel* has asked about somebody else, or again, since: drop it.
        """
        is_late = self._ask(f"banner {panel}", patient_id)
        banner = await self._banner(patient_id)
        return None if is_late() else banner

    async def story(self, patient_id: str, *, panel: str = "") -> PatientStory | None:
        """The banner and the summary of the record; None as for `banner`."""
        is_late = self._ask(f"story {panel}", patient_id)
        mine = [("patient", f"Patient/{patient_id}")]
        banner, earlier, sections = await asyncio.gather(
            self._banner(patient_id),
            self._search("Task", [*mine, ("_sort", "-authored-on"), ("_count", str(FEW))]),
            asyncio.gather(
                self._section(_problem, "Condition", mine),
                self._section(_medicine, "MedicationRequest", [*mine, ("status", "active")]),
                self._section(_immunisation, "Immunization", mine),
                self._section(_result, "Observation", [*mine, ("_sort", "-date")]),
                self._section(_document, "DocumentReference", mine),
            ),
        )
        if is_late():
            return None
        shown = dict(zip(SECTIONS, sections, strict=True))
        requests = [Request.from_tree(t) for t in earlier or [] if _is(t, "Task")]
        return PatientStory(
            banner=banner,
            earlier=tuple(sorted(requests, key=lambda r: (r.authored, r.id), reverse=True)[:FEW]),
            problems=shown["problems"] or (),
            medicines=shown["medicines"] or (),
            immunisations=shown["immunisations"] or (),
            results=shown["results"] or (),
            documents=shown["documents"] or (),
            withheld=frozenset(name for name, lines in shown.items() if lines is None),
        )

    async def _section(
        self, make: Callable[[Tree], Line], resource_type: str, params: Sequence[tuple[str, str]]
    ) -> tuple[Line, ...] | None:
        """The lines of one section, the newest first; None where it is withheld."""
        trees = await self._search(resource_type, params)
        if trees is None:
            return None
        oldest = datetime.min.replace(tzinfo=UTC)
        lines = [make(t) for t in trees if _is(t, resource_type) and not _is_issue(t)]
        return tuple(sorted(lines, key=lambda li: (li.at or oldest, li.text), reverse=True))

    async def _banner(self, patient_id: str) -> Banner:
        mine = ("patient", f"Patient/{patient_id}")
        today = wire_time(day_bounds(self._bench.time.today())[0])
        tree, flags, allergies, appointments, requests = await asyncio.gather(
            self._bench.wire.read("Patient", patient_id),
            self._search("Flag", [mine]),
            self._search("AllergyIntolerance", [mine]),
            self._search("Appointment", [mine, ("date", f"ge{today}"), ("_sort", "date")]),
            self._search("Task", [mine, ("status", ",".join(sorted(TASK_OPEN)))]),
        )
        patient = Patient.from_tree(tree)
        stores = self._bench.stores
        stores.take(patient)
        stores.take_trees([*(flags or []), *(requests or [])])
        booked = (Appointment.from_tree(t) for t in appointments or [] if _is(t, "Appointment"))
        waiting = (Request.from_tree(t) for t in requests or [] if _is(t, "Task"))
        known_flags = (PatientFlag.from_tree(t) for t in flags or [] if _is(t, "Flag"))
        return Banner(
            patient=patient,
            flags=tuple(flag for flag in known_flags if flag.active),
            allergies=tuple(_allergy(t) for t in allergies or []),
            appointments=tuple(
                sorted((a for a in booked if a.holds_its_place), key=lambda a: (a.start, a.id))
            ),
            requests=tuple(sorted(waiting, key=lambda r: (r.authored, r.id))),
        )

    async def _search(
        self, resource_type: str, params: Sequence[tuple[str, str]]
    ) -> list[Tree] | None:
        """The matches; None where the user's role may not see them."""
        if self._bench.me.scopes and not self._bench.me.may_read(resource_type):
            return None
        try:
            return await self._bench.wire.search(resource_type, params)
        except Refused as refused:
            if refused.status == 403:
                return None
            raise

    def _patients(self, trees: Iterable[Tree]) -> list[Patient]:
        """Each patient once. What a pick list brings has gaps: a full copy known here is better."""
        found: dict[str, Patient] = {}
        for tree in trees:
            if _is(tree, "Patient"):
                patient = Patient.from_tree(tree)
                found[patient.id] = self._bench.stores.patients.get(patient.id) or patient
        return list(found.values())

    def _ask(self, panel: str, patient_id: str) -> Callable[[], bool]:
        mine = (patient_id, self._asked.get(panel, ("", 0))[1] + 1)
        self._asked[panel] = mine
        return lambda: self._asked[panel] != mine


def _is(tree: Tree, resource_type: str) -> bool:
    return tree.get("resourceType") == resource_type and bool(tree.get("id"))


def _words(tree: Tree, *path: str) -> str:
    return text_at(tree, *path, "text") or text_at(tree, *path, "coding", "display")


def _at(*texts: str) -> datetime | None:
    """The first of *texts* that is a FHIR dateTime; a bare day, month or year is its beginning."""
    for text in texts:
        if at := moment(text):
            return at
        parts = text.split("-")
        if text and len(parts) <= 3 and all(part.isdigit() for part in parts):
            numbers = [int(part) for part in parts] + [1] * (3 - len(parts))
            try:
                day = date(numbers[0], numbers[1], numbers[2])
            except ValueError:
                continue
            return datetime.combine(day, time(), LONDON).astimezone(UTC)
    return None


def _allergy(tree: Tree) -> Line:
    reaction = _words(tree, "reaction", "manifestation")
    severe = "high risk" if text_at(tree, "criticality") == "high" else ""
    return Line(
        _words(tree, "code"),
        _at(text_at(tree, "recordedDate"), text_at(tree, "onsetDateTime")),
        ", ".join(filter(None, [reaction, severe])),
    )


def _problem(tree: Tree) -> Line:
    return Line(
        _words(tree, "code"),
        _at(text_at(tree, "onsetDateTime"), text_at(tree, "recordedDate")),
        text_at(tree, "clinicalStatus", "coding", "code"),
    )


def _is_issue(tree: Tree) -> bool:
    """Whether it was issued from a plan, which stands in the list of medicines itself."""
    return tree.get("intent") == "order" and bool(tree.get("basedOn"))


def _medicine(tree: Tree) -> Line:
    return Line(
        _words(tree, "medicationCodeableConcept")
        or text_at(tree, "medicationReference", "display"),
        _at(text_at(tree, "authoredOn")),
        text_at(tree, "dosageInstruction", "text"),
    )


def _immunisation(tree: Tree) -> Line:
    return Line(_words(tree, "vaccineCode"), _at(text_at(tree, "occurrenceDateTime")))


def _result(tree: Tree) -> Line:
    quantity = first(tree, "valueQuantity") or {}
    value = quantity.get("value")
    detail = (
        f"{value:g} {quantity.get('unit', '')}".strip()
        if isinstance(value, int | float)
        else text_at(tree, "valueString") or _words(tree, "valueCodeableConcept")
    )
    if not detail:
        detail = " / ".join(
            f"{part['value']:g}"
            for part in each(tree, "component", "valueQuantity")
            if isinstance(part.get("value"), int | float)
        )
    return Line(_words(tree, "code"), _at(text_at(tree, "effectiveDateTime")), detail)


def _document(tree: Tree) -> Line:
    return Line(text_at(tree, "description") or _words(tree, "type"), _at(text_at(tree, "date")))
