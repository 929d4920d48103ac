"""Keeps what red flags are read by up to date: the practice's rules, all that patients wrote.

A request is more than its own words: what the patient wrote into its thread since, and what stood
on its form, is read as well, until the practice has answered or somebody on duty has acknowledged.
"""

from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from contract.red_flag_rules import RulesRefused, parse_rules
from reception.api.network import NetworkThread
from reception.api.wire import Wire
from reception.desk.documents import Documents
from reception.desk.practice_time import PracticeTime
from reception.desk.red_flag_reader import Person, Reader
from reception.desk.red_flags import RedFlags
from reception.desk.stores import Stores
from reception.records import Message, Patient, Request, Tree, record_of
from reception.records.acknowledged import acknowledgement_of
from reception.records.problem import Problem
from reception.records.tree import each, id_in, maps

DOCUMENT = "red-flags"
_PAUSE_MS = 150
_AT_ONCE = 50
_DEEPEST = 8

Start = Callable[[Coroutine[Any, Any, object]], None]


class RedFlagWatch(QObject):
    """Feeds *flags*.

    Args:
        flags: what texts are read by.
        wire: asked for the threads and forms of open requests.
        network: the thread on which rules are compiled.
        stores: what is known.
        documents: where the practice keeps its rules.
        time: the practice's time.
        start: runs a coroutine in the background.
        parent: the Qt parent.
    """

    rules_changed = Signal()
    """Other rules are in force, or those the practice has kept cannot be read."""

    def __init__(
        self,
        flags: RedFlags,
        wire: Wire,
        network: NetworkThread,
        stores: Stores,
        documents: Documents,
        time: PracticeTime,
        start: Start,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.flags, self._start = flags, start
        self.problem = ""
        """Why the practice's own rules are not in force; empty where they are."""
        self._wire, self._network, self._stores = wire, network, stores
        self._documents, self._time = documents, time
        self._rules = ""
        self._asked: set[str] = set()
        self._forms: dict[str, str] = {}
        self._told: dict[str, str] = {}
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        stores.patients.added.connect(self._on_patient)
        stores.patients.changed.connect(self._on_patient_changed)
        stores.messages.added.connect(self._on_message)
        stores.messages.changed.connect(self._on_message_changed)
        stores.requests.added.connect(self._on_request)
        stores.requests.changed.connect(self._on_request_changed)
        stores.requests.reset.connect(self._on_reset)
        documents.changed.connect(self._on_document)

    # -- rules

    @Slot(str)
    def _on_document(self, name: str) -> None:
        if name == DOCUMENT:
            self._start(self.take_rules())

    async def compiled(self, rules: str) -> Reader:
        """What reads by *rules*; made on the network thread, since there are many.

        Raises:
            RulesRefused: they are no rules; a sentence that names the line.
        """
        return await self._network.call(_compiled(rules))

    async def take_rules(self) -> None:
        """Read by the practice's rules from now on; broken ones leave those in force."""
        text = self._documents.text(DOCUMENT)
        if text == self._rules:
            return
        self._rules = text
        try:
            reader = await self.compiled(text)
        except RulesRefused as refused:
            self.problem = f"The last good rules are in force. {refused}"
            self.rules_changed.emit()
            return
        if text != self._rules:
            return  # changed again meanwhile
        requests = [request for request in self._stores.requests if request.is_open]
        before = {request.id: self._meaning(request) for request in requests}
        await self.flags.read(requests, reader)
        self.problem = ""
        self.rules_changed.emit()
        for request in requests:
            # Another desk of this program may have put the same rules in force a moment before.
            if self._meaning(request) != before[request.id] or self.flags.found_for(request):
                self._stores.requests.retell(request.id)

    def _meaning(self, request: Request) -> tuple[object, ...]:
        return (
            self.flags.raised_for(request),
            *((flag.family, flag.start, flag.end) for flag in self.flags.found_for(request)),
        )

    # -- threads and forms

    async def learn(self) -> None:
        """Fetch what patients wrote beside the requests that wait for us; each is asked for once.

        Raises:
            Problem: it could not be asked; the next time asks again.
        """
        waiting = [r for r in self._stores.requests if r.waits_for_us]
        threads = {r.thread_id for r in waiting if r.thread_id} - self._asked
        forms = {form: r.id for r in waiting for form in _forms_of(r) if form not in self._asked}
        for some in _batches(threads):
            headers = ",".join(f"Communication/{header}" for header in some)
            params = [("part-of", headers), ("_sort", "sent"), ("_count", "200")]
            trees = await self._wire.search("Communication", params)
            self._asked |= set(some)
            await self._stores.merge(r for tree in trees if (r := record_of(tree)) is not None)
        for some in _batches(forms):
            trees = await self._wire.search("QuestionnaireResponse", [("_id", ",".join(some))])
            self._asked |= set(some)
            for tree in trees:
                request_id = forms.get(str(tree.get("id", "")))
                if request_id:
                    self._forms[request_id] = "\n".join(_answers(tree))
                    self._tell(self._stores.requests.get(request_id))

    @Slot()
    def _on_pause(self) -> None:
        self._start(self._learn())

    async def _learn(self) -> None:
        with suppress(Problem):  # no contact: loading anew asks again
            await self.learn()

    @Slot()
    def ask_again(self) -> None:
        """All has been loaded anew: what was said meanwhile may have been missed."""
        self._asked.clear()
        self._pause.start()

    @Slot()
    def _on_reset(self) -> None:
        self._pause.start()

    @Slot(object)
    def _on_request(self, request: Request) -> None:
        beside = {request.thread_id, *_forms_of(request)} - {""}
        if request.waits_for_us and beside - self._asked and not self._pause.isActive():
            self._pause.start()

    @Slot(object, object)
    def _on_request_changed(self, before: Request, after: Request) -> None:
        if before is not after:
            self._on_request(after)
            self._tell(after)

    @Slot(object)
    def _on_message(self, message: Message) -> None:
        if message.header_id:
            self._tell(self._stores.requests.of_thread(message.header_id))

    @Slot(object, object)
    def _on_message_changed(self, _before: Message, after: Message) -> None:
        self._on_message(after)

    def _tell(self, request: Request | None) -> None:
        if request is None:
            return
        words = self._beside(request)
        self.flags.tell(request.id, words)
        if self._told.get(request.id, "") != words:  # another desk may share what is read by
            self._told[request.id] = words
            self._stores.requests.retell(request.id)

    def _beside(self, request: Request) -> str:
        """What the patient wrote with *request* that is neither answered nor acknowledged."""
        if not request.is_open:
            return ""
        messages = self._stores.messages.in_thread(request.thread_id) if request.thread_id else []
        ours = [m.sent for m in messages if m.sent and not m.from_patient and not m.is_internal]
        seen = acknowledgement_of(request)
        since = max([*ours, *([seen.at] if seen is not None else [])], default=None)
        own = request.description.strip()
        words = [
            m.text
            for m in messages
            if m.from_patient and _is_after(m.sent, since) and m.text.strip() != own
        ]
        form = self._forms.get(request.id, "") if since is None else ""
        return "\n".join(filter(None, [form, *words]))

    # -- people

    @Slot(object)
    def _on_patient(self, patient: Patient) -> None:
        person = Person(_age(patient.born, self._time.today()), patient.gender)
        requests = self._stores.requests.of_patient(patient.id)
        before = [self.flags.found_for(request) for request in requests]
        if not self.flags.meet(patient.id, person):
            return
        for request, was in zip(requests, before, strict=True):
            if self.flags.found_for(request) != was:
                self._stores.requests.retell(request.id)

    @Slot(object, object)
    def _on_patient_changed(self, _before: Patient, after: Patient) -> None:
        self._on_patient(after)


async def _compiled(rules: str) -> Reader:
    return Reader(parse_rules(rules))


def _is_after(sent: datetime | None, since: datetime | None) -> bool:
    return since is None or (sent is not None and sent > since)


def _age(born: date | None, today: date) -> int | None:
    if born is None or born > today:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _batches(ids: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(ids)
    return (ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE))


def _forms_of(request: Request) -> list[str]:
    return [
        form
        for one in maps(request.tree, "input")
        if (form := id_in(one.get("valueReference"), "QuestionnaireResponse"))
    ]


def _answers(tree: Tree, depth: int = 0) -> list[str]:
    """What was answered in words on a form, however deep."""
    told: list[str] = []
    if depth > _DEEPEST:
        return told
    for item in maps(tree, "item"):
        for answer in each(item, "answer"):
            if isinstance(answer, dict):
                told += [v for v in (answer.get("valueString"),) if isinstance(v, str)]
                told += _answers(answer, depth + 1)
        told += _answers(item, depth + 1)
    return told
