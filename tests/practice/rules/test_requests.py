"""Requests and repeat items: due times, endings, rights."""

from datetime import timedelta

from contract import systems
from contract.errors import ErrorCode
from practice.clock import instant
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    JANE,
    NIA,
    PRIYA,
    SAM,
    Surgery,
    booking_tree,
    outcome,
    post,
    put,
    repeat_tree,
    request_tree,
)


def due(tree: Tree) -> str:
    return str(tree["restriction"]["period"]["end"])


def waiting(tree: Tree, until: str, state: str = "awaiting-patient") -> Tree:
    return {
        **tree,
        "status": "on-hold",
        "businessStatus": {"coding": [{"system": systems.REQUEST_STATE, "code": state}]},
        "restriction": {"period": {"end": until}},
    }


def rejected(tree: Tree, code: str, **more: str) -> Tree:
    reason = {"coding": [{"system": systems.REQUEST_REJECT, "code": code}], **more}
    return {**tree, "status": "rejected", "statusReason": reason}


def state(tree: Tree) -> str:
    return str(tree["businessStatus"]["coding"][0]["code"])


def test_a_request_is_stamped_and_due_by_the_rule(surgery: Surgery) -> None:
    routine = surgery.create(PRIYA, request_tree(authoredOn="2020-01-01T00:00:00Z"))
    assert routine["authoredOn"] == routine["lastModified"] == "2026-11-23T08:00:00.000Z"
    assert due(routine) == "2026-11-24T18:30:00.000Z"
    assert state(routine) == "new"
    urgent = surgery.create(PRIYA, request_tree(priority="urgent"))
    assert due(urgent) == "2026-11-23T18:30:00.000Z"


def test_making_it_urgent_brings_the_due_time_forward(surgery: Surgery) -> None:
    task = surgery.create(PRIYA, request_tree())
    surgery.clock.move(hours=1)
    assert due(surgery.update(PRIYA, {**task, "priority": "urgent"})) == "2026-11-23T18:30:00.000Z"


def test_a_request_made_urgent_next_day_is_not_put_off(surgery: Surgery) -> None:
    task = surgery.create(PRIYA, request_tree())
    surgery.clock.move(days=2)
    late = surgery.update(PRIYA, {**task, "priority": "stat"})
    assert due(late) == due(task) == "2026-11-24T18:30:00.000Z"


def test_nobody_writes_another_due_time(surgery: Surgery) -> None:
    task = surgery.create(PRIYA, request_tree(restriction={"period": {"end": "2030-01-01"}}))
    moved = {**task, "restriction": {"period": {"end": "2030-01-01T00:00:00Z"}}}
    assert due(surgery.update(PRIYA, moved)) == due(task) == "2026-11-24T18:30:00.000Z"


def test_waiting_needs_a_time_to_come(surgery: Surgery, refused: Refused) -> None:
    task = surgery.create(PRIYA, request_tree())
    none = {k: v for k, v in waiting(task, "").items() if k != "restriction"}
    assert refused(422, surgery.update, PRIYA, none).code is ErrorCode.MISSING_VALUE
    refused(422, surgery.update, PRIYA, waiting(task, instant(surgery.clock.at)))
    until = instant(surgery.clock.at + timedelta(days=5))
    held = surgery.update(PRIYA, waiting(task, until))
    assert due(held) == until
    surgery.clock.move(days=1)
    back = surgery.update(PRIYA, {**held, "status": "in-progress"})
    assert due(back) == "2026-11-25T18:30:00.000Z"


def test_emergency_is_taken_back_only_with_a_reason(surgery: Surgery, refused: Refused) -> None:
    task = surgery.create(PRIYA, request_tree(priority="stat"))
    lower = {**task, "priority": "routine"}
    assert refused(422, surgery.update, PRIYA, lower).expression == "Task.statusReason"
    settled = {"statusReason": {"text": "Spoken to, settled"}}
    lowered = surgery.update(PRIYA, {**lower, **settled})
    raised = surgery.update(PRIYA, {**lowered, "priority": "stat"})
    refused(422, surgery.update, PRIYA, {**raised, "priority": "urgent"})  # an old reason
    surgery.update(PRIYA, {**raised, "priority": "urgent", "statusReason": {"text": "A cold"}})


def test_opening_claims_and_a_colleague_may_take_over(surgery: Surgery, refused: Refused) -> None:
    task = surgery.create(PRIYA, request_tree())
    mine = surgery.update(PRIYA, {k: v for k, v in task.items() if k != "businessStatus"} | {
        "status": "received"
    })  # fmt: skip
    assert mine["owner"] == {"reference": "Practitioner/r1", "display": "Priya Shah"}
    assert state(mine) == "viewing"
    owner = {"reference": "Practitioner/r2", "display": "Sam Lee"}
    theirs = surgery.update(SAM, {**mine, "owner": owner})
    assert theirs["owner"] == owner
    refused(412, surgery.update, PRIYA, {**mine, "status": "accepted"})


def test_done_needs_an_output(surgery: Surgery, refused: Refused) -> None:
    task = surgery.create(PRIYA, request_tree())
    done = {**task, "status": "completed"}
    assert refused(422, surgery.update, PRIYA, done).expression == "Task.output"
    surgery.update(PRIYA, {**done, "output": [outcome("admin-answered")]})


def test_booking_from_a_request_in_one_transaction(surgery: Surgery) -> None:
    task, slot = surgery.create(PRIYA, request_tree()), surgery.slot()
    link = "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"
    output = {"type": {"text": "booked"}, "valueReference": {"reference": link}}
    wanted = {
        **booking_tree(slot),
        "supportingInformation": [{"reference": f"Task/{task['id']}"}],
    }
    _, booked, done = surgery.act(
        PRIYA,
        put({**slot, "status": "busy"}),
        post(wanted, link),
        put({**task, "status": "completed", "output": [output]}),
    )
    assert done["output"][0]["valueReference"]["reference"] == f"Appointment/{booked['id']}"


def test_a_rejection_has_words_for_the_patient(surgery: Surgery, refused: Refused) -> None:
    task = surgery.create(PRIYA, request_tree())
    refused(422, surgery.update, PRIYA, {**task, "status": "rejected"})
    no = surgery.update(PRIYA, rejected(task, "too-early"))
    assert no["statusReason"]["text"] == "It is too early to order this again."
    back = surgery.update(PRIYA, {**no, "status": "in-progress"})
    assert state(back) == "reopened"
    said = surgery.update(PRIYA, rejected(back, "other", text="Please ring us about this."))
    assert said["statusReason"]["text"] == "Please ring us about this."


def test_an_unmatched_request_is_matched_before_it_is_answered(
    surgery: Surgery, refused: Refused
) -> None:
    tree = request_tree()
    tree["for"] = {"display": "J Smith"}
    task = surgery.create(PRIYA, tree)
    assert state(task) == "unmatched"
    for output in (
        outcome("booked-phone"),
        outcome("advice-by-message"),
        {"type": {"text": "x"}, "valueReference": {"reference": "Appointment/a"}},
        {"type": {"text": "x"}, "valueString": "done"},
    ):
        no = refused(
            422, surgery.update, PRIYA, {**task, "status": "completed", "output": [output]}
        )
        assert no.expression == "Task.for"
    how = {"statusReason": {"text": "Name and birth date agree"}}
    matched = surgery.update(PRIYA, {**task, "for": {"reference": "Patient/p1"}, **how})
    assert state(matched) == "new"
    refused(422, surgery.update, PRIYA, {**matched, "for": {"reference": "Patient/p2"}})
    surgery.update(PRIYA, {**matched, "status": "completed", "output": [outcome("booked-phone")]})


def test_an_unmatched_duplicate_may_be_closed(surgery: Surgery) -> None:
    tree = request_tree()
    tree["for"] = {"display": "J Smith"}
    task = surgery.create(PRIYA, tree)
    surgery.update(PRIYA, {**task, "status": "completed", "output": [outcome("duplicate")]})


def test_what_the_patient_wrote_stays(surgery: Surgery, refused: Refused) -> None:
    task = surgery.create(PRIYA, request_tree())
    for more in (
        {"description": "My knee is fine"},
        {"code": {"text": "something else"}},
        {"requester": {"reference": "Practitioner/r1"}},
    ):
        refused(422, surgery.update, PRIYA, {**task, **more})


def test_forbidden_moves_say_so_in_words(surgery: Surgery, refused: Refused) -> None:
    task = surgery.create(PRIYA, request_tree())
    done = surgery.update(PRIYA, {**task, "status": "completed", "output": [outcome("self-care")]})
    no = refused(422, surgery.update, PRIYA, {**done, "status": "requested"})
    assert no.text == "A request that is done cannot become new."


def test_a_new_request_is_open(surgery: Surgery, refused: Refused) -> None:
    refused(422, surgery.create, PRIYA, request_tree(status="completed"))


def test_a_repeat_item_is_approved_by_prescribers_only(surgery: Surgery, refused: Refused) -> None:
    item = surgery.create(PRIYA, repeat_tree())
    done = {**item, "status": "completed", "output": [outcome("prescription")]}
    no = refused(403, surgery.update, PRIYA, done)
    assert "Approve repeat prescriptions" in no.text
    assert "prescribers" in no.text
    refused(403, surgery.update, PRIYA, rejected(item, "not-suitable"))
    surgery.update(PRIYA, rejected(item, "review-due"))
    other = surgery.create(PRIYA, repeat_tree("plan2"))
    bare = {**other, "status": "completed", "output": [outcome("prescription")]}
    assert "Issue the item first" in refused(422, surgery.update, NIA, bare).text


def test_an_item_is_ordered_once_at_a_time(surgery: Surgery, refused: Refused) -> None:
    item = surgery.create(PRIYA, repeat_tree())
    assert refused(409, surgery.create, PRIYA, repeat_tree()).code is ErrorCode.DUPLICATE_REJECTED
    surgery.update(PRIYA, rejected(item, "too-early"))
    surgery.create(PRIYA, repeat_tree())
    two = (post(repeat_tree("plan2")), post(repeat_tree("plan2")))
    refused(409, surgery.act, PRIYA, *two)


def test_an_item_has_to_be_on_repeat_for_that_patient(surgery: Surgery, refused: Refused) -> None:
    for plan in ("nothing", "other"):
        no = refused(422, surgery.create, PRIYA, repeat_tree(plan))
        assert no.code is ErrorCode.REFERENCE_NOT_FOUND
    assert refused(422, surgery.create, PRIYA, repeat_tree("stopped")).code is (
        ErrorCode.INVALID_UPDATE
    )


def test_a_patient_withdraws_only_what_nobody_has_taken_on(
    surgery: Surgery, refused: Refused
) -> None:
    task = surgery.create(JANE, request_tree())
    noted = surgery.update(
        PRIYA,
        {**task, "status": "received", "note": [{"authorString": "Staff", "text": "third time"}]},
    )
    seen = surgery.show(JANE, noted)
    assert seen is not None
    gone = surgery.update(JANE, {**seen, "status": "cancelled"})
    assert (gone["status"], gone["note"]) == ("cancelled", noted["note"])
    other = surgery.update(PRIYA, {**surgery.create(JANE, request_tree()), "status": "accepted"})
    no = refused(422, surgery.update, JANE, {**other, "status": "cancelled"})
    assert "01632 960123" in no.text
    third = surgery.create(JANE, request_tree())
    for more in ({"status": "completed"}, {"priority": "stat", "status": "cancelled"}):
        refused(422, surgery.update, JANE, {**third, **more})
