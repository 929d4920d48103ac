from typing import Any

import pytest
import sqlalchemy as sa

from contract import systems
from practice.store import Query, Store

ODS = "A99999"


def trees(count: int) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for n in range(count):
        start = f"2026-11-{1 + n % 28:02d}T09:00:00Z"
        made.append(
            {
                "resourceType": "Slot",
                "id": f"s{n}",
                "status": "busy",
                "start": start,
                "end": start,
                "schedule": {"reference": "Schedule/x"},
                "overbooked": n % 7 == 0,
                "identifier": [{"system": systems.SLOT_KEY, "value": f"k{n}"}],
            }
        )
        status = "cancelled" if n % 5 == 0 else "booked"
        made.append(
            {
                "resourceType": "Appointment",
                "id": f"a{n}",
                "status": status,
                "start": start,
                "end": start,
                "slot": [{"reference": f"Slot/s{n}"}],
                "participant": [],
            }
        )
    return made


def test_loading_numbers_indexes_and_claims_like_writing(store: Store) -> None:
    heard: list[int] = []
    assert store.load(ODS, iter(trees(3000)), heard.append) == 6000
    assert heard == [5000, 6000]
    assert store.knows(ODS)
    assert store.read_now(ODS, lambda unit: unit.counter()) == 6000
    found = store.read_now(
        ODS, lambda unit: unit.search(Query.parse("Slot", [("identifier", "k17")]))
    )
    assert [one.id for one in found.matches] == ["s17"]
    claimed = store.read_now(ODS, lambda unit: [unit.claimant(f"s{n}") for n in range(15)])
    assert claimed == [None if n % 5 == 0 or n % 7 == 0 else f"a{n}" for n in range(15)]
    first = store.read_now(ODS, lambda unit: unit.get("Slot", "s1"))
    assert first is not None
    changed = store.write_now(ODS, lambda unit: unit.update({**first.tree(), "status": "free"}))
    assert (changed.version, changed.change) == (2, 6001)
    free = store.read_now(ODS, lambda unit: unit.search(Query.parse("Slot", [("status", "free")])))
    assert [one.id for one in free.matches] == ["s1"]


def test_loading_the_same_twice_is_refused(store: Store) -> None:
    store.load(ODS, trees(2))
    with pytest.raises(sa.exc.IntegrityError):
        store.load(ODS, trees(2))
    assert store.read_now(ODS, lambda unit: unit.counter()) == 4
