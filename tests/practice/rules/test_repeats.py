"""Repeat orders at the service: states, rights, issues, words, questions and their answers."""

from typing import Any

import pytest

from contract import systems
from contract.codes import OnlineService
from contract.keys import query_key
from practice.rules.caller import Caller
from practice.rules.trees import target
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    IVAN,
    JANE,
    NIA,
    PRIYA,
    Surgery,
    header_tree,
    message_tree,
    outcome,
    post,
    put,
    repeat_tree,
)

UNTIL = "2026-11-30T18:30:00Z"


def state_tree(tree: Tree, status: str, state: str = "", **more: Any) -> Tree:
    """*tree* in another state, as a desk writes it."""
    rest = {k: v for k, v in tree.items() if k != "businessStatus"}
    coded = {"coding": [{"system": systems.REQUEST_STATE, "code": state}]}
    return {**rest, "status": status, **({"businessStatus": coded} if state else {}), **more}


def with_team(tree: Tree, team: str = "with-pharmacy") -> Tree:
    return state_tree(tree, "in-progress", team)


def asked(tree: Tree) -> Tree:
    return state_tree(tree, "on-hold", "awaiting-patient", restriction={"period": {"end": UNTIL}})


def rejected(tree: Tree, code: str, text: str = "") -> Tree:
    reason = {"coding": [{"system": systems.REQUEST_REJECT, "code": code}]}
    return state_tree(tree, "rejected", statusReason={**reason, **({"text": text} if text else {})})


def order_tree(plan: Tree, **more: Any) -> Tree:
    """The prescription issued from *plan*."""
    names = ("medicationCodeableConcept", "subject", "dosageInstruction", "dispenseRequest")
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        **{name: plan[name] for name in names if name in plan},
        "basedOn": [{"reference": f"MedicationRequest/{plan['id']}"}],
        **more,
    }


def approve(surgery: Surgery, item: Tree, by: Caller = NIA, **more: Any) -> tuple[Tree, Tree]:
    """Issue *item* and approve it in one transaction: the order and the item as stored."""
    plan = surgery.get(target(item["focus"]))
    urn = "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"
    done = state_tree(
        item,
        "completed",
        output=[
            outcome("prescription"),
            {"type": {"text": "Result"}, "valueReference": {"reference": urn}},
        ],
    )
    order, task = surgery.act(by, post(order_tree(plan, **more), urn), put(done))
    return order, task


def words(tree: Tree) -> str:
    return str(tree["businessStatus"]["text"])


@pytest.fixture
def item(surgery: Surgery) -> Tree:
    """One item that Jane has ordered."""
    surgery.consent("p1", OnlineService.PRESCRIPTIONS_MANAGE, OnlineService.MESSAGES)
    return surgery.create(JANE, repeat_tree(groupIdentifier={"value": "R-1"}))


def test_the_patient_reads_the_words_that_staff_see(surgery: Surgery, item: Tree) -> None:
    for tree in (with_team(item), None):
        stored = surgery.update(PRIYA, tree) if tree else surgery.get(f"Task/{item['id']}")
        shown = surgery.show(JANE, stored)
        assert shown is not None
        assert words(shown) == words(stored)
    assert words(item) == (
        "Requested on Monday 23 November 2026. We answer by the end of Tuesday 24 November 2026."
    )
    assert "Our pharmacy team is looking at it." in words(stored)


def test_early_orders_are_taken_and_the_patient_is_told(surgery: Surgery, item: Tree) -> None:
    duration = {"value": 28, "unit": "day", "code": "d"}
    held = surgery.get("MedicationRequest/plan2")
    review = {"end": "2026-10-01"}
    more = {"dispenseRequest": {"expectedSupplyDuration": duration, "validityPeriod": review}}
    plan = {**held, **more, "id": "plan3"}
    surgery.load(plan, {**order_tree(plan), "id": "i1", "authoredOn": "2026-11-10"})
    early = surgery.create(JANE, repeat_tree("plan3"))
    assert "it can be ordered from Tuesday 1 December 2026" in words(early)
    assert "due since Thursday 1 October 2026" in words(early)
    no = surgery.update(PRIYA, rejected(early, "too-early"))
    assert no["statusReason"]["text"] in words(no)
    assert "Please order it again from Tuesday 1 December 2026" in words(no)


def test_reception_passes_on_asks_and_rejects_but_does_not_approve(
    surgery: Surgery, item: Tree, refused: Refused
) -> None:
    item = surgery.update(PRIYA, with_team(item))
    item = surgery.update(PRIYA, with_team(item, "with-prescriber"))
    for caller in (PRIYA, IVAN):
        no = refused(403, approve, surgery, item, caller)
        assert no.text == "You need the right “Approve repeat prescriptions”; prescribers have it."
    no = refused(403, surgery.update, PRIYA, rejected(item, "not-suitable", "Stopped."))
    assert "prescribers" in no.text
    item = surgery.update(PRIYA, rejected(item, "duplicate"))
    assert words(item).startswith("Not approved. ")


def test_an_item_that_comes_back_leaves_its_reason_behind(surgery: Surgery, item: Tree) -> None:
    once = surgery.update(PRIYA, rejected(item, "duplicate", "You have it already."))
    back = surgery.update(PRIYA, with_team(once))
    assert "statusReason" not in back
    again = surgery.update(PRIYA, rejected(back, "duplicate", "You have it already."))
    assert words(again) == "Not approved. You have it already."


def test_an_approval_has_its_prescription(surgery: Surgery, item: Tree) -> None:
    order, task = approve(surgery, item)
    assert order["requester"]["reference"] == NIA.reference
    assert order["authoredOn"].startswith("2026-11-23T08:00")
    assert task["output"][1]["valueReference"]["reference"] == f"MedicationRequest/{order['id']}"
    assert words(task) == (
        "Approved on Monday 23 November 2026. Your prescription was sent to your pharmacy."
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"medicationCodeableConcept": {"text": "Ramipril 10 mg capsules"}}, "differs from"),
        ({"dosageInstruction": [{"text": "Take TWO"}]}, "differs from"),
        ({"dispenseRequest": {"quantity": {"value": 56}}}, "another quantity"),
        ({"subject": {"reference": "Patient/p2"}}, "MedicationRequest/plan1"),
        ({"basedOn": [{"reference": "MedicationRequest/stopped"}]}, "not on repeat any more"),
        ({"basedOn": [{"reference": "MedicationRequest/plan2"}]}, "Issue the item first"),
        ({"status": "cancelled"}, "active"),
    ],
)
def test_what_is_issued_is_what_the_plan_says(
    surgery: Surgery, item: Tree, refused: Refused, more: Tree, said: str
) -> None:
    assert said in refused(422, lambda: approve(surgery, item, NIA, **more)).text
    assert surgery.get(f"Task/{item['id']}")["status"] == "requested"


def test_nobody_issues_in_anothers_name(surgery: Surgery, item: Tree, refused: Refused) -> None:
    refused(403, approve, surgery, item, NIA, requester={"reference": PRIYA.reference})


def test_nothing_is_approved_while_the_patient_is_asked(
    surgery: Surgery, item: Tree, refused: Refused
) -> None:
    item = surgery.update(PRIYA, asked(item))
    assert "please answer our message by Monday 30 November 2026" in words(item)
    no = refused(422, approve, surgery, item)
    assert "waiting for the patient's answer" in no.text
    assert "Take the question back" in no.text
    item = surgery.update(NIA, with_team(item, "with-prescriber"))
    approve(surgery, item)


def test_an_approval_is_taken_back_only_with_its_prescription(
    surgery: Surgery, item: Tree, refused: Refused
) -> None:
    order, task = approve(surgery, item)
    back = with_team({k: v for k, v in task.items() if k != "output"}, "with-prescriber")
    void = {**order, "status": "cancelled"}
    assert "cancelled with it" in refused(422, surgery.update, NIA, back).text
    assert "would still read as approved" in refused(422, surgery.update, NIA, void).text
    refused(403, surgery.act, PRIYA, put(void), put(back))
    surgery.act(NIA, put(void), put(back))
    again, _ = approve(surgery, surgery.get(f"Task/{task['id']}"))
    assert again["id"] != order["id"]


def test_what_was_issued_on_another_day_stays(
    surgery: Surgery, item: Tree, refused: Refused
) -> None:
    order, task = approve(surgery, item)
    surgery.clock.move(days=1)
    back = with_team({k: v for k, v in task.items() if k != "output"}, "with-prescriber")
    no = refused(422, surgery.act, NIA, put({**order, "status": "cancelled"}), put(back))
    assert "Call the pharmacy" in no.text
    refused(422, surgery.update, NIA, {**order, "dosageInstruction": [{"text": "Take TWO"}]})


def test_a_pharmacy_that_tells_is_passed_on_to_the_patient(
    surgery: Surgery, item: Tree, refused: Refused
) -> None:
    order, task = approve(surgery, item)

    def told(code: str) -> Tree:
        reason = {"coding": [{"system": systems.SUPPLY_STATE, "code": code}]}
        return {**surgery.get(f"MedicationRequest/{order['id']}"), "statusReason": reason}

    surgery.update(NIA, told("ready"))
    assert "ready to collect" in words(surgery.get(f"Task/{task['id']}"))
    surgery.update(NIA, {**told("collected"), "status": "completed"})
    assert words(surgery.get(f"Task/{task['id']}")) == (
        "Approved on Monday 23 November 2026. It was collected from your pharmacy."
    )
    assert "cannot become ready" in refused(422, surgery.update, NIA, told("ready")).text


def test_a_patient_cancels_only_what_nobody_has_touched(
    surgery: Surgery, item: Tree, refused: Refused
) -> None:
    shown = surgery.show(JANE, surgery.update(PRIYA, with_team(item)))
    assert shown is not None
    assert (
        "already dealing"
        in refused(422, surgery.update, JANE, {**shown, "status": "cancelled"}).text
    )
    other = surgery.show(JANE, surgery.create(JANE, repeat_tree("plan2")))
    assert other is not None
    gone = surgery.update(JANE, {**other, "status": "cancelled"})
    assert words(gone).startswith("Cancelled.")


def ask(surgery: Surgery, *items: Tree) -> str:
    """Ask the patient about *items*; the id of the thread."""
    about = [{"reference": f"Task/{one['id']}"} for one in items]
    urn = "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a002"
    header = header_tree(
        about=about,
        identifier=[
            {"system": systems.MESSAGE_KEY, "value": query_key("p1", "R-1", items[0]["id"])}
        ],
    )
    message = message_tree("", "Do you still take it?", partOf=[{"reference": urn}])
    stored = surgery.act(
        PRIYA, post(header, urn), post(message), *(put(asked(one)) for one in items)
    )
    return str(stored[0]["id"])


def test_an_answer_brings_every_item_back_and_makes_no_second_request(
    surgery: Surgery, item: Tree
) -> None:
    other = surgery.create(JANE, repeat_tree("plan2", groupIdentifier={"value": "R-1"}))
    thread = ask(surgery, item, other)
    surgery.clock.move(hours=30)
    surgery.create(JANE, message_tree(thread, "Yes, every day"))
    for one in (item, other):
        back = surgery.get(f"Task/{one['id']}")
        assert back["status"] == "in-progress"
        assert back["businessStatus"]["coding"][0]["code"] == "reopened"
        assert "We are looking at it again." in words(back)
        assert back["restriction"]["period"]["end"] == "2026-11-25T18:30:00.000Z"
    surgery.create(JANE, message_tree(thread, "And I go away on Friday"))
    assert not surgery.search(PRIYA, "Task", focus=f"Communication/{thread}")


def test_words_about_what_is_decided_get_a_request_of_their_own(
    surgery: Surgery, item: Tree
) -> None:
    thread = ask(surgery, item)
    held = surgery.get(f"Task/{item['id']}")
    surgery.update(PRIYA, rejected(held, "duplicate"))
    surgery.create(JANE, message_tree(thread, "But I have none left"))
    (found,) = surgery.search(PRIYA, "Task", focus=f"Communication/{thread}")
    assert found["status"] == "requested"
    assert surgery.get(f"Task/{item['id']}")["status"] == "rejected"


def test_an_answer_that_comes_too_late_says_whom_to_call(
    surgery: Surgery, item: Tree, refused: Refused
) -> None:
    thread = ask(surgery, item)
    surgery.clock.move(days=8)
    no = refused(422, surgery.create, JANE, message_tree(thread, "Sorry, yes"))
    assert "01632 960123" in no.text


def test_a_question_that_was_not_delivered_comes_back(surgery: Surgery, item: Tree) -> None:
    thread = ask(surgery, item)
    (message,) = surgery.search(PRIYA, "Communication", **{"part-of": f"Communication/{thread}"})
    surgery.update(
        PRIYA, {**message, "status": "not-done", "statusReason": {"text": "No such number"}}
    )
    back = surgery.get(f"Task/{item['id']}")
    assert back["businessStatus"]["coding"][0]["code"] == "delivery-failed"
