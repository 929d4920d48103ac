"""The wire against the running practice, over a network that fails in every way."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Iterator
from itertools import count
from typing import Any

import pytest

from contract import systems
from contract.codes import Mark
from reception.api import bundle
from reception.api.connection import Connection
from reception.api.network import NetworkThread
from reception.api.wire import Wire
from reception.records import Appointment, Patient, Slot, new_appointment
from reception.records.problem import (
    ChangedElsewhere,
    NotFound,
    OutcomeUnknown,
    Refused,
    ServiceUnreachable,
)
from tests.reception.api.cable import Cable, Network
from tests.reception.api.signed import signed_in
from tests.running import RunningPractice, Signed

Run = Callable[[Coroutine[Any, Any, Any]], Any]
Tree = dict[str, Any]
_slots = count()
PATIENT_S = (0.0,) + (0.1,) * 150


@pytest.fixture
def cable() -> Iterator[Network]:
    """A network that a test can break."""
    network = Network()
    yield network
    network.stop()


@pytest.fixture
def connection(practice: RunningPractice, run: Run, cable: Network) -> Iterator[Connection]:
    """Signed in as a receptionist, through the cable."""
    place, connected = run(signed_in(practice, proxy=cable.address))
    connected.client._exchange._pauses_s = (0, 0.01, 0.01)
    yield connected
    cable.turn(Cable.WHOLE)
    run(place.close())


@pytest.fixture
def wire(connection: Connection, network: NetworkThread) -> Wire:
    """The wire as the desk holds it."""
    return connection.wire(network)


@pytest.fixture
def slot(run: Run, connection: Connection) -> Slot:
    """A free slot that no other test of this file takes, days away from today's."""
    found = run(
        connection.client.search(
            "Slot", {"status": "free", "start": "ge2026-11-25T00:00:00Z", "_sort": "start"}
        )
    )
    return Slot.from_tree(found[-1 - next(_slots)])


@pytest.fixture
def patient(run: Run, connection: Connection) -> Patient:
    """A patient."""
    found = run(connection.client.search("Patient", {"family": "smi", "given": "a"}))
    found = found or run(
        connection.client.search("Patient", {"birthdate": "ge1950", "family": "a"})
    )
    return Patient.from_tree(next(t for t in found if t["resourceType"] == "Patient"))


@pytest.fixture
def booking(run: Run, connection: Connection, slot: Slot, patient: Patient) -> list[bundle.Entry]:
    """What books that patient into that slot."""
    session = run(connection.client.read("Schedule", slot.schedule_id))
    doctor = next(a for a in session["actor"] if "Practitioner/" in a["reference"])
    tree = new_appointment(
        key=str(uuid.uuid4()),
        slots=[slot],
        patient=patient,
        practitioner_id=doctor["reference"].split("/")[1],
        practitioner_name=doctor.get("display", ""),
        reason="Knee pain",
        note="",
        via=Mark.VIA_PHONE,
        organization_id="",
        now=connection.client.clock.now(),
    )
    return [bundle.put(slot.to_busy(), slot.version), bundle.post(tree, systems.BOOKING_KEY)]


@pytest.fixture(scope="module")
def other(practice: RunningPractice) -> Signed:
    """A colleague at another desk, with a network that never fails."""
    return practice.as_role("receptionist", 1)


def stored_bookings(other: Signed, slot: Slot) -> list[Tree]:
    """Every live appointment in *slot*, as the colleague finds them."""
    return [
        t
        for t in other.search(f"Appointment?slot=Slot/{slot.id}")
        if t["resourceType"] == "Appointment" and t["status"] == "booked"
    ]


# Everyday


def test_the_desk_asks_from_its_own_loop(wire: Wire, slot: Slot, network: NetworkThread) -> None:
    async def asks() -> tuple[Tree, int, list[Tree]]:
        return await asyncio.gather(
            wire.read("Slot", slot.id),
            wire.count("Slot", {"status": "free"}),
            wire.history("Slot", slot.id),
        )

    tree, free, history = asyncio.run(asks())
    assert tree == slot.tree
    assert free > 0
    assert history[0]["meta"]["versionId"] == slot.version


def test_a_search_comes_whole_from_small_pages(wire: Wire, connection: Connection) -> None:
    async def asks() -> tuple[list[Tree], int]:
        day = [("start", "ge2026-11-23T00:00:00Z"), ("start", "lt2026-11-24T00:00:00Z")]
        return await asyncio.gather(
            wire.search("Slot", [*day, ("_count", "25")]), wire.count("Slot", day)
        )

    slots, total = asyncio.run(asks())
    assert total > 50
    assert len({t["id"] for t in slots}) == len(slots) == total


def test_the_practices_time_is_the_services(wire: Wire, connection: Connection) -> None:
    assert wire.practice_now().isoformat().startswith("2026-11-23T0")
    assert connection.client.profile.software.startswith("Reception")
    assert connection.client.profile.booking == "transaction"
    assert connection.client.profile.live == "websocket"


def test_booking_and_its_replay_are_one_booking(
    other: Signed, wire: Wire, slot: Slot, booking: list[bundle.Entry]
) -> None:
    action = str(uuid.uuid4())

    async def twice() -> tuple[list[Tree], list[Tree]]:
        first = await wire.transaction(booking, request_id=action)
        return first, await wire.transaction(booking, request_id=action)

    first, again = asyncio.run(twice())
    assert [t["resourceType"] for t in first] == ["Slot", "Appointment"]
    assert first[0]["status"] == "busy"
    assert first == again
    assert [t["id"] for t in stored_bookings(other, slot)] == [first[1]["id"]]


def test_the_second_to_book_sees_what_the_first_left(
    wire: Wire, slot: Slot, booking: list[bundle.Entry]
) -> None:
    other = bundle.post(
        {
            **booking[1]["resource"],
            "identifier": [{"system": systems.BOOKING_KEY, "value": str(uuid.uuid4())}],
        },
        systems.BOOKING_KEY,
    )
    asyncio.run(wire.transaction(booking))
    with pytest.raises(ChangedElsewhere) as problem:
        asyncio.run(wire.transaction([booking[0], other]))
    assert problem.value.theirs is not None
    assert (problem.value.theirs["id"], problem.value.theirs["status"]) == (slot.id, "busy")


def test_a_stale_update_shows_theirs(wire: Wire, slot: Slot) -> None:
    first = asyncio.run(wire.update({**slot.tree, "comment": "first"}, slot.version))
    assert first["comment"] == "first"
    with pytest.raises(ChangedElsewhere) as problem:
        asyncio.run(wire.update({**slot.tree, "comment": "second"}, slot.version))
    assert problem.value.theirs == first


def test_refusals_come_in_the_services_words(wire: Wire, booking: list[bundle.Entry]) -> None:
    long = {**booking[1]["resource"], "description": "x" * 101}
    with pytest.raises(Refused) as problem:
        asyncio.run(wire.transaction([booking[0], bundle.post(long, systems.BOOKING_KEY)]))
    assert problem.value.status == 422
    assert problem.value.sentence
    with pytest.raises(NotFound):
        asyncio.run(wire.read("Slot", "no-such-slot"))


def test_a_batch_says_of_each_entry_what_became_of_it(wire: Wire, slot: Slot) -> None:
    fine = bundle.put({**slot.tree, "comment": "in a batch"}, slot.version)
    stale = bundle.put({**slot.tree, "comment": "too late"}, "0")
    stored, problem = asyncio.run(wire.batch([fine, stale]))
    assert isinstance(stored, dict)
    assert stored["comment"] == "in a batch"
    assert isinstance(problem, ChangedElsewhere)
    assert problem.theirs is not None


def test_elements_of_other_systems_go_back_and_forth(
    wire: Wire, booking: list[bundle.Entry]
) -> None:
    """What Reception does not know it neither reads nor loses."""
    theirs = {"url": "https://elsewhere.example/ext", "valueString": "kept"}
    tree = booking[1]["resource"]
    entry = bundle.post({**tree, "extension": [*tree["extension"], theirs]}, systems.BOOKING_KEY)

    async def books_and_arrives() -> Tree:
        _, made = await wire.transaction([booking[0], entry])
        appointment = Appointment.from_tree(made)
        return await wire.update(appointment.late_noted(), appointment.version)

    assert theirs in asyncio.run(books_and_arrives())["extension"]


# A network that fails


def test_no_way_to_the_practice_means_nothing_was_sent(
    other: Signed, wire: Wire, cable: Network, slot: Slot, booking: list[bundle.Entry]
) -> None:
    cable.turn(Cable.CUT)
    with pytest.raises(ServiceUnreachable):
        asyncio.run(wire.read("Slot", slot.id))
    with pytest.raises(ServiceUnreachable):
        asyncio.run(wire.transaction(booking))
    assert stored_bookings(other, slot) == []
    cable.turn(Cable.WHOLE)
    assert len(asyncio.run(wire.transaction(booking))) == 2


def test_a_lost_answer_is_settled_before_anybody_hears_of_it(
    other: Signed, wire: Wire, cable: Network, slot: Slot, booking: list[bundle.Entry]
) -> None:
    """The practice stores it; the answer is lost; the network comes back while we ask."""
    wire._client._exchange._pauses_s = PATIENT_S
    cable.turn(Cable.DEAF)

    async def books() -> list[Tree]:
        booking_it = asyncio.create_task(wire.transaction(booking))
        while not await asyncio.to_thread(stored_bookings, other, slot):
            pass  # each turn asks the practice
        cable.turn(Cable.WHOLE)
        return await booking_it

    stored = asyncio.run(books())
    assert [t["id"] for t in stored_bookings(other, slot)] == [stored[1]["id"]]
    assert stored[0]["status"] == "busy"


def test_what_stayed_unknown_can_be_settled_later(
    other: Signed, wire: Wire, cable: Network, slot: Slot, booking: list[bundle.Entry]
) -> None:
    cable.turn(Cable.DEAF)
    with pytest.raises(OutcomeUnknown):
        asyncio.run(wire.transaction(booking))
    cable.turn(Cable.WHOLE)
    stored = asyncio.run(wire.settle(booking))
    assert stored is not None
    assert [t["id"] for t in stored_bookings(other, slot)] == [stored[1]["id"]]


def test_what_was_never_stored_settles_as_nothing(wire: Wire, booking: list[bundle.Entry]) -> None:
    assert asyncio.run(wire.settle(booking)) is None


def test_a_lost_update_is_read_back(other: Signed, wire: Wire, cable: Network, slot: Slot) -> None:
    wire._client._exchange._pauses_s = PATIENT_S
    meant = {**slot.tree, "comment": f"kept {uuid.uuid4()}"}
    cable.turn(Cable.DEAF)

    async def saves() -> Tree:
        saving = asyncio.create_task(wire.update(meant, slot.version))
        while (await asyncio.to_thread(other.get, f"Slot/{slot.id}")).json() == slot.tree:
            pass  # each turn asks the practice
        cable.turn(Cable.WHOLE)
        return await saving

    assert asyncio.run(saves())["comment"] == meant["comment"]
    history = other.search(f"Slot/{slot.id}/_history")
    assert len([t for t in history if t.get("comment") == meant["comment"]]) == 1


def test_bursts_of_cancelled_requests_leave_the_connections_good(
    wire: Wire, slot: Slot, network: NetworkThread
) -> None:
    async def bursts() -> Tree:
        for round_ in range(4):
            burst = [
                asyncio.create_task(wire.search("Slot", {"status": "free", "_count": "50"}))
                for _ in range(60)
            ]
            for _ in range(round_ * 3):
                await asyncio.sleep(0)
            if round_ == 3:
                await asyncio.wait(burst, return_when=asyncio.FIRST_COMPLETED)
            for task in burst:
                task.cancel()
            await asyncio.gather(*burst, return_exceptions=True)
        return await wire.read("Slot", slot.id)

    assert asyncio.run(bursts())["id"] == slot.id
