import uuid
from datetime import timedelta

import httpx2
import pytest

from contract.limits import REPLAY_KEPT_H
from practice.fhir.replay import Replays, RequestName
from practice.fhir.result import Answer
from practice.store import Query, Unit
from practice.store.tables import replay
from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import ODS, appointment, booking, flag


def said(answer: httpx2.Response) -> tuple[int, bytes, str | None, str | None]:
    headers = answer.headers
    return answer.status_code, answer.content, headers.get("etag"), headers.get("location")


def counted(house: House, kind: str) -> int:
    return house.store.read_now(ODS, lambda u: u.search(Query(kind, summary="count"))).total or 0


def test_a_repeated_write_gets_the_same_answer_and_is_done_once(
    house: House, desk: httpx2.Client, key: str
) -> None:
    headers = {"X-Request-Id": str(uuid.uuid4())}
    flags, events = counted(house, "Flag"), counted(house, "AuditEvent")
    answers = [desk.post("/Flag", json=flag(key), headers=headers) for _ in range(3)]
    assert answers[0].status_code == 201
    assert {said(answer) for answer in answers} == {said(answers[0])}
    assert counted(house, "Flag") == flags + 1
    assert counted(house, "AuditEvent") == events + 3


def test_a_booking_whose_answer_was_lost_can_be_sent_again(desk: httpx2.Client, key: str) -> None:
    headers = {"X-Request-Id": key}
    first = desk.post("/", json=booking(20, key), headers=headers)
    assert first.status_code == 200
    assert said(desk.post("/", json=booking(20, key), headers=headers)) == said(first)
    # Without the name it is another attempt, and too late.
    assert desk.post("/", json=booking(20, key)).status_code == 412


def test_a_refusal_is_repeated_too(house: House, key: str) -> None:
    with house.client("patient") as patient:
        assert patient.post("/Appointment", json=appointment(21, key)).status_code == 201
        headers = {"X-Request-Id": str(uuid.uuid4())}
        other = appointment(21, str(uuid.uuid4()))
        refused = [patient.post("/Appointment", json=other, headers=headers) for _ in range(2)]
    assert refused[0].status_code == 409
    assert said(refused[0]) == said(refused[1])


@pytest.mark.parametrize("other", ["client", "body", "condition", "name"])
def test_another_request_is_not_a_repetition(
    house: House, desk: httpx2.Client, key: str, other: str
) -> None:
    headers = {"X-Request-Id": str(uuid.uuid4())}
    tree = flag(key)
    del tree["identifier"]
    first = desk.post("/Flag", json=tree, headers=headers).json()
    if other == "client":
        with house.client("manager") as manager:
            second = manager.post("/Flag", json=tree, headers=headers)
    elif other == "body":
        second = desk.post("/Flag", json={**tree, "status": "inactive"}, headers=headers)
    elif other == "condition":
        second = desk.post(
            "/Flag", json=tree, headers={**headers, "If-None-Exist": f"identifier=x|{key}"}
        )
    else:
        second = desk.post("/Flag", json=tree, headers={"X-Request-Id": str(uuid.uuid4())})
    assert second.status_code == 201
    assert second.json()["id"] != first["id"]


def test_answers_are_kept_for_a_day(house: House) -> None:
    late = timedelta(hours=REPLAY_KEPT_H) // timedelta(milliseconds=1)
    name, ods = RequestName("desk priya", "0d1f"), "KEPT"
    answer = Answer(201, b"{}", {"etag": 'W/"1"'})

    def age(unit: Unit, by_ms: int) -> None:
        c = replay.c
        unit.connection.execute(replay.update().where(c.ods == ods).values(at=c.at - by_ms))

    house.store.write_now(ods, lambda unit: Replays().keep(unit, name, answer))
    house.store.write_now(ods, lambda unit: age(unit, late - 60_000))
    assert house.store.write_now(ods, lambda unit: Replays().find(unit, name)) == answer
    house.store.write_now(ods, lambda unit: age(unit, 60_000))
    assert house.store.write_now(ods, lambda unit: Replays().find(unit, name)) is None
    # It is gone, so that the name is free again.
    house.store.write_now(ods, lambda unit: Replays().keep(unit, name, answer))
