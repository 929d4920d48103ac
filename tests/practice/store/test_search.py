from typing import Any

import pytest
from sqlalchemy.dialects import postgresql

from contract import systems
from practice.refusal import Refusal
from practice.store import Page, Query, Store
from practice.store.compile import Compiler, write_cursor

Tree = dict[str, Any]
CODES = "http://codes.example"

TREES: list[Tree] = [
    {
        "resourceType": "Patient", "id": "p1", "active": True,
        "name": [{"family": "O’Neill", "given": ["Zoë", "Anna"]}],
        "identifier": [{"system": systems.NHS_NUMBER, "value": "9000000009"}],
        "telecom": [{"system": "phone", "value": "+44 7700 900123"},
                    {"system": "email", "value": "Zoe@Example.org"}],
        "address": [{"line": ["1 High Street"], "city": "Leeds", "postalCode": "LS1 4AP"}],
        "generalPractitioner": [{"reference": "Practitioner/c1"}],
        "birthDate": "1980-02-01",
    },
    {"resourceType": "Patient", "id": "p2", "active": False, "name": [{"family": "Neilson"}],
     "deceasedDateTime": "2020-01-01", "birthDate": "1980-02-02"},
    {"resourceType": "Patient", "id": "p3", "deceasedBoolean": False,
     "name": [{"family": "100% Smith_Jones"}]},
    {"resourceType": "Practitioner", "id": "c1", "name": [{"family": "Grant"}]},
    {"resourceType": "Practitioner", "id": "c2", "name": [{"family": "Lee"}]},
    {"resourceType": "Schedule", "id": "sc1", "actor": [{"reference": "Practitioner/c1"}],
     "planningHorizon": {"start": "2026-11-23T08:30:00Z", "end": "2026-11-23T11:30:00Z"}},
    {"resourceType": "Schedule", "id": "sc2", "actor": [{"reference": "Practitioner/c2"}],
     "planningHorizon": {"start": "2026-11-24T08:30:00Z"}},
    {"resourceType": "Slot", "id": "s1", "schedule": {"reference": "Schedule/sc1"},
     "status": "free", "start": "2026-11-23T09:00:00Z", "end": "2026-11-23T09:10:00Z",
     "serviceCategory": [{"coding": [{"system": CODES, "code": "online"}, {"code": "bare"}]}]},
    {"resourceType": "Slot", "id": "s2", "schedule": {"reference": "Schedule/sc2"},
     "status": "busy", "start": "2026-11-24T09:00:00Z", "end": "2026-11-24T09:10:00Z"},
    {"resourceType": "Appointment", "id": "a1", "status": "booked",
     "start": "2026-11-23T09:00:00Z", "end": "2026-11-23T09:10:00Z",
     "slot": [{"reference": "https://h.example/A1/fhir/Slot/s1"}],
     "participant": [{"actor": {"reference": "Patient/p1/_history/1"}, "status": "accepted"},
                     {"actor": {"reference": "Practitioner/c1"}, "status": "accepted"}]},
    {"resourceType": "Communication", "id": "h1", "status": "completed",
     "subject": {"reference": "Patient/p1"}},
    {"resourceType": "Communication", "id": "m1", "status": "completed", "sent": "2026-11-22",
     "partOf": [{"reference": "Communication/h1"}], "subject": {"reference": "Patient/p1"}},
    {"resourceType": "Task", "id": "t1", "status": "requested", "intent": "order",
     "for": {"reference": "Patient/p1"}, "focus": {"reference": "Communication/h1"},
     "groupIdentifier": {"system": "http://orders.example", "value": "a,b|c"}},
    {"resourceType": "Task", "id": "t2", "status": "completed", "intent": "order",
     "owner": {"reference": "https://elsewhere.example/fhir/Practitioner/c1"}},
    {"resourceType": "Questionnaire", "id": "q1", "status": "active",
     "url": "http://forms.example/q"},
    {"resourceType": "QuestionnaireResponse", "id": "r1", "status": "completed",
     "questionnaire": "http://forms.example/q"},
    {"resourceType": "Consent", "id": "k1", "status": "active",
     "patient": {"reference": "Patient/p1"},
     "provision": {"action": [{"coding": [{"system": CODES, "code": "messages"}]}],
                   "actor": [{"reference": {"reference": "RelatedPerson/x"}}]}},
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded(shared: Store) -> Store:
    shared.load("A1", TREES)
    shared.load("B2", [{**TREES[0], "id": "other"}])
    return shared


def search(store: Store, kind: str, *pairs: tuple[str, str]) -> Page:
    return store.read_now("A1", lambda unit: unit.search(Query.parse(kind, pairs)))


FOUND: list[tuple[str, str, str]] = [
    # strings: prefix, no case, no accents, no marks
    ("Patient", "family=oneill", "p1"),
    ("Patient", "family=NEI", "p2"),
    ("Patient", "family=neill", ""),
    ("Patient", "given=zoe", "p1"),
    ("Patient", "given=ann", "p1"),
    ("Patient", "name=zo", "p1"),
    ("Patient", "family:contains=neil", "p1 p2"),
    ("Patient", "family:contains=%", "p3"),
    ("Patient", "family:contains=h_j", "p3"),
    ("Patient", "family:exact=O’Neill", "p1"),
    ("Patient", "family:exact=o’neill", ""),
    ("Patient", "family=neilson,oneill", "p1 p2"),
    ("Patient", "family=neilson&family=oneill", ""),
    ("Patient", "family:missing=true", ""),
    ("Patient", "family='", ""),
    ("Patient", "address-postalcode=ls14", "p1"),
    ("Patient", "address-postalcode=LS1 4AP", "p1"),
    ("Patient", "address=high", ""),
    ("Patient", "address=1 high", "p1"),
    ("Patient", "address-city=LEEDS", "p1"),
    # tokens
    ("Patient", f"identifier={systems.NHS_NUMBER}|9000000009", "p1"),
    ("Patient", "identifier=9000000009", "p1"),
    ("Patient", "identifier=|9000000009", ""),
    ("Patient", f"identifier={systems.NHS_NUMBER}|", "p1"),
    ("Patient", "phone=+447700900123", "p1"),
    ("Patient", "phone= 447700900123", "p1"),
    ("Patient", "phone=07700 900123", "p1"),
    ("Patient", "phone=07700900124,07700900123", "p1"),
    ("Patient", "email=zoe@example.org", "p1"),
    ("Patient", "telecom=zoe@example.org", "p1"),
    ("Patient", "telecom=07700900123", "p1"),
    ("Patient", "phone=zoe@example.org", ""),
    ("Patient", "active=true", "p1"),
    ("Patient", "active:not=true", "p2 p3"),
    ("Patient", "active:missing=true", "p3"),
    ("Patient", "active:missing=false", "p1 p2"),
    ("Patient", "deceased=true", "p2"),
    ("Patient", "deceased=false", "p1 p3"),
    ("Patient", "birthdate=1980-02", "p1 p2"),
    ("Patient", "birthdate=1980-02-01", "p1"),
    ("Patient", "birthdate=ne1980-02-01", "p2"),
    ("Patient", "birthdate:missing=true", "p3"),
    ("Patient", "general-practitioner=c1", "p1"),
    ("Slot", f"service-category={CODES}|online", "s1"),
    ("Slot", "service-category=online", "s1"),
    ("Slot", "service-category=|bare", "s1"),
    ("Slot", "service-category=|online", ""),
    ("Slot", "service-category:not=online", "s2"),
    ("Slot", "status=http://hl7.org/fhir/slotstatus|free", "s1"),
    ("Slot", "status=free,busy", "s1 s2"),
    ("Slot", "status:not=free", "s2"),
    ("Slot", "start=ge2026-11-23T00:00:00Z&start=lt2026-11-24T00:00:00Z", "s1"),
    ("Slot", "start=ge2026-11-23T09:00:00Z&status=busy", "s2"),
    ("Slot", "start=ge2026-11-24T09:00:00 00:00", "s2"),
    # periods: overlap, open ends
    ("Schedule", "date=ge2026-11-23T00:00:00Z&date=lt2026-11-24T00:00:00Z", "sc1"),
    ("Schedule", "date=ge2027-01-01", "sc2"),
    ("Schedule", "date=lt2026-11-23T08:30:00Z", ""),
    # references
    ("Slot", "schedule=sc1", "s1"),
    ("Slot", "schedule=Schedule/sc1", "s1"),
    ("Slot", "schedule:Schedule=sc1", "s1"),
    ("Slot", "schedule=https://h.example/A1/fhir/Schedule/sc1", "s1"),
    ("Slot", "schedule=https://h.example/B2/fhir/Schedule/sc1", ""),
    ("Appointment", "patient=Patient/p1", "a1"),
    ("Appointment", "patient=Practitioner/c1", ""),
    ("Appointment", "actor=c1", "a1"),
    ("Appointment", "actor:Practitioner=c1", "a1"),
    ("Appointment", "actor:Patient=Practitioner/c1", ""),
    ("Appointment", "slot=Slot/s1", "a1"),
    ("Communication", "part-of:missing=true", "h1"),
    ("Communication", "part-of:missing=false", "m1"),
    ("Communication", "part-of=Communication/h1", "m1"),
    ("Communication", "patient=p1&part-of:missing=true", "h1"),
    ("Task", "owner=https://elsewhere.example/fhir/Practitioner/c1", "t2"),
    ("Task", "owner=Practitioner/c1", ""),
    ("Task", r"group-identifier=a\,b\|c", "t1"),
    ("Task", r"group-identifier=http://orders.example|a\,b\|c", "t1"),
    ("Consent", "action=messages&actor=RelatedPerson/x&status=active", "k1"),
    # uri
    ("QuestionnaireResponse", "questionnaire=http://forms.example/q", "r1"),
    ("Questionnaire", "url=http://forms.example/", ""),
    # every type
    ("Patient", "_id=p1,p3", "p1 p3"),
    ("Patient", "_id=p1&active=false", ""),
    ("Patient", "_lastUpdated=ge2026-11-23", "p1 p2 p3"),
    ("Patient", "_lastUpdated=lt2026-11-23", ""),
    # chains
    ("Slot", "schedule.actor=Practitioner/c1", "s1"),
    ("Slot", "schedule.actor:Practitioner.family=gra", "s1"),
    ("Slot", "schedule.actor.family=gra", "s1"),
    ("Appointment", "slot.schedule.actor=c1&status=booked", "a1"),
    ("Appointment", "patient.family=oneill", "a1"),
    ("Appointment", "actor:Patient.birthdate=1980", "a1"),
    ("Appointment", "patient._id=p1", "a1"),
    ("Patient", "_has:Appointment:patient:date=ge2026-11-23", "p1"),
    ("Patient", "_has:Appointment:patient:status=cancelled", ""),
    ("Practitioner", "_has:Schedule:actor:_has:Slot:schedule:status=busy", "c2"),
    ("Communication", "_has:Task:focus:status=requested", "h1"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "query", "ids"), FOUND)
def test_finds(loaded: Store, kind: str, query: str, ids: str) -> None:
    pairs = [tuple(part.split("=", 1)) for part in query.split("&")]
    page = search(loaded, kind, *pairs)  # type: ignore[arg-type]
    assert sorted(match.id for match in page.matches) == ids.split()
    counted = search(loaded, kind, *pairs, ("_summary", "count"))  # type: ignore[arg-type]
    assert (counted.total, counted.matches) == (len(ids.split()), ())


def test_every_search_can_be_said_to_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for kind, query, _ in FOUND:
        pairs = [tuple(part.split("=", 1)) for part in query.split("&")]
        sort = [("_sort", "-_lastUpdated,_id"), ("_cursor", write_cursor([7, 1, "x"]))]
        asked = Query.parse(kind, [*pairs, *sort])  # type: ignore[list-item]
        assert "LIMIT" in str(Compiler("A1").rows(asked).compile(dialect=dialect))
        assert "count(*)" in str(Compiler("A1").total(asked).compile(dialect=dialect))


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Patient", "shoe-size", "9"),
        ("Patient", "family:not", "x"),
        ("Patient", "family:missing", "perhaps"),
        ("Slot", "end", "2026"),
        ("Slot", "start", "tomorrow"),
        ("Slot", "start", "ap2026"),
        ("Slot", "status:exact", "free"),
        ("Slot", "schedule.shoe", "x"),
        ("Slot", "status.actor", "x"),
        ("Slot", "schedule:Patient", "x"),
        ("Patient", "_has:Slot:start:status", "free"),
        ("Patient", "_has:Appointment:patient", "x"),
        ("Patient", "_sort", "shoe"),
        ("Patient", "_count", "many"),
        ("Patient", "_count", "-1"),
        ("Patient", "_summary", "true"),
        ("Patient", "_include", "Slot:schedule"),
        ("Slot", "_include", "Slot:start"),
        ("Slot", "_include:iterate", "Slot:schedule"),
        ("Slot", "_revinclude", "Nothing:slot"),
        ("Slot", "_id:not", "x"),
        ("Slot", "_text", "x"),
        ("Task", "part-of.part-of.part-of.status", "requested"),
        ("Task", "_has:Task:part-of:_has:Task:part-of:_has:Task:part-of:status", "requested"),
        ("Task", "_has:Task:part-of:" * 1000 + "status", "requested"),
        ("Task", "patient", ",".join(f"p{n}" for n in range(201))),
        ("Task", "status", ",".join(["requested"] * 201)),
    ],
)
def test_what_is_not_offered_is_refused(loaded: Store, kind: str, name: str, value: str) -> None:
    with pytest.raises(Refusal) as refused:
        search(loaded, kind, (name, value))
    assert (refused.value.status, refused.value.code) == (400, "INVALID_PARAMETER")


def test_a_search_has_so_many_parameters_at_most(loaded: Store) -> None:
    pairs = [("status", "free")] * 101
    assert search(loaded, "Slot", *pairs[:100])
    with pytest.raises(Refusal) as refused:
        search(loaded, "Slot", *pairs)
    assert refused.value.status == 400


@pytest.mark.parametrize("name", ["part-of.part-of.status", "patient", "code", "authored-on"])
def test_the_longest_search_is_answered(loaded: Store, name: str) -> None:
    value = "2026" if name == "authored-on" else "x|y"
    search(loaded, "Task", *[(name, ",".join([value] * 200))] * 5)


def references(page: Page) -> tuple[list[str], list[str]]:
    return (
        sorted(one.reference for one in page.matches),
        sorted(one.reference for one in page.included),
    )


def test_includes_follow_links_both_ways_without_repeating_a_match(loaded: Store) -> None:
    page = search(
        loaded,
        "Appointment",
        ("_include", "Appointment:patient"),
        ("_include", "Appointment:actor"),
        ("_include", "Appointment:slot"),
    )
    assert references(page) == (["Appointment/a1"], ["Patient/p1", "Practitioner/c1", "Slot/s1"])
    page = search(loaded, "Appointment", ("_include", "Appointment:actor:Practitioner"))
    assert references(page) == (["Appointment/a1"], ["Practitioner/c1"])
    page = search(loaded, "Communication", ("_id", "h1"), ("_revinclude", "Task:focus"))
    assert references(page) == (["Communication/h1"], ["Task/t1"])
    page = search(loaded, "Communication", ("_include", "Communication:part-of"))
    assert references(page) == (["Communication/h1", "Communication/m1"], [])


def test_a_page_is_never_longer_than_the_cap(loaded: Store) -> None:
    assert Query.parse("Slot", [("_count", "999999")]).count == 1000


def test_totals_are_sent_with_first_pages_and_counts(loaded: Store) -> None:
    first = search(loaded, "Patient", ("_count", "2"))
    assert (first.total, len(first.matches)) == (3, 2)
    assert search(loaded, "Patient", ("_count", "2"), ("_total", "none")).total is None
    assert first.next is not None
    assert search(loaded, "Patient", ("_count", "2"), ("_cursor", first.next)).total is None
    assert search(loaded, "Patient", ("_count", "0")).total == 3


def test_another_practice_is_not_found(loaded: Store) -> None:
    query = Query.parse("Patient", [("family", "oneill")])
    there = loaded.read_now("B2", lambda unit: unit.search(query))
    assert [one.id for one in there.matches] == ["other"]
    assert loaded.read_now("B2", lambda unit: unit.get("Patient", "p1")) is None
