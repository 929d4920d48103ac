"""What came with a request beside its words: the answers of a form, photos; and who was seen last.

Source: docs/contract.md 3 (Task.input), 9; FHIR R4 QuestionnaireResponse.
"""

import asyncio
import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from reception.desk.workbench import Workbench
from reception.records import Appointment, Request, Tree
from reception.records.problem import NotFound, Refused
from reception.records.tree import each, id_in, maps, text_at, wire_time

_SEEN = frozenset({"fulfilled", "arrived", "checked-in", "noshow"})
_BACK = timedelta(days=366)
_DEEPEST = 8
"""Questions within questions are followed this far."""


@dataclass(frozen=True)
class Photo:
    """Something attached to a request.

    Attributes:
        reference: `Binary/x`.
        title: what it is called, or which question it answers.
        kind: its media type, as whoever sent it says.
    """

    reference: str
    title: str
    kind: str


@dataclass(frozen=True)
class Answer:
    """One question of a form and what was answered, in words."""

    question: str
    text: str


@dataclass(frozen=True)
class Item:
    """What belongs to one request of one patient.

    Attributes:
        request_id: the request.
        patient_id: whose it is; empty while that is not known.
        answers: of its forms, in their order.
        photos: with the forms, or beside them.
        last: the patient's last appointment, kept or missed; None if there was none in a year.
    """

    request_id: str
    patient_id: str
    answers: tuple[Answer, ...]
    photos: tuple[Photo, ...]
    last: Appointment | None

    @property
    def words(self) -> str:
        """All answers, for whoever looks for phrases or wishes in them."""
        return "\n".join(f"{answer.question}: {answer.text}" for answer in self.answers)


class Items:
    """Reads what came with requests."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def read(self, request: Request) -> Item:
        """What belongs to *request*; a form that is somebody else's is left out."""
        inputs = [
            str(reference)
            for held in maps(request.tree, "input")
            if (reference := text_at(held, "valueReference", "reference"))
        ]
        trees, last = await asyncio.gather(
            asyncio.gather(*(self._tree(reference) for reference in inputs)),
            self._last(request.patient_id),
        )
        answers: list[Answer] = []
        photos: list[Photo] = []
        for tree in trees:
            if tree is None or not _is_theirs(tree, request.patient_id):
                continue
            if tree.get("resourceType") == "QuestionnaireResponse":
                answers += answers_in(tree)
                photos += photos_in(tree)
            else:
                photos += _document_photos(tree)
        return Item(request.id, request.patient_id, tuple(answers), tuple(photos), last)

    async def picture(self, photo: Photo) -> bytes:
        """The bytes of a photo; empty where they cannot be had.

        Raises:
            Problem: out of reach.
        """
        try:
            tree = await self._bench.wire.read("Binary", photo.reference.rpartition("/")[2])
        except (NotFound, Refused):
            return b""
        try:
            return base64.b64decode(str(tree.get("data", "")), validate=True)
        except (binascii.Error, ValueError):
            return b""

    async def _tree(self, reference: str) -> Tree | None:
        for kind in ("QuestionnaireResponse", "DocumentReference"):
            if found := id_in({"reference": reference}, kind):
                try:
                    return await self._bench.wire.read(kind, found)
                except (NotFound, Refused):
                    return None
        return None

    async def _last(self, patient_id: str) -> Appointment | None:
        if not patient_id:
            return None
        now = self._bench.time.now()
        trees = await self._bench.wire.search(
            "Appointment",
            [
                ("patient", f"Patient/{patient_id}"),
                ("date", f"ge{wire_time(now - _BACK)}"),
                ("date", f"lt{wire_time(now)}"),
            ],
        )
        past = [
            Appointment.from_tree(tree)
            for tree in trees
            if tree.get("resourceType") == "Appointment" and tree.get("status") in _SEEN
        ]
        return max(past, key=lambda a: (a.start, a.id), default=None)


def answers_in(tree: Tree) -> list[Answer]:
    """Every answered question of a QuestionnaireResponse, in its order."""
    found = []
    for item in _items(tree, _DEEPEST):
        texts = [text for answer in maps(item, "answer") if (text := _said(answer))]
        if texts:
            found.append(Answer(_question(item), ", ".join(texts)))
    return found


def photos_in(tree: Tree) -> list[Photo]:
    """Everything attached to the answers of a QuestionnaireResponse."""
    return [
        photo
        for item in _items(tree, _DEEPEST)
        for answer in maps(item, "answer")
        if (photo := _photo(answer.get("valueAttachment"), _question(item))) is not None
    ]


def _items(tree: Tree, deep: int) -> Iterator[Tree]:
    for item in maps(tree, "item"):
        yield item
        if deep:
            yield from _items(item, deep - 1)
            for answer in maps(item, "answer"):
                yield from _items(answer, deep - 1)


def _question(item: Tree) -> str:
    return text_at(item, "text") or text_at(item, "linkId")


def _said(answer: Tree) -> str:  # noqa: PLR0911 - one for each type of answer in R4
    for name, value in answer.items():
        if not name.startswith("value"):
            continue
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, int | float):
            return f"{value:g}"
        if isinstance(value, str):
            return value.strip()
        if name == "valueCoding":
            return text_at(value, "display") or text_at(value, "code")
        if name == "valueQuantity":
            number = value.get("value")
            shown = f"{number:g}" if isinstance(number, int | float) else str(number or "")
            return f"{shown} {text_at(value, 'unit')}".strip()
        if name == "valueReference":
            return text_at(value, "display")
    return ""


def _photo(attachment: object, title: str) -> Photo | None:
    url = text_at(attachment, "url")
    binary = id_in({"reference": url}, "Binary")
    if not binary:
        return None
    named = text_at(attachment, "title") or title or "Attachment"
    return Photo(f"Binary/{binary}", named, text_at(attachment, "contentType"))


def _document_photos(tree: Tree) -> list[Photo]:
    title = text_at(tree, "description")
    return [
        photo
        for attachment in each(tree, "content", "attachment")
        if (photo := _photo(attachment, title)) is not None
    ]


def _is_theirs(tree: Tree, patient_id: str) -> bool:
    """Whether a form is that patient's; before a match nobody's is."""
    subject = id_in(tree.get("subject"), "Patient")
    return not subject or subject == patient_id
