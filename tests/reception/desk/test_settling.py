"""A write whose answer is lost is kept, shown as saving, and settled: stored once, or said not."""

import uuid
from collections.abc import Iterator

import pytest

from contract.codes import CancelReason
from reception.api.bundle import put
from reception.desk.notice import Notice
from reception.desk.outbox import Outbox, Write
from reception.desk.vault import Disk
from reception.records.problem import OutcomeUnknown, Problem, ServiceUnreachable
from tests.reception.api.cable import Cable, Network
from tests.reception.conftest import Finish
from tests.reception.desk.picks import booked, free_slots, patient
from tests.reception.desks import KEY, Desks


@pytest.fixture
def cable() -> Iterator[Network]:
    made = Network()
    yield made
    made.stop()


def test_a_lost_answer_is_saving_until_the_network_is_back(
    desks: Desks, finish: Finish, cable: Network
) -> None:
    desk = finish(desks.open(live=False, proxy=cable.address))
    desk.freshness.caught_up()
    told: list[Notice] = []
    desk.told.connect(told.append)
    slot, who = free_slots(desk)[0], patient(desk)
    cable.turn(Cable.DEAF)
    with pytest.raises(OutcomeUnknown):
        finish(desk.book([slot.id], who))
    assert slot.reference in desk.saving
    held = desk.slots.get(slot.id)
    assert held is not None
    assert held.status == "free"  # never "booked" before it is known
    cable.turn(Cable.WHOLE)
    finish(desk.settle())
    assert desk.saving == set()
    assert told[-1].sentence.startswith(f"Saved after all: Booking {who.name}")
    made = [a for a in desk.appointments if slot.id in a.slot_ids and a.holds_its_place]
    assert [a.patient_id for a in made] == [who.id]
    signed = desks.practice.as_role("receptionist")
    assert len(signed.search(f"Appointment?slot=Slot/{slot.id}&status=booked")) == 1


def test_what_was_never_sent_says_so_at_once(desks: Desks, finish: Finish) -> None:
    cable = Network()
    desk = finish(desks.open(live=False, proxy=cable.address))
    desk.freshness.caught_up()
    it = booked(desk)
    cable.stop()
    with pytest.raises(Problem):
        finish(desk.reload())  # the connections of before are found to be dead
    with pytest.raises(ServiceUnreachable):
        finish(desk.arrive(it.id))
    assert desk.saving == set()
    held = desk.appointments.get(it.id)
    assert held is not None
    assert held.status == "booked"


def left_behind(desks: Desks, finish: Finish, *writes: Write) -> None:
    """Put *writes* into the outbox of the first receptionist, as a killed client leaves them."""
    disk = Disk()
    user = desks.practice.account("receptionist")["user"]
    outbox = Outbox(desks.folder / "outbox.db", KEY, f"{desks.practice.base}|{user}", disk)
    for write in writes:
        finish(outbox.put(write))
    outbox.close()
    disk.stop()


def test_the_next_start_sends_what_the_kill_left_unsent(desks: Desks, finish: Finish) -> None:
    first = finish(desks.open(live=False))
    it = booked(first)
    now = first.time.now()
    write = Write(str(uuid.uuid4()), "Arrived", (put(it.arrived(now), it.version),), now)
    finish(desks.shut(first))
    left_behind(desks, finish, write)
    again = finish(desks.open())
    finish(again.settle())
    held = again.appointments.get(it.id)
    assert held is not None
    assert held.status == "arrived"
    assert again.saving == set()


def test_what_was_stored_before_the_kill_is_not_stored_twice(desks: Desks, finish: Finish) -> None:
    first = finish(desks.open(live=False))
    it = booked(first)
    now = first.time.now()
    arrived = finish(first.arrive(it.id))
    write = Write(str(uuid.uuid4()), "Arrived", (put(arrived.tree, it.version),), now)
    finish(first.send_in(it.id))
    finish(desks.shut(first))
    left_behind(desks, finish, write)
    again = finish(desks.open(live=False))
    told: list[Notice] = []
    again.told.connect(told.append)
    finish(again.settle())
    assert [n.sentence for n in told] == ["Saved after all: Arrived."]
    assert len(desks.practice.as_role("receptionist").search(f"Appointment/{it.id}/_history")) > 2


def test_what_somebody_changed_meanwhile_is_said_to_be_lost(desks: Desks, finish: Finish) -> None:
    first = finish(desks.open(live=False))
    it = booked(first)
    now = first.time.now()
    write = Write(str(uuid.uuid4()), "Arrived", (put(it.arrived(now), it.version),), now)
    finish(first.cancel(it.id, CancelReason.PATIENT))
    finish(desks.shut(first))
    left_behind(desks, finish, write)
    again = finish(desks.open(live=False))
    told: list[Notice] = []
    again.told.connect(told.append)
    finish(again.settle())
    assert [(n.sentence, n.failed) for n in told] == [
        ("Not saved: Arrived. Somebody changed it first.", True)
    ]
    finish(again.settle())
    assert len(told) == 1
