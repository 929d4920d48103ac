"""The network thread: answers cross over, cancellation crosses both ways, and it always ends."""

import asyncio
import threading

import pytest

from reception.api.handover import Handover
from reception.api.network import NetworkStopped, NetworkThread


def test_work_runs_over_there_and_answers_here(network: NetworkThread) -> None:
    async def where() -> str:
        return threading.current_thread().name

    assert asyncio.run(network.call(where())) == "network"


def test_what_work_raises_is_raised_here(network: NetworkThread) -> None:
    async def fails() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        asyncio.run(network.call(fails()))


def test_cancelling_the_caller_cancels_the_work(network: NetworkThread) -> None:
    started, cancelled = threading.Event(), threading.Event()

    async def waits() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def gives_up() -> None:
        calling = asyncio.create_task(network.call(waits()))
        await asyncio.to_thread(started.wait, 10)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling

    asyncio.run(gives_up())
    assert cancelled.wait(10)


def test_stopping_cancels_who_waits_here() -> None:
    thread = NetworkThread(lambda error: None)

    async def waits() -> None:
        await asyncio.Event().wait()

    async def stopped_under_us() -> None:
        calling = asyncio.create_task(thread.call(waits()))
        await asyncio.sleep(0)
        assert await asyncio.to_thread(thread.stop)
        with pytest.raises(asyncio.CancelledError):
            await calling

    asyncio.run(stopped_under_us())


def test_it_ends_although_work_refuses_to(network: NetworkThread) -> None:
    """Something that swallows its cancellation must not keep the window from closing."""
    thread = NetworkThread(lambda error: None)
    release = asyncio.Event()
    started = threading.Event()

    async def stubborn() -> None:
        started.set()
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    thread.post(stubborn())
    assert started.wait(10)
    assert thread.stop(deadline_s=0.2)
    assert not thread.is_running


def test_last_things_are_done_after_all_work_has_ended() -> None:
    heard: list[BaseException] = []
    order: list[str] = []
    thread = NetworkThread(heard.append)
    started = threading.Event()

    async def works() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            order.append("work")

    async def closes() -> None:
        order.append("close")

    async def fails() -> None:
        raise LookupError("at the end")

    async def hangs() -> None:
        await asyncio.Event().wait()

    for last in (closes, fails, hangs):
        thread.at_end(last)
    thread.post(works())
    assert started.wait(10)
    assert thread.stop(0.2)
    assert order == ["work", "close"]
    assert [str(error) for error in heard] == ["at the end"]


def test_a_stopped_thread_takes_no_work() -> None:
    thread = NetworkThread(lambda error: None)
    assert thread.stop()
    assert thread.stop(), "stopping twice is as good"

    async def never() -> None:
        raise AssertionError

    with pytest.raises(NetworkStopped):
        asyncio.run(thread.call(never()))
    with pytest.raises(NetworkStopped):
        thread.post(never())


def test_what_escapes_from_posted_work_is_handed_on() -> None:
    told, heard = threading.Event(), []

    def on_error(error: BaseException) -> None:
        heard.append(error)
        told.set()

    thread = NetworkThread(on_error)

    async def fails() -> None:
        raise LookupError("unseen")

    thread.post(fails())
    assert told.wait(10)
    assert [str(error) for error in heard] == ["unseen"]
    assert thread.stop()


def test_name_lookups_never_keep_the_process_alive(network: NetworkThread) -> None:
    """A resolver that hangs runs on a daemon; asyncio's own executor is joined at exit."""

    async def lookup_thread_is_daemon() -> bool:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, lambda: threading.current_thread().daemon)

    assert asyncio.run(network.call(lookup_thread_is_daemon()))


def test_many_items_reach_the_other_loop_in_one_piece_and_in_order() -> None:
    async def receives() -> list[list[int]]:
        pieces: list[list[int]] = []
        handover: Handover[int] = Handover(asyncio.get_running_loop(), pieces.append)

        def produces() -> None:
            for n in range(0, 1000, 10):
                handover(range(n, n + 10))

        thread = threading.Thread(target=produces)
        thread.start()
        thread.join()  # the loop does not turn meanwhile
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return pieces

    pieces = asyncio.run(receives())
    assert pieces == [list(range(1000))]


def test_a_closed_handover_delivers_nothing() -> None:
    async def receives() -> list[list[int]]:
        pieces: list[list[int]] = []
        handover: Handover[int] = Handover(asyncio.get_running_loop(), pieces.append)
        handover([1])
        handover.close()
        handover([2])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return pieces

    assert asyncio.run(receives()) == []


def test_a_handover_outlives_its_loop() -> None:
    loop = asyncio.new_event_loop()
    handover: Handover[int] = Handover(loop, lambda items: None)
    loop.close()
    handover([1])
    handover([2])
