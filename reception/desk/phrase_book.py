"""The practice's phrases, and how their places are filled in for one patient.

Source: contract.phrases; docs/contract.md 3 (Library).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QObject, Signal, Slot

from contract import documents, phrases
from contract.core_hours import london_day
from contract.phrases import Phrase
from reception.desk.documents import Documents, shipped
from reception.desk.me import Me
from reception.desk.problems import NotPossible
from reception.desk.stores import Stores
from reception.desk.words import clock, day_text
from reception.records import Patient, PracticeDocument
from reception.records import Slot as DiarySlot

NAME = "phrases"
"""Name of the practice document."""
_NOBODY = "your clinician"


class PhraseBook(QObject):
    """What the practice says to patients; what ships with the program until it says otherwise.

    Args:
        documents: the practice's documents.
        stores: the practice's name.
        me: who writes.
        parent: the Qt parent.
    """

    changed = Signal()

    def __init__(
        self, documents: Documents, stores: Stores, me: Me, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._documents, self._stores, self._me = documents, stores, me
        self._text = ""
        self._phrases: tuple[Phrase, ...] = ()
        self._problem = ""
        documents.changed.connect(self._on_document_changed)

    @property
    def all(self) -> tuple[Phrase, ...]:
        """Every phrase in the practice's own order."""
        self._read()
        return self._phrases

    @property
    def problem(self) -> str:
        """A sentence where the practice's own phrases cannot be read; those that ship are used."""
        self._read()
        return self._problem

    @property
    def held(self) -> PracticeDocument | None:
        """The version that an editor begins with; None: nobody has changed anything yet."""
        return self._documents.held(NAME)

    def for_use(self, use: str) -> list[Phrase]:
        """The phrases of an outcome's code or of `offer`, the one to begin with first.

        Where the practice has taken away all of them, those that ship stand in: whoever ends a
        request must not face an empty page.
        """
        return [p for p in self.all if p.use == use] or [p for p in _shipped() if p.use == use]

    def for_any_message(self) -> list[Phrase]:
        """The phrases that belong to no ending."""
        return [phrase for phrase in self.all if not phrase.use]

    def filled(self, phrase: Phrase, values: Mapping[str, str]) -> str:
        """The words of *phrase* with its places filled in."""
        return phrases.filled(phrase.text, values)

    def values(self, patient: Patient) -> dict[str, str]:
        """What fills the places of any message to *patient*."""
        practice = next(iter(self._stores.organizations), None)
        given = patient.given.split()
        return {
            "first name": given[0] if given else patient.name,
            "name": f"{given[0]} {patient.family}" if given else patient.family,
            "practice": practice.name if practice is not None else "the practice",
            "my name": self._me.display,
        }

    def values_for(self, patient: Patient, slot: DiarySlot, clinician: str) -> dict[str, str]:
        """What fills the places of a message about an appointment of *patient* in *slot*."""
        return {
            **self.values(patient),
            "clinician": clinician or _NOBODY,
            "day": day_text(london_day(slot.start)),
            "time": clock(slot.start),
            "type": slot.type_text or "appointment",
        }

    def values_of_offer(
        self,
        patient: Patient,
        slots: Iterable[tuple[DiarySlot, str]],
        until: datetime,
    ) -> dict[str, str]:
        """What fills the places of an offer of *slots*, each with its clinician, until *until*."""
        lines = [
            f"- {day_text(london_day(slot.start))} at {clock(slot.start)}"
            f"{f' with {clinician}' if clinician else ''}"
            f"{f' ({slot.type_text})' if slot.type_text else ''}"
            for slot, clinician in slots
        ]
        ends = f"{clock(until)} on {day_text(london_day(until))}"
        return {**self.values(patient), "times": "\n".join(lines), "until": ends}

    async def save(self, found: Sequence[Phrase], *, on: PracticeDocument | None = None) -> None:
        """Put *found* in force for everybody, in this order.

        Raises:
            NotPossible: a phrase could not be used; the sentence names it.
            ChangedElsewhere: somebody has changed them since *on*.
            Problem: refused for want of the right, or out of reach.
        """
        try:
            phrases.check(found)
        except ValueError as fault:
            raise NotPossible(f"Not saved. {fault}") from None
        await self._documents.save(NAME, phrases.written(found), on=on)

    async def use_shipped(self) -> None:
        """Put back the phrases that ship with the program."""
        await self._documents.use_shipped(NAME)

    @Slot(str)
    def _on_document_changed(self, name: str) -> None:
        if name == NAME:
            self.changed.emit()

    def _read(self) -> None:
        text = self._documents.text(NAME)
        if text == self._text and self._phrases:
            return
        self._text, self._problem = text, ""
        try:
            self._phrases = phrases.read(documents.read(NAME, text))
        except ValueError as fault:
            self._phrases = _shipped()
            self._problem = (
                f"The practice's own phrases cannot be read, so others stand in. {fault}"
            )


def unfilled(text: str) -> str:
    """A sentence about places in *text* that nothing was known for; empty where there is none."""
    places = [f"{{{place}}}" for place in phrases.places_in(text)]
    known = {*phrases.ANYWHERE, *phrases.IN_BOOKINGS, *phrases.IN_OFFERS}
    left = [place for place in places if place[1:-1] in known]
    return f"Fill in {', '.join(left)} first: nothing is known for it here." if left else ""


def _shipped() -> tuple[Phrase, ...]:
    return phrases.read(documents.read(NAME, shipped(NAME)))
