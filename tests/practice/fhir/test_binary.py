import base64

import httpx2
import pytest

from contract.limits import ATTACHMENT_BYTES
from tests.practice.fhir.conftest import House

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def test_a_picture_travels_as_bytes_and_as_json(house: House, desk: httpx2.Client) -> None:
    sent = {"Content-Type": "image/png", "X-Security-Context": "Patient/p1"}
    made = desk.post("/Binary", content=PICTURE, headers=sent)
    assert made.status_code == 201
    tree = made.json()
    assert tree["securityContext"] == {"reference": "Patient/p1"}
    as_json = desk.get(f"/Binary/{tree['id']}")
    assert base64.b64decode(as_json.json()["data"]) == PICTURE
    for accept in ("image/png", "*/*", "image/*"):
        raw = desk.get(f"/Binary/{tree['id']}", headers={"Accept": accept})
        assert (raw.content, raw.headers["content-type"]) == (PICTURE, "image/png")
        assert raw.headers["x-security-context"] == "Patient/p1"
        assert raw.headers["x-content-type-options"] == "nosniff"
        assert raw.headers["content-disposition"] == "attachment"
        assert raw.headers["etag"] == 'W/"1"'
    other = desk.get(f"/Binary/{tree['id']}", headers={"Accept": "application/pdf"})
    assert other.status_code == 406
    with house.client("patient") as patient:
        assert patient.get(f"/Binary/{tree['id']}").status_code == 200


def test_a_picture_may_come_as_json(desk: httpx2.Client) -> None:
    tree = {
        "resourceType": "Binary",
        "contentType": "image/png",
        "data": base64.b64encode(PICTURE).decode(),
    }
    made = desk.post("/Binary", json=tree).json()
    raw = desk.get(f"/Binary/{made['id']}", headers={"Accept": "image/png"})
    assert raw.content == PICTURE
    assert "x-security-context" not in raw.headers


def test_another_patients_picture_is_not_there(house: House, desk: httpx2.Client) -> None:
    sent = {"Content-Type": "image/png", "X-Security-Context": "Patient/p2"}
    made = desk.post("/Binary", content=PICTURE, headers=sent).json()
    with house.client("patient") as patient:
        assert patient.get(f"/Binary/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "size", "status"),
    [
        ("image/png", ATTACHMENT_BYTES, 201),
        ("image/png", ATTACHMENT_BYTES + 1, 422),
        ("image/png", 7_200_000, 413),
        ("application/x-msdownload", 10, 422),
        ("text/html", 10, 422),
    ],
)
def test_size_and_type_have_limits(desk: httpx2.Client, kind: str, size: int, status: int) -> None:
    answer = desk.post("/Binary", content=b"x" * size, headers={"Content-Type": kind})
    assert answer.status_code == status


def test_a_security_context_must_exist(desk: httpx2.Client) -> None:
    sent = {"Content-Type": "image/png", "X-Security-Context": "Patient/nobody"}
    answer = desk.post("/Binary", content=PICTURE, headers=sent)
    assert answer.status_code == 422
