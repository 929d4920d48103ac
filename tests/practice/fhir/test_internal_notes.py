"""No patient comes upon a note for colleagues, whichever way they ask."""

import base64
from typing import Any

import httpx2
import pytest

from contract import systems
from tests.practice.fhir.conftest import House

Tree = dict[str, Any]
WORDS = "Sounds anxious about the mole"


def communication(category: str, **more: Any) -> Tree:
    return {
        "resourceType": "Communication",
        "status": "in-progress",
        "category": [{"coding": [{"system": systems.MESSAGE_CATEGORY, "code": category}]}],
        "subject": {"reference": "Patient/p1"},
        **more,
    }


@pytest.fixture
def note(desk: httpx2.Client) -> Tree:
    """A note about the patient, with its header and a file."""
    header = desk.post("/Communication", json=communication("internal", topic={"text": "Notes"}))
    assert header.status_code == 201, header.text
    held = header.json()
    guard = {"reference": f"Communication/{held['id']}"}
    data = base64.b64encode(WORDS.encode()).decode()
    file = desk.post(
        "/Binary",
        json={
            "resourceType": "Binary",
            "contentType": "text/plain",
            "securityContext": guard,
            "data": data,
        },
    )
    assert file.status_code == 201, file.text
    part = {
        "contentAttachment": {"contentType": "text/plain", "url": f"Binary/{file.json()['id']}"}
    }
    made = desk.post(
        "/Communication",
        json=communication("internal", partOf=[guard], payload=[{"contentString": WORDS}, part]),
    )
    assert made.status_code == 201, made.text
    tree: Tree = made.json()
    return tree | {"header": held["id"], "file": file.json()["id"]}


def test_every_way_to_a_note_ends_before_it(house: House, note: Tree) -> None:
    with house.client("patient") as patient:
        for path in (
            f"/Communication/{note['id']}",
            f"/Communication/{note['id']}/_history",
            f"/Communication/{note['id']}/_history/1",
            f"/Communication/{note['header']}",
            f"/Communication/{note['header']}/_history",
            f"/Binary/{note['file']}",
            f"/Binary/{note['file']}/_history/1",
        ):
            answer = patient.get(path)
            assert answer.status_code in (403, 404, 405, 501), path
            assert WORDS not in answer.text
        for query in (
            "",
            "category=internal",
            f"category={systems.MESSAGE_CATEGORY}|internal",
            f"_id={note['id']},{note['header']}",
            f"part-of=Communication/{note['header']}",
            "part-of:missing=true",
            "category:not=patient-practice",
            "patient=Patient/p1&_include=Communication:part-of",
            "_revinclude=Communication:part-of",
            "_summary=count&category=internal",
            "_sort=-sent&_count=200",
        ):
            answer = patient.get(f"/Communication?{query}")
            assert WORDS not in answer.text, query
            for entry in answer.json().get("entry", ()):
                assert entry["resource"]["id"] not in (note["id"], note["header"]), query
            if "_summary=count" in query:
                assert answer.json()["total"] == 0


def test_nothing_can_be_hung_onto_a_note(house: House, note: Tree) -> None:
    header = {"reference": f"Communication/{note['header']}"}
    with house.client("patient") as patient:
        for tree in (
            communication("internal"),
            communication("internal", partOf=[header], payload=[{"contentString": "x"}]),
            communication("patient-practice", partOf=[header], payload=[{"contentString": "x"}]),
            {
                "resourceType": "Binary",
                "contentType": "text/plain",
                "securityContext": header,
                "data": "eA==",
            },
        ):
            answer = patient.post(f"/{tree['resourceType']}", json=tree)
            assert answer.status_code in (403, 404, 422), answer.text
            assert WORDS not in answer.text
        version = {"If-Match": 'W/"1"'}
        bare = {k: v for k, v in note.items() if k not in ("header", "file")}
        turned = {**bare, "category": communication("patient-practice")["category"]}
        for changed in ({**bare, "status": "completed"}, turned):
            answer = patient.put(f"/Communication/{note['id']}", json=changed, headers=version)
            assert answer.status_code in (403, 404), answer.text


def test_a_note_becomes_no_message_even_by_a_colleagues_mistake(
    desk: httpx2.Client, note: Tree
) -> None:
    bare = {k: v for k, v in note.items() if k not in ("header", "file")}
    for changed in (
        {**bare, "category": communication("patient-practice")["category"]},
        {**bare, "recipient": [{"reference": "Patient/p1"}]},
    ):
        answer = desk.put(
            f"/Communication/{note['id']}", json=changed, headers={"If-Match": 'W/"1"'}
        )
        assert answer.status_code == 422, answer.text
