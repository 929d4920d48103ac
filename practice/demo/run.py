"""Puts the invented practice into a store and makes its accounts."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from practice.demo import accounts
from practice.demo.generate.clinicians import ODS
from practice.demo.generate.people import Person
from practice.demo.generate.practice import Practice
from practice.demo.profile import DemoAccount, Profile
from practice.identity import Account, Identity
from practice.store import Store

Say = Callable[[str], None]


@dataclass(frozen=True)
class Demo:
    """The invented practice once it is stored.

    Attributes:
        practice: its people and plans, as the generator knows them.
        profile: how busy its patients are to be.
        accounts: what the ready line tells: every staff account and five patients.
    """

    practice: Practice
    profile: Profile
    accounts: tuple[DemoAccount, ...]

    @property
    def ods(self) -> str:
        """The practice's ODS code."""
        return ODS


def load(
    store: Store,
    identity: Identity,
    *,
    at: datetime,
    seed: int,
    patients: int,
    profile: Profile,
    say: Say,
) -> Demo:
    """Invent the practice as it is at *at* (aware) and store it, telling how far it has come.

    The store must not hold the practice's resources yet. Without an event loop.
    """
    begun = time.monotonic()
    practice = Practice(seed, at.astimezone(UTC), patients, profile is not Profile.ORDINARY)
    stages = list(practice.stages())
    expected, stored = sum(stage.expected for stage in stages), 0
    for stage in stages:
        with _no_collection():
            count = store.load(ODS, stage.trees())
        stored += count
        share = min(100, round(100 * stored / expected)) if stage is not stages[-1] else 100
        say(f"{share:3d} %  {stage.name}: {count:,}")
    staff = accounts.staff_accounts(practice)
    shown = accounts.shown_patients(practice)
    identity.add_accounts(ODS, _with_passwords(practice, staff, shown))
    took_s = time.monotonic() - begun
    say(f"{patients:,} invented patients, {stored:,} entries in {took_s:.0f} s.")
    return Demo(practice, profile, (*staff, *(account for account, _ in shown)))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without looking for garbage: hundreds of thousands of small trees hold no cycle (17 %)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _with_passwords(
    practice: Practice, staff: list[DemoAccount], shown: list[tuple[DemoAccount, Person]]
) -> Iterator[tuple[Account, str | None]]:
    for one in staff:
        yield Account(one.user, one.role, one.reference, one.display), one.password
    for one, person in shown:
        yield Account(one.user, one.role, one.reference, one.display, person.id), one.password
    for account in accounts.acting_accounts(practice):
        yield account, None
