"""How requests end: with an outcome, and with words to the patient in the same write.

Source: docs/contract.md 4.3, 7 (Redirect / reject / complete); domain words 2.3.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from contract.codes import Outcome
from contract.systems import MESSAGE_KEY
from reception.api.bundle import Entry, post, put
from reception.desk.post import Post
from reception.desk.problems import NotPossible
from reception.desk.triage import STATES, UNMATCHED_ENDS, Triage
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Patient, Request
from reception.records.problem import Problem


@dataclass(frozen=True)
class Ending:
    """What is to become of one request.

    Attributes:
        request_id: the request.
        patient_id: whose it is; empty while that is not known. It ends only if it still is theirs.
        outcome: what came of it.
        words: what the patient reads; empty: nothing is sent.
        key: message-key of those words (a UUID): the same one when it is sent again.
    """

    request_id: str
    patient_id: str
    outcome: Outcome
    words: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Failure:
    """One request that could not be ended: whose, and why in a sentence."""

    request_id: str
    name: str
    why: str


@dataclass(frozen=True)
class Ended:
    """What came of several endings.

    Attributes:
        done: before and after of each that ended.
        failed: those that could not be ended.
        told: how many patients a message went to.
    """

    done: tuple[tuple[Request, Request], ...]
    failed: tuple[Failure, ...]
    told: int


class Endings:
    """Ends requests, one or many."""

    def __init__(self, bench: Workbench, triage: Triage, letters: Post) -> None:
        self._bench, self._triage, self._post = bench, triage, letters

    async def end(self, ending: Ending) -> Request:
        """End one request; what there is to say goes to the patient in the same write.

        Raises:
            ChangedElsewhere: a colleague has it, or has dealt with it.
            NotPossible: it is not theirs any more, not matched, or there is no thread to write in.
        """
        before, after = await self._end(ending)
        told = ", the patient is told" if ending.words else ""

        async def take_back() -> str:
            sentence = await self._triage.restore(before, after)
            return f"{sentence} {_WAS_TOLD}" if ending.words else sentence

        self._bench.undos.tell(f"{self._who(after)}: done{told}.", take_back)
        return after

    async def end_each(self, endings: Sequence[Ending]) -> Ended:
        """End several, each for itself: one that cannot be ended keeps nobody else waiting.

        There is one notice, and one undo for all of them.
        """
        done: list[tuple[Request, Request]] = []
        failed: list[Failure] = []
        told = 0
        for ending in endings:
            try:
                done.append(await self._end(ending))
                told += bool(ending.words)
            except Problem as problem:
                held = self._bench.stores.requests.newest(ending.request_id)
                name = self._bench.stores.patient_name(held) if held is not None else ""
                failed.append(Failure(ending.request_id, name or "a request", problem.sentence))
        ended = Ended(tuple(done), tuple(failed), told)

        async def take_back() -> str:
            return await self._take_back(ended)

        self._bench.undos.tell(summary(ended), take_back if done else None)
        return ended

    async def has_gone(self, key: str) -> bool:
        """Whether the service has the message of that key."""
        wanted = [("identifier", f"{MESSAGE_KEY}|{key}")]
        return bool(await self._bench.wire.search("Communication", wanted))

    async def patient(self, patient_id: str) -> Patient:
        """The record of a patient; read where it is not known here.

        Raises:
            NotFound: there is none.
        """
        held = self._bench.stores.patients.get(patient_id)
        if held is None:
            held = Patient.from_tree(await self._bench.wire.read("Patient", patient_id))
            self._bench.stores.take(held)
        return held

    async def _end(self, ending: Ending) -> tuple[Request, Request]:
        words = ending.words.strip()
        before: dict[str, Request] = {}

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, ending.request_id)
            _must_be(now, ending, words)
            self._triage.check(latest, now, "completed")
            before["it"] = now
            done = put(now.completed(ending.outcome), now.version)
            if not words:
                return [done]
            return [post(self._post.message(now, words, ending.key), MESSAGE_KEY), done]

        held = self._bench.stores.requests.newest(ending.request_id)
        said = f"{self._who(held)}: done" if held is not None else "Ending a request"
        touching = [f"Task/{ending.request_id}"]
        stored = await self._bench.writer.transact(said, touching, plan)
        after = next(record for record in stored if isinstance(record, Request))
        return before["it"], after

    async def _take_back(self, ended: Ended) -> str:
        kept: list[str] = []
        for before, after in ended.done:
            try:
                await self._triage.restore(before, after)
            except Problem as problem:
                kept.append(f"{self._bench.stores.patient_name(after)}: {problem.sentence}")
        back = len(ended.done) - len(kept)
        parts = [f"{_count(back)} as {'it was' if back == 1 else 'they were'}."]
        if ended.told:
            parts.append(_WERE_TOLD)
        return " ".join([*parts, *kept])

    def _who(self, request: Request) -> str:
        name = self._bench.stores.patient_name(request)
        return f"Request of {name}" if name else "Request"


def can_end(request: Request, outcome: Outcome) -> str:
    """Why *request* cannot end with *outcome*, as a sentence; empty where it can."""
    if not request.is_open:
        return "It has ended already."
    if request.is_unmatched and outcome not in UNMATCHED_ENDS:
        return "Match it to a patient first."
    return ""


def summary(ended: Ended) -> str:
    """What came of several endings, in one or two sentences; every failure by name."""
    parts = []
    if ended.done:
        told = f", {_patients(ended.told)} told" if ended.told else ""
        parts.append(f"{_count(len(ended.done))} done{told}.")
    if ended.failed:
        names = "; ".join(f"{one.name}: {one.why.rstrip('.')}" for one in ended.failed)
        parts.append(f"{_count(len(ended.failed))} not: {names}.")
    return " ".join(parts) or "There was nothing to do."


def _must_be(now: Request, ending: Ending, words: str) -> None:
    if now.patient_id != ending.patient_id:
        raise NotPossible("Not saved: this request is another patient's by now. Open it again.")
    if not now.is_open:
        raise NotPossible(f"Not saved: it is {STATES.get(now.status, now.status)} by now.")
    if why_not := can_end(now, ending.outcome):
        raise NotPossible(why_not)
    if words and now.is_unmatched:
        raise NotPossible("Match it to a patient first.")
    if words and not now.thread_id:
        raise NotPossible("There is no thread to write in. End it without a message.")


def _count(number: int) -> str:
    return "1 request is" if number == 1 else f"{number} requests are"


def _patients(number: int) -> str:
    return "the patient is" if number == 1 else f"{number} patients are"


_WAS_TOLD = "The patient was told of it: write to them."
_WERE_TOLD = "The patients were told of it: write to them."
