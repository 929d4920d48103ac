"""Threads: who reads them, what a message sets in motion, attachments."""

import base64
from datetime import timedelta

from contract import systems
from contract.codes import OnlineService
from contract.errors import ErrorCode
from contract.limits import ATTACHMENT_BYTES
from practice.clock import instant
from practice.rules.caller import Caller
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    JANE,
    MUM,
    OMAR,
    PRIYA,
    Surgery,
    header_tree,
    message_tree,
    outcome,
    post,
    put,
    request_tree,
)
from tests.practice.rules.test_requests import due, state, waiting

LINK = "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"


def thread(surgery: Surgery, who: str = "p1", by: Caller = PRIYA) -> tuple[Tree, Tree, Tree]:
    """A header, its first message and its request, in one transaction."""
    surgery.consent(who, OnlineService.MESSAGES)
    message = message_tree("x")
    message["partOf"] = [{"reference": LINK}]
    task = request_tree(who, "thread", focus={"reference": LINK})
    header, first, request = surgery.act(
        by, post(header_tree(who), LINK), post(message), post(task)
    )
    return header, first, request


def test_a_message_takes_after_its_thread(surgery: Surgery) -> None:
    header, first, task = thread(surgery)
    assert first["category"] == header["category"]
    assert first["subject"] == {"reference": "Patient/p1"}
    assert first["sender"] == {"reference": "Practitioner/r1", "display": "Priya Shah"}
    assert first["sent"] == "2026-11-23T08:00:00.000Z"
    assert task["focus"] == {"reference": f"Communication/{header['id']}"}


def test_nobody_writes_in_anothers_name(surgery: Surgery, refused: Refused) -> None:
    header, *_ = thread(surgery)
    other = message_tree(header["id"], sender={"reference": "Practitioner/r2"})
    refused(403, surgery.create, PRIYA, other)
    refused(403, surgery.create, JANE, message_tree(header["id"], sender=other["sender"]))


def test_internal_and_patient_words_never_share_a_thread(
    surgery: Surgery, refused: Refused
) -> None:
    header, *_ = thread(surgery)
    inside = header_tree(category="internal")["category"]
    no = refused(422, surgery.create, PRIYA, message_tree(header["id"], category=inside))
    assert no.expression == "Communication.category"
    to_patient = header_tree(category="internal", recipient=[{"reference": "Patient/p1"}])
    refused(422, surgery.create, PRIYA, to_patient)
    uncategorised = {k: v for k, v in header_tree().items() if k != "category"}
    refused(422, surgery.create, PRIYA, uncategorised)


def test_patients_know_nothing_of_internal_notes(surgery: Surgery, refused: Refused) -> None:
    surgery.consent("p1", OnlineService.MESSAGES)
    notes = surgery.create(PRIYA, header_tree(category="internal"))
    note = surgery.create(PRIYA, message_tree(notes["id"], "Sounds anxious"))
    assert surgery.show(JANE, notes) is None
    assert surgery.show(JANE, note) is None
    assert surgery.search(JANE, "Communication") == []
    refused(422, surgery.create, JANE, message_tree(notes["id"]))
    refused(404, surgery.update, JANE, {**note, "status": "completed"})


def test_a_patients_answer_brings_the_request_back(surgery: Surgery) -> None:
    header, _, task = thread(surgery)
    surgery.update(PRIYA, waiting(task, instant(surgery.clock.at + timedelta(days=2))))
    surgery.clock.move(days=1)
    surgery.create(JANE, message_tree(header["id"]))
    back = surgery.get(f"Task/{task['id']}")
    assert (back["status"], state(back)) == ("in-progress", "reopened")
    assert due(back) == "2026-11-25T18:30:00.000Z"


def test_a_late_reply_reopens_what_was_done(surgery: Surgery) -> None:
    header, _, task = thread(surgery)
    surgery.update(PRIYA, {**task, "status": "completed", "output": [outcome("self-care")]})
    surgery.clock.move(days=30)
    surgery.create(JANE, message_tree(header["id"]))
    back = surgery.get(f"Task/{task['id']}")
    assert (back["status"], state(back)) == ("in-progress", "reopened")


def test_staff_who_answer_say_themselves_what_becomes_of_it(surgery: Surgery) -> None:
    header, _, task = thread(surgery, by=PRIYA)
    until = instant(surgery.clock.at + timedelta(days=2))
    surgery.act(PRIYA, post(message_tree(header["id"])), put(waiting(task, until)))
    held = surgery.get(f"Task/{task['id']}")
    assert (held["status"], due(held)) == ("on-hold", until)


def test_when_the_reply_window_is_over_the_patient_hears_whom_to_call(
    surgery: Surgery, refused: Refused
) -> None:
    header, _, task = thread(surgery)
    surgery.update(PRIYA, waiting(task, instant(surgery.clock.at + timedelta(days=2))))
    surgery.clock.move(days=2)
    surgery.create(JANE, message_tree(header["id"]))  # the last moment counts
    held = surgery.get(f"Task/{task['id']}")
    surgery.update(PRIYA, waiting(held, instant(surgery.clock.at + timedelta(days=2))))
    surgery.clock.move(days=2, seconds=1)
    no = refused(422, surgery.create, JANE, message_tree(header["id"]))
    assert no.code is ErrorCode.REPLY_WINDOW_OVER
    assert "01632 960123" in no.text


def test_a_snoozed_request_has_no_reply_window(surgery: Surgery) -> None:
    header, _, task = thread(surgery)
    until = instant(surgery.clock.at + timedelta(hours=1))
    surgery.update(PRIYA, waiting(task, until, "snoozed"))
    surgery.clock.move(days=1)
    surgery.create(JANE, message_tree(header["id"]))
    assert surgery.get(f"Task/{task['id']}")["status"] == "in-progress"


def test_a_thread_without_a_request_gets_one(surgery: Surgery) -> None:
    surgery.consent("p1", OnlineService.MESSAGES)
    header = surgery.create(PRIYA, header_tree())
    surgery.create(JANE, message_tree(header["id"]))
    (task,) = surgery.search(PRIYA, "Task", focus=f"Communication/{header['id']}")
    assert task["for"] == {"reference": "Patient/p1"}
    assert (task["status"], state(task)) == ("requested", "new")
    assert due(task) == "2026-11-24T18:30:00.000Z"


def test_a_failed_delivery_comes_back_and_is_not_closed_unseen(
    surgery: Surgery, refused: Refused
) -> None:
    _, first, task = thread(surgery)
    surgery.update(PRIYA, {**task, "status": "completed", "output": [outcome("self-care")]})
    failed = {**first, "status": "not-done"}
    assert refused(422, surgery.update, PRIYA, failed).expression == "Communication.statusReason"
    surgery.update(PRIYA, {**failed, "statusReason": {"text": "Number not in use"}})
    back = surgery.get(f"Task/{task['id']}")
    assert (back["status"], state(back)) == ("in-progress", "delivery-failed")
    bare = {k: v for k, v in back.items() if k != "output"}
    refused(422, surgery.update, PRIYA, {**bare, "status": "completed"})
    refused(422, surgery.update, PRIYA, {**bare, "status": "failed"})
    # The outcome of the first time says nothing about the message that did not arrive.
    refused(422, surgery.update, PRIYA, {**back, "status": "completed"})
    named = {"type": {"text": "Not delivered"}, "valueReference": {"reference": _ref(first)}}
    settled = {
        **back,
        "status": "completed",
        "output": [*back["output"], outcome("booked-phone"), named],
        "statusReason": {"text": "Rang her at work; booked."},
    }
    refused(422, surgery.update, PRIYA, {**settled, "output": [outcome("booked-phone")]})
    refused(422, surgery.update, PRIYA, {**settled, "statusReason": {"text": " "}})
    surgery.update(PRIYA, settled)


def _ref(tree: Tree) -> str:
    return f"{tree['resourceType']}/{tree['id']}"


def test_a_patient_opens_no_internal_thread(surgery: Surgery, refused: Refused) -> None:
    surgery.consent("p1", OnlineService.MESSAGES)
    refused(403, surgery.create, JANE, header_tree(category="internal"))


def test_asking_works_with_messages_switched_off(surgery: Surgery, refused: Refused) -> None:
    message = {**message_tree("x"), "partOf": [{"reference": LINK}]}
    task = request_tree(focus={"reference": LINK})
    header, first, request = surgery.act(JANE, post(header_tree(), LINK), post(message), post(task))
    assert first["sender"]["reference"] == "Patient/p1"
    assert request["focus"]["reference"] == f"Communication/{header['id']}"
    (only,) = surgery.search(PRIYA, "Task", focus=f"Communication/{header['id']}")
    assert only["id"] == request["id"]
    no = refused(403, surgery.create, JANE, message_tree(header["id"], "And my elbow"))
    assert no.code is ErrorCode.NO_PATIENT_CONSENT


def test_what_is_sent_stays_as_it_is(surgery: Surgery, refused: Refused) -> None:
    _, first, _ = thread(surgery)
    for more in (
        {"payload": [{"contentString": "Something else"}]},
        {"sender": {"reference": "Practitioner/r2"}},
        {"subject": {"reference": "Patient/p2"}},
        {"sent": "2020-01-01T00:00:00Z"},
    ):
        refused(422, surgery.update, PRIYA, {**first, **more})
    read = surgery.update(PRIYA, {**first, "status": "completed"})
    assert read["received"] == "2026-11-23T08:00:00.000Z"
    refused(422, surgery.update, PRIYA, {**read, "status": "in-progress"})


def test_a_patient_marks_only_the_practices_messages_as_read(
    surgery: Surgery, refused: Refused
) -> None:
    header, first, _ = thread(surgery)
    read = surgery.update(JANE, {**first, "status": "completed"})
    assert read["payload"] == first["payload"]
    mine = surgery.create(JANE, message_tree(header["id"]))
    refused(422, surgery.update, JANE, {**mine, "status": "completed"})
    refused(422, surgery.update, JANE, {**mine, "status": "entered-in-error"})


def test_a_draft_of_the_practice_is_not_shown(surgery: Surgery) -> None:
    header, *_ = thread(surgery)
    draft = surgery.create(PRIYA, message_tree(header["id"], status="preparation"))
    assert "sent" not in draft
    assert surgery.show(JANE, draft) is None
    sent = surgery.update(PRIYA, {**draft, "status": "in-progress"})
    assert sent["sent"] == "2026-11-23T08:00:00.000Z"
    assert surgery.show(JANE, sent) == sent


def test_nobody_writes_in_anothers_thread(surgery: Surgery, refused: Refused) -> None:
    header, first, _ = thread(surgery)
    surgery.consent("p2", OnlineService.MESSAGES)
    refused(422, surgery.create, OMAR, message_tree(header["id"]))
    assert surgery.show(OMAR, first) is None
    refused(403, surgery.create, OMAR, header_tree("p1"))


def test_a_proxy_writes_in_her_own_name_for_the_child(surgery: Surgery, refused: Refused) -> None:
    header = surgery.create(PRIYA, header_tree())
    message = message_tree(header["id"])
    assert refused(403, surgery.create, MUM, message).code is ErrorCode.NO_PATIENT_CONSENT
    surgery.consent(
        "p1",
        OnlineService.MESSAGES,
        provision={
            "type": "permit",
            "actor": [{"role": {"text": "proxy"}, "reference": {"reference": MUM.reference}}],
            "action": [
                {"coding": [{"system": systems.ONLINE_SERVICE, "code": "messages"}]},
            ],
        },
    )
    sent = surgery.create(MUM, message)
    assert sent["sender"]["reference"] == "RelatedPerson/mum"
    assert sent["subject"] == {"reference": "Patient/p1"}


def test_an_empty_message_is_refused(surgery: Surgery, refused: Refused) -> None:
    header, *_ = thread(surgery)
    nothing = {k: v for k, v in message_tree(header["id"]).items() if k != "payload"}
    refused(422, surgery.create, PRIYA, nothing)
    refused(422, surgery.create, PRIYA, message_tree("nowhere"))


def binary(data: bytes = b"x", kind: str = "image/png", guard: str = "") -> Tree:
    tree = {
        "resourceType": "Binary",
        "contentType": kind,
        "data": base64.b64encode(data).decode(),
    }
    return {**tree, "securityContext": {"reference": guard}} if guard else tree


def test_attachments_are_small_and_of_known_types(surgery: Surgery, refused: Refused) -> None:
    refused(422, surgery.create, PRIYA, binary(kind="application/x-msdownload"))
    refused(422, surgery.create, PRIYA, binary(bytes(ATTACHMENT_BYTES + 1)))
    refused(422, surgery.create, PRIYA, binary(guard="Communication/nowhere"))
    surgery.create(PRIYA, binary(bytes(ATTACHMENT_BYTES), "application/pdf"))


def test_an_attachment_is_opened_by_who_reads_its_thread(
    surgery: Surgery, refused: Refused
) -> None:
    header, *_ = thread(surgery)
    picture = surgery.create(PRIYA, binary(guard=f"Communication/{header['id']}"))
    assert surgery.show(JANE, picture) == picture
    assert surgery.show(OMAR, picture) is None
    notes = surgery.create(PRIYA, header_tree(category="internal"))
    inside = surgery.create(PRIYA, binary(guard=f"Communication/{notes['id']}"))
    assert surgery.show(JANE, inside) is None
    loose = surgery.create(PRIYA, binary())
    assert surgery.show(JANE, loose) is None
    own = surgery.create(JANE, binary())
    assert own["securityContext"] == {"reference": "Patient/p1"}
    assert surgery.show(JANE, own) == own
    refused(422, surgery.create, OMAR, binary(guard=f"Communication/{header['id']}"))

    def attached(one: Tree) -> Tree:
        url = f"https://here/A99999/fhir/Binary/{one['id']}"
        part = {"contentAttachment": {"contentType": "image/png", "url": url}}
        return message_tree(header["id"], payload=[part])

    surgery.create(JANE, attached(own))
    refused(422, surgery.create, JANE, attached(inside))
    refused(422, surgery.create, PRIYA, attached({"id": "nothing"}))
