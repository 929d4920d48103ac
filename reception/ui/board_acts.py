"""Which act a key stands for: by telephone, at home and at the desk they differ."""

from collections.abc import Coroutine
from typing import Any

from reception.desk.desk import Desk
from reception.desk.problems import NotPossible, TooFewCalls
from reception.desk.words import who_and_when
from reception.records import Appointment

Verb = Coroutine[Any, Any, object]


class BoardActs:
    """Turns letters into verbs; remembers which call is to be given up before its time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked = ""

    def verb(self, letter: str, held: Appointment) -> Verb:
        """What *letter* does to *held*; upper case is with Shift.

        A call is closed as unanswered before the third only when the key is struck again.
        """
        asked, self._asked = self._asked, ""
        letter = letter if letter in ("S", "N") else letter.lower()
        if letter == "h" or (letter == "d" and held.is_phone):
            return self._no_answer(held, sure=asked == held.id)
        if held.is_visit:
            return self._of_visit(letter, held)
        if letter == "t" or (letter in ("s", "S") and held.is_phone and held.status == "booked"):
            return self._desk.call(held.id)
        if letter == "S":  # the other way than is proposed
            return self._desk.send_in(held.id, quiet=not self._desk.asks_quiet(held.patient_id))
        return self._of_desk(letter, held)

    def _of_desk(self, letter: str, held: Appointment) -> Verb:
        desk = self._desk
        verbs = {
            "a": desk.arrive,
            "s": desk.send_in,
            "l": desk.leave,
            "d": desk.did_not_attend,
            "o": desk.note_late,
            "w": desk.walk_out,
        }
        if letter in verbs:
            return verbs[letter](held.id)
        return _refused(f"{who_and_when(held)} is no home visit.")

    def _of_visit(self, letter: str, held: Appointment) -> Verb:
        if letter in ("v", "l"):
            return self._desk.visit_done(held.id)
        if letter in ("N", "d"):
            return self._desk.visit_missed(held.id)
        return _refused(
            f"{who_and_when(held)} is a home visit: V when they were seen, Shift+N when not."
        )

    async def _no_answer(self, held: Appointment, *, sure: bool) -> None:
        try:
            await self._desk.no_answer(held.id, sure=sure)
        except TooFewCalls:
            self._asked = held.id
            raise


async def _refused(sentence: str) -> None:
    raise NotPossible(sentence)
