"""Threads to one or many, files both ways, reply windows, and what did not arrive."""

import base64
import uuid
from pathlib import Path

import pytest

from contract.codes import Outcome, RequestType
from contract.limits import ATTACHMENT_BYTES
from contract.reply_window import NO_REPLY, ONE_REPLY, ReplyWindow
from reception.desk.desk import Desk
from reception.desk.enclosure import Enclosure, enclosed, read_file
from reception.desk.mailing import Delivery, Letter
from reception.desk.problems import NotPossible
from reception.records import Message, Patient, Request
from reception.records.problem import Refused
from reception.records.tree import changed
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored, write_back
from tests.running import RunningPractice, Signed

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def patient_of(desk: Desk, practice: RunningPractice, finish: Finish, number: int) -> Patient:
    reference = practice.account("patient", number)["reference"]
    tree = finish(desk._wire.read("Patient", reference.partition("/")[2]))
    return Patient.from_tree(tree)


def threads_of(signed: Signed, topic: str) -> list[dict[str, object]]:
    found = signed.search("Communication?part-of:missing=true")
    return [tree for tree in found if tree.get("topic", {}).get("text") == topic]


def request_with(desk: Desk, header_id: str, until: Until) -> Request:
    until(lambda: desk.requests.of_thread(header_id) is not None)
    held = desk.requests.of_thread(header_id)
    assert held is not None
    return held


def test_a_group_is_written_to_one_by_one_and_in_private(
    desk: Desk, practice: RunningPractice, finish: Finish
) -> None:
    people = [patient_of(desk, practice, finish, n) for n in (0, 1)]
    gone = Patient.from_tree(changed(people[0].tree, id="gone", deceasedBoolean=True))
    topic, act = f"Flu clinic {uuid.uuid4()}", str(uuid.uuid4())
    letter = Letter(topic, "Please book yours.", ONE_REPLY, (enclosed("card.png", PNG),))
    heard: list[Delivery] = []
    sent = finish(desk.write_each([*people, gone, people[0]], letter, key=act, told=heard.append))
    assert [delivery.problem is None for delivery in sent] == [True, True, False]
    assert "deceased" in str(sent[2].problem)
    assert len(heard) == 3
    again = finish(desk.write_each(people, letter, key=act))
    assert all(delivery.problem is None for delivery in again)
    for number, who in enumerate(people):
        signed = practice.as_role("patient", number)
        (header,) = threads_of(signed, topic)
        assert header["subject"]["reference"] == who.reference  # type: ignore[index]
        (message,) = signed.search(f"Communication?part-of=Communication/{header['id']}")
        file = message["payload"][1]["contentAttachment"]
        assert (file["title"], file["contentType"], file["size"]) == ("card.png", "image/png", 72)
        assert signed.get(file["url"]).status_code == 200
        assert practice.as_role("patient", 1 - number).get(file["url"]).status_code == 404


def test_a_letter_without_subject_or_words_goes_nowhere(desk: Desk, finish: Finish) -> None:
    for letter in (Letter(" ", "Words"), Letter("Subject", " \n")):
        with pytest.raises(NotPossible):
            finish(desk.write_each([], letter))


def test_files_go_both_ways_and_are_what_their_bytes_say(
    desk: Desk, practice: RunningPractice, finish: Finish, until: Until
) -> None:
    request_id = ask(practice, "May I send a photo?", number=0, kind=RequestType.THREAD)
    until(lambda: request_id in desk.requests)
    request = desk.requests.get(request_id)
    assert request is not None
    message = finish(desk.reply(request_id, "", files=[enclosed("form.png", PNG)]))
    (file,) = message.files
    assert (file.title, file.kind, file.size) == ("form.png", "image/png", len(PNG))
    signed = practice.as_role("patient", 0)
    assert base64.b64decode(signed.get(file.reference).json()["data"]) == PNG
    made = signed.request(
        "POST",
        "Binary",
        content=b"MZ\x90\x00 run me",
        headers={
            "Content-Type": "image/png",
            "X-Security-Context": f"Communication/{request.thread_id}",
        },
    ).json()
    me = practice.account("patient", 0)["reference"]
    url = f"{practice.base}/Binary/{made['id']}"
    answer = signed.post(
        {
            "resourceType": "Communication",
            "status": "in-progress",
            "partOf": [{"reference": f"Communication/{request.thread_id}"}],
            "subject": {"reference": me},
            "payload": [{"contentAttachment": {"contentType": "image/png", "url": url}}],
        }
    )
    assert answer.status_code == 201, answer.text
    got = next(m for m in finish(desk.open_thread(request.thread_id)) if m.from_patient and m.files)
    received = finish(desk.file(got.files[0]))
    assert received.data.startswith(b"MZ")
    assert received.kind == ""
    assert not received.is_what_it_says
    ours = finish(desk.file(file))
    assert ours.is_what_it_says


@pytest.mark.parametrize(
    ("window", "code", "open_after"),
    [(NO_REPLY, "no-reply", False), (ONE_REPLY, "one-reply", True)],
)
def test_a_reply_says_how_long_an_answer_is_taken(
    desk: Desk,
    practice: RunningPractice,
    finish: Finish,
    until: Until,
    window: ReplyWindow,
    code: str,
    *,
    open_after: bool,
) -> None:
    request_id = ask(practice, f"Question for {code}", number=1, kind=RequestType.THREAD)
    until(lambda: request_id in desk.requests)
    message = finish(desk.reply(request_id, "Here is the answer.", window=window))
    assert message.window == window
    request = desk.requests.newest(request_id)
    assert request is not None
    assert request.is_open is open_after
    if open_after:
        assert request.due == window.ends(message.sent)
        write_back(practice, request.thread_id, "Thanks", number=1)
    with pytest.raises(AssertionError, match="reply-window-over"):
        write_back(practice, request.thread_id, "And another thing", number=1)


def lost(practice: RunningPractice, message: Message) -> None:
    """The way to the patient reports that *message* did not arrive."""
    signed = practice.as_role("receptionist", 1)
    tree = stored(signed, message.reference)
    answer = signed.put({**tree, "status": "not-done", "statusReason": {"text": "No such number"}})
    assert answer.status_code == 200, answer.text


def test_a_failed_delivery_is_not_closed_silently(
    desk: Desk, practice: RunningPractice, finish: Finish, until: Until
) -> None:
    request_id = ask(practice, "When is my scan?", number=0, kind=RequestType.THREAD)
    until(lambda: request_id in desk.requests)
    message = finish(desk.reply(request_id, "On Friday.", done=True))
    lost(practice, message)
    until(lambda: (held := desk.requests.newest(request_id)) is not None and held.is_open)
    finish(desk.open_request(request_id))
    with pytest.raises(Refused, match="was not delivered"):
        finish(desk.complete(request_id, Outcome.ADVICE))
    with pytest.raises(NotPossible):
        finish(desk.settle_failure(request_id, Outcome.BOOKED_PHONE, "  "))
    request = finish(desk.settle_failure(request_id, Outcome.BOOKED_PHONE, "Rang her at work."))
    assert not request.is_open
    assert desk.undelivered(request) == []
    assert any("Rang her at work." in note.text for note in finish(desk.notes(request_id)))


def test_what_did_not_arrive_can_be_sent_again(
    desk: Desk, practice: RunningPractice, finish: Finish, until: Until
) -> None:
    request_id = ask(practice, "Is my letter there?", number=0, kind=RequestType.THREAD)
    until(lambda: request_id in desk.requests)
    message = finish(desk.reply(request_id, "It is.", window=ReplyWindow(days=3)))
    lost(practice, message)
    until(lambda: (held := desk.messages.get(message.id)) is not None and held.failed)
    request = desk.requests.newest(request_id)
    assert request is not None
    assert [m.id for m in desk.undelivered(request)] == [message.id]
    again = finish(desk.send_again(request_id, message.id))
    assert again.status == "on-hold"
    assert desk.undelivered(again) == []
    with pytest.raises(NotPossible):
        finish(desk.send_again(request_id, message.id))


def test_handing_on_brings_the_word_along(
    desk: Desk, practice: RunningPractice, finish: Finish, until: Until
) -> None:
    request_id = ask(practice, "Can I have a letter?", number=0, kind=RequestType.THREAD)
    until(lambda: request_id in desk.requests)
    owner = practice.account("clinician")
    done = finish(desk.hand_to(request_id, owner["reference"], "Dr Who", "She needs it by noon."))
    assert done.owner == owner["reference"]
    (note,) = finish(desk.notes(request_id))
    assert note.is_internal
    assert note.text == "She needs it by noon."
    patient = practice.as_role("patient", 0)
    assert patient.get(note.reference).status_code == 404
    assert patient.get(f"Communication/{note.header_id}").status_code == 404
    assert all(tree["id"] != note.id for tree in patient.search("Communication?category=internal"))


def test_what_cannot_be_sent_is_said_before_it_is(tmp_path: Path) -> None:
    big = tmp_path / "big.pdf"
    big.write_bytes(b"%PDF-1.7" + bytes(ATTACHMENT_BYTES))
    script = tmp_path / "photo.jpg"
    script.write_bytes(b"#!/bin/sh\necho")
    nothing = tmp_path / "nothing.txt"
    nothing.touch()
    for path, why in (
        (big, "at most 5 MB"),
        (script, "PDF and plain text are taken"),
        (nothing, "is empty"),
        (tmp_path / "not-there.png", "could not be read"),
    ):
        with pytest.raises(NotPossible, match=why):
            read_file(path)
    note = tmp_path / "note.png"
    note.write_text("only words")
    assert read_file(note) == Enclosure("note.png", "text/plain", b"only words")
    assert read_file(note).words == "note.png, 10 bytes"
