"""What must not leak: another's existence, colleagues' words, a form in the wrong record."""

import pytest

from contract.codes import OnlineService
from contract.errors import ErrorCode
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    JANE,
    MUM,
    OMAR,
    PRIYA,
    Surgery,
    booking_tree,
    header_tree,
    hold,
    message_tree,
    outcome,
    post,
    request_tree,
)

LINK = "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"
FORM: Tree = {"resourceType": "QuestionnaireResponse", "status": "completed"}


@pytest.fixture
def online(surgery: Surgery) -> Surgery:
    surgery.consent("p1", *OnlineService)
    surgery.consent("p2", *OnlineService)
    return surgery


def to(reference: str) -> Tree:
    return {"reference": reference}


def test_a_form_is_ones_own(online: Surgery, refused: Refused) -> None:
    refused(403, online.create, JANE, {**FORM, "subject": to("Patient/p2")})
    refused(403, online.create, JANE, {**FORM, "author": to("Patient/p2")})
    refused(403, online.create, JANE, {**FORM, "source": to("Practitioner/r1")})
    form = online.create(JANE, FORM)
    assert form["subject"] == to("Patient/p1")
    assert form["author"]["reference"] == "Patient/p1"
    assert online.show(JANE, form) == form
    assert online.show(OMAR, form) is None
    assert online.show(PRIYA, form) == form
    task = online.create(JANE, request_tree(input=[named(f"QuestionnaireResponse/{form['id']}")]))
    assert task["input"]


def test_a_proxy_fills_in_the_form_as_herself(surgery: Surgery) -> None:
    form = surgery.create(MUM, {**FORM, "source": to("RelatedPerson/mum")})
    assert form["subject"] == to("Patient/p1")
    assert form["author"]["reference"] == "RelatedPerson/mum"


def named(reference: str) -> Tree:
    return {"type": {"text": "see"}, "valueReference": to(reference)}


def hidden(surgery: Surgery) -> list[str]:
    """What is there, but not for Jane; and what is not there at all."""
    surgery.consent("p2", OnlineService.APPOINTMENTS)
    notes = surgery.create(PRIYA, header_tree(category="internal"))
    flag = {"resourceType": "Flag", "status": "active", "code": {"text": "x"}}
    own = surgery.create(PRIYA, {**flag, "subject": to("Patient/p1")})
    others = surgery.create(OMAR, request_tree("p2"))
    booked = surgery.book(surgery.slot(60), "p2")
    return [
        "Patient/p2",
        "MedicationRequest/other",
        f"Communication/{notes['id']}",
        f"Flag/{own['id']}",
        f"Task/{others['id']}",
        f"Appointment/{booked['id']}",
        "Consent/nope",
    ]


def test_what_a_patient_may_not_see_cannot_be_told_from_what_is_not_there(
    online: Surgery, refused: Refused
) -> None:
    for reference in hidden(online):
        for tree in (
            request_tree(input=[named(reference)]),
            request_tree(partOf=[to(reference)]),
            header_tree(about=[to(reference)]),
            {**booking_tree(online.slot(120)), "basedOn": [to(reference)]},
        ):
            no = refused(422, online.create, JANE, tree)
            assert no.code is ErrorCode.REFERENCE_NOT_FOUND
            assert no.text == f"{reference!r} does not exist here."
    no = refused(422, online.create, JANE, header_tree(recipient=[to("Patient/p2")]))
    assert no.code is ErrorCode.REFERENCE_NOT_FOUND


def test_a_patient_names_what_is_theirs_and_who_works_here(online: Surgery) -> None:
    task = online.create(JANE, request_tree(input=[named("Practitioner/c1")]))
    online.create(JANE, request_tree(partOf=[to(f"Task/{task['id']}")]))
    online.create(JANE, request_tree(input=[named("MedicationRequest/plan1")]))
    online.create(JANE, header_tree(recipient=[to("Practitioner/r1")], about=[to("Patient/p1")]))


def test_a_hold_that_has_lapsed_is_no_secret(online: Surgery) -> None:
    slot = online.slot(60)
    held = online.update(PRIYA, {**slot, "status": "busy-tentative", "identifier": hold("r1")})
    online.clock.move(minutes=3)
    assert online.create(JANE, booking_tree(held))["status"] == "booked"


def test_what_is_also_internal_is_internal(online: Surgery, refused: Refused) -> None:
    """Two readings of one category: the one that hides more is right."""
    [open_to_all] = header_tree()["category"]
    [inside] = header_tree(category="internal")["category"]
    for category in ([open_to_all, inside], [inside, open_to_all]):
        no = refused(422, online.create, PRIYA, {**header_tree(), "category": category})
        assert no.expression == "Communication.category"
        online.load({**header_tree(), "id": f"h{category.index(inside)}", "category": category})
        header = online.get(f"Communication/h{category.index(inside)}")
        note = online.create(PRIYA, message_tree(header["id"], "Sounds anxious"))
        assert online.show(JANE, header) is None
        assert online.show(JANE, note) is None
        refused(403, online.create, JANE, {**header_tree(), "category": category})
    assert online.search(JANE, "Communication") == []


def test_a_draft_keeps_its_patient(online: Surgery, refused: Refused) -> None:
    header = online.create(PRIYA, header_tree(status="preparation"))
    no = refused(422, online.update, PRIYA, {**header, "subject": to("Patient/p2")})
    assert no.expression == "Communication.subject"


def test_notes_of_a_request_are_the_patients_own(online: Surgery) -> None:
    forged = [{"authorString": "Dr Grant", "text": "Urgent"}, {"text": "Please"}]
    task = online.create(JANE, request_tree(note=forged))
    assert [note["authorString"] for note in task["note"]] == ["Patient", "Patient"]


def test_why_an_emergency_was_taken_back_is_for_colleagues(online: Surgery) -> None:
    task = online.create(JANE, request_tree(priority="stat"))
    lowered = online.update(
        PRIYA, {**task, "priority": "routine", "statusReason": {"text": "Says so every week"}}
    )
    shown = online.show(JANE, lowered)
    assert shown is not None
    assert "statusReason" not in shown
    done = online.update(
        PRIYA, {**lowered, "status": "completed", "output": [outcome("self-care")]}
    )
    assert "statusReason" not in (online.show(JANE, done) or {})
    rejected = online.update(
        PRIYA,
        {
            **online.create(JANE, request_tree()),
            "status": "rejected",
            "statusReason": {"text": "No"},
        },
    )
    assert (online.show(JANE, rejected) or {})["statusReason"] == {"text": "No"}


def test_withdrawing_keeps_the_reason_that_was_hidden(online: Surgery) -> None:
    task = online.create(JANE, request_tree(priority="stat"))
    lowered = online.update(
        PRIYA, {**task, "priority": "routine", "statusReason": {"text": "Says so every week"}}
    )
    shown = online.show(JANE, lowered)
    assert shown is not None
    gone = online.update(JANE, {**shown, "status": "cancelled"})
    assert "statusReason" not in gone


def test_messages_switched_off_opens_no_thread(surgery: Surgery, refused: Refused) -> None:
    """A thread that is nobody's request is a message, whatever else comes with it."""
    message = {**message_tree("x"), "partOf": [to(LINK)]}
    parts = (post(header_tree(), LINK), post(message))
    assert refused(403, surgery.act, JANE, *parts).code is ErrorCode.NO_PATIENT_CONSENT
    surgery.consent("p1", OnlineService.MESSAGES)
    assert len(surgery.act(JANE, post(header_tree(), LINK), post(message))) == 2
