import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from contract import systems
from practice.store import Query
from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import ODS, appointment, flag, slot


def issue(answer: httpx2.Response) -> tuple[int, str, str]:
    held = answer.json()["issue"][0]
    return answer.status_code, held["code"], held["details"]["coding"][0]["code"]


def test_a_create_is_told_where_it_stands(house: House, desk: httpx2.Client, key: str) -> None:
    answer = desk.post("/Flag", json={**flag(key), "id": "mine", "meta": {"versionId": "7"}})
    tree = answer.json()
    assert answer.status_code == 201
    assert tree["id"] != "mine"
    assert tree["meta"]["versionId"] == "1"
    assert answer.headers["location"] == f"{house.base}/Flag/{tree['id']}/_history/1"
    assert answer.headers["etag"] == 'W/"1"'
    assert desk.get(answer.headers["location"]).json() == tree


def test_a_client_may_want_less_back(desk: httpx2.Client) -> None:
    answers = {
        wanted: desk.post(
            "/Flag", json=flag(str(uuid.uuid4())), headers={"Prefer": f"return={wanted}"}
        )
        for wanted in ("minimal", "representation", "OperationOutcome")
    }
    assert answers["minimal"].content == b""
    assert "location" in answers["minimal"].headers
    assert answers["representation"].json()["resourceType"] == "Flag"
    assert answers["OperationOutcome"].json()["resourceType"] == "OperationOutcome"
    assert {answer.status_code for answer in answers.values()} == {201}


def test_if_none_exist_makes_one_of_many(house: House, desk: httpx2.Client, key: str) -> None:
    once = {"If-None-Exist": f"identifier={systems.REQUEST_KEY}|{key}"}

    def create(_: int) -> httpx2.Response:
        with house.client() as client:
            return client.post("/Flag", json=flag(key), headers=once)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    # As fhirpy and others send it, in the address.
    params = {"identifier": f"{systems.REQUEST_KEY}|{key}"}
    assert desk.post("/Flag", json=flag(key), params=params).status_code == 200
    # Without the condition the key is in use.
    assert issue(desk.post("/Flag", json=flag(key))) == (409, "duplicate", "DUPLICATE_REJECTED")


def test_if_none_exist_that_finds_several_is_412(desk: httpx2.Client) -> None:
    for _ in range(2):
        desk.post("/Flag", json=flag(str(uuid.uuid4()), "p9"))
    headers = {"If-None-Exist": "subject=Patient/p9"}
    answer = desk.post("/Flag", json=flag(str(uuid.uuid4()), "p9"), headers=headers)
    assert issue(answer) == (412, "conflict", "PRECONDITION_FAILED")


@pytest.mark.parametrize("condition", ["shoe=9", "", "_count=1", "identifier="])
def test_if_none_exist_must_name_something(desk: httpx2.Client, key: str, condition: str) -> None:
    answer = desk.post("/Flag", json=flag(key), headers={"If-None-Exist": condition or "?"})
    assert answer.status_code == 400


def test_an_update_needs_the_version_it_is_based_on(desk: httpx2.Client) -> None:
    tree = desk.get("/Slot/s40").json()
    assert issue(desk.put("/Slot/s40", json=tree)) == (428, "required", "PRECONDITION_FAILED")
    stale = desk.put("/Slot/s40", json=tree, headers={"If-Match": 'W/"0"'})
    assert issue(stale) == (412, "conflict", "RESOURCE_VERSION_MISMATCH")
    changed = desk.put(
        "/Slot/s40", json={**tree, "status": "busy-unavailable"}, headers={"If-Match": 'W/"1"'}
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    again = desk.put("/Slot/s40", json=tree, headers={"If-Match": 'W/"1"'})
    assert again.status_code == 412


def test_only_one_of_many_updates_of_a_version_wins(house: House) -> None:
    def take(number: int) -> int:
        with house.client() as client:
            tree = {
                **slot(41),
                "status": "busy-tentative",
                "comment": str(number),
                "identifier": [
                    *slot(41)["identifier"],
                    {"system": systems.HOLD, "value": f"c1/{number}"},
                ],
            }
            return client.put("/Slot/s41", json=tree, headers={"If-Match": 'W/"1"'}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(take, range(16)))
    assert statuses == [200] + [412] * 15


def test_ids_and_types_of_address_and_body_agree(desk: httpx2.Client, key: str) -> None:
    made = desk.post("/Flag", json=flag(key)).json()
    assert desk.put("/Flag/other", json=made).status_code == 400
    assert desk.put(f"/Slot/{made['id']}", json=made).status_code == 400
    assert desk.post("/Slot", json=flag(key)).status_code == 400
    nothing = desk.put("/Flag/nothing", json={**made, "id": "nothing"})
    assert issue(nothing) == (404, "not-found", "NO_RECORD_FOUND")


@pytest.mark.parametrize(
    ("change", "status", "code", "expression"),
    [
        ({"status": "open"}, 422, "INVALID_VALUE", "Flag.status"),
        ({"status": None}, 422, "MISSING_VALUE", "Flag.status"),
        ({"colour": "red"}, 422, "INVALID_RESOURCE", "Flag.colour"),
        ({"code": "x"}, 422, "INVALID_RESOURCE", "Flag.code"),
        ({"period": {"start": "tomorrow"}}, 422, "INVALID_RESOURCE", "Flag.period.start"),
        (
            {"subject": {"reference": "Patient/nobody"}},
            422,
            "REFERENCE_NOT_FOUND",
            "Flag.subject.reference",
        ),
        (
            {"author": {"reference": "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"}},
            422,
            "REFERENCE_NOT_FOUND",
            "Flag.author.reference",
        ),
        (
            {"identifier": [{"system": systems.NHS_NUMBER, "value": "9000000008"}]},
            400,
            "INVALID_NHS_NUMBER",
            "Flag.identifier[0].value",
        ),
    ],
)
def test_a_refused_resource_names_the_element(
    desk: httpx2.Client,
    key: str,
    change: dict[str, object],
    status: int,
    code: str,
    expression: str,
) -> None:
    tree = {name: value for name, value in {**flag(key), **change}.items() if value is not None}
    answer = desk.post("/Flag", json=tree)
    assert answer.status_code == status
    [held] = answer.json()["issue"]
    assert held["details"]["coding"][0]["code"] == code
    assert held["expression"] == [expression]
    assert held["details"]["text"].endswith(".")


def test_references_to_other_servers_and_contained_resources_are_left_alone(
    desk: httpx2.Client, key: str
) -> None:
    tree = {
        **flag(key),
        "contained": [{"resourceType": "Organization", "id": "o", "name": "Elsewhere"}],
        "author": {"reference": "#o"},
        "encounter": {"reference": "https://elsewhere.example/fhir/Encounter/1"},
    }
    assert desk.post("/Flag", json=tree).status_code == 201
    wrong = {**tree, "author": {"reference": "#p"}}
    assert issue(desk.post("/Flag", json=wrong))[2] == "REFERENCE_NOT_FOUND"


def test_a_taken_slot_is_refused_and_named(house: House, desk: httpx2.Client) -> None:
    with house.client("patient") as patient:
        first = patient.post("/Appointment", json=appointment(30, str(uuid.uuid4())))
        assert first.status_code == 201
        second = patient.post("/Appointment", json=appointment(30, str(uuid.uuid4())))
    assert issue(second) == (409, "duplicate", "DUPLICATE_REJECTED")
    codes = [c["code"] for c in second.json()["issue"][0]["details"]["coding"]]
    assert codes == ["DUPLICATE_REJECTED", "REC_CONFLICT"]
    claimant = house.store.read_now(ODS, lambda unit: unit.claimant("s30"))
    assert claimant == first.json()["id"]
    held = house.store.read_now(
        ODS, lambda unit: unit.search(Query.parse("Appointment", [("slot", "Slot/s30")]))
    )
    assert held.total == 1
