"""What reception does to a request: open it, say how urgent it is, hand it on, end it.

Source: docs/contract.md 4.3, 7.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from contract.codes import Outcome, Priority, Reject, RequestState
from contract.core_hours import CoreHours
from contract.limits import CLAIM_S
from contract.moves import task_may_move
from reception.api.bundle import Entry, put
from reception.desk.hours import core_hours
from reception.desk.order import due_of
from reception.desk.problems import NotPossible
from reception.desk.words import clock, span, when
from reception.desk.workbench import Workbench, restored
from reception.desk.writer import Latest
from reception.records import Patient, Request, Tree
from reception.records.problem import ChangedElsewhere, Problem
from reception.records.tree import changed, wire_time

UNMATCHED_ENDS = frozenset({Outcome.DUPLICATE, Outcome.WITHDRAWN, Outcome.EMERGENCY_SERVICES})
"""What may come of a request while nobody knows whose it is."""
RECLAIM_AFTER = timedelta(seconds=CLAIM_S / 2)
ELEMENTS = (
    "status",
    "businessStatus",
    "statusReason",
    "owner",
    "priority",
    "restriction",
    "output",
)
STATES = {
    "requested": "back in the pool",
    "received": "open at another desk",
    "accepted": "assigned",
    "in-progress": "being dealt with",
    "on-hold": "waiting",
    "completed": "done",
    "rejected": "rejected",
    "cancelled": "withdrawn by the patient",
    "failed": "marked as failed",
    "entered-in-error": "withdrawn as filed in error",
}


class Triage:
    """Acts on one request."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._was_reopened: set[str] = set()

    async def open_request(self, request_id: str) -> Request:
        """Open it, and claim it softly if it lies in the pool; what is held now.

        Raises:
            ChangedElsewhere: a colleague has it open, and since when.
        """
        me = self._bench.me

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            self._not_anothers(now)
            if not _lies_in_the_pool(now) or self._is_freshly_mine(now):
                raise _AsItIs(now)
            if now.status == "in-progress":
                self._was_reopened.add(request_id)
            return [
                put(_awake(now, now.claimed(me.reference, me.display), self._hours), now.version)
            ]

        try:
            stored = await self._write("Opening a request", request_id, plan)
        except _AsItIs as as_it_is:
            return as_it_is.request
        return stored

    async def take_over(self, request_id: str) -> Request:
        """Claim it although a colleague has it open; they see at once who has it now."""
        me, before = self._bench.me, {"from": ""}

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            if now.status not in ("requested", "received"):
                raise _AsItIs(now)
            viewer = now.viewer(self._bench.time.now())
            before["from"] = now.owner_name if viewer not in ("", me.reference) else ""
            return [put(now.claimed(me.reference, me.display), now.version)]

        try:
            taken = await self._write("Taking over a request", request_id, plan)
        except _AsItIs as as_it_is:
            return as_it_is.request
        if before["from"]:
            self._bench.undos.tell(
                f"{_who(taken)}: taken over from {before['from']}, who has been told."
            )
        return taken

    async def keep_request(self, request_id: str) -> None:
        """The user is still at it: claim it again when half of the three minutes are over."""
        held = self._bench.stores.requests.newest(request_id)
        if held is not None and self._is_claimed_by_me(held) and not self._is_freshly_mine(held):
            await self.open_request(request_id)

    async def close_request(self, request_id: str) -> None:
        """Close it; if nothing was done, it goes back to the pool."""

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            if not self._is_claimed_by_me(now):
                raise _AsItIs(now)
            reopened = request_id in self._was_reopened
            back = changed(now.reopened(), owner=None) if reopened else now.handed_back()
            return [put(back, now.version)]

        held = self._bench.stores.requests.newest(request_id)
        if held is None or not self._is_claimed_by_me(held):
            return
        try:
            await self._write("Closing a request", request_id, plan)
        except _AsItIs:
            return
        finally:
            self._was_reopened.discard(request_id)

    async def prioritise(self, request_id: str, priority: Priority, reason: str = "") -> Request:
        """Say how urgent it is; lowering an emergency needs a reason."""

        def make(now: Request) -> Tree:
            if now.is_emergency and priority != Priority.STAT and not reason.strip():
                raise NotPossible("Say why this is no longer an emergency.")
            tree = now.prioritised(priority, reason.strip())
            if priority == Priority.ROUTINE or now.is_urgent:
                return tree
            hours = self._hours
            same_day = hours.due_at(self._bench.time.now(), urgent=True)
            return _due(tree, min(due_of(now, hours), same_day))

        return await self._change(
            request_id, make, f"{{who}}: {_URGENCY[priority]}.", though_open_elsewhere=True
        )

    async def assign(self, request_id: str, owner: str, owner_name: str) -> Request:
        """Hand it to a person or a team (*owner* is a reference)."""
        return await self._change(
            request_id,
            lambda now: _awake(now, now.assigned(owner, owner_name), self._hours),
            f"{{who}}: with {owner_name}.",
        )

    async def hand_back(self, request_id: str) -> Request:
        """Put it back into the pool."""
        return await self._change(
            request_id,
            lambda now: _awake(now, now.handed_back(), self._hours),
            "{who}: back in the pool.",
        )

    async def match(self, request_id: str, patient: Patient, reason: str) -> Request:
        """Say who the person is that wrote it, and how that is known."""
        how = reason.strip()
        if not how:
            raise NotPossible("Say how you know who this is.")
        return await self._change(
            request_id,
            lambda now: now.matched(patient.reference, patient.name, how),
            f"{{who}}: matched to {patient.name}, born {patient.born_text}.",
            # A wrong match is filed in error, and its patient's answer with it.
            for_good="a request keeps its patient",
        )

    async def snooze(self, request_id: str, until: datetime) -> Request:
        """Put it aside until an hour comes (aware)."""
        if until <= self._bench.time.now():
            raise NotPossible("That hour is past. Choose a later one.")
        at = when(until, self._bench.time.today())
        return await self._change(
            request_id, lambda now: now.snoozed(until), f"{{who}}: asleep until {at}."
        )

    async def complete(self, request_id: str, outcome: Outcome) -> Request:
        """It is dealt with, and this is what came of it."""

        def make(now: Request) -> Tree:
            if now.is_repeat:
                raise NotPossible(
                    "An ordered item is issued, or not approved, on the Prescriptions page."
                )
            if now.is_unmatched and outcome not in UNMATCHED_ENDS:
                raise NotPossible("Match it to a patient first, or reject it.")
            return now.completed(outcome)

        return await self._change(request_id, make, "{who}: done.")

    async def reject(self, request_id: str, why: Reject, text: str) -> Request:
        """It cannot be done; *text* tells the patient why and what to do instead."""
        if not text.strip():
            raise NotPossible("Write a sentence to the patient: why, and what to do instead.")
        return await self._change(
            request_id, lambda now: now.rejected(why, text.strip()), "{who}: rejected."
        )

    async def reopen(self, request_id: str) -> Request:
        """Take it up again."""
        return await self._change(request_id, lambda now: now.reopened(), "{who}: open again.")

    def check(
        self, latest: Latest, now: Request, status: str, *, though_open_elsewhere: bool = False
    ) -> None:
        """Refuse a change that the request's state, or a colleague who has it open, forbids.

        Raises:
            ChangedElsewhere: a colleague has it, or was quicker.
            NotPossible: its state does not allow it.
        """
        if not though_open_elsewhere:
            self._not_anothers(now)
        if not task_may_move(now.status, status):
            state = STATES.get(now.status, now.status)
            if latest.again:
                raise ChangedElsewhere(
                    f"Not saved: it is {state} by now{_by(now)}.", theirs=now.tree
                )
            raise NotPossible(f"Not saved: it is {state}{_by(now)}.")

    async def restore(self, before: Request, after: Request) -> str:
        """Take a change back, unless somebody has gone on from it."""

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, after.id)
            if now.status != after.status or now.owner != after.owner:
                raise ChangedElsewhere(
                    f"Not undone: it is {STATES.get(now.status, now.status)} by now{_by(now)}.",
                    theirs=now.tree,
                )
            if task_may_move(now.status, before.status):
                tree = restored(now.tree, before.tree, ELEMENTS)
            else:
                tree = restored(now.reopened(), before.tree, ("output", "statusReason"))
            if now.is_emergency and not before.is_emergency:
                tree = changed(tree, statusReason={"text": "Raised by mistake, taken back."})
            return [put(tree, now.version)]

        await self._write("Undoing a change to a request", after.id, plan)
        return f"{_who(before)}: as it was."

    async def _change(
        self,
        request_id: str,
        make: Callable[[Request], Tree],
        sentence: str,
        *,
        though_open_elsewhere: bool = False,
        for_good: str = "",
    ) -> Request:
        before: dict[str, Request] = {}

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            tree = make(now)
            self.check(
                latest, now, str(tree["status"]), though_open_elsewhere=though_open_elsewhere
            )
            before["it"] = now
            return [put(tree, now.version)]

        held = self._bench.stores.requests.newest(request_id)
        said = sentence.format(who=_who(held) if held is not None else "A request").rstrip(".")
        after = await self._write(said, request_id, plan)

        async def take_back() -> str:
            return await self.restore(before["it"], after)

        told = sentence.format(who=_who(after))
        self._bench.undos.tell(told, None if for_good else take_back, for_good=for_good)
        return after

    async def _write(
        self, said: str, request_id: str, plan: Callable[[Latest], list[Entry]]
    ) -> Request:
        stored = await self._bench.writer.transact(said, [f"Task/{request_id}"], plan)
        record = stored[0]
        if not isinstance(record, Request):
            raise TypeError("the service answered with something else than a request")
        return record

    @property
    def _hours(self) -> CoreHours:
        return core_hours(self._bench.stores)

    def _not_anothers(self, request: Request) -> None:
        now = self._bench.time.now()
        viewer = request.viewer(now)
        if viewer and viewer != self._bench.me.reference:
            name = request.owner_name or "A colleague"
            ago = span(now - request.last_updated)
            since = f"for {ago}" if ago != "0 min" else f"since {clock(request.last_updated)}"
            raise ChangedElsewhere(f"{name} has it open {since}.", theirs=request.tree)

    def _is_claimed_by_me(self, request: Request) -> bool:
        return (
            request.status == "received"
            and request.state == RequestState.VIEWING
            and request.owner == self._bench.me.reference
        )

    def _is_freshly_mine(self, request: Request) -> bool:
        age = self._bench.time.now() - request.last_updated
        return self._is_claimed_by_me(request) and age < RECLAIM_AFTER


_URGENCY = {
    Priority.ROUTINE: "routine",
    Priority.URGENT: "urgent, to be dealt with today",
    Priority.ASAP: "as soon as possible",
    Priority.STAT: "emergency",
}


def _lies_in_the_pool(request: Request) -> bool:
    """Whether it is new, or brought back by a reply and nobody's yet."""
    reopened = request.status == "in-progress" and not request.owner
    return request.status in ("requested", "received") or reopened


class _AsItIs(Problem):
    """Nothing needs to be written."""

    def __init__(self, request: Request) -> None:
        super().__init__("There is nothing to do.")
        self.request = request


def _awake(request: Request, tree: Tree, hours: CoreHours) -> Tree:
    """*tree* due by the rule again, where the date in it was when it would come back to us."""
    if request.status != "on-hold" and request.state != RequestState.REOPENED:
        return tree
    rested = Request.from_tree(changed(request.tree, status="in-progress", restriction=None))
    return _due(tree, due_of(rested, hours))


def _due(tree: Tree, at: datetime) -> Tree:
    restriction = tree.get("restriction") or {}
    period = restriction.get("period") or {}
    return changed(tree, restriction={**restriction, "period": {**period, "end": wire_time(at)}})


def _who(request: Request) -> str:
    return f"Request of {request.patient_name}" if request.patient_name else "Request"


def _by(request: Request) -> str:
    return f", with {request.owner_name}" if request.owner_name else ""
