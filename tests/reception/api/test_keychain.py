"""The keychain: secrets come back, and one that fails or hangs harms nobody.

Tests marked `keychain` speak to the Secret Service of a private D-Bus session; `./run test`
gives them one and sets RECEPTION_TEST_KEYCHAIN=1.
"""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from reception.api.keychain import KEY_BYTES, Keychain

BASE = "https://localhost:8443/A99999/fhir"
real = [
    pytest.mark.keychain,
    pytest.mark.skipif(
        os.environ.get("RECEPTION_TEST_KEYCHAIN") != "1",
        reason="needs a Secret Service on a private D-Bus session (./run test starts one)",
    ),
]


class Drawer:
    """A keyring backend somebody wrote: it keeps secrets in memory, or fails as told."""

    def __init__(self, *, fault: BaseException | None = None) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.fault = fault
        self.threads: set[str] = set()

    def _open(self) -> None:
        self.threads.add(threading.current_thread().name)
        if self.fault is not None:
            raise self.fault

    def get_password(self, service: str, name: str) -> str | None:
        self._open()
        return self.held.get((service, name))

    def set_password(self, service: str, name: str, secret: str) -> None:
        self._open()
        self.held[service, name] = secret

    def delete_password(self, service: str, name: str) -> None:
        self._open()
        del self.held[service, name]


def test_secrets_come_back_by_practice_and_user() -> None:
    drawer = Drawer()
    keychain = Keychain(lambda: drawer)

    async def uses() -> list[str]:
        keychain.keep_refresh_token(BASE, "priya", "r1")
        keychain.keep_refresh_token(BASE, "priya", "r2")
        keychain.keep_refresh_token(BASE, "sam", "r3")
        found = [await keychain.refresh_token(f"{BASE}/", "priya")]
        await keychain.forget(BASE, "priya")
        await keychain.forget(BASE, "priya")
        found.append(await keychain.refresh_token(BASE, "priya"))
        found.append(await keychain.refresh_token(BASE, "sam"))
        return found

    assert asyncio.run(uses()) == ["r2", "", "r3"]
    assert keychain.usable
    assert drawer.threads == {"keychain"}
    keychain.close()


def test_the_key_is_made_once_and_kept() -> None:
    drawer = Drawer()
    first = Keychain(lambda: drawer)
    key = asyncio.run(first.data_key())
    assert len(key) == KEY_BYTES
    assert asyncio.run(Keychain(lambda: drawer).data_key()) == key
    asyncio.run(first.forget_data_key())
    assert asyncio.run(Keychain(lambda: drawer).data_key()) != key


@pytest.mark.parametrize("damaged", ["", "x" * 2 * KEY_BYTES, "ab"])
def test_a_damaged_key_is_replaced(damaged: str) -> None:
    drawer = Drawer()
    drawer.held["Reception", "data key"] = damaged
    keychain = Keychain(lambda: drawer)
    key = asyncio.run(keychain.data_key())
    assert drawer.held["Reception", "data key"] == key.hex()
    assert keychain.usable


@pytest.mark.parametrize(
    "fault", [RuntimeError("no bus"), OSError(), KeyError("x"), SystemExit(1), MemoryError()]
)
def test_whatever_it_raises_the_program_goes_on_without_it(fault: BaseException) -> None:
    drawer = Drawer(fault=fault)
    keychain = Keychain(lambda: drawer)

    async def uses() -> tuple[str, bytes, bytes]:
        keychain.keep_refresh_token(BASE, "priya", "r1")
        token = await keychain.refresh_token(BASE, "priya")
        await keychain.forget(BASE, "priya")
        return token, await keychain.data_key(), await keychain.data_key()

    token, key, again = asyncio.run(uses())
    assert token == ""
    assert key == again, "one key for this run"
    assert not keychain.usable
    assert keychain.complaint.endswith(".")
    keychain.close()


def test_a_keychain_that_cannot_be_opened_is_one_that_fails() -> None:
    def nothing() -> Any:
        raise ImportError("no keyring")

    keychain = Keychain(nothing)
    assert asyncio.run(keychain.refresh_token(BASE, "priya")) == ""
    assert not keychain.usable


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """Set at the end, so that the thread of a keychain that hangs can go."""
    release = threading.Event()
    yield release
    release.set()


def test_one_that_hangs_is_given_up(stuck: threading.Event) -> None:
    class Hangs(Drawer):
        def _open(self) -> None:
            stuck.wait(60)

    keychain = Keychain(Hangs, deadline_s=0.1)

    async def closes() -> bool:
        keychain.keep_refresh_token(BASE, "priya", "r1")
        return await keychain.settle(0.05)

    assert asyncio.run(closes()) is False, "the window closes all the same"

    async def uses() -> tuple[str, bytes]:
        waiting = [keychain.refresh_token(BASE, "priya"), keychain.refresh_token(BASE, "sam")]
        tokens = await asyncio.gather(*waiting)
        return tokens[0], await keychain.data_key()

    token, key = asyncio.run(uses())
    assert token == ""
    assert len(key) == KEY_BYTES
    assert not keychain.usable
    keychain.close()


def test_a_key_that_came_too_late_is_not_used() -> None:
    """Given up on once, the keychain stays given up: one run has one key."""
    drawer, release = Drawer(), threading.Event()

    class Slow(Drawer):
        def get_password(self, service: str, name: str) -> str | None:
            release.wait(60)
            return drawer.get_password(service, name)

    keychain = Keychain(Slow, deadline_s=0.05)
    key = asyncio.run(keychain.data_key())
    release.set()
    assert asyncio.run(keychain.data_key()) == key
    keychain.close()


def test_a_hanging_keychain_never_keeps_the_process_alive() -> None:
    program = """
import asyncio, threading
from reception.api.keychain import Keychain

class Hangs:
    def get_password(self, service, name):
        threading.Event().wait()

keychain = Keychain(Hangs, deadline_s=0.1)
assert asyncio.run(keychain.refresh_token("b", "u")) == ""
keychain.close()
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_settling_waits_for_what_was_handed_over() -> None:
    drawer, release = Drawer(), threading.Event()

    class Slow(Drawer):
        def set_password(self, service: str, name: str, secret: str) -> None:
            release.wait(60)
            drawer.set_password(service, name, secret)

    keychain = Keychain(Slow)

    async def uses() -> None:
        assert await keychain.settle() is False, "nothing was ever asked"
        keychain.keep_refresh_token(BASE, "priya", "r1")
        settling = asyncio.create_task(keychain.settle())
        await asyncio.sleep(0)
        assert not settling.done()
        release.set()
        assert await settling

    asyncio.run(uses())
    assert list(drawer.held.values()) == ["r1"]
    keychain.close()


class TestReal:
    """Against the Secret Service of this session (gnome-keyring)."""

    pytestmark = real

    def test_it_keeps_a_token_and_the_key_across_runs(self) -> None:
        base = f"https://localhost/{os.getpid()}/fhir"
        token = "r" * 86

        async def first() -> bytes:
            keychain = Keychain()
            keychain.keep_refresh_token(base, "priya.shah", token)
            key = await keychain.data_key()
            assert keychain.usable, keychain.complaint
            keychain.close()
            return key

        async def second() -> tuple[str, bytes, str]:
            keychain = Keychain()
            found = await keychain.refresh_token(base, "priya.shah")
            key = await keychain.data_key()
            await keychain.forget(base, "priya.shah")
            gone = await keychain.refresh_token(base, "priya.shah")
            await keychain.forget_data_key()
            assert keychain.usable, keychain.complaint
            keychain.close()
            return found, key, gone

        key = asyncio.run(first())
        assert asyncio.run(second()) == (token, key, "")

    def test_another_program_finds_it_under_our_name(self) -> None:
        """The secret is where the desktop's own keychain window shows it."""
        import secretstorage  # noqa: PLC0415 - only where there is one

        keychain = Keychain()
        asyncio.run(keychain.data_key())
        with secretstorage.dbus_init() as bus:
            found = list(secretstorage.search_items(bus, {"service": "Reception"}))
            assert [len(item.get_secret()) for item in found] == [2 * KEY_BYTES]
        asyncio.run(keychain.forget_data_key())
        keychain.close()

    def test_a_lost_session_is_a_sentence_and_no_fault(self) -> None:
        program = """
import asyncio
from reception.api.keychain import Keychain
keychain = Keychain()
assert asyncio.run(keychain.refresh_token("b", "u")) == ""
assert not keychain.usable and keychain.complaint
"""
        environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60, env=environment)
