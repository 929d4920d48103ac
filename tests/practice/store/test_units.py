import asyncio
import itertools
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import systems
from contract.systems import LIVE_TYPES
from practice.clock import PracticeClock
from practice.refusal import Refusal
from practice.store import Commit, Query, Store, Stored, Unit
from practice.store.stored import decoded, encode
from practice.store.tables import slot_claim
from tests.practice.store.conftest import AT

ODS = "A99999"
Tree = dict[str, Any]


def flag(text: str = "quiet", key: str | None = None) -> Tree:
    tree: Tree = {
        "resourceType": "Flag",
        "status": "active",
        "code": {"text": text},
        "subject": {"reference": "Patient/p1"},
    }
    if key is not None:
        tree["identifier"] = [{"system": systems.REQUEST_KEY, "value": key}]
    return tree


def test_a_resource_lives_from_version_to_version(store: Store) -> None:
    made = store.write_now(ODS, lambda unit: unit.create(flag("one")), agent="Practitioner/c1")
    changed = store.write_now(
        ODS, lambda unit: unit.update({**made.tree(), "code": {"text": "two"}})
    )
    assert (made.version, changed.version) == (1, 2)
    assert (made.method, changed.method) == ("POST", "PUT")
    assert changed.tree()["meta"]["versionId"] == "2"
    assert made.tree()["id"] == made.id == changed.id
    now = store.read_now(ODS, lambda unit: unit.get("Flag", made.id))
    assert now == changed
    history = store.read_now(ODS, lambda unit: unit.history("Flag", made.id))
    assert history == [changed, made]
    assert history[1].agent == "Practitioner/c1"
    assert store.read_now(ODS, lambda unit: unit.version("Flag", made.id, "1")) == made
    for wrong in ("3", "0", "x", "", "９", "99999999999999"):
        assert store.read_now(ODS, lambda unit, v=wrong: unit.version("Flag", made.id, v)) is None  # type: ignore[misc]


def test_what_was_found_before_a_change_is_not_found_after_it(store: Store) -> None:
    made = store.write_now(ODS, lambda unit: unit.create(flag()))
    by_subject = Query.parse("Flag", [("subject", "Patient/p1")])
    assert store.read_now(ODS, lambda unit: unit.search(by_subject)).total == 1
    other = {**made.tree(), "subject": {"reference": "Patient/p2"}}
    store.write_now(ODS, lambda unit: unit.update(other))
    assert store.read_now(ODS, lambda unit: unit.search(by_subject)).total == 0


def test_decimals_keep_their_precision(store: Store) -> None:
    value = b'"valueQuantity":{"value":7.10}'
    tree = decoded(b'{"resourceType":"Observation","status":"final",' + value + b"}")
    made = store.write_now(ODS, lambda unit: unit.create(tree))
    assert value in made.raw
    assert value in encode(made.tree())


def test_an_update_of_nothing_is_refused(store: Store) -> None:
    with pytest.raises(Refusal) as refused:
        store.write_now(ODS, lambda unit: unit.update({**flag(), "id": "none"}))
    assert refused.value.status == 404


def test_an_idempotency_key_belongs_to_one_resource(store: Store) -> None:
    first = store.write_now(ODS, lambda unit: unit.create(flag(key="k1")))
    with pytest.raises(Refusal) as refused:
        store.write_now(ODS, lambda unit: unit.create(flag(key="k1")))
    assert (refused.value.status, refused.value.code) == (409, "DUPLICATE_REJECTED")
    store.write_now(ODS, lambda unit: unit.update({**first.tree(), "identifier": []}))
    store.write_now(ODS, lambda unit: unit.create(flag(key="k1")))
    store.write_now("B2", lambda unit: unit.create(flag(key="k1")))


def test_only_a_subscription_is_removed(store: Store) -> None:
    tree = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "x",
        "criteria": "x",
        "channel": {"type": "websocket"},
    }
    made = store.write_now(ODS, lambda unit: unit.create(tree))
    gone = store.write_now(ODS, lambda unit: unit.remove("Subscription", made.id))
    assert gone is not None
    assert (gone.method, gone.version, gone.raw) == ("DELETE", 2, b"")
    assert store.read_now(ODS, lambda unit: unit.get("Subscription", made.id)) is None
    assert store.read_now(ODS, lambda unit: unit.search(Query("Subscription"))).total == 0
    history = store.read_now(ODS, lambda unit: unit.history("Subscription", made.id))
    assert [one.method for one in history] == ["DELETE", "POST"]
    assert store.write_now(ODS, lambda unit: unit.remove("Subscription", made.id)) is None
    with pytest.raises(ValueError, match="never removed"):
        store.write_now(ODS, lambda unit: unit.remove("Patient", "p1"))


def test_a_unit_that_fails_leaves_nothing(store: Store) -> None:
    store.found(ODS)

    def fail(unit: Unit) -> None:
        unit.create(flag())
        unit.claim("s1", "a1")
        raise LookupError("no")

    with pytest.raises(LookupError):
        store.write_now(ODS, fail)
    kept = store.write_now(ODS, lambda unit: (unit.counter(), unit.claimant("s1")))
    assert kept == (0, None)
    assert store.read_now(ODS, lambda unit: unit.search(Query("Flag"))).total == 0
    assert store.write_now(ODS, lambda unit: unit.create(flag())).change == 1


def test_an_attempt_is_undone_alone(store: Store) -> None:
    def undone(unit: Unit) -> None:
        with unit.attempt():
            unit.create(flag("undone"))
            raise LookupError

    def work(unit: Unit) -> list[Stored]:
        unit.create(flag("kept"))
        with pytest.raises(LookupError):
            undone(unit)
        unit.create(flag("kept too"))
        return list(unit.changes_made)

    made = store.write_now(ODS, work)
    assert [one.change for one in made] == [1, 2]
    found = store.read_now(ODS, lambda unit: unit.search(Query("Flag"))).matches
    assert [one.tree()["code"]["text"] for one in found] == ["kept", "kept too"]


def test_a_reading_unit_cannot_write(store: Store) -> None:
    store.found(ODS)
    with pytest.raises(RuntimeError, match="only reads"):
        store.read_now(ODS, lambda unit: unit.create(flag()))
    with pytest.raises(sa.exc.OperationalError):
        store.read_now(ODS, lambda unit: unit.claim("s1", "a1"))


def test_one_live_appointment_claims_a_slot(store: Store) -> None:
    def claims(unit: Unit) -> list[bool]:
        return [unit.claim("s1", "a1"), unit.claim("s1", "a1"), unit.claim("s1", "a2")]

    assert store.write_now(ODS, claims) == [True, True, False]
    store.write_now(ODS, lambda unit: unit.release("a1"))
    assert store.write_now(ODS, lambda unit: unit.claim("s1", "a2")) is True

    def behind_the_back(unit: Unit) -> None:
        row = {"ods": ODS, "slot": "s1", "appointment": "a3"}
        unit.connection.execute(sa.insert(slot_claim), row)

    with pytest.raises(sa.exc.IntegrityError):
        store.write_now(ODS, behind_the_back)


def test_numbers_are_gap_free_and_times_agree_with_them(store: Store) -> None:
    """Writers at once, some of which fail; audit events count for nothing."""
    audit = {"resourceType": "AuditEvent", "recorded": "2026-11-23T07:00:00Z"}

    def unit_of(number: int) -> Any:
        def work(unit: Unit) -> None:
            unit.create(flag(str(number)))
            unit.create(audit)
            if number % 3 == 0:
                raise LookupError
            if number % 5 == 0:
                unit.create(flag("second"))

        return work

    async def all_at_once() -> list[Any]:
        units = (store.write(ODS, unit_of(n)) for n in range(100))
        return await asyncio.gather(*units, return_exceptions=True)

    told = asyncio.run(all_at_once())
    assert sum(isinstance(one, LookupError) for one in told) == 34
    changes = store.read_now(ODS, lambda unit: unit.changes(0, 1000))
    expected = sum(2 if n % 5 == 0 else 1 for n in range(100) if n % 3)
    assert [one.change for one in changes] == list(range(1, expected + 1))
    times = [one.last_updated for one in changes]
    assert times == sorted(times)
    assert store.read_now(ODS, lambda unit: unit.counter()) == expected
    assert [one.change for one in store.read_now(ODS, lambda u: u.changes(5, 3))] == [6, 7, 8]


def test_time_never_goes_back_when_the_clock_does(tmp_path: Any) -> None:

    stamps = []
    for start in (AT, AT - timedelta(days=1)):
        store = Store(f"sqlite:///{tmp_path / 'p.db'}", PracticeClock(start))
        store.open()
        stamps.append(store.write_now(ODS, lambda unit: unit.create(flag())).last_updated)
        store.close()
    assert stamps[0] <= stamps[1]


def test_listeners_hear_of_every_commit_in_order_before_the_writer_is_answered(
    store: Store,
) -> None:
    heard: list[Commit] = []

    async def work() -> None:
        store.on_commit(heard.append)
        await asyncio.gather(*(store.write(ODS, lambda u: u.create(flag())) for _ in range(20)))
        made = await store.write(ODS, lambda unit: unit.create(flag()))
        assert heard[-1].changes == (made,)
        await store.write(ODS, lambda unit: unit.counter())  # changes nothing
        with pytest.raises(LookupError):
            await store.write(ODS, _fail_after_writing)

    asyncio.run(work())
    assert [change.change for commit in heard for change in commit.changes] == list(range(1, 22))
    assert {commit.ods for commit in heard} == {ODS}


def _fail_after_writing(unit: Unit) -> None:
    unit.create(flag())
    raise LookupError


def test_a_listener_that_fails_does_not_keep_the_writer_waiting(store: Store) -> None:
    async def work() -> Stored:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)

        def fail(_commit: Commit) -> None:
            raise LookupError

        store.on_commit(fail)
        async with asyncio.timeout(5):
            return await store.write(ODS, lambda unit: unit.create(flag()))

    assert asyncio.run(work()).change == 1


def test_closing_finishes_what_is_queued(tmp_path: Any) -> None:

    store = Store(f"sqlite:///{tmp_path / 'p.db'}", PracticeClock())
    store.open()
    threads = [
        threading.Thread(target=lambda: store.write_now(ODS, lambda unit: unit.create(flag())))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.write_now(ODS, lambda unit: unit.create(flag()))
    again = Store(store.url, PracticeClock())
    again.open()
    assert again.knows(ODS)
    assert again.read_now(ODS, lambda unit: unit.counter()) == 10
    again.close()


def test_a_store_that_was_never_opened_can_be_closed(tmp_path: Any) -> None:
    store = Store(f"sqlite:///{tmp_path / 'p.db'}", PracticeClock())
    store.close()
    store.close()


OTHER_PROCESS = """
import sys
from practice.clock import PracticeClock
from practice.store import Store
store = Store(sys.argv[1], PracticeClock())
store.open()
for n in range(50):
    store.write_now("A99999", lambda unit: unit.create({"resourceType": "Flag"}))
store.close()
"""


def test_another_process_may_write_too(store: Store) -> None:
    with subprocess.Popen([sys.executable, "-c", OTHER_PROCESS, store.url]) as other:
        for _ in range(50):
            store.write_now(ODS, lambda unit: unit.create(flag()))
        assert other.wait() == 0
    changes = store.read_now(ODS, lambda unit: unit.changes(0, 1000))
    assert [one.change for one in changes] == list(range(1, 101))
    assert len({one.id for one in changes}) == 100


numbers = itertools.count()
kinds = st.sampled_from(["Flag", "AuditEvent", "Practitioner"])
steps = st.lists(st.tuples(kinds, st.booleans(), st.booleans()), max_size=12)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_units_do_all_or_nothing(shared: Store, wanted: list[Any]) -> None:
    """Units of random length that fail or not, some inside an attempt, against a plain count."""
    ods = f"U{next(numbers)}"
    live = everything = 0
    for kind, fails, inside in wanted:

        def work(unit: Unit, kind: str = kind, fails: bool = fails, inside: bool = inside) -> None:
            unit.create({"resourceType": kind})
            if inside:
                try:
                    with unit.attempt():
                        unit.create({"resourceType": kind})
                        if fails:
                            raise LookupError
                except LookupError:
                    return
            elif fails:
                raise LookupError

        try:
            shared.write_now(ods, work)
        except LookupError:
            continue
        stored = 2 if inside and not fails else 1
        everything += stored
        live += stored if kind in LIVE_TYPES else 0

    def counts(unit: Unit) -> tuple[int, int]:
        kept = [
            unit.search(Query(k, summary="count")).total or 0
            for k in ("Flag", "AuditEvent", "Practitioner")
        ]
        return unit.counter(), sum(kept)

    assert shared.read_now(ods, counts) == (live, everything)
