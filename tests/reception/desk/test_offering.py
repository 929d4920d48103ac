"""Times offered to a patient, from a real desk, chosen by a real patient's own token."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from contract import systems
from contract.codes import Outcome, RequestState
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.offering import offer_text
from reception.desk.problems import NotPossible, SlotTaken
from reception.records import Request, Slot
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks
from tests.running import RunningPractice


def asked(desk: Desk, practice: RunningPractice, until: Until, words: str, number: int) -> Request:
    request_id = ask(practice, words, number=number)
    until(lambda: request_id in desk.requests)
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def ahead(desk: Desk, finish: Finish, request: Request, count: int) -> list[Slot]:
    """Slots that suit, far enough ahead to be offered."""
    soon = desk.time.now() + timedelta(hours=1)
    fits = finish(desk.fits(request, count=40))
    found = [fit.slot for fit in fits if fit.slot.start > soon]
    assert len(found) >= count
    return found[-count:]


def book(practice: RunningPractice, slot: Slot, number: int) -> Any:
    """The patient account *number* books, with a token of their own."""
    account = practice.account("patient", number)
    key = str(uuid.uuid4())
    return practice.as_(account["user"]).request(
        "POST",
        "Appointment",
        json={
            "resourceType": "Appointment",
            "status": "booked",
            "identifier": [{"system": systems.BOOKING_KEY, "value": key}],
            "start": slot.tree["start"],
            "end": slot.tree["end"],
            "slot": [{"reference": slot.reference}],
            "participant": [{"actor": {"reference": account["reference"]}, "status": "accepted"}],
        },
    )


def held(desk: Desk, request: Request) -> Request:
    now = desk.requests.get(request.id)
    assert now is not None
    return now


def status(practice: RunningPractice, slot: Slot) -> str:
    return str(stored(practice.as_role("receptionist"), slot.reference)["status"])


def test_the_patient_chooses_and_the_desk_is_told(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    request = asked(desk, practice, until, "A cough, any day this week", 0)
    finish(desk.open_request(request.id))
    slots = ahead(desk, finish, request, 3)
    until_at = desk.offering.until(slots)
    offered = finish(
        desk.offering.offer(
            request.id, request.patient_id, [s.id for s in slots], until_at, "Choose one"
        )
    )
    assert (offered.status, offered.state) == ("on-hold", RequestState.AWAITING_PATIENT)
    assert offered.offered_slots == tuple(s.id for s in slots)
    kept = finish(desk.offering.offered(offered))
    assert [s.id for s in kept] == [s.id for s in sorted(slots, key=lambda s: (s.start, s.id))]
    text = offer_text(kept, desk.time.today())
    assert text.startswith("Offered ")
    assert "kept until" in text
    mine = practice.as_(practice.account("patient", 0)["user"])
    assert mine.get(slots[1].reference).status_code == 200
    theirs = practice.as_(practice.account("patient", 1)["user"])
    assert theirs.get(slots[1].reference).status_code == 404
    assert book(practice, slots[1], 1).status_code == 409
    answer = book(practice, slots[1], 0)
    assert answer.status_code == 201, answer.text
    until(lambda: not held(desk, request).is_open)
    assert held(desk, request).outcome.startswith("booked-")
    assert "has chosen one of the times offered" in told[-1].sentence
    assert [status(practice, s) for s in slots] == ["free", "busy", "free"]


def test_an_offer_is_taken_back_and_booked_through(
    desks: Desks, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    desk, other = finish(desks.open("receptionist", 0)), finish(desks.open("receptionist", 1))
    request = asked(desk, practice, until, "Back pain for a month", 2)
    slots = ahead(desk, finish, request, 2)
    ids = [s.id for s in slots]
    until_at = desk.offering.until(slots)
    finish(desk.offering.offer(request.id, request.patient_id, ids, until_at, "Choose"))
    with pytest.raises(NotPossible, match="offered already"):
        finish(desk.offering.offer(request.id, request.patient_id, ids, until_at, "Choose"))
    finish(desk.offering.withdraw(request.id))
    assert [status(practice, s) for s in slots] == ["free", "free"]
    assert held(desk, request).status == "requested"
    finish(desk.offering.offer(request.id, request.patient_id, ids, until_at, "Choose"))
    # They ring: a colleague books one of the times for them, nobody else.
    until(lambda: request.id in other.requests and bool(held(other, request).offered_slots))
    clinician = next(
        (f.clinician_id, f.clinician)
        for f in finish(desk.fits(request, count=40)) or []
        if f.clinician_id
    )
    with pytest.raises(SlotTaken, match="offered to a patient until"):
        finish(other.book([ids[0]], patient(other, 5)))
    finish(other.book_from_request(request.id, ids[0], clinician=clinician, kept=None))
    assert [status(practice, s) for s in slots] == ["busy", "free"]
    until(lambda: not held(desk, request).is_open)


def test_what_cannot_be_offered_is_said(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    request = asked(desk, practice, until, "A rash", 3)
    slots = ahead(desk, finish, request, 1)
    now = desk.time.now()
    for ids, words, until_at, why in (
        ([slots[0].id], " ", now + timedelta(hours=1), "Write to the patient"),
        ([], "Choose", now + timedelta(hours=1), "one, two or three"),
        ([slots[0].id], "Choose", now + timedelta(hours=60), "48 hours"),
    ):
        with pytest.raises(NotPossible, match=why):
            finish(desk.offering.offer(request.id, request.patient_id, ids, until_at, words))
    other = patient(desk, 6)
    with pytest.raises(NotPossible, match="another patient"):
        finish(
            desk.offering.offer(
                request.id, other.id, [slots[0].id], now + timedelta(hours=1), "Choose"
            )
        )
    assert status(practice, slots[0]) == "free"


def test_fits_look_further_than_today_and_say_why(
    desk: Desk, finish: Finish, until: Until, practice: RunningPractice
) -> None:
    request = asked(desk, practice, until, "Knee pain, mornings only please", 4)
    fits = finish(desk.fits(request, count=8))
    assert fits
    assert all(fit.why and fit.clinician for fit in fits)
    assert len({fit.slot.id for fit in fits}) == len(fits)
    assert any("in the morning, as asked" in fit.why for fit in fits)
    days = {fit.slot.start.date() for fit in finish(desk.fits(request, count=60))}
    assert len(days) > 1
    phones = finish(desk.fits(request, way="phone", count=8))
    assert all(fit.slot.channel != "In-person" for fit in phones)
    best = fits[0]
    made = finish(
        desk.book_from_request(
            request.id,
            best.slot.id,
            clinician=(best.clinician_id, best.clinician),
            patient_id=request.patient_id,
        )
    )
    assert made.patient_id == request.patient_id
    assert held(desk, request).outcome in set(Outcome)
    words = [m.text for m in finish(desk.open_thread(request.thread_id))]
    assert best.clinician in words[-1]
