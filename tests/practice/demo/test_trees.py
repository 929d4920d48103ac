"""Every invented tree: valid R4, whole, and the same again."""

import os
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime

import fhirkit
import msgspec
import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.demo.generate.practice import Practice
from tests.practice.demo.invented import MONDAY, Invented, invented, references


@pytest.fixture(scope="module")
def village() -> Invented:
    return invented(400)


def test_every_tree_is_valid_r4(village: Invented) -> None:
    wrong = {
        f"{tree['resourceType']}/{tree['id']}": issues
        for tree in village.trees()
        if (issues := fhirkit.validate(tree))
    }
    assert wrong == {}


def test_a_second_validator_agrees(village: Invented) -> None:
    """fhir.resources knows R4B, which is R4 for every type here."""
    for kind, trees in village.by_type.items():
        model = get_fhir_model_class(kind)
        for tree in (*trees[:3], max(trees, key=len), trees[-1]):
            model.model_validate(tree)


def test_all_kinds_are_there(village: Invented) -> None:
    assert set(village.by_type) >= {
        "Organization", "Location", "HealthcareService", "Practitioner", "PractitionerRole",
        "CareTeam", "Patient", "RelatedPerson", "Flag", "Consent", "Schedule", "Slot",
        "Appointment", "Task", "Communication", "MedicationRequest", "Condition",
        "AllergyIntolerance", "Immunization", "Observation", "DocumentReference",
    }  # fmt: skip


def test_ids_are_unique_and_every_reference_leads_somewhere(village: Invented) -> None:
    ids = [f"{tree['resourceType']}/{tree['id']}" for tree in village.trees()]
    assert len(ids) == len(set(ids))
    known = set(ids)
    lost = defaultdict(set)
    for tree in village.trees():
        for reference in references(tree):
            if reference not in known:
                lost[tree["resourceType"]].add(reference)
    assert dict(lost) == {}


def test_keys_are_unique(village: Invented) -> None:
    keys = [
        (identifier["system"], identifier["value"])
        for kind in ("Slot", "Schedule", "Appointment", "Task", "Communication")
        for tree in village.by_type[kind]
        for identifier in tree.get("identifier", ())
    ]
    assert len(keys) == len(set(keys))


_PRINT_HASH = """
import hashlib, msgspec
from datetime import UTC, datetime
from practice.demo.generate.practice import Practice
made = hashlib.sha256()
for tree in Practice(7, datetime(2026, 11, 23, 7, 58, tzinfo=UTC), 120).trees():
    made.update(msgspec.json.encode(tree))
print(made.hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", _PRINT_HASH],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(answers) == 1


def test_another_seed_gives_another_practice(village: Invented) -> None:
    other = Invented(400, seed=2)
    assert other.by_type["Patient"] != village.by_type["Patient"]


def test_at_another_hour_of_the_day_the_people_are_the_same(village: Invented) -> None:
    later = Invented(400, MONDAY.replace(hour=15))
    for kind in ("Patient", "RelatedPerson", "Condition", "Observation", "Schedule"):
        assert msgspec.json.encode(later.by_type[kind]) == msgspec.json.encode(
            village.by_type[kind]
        )


@settings(max_examples=8, deadline=None)
@given(
    at=st.sampled_from(
        [
            datetime(2026, 3, 29, 0, 59, tzinfo=UTC),  # a minute before the clocks go forward
            datetime(2026, 10, 25, 1, 0, tzinfo=UTC),  # the hour that comes twice
            datetime(2026, 8, 31, 9, 0, tzinfo=UTC),  # a bank holiday
            datetime(2026, 9, 1, 6, 58, tzinfo=UTC),  # the Tuesday after it
            datetime(2026, 12, 25, 23, 59, tzinfo=UTC),
            datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
            datetime(2026, 11, 21, 3, 0, tzinfo=UTC),  # a Saturday night
        ]
    ),
    size=st.sampled_from([1, 2, 25, 60]),
    seed=st.integers(0, 3),
)
def test_any_moment_and_any_size_gives_a_whole_practice(at: datetime, size: int, seed: int) -> None:
    practice = Practice(seed, at, size)
    trees = list(practice.trees())
    assert sum(tree["resourceType"] == "Patient" for tree in trees) == size
    known = {f"{tree['resourceType']}/{tree['id']}" for tree in trees}
    assert len(known) == len(trees)
    now = at.isoformat()
    for tree in trees[:: max(1, len(trees) // 400)]:
        assert fhirkit.validate(tree) == []
        assert all(reference in known for reference in references(tree))
        for written in ("authoredOn", "sent", "created"):
            assert str(tree.get(written, ""))[:19] <= now[:19]
