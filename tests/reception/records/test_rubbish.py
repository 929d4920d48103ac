"""A tree from any server becomes a record or a ValueError, and goes back as it came."""

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codes import CancelReason, Outcome, Priority, Reject
from reception.records import RECORDS, Appointment, Patient, Record, Request, Slot, record_of
from reception.records.problem import Problem
from reception.records.tree import each, extension_values, id_in, moment, wire_time

NAMES = [
    "system", "value", "code", "coding", "text", "display", "reference", "actor", "participant",
    "period", "start", "end", "identifier", "extension", "url", "valueCodeableConcept",
    "valueCode", "valueString", "contained", "resourceType", "name", "given", "family", "prefix",
    "use", "telecom", "address", "line", "city", "postalCode", "output", "payload",
    "contentString", "contentAttachment", "restriction", "planningHorizon", "versionId",
    "lastUpdated", "type",
]  # fmt: skip
ELEMENTS = [
    "identifier", "extension", "serviceType", "serviceCategory", "participant", "slot", "start",
    "end", "status", "businessStatus", "code", "for", "owner", "requester", "focus", "contained",
    "output", "note", "restriction", "statusReason", "groupIdentifier", "authoredOn", "priority",
    "name", "telecom", "address", "birthDate", "generalPractitioner", "actor", "planningHorizon",
    "partOf", "category", "topic", "subject", "sender", "payload", "sent", "cancelationReason",
    "meta", "schedule", "comment", "description", "deceasedBoolean", "active", "overbooked",
]  # fmt: skip

LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.sampled_from(
        [
            "2026-11-23T09:10:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-11-23",
            "Patient/p1",
            "Practitioner/c1",
            "/_history/",
            "https://fhir.nhs.uk/Id/nhs-number",
            "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel",
            "https://reception.example/fhir/StructureDefinition/reception-mark",
            "https://reception.example/fhir/CodeSystem/reception-mark",
            "https://reception.example/fhir/Id/hold",
        ]
    )
)
VALUE = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
BODY = st.dictionaries(st.sampled_from(ELEMENTS), VALUE, max_size=8)

AT = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)


def looks(record: Record) -> None:
    """Ask *record* everything that is a property of its kind."""
    for name in dir(type(record)):
        if isinstance(getattr(type(record), name), property):
            getattr(record, name)


@settings(max_examples=150)
@given(BODY)
def test_rubbish_makes_a_record_and_stays_as_it_was(body: dict[str, Any]) -> None:
    for kind, view in RECORDS.items():
        tree = {**body, "resourceType": kind, "id": "x1"}
        before = copy.deepcopy(tree)
        record = view.from_tree(tree)
        looks(record)
        assert record.id == "x1"
        assert tree == before, "reading changes nothing"
        assert record.tree is tree


@settings(max_examples=50)
@given(VALUE, st.sampled_from(sorted(RECORDS)))
def test_without_an_id_or_of_another_type_it_is_a_value_error(identity: Any, kind: str) -> None:
    if isinstance(identity, str) and identity:
        identity = {"id": identity}
    with pytest.raises(ValueError, match=r"not a|empty id"):
        RECORDS[kind].from_tree({"resourceType": kind, "id": identity})
    with pytest.raises(ValueError, match="not a"):
        RECORDS[kind].from_tree({"resourceType": "Bundle", "id": "b1"})


@settings(max_examples=50)
@given(VALUE)
def test_the_dispatcher_takes_anything(tree: Any) -> None:
    if isinstance(tree, dict):
        record_of(tree)


@settings(max_examples=100)
@given(BODY)
def test_every_change_works_on_rubbish_and_spares_what_it_does_not_mean(
    body: dict[str, Any],
) -> None:
    """An element that Reception does not know goes back to its server as it came."""
    foreign = {"extension-of-theirs": [{"url": "https://elsewhere.example", "valueBase64": "AA"}]}
    for kind, change in CHANGES:
        tree = {**body, **foreign, "resourceType": kind.resource_type, "id": "x1"}
        before = copy.deepcopy(tree)
        changed = change(kind.from_tree(tree))
        assert tree == before, "the copy that we hold is never changed"
        assert changed["extension-of-theirs"] == foreign["extension-of-theirs"]
        assert (changed["resourceType"], changed["id"]) == (kind.resource_type, "x1")
        touched = TOUCHED[kind]
        for name in body:
            if name not in touched:
                assert changed[name] == before[name], name


def _slot() -> Slot:
    return Slot.from_tree(
        {
            "resourceType": "Slot",
            "id": "s2",
            "start": "2026-11-23T10:00:00Z",
            "end": "2026-11-23T10:10:00Z",
            "serviceType": [{"text": "Nurse"}],
        }
    )


def _changes() -> list[tuple[type[Record], Callable[[Any], dict[str, Any]]]]:
    return [
        (Appointment, lambda a: a.arrived(AT)),
        (Appointment, lambda a: a.sent_in(AT, quiet=True)),
        (Appointment, lambda a: a.left(AT)),
        (Appointment, lambda a: a.did_not_attend()),
        (Appointment, lambda a: a.late_noted()),
        (Appointment, lambda a: a.cancelled(CancelReason.PATIENT)),
        (Appointment, lambda a: a.walked_out_at(AT)),
        (Appointment, lambda a: a.moved_to([_slot()], "c2", "Dr B")),
        (Slot, lambda s: s.to_busy()),
        (Slot, lambda s: s.to_free()),
        (Slot, lambda s: s.to_offered("c1", "p1", "t1", AT, "Offered")),
        (Slot, lambda s: s.to_unavailable()),
        (Slot, lambda s: s.to_held("c1", "k1", "Sam")),
        (Slot, lambda s: s.with_access({"online"})),
        (Request, lambda r: r.claimed("Practitioner/c1", "Sam")),
        (Request, lambda r: r.handed_back()),
        (Request, lambda r: r.assigned("CareTeam/t1", "Admin")),
        (Request, lambda r: r.prioritised(Priority.URGENT, "worse")),
        (Request, lambda r: r.awaiting_patient(AT)),
        (Request, lambda r: r.offering(["s1", "s2"], AT)),
        (Request, lambda r: r.without_offer()),
        (Request, lambda r: r.matched("Patient/p1", "SMITH, Jane", "Known to us")),
        (Request, lambda r: r.completed(Outcome.ADVICE, ["Communication/m1"], "told")),
        (Request, lambda r: r.rejected(Reject.OTHER, "Please ring us.")),
        (Request, lambda r: r.reopened()),
    ]


CHANGES = _changes()
TOUCHED: dict[type[Record], frozenset[str]] = {
    Appointment: frozenset(
        {
            "status",
            "participant",
            "extension",
            "cancelationReason",
            "start",
            "end",
            "minutesDuration",
            "slot",
            "serviceType",
        }
    ),
    Slot: frozenset({"status", "identifier", "comment", "serviceCategory"}),
    Request: frozenset(
        {
            "status",
            "input",
            "businessStatus",
            "owner",
            "priority",
            "statusReason",
            "restriction",
            "output",
            "for",
        }
    ),
}


@settings(max_examples=100)
@given(VALUE)
def test_readers_of_trees_trip_over_nothing(tree: Any) -> None:
    list(each(tree, "coding", "code"))
    extension_values(tree, "https://x.example")
    assert isinstance(id_in(tree, "Patient"), str)
    assert moment(tree) is None or moment(tree) is not None


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x", "", "2026-11-23"]
)
def test_a_moment_outside_time_is_none(text: str) -> None:
    assert moment(text) is None


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_survives_the_wire_to_the_millisecond(at: datetime) -> None:
    back = moment(wire_time(at))
    assert back is not None
    assert timedelta(0) <= at - back < timedelta(milliseconds=1)


def test_a_birth_date_is_written_the_same_in_every_locale() -> None:
    patient = Patient.from_tree(
        {"resourceType": "Patient", "id": "p1", "birthDate": "1980-02-03", "name": [{}]}
    )
    assert patient.born == date(1980, 2, 3)
    assert patient.born_text == "03-Feb-1980"


def test_every_problem_is_a_sentence() -> None:
    def kinds(kind: type[Problem]) -> list[type[Problem]]:
        return [kind, *(k for sub in kind.__subclasses__() for k in kinds(sub))]

    for kind in kinds(Problem):
        if not kind.__module__.startswith("reception.records"):
            continue
        try:
            problem = kind()  # type: ignore[call-arg]
        except TypeError:
            continue  # its sentence comes from the service
        assert problem.sentence.endswith("."), kind
        assert str(problem) == problem.sentence
