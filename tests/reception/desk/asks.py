"""Patients who ask, over their own interface with their own tokens."""

import uuid
from typing import Any

from contract import systems
from contract.codes import RequestType
from tests.running import RunningPractice, Signed


def ask(
    practice: RunningPractice,
    words: str,
    *,
    number: int = 0,
    kind: RequestType = RequestType.APPOINTMENT,
) -> str:
    """The patient account *number* sends a request; the id of its Task."""
    account = practice.account("patient", number)
    signed, me = practice.as_(account["user"]), account["reference"]
    header, them = f"urn:uuid:{uuid.uuid4()}", {"reference": me}
    category = [_concept(systems.MESSAGE_CATEGORY, "patient-practice")]
    trees: list[tuple[str, str, dict[str, Any]]] = [
        (
            header,
            systems.MESSAGE_KEY,
            {
                "resourceType": "Communication",
                "status": "in-progress",
                "category": category,
                "topic": {"text": "Request"},
                "subject": them,
            },
        ),
        (
            f"urn:uuid:{uuid.uuid4()}",
            systems.MESSAGE_KEY,
            {
                "resourceType": "Communication",
                "status": "in-progress",
                "category": category,
                "partOf": [{"reference": header}],
                "subject": them,
                "sender": them,
                "payload": [{"contentString": words}],
            },
        ),
        (
            f"urn:uuid:{uuid.uuid4()}",
            systems.REQUEST_KEY,
            {
                "resourceType": "Task",
                "status": "requested",
                "intent": "order",
                "code": _concept(systems.REQUEST_TYPE, kind),
                "description": words,
                "focus": {"reference": header},
                "for": them,
                "requester": them,
            },
        ),
    ]
    entries = []
    for full_url, system, tree in trees:
        key = str(uuid.uuid4())
        entries.append(
            {
                "fullUrl": full_url,
                "resource": {**tree, "identifier": [{"system": system, "value": key}]},
                "request": {
                    "method": "POST",
                    "url": tree["resourceType"],
                    "ifNoneExist": f"identifier={system}|{key}",
                },
            }
        )
    answer = signed.post({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200, answer.text
    location = str(answer.json()["entry"][2]["response"]["location"])
    return location.split("Task/")[1].split("/", maxsplit=1)[0]


def write_back(practice: RunningPractice, header_id: str, words: str, *, number: int = 0) -> None:
    """The patient account *number* writes into a thread."""
    account = practice.account("patient", number)
    them = {"reference": account["reference"]}
    answer = practice.as_(account["user"]).post(
        {
            "resourceType": "Communication",
            "identifier": [{"system": systems.MESSAGE_KEY, "value": str(uuid.uuid4())}],
            "status": "in-progress",
            "category": [_concept(systems.MESSAGE_CATEGORY, "patient-practice")],
            "partOf": [{"reference": f"Communication/{header_id}"}],
            "subject": them,
            "sender": them,
            "payload": [{"contentString": words}],
        }
    )
    assert answer.status_code == 201, answer.text


def stored(signed: Signed, reference: str) -> dict[str, Any]:
    """What the service holds."""
    answer = signed.get(reference)
    assert answer.status_code == 200, answer.text
    tree: dict[str, Any] = answer.json()
    return tree


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}
