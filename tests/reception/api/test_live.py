"""The live channel at the running practice: nothing is missed, whatever the network does."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reception.api.connection import Connection
from reception.api.live import LiveChannel, LiveState
from reception.api.network import NetworkThread
from reception.api.profile import Live
from reception.api.resume import ResumeWatch
from reception.records.problem import SignedOut
from tests.reception.api.cable import Cable, Network
from tests.reception.api.signed import Ear, signed_in, trust_in
from tests.running import RunningPractice, Signed

Run = Callable[[Coroutine[Any, Any, Any]], Any]
Tree = dict[str, Any]
_slots = count(40)


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
    yield connected
    cable.turn(Cable.WHOLE)
    run(place.close())


@pytest.fixture(scope="module")
def other(practice: RunningPractice) -> Signed:
    """A colleague at another desk, with a network that never fails."""
    return practice.as_role("receptionist", 1)


@pytest.fixture
def ear() -> Ear:
    """Hears the channel."""
    return Ear()


@pytest.fixture
def channel(
    connection: Connection, ear: Ear, run: Run, network: NetworkThread
) -> Iterator[LiveChannel]:
    """A live channel that runs."""
    live = connection.live(ear)
    network.post(live.run())
    ear.wait_for_state(LiveState.LIVE)
    yield live
    run(live.close())


class Notes:
    """A colleague who writes notes on one slot, one after the other."""

    def __init__(self, other: Signed) -> None:
        found = other.search("Slot?status=free&start=ge2026-11-25T00:00:00Z&_sort=start&_count=200")
        self._other = other
        self._slot = found[-1 - next(_slots)]
        self.written: list[str] = []

    def write(self, *notes: str) -> None:
        """Write *notes*, each a new version."""
        for note in notes:
            answer = self._other.put({**self._slot, "comment": note})
            assert answer.status_code == 200, answer.text
            self._slot = answer.json()
            self.written.append(note)

    def heard_by(self, ear: Ear) -> list[str]:
        """Those of ours that *ear* heard of."""
        return [c for c in ear.comments(self._slot["id"]) if c in self.written]


@pytest.fixture
def notes(other: Signed) -> Notes:
    """A colleague's notes."""
    return Notes(other)


def test_every_change_is_told_in_order(channel: LiveChannel, ear: Ear, notes: Notes) -> None:
    notes.write(*(f"note {n}" for n in range(20)))
    ear.wait(lambda e: notes.written[-1] in notes.heard_by(e))
    assert notes.heard_by(ear) == notes.written
    assert ear.states == [LiveState.CONNECTING, LiveState.LIVE]
    assert ear.reloads == 0


def test_what_changed_between_the_start_and_the_first_contact_is_told(
    connection: Connection, ear: Ear, run: Run, network: NetworkThread, notes: Notes, cable: Network
) -> None:
    """A board loaded while the socket is being opened is complete all the same."""
    cable.turn(Cable.CUT)
    live = connection.live(ear)
    network.post(live.run())
    ear.wait_for_state(LiveState.POLLING)
    notes.write("before the first contact")
    cable.turn(Cable.WHOLE)
    ear.wait_for_state(LiveState.LIVE)
    ear.wait(lambda e: notes.heard_by(e) == notes.written)
    run(live.close())


@pytest.mark.parametrize("how", [Cable.CUT, Cable.DEAF])
def test_what_happened_while_the_network_was_away_is_told_afterwards(
    channel: LiveChannel, ear: Ear, notes: Notes, cable: Network, how: Cable
) -> None:
    notes.write("before")
    ear.wait(lambda e: notes.heard_by(e) == ["before"])
    subscription = channel.subscription
    cable.turn(Cable.CUT)
    cable.turn(how)
    ear.wait_for_state(LiveState.POLLING)
    notes.write("away 1", "away 2", "away 3")
    cable.turn(Cable.WHOLE)
    ear.wait_for_state(LiveState.LIVE)
    notes.write("back")
    ear.wait(lambda e: "back" in notes.heard_by(e))
    # Asking tells only the newest of several versions; the events then tell each of them.
    assert set(notes.heard_by(ear)) == set(notes.written)
    assert channel.subscription == subscription
    assert ear.reloads == 0


def test_a_silent_network_is_noticed(
    connection: Connection,
    ear: Ear,
    run: Run,
    network: NetworkThread,
    notes: Notes,
    cable: Network,
    practice: RunningPractice,
) -> None:
    """Nothing arrives and nobody says so: a socket that misses its heartbeats is dead."""
    live = LiveChannel(
        connection.client, trust_in(practice), ear, silence_s=7, proxy=connection._proxy
    )
    network.post(live.run())
    ear.wait(lambda e: len(e.contacts) >= 2, "no heartbeat keeps it alive")
    cable.turn(Cable.SILENT)
    ear.wait_for_state(LiveState.POLLING)
    notes.write("in the silence")
    cable.turn(Cable.CUT)
    cable.turn(Cable.WHOLE)
    ear.wait_for_state(LiveState.LIVE)
    ear.wait(lambda e: notes.heard_by(e) == notes.written)
    run(live.close())


def test_a_subscription_that_is_gone_is_made_again_and_all_is_loaded(
    channel: LiveChannel, ear: Ear, notes: Notes, cable: Network, practice: RunningPractice
) -> None:
    gone = channel.subscription
    cable.turn(Cable.CUT)
    ear.wait_for_state(LiveState.POLLING)
    mine = practice.as_role("receptionist")
    assert mine.request("DELETE", f"Subscription/{gone}").status_code in (200, 204)
    notes.write("unheard of")
    cable.turn(Cable.WHOLE)
    ear.wait_for_state(LiveState.LIVE)
    ear.wait(lambda e: e.reloads == 1)
    assert channel.subscription not in ("", gone)
    ear.wait(lambda e: notes.heard_by(e) == notes.written)


def test_a_server_without_sockets_is_asked(
    connection: Connection, ear: Ear, run: Run, network: NetworkThread, notes: Notes
) -> None:
    connection.client.profile = connection.client.profile.overridden({"live": "poll"})
    assert connection.client.profile.live is Live.POLL
    live = connection.live(ear)
    network.post(live.run())
    ear.wait_for_state(LiveState.POLLING)
    notes.write("found by asking")
    ear.wait(lambda e: notes.heard_by(e) == notes.written)
    assert ear.contacts
    assert live.subscription == ""
    assert live.silence_s == 15
    run(live.close())


def test_a_computer_that_slept_loads_everything(
    connection: Connection,
    ear: Ear,
    run: Run,
    network: NetworkThread,
    notes: Notes,
    practice: RunningPractice,
) -> None:
    wall_s = [1_000_000.0]
    watch = ResumeWatch(0.1, wall=lambda: wall_s[0])
    live = LiveChannel(
        connection.client, trust_in(practice), ear, watch=watch, proxy=connection._proxy
    )
    network.post(live.run())
    ear.wait_for_state(LiveState.LIVE)
    wall_s[0] += 3600
    ear.wait(lambda e: e.reloads == 1)
    ear.wait_for_state(LiveState.LIVE)
    notes.write("after the sleep")
    ear.wait(lambda e: notes.heard_by(e) == notes.written)
    run(live.close())


def test_a_binding_is_renewed_on_the_same_socket(
    connection: Connection,
    ear: Ear,
    run: Run,
    network: NetworkThread,
    notes: Notes,
    practice: RunningPractice,
) -> None:
    live = LiveChannel(
        connection.client, trust_in(practice), ear, renew_at=0.0, proxy=connection._proxy
    )
    network.post(live.run())
    ear.wait(lambda e: len(e.contacts) >= 4)  # each renewal is answered by a handshake
    notes.write("after the renewals")
    ear.wait(lambda e: notes.heard_by(e) == notes.written)
    assert ear.states == [LiveState.CONNECTING, LiveState.LIVE]
    run(live.close())


def test_everything_ends_in_time_while_the_network_is_silent(
    practice: RunningPractice, ear: Ear, cable: Network
) -> None:
    """Closing the window must not wait for a socket, a request or a lookup that hangs."""
    escaped: list[BaseException] = []
    thread = NetworkThread(escaped.append)

    place, connected = asyncio.run(thread.call(signed_in(practice, proxy=cable.address)))
    thread.at_end(place.close)
    thread.post(connected.live(ear).run())
    ear.wait_for_state(LiveState.LIVE)
    cable.turn(Cable.SILENT)
    for _ in range(10):
        thread.post(connected.client.search("Slot", {"status": "free"}))
    asyncio.run(thread.call(asyncio.sleep(0.05)))
    assert thread.stop(), "it did not end within its deadline"
    assert escaped == []


def test_signing_out_ends_the_channel(
    connection: Connection, ear: Ear, network: NetworkThread, run: Run
) -> None:
    """Revoked elsewhere (another desk signs us out): the channel ends, and says why."""
    live = connection.live(ear)

    async def runs() -> None:
        running = asyncio.create_task(live.run())
        await asyncio.sleep(0)
        while live.state is not LiveState.LIVE:
            await asyncio.wait([running], timeout=0.02)
        await connection.sign_out()
        await running

    with pytest.raises(SignedOut):
        run(runs())
    assert ear.states[-1] is LiveState.STOPPED


def test_closing_ends_the_run_and_the_subscription(
    channel: LiveChannel, ear: Ear, run: Run, practice: RunningPractice
) -> None:
    subscription = channel.subscription
    run(channel.close())
    ear.wait_for_state(LiveState.STOPPED)
    mine = practice.as_role("receptionist")
    assert mine.get(f"Subscription/{subscription}").status_code in (404, 410)


def test_a_killed_service_that_starts_again_is_caught_up_with(
    run: Run, network: NetworkThread, ear: Ear, tmp_path: Path
) -> None:
    """Power cut at the practice: same subscription, same count, nothing missed."""
    running = RunningPractice.demo(tmp_path / "data", patients=30).start()
    place, connected = run(signed_in(running))
    live = connected.live(ear)
    network.post(live.run())
    ear.wait_for_state(LiveState.LIVE)
    subscription = live.subscription
    before = Notes(running.as_role("receptionist", 1))
    before.write("before the power cut")
    ear.wait(lambda e: before.heard_by(e) == before.written)
    running.kill()
    ear.wait_for_state(LiveState.POLLING)
    running.serve_again()
    after = Notes(running.as_role("receptionist", 1))
    after.write("after it")
    ear.wait_for_state(LiveState.LIVE)
    ear.wait(lambda e: after.heard_by(e) == after.written)
    assert live.subscription == subscription
    assert ear.reloads == 0
    run(live.close())
    run(place.close())
    assert running.stop() == 0
