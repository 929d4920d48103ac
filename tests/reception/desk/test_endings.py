"""Ending requests with words to the patient, one or several, against the real service."""

import uuid

import pytest

from contract.codes import Outcome, RequestType
from contract.phrases import OFFER, Phrase
from reception.desk.bulk import Foresight, summary
from reception.desk.desk import Desk
from reception.desk.endings import Ending
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible
from reception.desk.red_flags import RedFlags
from reception.records import Request
from reception.records.problem import ChangedElsewhere
from reception.widgets.queue_row import phrases_in
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored
from tests.reception.desk.picks import free_slots
from tests.reception.desks import Desks
from tests.running import RunningPractice


def asked(
    desk: Desk,
    practice: RunningPractice,
    until: Until,
    words: str,
    number: int = 0,
    kind: RequestType = RequestType.ADMIN,
) -> Request:
    request_id = ask(practice, words, number=number, kind=kind)
    until(lambda: request_id in desk.requests)
    return now_of(desk, request_id)


def now_of(desk: Desk, request_id: str) -> Request:
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def texts(desk: Desk, finish: Finish, request: Request) -> list[str]:
    return [m.text for m in finish(desk.open_thread(request.thread_id))]


def test_every_outcome_has_words_with_nothing_left_to_fill_in(desk: Desk) -> None:
    patient = next(p for p in desk.patients if p.given)
    slot = free_slots(desk)[0] if free_slots(desk) else next(iter(desk.slots))
    book = desk.phrases
    values = book.values_for(patient, slot, "Dr Grant")
    for phrase in [phrase for outcome in Outcome for phrase in book.for_use(outcome)]:
        said = book.filled(phrase, values)
        assert "{" not in said
        assert patient.given.split()[0] in said
    offer = book.for_use(OFFER)[0]
    said = book.filled(offer, book.values_of_offer(patient, [(slot, "Dr Grant")], slot.end))
    assert "{" not in said
    assert "Dr Grant" in said


def test_an_ending_tells_the_patient_in_the_same_write_and_is_taken_back(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    request = asked(desk, practice, until, "Please change my address")
    key = str(uuid.uuid4())
    ending = Ending(request.id, request.patient_id, Outcome.PHARMACY, "See a pharmacist.", key)
    done = finish(desk.endings.end(ending))
    assert (done.status, done.outcome) == ("completed", Outcome.PHARMACY)
    assert texts(desk, finish, request) == ["Please change my address", "See a pharmacist."]
    assert finish(desk.endings.has_gone(key))
    assert "the patient is told" in told[-1].sentence
    finish(desk.undo(told[-1].undo_id))
    assert now_of(desk, request.id).status == "in-progress"
    assert "write to them" in told[-1].sentence
    again = finish(desk.endings.end(Ending(request.id, request.patient_id, Outcome.FIT_NOTE)))
    assert again.outcome == Outcome.FIT_NOTE
    assert len(texts(desk, finish, request)) == 2
    with pytest.raises(NotPossible, match="done"):
        finish(desk.endings.end(ending))


def test_nothing_goes_to_another_than_whose_it_was_when_it_was_written(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    request = asked(desk, practice, until, "A letter for my landlord")
    other = next(p for p in desk.patients if p.id != request.patient_id)
    with pytest.raises(NotPossible, match="another patient"):
        finish(desk.endings.end(Ending(request.id, other.id, Outcome.ADVICE, "For somebody else")))
    with pytest.raises(NotPossible, match="another patient"):
        finish(
            desk.book_from_request(request.id, free_slots(desk)[0].id, patient_id=other.id)
            if free_slots(desk)
            else desk.endings.end(Ending(request.id, other.id, Outcome.ADVICE))
        )
    assert texts(desk, finish, request) == ["A letter for my landlord"]
    assert now_of(desk, request.id).is_open


def test_several_end_each_for_itself_with_one_undo(
    desks: Desks, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    desk = finish(desks.open("receptionist", 0))
    colleague = finish(desks.open("receptionist", 1))
    told: list[Notice] = []
    desk.told.connect(told.append)
    requests = [asked(desk, practice, until, f"Change of phone {n}", n) for n in range(3)]
    until(lambda: requests[1].id in colleague.requests)
    finish(colleague.open_request(requests[1].id))
    until(lambda: bool(now_of(desk, requests[1].id).viewer(desk.time.now())))
    endings = [
        Ending(r.id, r.patient_id, Outcome.ADMIN_ANSWERED, f"Done for {r.patient_id}")
        for r in requests
    ]
    count = len(told)
    ended = finish(desk.endings.end_each(endings))
    assert [after.id for _, after in ended.done] == [requests[0].id, requests[2].id]
    assert [failure.request_id for failure in ended.failed] == [requests[1].id]
    assert len(told) == count + 1
    assert "2 requests are done, 2 patients are told" in told[-1].sentence
    assert f"{colleague.me.display} has it open" in told[-1].sentence
    for request in (requests[0], requests[2]):
        assert texts(desk, finish, request)[-1] == f"Done for {request.patient_id}"
    assert len(texts(desk, finish, requests[1])) == 1
    finish(desk.undo(told[-1].undo_id))
    assert all(now_of(desk, r.id).is_open for r in requests)
    assert "The patients were told" in told[-1].sentence


def test_what_will_happen_is_told_before_it_does(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    address = asked(desk, practice, until, "I have moved to 4 Mill Lane", 0)
    danger = asked(desk, practice, until, "New phone. Also crushing chest pain", 1)
    knee = asked(desk, practice, until, "My knee hurts", 2, RequestType.CONSULTATION)
    ended = asked(desk, practice, until, "Thanks", 3)
    finish(desk.complete(ended.id, Outcome.ADMIN_ANSWERED))
    flags = RedFlags.shipped()

    def phrases(request: Request) -> list[str]:
        return phrases_in(flags, request)

    def holder(_: Request) -> tuple[str, bool]:
        return "", False

    foresight = Foresight(desk.phrases, desk.patients.get, phrases, holder)
    held = [now_of(desk, r.id) for r in (address, danger, knee, ended)]
    phrase = desk.phrases.for_use(Outcome.ADMIN_ANSWERED)[0]
    seen = foresight.of(held, Outcome.ADMIN_ANSWERED, phrase)
    assert [one.ends for one in seen] == [True, False, False, False]
    assert seen[0].patient is not None
    assert seen[0].patient.born_text in seen[0].name
    assert seen[0].patient.given.split()[0] in seen[0].words
    assert "phrase matched" in seen[1].why_not
    assert "Not an admin request" in seen[2].why_not
    assert "ended already" in seen[3].why_not
    assert not any(one.words for one in seen[1:])
    assert summary(seen) == "1 ends, 1 patient is told; 3 stay as they are"
    assert not foresight.of(held, Outcome.DUPLICATE, None)[0].words


def test_phrases_are_everybodys_the_moment_they_are_saved(
    desks: Desks, finish: Finish, until: Until
) -> None:
    mine = finish(desks.open("receptionist", 0))
    theirs = finish(desks.open("receptionist", 1))
    before = mine.phrases.all
    added = Phrase("Blood test form", "Hello {first name}, the form is at reception.", "self-care")
    wrong = Phrase("Broken", "Hello {surname}")
    with pytest.raises(NotPossible, match=r"“Broken”: \{surname\} is not known"):
        finish(mine.phrases.save([*before, wrong]))
    held = theirs.phrases.held
    finish(mine.phrases.save([added, *before], on=mine.phrases.held))
    try:
        until(lambda: theirs.phrases.all == (added, *before))
        assert theirs.phrases.for_use(Outcome.SELF_CARE)[0] == added
        with pytest.raises(ChangedElsewhere):
            finish(theirs.phrases.save(before, on=held) if held else _stale(theirs, mine, before))
    finally:
        finish(mine.phrases.use_shipped())
    until(lambda: theirs.phrases.all == before)


async def _stale(theirs: Desk, mine: Desk, before: tuple[Phrase, ...]) -> None:
    """Two edit the same version; the second to save is told so."""
    begun = theirs.phrases.held
    assert begun is not None
    await mine.phrases.save([*before, Phrase("Another", "Another one")], on=mine.phrases.held)
    await theirs.phrases.save(before, on=begun)


def test_the_service_refuses_an_outcome_nobody_knows(
    desk: Desk, until: Until, practice: RunningPractice
) -> None:
    request = asked(desk, practice, until, "Something odd", 4)
    signed = practice.as_role("receptionist")
    tree = stored(signed, request.reference)
    tree["status"] = "completed"
    tree["output"] = [
        {
            "type": {"text": "Outcome"},
            "valueCodeableConcept": {
                "coding": [
                    {
                        "system": "https://reception.example/fhir/CodeSystem/request-outcome",
                        "code": "sorted",
                    }
                ]
            },
        }
    ]
    answer = signed.put(tree)
    assert answer.status_code == 422
    assert "“sorted” is not an outcome" in answer.text
