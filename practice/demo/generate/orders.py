"""Repeat prescription orders: one Task an item, of the past weeks and waiting."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from contract import systems
from contract.codes import Outcome, Reject, RequestState
from contract.core_hours import LONDON, due_at, is_core_day, next_core_day
from contract.repeat_words import Told, patient_words
from contract.repeats import repeat_state
from contract.supply import Supply, pharmacy_of
from practice.demo.generate import envelopes, volumes, wire
from practice.demo.generate.chance import Weighted, rounded, stream
from practice.demo.generate.clinicians import TEAMS, Staff, team_reference
from practice.demo.generate.diary import PAST_DAYS, opened_like_monday
from practice.demo.generate.envelopes import About, person_reference
from practice.demo.generate.medicines import Plan, issue_tree, order_number
from practice.demo.generate.words import Writer

Tree = dict[str, Any]

_REJECTS: Weighted[tuple[Reject, str]] = Weighted(
    [
        (
            (
                Reject.TOO_EARLY,
                "This was ordered too early. You can order it again a week before it runs out.",
            ),
            45,
        ),
        (
            (
                Reject.REVIEW_DUE,
                "Your medication review is due. Please book a telephone call with our pharmacist.",
            ),
            35,
        ),
        (
            (
                Reject.NOT_SUITABLE,
                "This has been stopped by the hospital. Please ask us if you are not sure.",
            ),
            12,
        ),
        ((Reject.DUPLICATE, "You have ordered this already and it is being dealt with."), 8),
    ]
)
_ITEMS = (16, 27, 27, 18, 12)
"""How many items are ordered at once, 1 to 5; 2.3 with those who have fewer on repeat."""
_EARLY = 0.06
"""Of medicines that it is too early for, this part is ordered all the same."""
_WAITING_MONDAY, _WAITING_ORDINARY = 22, 8
"""Orders that wait at 08:00, for 10,000 patients; all else was done the day before."""


class Orders:
    """Makes orders from the patients' plans."""

    def __init__(
        self,
        seed: int,
        by_patient: dict[str, list[Plan]],
        staff: Staff,
        at: datetime,
        patients: int,
        writer: Writer,
    ) -> None:
        self._rng = stream(seed, "orders", at.date())
        self._staff, self._at, self._patients, self._writer = staff, at, patients, writer
        self._names = {member.id: member.display for member in staff.clinicians}
        takers = [plans for plans in by_patient.values() if plans and plans[0].one.here]
        self._takers = Weighted(
            [
                (index, (1.6 if plans[0].one.online else 0.7) * len(plans) ** 1.7)
                for index, plans in enumerate(takers)
            ]
        )
        self._plans = takers
        self._number = 4000
        self._pending: set[str] = set()
        self._issued: dict[str, date] = {}

    def trees(self) -> Iterator[Tree]:
        """The past weeks day by day, then what is under way, then what waits."""
        if not self._plans:
            return
        today = self._at.astimezone(LONDON).date()
        for back in range(PAST_DAYS, 0, -1):
            day = today - timedelta(days=back)
            if is_core_day(day):
                monday = opened_like_monday(day)
                per_10k = volumes.ORDERS_MONDAY if monday else volumes.ORDERS_ORDINARY
                for _ in range(rounded(self._rng, volumes.scaled(per_10k, self._patients))):
                    yield from self._past(day)
        yield from self._open(today)

    def _open(self, today: date) -> Iterator[Tree]:
        waiting = _WAITING_MONDAY if opened_like_monday(today) else _WAITING_ORDINARY
        last = today - timedelta(days=1)
        while not is_core_day(last):
            last -= timedelta(days=1)
        for per_10k, state, team in (
            (6, RequestState.WITH_PHARMACY, "pharmacy"),
            (9, RequestState.WITH_PRESCRIBER, "prescribers"),
        ):
            for _ in range(max(1, round(volumes.scaled(per_10k, self._patients)))):
                for task, plan in self._order(self._on(last, 9, 17.5), pending=True):
                    envelopes.in_state(task, "in-progress", state)
                    self._word(task, plan, state)
                    task["owner"] = person_reference(team_reference(team), TEAMS[team])
                    yield task
        flagged = True  # one note of danger among those that wait, as a form for tablets may hold
        for _ in range(max(2, round(volumes.scaled(waiting, self._patients)))):
            day = last + timedelta(days=self._rng.randint(0, (today - last).days))
            moment = self._on(day, 18.6 if day == last else 7, 23 if day < today else 24)
            if moment >= self._at:
                moment = self._at - timedelta(minutes=self._rng.uniform(3, 300))
            for task, plan in self._order(moment, pending=True, red_flag=flagged):
                self._word(task, plan, RequestState.NEW)
                yield task
            flagged = False

    def _past(self, day: date) -> Iterator[Tree]:
        rng = self._rng
        moment = self._on(day, 6, 22.5)
        for task, plan in self._order(moment, pending=False):
            finished = min(
                self._on(next_core_day(day), 9, 17.5),
                self._at - timedelta(minutes=rng.uniform(5, 90)),
            )
            if rng.random() < 0.06:
                why, text = _REJECTS.draw(rng)
                envelopes.in_state(task, "rejected", None)
                task["statusReason"] = wire.concept(systems.REQUEST_REJECT, why, text)
                task["lastModified"] = wire.z(finished)
                yield task
                continue
            self._issued[plan.id] = max(finished.date(), self._issued.get(plan.id, date.min))
            issue = issue_tree(plan, self._names, finished.date(), f"mo-{task['id'][3:]}")
            yield issue
            envelopes.done(task, Outcome.PRESCRIPTION, finished, f"MedicationRequest/{issue['id']}")
            yield task

    def _order(
        self, moment: datetime, *, pending: bool, red_flag: bool = False
    ) -> Iterator[tuple[Tree, Plan]]:
        """One order: each item once, and nothing that is pending already."""
        rng = self._rng
        chosen: list[Plan] = []
        plans: list[Plan] = []
        for _ in range(30):
            plans = self._plans[self._takers.draw(rng)]
            chosen = [plan for plan in plans if not pending or self._may_wait(plan, moment)]
            if chosen:
                break
        if not chosen:
            chosen = [plan for plan in plans if plan.id not in self._pending]
        if not chosen:
            return  # in a village everything may be on its way already
        number = min(len(chosen), rng.choices((1, 2, 3, 4, 5), _ITEMS)[0])
        self._number += 1
        order = order_number(moment.year, self._number)
        one = chosen[0].one
        about = About(*(2 * (person_reference(one.reference, one.display),)))
        noted = red_flag or rng.random() < 0.12
        note = self._writer.order_note(one, red_flag=red_flag) if noted else None
        for item, plan in enumerate(rng.sample(chosen, number)):
            if pending:
                self._pending.add(plan.id)
            task = envelopes.repeat_item(
                about,
                one.nhs_number,
                plan.reference,
                key=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                order=order,
                authored=moment,
                note=note if item == 0 else None,
                pharmacy="FA001" if rng.random() < 0.05 else None,
            )
            task["id"] = f"ti-{self._number}-{item + 1}"
            task["description"] = plan.medicine.name
            task["restriction"] = {"period": {"end": wire.z(due_at(moment, urgent=False))}}
            envelopes.in_state(task, "requested", RequestState.NEW)
            yield task, plan

    def _word(self, task: Tree, plan: Plan, state: RequestState) -> None:
        """Put down what the patient reads of an item that waits, as the service does it."""
        today = self._at.astimezone(LONDON).date()
        known = [plan.last_issue] if plan.one.online else []
        issued = [*known, *([self._issued[plan.id]] if plan.id in self._issued else [])]
        told = Told(
            state=repeat_state(task["status"], state),
            ordered=datetime.fromisoformat(task["authoredOn"]).astimezone(LONDON).date(),
            by=datetime.fromisoformat(task["restriction"]["period"]["end"]).date(),
            supply=Supply(today, max(issued, default=None), plan.medicine.days, plan.review),
            pharmacy=pharmacy_of(task, {}) or plan.pharmacy,
        )
        task["businessStatus"] = {**task["businessStatus"], "text": patient_words(told)}

    def _may_wait(self, plan: Plan, moment: datetime) -> bool:
        """Whether it may be ordered now: not pending, and too early for a few only."""
        if plan.id in self._pending:
            return False
        day = moment.astimezone(LONDON).date()
        last = max(plan.last_issue, self._issued.get(plan.id, date.min))
        return plan.next_issue(last) <= day or self._rng.random() < _EARLY

    def _on(self, day: date, low: float, high: float) -> datetime:
        hours = timedelta(hours=self._rng.uniform(low, min(high, 23.9)))
        return datetime.combine(day, time(), LONDON).astimezone(UTC) + hours
