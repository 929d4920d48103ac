"""Ending several requests at once: what will happen to each, told before it is done.

Only admin requests that nothing speaks against end together: what is clinical, urgent, or has a
phrase in it that may tell of danger is opened and read.

Source: domain words 5, hazard 9; docs/contract.md 7.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contract.codes import Outcome, RequestState, RequestType
from contract.phrases import Phrase
from reception.desk.endings import can_end
from reception.desk.phrase_book import PhraseBook, unfilled
from reception.records import Patient, Request

OUTCOMES = (Outcome.ADMIN_ANSWERED, Outcome.DUPLICATE, Outcome.WITHDRAWN)
"""How several can end together."""


@dataclass(frozen=True)
class Foreseen:
    """What will happen to one request.

    Attributes:
        request: the request.
        name: whose it is, with birth date.
        patient: whose it is; None where that is not known.
        words: what the patient will read; empty: nothing is sent.
        why_not: why nothing will happen to it, as a sentence; empty: it ends.
    """

    request: Request
    name: str
    patient: Patient | None
    words: str
    why_not: str

    @property
    def ends(self) -> bool:
        """Whether it is ended."""
        return not self.why_not


class Foresight:
    """Says what ending several would do to each.

    Args:
        book: the practice's phrases.
        patient_of: the record of a patient by id, as far as known.
        phrases_in: what phrases in a request may mean.
        holder_of: who has it, and whether that is a colleague at this moment.
    """

    def __init__(
        self,
        book: PhraseBook,
        patient_of: Callable[[str], Patient | None],
        phrases_in: Callable[[Request], list[str]],
        holder_of: Callable[[Request], tuple[str, bool]],
    ) -> None:
        self._book, self._patient_of = book, patient_of
        self._phrases_in, self._holder_of = phrases_in, holder_of

    def of(
        self, requests: Iterable[Request], outcome: Outcome, phrase: Phrase | None
    ) -> list[Foreseen]:
        """What becomes of each; without *phrase* nobody is told anything."""
        return [self._one(request, outcome, phrase) for request in requests]

    def _one(self, request: Request, outcome: Outcome, phrase: Phrase | None) -> Foreseen:
        patient = self._patient_of(request.patient_id) if request.patient_id else None
        name = patient.name if patient is not None else request.patient_name or "Name not given"
        born = f", {patient.born_text}" if patient is not None else ""
        words = ""
        if phrase is not None and patient is not None and request.thread_id:
            words = self._book.filled(phrase, self._book.values(patient))
        why_not = self._why_not(request, outcome, patient, words)
        return Foreseen(request, f"{name}{born}", patient, "" if why_not else words, why_not)

    def _why_not(
        self, request: Request, outcome: Outcome, patient: Patient | None, words: str
    ) -> str:
        holder, others = self._holder_of(request)
        found = self._phrases_in(request)
        checks = (
            (can_end(request, outcome), can_end(request, outcome)),
            (request.type_code != RequestType.ADMIN, "Not an admin request: open it."),
            (request.is_urgent, "Urgent: open it."),
            (bool(found), f"A phrase matched ({', '.join(found).lower()}): open it."),
            (others, f"{holder}."),
            (
                request.state == RequestState.DELIVERY_FAILED,
                "A message to them was not delivered: open it.",
            ),
            (
                bool(request.patient_id) and patient is None,
                "Their record has not come yet: try again in a moment.",
            ),
            (unfilled(words), unfilled(words)),
        )
        return next((why for wrong, why in checks if wrong), "")


def summary(foreseen: Iterable[Foreseen]) -> str:
    """`7 end, 6 patients are told; 2 stay as they are`."""
    listed = list(foreseen)
    ends, told = sum(one.ends for one in listed), sum(bool(one.words) for one in listed)
    parts = [f"{ends} {'ends' if ends == 1 else 'end'}"]
    if told:
        parts[0] += f", {told} {'patient is' if told == 1 else 'patients are'} told"
    if stay := len(listed) - ends:
        parts.append(f"{stay} {'stays' if stay == 1 else 'stay'} as {_it(stay)}")
    return "; ".join(parts)


def _it(number: int) -> str:
    return "it is" if number == 1 else "they are"
