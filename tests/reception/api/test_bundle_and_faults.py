"""Entries as they are posted, and what answers mean."""

import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import systems
from reception.api import bundle
from reception.api.faults import outcome_code, outcome_text, problem_of
from reception.api.settle import condition_params, says_the_same
from reception.records.problem import (
    Busy,
    ChangedElsewhere,
    NotFound,
    Problem,
    Refused,
    Saved,
    SignedOut,
)

APPOINTMENT = {
    "resourceType": "Appointment",
    "identifier": [{"system": systems.BOOKING_KEY, "value": "k1"}],
}


def test_an_update_names_its_version() -> None:
    entry = bundle.put({"resourceType": "Slot", "id": "s1"}, "a-b")
    assert entry["request"] == {"method": "PUT", "url": "Slot/s1", "ifMatch": 'W/"a-b"'}


def test_a_creation_is_conditional_on_its_key() -> None:
    entry = bundle.post(APPOINTMENT, systems.BOOKING_KEY)
    assert entry["request"]["ifNoneExist"] == f"identifier={systems.BOOKING_KEY}|k1"
    assert uuid.UUID(entry["fullUrl"].removeprefix("urn:uuid:"))


def test_a_creation_without_a_key_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="needs an identifier"):
        bundle.post({"resourceType": "Appointment"}, systems.BOOKING_KEY)


def test_a_condition_becomes_search_parameters() -> None:
    condition = bundle.only_if_new(APPOINTMENT, systems.BOOKING_KEY)
    assert condition_params(condition) == [("identifier", f"{systems.BOOKING_KEY}|k1")]


def outcome(**issue: Any) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [issue]}


TAKEN = outcome(
    details={"coding": [{"code": "DUPLICATE_REJECTED"}], "text": "That slot has just been taken."}
)


@pytest.mark.parametrize(
    ("status", "body", "kind", "sentence"),
    [
        (401, None, SignedOut, "signed out"),
        (409, TAKEN, ChangedElsewhere, "That slot has just been taken."),
        (412, TAKEN, ChangedElsewhere, "Somebody changed it first."),
        (412, None, ChangedElsewhere, "Somebody changed it first."),
        (404, None, NotFound, "no such record"),
        (410, outcome(diagnostics="Resource is gone"), NotFound, "Resource is gone"),
        (403, outcome(details={"text": "You may not release slots."}), Refused, "may not release"),
        (422, outcome(diagnostics="HAPI-0389: too long"), Refused, "HAPI-0389"),
        (428, None, Refused, "gave no reason"),
        (429, None, Busy, "too busy"),
        (500, None, Refused, "went wrong at the practice's end"),
        (418, {"resourceType": "Patient"}, Refused, "gave no reason"),
    ],
)
def test_a_status_means_one_problem(
    status: int, body: dict[str, Any] | None, kind: type[Problem], sentence: str
) -> None:
    problem = problem_of(status, body)
    assert type(problem) is kind
    assert sentence in problem.sentence
    assert problem.saved is Saved.NO


def test_the_code_is_kept_whatever_its_system() -> None:
    problem = problem_of(422, TAKEN)
    assert isinstance(problem, Refused)
    assert (problem.code, problem.status) == ("DUPLICATE_REJECTED", 422)


RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["issue", "details", "text", "coding", "code", "diagnostics"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=100)
@given(st.integers(300, 599), st.dictionaries(st.just("issue"), RUBBISH))
def test_no_outcome_is_too_strange(status: int, body: dict[str, Any]) -> None:
    problem = problem_of(status, {"resourceType": "OperationOutcome", **body})
    assert problem.sentence
    assert isinstance(outcome_text(body), str)
    assert isinstance(outcome_code(body), str)


TREE = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=100)
@given(st.dictionaries(st.text(max_size=4), TREE), st.dictionaries(st.text(max_size=4), TREE))
def test_what_was_meant_is_found_in_what_the_service_added_to(
    meant: dict[str, Any], added: dict[str, Any]
) -> None:
    assert says_the_same({**added, **meant, "meta": {"versionId": "2"}}, meant)


def test_another_content_is_not_what_was_meant() -> None:
    meant = {"status": "busy", "identifier": [{"value": "1"}], "meta": {"versionId": "1"}}
    assert not says_the_same({**meant, "status": "free"}, meant)
    assert not says_the_same({**meant, "identifier": []}, meant)
    assert not says_the_same({"status": "busy"}, meant)
    assert not says_the_same({**meant, "identifier": [{"value": "2"}]}, meant)
