"""Messages and the threads they stand in (FHIR Communication).

Source: docs/contract.md 3 (Communication), 8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from contract import systems
from contract.codes import MessageCategory
from contract.reply_window import ReplyWindow, window_of
from reception.records.record import Record
from reception.records.tree import (
    Tree,
    code_of,
    concept,
    each,
    id_in,
    identifier_of,
    maps,
    moment,
    text_at,
    wire_time,
)


@dataclass(frozen=True)
class Attachment:
    """One file of a message, as the message names it; what it is, its bytes say.

    Attributes:
        reference: `Binary/x`.
        title: its name; may be empty, and may say anything.
        kind: the media type it is said to have.
        size: its bytes, or 0 where that is not said.
    """

    reference: str
    title: str
    kind: str
    size: int = 0


class Message(Record, frozen=True, eq=False, kw_only=True):
    """A thread header (no `header_id`) or one message of a thread."""

    resource_type: ClassVar[str] = "Communication"

    header_id: str
    category: str
    topic: str
    patient_id: str
    patient_name: str
    sender: str
    sender_name: str
    status: str
    sent: datetime | None
    received: datetime | None
    text: str
    attachments: tuple[str, ...]
    """References of what is attached (`Binary/x`)."""
    files: tuple[Attachment, ...]
    """The same, with what the message says of each."""
    window: ReplyWindow | None
    """How long the patient may answer; None where the message does not say."""
    reason: str
    """Why it was not delivered."""
    message_key: str

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        return {
            "header_id": next(
                (i for p in each(tree, "partOf") if (i := id_in(p, "Communication"))), ""
            ),
            "category": code_of(tree.get("category"), systems.MESSAGE_CATEGORY)
            or MessageCategory.PATIENT,
            "topic": text_at(tree, "topic", "text"),
            "patient_id": id_in(tree.get("subject"), "Patient"),
            "patient_name": text_at(tree, "subject", "display"),
            "sender": text_at(tree, "sender", "reference"),
            "sender_name": text_at(tree, "sender", "display"),
            "status": text_at(tree, "status"),
            "sent": moment(tree.get("sent")),
            "received": moment(tree.get("received")),
            "text": "\n".join(
                str(p["contentString"]) for p in maps(tree, "payload") if "contentString" in p
            ),
            "attachments": tuple(
                url
                for p in each(tree, "payload")
                if (url := text_at(p, "contentAttachment", "url"))
            ),
            "files": tuple(
                Attachment(
                    _bare(url),
                    text_at(given, "title"),
                    text_at(given, "contentType"),
                    size if isinstance(size := given.get("size"), int) else 0,
                )
                for given in maps(tree, "payload", "contentAttachment")
                if (url := text_at(given, "url"))
            ),
            "window": window_of(code_of(tree.get("category"), systems.REPLY_WINDOW)),
            "reason": text_at(tree, "statusReason", "text"),
            "message_key": identifier_of(tree, systems.MESSAGE_KEY),
        }

    @property
    def is_header(self) -> bool:
        """Whether it opens a thread rather than standing in one."""
        return not self.header_id

    @property
    def is_internal(self) -> bool:
        """For colleagues only; a patient can never read it."""
        return self.category == MessageCategory.INTERNAL

    @property
    def from_patient(self) -> bool:
        """Whether the patient, or somebody for them, wrote it."""
        return self.sender.startswith(("Patient/", "RelatedPerson/"))

    @property
    def failed(self) -> bool:
        """Whether it did not reach the patient."""
        return self.status == "not-done"


def new_message(
    *,
    key: str,
    header_id: str,
    patient_id: str,
    patient_name: str,
    sender: str,
    sender_name: str,
    text: str,
    now: datetime,
    category: MessageCategory = MessageCategory.PATIENT,
    in_response_to: str = "",
    window: ReplyWindow | None = None,
    files: Sequence[Attachment] = (),
) -> Tree:
    """One message into the thread *header_id*, as it is posted; *key* is the message-key (UUID)."""
    patient = {"reference": f"Patient/{patient_id}"}
    if patient_name:
        patient["display"] = patient_name
    tree: Tree = {
        "resourceType": "Communication",
        "identifier": [{"system": systems.MESSAGE_KEY, "value": key}],
        "partOf": [{"reference": f"Communication/{header_id}"}],
        "status": "in-progress",
        "category": [concept(systems.MESSAGE_CATEGORY, category)],
        "subject": patient,
        "sent": wire_time(now),
        "sender": {"reference": sender, "display": sender_name},
        "payload": [
            *([{"contentString": text}] if text else []),
            *({"contentAttachment": _named(file)} for file in files),
        ],
    }
    if window is not None:
        tree["category"].append(concept(systems.REPLY_WINDOW, window.code))
    if category is MessageCategory.PATIENT:
        tree["recipient"] = [patient]
    if in_response_to:
        tree["inResponseTo"] = [{"reference": f"Communication/{in_response_to}"}]
    return tree


def _named(file: Attachment) -> Tree:
    return {
        "contentType": file.kind,
        "url": file.reference,
        "size": file.size,
        "title": file.title,
    }


def _bare(url: str) -> str:
    """*url* as `Binary/x`."""
    return "/".join(url.split("/_history/", 1)[0].split("/")[-2:])
