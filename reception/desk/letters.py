"""What somebody decided to tell a patient beside a move or a cancellation, until it has gone.

It is on the disk before the act is sent, so that a killed client loses neither, and goes under
one key, so that a patient never gets it twice.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import QObject, Signal

from contract.systems import MESSAGE_KEY
from reception.desk.drafts import Drafts
from reception.desk.mailing import Mailing, message_key
from reception.desk.moving import MovePreview
from reception.desk.problems import NotPossible
from reception.desk.workbench import Workbench
from reception.records import Appointment, Patient
from reception.records.problem import Problem, Saved

PREFIX = "letter|"
"""Begins the key of a draft that is one of these."""
TOPIC = "Your appointment"


@dataclass(frozen=True)
class Letter:
    """One message.

    Attributes:
        id: a UUID; the message-key it goes under.
        patient_id: whom it is for.
        patient_name: who that is.
        words: what they read.
        about: id of the appointment it tells of; empty: of none that is known by now.
        slots: ids of the slots where that stands if the words are true; none: it is cancelled.
    """

    id: str
    patient_id: str
    patient_name: str
    words: str
    about: str = ""
    slots: tuple[str, ...] = ()

    @classmethod
    def of_move(cls, preview: MovePreview, words: str, *, anew: bool = False) -> "Letter":
        """What to write of a move; *anew*: what is moved stays cancelled, another is booked."""
        held = preview.appointment
        about = "" if anew else held.id
        slots = preview.slot_ids
        return cls(str(uuid.uuid4()), held.patient_id, held.patient_name, words, about, slots)

    @classmethod
    def of_cancelling(cls, held: Appointment, words: str) -> "Letter":
        """What to write of a cancellation."""
        return cls(str(uuid.uuid4()), held.patient_id, held.patient_name, words, held.id)


class Letters(QObject):
    """Keeps them, sends them, and knows which wait.

    Args:
        bench: what every verb works with.
        drafts: where they are kept.
        mailing: writes to patients.
        parent: the Qt parent.
    """

    changed = Signal()  # others wait than before

    def __init__(
        self, bench: Workbench, drafts: Drafts, mailing: Mailing, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bench, self._drafts, self._mailing = bench, drafts, mailing
        self._busy: set[str] = set()
        self._has_told = False
        self._sending: dict[str, asyncio.Lock] = {}

    @property
    def waiting(self) -> list[Letter]:
        """Those that have not gone and are not just going, those of earlier runs too."""
        keys = [key for key in self._drafts.keys() if key.startswith(PREFIX)]  # noqa: SIM118 - no dict
        kept = map(self._read, keys)
        found = [letter for letter in kept if letter is not None and letter.id not in self._busy]
        return sorted(found, key=lambda letter: (letter.patient_name, letter.id))

    @asynccontextmanager
    async def beside(self, letters: Iterable[Letter]) -> AsyncIterator[None]:
        """Keep *letters* before an act; they are forgotten where it is known that it failed."""
        kept = list(letters)
        for letter in kept:
            self._busy.add(letter.id)
            self._drafts.keep(PREFIX + letter.id, msgspec.json.encode(letter).decode())
        if kept:
            await self._drafts.flushed()
        try:
            yield
        except Problem as problem:
            for letter in kept if problem.saved is not Saved.UNKNOWN else ():
                self._drafts.drop(PREFIX + letter.id)
            raise
        finally:
            self._busy.difference_update(letter.id for letter in kept)

    async def send(self, letter: Letter) -> None:
        """Send it; one that has gone already is only forgotten.

        Raises:
            NotPossible: the appointment is not where the words say; it is kept.
            Problem: it could not be sent; it is kept.
        """
        async with self._sending.setdefault(letter.id, asyncio.Lock()):
            self._busy.add(letter.id)
            try:
                if self._read(PREFIX + letter.id) is not None:
                    if not await self._has_gone(letter):
                        await self._must_be_true(letter)
                        patient = await self._patient(letter.patient_id)
                        await self._mailing.write(patient, TOPIC, letter.words, key=letter.id)
                    self._drafts.drop(PREFIX + letter.id)
            finally:
                self._busy.discard(letter.id)
                self.changed.emit()

    async def look(self) -> None:
        """Forget those of an earlier run that had gone when it ended; tell once of the others.

        Raises:
            Problem: the practice cannot be reached.
        """
        for letter in self.waiting:
            if await self._has_gone(letter):
                self._drafts.drop(PREFIX + letter.id)
        self.changed.emit()
        left = len(self.waiting)
        if left and not self._has_told:
            what = (
                "A message to a patient was" if left == 1 else f"{left} messages to patients were"
            )
            self._bench.undos.tell(f"{what} not sent: see under the board.")
        self._has_told = True

    def throw_away(self, letter: Letter) -> None:
        """Do not send it; that can be undone."""
        self._drafts.drop(PREFIX + letter.id)

        async def take_back() -> str:
            self._drafts.keep(PREFIX + letter.id, msgspec.json.encode(letter).decode())
            self.changed.emit()
            return f"The message to {letter.patient_name or 'the patient'} waits again."

        name = letter.patient_name or "the patient"
        self._bench.undos.tell(f"The message to {name} is thrown away.", take_back)
        self.changed.emit()

    def _read(self, key: str) -> Letter | None:
        text = self._drafts.text(key)
        try:
            return msgspec.json.decode(text, type=Letter) if text else None
        except msgspec.MsgspecError:  # of another version of the program
            return None

    async def _has_gone(self, letter: Letter) -> bool:
        key = f"{MESSAGE_KEY}|{message_key(uuid.UUID(letter.id), letter.patient_id)}"
        return bool(await self._bench.wire.search("Communication", [("identifier", key)]))

    async def _must_be_true(self, letter: Letter) -> None:
        if not letter.about:
            return
        tree = await self._bench.wire.read("Appointment", letter.about)
        held = Appointment.from_tree(tree)
        ended = held.status in ("cancelled", "entered-in-error")
        if ended != (not letter.slots) or (letter.slots and held.slot_ids != letter.slots):
            name = letter.patient_name or "the patient"
            raise NotPossible(
                f"The appointment of {name} is not as the message says: look at it first, then "
                "write anew or throw this one away."
            )

    async def _patient(self, patient_id: str) -> Patient:
        held = self._bench.stores.patients.get(patient_id)
        if held is None:
            held = Patient.from_tree(await self._bench.wire.read("Patient", patient_id))
            self._bench.stores.take(held)
        return held
