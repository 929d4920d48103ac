"""Codes of the local code systems, with the words a receptionist uses for them.

Each enum's value is the code on the wire.

Source: docs/contract.md 2-4; docs/domain words.
"""

from enum import StrEnum


class BookingAccess(StrEnum):
    """Who may take a slot (Slot.serviceCategory)."""

    RECEPTION = "reception"
    ONLINE = "online"
    ON_THE_DAY = "on-the-day"
    GP_CONNECT = "gp-connect"
    NHS111 = "nhs111"


class SlotType(StrEnum):
    """What kind of care a slot is for (Slot.serviceType[0])."""

    GP_ROUTINE = "gp-routine"
    GP_URGENT = "gp-urgent"
    NURSE = "nurse"
    HCA = "hca"
    PHONE_CALL = "phone-call"
    VISIT = "visit"
    PHARMACIST = "pharmacist"
    PHYSIO = "physio"
    BREAK = "break"
    CATCH_UP = "catch-up"


class RequestType(StrEnum):
    """What a patient asked for (Task.code)."""

    APPOINTMENT = "appointment-request"
    CONSULTATION = "online-consultation"
    ADMIN = "admin-query"
    RECORDS_ACCESS = "records-access"
    THREAD = "thread"


REPEAT_RENEWAL = "103742009"
"""SNOMED CT code of Task.code for one item of a repeat prescription order."""


class RequestState(StrEnum):
    """Where a request stands in reception's own words (Task.businessStatus)."""

    NEW = "new"
    UNMATCHED = "unmatched"
    VIEWING = "viewing"
    ASSIGNED = "assigned"
    WITH_PHARMACY = "with-pharmacy"
    WITH_PRESCRIBER = "with-prescriber"
    AWAITING_PATIENT = "awaiting-patient"
    SNOOZED = "snoozed"
    REOPENED = "reopened"
    DELIVERY_FAILED = "delivery-failed"
    OFFER_LAPSED = "offer-lapsed"


class Outcome(StrEnum):
    """How a request ended (Task.output, request-outcome)."""

    BOOKED_FACE_TO_FACE = "booked-face-to-face"
    BOOKED_PHONE = "booked-phone"
    BOOKED_VISIT = "booked-visit"
    ADVICE = "advice-by-message"
    PRESCRIPTION = "prescription"
    FIT_NOTE = "fit-note"
    TEST_OR_REFERRAL = "test-or-referral"
    PHARMACY = "redirected-pharmacy"
    NURSE_OR_PHYSIO = "nurse-or-physio"
    SELF_CARE = "self-care"
    ADMIN_ANSWERED = "admin-answered"
    EMERGENCY_SERVICES = "redirected-emergency"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


class RequestInput(StrEnum):
    """What came or goes with a request (Task.input)."""

    OFFERED_SLOT = "offered-slot"


class Reject(StrEnum):
    """Why a request was rejected (Task.statusReason, request-reject)."""

    NOT_OUR_PATIENT = "not-our-patient"
    DUPLICATE = "duplicate"
    TOO_EARLY = "too-early"
    REVIEW_DUE = "review-due"
    NOT_SUITABLE = "not-suitable"
    OTHER = "other"


class Mark(StrEnum):
    """What is noted on an appointment (the reception-mark extension)."""

    LATE = "late"
    QUIET = "quiet"
    VIA_DESK = "via-desk"
    VIA_PHONE = "via-phone"
    VIA_ONLINE = "via-online"
    VIA_111 = "via-111"
    ATTEMPT_1 = "attempt-1"
    ATTEMPT_2 = "attempt-2"
    ATTEMPT_3 = "attempt-3"


class ReceptionFlag(StrEnum):
    """What reception has to know before speaking to a patient (Flag.code)."""

    QUIET_CALL = "quiet-call"
    ACCESS_NEED = "access-need"


class Channel(StrEnum):
    """How care is given (the UK Core delivery channel)."""

    IN_PERSON = "In-person"
    TELEPHONE = "Telephone"
    VIDEO = "Video"


class CancelReason(StrEnum):
    """Why an appointment was cancelled. The first group is HL7's, the second ours."""

    PATIENT = "pat"
    PRACTICE = "prov"
    OTHER = "other"
    WALKED_OUT = "walked-out"
    MOVED = "moved"
    BOOKED_IN_ERROR = "booked-in-error"


LOCAL_CANCEL_REASONS = frozenset(
    {CancelReason.WALKED_OUT, CancelReason.MOVED, CancelReason.BOOKED_IN_ERROR}
)


class MessageCategory(StrEnum):
    """Who may read a thread (Communication.category)."""

    PATIENT = "patient-practice"
    INTERNAL = "internal"


class OnlineService(StrEnum):
    """What a patient may do online (Consent.provision.action)."""

    APPOINTMENTS = "appointments"
    PRESCRIPTIONS_VIEW = "prescriptions-view"
    PRESCRIPTIONS_MANAGE = "prescriptions-manage"
    MESSAGES = "messages"
    RECORD_SUMMARY = "record-summary"
    RECORD_DETAILED = "record-detailed"
    RECORD_DOCUMENTS = "record-documents"
    RECORD_FULL = "record-full"


class Priority(StrEnum):
    """Task.priority; `stat` is reception's "emergency" and is never lowered by software."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"


class Role(StrEnum):
    """Roles of an account."""

    RECEPTIONIST = "receptionist"
    CLINICIAN = "clinician"
    PRESCRIBER = "prescriber"
    MANAGER = "manager"
    PATIENT = "patient"


class RepeatState(StrEnum):
    """Where one item of a repeat order stands; follows from Task.status and businessStatus."""

    REQUESTED = "requested"
    WITH_PHARMACY = "with-pharmacy"
    WITH_PRESCRIBER = "with-prescriber"
    QUERY = "query"
    BACK = "back"
    """An answer of the patient, or an undo, has brought it back to the practice."""
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class SupplyState(StrEnum):
    """Where an issued prescription stands (MedicationRequest.statusReason of the `order`)."""

    SENT = "sent"
    READY = "ready"
    COLLECTED = "collected"
