"""Repeat orders as the desk sees them: the items that belong together, and how each stands.

Source: docs/contract.md 7; domain words 2.4.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from contract.codes import Priority, RepeatState
from contract.core_hours import london_day
from contract.repeat_words import Told, patient_words
from contract.repeats import OPEN, OrderState, order_state, repeat_state
from contract.special_items import Care
from contract.supply import Supply, pharmacy_of, supply_of
from contract.working_days import working_days
from reception.desk.hours import core_hours
from reception.desk.order import is_asleep, waiting_since
from reception.desk.practice_time import PracticeTime
from reception.desk.stores import Stores
from reception.records import Medicine, Request, Tree
from reception.records.problem import Problem

Search = Callable[[str, list[tuple[str, str]]], Awaitable[list[Tree]]]
_AT_ONCE = 40
_PAUSE_MS = 50
_ROUTINE = Priority.ROUTINE
_PRIORITIES = (Priority.ROUTINE, Priority.URGENT, Priority.ASAP, Priority.STAT)


@dataclass(frozen=True)
class Item:
    """One item of an order.

    Attributes:
        request: its Task.
        plan: what it repeats; None until that is known.
        state: where it stands.
        supply: how the medicine stands today; None until its issues are known.
        words: what the patient reads about it now.
        pharmacy: where it goes, or empty.
        is_overdue: the patient was asked, and the time to answer is over.
    """

    request: Request
    plan: Medicine | None
    state: RepeatState
    supply: Supply | None
    words: str
    pharmacy: str
    is_overdue: bool

    @property
    def id(self) -> str:
        """The id of its Task."""
        return self.request.id

    @property
    def name(self) -> str:
        """Name and strength."""
        known = self.plan.name if self.plan is not None else ""
        return known or self.request.description or "Item not known"

    @property
    def care(self) -> Care | None:
        """Why it is signed by itself; None where it is not."""
        return self.plan.care if self.plan is not None else None

    def is_of(
        self, request: Request, plan: Medicine | None, supply: Supply | None, *, is_overdue: bool
    ) -> bool:
        """Whether it was made of these very copies."""
        return (
            self.request is request
            and self.plan is plan
            and self.supply is supply
            and self.is_overdue == is_overdue
        )

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state in OPEN


@dataclass(frozen=True)
class Order:
    """What one patient ordered at once.

    Attributes:
        key: the order number and the patient; of an item without a number the id of its Task.
        number: the order number, or empty.
        patient_id, patient_name: whose it is.
        items: in the order in which they were ordered; never empty.
        state: where it stands as a whole.
        ordered: when it came.
        waiting_since: since when it waits for the practice.
        age_days: working days since then; 0 once nothing waits.
        priority: the highest of its open items, as the patient's words raise it.
        note: what the patient added.
        modified: when anything of it was changed last.
    """

    key: str
    number: str
    patient_id: str
    patient_name: str
    items: tuple[Item, ...]
    state: OrderState
    ordered: datetime
    waiting_since: datetime
    age_days: int
    priority: Priority
    note: str
    modified: datetime

    @cached_property
    def open_items(self) -> tuple[Item, ...]:
        """Those that still wait for somebody."""
        return tuple(item for item in self.items if item.is_open)

    @cached_property
    def is_open(self) -> bool:
        """Whether anything of it still waits."""
        return any(item.is_open for item in self.items)

    @cached_property
    def is_emergency(self) -> bool:
        """Whether somebody, or the patient's own words, said so."""
        return self.priority is Priority.STAT

    @cached_property
    def is_urgent(self) -> bool:
        """Whether it has to be dealt with today."""
        return self.priority is not Priority.ROUTINE

    @cached_property
    def is_back(self) -> bool:
        """Whether something came back: an answer, or no answer in time."""
        return any(i.state is RepeatState.BACK or i.is_overdue for i in self.items)

    @cached_property
    def is_asleep(self) -> bool:
        """Whether all that is open waits for the patient."""
        return self.is_open and all(
            i.state is RepeatState.QUERY and not i.is_overdue for i in self.open_items
        )

    @cached_property
    def is_too_early(self) -> bool:
        """Whether an open item was ordered too early."""
        return any(i.supply is not None and i.supply.is_too_early for i in self.open_items)

    @cached_property
    def is_review_due(self) -> bool:
        """Whether a review is due for an open item."""
        return any(i.supply is not None and i.supply.is_review_due for i in self.open_items)

    @cached_property
    def runs_out(self) -> date | None:
        """When the first of the open items runs out, as far as it is known."""
        known = (i.supply.runs_out for i in self.open_items if i.supply is not None)
        return min((day for day in known if day is not None), default=None)

    @cached_property
    def pharmacy(self) -> str:
        """Where it goes, or empty."""
        return next((i.pharmacy for i in self.items if i.pharmacy), "")

    def item(self, item_id: str) -> Item | None:
        """The item with that id, if it is one of these."""
        return next((item for item in self.items if item.id == item_id), None)


class RepeatOrders(QObject):
    """Every repeat order that is open, or was finished today.

    Args:
        stores: requests, medicines, patients.
        time: the practice's time.
        search: asks for the medicines of patients (`Wire.search`).
        raised: the priority of a request, as the patient's words raise it.
        start: starts what runs in the background; a Problem there means no contact.
        parent: the Qt parent.
    """

    changed = Signal(object)
    """These orders (a frozenset of keys) are others, new, or gone."""
    reset = Signal()
    """Any of them may be another."""

    def __init__(
        self,
        stores: Stores,
        time: PracticeTime,
        search: Search,
        raised: Callable[[Request], Priority],
        start: Callable[[Any], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._stores, self._time, self._search, self._start = stores, time, search, start
        self._raised = raised
        self._by_key = stores.requests.index(_keys)
        self._known: set[str] = set()
        self._supplies: dict[str, Supply] = {}
        self._items: dict[str, Item] = {}
        self._asking = asyncio.Lock()
        self._fresh: set[str] = set()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        requests, medicines = stores.requests, stores.medicines
        requests.added.connect(self._on_request)
        requests.removed.connect(self._on_request)
        requests.changed.connect(self._on_request_changed)
        requests.reset.connect(self.relearn)
        medicines.added.connect(self._on_medicine)
        medicines.changed.connect(self._on_medicine_changed)
        time.day_changed.connect(self._on_new_day)
        time.minute_passed.connect(self._on_minute)

    def __iter__(self) -> Iterator[Order]:
        keys = {key_of(request) for request in self._stores.requests if request.is_repeat}
        return (order for key in sorted(keys) if (order := self.get(key)) is not None)

    def get(self, key: str) -> Order | None:
        """The order with that key, as it stands now."""
        requests = sorted(self._by_key.of(key), key=lambda r: (r.authored, r.id))
        if not requests:
            return None
        now, first = self._time.now(), requests[0]
        items = tuple(self.item(request) for request in requests)
        waiting = [i for i in items if i.is_open]
        since = min((waiting_since(i.request) for i in waiting), default=first.authored)
        return Order(
            key=key,
            number=first.order,
            patient_id=first.patient_id,
            patient_name=self._stores.patient_name(first),
            items=items,
            state=order_state(item.state for item in items),
            ordered=first.authored,
            waiting_since=since,
            age_days=working_days(since, now, core_hours(self._stores)) if waiting else 0,
            priority=max((self._raised(i.request) for i in waiting), key=_rank, default=_ROUTINE),
            note="\n".join(dict.fromkeys(r.note for r in requests if r.note)),
            modified=max(r.modified for r in requests),
        )

    def item(self, request: Request) -> Item:
        """How the item *request* stands."""
        plan = self._stores.medicines.get(request.medication_id)
        supply = self.supply(plan) if plan is not None else None
        state = repeat_state(request.status, request.state)
        asked = state is RepeatState.QUERY
        is_overdue = asked and not is_asleep(request, self._time.now())
        known = self._items.get(request.id)
        if known is not None and known.is_of(request, plan, supply, is_overdue=is_overdue):
            return known
        made = self._made(request, plan, state, supply, is_overdue=is_overdue)
        if request.id in self._stores.requests:
            self._items[request.id] = made
        return made

    def _made(
        self,
        request: Request,
        plan: Medicine | None,
        state: RepeatState,
        supply: Supply | None,
        *,
        is_overdue: bool,
    ) -> Item:
        pharmacy = pharmacy_of(request.tree, plan.tree if plan is not None else {})
        return Item(
            request=request,
            plan=plan,
            state=state,
            supply=supply,
            words=request.words or patient_words(told_of(request, state, supply, pharmacy)),
            pharmacy=pharmacy,
            is_overdue=is_overdue,
        )

    def supply(self, plan: Medicine) -> Supply | None:
        """How *plan* stands today; None until its patient's issues are known."""
        if plan.patient_id not in self._known:
            return None
        today, known = self._time.today(), self._supplies.get(plan.id)
        if known is None or known.on != today:
            held = self._stores.medicines.of_patient(plan.patient_id)
            known = supply_of(plan.tree, (m.tree for m in held), today)
            self._supplies[plan.id] = known
        return known

    def order_key(self, order: Order) -> tuple[bool, bool, bool, bool, datetime, str]:
        """Sorts orders: emergency, what came back, urgent, longest waiting; asleep last."""
        return (
            not order.is_emergency,
            order.is_asleep,
            not order.is_back,
            not order.is_urgent,
            order.waiting_since,
            order.key,
        )

    def is_known(self, patient_id: str) -> bool:
        """Whether all that was issued to that patient is known."""
        return patient_id in self._known

    async def learn(self) -> None:
        """Ask for the medicines and issues of everybody whose order is held, each once.

        Raises:
            Problem: it could not be asked; the next change asks again.
        """
        async with self._asking:
            wanted = {r.patient_id for r in self._stores.requests if r.is_repeat and r.patient_id}
            unknown = sorted(wanted - self._known)
            for begin in range(0, len(unknown), _AT_ONCE):
                some = unknown[begin : begin + _AT_ONCE]
                named = ",".join(f"Patient/{patient_id}" for patient_id in some)
                trees = await self._search(
                    "MedicationRequest", [("patient", named), ("_count", "200")]
                )
                await self._stores.merge(
                    Medicine.from_tree(t) for t in trees if t.get("id") and _is_medicine(t)
                )
                strangers = [p for p in some if p not in self._stores.patients]
                if strangers:
                    wanted_ids = ",".join(strangers)
                    self._stores.take_trees(await self._search("Patient", [("_id", wanted_ids)]))
                self._known.update(some)
                self._tell(key for p in some for key in self._keys_of(p))

    @Slot()
    def relearn(self) -> None:
        """Ask for all of it again: something may have been missed."""
        self._known.clear()
        self._supplies.clear()
        self._items.clear()
        self.reset.emit()
        self._pause.start()

    def _keys_of(self, patient_id: str) -> set[str]:
        return {key_of(r) for r in self._stores.requests.of_patient(patient_id) if r.is_repeat}

    def _tell(self, keys: Iterable[str]) -> None:
        if fresh := frozenset(keys):
            self.changed.emit(fresh)

    async def _learn(self) -> None:
        try:
            await self.learn()
        except Problem:
            return  # no contact: the next load, or the next order, asks again

    @Slot(object)
    def _on_request(self, request: Request) -> None:
        if request.is_repeat:
            if request.id not in self._stores.requests:
                self._items.pop(request.id, None)
            if request.patient_id not in self._known:
                self._pause.start()
            self._tell([key_of(request)])

    @Slot(object, object)
    def _on_request_changed(self, _before: Request, after: Request) -> None:
        self._on_request(after)

    @Slot(object)
    def _on_medicine(self, medicine: Medicine) -> None:
        for plan in self._stores.medicines.of_patient(medicine.patient_id):
            self._supplies.pop(plan.id, None)
        if medicine.patient_id in self._known:
            self._fresh |= self._keys_of(medicine.patient_id)
            self._pause.start()

    @Slot(object, object)
    def _on_medicine_changed(self, _before: Medicine, after: Medicine) -> None:
        self._on_medicine(after)

    @Slot()
    def _on_pause(self) -> None:
        fresh, self._fresh = self._fresh, set()
        self._tell(fresh)
        self._start(self._learn())

    @Slot()
    def _on_minute(self) -> None:
        """What could not be asked is asked again."""
        if any(r.is_repeat and r.patient_id not in self._known for r in self._stores.requests):
            self._pause.start()

    @Slot(object)
    def _on_new_day(self, _today: object) -> None:
        self.reset.emit()


def key_of(request: Request) -> str:
    """What ties the items of one order together: its number, and whose it is.

    A number alone comes from outside, and must never put two patients on one page.
    """
    return f"{request.order}/{request.patient_id}" if request.order else request.id


def _rank(priority: Priority) -> int:
    return _PRIORITIES.index(priority)


def told_of(
    request: Request, state: RepeatState, supply: Supply | None, pharmacy: str, reason: str = ""
) -> Told:
    """What the words to the patient follow from, for an item in *state* (or about to be)."""
    return Told(
        state=state,
        ordered=london_day(request.authored),
        by=london_day(request.due) if request.due is not None else None,
        decided=london_day(request.modified) if state is RepeatState.APPROVED else None,
        supply=supply if state in OPEN else None,
        reason=reason or request.reason_text,
        pharmacy=pharmacy,
    )


def _keys(request: Request) -> tuple[str, ...]:
    return (key_of(request),) if request.is_repeat else ()


def _is_medicine(tree: Tree) -> bool:
    return tree.get("resourceType") == "MedicationRequest"
