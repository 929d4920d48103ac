"""A small practice, as trees."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contract import systems
from practice.clock import instant

ODS = "A99999"
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SLOTS = 60
Tree = dict[str, Any]


def slot(number: int, *, online: bool = True) -> Tree:
    start = AT + timedelta(hours=2, minutes=10 * number)
    access = "online" if online else "reception"
    return {
        "resourceType": "Slot",
        "id": f"s{number}",
        "identifier": [{"system": systems.SLOT_KEY, "value": f"sc1|{number}"}],
        "serviceCategory": [{"coding": [{"system": systems.BOOKING_ACCESS, "code": access}]}],
        "serviceType": [
            {"coding": [{"system": systems.SLOT_TYPE, "code": "gp-routine"}], "text": "Routine GP"}
        ],
        "schedule": {"reference": "Schedule/sc1"},
        "status": "free",
        "start": instant(start),
        "end": instant(start + timedelta(minutes=10)),
    }


def appointment(number: int, key: str, patient: str = "p1") -> Tree:
    held = slot(number)
    return {
        "resourceType": "Appointment",
        "identifier": [{"system": systems.BOOKING_KEY, "value": key}],
        "status": "booked",
        "description": "Knee pain",
        "created": instant(AT),
        "serviceType": held["serviceType"],
        "start": held["start"],
        "end": held["end"],
        "minutesDuration": 10,
        "slot": [{"reference": f"Slot/s{number}"}],
        "participant": [
            {
                "actor": {"reference": f"Patient/{patient}", "display": "SMITH, Jane"},
                "status": "accepted",
            },
            {
                "actor": {"reference": "Practitioner/c1", "display": "Dr N Grant"},
                "status": "accepted",
            },
        ],
    }


def booking(number: int, key: str, version: str = "1") -> Tree:
    """The transaction of contract 5."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "request": {
                    "method": "PUT",
                    "url": f"Slot/s{number}",
                    "ifMatch": f'W/"{version}"',
                },
                "resource": {**slot(number), "status": "busy"},
            },
            {
                "fullUrl": f"urn:uuid:{key}",
                "request": {
                    "method": "POST",
                    "url": "Appointment",
                    "ifNoneExist": f"identifier={systems.BOOKING_KEY}|{key}",
                },
                "resource": appointment(number, key, "p3"),
            },
        ],
    }


def flag(key: str, patient: str = "p1") -> Tree:
    return {
        "resourceType": "Flag",
        "identifier": [{"system": systems.REQUEST_KEY, "value": key}],
        "status": "active",
        "code": {"coding": [{"system": systems.RECEPTION_FLAG, "code": "quiet-call"}]},
        "subject": {"reference": f"Patient/{patient}"},
    }


def trees() -> list[Tree]:
    people: list[Tree] = [
        {
            "resourceType": "Patient",
            "id": f"p{n}",
            "active": True,
            "name": [{"family": "Smith", "given": [f"Jane{n}"]}],
            "birthDate": "1980-02-01",
            "gender": "female",
        }
        for n in range(1, 61)
    ]
    people[0]["identifier"] = [{"system": systems.NHS_NUMBER, "value": "9000000009"}]
    people[1]["name"] = [{"family": "O’Neill-Ångström", "given": ["Zoë"]}]
    people[59]["deceasedDateTime"] = "2026-11-01"
    people[1]["telecom"] = [{"system": "phone", "value": "+44 7700 900123"}]
    people[1]["address"] = [{"line": ["1 High St"], "postalCode": "LS1 4AP"}]
    staff: list[Tree] = [
        {"resourceType": "Practitioner", "id": "c1", "name": [{"family": "Grant"}]},
        {"resourceType": "Practitioner", "id": "c2", "name": [{"family": "Lee"}]},
        {
            "resourceType": "Schedule",
            "id": "sc1",
            "active": True,
            "actor": [{"reference": "Practitioner/c1"}],
            "planningHorizon": {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T19:00:00Z"},
        },
    ]
    consent: Tree = {
        "resourceType": "Consent",
        "id": "consent1",
        "status": "active",
        "scope": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                    "code": "patient-privacy",
                }
            ]
        },
        "category": [{"coding": [{"system": systems.ONLINE_SERVICE, "code": "appointments"}]}],
        "patient": {"reference": "Patient/p1"},
        "policyRule": {"coding": [{"system": systems.ONLINE_SERVICE, "code": "appointments"}]},
        "provision": {
            "type": "permit",
            "action": [
                {"coding": [{"system": systems.ONLINE_SERVICE, "code": code}]}
                for code in ("appointments", "messages")
            ],
        },
    }
    return [*people, *staff, consent, *(slot(n) for n in range(SLOTS))]
