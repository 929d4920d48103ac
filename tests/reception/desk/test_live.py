"""What happens elsewhere happens here: pushed, replayed, or found by loading again."""

import asyncio
from datetime import timedelta

from contract.codes import CancelReason
from contract.core_hours import london_day
from reception.api.live import LiveState
from reception.desk.freshness import State
from reception.records.tree import wire_time
from tests.booking import booking
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask
from tests.reception.desk.picks import booked, free_slots, patient
from tests.reception.desks import Desks


def test_a_patients_booking_is_on_the_board_with_its_patient(
    desks: Desks, finish: Finish, until: Until
) -> None:
    desk = finish(desks.open())
    signed = desks.practice.as_role("receptionist", 1)
    slot = free_slots(desk)[-1]
    added: list[str] = []
    desk.appointments.added.connect(lambda a: added.append(a.patient_id))
    who = desks.practice.account("patient", 3)["reference"].partition("/")[2]
    answer = signed.post(booking(slot.tree, who, desk.clinician_of(slot)[0]))
    assert answer.status_code == 200, answer.text
    until(lambda: who in added and who in desk.patients)
    now = desk.slots.get(slot.id)
    assert now is not None
    assert now.status == "busy"
    made = desk.appointment_in(now)
    assert made is not None
    assert desk.patient_name(made)


def test_what_moves_to_another_day_vanishes_and_comes_back(
    desks: Desks, finish: Finish, until: Until
) -> None:
    desk = finish(desks.open())
    it = booked(desk, lambda a: len(a.slot_ids) == 1)
    signed = desks.practice.as_role("receptionist", 1)
    day = london_day(desk.time.now()) + timedelta(days=1)
    free = signed.search(f"Slot?status=free&start=ge{day}T00:00:00Z&start=lt{day}T23:59:59Z")
    target = next(s for s in free if s["start"] > wire_time(desk.time.now()))
    old = signed.get(f"Slot/{it.slot_ids[0]}").json()
    held = signed.get(f"Appointment/{it.id}").json()
    moved = {
        **held,
        "slot": [{"reference": f"Slot/{target['id']}"}],
        "start": target["start"],
        "end": target["end"],
    }
    moved.pop("minutesDuration", None)
    trees = [{**old, "status": "free"}, {**target, "status": "busy"}, moved]
    answer = signed.post(
        {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {
                    "resource": tree,
                    "request": {
                        "method": "PUT",
                        "url": f"{tree['resourceType']}/{tree['id']}",
                        "ifMatch": f'W/"{tree["meta"]["versionId"]}"',
                    },
                }
                for tree in trees
            ],
        }
    )
    assert answer.status_code == 200, answer.text
    until(lambda: it.id not in desk.appointments)
    finish(desk.open_day(day))
    assert it.id in desk.appointments
    assert target["id"] in desk.slots
    assert it.slot_ids[0] not in desk.slots


def test_a_reload_finds_what_was_missed(desks: Desks, finish: Finish) -> None:
    """After a sleep: changed, cancelled, new; each told record by record, nothing starts again."""
    asleep = finish(desks.open("receptionist", 0, live=False))
    busy = finish(desks.open("receptionist", 1, live=False))
    busy.freshness.caught_up()
    it = booked(busy)
    gone = booked(busy, lambda a: a.id != it.id)
    finish(busy.note_late(it.id))
    finish(busy.cancel(gone.id, CancelReason.PATIENT))
    made = finish(busy.book([free_slots(busy)[0].id], patient(busy, 1)))
    task_id = ask(desks.practice, "Are you open?", number=4)
    changed: list[str] = []
    added: list[str] = []
    resets: list[None] = []
    asleep.appointments.changed.connect(lambda before, after: changed.append(after.id))
    asleep.appointments.added.connect(lambda a: added.append(a.id))
    asleep.appointments.reset.connect(lambda: resets.append(None))
    finish(asleep.reload())
    assert {it.id, gone.id} <= set(changed)
    assert added == [made.id]
    assert not resets
    assert task_id in asleep.requests


def test_the_whole_day_is_told_by_one_reset(desks: Desks, finish: Finish) -> None:
    desk = finish(desks.open(live=False))
    told: list[str] = []
    desk.slots.reset.connect(lambda: told.append("reset"))
    desk.slots.added.connect(lambda _: told.append("added"))
    tomorrow = desk.day + timedelta(days=1)
    finish(desk.open_day(tomorrow))
    assert told == ["reset", "reset"]  # emptied, then complete
    assert {london_day(s.start) for s in desk.slots} == {tomorrow}


def test_the_last_day_asked_for_is_the_one_shown(desks: Desks, finish: Finish) -> None:
    desk = finish(desks.open(live=False))
    days = [desk.day + timedelta(days=n) for n in (1, 2, 0)]

    async def leaf_through() -> None:
        await asyncio.gather(*(desk.open_day(day) for day in days))

    finish(leaf_through())
    assert desk.day == days[-1]
    assert not desk.is_loading
    assert {london_day(s.start) for s in desk.slots} == {days[-1]}
    assert len(desk.appointments) > 20


def test_asking_is_no_answer(desks: Desks, finish: Finish, until: Until) -> None:
    """While the practice is silent the channel begins to poll: that is no sign of life."""
    desk = finish(desks.open(live=False))

    def state() -> State:
        now: State = desk.freshness.state
        return now

    desk.feed.on_state(LiveState.LIVE)
    until(lambda: state() is State.LIVE)
    heard = desk.freshness.since
    desk.feed.on_state(LiveState.POLLING)
    until(lambda: state() is not State.LIVE)
    assert desk.freshness.since == heard
    finish(desk.reload())
    assert state() is State.CATCHING_UP
    desk.feed.on_contact(0.0)
    until(lambda: state() is State.LIVE)
