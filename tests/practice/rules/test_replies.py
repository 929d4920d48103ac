"""Reply windows of single messages, and failed deliveries that nobody closes silently."""

from typing import Any

import pytest

from contract import systems
from contract.codes import MessageCategory
from contract.errors import ErrorCode
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    JANE,
    PRIYA,
    SAM,
    Surgery,
    header_tree,
    message_tree,
    outcome,
    post,
    put,
)
from tests.practice.rules.test_messages import thread
from tests.practice.rules.test_requests import state


def windowed(header: str, *codes: str, category: str = MessageCategory.PATIENT) -> Tree:
    """A message of the practice with a reply window."""
    given: list[Any] = [{"coding": [{"system": systems.MESSAGE_CATEGORY, "code": category}]}]
    given += [{"coding": [{"system": systems.REPLY_WINDOW, "code": code}]} for code in codes]
    return message_tree(header, "From the practice", category=given)


def done(surgery: Surgery, task: Tree) -> Tree:
    held = surgery.get(f"Task/{task['id']}")
    ended = {**held, "status": "completed", "output": [outcome("advice-by-message")]}
    return surgery.update(PRIYA, ended)


def test_a_message_that_wants_no_reply_gets_none(surgery: Surgery, refused: Refused) -> None:
    header, _, task = thread(surgery)
    surgery.clock.move(minutes=1)
    sent = surgery.create(PRIYA, windowed(header["id"], "no-reply"))
    assert sent["category"][1]["coding"][0]["code"] == "no-reply"
    done(surgery, task)
    no = refused(422, surgery.create, JANE, message_tree(header["id"]))
    assert no.code is ErrorCode.REPLY_WINDOW_OVER
    assert "01632 960123" in no.text


def test_one_reply_is_one_until_the_practice_writes_again(
    surgery: Surgery, refused: Refused
) -> None:
    header, *_ = thread(surgery)
    surgery.clock.move(minutes=1)
    surgery.create(PRIYA, windowed(header["id"], "one-reply"))
    surgery.clock.move(minutes=1)
    surgery.create(JANE, message_tree(header["id"]))
    surgery.clock.move(minutes=1)
    no = refused(422, surgery.create, JANE, message_tree(header["id"]))
    assert no.code is ErrorCode.REPLY_WINDOW_OVER
    surgery.clock.move(minutes=1)
    surgery.create(PRIYA, message_tree(header["id"]))
    surgery.clock.move(minutes=1)
    surgery.create(JANE, message_tree(header["id"]))


def test_days_end_with_the_close_of_a_core_hours_day(surgery: Surgery, refused: Refused) -> None:
    header, _, task = thread(surgery)  # a Monday; five days later is a Saturday
    surgery.clock.move(minutes=1)
    surgery.create(PRIYA, windowed(header["id"], "days-5"))
    done(surgery, task)
    surgery.clock.move(days=7, hours=10, minutes=28)
    surgery.create(JANE, message_tree(header["id"]))
    assert state(surgery.get(f"Task/{task['id']}")) == "reopened"
    surgery.clock.move(minutes=31)  # 18:31 on the Monday after
    refused(422, surgery.create, JANE, message_tree(header["id"]))


@pytest.mark.parametrize("code", ["days-0", "days-91", "days-100", "for ever", "no-reply|"])
def test_a_window_is_one_of_those_there_are(surgery: Surgery, refused: Refused, code: str) -> None:
    header, *_ = thread(surgery)
    no = refused(422, surgery.create, PRIYA, windowed(header["id"], code))
    assert no.expression == "Communication.category"


def test_one_message_has_one_window_and_a_note_none(surgery: Surgery, refused: Refused) -> None:
    header, *_ = thread(surgery)
    refused(422, surgery.create, PRIYA, windowed(header["id"], "no-reply", "one-reply"))
    notes = surgery.create(PRIYA, header_tree(category="internal"))
    internal = MessageCategory.INTERNAL
    refused(422, surgery.create, PRIYA, windowed(notes["id"], "one-reply", category=internal))


def test_only_the_practice_sets_and_nobody_changes_a_window(
    surgery: Surgery, refused: Refused
) -> None:
    header, *_ = thread(surgery)
    mine = surgery.create(JANE, windowed(header["id"], "no-reply"))
    assert mine["category"] == header["category"]
    sent = surgery.create(PRIYA, windowed(header["id"], "one-reply"))
    widened = {**sent, "category": header["category"]}
    refused(422, surgery.update, PRIYA, widened)


def failed(surgery: Surgery) -> tuple[Tree, Tree, Tree]:
    """Header, message that did not arrive, and its request as it stands then."""
    header, first, task = thread(surgery)
    lost = {**first, "status": "not-done", "statusReason": {"text": "Number not in use"}}
    surgery.update(PRIYA, lost)
    return header, first, surgery.get(f"Task/{task['id']}")


VIEWING = {"coding": [{"system": systems.REQUEST_STATE, "code": "viewing"}]}


def settled(task: Tree, *messages: Tree) -> Tree:
    named = [
        {
            "type": {"text": "Not delivered"},
            "valueReference": {"reference": f"Communication/{message['id']}"},
        }
        for message in messages
    ]
    return {
        **task,
        "status": "completed",
        "output": [*task.get("output", ()), outcome("admin-answered"), *named],
        "statusReason": {"text": "Told her at the counter."},
    }


def test_opening_a_request_makes_no_failure_forgotten(surgery: Surgery, refused: Refused) -> None:
    _, first, task = failed(surgery)
    opened = surgery.update(SAM, {**task, "status": "received", "businessStatus": VIEWING})
    assert state(opened) == "viewing"
    for ending in (
        {"status": "completed", "output": [outcome("advice-by-message")]},
        {"status": "entered-in-error"},
        {"status": "cancelled", "statusReason": {"text": "Not needed"}},
    ):
        refused(422, surgery.update, SAM, {**opened, **ending})
    told = surgery.update(SAM, settled(opened, first))
    again = surgery.update(SAM, {**told, "status": "in-progress"})
    more = [*again["output"], outcome("self-care")]
    surgery.update(SAM, {**again, "status": "completed", "output": more})  # asked once only


def test_a_message_that_went_out_after_it_settles_a_failure(surgery: Surgery) -> None:
    header, _, task = failed(surgery)
    surgery.clock.move(minutes=5)
    ended = {**task, "status": "completed", "output": [outcome("advice-by-message")]}
    surgery.act(PRIYA, post(message_tree(header["id"])), put(ended))
    assert surgery.get(f"Task/{task['id']}")["status"] == "completed"


def test_each_failure_is_named(surgery: Surgery, refused: Refused) -> None:
    header, first, task = failed(surgery)
    surgery.clock.move(minutes=5)
    second = surgery.create(PRIYA, message_tree(header["id"]))
    lost = {**second, "status": "not-done", "statusReason": {"text": "No such number"}}
    surgery.update(PRIYA, lost)
    task = surgery.get(f"Task/{task['id']}")
    refused(422, surgery.update, PRIYA, settled(task, first))
    surgery.update(PRIYA, settled(task, first, second))


def test_what_the_patient_says_settles_no_failure(surgery: Surgery, refused: Refused) -> None:
    header, _, task = failed(surgery)
    surgery.clock.move(minutes=5)
    surgery.create(JANE, message_tree(header["id"], "Hello?"))
    task = surgery.get(f"Task/{task['id']}")
    ended = {**task, "status": "completed", "output": [outcome("advice-by-message")]}
    refused(422, surgery.update, PRIYA, ended)
