"""People nobody has found on the list yet: nothing is booked, sent or filed for them."""

from typing import Any

from contract import systems
from contract.codes import OnlineService
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    JANE,
    PRIYA,
    SAM,
    Surgery,
    booking_tree,
    header_tree,
    message_tree,
    outcome,
    post,
    put,
    request_tree,
)


def stranger(surgery: Surgery) -> tuple[Tree, Tree]:
    """A request of somebody unknown, and its thread with their words in it."""
    name = {"display": "J Smith"}
    surgery.load(
        {**header_tree(), "id": "h1", "subject": name},
        {
            **message_tree("h1", "My knee hurts"),
            "id": "m1",
            "category": header_tree()["category"],
            "subject": name,
            "sender": name,
        },
        {
            **request_tree(),
            "id": "t1",
            "for": name,
            "requester": name,
            "focus": {"reference": "Communication/h1"},
            "businessStatus": {"coding": [{"system": systems.REQUEST_STATE, "code": "unmatched"}]},
        },
    )
    return surgery.get("Task/t1"), surgery.get("Communication/h1")


def found(task: Tree, who: str = "p1") -> Tree:
    return {
        **task,
        "for": {"reference": f"Patient/{who}", "display": "SMITH, Jane"},
        "statusReason": {"text": "Name, birth date and phone agree"},
    }


def test_matching_needs_a_reason(surgery: Surgery, refused: Refused) -> None:
    task, _ = stranger(surgery)
    bare = {**task, "for": {"reference": "Patient/p1"}}
    assert refused(422, surgery.update, PRIYA, bare).expression == "Task.statusReason"
    refused(422, surgery.update, PRIYA, {**bare, "statusReason": {"text": "  "}})
    assert surgery.update(PRIYA, found(task))["for"]["reference"] == "Patient/p1"


def test_nothing_is_booked_for_somebody_unknown(surgery: Surgery, refused: Refused) -> None:
    task, _ = stranger(surgery)
    led: dict[str, Any] = {"supportingInformation": [{"reference": "Task/t1"}]}
    refusal = refused(422, lambda: surgery.book(surgery.slot(), "p1", PRIYA, **led))
    assert "match it to a patient first" in refusal.text
    surgery.update(PRIYA, found(task))
    refusal = refused(422, lambda: surgery.book(surgery.slot(), "p2", PRIYA, **led))
    assert "another patient's" in refusal.text
    surgery.book(surgery.slot(), "p1", PRIYA, **led)


def test_nothing_is_sent_to_somebody_unknown(surgery: Surgery, refused: Refused) -> None:
    task, _ = stranger(surgery)
    refusal = refused(422, surgery.create, SAM, message_tree("h1", "Come in today"))
    assert "match it to a patient first" in refusal.text
    surgery.act(SAM, put(found(task)), post(message_tree("h1", "Come in today")))


def test_the_thread_is_theirs_once_they_are_found(surgery: Surgery) -> None:
    surgery.consent("p1", OnlineService.MESSAGES)
    task, header = stranger(surgery)
    assert surgery.show(JANE, header) is None
    surgery.update(PRIYA, found(task))
    seen = surgery.search(JANE, "Communication")
    assert {tree["id"] for tree in seen} == {"h1", "m1"}
    assert [{"contentString": "My knee hurts"}] in [tree.get("payload") for tree in seen]
    answer = surgery.create(
        PRIYA, message_tree("h1", "Come in", subject={"reference": "Patient/p1"})
    )
    assert surgery.show(JANE, answer) is not None


def test_the_reason_is_for_colleagues(surgery: Surgery) -> None:
    task, _ = stranger(surgery)
    matched = surgery.update(PRIYA, found(task))
    shown = surgery.show(JANE, matched)
    assert shown is not None
    assert "statusReason" not in shown
    failed = surgery.update(PRIYA, {**matched, "status": "failed"})
    shown = surgery.show(JANE, failed)
    assert shown is not None
    assert "statusReason" not in shown


def test_an_ending_names_a_known_outcome(surgery: Surgery, refused: Refused) -> None:
    task = surgery.create(PRIYA, request_tree())
    refusal = refused(
        422, surgery.update, PRIYA, {**task, "status": "completed", "output": [outcome("sorted")]}
    )
    assert "“sorted” is not an outcome" in refusal.text
    assert "self-care" in refusal.text


def test_nothing_is_ended_by_an_appointment_of_somebody_else(
    surgery: Surgery, refused: Refused
) -> None:
    task, slot = surgery.create(PRIYA, request_tree()), surgery.slot()
    other = surgery.create(PRIYA, booking_tree(slot, "p2"))
    result = {
        "type": {"text": "Result"},
        "valueReference": {"reference": f"Appointment/{other['id']}"},
    }
    done = {**task, "status": "completed", "output": [outcome("booked-phone"), result]}
    assert "another patient's" in refused(422, surgery.update, PRIYA, done).text
