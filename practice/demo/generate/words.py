"""What patients write: plain British English, in a hurry, with the mistakes people make."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from contract.codes import RequestType
from practice.demo.generate import phrases
from practice.demo.generate.complaints import Complaint
from practice.demo.generate.people import Person
from practice.demo.generate.reasons import complaint_asked, how_long

MESSAGE_CHARS = 1500
"""No invented message is longer."""
SUBJECT_CHARS = 80


@dataclass(frozen=True, slots=True)
class Said:
    """One message in somebody's words.

    Attributes:
        subject: the thread's subject line.
        text: their words.
        red_flag: a phrase of danger is in it.
        urgent: they mark it urgent on the form.
        emergency: it needs 999, not a form.
        complaint: the reason line behind it, where it is clinical.
    """

    subject: str
    text: str
    red_flag: bool = False
    urgent: bool = False
    emergency: bool = False
    complaint: str = ""


_BLANK = re.compile(r"\{(\w+)\}")


class Writer:
    """Writes in the patients' voices, drawing on one stream of chance."""

    def __init__(self, rng: Random, gp_names: dict[str, str]) -> None:
        self._rng = rng
        self._gp_names = gp_names

    def request(
        self,
        one: Person,
        kind: RequestType,
        *,
        red_flag: bool,
        emergency: bool = False,
        complaint: Complaint | None = None,
    ) -> Said:
        """A new request of *kind* about *one*, because of *complaint* where that is known."""
        makers: dict[RequestType, Callable[[Person], Said]] = {
            RequestType.APPOINTMENT: self._appointment,
            RequestType.CONSULTATION: self._consultation,
            RequestType.ADMIN: self._admin,
            RequestType.RECORDS_ACCESS: self._access,
            RequestType.THREAD: self._thread,
        }
        if emergency:
            return Said(
                "Please help",
                self._finish(self._rng.choice(phrases.EMERGENCIES), one, plain=True),
                True,
                True,
                True,
                "Emergency",
            )
        said = makers[kind](one) if complaint is None else self._clinical(one, complaint, kind)
        return self._flagged(said, one) if red_flag else said

    def reply(self, one: Person) -> str:
        """What a patient answers the practice."""
        return self._finish(self._rng.choice(phrases.REPLIES), one, plain=True)

    def order_note(self, one: Person, *, red_flag: bool) -> str:
        """The free text beside a repeat prescription order."""
        notes = phrases.ORDER_RED_FLAGS if red_flag else phrases.ORDER_NOTES
        return self._finish(self._rng.choice(notes), one, plain=True)

    def by_proxy(self, said: Said, one: Person) -> Said:
        """The same, written by somebody who looks after *one*."""
        who = "my " + self._rng.choice(
            ("daughter", "little girl")
            if one.age < 16 and one.female
            else ("son", "little boy")
            if one.age < 16
            else ("mum", "nan", "wife")
            if one.female
            else ("dad", "grandad", "husband")
        )
        text = f"This is about {who} {one.given[0]}. {said.text}"[:MESSAGE_CHARS]
        return replace(said, text=text)

    def _appointment(self, one: Person) -> Said:
        return self._clinical(one, complaint_asked(self._rng, one), RequestType.APPOINTMENT)

    def _consultation(self, one: Person) -> Said:
        return self._clinical(one, complaint_asked(self._rng, one), RequestType.CONSULTATION)

    def _clinical(self, one: Person, complaint: Complaint, kind: RequestType) -> Said:
        rng = self._rng
        parts = [self._opening(complaint.said, one, how_long(rng, complaint))]
        if parts[0][-1] not in ".?!":
            parts[0] += "."
        if kind is RequestType.CONSULTATION:
            parts += filter(None, rng.sample(phrases.DETAILS, rng.randint(1, 3)))
        if kind is RequestType.APPOINTMENT or rng.random() < 0.6:
            parts.append(rng.choice(phrases.ASKS))
        return Said(
            complaint.reason.rstrip("?"),
            self._finish(" ".join(parts), one),
            urgent=rng.random() < complaint.urgent,
            complaint=complaint.reason,
        )

    def _admin(self, one: Person) -> Said:
        subject, texts = phrases.ADMIN.draw(self._rng)
        return Said(subject, self._finish(self._rng.choice(texts), one))

    def _access(self, one: Person) -> Said:
        subject, text = self._rng.choice(phrases.ACCESS)
        return Said(subject, self._finish(text, one))

    def _thread(self, one: Person) -> Said:
        subject, text = self._rng.choice(phrases.THREADS)
        return Said(subject, self._finish(text, one))

    def _opening(self, said: tuple[str, ...], one: Person, long: str) -> str:
        whose = "my" if one.age >= 12 else ("her" if one.female else "his")
        text = self._rng.choice(said).replace("{d}", long).replace("{w}", whose)
        return text[0].upper() + text[1:]

    def _flagged(self, said: Said, one: Person) -> Said:
        """A phrase of danger, said in passing as people do."""
        rng = self._rng
        phrase = rng.choice(phrases.CHILD_RED_FLAGS if one.age < 6 else phrases.RED_FLAGS)
        join = rng.choice(
            (" Also ", " By the way ", " Forgot to say, ", " I should mention ", " Oh and ")
        )
        text = f"{said.text.rstrip('. ')}.{join}{phrase}."
        urgent = said.urgent or rng.random() < 0.3
        return replace(said, text=text[:MESSAGE_CHARS], red_flag=True, urgent=urgent)

    def _finish(self, text: str, one: Person, *, plain: bool = False) -> str:
        rng = self._rng
        for _ in range(2):  # a filled blank may bring one of its own
            text = _BLANK.sub(lambda found: self._fill(found[1], one), text)
        if not plain:
            greeting, ending = phrases.GREETING.draw(rng), phrases.ENDING.draw(rng)
            if greeting.endswith(", ") and rng.random() < 0.5 and text[1:2].islower():
                text = text[0].lower() + text[1:]
            if ending and text[-1] not in ".?!" and rng.random() < 0.6:
                text += "."
            text = f"{greeting}{text}{ending}"
        return self._as_typed(text)[:MESSAGE_CHARS]

    def _fill(self, what: str, one: Person) -> str:
        rng = self._rng
        if what == "gp":
            return self._gp_names.get(one.gp, "the doctor")
        if what == "day":
            return str(rng.choice((4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 19, 20, 24, 25, 26)))
        if what == "number":
            return str(rng.randint(2, 120))
        if what == "weeks":
            return str(rng.randint(2, 9))
        if what == "bp":
            return f"{rng.randint(124, 172)}/{rng.randint(70, 99)}"
        return rng.choice(phrases.FILL[what])

    def _as_typed(self, text: str) -> str:
        """With the slips of a thumb: no capitals, lost apostrophes, misspelt words."""
        rng = self._rng
        style = rng.random()
        if style < 0.18:
            text = text.lower()
        elif style < 0.21:
            text = text.upper()
        if rng.random() < 0.35:
            text = text.replace("'", "")
        if rng.random() < 0.3:
            for right, wrong in phrases.SLIPS.items():
                if right in text and rng.random() < 0.7:
                    text = text.replace(right, wrong, 1)
        if rng.random() < 0.1:
            text = text.replace(". ", " ")
        return text
