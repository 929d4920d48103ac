import base64
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.systems import NHS_NUMBER
from practice.store.parameters import PARAMETERS
from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import SLOTS

DAY = [("start", "ge2026-11-23T00:00:00Z"), ("start", "lt2026-11-24T00:00:00Z")]
Tree = dict[str, Any]


def walked(client: httpx2.Client, url: str, params: Any) -> tuple[list[Tree], int]:
    """All entries, and the number of pages; links are followed verbatim."""
    entries: list[Tree] = []
    page, pages = client.get(url, params=params).json(), 1
    while True:
        entries += page.get("entry", [])
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        if not following:
            return entries, pages
        answer = client.get(following[0])
        assert answer.status_code == 200
        page, pages = answer.json(), pages + 1


def test_a_day_is_paged_to_its_end(house: House, desk: httpx2.Client) -> None:
    params = [*DAY, ("_count", "25"), ("_sort", "-start"), ("_include", "Slot:schedule")]
    entries, pages = walked(desk, "/Slot", params)
    matches = [one["resource"] for one in entries if one["search"]["mode"] == "match"]
    assert pages == 3
    assert len({slot["id"] for slot in matches}) == len(matches) == SLOTS
    starts = [slot["start"] for slot in matches]
    assert starts == sorted(starts, reverse=True)
    included = [one["resource"]["id"] for one in entries if one["search"]["mode"] == "include"]
    assert included == ["sc1"] * 3  # with each page that points to it
    assert entries[0]["fullUrl"] == f"{house.base}/Slot/{matches[0]['id']}"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(1, 70),
    st.sampled_from(["start", "-start", "status,-start", "_id", "-_lastUpdated"]),
)
def test_pages_cover_everything_once(house: House, count: int, sort: str) -> None:
    with house.client() as client:
        entries, pages = walked(client, "/Slot", {"_count": str(count), "_sort": sort})
    ids = [entry["resource"]["id"] for entry in entries]
    assert sorted(ids) == sorted(f"s{n}" for n in range(SLOTS))
    assert pages == -(-SLOTS // count)


def test_counts(desk: httpx2.Client) -> None:
    for params in (
        {"_summary": "count"},
        {"_count": "0"},
        {"_count": "0", "_totalMethod": "count"},
    ):
        bundle = desk.get("/Slot", params=params).json()
        assert bundle["total"] == SLOTS
        assert "entry" not in bundle
    assert desk.get("/Slot", params={"_count": "1"}).json()["total"] == SLOTS


def test_elements_are_cut_and_said_to_be(desk: httpx2.Client) -> None:
    params = {"_id": "p1", "_elements": "name,Patient.birthDate"}
    [entry] = desk.get("/Patient", params=params).json()["entry"]
    assert entry["resource"].keys() == {"resourceType", "id", "meta", "name", "birthDate"}
    assert entry["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_an_element_of_several_types_is_asked_for_by_its_name(desk: httpx2.Client) -> None:
    """Patient search asks for `deceased`: nobody who has died may look alive in the list."""
    params = {"_id": "p60", "_elements": "birthDate,deceased"}
    [entry] = desk.get("/Patient", params=params).json()["entry"]
    fields = {"resourceType", "id", "meta", "birthDate", "deceasedDateTime"}
    assert entry["resource"].keys() == fields


def test_a_search_may_be_posted(desk: httpx2.Client) -> None:
    posted = desk.post("/Patient/_search", data={"birthdate": "1980-02-01", "given": "zoe"})
    got = desk.get("/Patient", params={"birthdate": "1980-02-01", "given": "zoe"})
    assert posted.json()["entry"] == got.json()["entry"]
    assert len(got.json()["entry"]) == 1
    as_json = desk.post("/Patient/_search", json={"given": "zoe"})
    assert as_json.status_code == 415


def test_an_empty_search_has_no_entries(desk: httpx2.Client) -> None:
    bundle = desk.get("/Patient", params={"_id": "none"}).json()
    assert bundle["total"] == 0
    assert "entry" not in bundle


def test_a_surname_alone_must_not_find_too_many(desk: httpx2.Client) -> None:
    for params in ({"family": "smith"}, {"name": "smi"}, {"family": "smith", "_count": "10"}):
        answer = desk.get("/Patient", params=params)
        assert answer.status_code == 422
        [issue] = answer.json()["issue"]
        assert issue["details"]["coding"][0]["code"] == "TOO_MANY_MATCHES"
    assert desk.get("/Patient", params={"family": "oneill"}).json()["total"] == 1
    assert desk.get("/Patient", params={"family": "smith", "given": "jane7"}).json()["total"] == 1
    assert (
        desk.get("/Patient", params={"family": "smith", "_summary": "count"}).json()["total"] > 50
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/Patient?shoe-size=9", "INVALID_PARAMETER"),
        ("/Patient?family:fuzzy=x", "INVALID_PARAMETER"),
        ("/Slot?start=soon", "INVALID_PARAMETER"),
        ("/Slot?_sort=colour", "INVALID_PARAMETER"),
        ("/Slot?_cursor=nonsense", "INVALID_PARAMETER"),
        (f"/Patient?identifier={NHS_NUMBER}|9000000008", "INVALID_NHS_NUMBER"),
        (f"/Patient?identifier={NHS_NUMBER}|x", "INVALID_NHS_NUMBER"),
    ],
)
def test_what_cannot_be_searched_is_400(desk: httpx2.Client, path: str, code: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == code


def test_a_patient_searches_only_their_own(house: House) -> None:
    with house.client("patient") as patient:
        found = patient.get("/Patient").json()
        assert [entry["resource"]["id"] for entry in found["entry"]] == ["p1"]
        assert patient.get("/Appointment", params={"patient": "Patient/p2"}).json()["total"] == 0
        assert patient.get("/Slot").status_code == 400  # a range is asked for


def test_includes_without_the_right_to_read_are_left_out(house: House) -> None:
    with house.client("reader") as reader:
        bundle = reader.get("/Slot", params=[*DAY, ("_include", "Slot:schedule")]).json()
    assert {entry["search"]["mode"] for entry in bundle["entry"]} == {"match"}


@pytest.mark.parametrize(
    "path",
    [
        "/Patient?_has:Flag:patient:_lastUpdated=ge2020",
        "/Patient?_has:AuditEvent:patient:_lastUpdated=ge2020",
        "/Slot?_has:Appointment:slot:status=booked",
        "/Slot?schedule.actor=Practitioner/c1",
        "/Patient?_has:Appointment:patient:slot.status=busy",
    ],
)
def test_nothing_is_searched_through_what_may_not_be_searched(house: House, path: str) -> None:
    with house.client("reader") as reader:
        answer = reader.get(path)
        assert answer.status_code == 403
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "ACCESS_DENIED"
        assert reader.get("/Slot?_has:Slot:schedule:status=free").status_code == 200
    with house.client("manager") as manager:
        assert manager.get(path).status_code == 200


def test_every_parameter_of_the_statement_is_answered(desk: httpx2.Client) -> None:
    """What `metadata` lists works, and nothing is kept that it does not list."""
    statement = desk.get("/metadata").json()
    types = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert types.keys() == PARAMETERS.keys()
    entries = [
        {"request": {"method": "GET", "url": f"{kind}?{name}:missing=true&_count=1"}}
        for kind, one in types.items()
        for name in (p["name"] for p in one.get("searchParam", ()))
        if not name.startswith("_")
    ] + [
        {"request": {"method": "GET", "url": f"{kind}?_include={path}&_count=1"}}
        for kind, one in types.items()
        for path in one.get("searchInclude", ())
    ]
    with_manager = {"Authorization": "Bearer manager"}
    for start in range(0, len(entries), 50):
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries[start : start + 50]}
        answers = desk.post("/", json=bundle, headers=with_manager).json()["entry"]
        for entry, answer in zip(entries[start : start + 50], answers, strict=True):
            assert answer["response"]["status"] == "200", entry
    assert len(entries) > 250


def test_the_query_is_in_the_audit_trail(house: House, desk: httpx2.Client) -> None:
    desk.get("/Slot", params={"status": "free", "_count": "1"})
    with house.client("manager") as manager:
        bundle = manager.get("/AuditEvent", params={"subtype": "search-type", "_sort": "-date"})
    queries = [
        base64.b64decode(entity["query"]).decode()
        for entry in bundle.json()["entry"]
        for entity in entry["resource"]["entity"]
        if "query" in entity
    ]
    assert "Slot?status=free&_count=1" in queries
