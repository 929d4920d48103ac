"""Loading the invented practice into a real store, with its accounts."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.codes import OnlineService, Role
from practice.clock import StillClock
from practice.demo import ODS, Demo, Profile, load
from practice.demo.accounts import shown_patients, user_of
from practice.demo.generate.practice import Practice
from practice.identity import Identity, SigningKey
from practice.identity.identity import SignedIn, Wrong
from practice.store import Param, Query, Store
from tests.practice.demo.invented import MONDAY


@dataclass
class Loaded:
    """A small demo practice in a store."""

    store: Store
    identity: Identity
    demo: Demo
    said: list[str]

    def count(self, resource_type: str, *params: Param) -> int:
        query = Query(resource_type, params, count=1000)
        return len(self.store.read_now(ODS, lambda unit: unit.search(query).matches))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder: Path = tmp_path_factory.mktemp("demo")
    store = Store(f"sqlite:///{folder}/practice.db", StillClock(MONDAY))
    store.open()
    identity = Identity(store, SigningKey(folder / "keys"), lambda ods: f"urn:{ods}", {ODS: "x"})
    said: list[str] = []
    demo = load(
        store,
        identity,
        at=MONDAY,
        seed=1,
        patients=80,
        profile=Profile.OFF,
        say=said.append,
    )
    yield Loaded(store, identity, demo, said)
    identity.close()
    store.close()


def test_everything_that_was_invented_is_found(loaded: Loaded) -> None:
    assert loaded.count("Patient") == 80
    assert loaded.count("Practitioner") == len(loaded.demo.practice.staff.everybody)
    waiting = loaded.count("Task", Param("status", ("requested",)))
    assert waiting >= 3


def test_progress_is_told_in_lines_a_person_can_read(loaded: Loaded) -> None:
    shares = [int(line.split("%")[0]) for line in loaded.said[:-1]]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert any("patients" in line for line in loaded.said)
    assert loaded.said[-1].startswith("80 invented patients")


def test_every_member_of_staff_and_five_patients_are_shown(loaded: Loaded) -> None:
    lines = [account.line() for account in loaded.demo.accounts]
    staff = {line["reference"] for line in lines if line["role"] != "patient"}
    assert staff == {one.reference for one in loaded.demo.practice.staff.everybody}
    assert sum(line["role"] == "patient" for line in lines) == 5
    assert {line["role"] for line in lines} == {role.value for role in Role}
    assert len({line["user"] for line in lines}) == len(lines)
    assert lines[0] == {
        "user": "priya.shah",
        "password": "reception-08",
        "role": "receptionist",
        "reference": "Practitioner/desk-shah",
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_patients_shown_have_everything_switched_on(seed: int) -> None:
    invented = Practice(seed, MONDAY, 1_500)
    shown = shown_patients(invented)
    assert len(shown) == 5
    for _, one in shown:
        assert set(invented.services[one.id]) == set(OnlineService)


@pytest.mark.parametrize("role", list(Role))
def test_the_passwords_shown_are_right(loaded: Loaded, role: Role) -> None:
    account = next(one for one in loaded.demo.accounts if one.role is role)

    async def attempt(password: str) -> SignedIn | Wrong:
        return await loaded.identity.check(ODS, account.user, password)

    right = asyncio.run(attempt(account.password))
    assert isinstance(right, SignedIn)
    assert right.account.reference == account.reference
    assert isinstance(asyncio.run(attempt("not the password")), Wrong)


def test_patients_who_act_have_tokens_but_no_password(loaded: Loaded) -> None:
    one = next(person for person in loaded.demo.practice.people if person.online)
    token = loaded.identity.issue(ODS, user_of(one), "reception-patient")
    caller = asyncio.run(loaded.identity.caller(ODS, f"Bearer {token}"))
    assert caller.reference == one.reference
    assert caller.patient == one.id
    tried = asyncio.run(loaded.identity.check(ODS, user_of(one), "patient-0800"))
    assert isinstance(tried, Wrong)
