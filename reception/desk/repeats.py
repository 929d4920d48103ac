"""What is done with the items of a repeat order: hand on, ask, reject, issue, and take back.

Source: docs/contract.md 4.3, 7; domain words 2.4.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from contract import systems
from contract.codes import MessageCategory, Outcome, Reject, RepeatState, RequestState, Role
from contract.keys import query_key
from contract.moves import repeat_may_move
from contract.repeat_words import patient_words, reject_words
from contract.reply_window import USUAL
from reception.api.bundle import Entry, post, put
from reception.desk.hours import core_hours
from reception.desk.problems import NotPossible
from reception.desk.repeat_orders import Item, Order, RepeatOrders, key_of, told_of
from reception.desk.triage import Triage
from reception.desk.workbench import Workbench, restored
from reception.desk.writer import Latest
from reception.records import Medicine, Message, Request, Tree, new_message, record_of
from reception.records.problem import ChangedElsewhere, Problem
from reception.records.tree import changed, concept, wire_time

NO_RIGHT = "You need the right “Approve repeat prescriptions”; prescribers have it."
"""As the service says it."""
WORDS = {
    RepeatState.REQUESTED: "back with reception",
    RepeatState.WITH_PHARMACY: "with the pharmacy team",
    RepeatState.WITH_PRESCRIBER: "with a prescriber",
    RepeatState.QUERY: "waiting for the patient's answer",
    RepeatState.BACK: "back with us",
    RepeatState.APPROVED: "approved",
    RepeatState.REJECTED: "not approved",
    RepeatState.CANCELLED: "cancelled",
}
_ELEMENTS = ("status", "businessStatus", "statusReason", "owner", "restriction", "output")
_TEAMS = {RepeatState.WITH_PHARMACY: "pharmac", RepeatState.WITH_PRESCRIBER: "prescriber"}
_STATES = {
    RepeatState.WITH_PHARMACY: RequestState.WITH_PHARMACY,
    RepeatState.WITH_PRESCRIBER: RequestState.WITH_PRESCRIBER,
}


@dataclass(frozen=True)
class Signed:
    """What came of signing one item.

    Attributes:
        item_id: which.
        problem: why it was not issued; None where it was.
    """

    item_id: str
    problem: Problem | None


class Repeats:
    """Acts on the items of repeat orders."""

    def __init__(self, bench: Workbench, orders: RepeatOrders, triage: Triage) -> None:
        self._bench, self._orders, self._triage = bench, orders, triage

    @property
    def may_approve(self) -> bool:
        """Whether this user's role carries the right to approve."""
        return self._bench.me.role is Role.PRESCRIBER

    async def hand_on(self, item_ids: Iterable[str], to: RepeatState) -> None:
        """Give items to the pharmacy team, to the prescribers, or back to reception.

        All of them move, or none.
        """

        def make(now: Request) -> Tree:
            if to is RepeatState.REQUESTED:
                return now.handed_back()
            tree = changed(
                now.tree,
                status="in-progress",
                businessStatus=concept(systems.REQUEST_STATE, _STATES[to]),
                owner=self._team(to),
            )
            # The time in it was the patient's to answer; the service says anew when it is due.
            return changed(tree, restriction=None) if now.status == "on-hold" else tree

        await self._all(item_ids, to, make, WORDS[to])

    async def reject(self, item_ids: Iterable[str], why: Reject, text: str) -> None:
        """Refuse items; *text* tells the patient why, and what to do next."""
        if not text.strip():
            raise NotPossible("Write a sentence to the patient: why, and what to do next.")
        if why is Reject.NOT_SUITABLE and not self.may_approve:
            raise NotPossible(NO_RIGHT)
        words = text.strip()
        await self._all(
            item_ids, RepeatState.REJECTED, lambda now: now.rejected(why, words), "not approved"
        )

    async def ask(self, item_ids: Iterable[str], text: str) -> Message:
        """Ask the patient about items of one order; the answer brings them back."""
        words = text.strip()
        if not words:
            raise NotPossible("Write the question first.")
        ids = sorted(set(item_ids))
        order = self._order_of(ids)
        until = USUAL.ends(self._bench.time.now(), core_hours(self._bench.stores))
        me = self._bench.me

        def plan(latest: Latest) -> list[Entry]:
            items = [latest.get(Request, item_id) for item_id in ids]
            for now in items:
                self._check(latest, now, RepeatState.QUERY)
            header_urn = f"urn:uuid:{uuid.uuid4()}"
            message = new_message(
                key=str(uuid.uuid4()),
                header_id="",
                patient_id=order.patient_id,
                patient_name=order.patient_name,
                sender=me.reference,
                sender_name=me.display,
                text=words,
                now=self._bench.time.now(),
            )
            message["partOf"] = [{"reference": header_urn}]
            return [
                post(self._header(order), systems.MESSAGE_KEY, full_url=header_urn),
                post(message, systems.MESSAGE_KEY),
                *(put(now.awaiting_patient(until), now.version) for now in items),
            ]

        said = f"Question to {order.patient_name or 'the patient'}"
        stored = await self._bench.writer.transact(said, [f"Task/{i}" for i in ids], plan)
        self._bench.undos.tell(f"{said} sent.")
        message = stored[1]
        if not isinstance(message, Message):
            raise TypeError("the service answered with something else than a message")
        return message

    async def conversation(self, order: Order) -> list[Message]:
        """What was asked about an order and answered, the oldest first."""
        key = query_key(order.patient_id, order.number, order.items[0].id)
        found = await self._bench.wire.search(
            "Communication", [("identifier", f"{systems.MESSAGE_KEY}|{key}")]
        )
        header = next((record_of(tree) for tree in found), None)
        if header is None:
            return []
        trees = await self._bench.wire.search(
            "Communication",
            [("part-of", header.reference), ("_sort", "sent"), ("_count", "200")],
        )
        records = [record for tree in trees if (record := record_of(tree)) is not None]
        await self._bench.stores.merge([header, *records])
        return self._bench.stores.messages.in_thread(header.id)

    async def sign(self, items: Sequence[Item]) -> list[Signed]:
        """Issue *items* as they were confirmed; one transaction for each order.

        What has changed since fails with its whole order, and is not tried on newer copies: it has
        to be looked at again. Answers for each item what came of it.
        """
        if not self.may_approve:
            raise NotPossible(NO_RIGHT)
        by_order: dict[str, list[Item]] = {}
        for item in items:
            by_order.setdefault(key_of(item.request), []).append(item)
        signed: list[Signed] = []
        issued: list[tuple[Item, Request, str]] = []
        for some in by_order.values():
            try:
                done = await self._issue(some)
            except Problem as problem:
                signed += [Signed(item.id, problem) for item in some]
                continue
            issued += done
            signed += [Signed(item.id, None) for item in some]
        if issued:
            self._tell_signed(issued)
        return signed

    def preview(self, item: Item, to: RepeatState, reason: str = "") -> str:
        """What the patient will read about *item* once it is in the state *to*.

        For an item that is only handed on the dates stay; those of an answer follow from today.
        """
        told = told_of(item.request, to, item.supply, item.pharmacy, reason)
        today = self._bench.time.today()
        if to is RepeatState.QUERY:
            by = USUAL.ends(self._bench.time.now(), core_hours(self._bench.stores)).date()
            return patient_words(replace(told, by=by))
        if to is RepeatState.APPROVED:
            return patient_words(replace(told, decided=today))
        return patient_words(told)

    def reason_words(self, item: Item, why: Reject) -> str:
        """Words to begin a rejection of *item* with."""
        return reject_words(why, item.supply)

    # -- inside

    async def _all(
        self,
        item_ids: Iterable[str],
        to: RepeatState,
        make: Callable[[Request], Tree],
        words: str,
    ) -> None:
        ids = sorted(set(item_ids))
        before: dict[str, Request] = {}

        def plan(latest: Latest) -> list[Entry]:
            entries = []
            for item_id in ids:
                now = latest.get(Request, item_id)
                self._check(latest, now, to)
                before[item_id] = now
                entries.append(put(make(now), now.version))
            return entries

        order = self._order_of(ids)
        what = _names([item for item in order.items if item.id in ids])
        said = f"{what} for {order.patient_name or 'the patient'}: {words}"
        stored = await self._bench.writer.transact(said, [f"Task/{i}" for i in ids], plan)
        after = {r.id: r for r in stored if isinstance(r, Request)}

        async def take_back() -> str:
            await self._restore(before, after)
            return f"{what} for {order.patient_name or 'the patient'}: as before."

        self._bench.undos.tell(f"{said}.", take_back)

    async def _restore(self, before: dict[str, Request], after: dict[str, Request]) -> None:
        def plan(latest: Latest) -> list[Entry]:
            entries = []
            for item_id, was in before.items():
                now = latest.get(Request, item_id)
                if now.status != after[item_id].status or now.owner != after[item_id].owner:
                    raise ChangedElsewhere(
                        "Not undone: somebody has gone on from it.", theirs=now.tree
                    )
                entries.append(put(_back(now, was), now.version))
            return entries

        await self._bench.writer.transact(
            "Undoing a change to an order", [f"Task/{i}" for i in before], plan
        )

    async def _issue(self, items: Sequence[Item]) -> list[tuple[Item, Request, str]]:
        """Issue items of one order; for each its request as stored and the prescription's id."""
        me = self._bench.me

        def plan(latest: Latest) -> list[Entry]:
            entries: list[Entry] = []
            for item in items:
                now = latest.get(Request, item.id)
                self._check(latest, now, RepeatState.APPROVED)
                if item.plan is None:
                    raise NotPossible(f"{item.name}: it is not known what it repeats.")
                medicine = latest.get(Medicine, item.plan.id)
                if now.version != item.request.version or medicine.version != item.plan.version:
                    raise ChangedElsewhere(
                        f"{item.name} has changed since it was confirmed. Nothing of this order "
                        "was issued: look at it again.",
                        theirs=now.tree,
                    )
                urn, key = f"urn:uuid:{uuid.uuid4()}", str(uuid.uuid4())
                order = medicine.issued(key, me.reference, me.display)
                entries.append(post(order, systems.UUID_URN, full_url=urn))
                entries.append(put(now.completed(Outcome.PRESCRIPTION, [urn]), now.version))
            return entries

        who = items[0].request.patient_name or "the patient"
        touching = [f"Task/{item.id}" for item in items]
        touching += [item.plan.reference for item in items if item.plan is not None]
        said = f"{_names(items)} for {who}: issued"
        stored = await self._bench.writer.transact(said, touching, plan)
        done = []
        for item, order, task in zip(items, stored[::2], stored[1::2], strict=True):
            if not isinstance(order, Medicine) or not isinstance(task, Request):
                raise TypeError("the service answered with something else than what was issued")
            done.append((item, task, order.id))
        return done

    def _tell_signed(self, issued: Sequence[tuple[Item, Request, str]]) -> None:
        patients = {task.patient_id for _, task, _ in issued}
        names = self._bench.stores.patient_name(issued[0][1])
        whom = names if len(patients) == 1 else f"{len(patients)} patients"
        count = "1 item" if len(issued) == 1 else f"{len(issued)} items"

        async def take_back() -> str:
            by_order: dict[str, list[tuple[Item, Request, str]]] = {}
            for one in issued:
                by_order.setdefault(key_of(one[0].request), []).append(one)
            for some in by_order.values():
                await self._cancel_issue(some)
            return f"Taken back: {count} for {whom} not issued."

        self._bench.undos.tell(f"Signed: {count} for {whom}.", take_back)

    async def _cancel_issue(self, issued: Sequence[tuple[Item, Request, str]]) -> None:
        def plan(latest: Latest) -> list[Entry]:
            entries: list[Entry] = []
            for item, task, order_id in issued:
                now, order = latest.get(Request, task.id), latest.get(Medicine, order_id)
                if now.status != "completed" or order.status != "active":
                    raise ChangedElsewhere(
                        f"Not undone: {item.name} has moved on.", theirs=now.tree
                    )
                entries.append(put(order.cancelled(), order.version))
                entries.append(put(_back(now, item.request), now.version))
            return entries

        touching = [f"Task/{task.id}" for _, task, _ in issued]
        touching += [f"MedicationRequest/{order_id}" for _, _, order_id in issued]
        await self._bench.writer.transact("Taking a prescription back", touching, plan)

    def _check(self, latest: Latest, now: Request, to: RepeatState) -> None:
        item = self._orders.item(now)
        self._triage.check(latest, now, _STATUS[to])
        if not repeat_may_move(item.state, to):
            hint = (
                " Hand it on first, if the answer came another way."
                if item.state is RepeatState.QUERY
                else ""
            )
            raise NotPossible(f"Not saved: {item.name} is {WORDS[item.state]}.{hint}")

    def _order_of(self, ids: Sequence[str]) -> Order:
        """The one order that these items belong to.

        Raises:
            NotPossible: they are of several, or not there.
        """
        for order in self._orders:
            if ids and ids[0] in {item.id for item in order.items}:
                if {item.id for item in order.items}.issuperset(ids):
                    return order
                raise NotPossible("These items belong to several orders.")
        raise NotPossible("That order is no longer there. Nothing was saved.")

    def _team(self, to: RepeatState) -> Tree | None:
        wanted = _TEAMS[to]
        team = next((t for t in self._bench.stores.teams if wanted in t.name.casefold()), None)
        return {"reference": team.reference, "display": team.name} if team is not None else None

    def _header(self, order: Order) -> Tree:
        them = {"reference": f"Patient/{order.patient_id}", "display": order.patient_name}
        key = query_key(order.patient_id, order.number, order.items[0].id)
        return {
            "resourceType": "Communication",
            "identifier": [{"system": systems.MESSAGE_KEY, "value": key}],
            "status": "in-progress",
            "category": [concept(systems.MESSAGE_CATEGORY, MessageCategory.PATIENT)],
            "topic": {"text": "Your repeat prescription"},
            "subject": them,
            "recipient": [them],
            "about": [{"reference": item.request.reference} for item in order.items],
            "sent": wire_time(self._bench.time.now()),
            "sender": {"reference": self._bench.me.reference, "display": self._bench.me.display},
        }


_STATUS = {
    RepeatState.REQUESTED: "requested",
    RepeatState.WITH_PHARMACY: "in-progress",
    RepeatState.WITH_PRESCRIBER: "in-progress",
    RepeatState.QUERY: "on-hold",
    RepeatState.BACK: "in-progress",
    RepeatState.APPROVED: "completed",
    RepeatState.REJECTED: "rejected",
    RepeatState.CANCELLED: "cancelled",
}


def _back(now: Request, was: Request) -> Tree:
    """*now* as it was; what had ended comes back as open again where it cannot be new."""
    ended = not now.is_open
    if not ended or was.status == "in-progress":
        return restored(now.tree, was.tree, _ELEMENTS)
    return restored(now.reopened(), was.tree, ("output", "statusReason"))


def _names(items: Sequence[Item]) -> str:
    if len(items) == 1:
        return items[0].name
    return f"{len(items)} items"
