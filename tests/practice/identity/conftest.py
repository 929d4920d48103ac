"""A practice with a few accounts, running and in hand."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
from argon2 import PasswordHasher

from contract.codes import Role
from practice.clock import StillClock
from practice.identity import Identity, SigningKey
from practice.identity.passwords import Passwords
from practice.offline import opened
from practice.settings import DataFolder
from practice.store import Store
from tests.practice.identity.browser import SignIn
from tests.running import AT, RunningPractice

T = TypeVar("T")
ODS = "A99999"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "otters-swim-at-dawn"
MONDAY = datetime(2026, 11, 23, 7, 58, tzinfo=UTC)


@dataclass
class Surgery:
    """A running service with accounts, all with the same password."""

    running: RunningPractice

    @property
    def http(self) -> httpx2.Client:
        return self.running.http

    @property
    def base(self) -> str:
        return self.running.base

    def sign_in(self, **how: str) -> SignIn:
        return SignIn(self.http, self.base, **how)


@pytest.fixture(scope="session")
def surgery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    """priya (receptionist), marcus (manager), ada (patient p1); nobody without a password."""
    folder = DataFolder(tmp_path_factory.mktemp("surgery") / "data")
    settings = folder.found(ODS, "Otterbrook Surgery")
    made_at = StillClock(datetime.fromisoformat(AT).replace(tzinfo=UTC))
    with opened(folder, settings, made_at) as (store, identity):
        store.found(ODS)
        identity.add_staff(ODS, "priya", PASSWORD, Role.RECEPTIONIST, "Priya Shah", None)
        identity.add_staff(ODS, "marcus", PASSWORD, Role.MANAGER, "Marcus Bell", None)
        identity.add_account(ODS, "ada", PASSWORD, Role.PATIENT, "Patient/p1", "Ada Moor", "p1")
        identity.add_account(
            ODS, "nobody", None, Role.RECEPTIONIST, "Practitioner/x", "No Password"
        )
    running = RunningPractice(
        folder.path, ["serve", "--data", str(folder.path), "--port", "0", "--at", AT]
    ).start()
    yield Surgery(running)
    assert running.stop() == 0, running.log


class HandClock:
    """The practice's clock and the machine's, both moved by hand."""

    def __init__(self) -> None:
        self.moment = MONDAY

    def now(self) -> datetime:
        return self.moment

    def wall_ms(self) -> int:
        return round(self.moment.timestamp() * 1000)

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Room:
    """The identity room on a store of its own, without a server."""

    identity: Identity
    store: Store
    clock: HandClock
    open_another: "Callable[[], Identity]"

    def caller_of(self, token: str) -> Coroutine[Any, Any, Any]:
        return self.identity.caller(ODS, f"Bearer {token}")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """priya is a receptionist, prem a prescriber; the clock stands until it is moved."""
    clock = HandClock()
    stores: list[Store] = []
    identities: list[Identity] = []

    def another() -> Identity:
        store = Store(f"sqlite:///{tmp_path / 'practice.db'}", clock)
        store.open()
        identity = Identity(
            store,
            SigningKey(tmp_path / "keys"),
            lambda ods: f"https://practice.test/{ods}/fhir",
            {ODS: "Otterbrook Surgery"},
            wall=clock.wall_ms,
            passwords=Passwords(CHEAP),
        )
        stores.append(store)
        identities.append(identity)
        return identity

    identity = another()
    stores[0].found(ODS)
    identity.add_account(ODS, "priya", PASSWORD, Role.RECEPTIONIST, "Practitioner/a", "Priya Shah")
    identity.add_account(ODS, "prem", PASSWORD, Role.PRESCRIBER, "Practitioner/b", "Prem Das")
    yield Room(identity, stores[0], clock, another)
    for each in identities:
        each.close()
    for store in stores:
        store.close()


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    each = Passwords(CHEAP, queue=3)
    yield each
    each.close()


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run *coroutine* on a loop of its own."""
    return asyncio.run(coroutine)
