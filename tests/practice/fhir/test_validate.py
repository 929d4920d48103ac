"""What no validator of others catches is caught here, element by element."""

import contextlib
from typing import Any

import fhirkit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.fhir.bindings import CODES
from practice.fhir.validate import check
from practice.refusal import Refusal
from tests.practice.fhir.house import appointment, flag, slot, trees

Tree = dict[str, Any]
PATIENT: Tree = {"resourceType": "Patient", "name": [{"family": "Smith"}]}
APPOINTMENT = appointment(1, "k")
ALLERGY: Tree = {
    "resourceType": "AllergyIntolerance",
    "patient": {"reference": "Patient/p1"},
    "clinicalStatus": {"coding": [{"code": "active"}]},
}
CONDITION: Tree = {"resourceType": "Condition", "subject": {"reference": "Patient/p1"}}
TASK: Tree = {"resourceType": "Task", "status": "requested", "intent": "order"}


@pytest.mark.parametrize("tree", [*trees()[:70], APPOINTMENT, flag("k"), slot(1), ALLERGY, TASK])
def test_what_is_right_passes(tree: Tree) -> None:
    check(tree)


def without(tree: Tree, *names: str) -> Tree:
    return {name: value for name, value in tree.items() if name not in names}


@pytest.mark.parametrize(
    ("tree", "expression"),
    [
        ({**APPOINTMENT, "status": "sent-in"}, "Appointment.status"),
        (without(APPOINTMENT, "end"), "Appointment.end"),
        (without(APPOINTMENT, "start", "end"), "Appointment.start"),
        ({**APPOINTMENT, "participant": [{"status": "accepted"}]}, "Appointment.participant"),
        ({**APPOINTMENT, "participant": []}, "Appointment.participant"),
        ({**APPOINTMENT, "cancelationReason": {"text": "x"}}, "Appointment.cancelationReason"),
        (
            {**APPOINTMENT, "participant": [{"actor": {"display": "x"}, "status": "maybe"}]},
            "Appointment.participant.status",
        ),
        ({**slot(1), "end": "2020-01-01T00:00:00Z"}, "Slot.end"),
        ({**flag("k"), "period": {"start": "2026-02", "end": "2026-01"}}, "Flag.period.end"),
        ({**TASK, "priority": "high"}, "Task.priority"),
        ({**TASK, "intent": "wish"}, "Task.intent"),
        (
            {**TASK, "authoredOn": "2026-02-02", "lastModified": "2026-02-01"},
            "Task.lastModified",
        ),
        ({**PATIENT, "gender": "f"}, "Patient.gender"),
        ({**PATIENT, "telecom": [{"system": "mobile", "value": "1"}]}, "Patient.telecom[0].system"),
        ({**PATIENT, "name": [{"use": "pet", "family": "x"}]}, "Patient.name[0].use"),
        ({**PATIENT, "name": [{}]}, "Patient.name[0]"),
        ({**PATIENT, "contact": [{"gender": "male"}]}, "Patient.contact"),
        ({**PATIENT, "extension": [{"url": "http://x.example"}]}, "Patient.extension[0]"),
        (
            {**PATIENT, "text": {"status": "generated", "div": "<div><script>x</script></div>"}},
            "Patient.text.div",
        ),
        (
            {**PATIENT, "text": {"status": "generated", "div": "<div onclick='x'>x</div>"}},
            "Patient.text.div",
        ),
        ({**PATIENT, "id": "a b"}, "Patient.id"),
        (
            {**PATIENT, "contained": [{**PATIENT, "id": "a", "contained": [PATIENT]}]},
            "Patient.contained",
        ),
        (
            {**PATIENT, "contained": [{**APPOINTMENT, "id": "a", "status": "x"}]},
            "Appointment.status",
        ),
        (without(ALLERGY, "clinicalStatus"), "AllergyIntolerance.clinicalStatus"),
        (
            {**ALLERGY, "clinicalStatus": {"coding": [{"code": "often"}]}},
            "AllergyIntolerance.clinicalStatus",
        ),
        (
            {
                **CONDITION,
                "abatementString": "x",
                "clinicalStatus": {"coding": [{"code": "active"}]},
            },
            "Condition.clinicalStatus",
        ),
        (
            {
                "resourceType": "Consent",
                "status": "active",
                "scope": {"text": "x"},
                "category": [{"text": "x"}],
            },
            "Consent.policyRule",
        ),
    ],
)
def test_what_is_wrong_is_refused_at_the_element(tree: Tree, expression: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(tree)
    assert (refused.value.status, refused.value.expression) == (422, expression)
    assert refused.value.text[0] != " "
    assert refused.value.text.endswith((".", ")."))


def test_every_bound_element_is_one_that_r4_has() -> None:
    """The table names no element that fhirkit does not know."""
    assert CODES.keys() <= set(fhirkit.RESOURCE_TYPES)
    for kind, table in CODES.items():
        for path in table:
            tree: Any = "x"
            for name in reversed(path):
                tree = {name: tree}
            problems = fhirkit.validate({"resourceType": kind, **tree})
            assert not [str(p) for p in problems if p.message == "unknown element"], (kind, path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
names = st.sampled_from(["status", "start", "end", "slot", "participant", "identifier", "contained",
                         "text", "extension", "meta", "id"])  # fmt: skip


@given(st.dictionaries(names, json_values, max_size=4))
def test_anything_is_checked_or_refused_never_a_crash(changes: Tree) -> None:
    with contextlib.suppress(Refusal):
        check({**APPOINTMENT, **changes})
