"""What a request for scopes comes to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codes import Role
from practice.identity import scopes
from practice.rules.caller import Caller

STAFF = [role for role in Role if role is not Role.PATIENT]
CONTRACT_STAFF = [
    *("openid", "fhirUser", "offline_access"),
    *("user/Appointment.crus", "user/Slot.crus", "user/Schedule.crus", "user/Task.crus"),
    *("user/Communication.crus", "user/Consent.crus", "user/Patient.rs", "user/Practitioner.rs"),
    *("user/Location.rs", "user/Organization.rs", "user/CareTeam.rs", "user/MedicationRequest.rs"),
    *("user/Flag.crus", "user/Binary.cr", "user/Provenance.c", "user/Subscription.cruds"),
]
CONTRACT_PATIENT = [
    *("openid", "fhirUser", "launch/patient", "offline_access"),
    *("patient/Slot.rs", "patient/Schedule.rs", "patient/Practitioner.rs"),
    *("patient/Appointment.crus", "patient/Task.crus", "patient/Communication.crus"),
    *("patient/MedicationRequest.rs", "patient/Binary.cr", "patient/Patient.r"),
]
TYPES = ["Patient", "Slot", "AuditEvent", "Condition", "Task", "MedicationRequest", "X", "*"]
SCOPES = st.one_of(
    st.builds(
        "{}/{}.{}".format,
        st.sampled_from(["user", "patient", "system", ""]),
        st.sampled_from(TYPES),
        st.text("crudsx", max_size=6),
    ),
    st.sampled_from(["openid", "fhirUser", "offline_access", "launch/patient", "launch", ""]),
    st.text(max_size=12),
)


def caller(role: Role, granted: list[str]) -> Caller:
    return Caller(
        "u", role, "X/1", "U", "c", frozenset(granted), "p" if role is Role.PATIENT else None
    )


@pytest.mark.parametrize("role", STAFF)
def test_staff_get_what_the_contract_says(role: Role) -> None:
    assert scopes.grant(CONTRACT_STAFF, role) == CONTRACT_STAFF


def test_patients_get_what_the_contract_says() -> None:
    assert scopes.grant(CONTRACT_PATIENT, Role.PATIENT) == CONTRACT_PATIENT


def test_only_clinical_roles_and_managers_read_the_record() -> None:
    for name in ("Condition", "Observation", "Immunization", "DocumentReference"):
        asked = [f"user/{name}.rs"]
        who = {role for role in STAFF if scopes.grant(asked, role)}
        assert who == {Role.CLINICIAN, Role.PRESCRIBER, Role.MANAGER}
    assert {role for role in Role if scopes.grant(["user/AuditEvent.rs"], role)} == {Role.MANAGER}
    assert all(scopes.grant(["user/AllergyIntolerance.rs"], role) for role in STAFF)


def test_only_prescribers_issue() -> None:
    asked = ["user/MedicationRequest.cruds"]
    assert scopes.grant(asked, Role.PRESCRIBER) == ["user/MedicationRequest.crus"]
    assert scopes.grant(asked, Role.CLINICIAN) == ["user/MedicationRequest.rs"]


def test_a_wildcard_becomes_the_types_it_covers() -> None:
    granted = scopes.grant(["user/*.s"], Role.RECEPTIONIST)
    assert "user/Appointment.s" in granted
    assert "user/Condition.s" not in granted
    assert "user/Provenance.s" not in granted
    assert not any("*" in scope for scope in granted)


def test_nobody_deletes_but_subscriptions() -> None:
    for role in Role:
        deleting = [s for s in scopes.allowed(role) if "/" in s and "d" in s.partition(".")[2]]
        assert deleting == ([] if role is Role.PATIENT else ["user/Subscription.cruds"])


@settings(max_examples=100)
@given(st.lists(SCOPES, max_size=8), st.sampled_from(list(Role)))
def test_nothing_is_granted_that_was_not_asked_for_and_allowed(
    asked: list[str], role: Role
) -> None:
    granted = scopes.grant(asked, role)
    assert len(set(granted)) == len(granted)
    assert scopes.grant(granted, role) == granted
    most = caller(role, sorted(scopes.allowed(role)))
    wanted = caller(role, asked)
    got = caller(role, granted)
    for name in ("Patient", "Slot", "AuditEvent", "Condition", "Task", "MedicationRequest"):
        for letter in "cruds":
            if got.may(name, letter):
                assert most.may(name, letter)
                assert wanted.may(name, letter)
    for scope in granted:
        assert "/" in scope or scope in asked


@pytest.mark.parametrize("role", list(Role))
def test_all_that_is_allowed_can_be_granted(role: Role) -> None:
    assert set(scopes.grant(sorted(scopes.allowed(role)), role)) == scopes.allowed(role)
    assert scopes.allowed(role) <= set(scopes.every())
