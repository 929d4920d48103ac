"""Systems of codes and identifiers, and the extensions, as they stand on the wire.

Source: docs/contract.md 2.
"""

from typing import Final

CANONICAL: Final = "https://reception.example/fhir"
"""`L` of the contract: the root of everything that is local to Reception."""

# Identifiers
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_ORGANIZATION: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
ODS_SITE: Final = "https://fhir.nhs.uk/Id/ods-site-code"
SDS_USER: Final = "https://fhir.nhs.uk/Id/sds-user-id"
SDS_ROLE_PROFILE: Final = "https://fhir.nhs.uk/Id/sds-role-profile-id"
BOOKING_KEY: Final = f"{CANONICAL}/Id/booking-key"
REQUEST_KEY: Final = f"{CANONICAL}/Id/request-key"
MESSAGE_KEY: Final = f"{CANONICAL}/Id/message-key"
SLOT_KEY: Final = f"{CANONICAL}/Id/slot-key"
SESSION_KEY: Final = f"{CANONICAL}/Id/session-key"
TEMPLATE_KEY: Final = f"{CANONICAL}/Id/template-key"
HOLD: Final = f"{CANONICAL}/Id/hold"
ORDER: Final = f"{CANONICAL}/Id/order"
PRACTICE_DOCUMENT: Final = f"{CANONICAL}/Id/practice-document"
UUID_URN: Final = "https://tools.ietf.org/html/rfc4122"

# Code systems
BOOKING_ACCESS: Final = f"{CANONICAL}/CodeSystem/booking-access"
SLOT_TYPE: Final = f"{CANONICAL}/CodeSystem/slot-type"
REQUEST_TYPE: Final = f"{CANONICAL}/CodeSystem/request-type"
REQUEST_STATE: Final = f"{CANONICAL}/CodeSystem/request-state"
REQUEST_OUTCOME: Final = f"{CANONICAL}/CodeSystem/request-outcome"
REQUEST_INPUT: Final = f"{CANONICAL}/CodeSystem/request-input"
REQUEST_REJECT: Final = f"{CANONICAL}/CodeSystem/request-reject"
RECEPTION_MARK: Final = f"{CANONICAL}/CodeSystem/reception-mark"
RECEPTION_FLAG: Final = f"{CANONICAL}/CodeSystem/reception-flag"
ONLINE_SERVICE: Final = f"{CANONICAL}/CodeSystem/online-service"
CANCEL_REASON_LOCAL: Final = f"{CANONICAL}/CodeSystem/cancel-reason"
AUDIT_SUBTYPE: Final = f"{CANONICAL}/CodeSystem/audit-subtype"
MESSAGE_CATEGORY: Final = f"{CANONICAL}/CodeSystem/message-category"
ITEM_CARE: Final = f"{CANONICAL}/CodeSystem/item-care"
SUPPLY_STATE: Final = f"{CANONICAL}/CodeSystem/supply-state"
REPLY_WINDOW: Final = f"{CANONICAL}/CodeSystem/reply-window"
CANCEL_REASON: Final = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
APPOINTMENT_TYPE: Final = "http://terminology.hl7.org/CodeSystem/v2-0276"
PARTICIPATION_TYPE: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PARTICIPATION_MODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
SNOMED: Final = "http://snomed.info/sct"
PRESCRIPTION_ORDERING: Final = (
    "https://fhir.nhs.uk/England/CodeSystem/England-PFSPrescriptionOrderingParameter"
)
ERROR_CODE: Final = "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode"
HTTP_ERROR_CODE: Final = "https://fhir.nhs.uk/Codesystem/http-error-codes"
DELIVERY_CHANNEL: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeliveryChannel"

# Extensions
_UK_CORE: Final = "https://fhir.hl7.org.uk/StructureDefinition"
DELIVERY_CHANNEL_EXTENSION: Final = f"{_UK_CORE}/Extension-UKCore-DeliveryChannel"
BOOKING_ORGANIZATION_EXTENSION: Final = f"{_UK_CORE}/Extension-UKCore-BookingOrganization"
NHS_NUMBER_STATUS_EXTENSION: Final = f"{_UK_CORE}/Extension-UKCore-NHSNumberVerificationStatus"
MARK_EXTENSION: Final = f"{CANONICAL}/StructureDefinition/reception-mark"
"""The one extension of our own: reception-mark on Appointment, 0..*, CodeableConcept."""

# Live updates
_BACKPORT: Final = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
HEARTBEAT_EXTENSION: Final = f"{_BACKPORT}/backport-heartbeat-period"
PAYLOAD_EXTENSION: Final = f"{_BACKPORT}/backport-payload-content"
TOPIC_CAPABILITY_EXTENSION: Final = f"{_BACKPORT}/capabilitystatement-subscriptiontopic-canonical"
TOPIC: Final = f"{CANONICAL}/SubscriptionTopic/practice-changes"

LIVE_TYPES: Final = frozenset(
    {
        "Appointment",
        "Slot",
        "Schedule",
        "Task",
        "Communication",
        "Patient",
        "Flag",
        "Consent",
        "MedicationRequest",
        "Library",
        "HealthcareService",
    }
)
"""Resource types that the topic covers (contract 10.1)."""
