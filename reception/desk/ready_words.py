"""The practice's phrases that stand beside every message, with their places filled in.

They are those of the `phrases` document that belong to no ending of a request; what cannot be read
there is left out, and where nothing can, those that come with the program stand instead.

Source: docs/contract.md 3 (Library).
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from reception.desk.documents import Documents
from reception.desk.me import Me
from reception.desk.stores import Stores
from reception.records import Patient

DOCUMENT = "phrases"
_PLACE = re.compile(r"\{([^{}]*)\}")
_PLACES = frozenset({"first name", "name", "practice", "my name"})
"""Places that are filled for any message; a phrase with another one belongs elsewhere."""


@dataclass(frozen=True)
class ReadyPhrase:
    """One phrase: what it is called, and its words with places like `{first name}`."""

    name: str
    text: str


SHIPPED: Sequence[ReadyPhrase] = tuple(
    ReadyPhrase(name, text)
    for name, text in (
        ("Ring us", "Please ring the practice when you can, and ask for reception. "),
        (
            "More detail",
            "Could you tell us a little more: when did it start, and is it getting worse? ",
        ),
        ("Photo", "Please reply with a clear photo if you can. "),
        ("Ready", "This is ready for you to collect from reception, any weekday 08:00 to 18:30. "),
        ("Pharmacy", "A pharmacist can help with this today without an appointment. "),
        (
            "Safety",
            "If it gets worse, ring us or NHS 111 straight away; in an emergency ring 999. ",
        ),
        ("Thank you", "Thank you for letting us know. We have added this to your record. "),
    )
)


def read_phrases(text: str) -> tuple[ReadyPhrase, ...]:
    """The phrases of a document's *text* that stand beside any message, in its order."""
    try:
        listed = tomllib.loads(text).get("phrase", [])
    except tomllib.TOMLDecodeError:
        return ()
    found = []
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, dict) or one.get("for"):
            continue
        name, words = one.get("name"), one.get("text")
        if not isinstance(name, str) or not isinstance(words, str):
            continue
        if name.strip() and words.strip() and set(_PLACE.findall(words)) <= _PLACES:
            found.append(ReadyPhrase(name.strip(), words.strip()))
    return tuple(found)


class ReadyWords(QObject):
    """The phrases in force, and their words for one patient."""

    changed = Signal()

    def __init__(self, documents: Documents, stores: Stores, me: Me, parent: QObject) -> None:
        super().__init__(parent)
        self._documents, self._stores, self._me = documents, stores, me
        documents.changed.connect(self._on_changed)

    @property
    def all(self) -> Sequence[ReadyPhrase]:
        """Those in force, in the practice's order."""
        return read_phrases(self._documents.text(DOCUMENT)) or SHIPPED

    def filled(self, phrase: ReadyPhrase, patient: Patient | None) -> str:
        """The words of *phrase* for *patient*; what is not known is left out."""
        return f"{self.fill(phrase.text, patient).strip()} "

    def fill(self, text: str, patient: Patient | None) -> str:
        """*text* with its places filled for *patient*; anything else in braces stays as it is."""
        practice = next(iter(self._stores.organizations), None)
        first = patient.given.split() if patient is not None else []
        words = {
            "first name": first[0] if first else "",
            "name": f"{patient.given} {patient.family}".strip() if patient is not None else "",
            "practice": practice.name if practice is not None else "",
            "my name": self._me.display,
        }
        return _PLACE.sub(lambda place: words.get(place[1], place[0]), text)

    @Slot(str)
    def _on_changed(self, name: str) -> None:
        if name == DOCUMENT:
            self.changed.emit()
