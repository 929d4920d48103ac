"""The whole invented practice, room by room: what is loaded, and who there is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contract.codes import OnlineService
from contract.core_hours import london_day
from practice.demo.generate import (
    access,
    clinicians,
    medicines,
    patients,
    problems,
    results,
    services,
)
from practice.demo.generate.access import Proxy
from practice.demo.generate.bookings import Booker, Kept
from practice.demo.generate.chance import stream
from practice.demo.generate.clinicians import ORGANIZATION, Staff
from practice.demo.generate.diary import days_around, plan_day
from practice.demo.generate.medicines import Plan
from practice.demo.generate.orders import Orders
from practice.demo.generate.people import Person, invent_people
from practice.demo.generate.requests import Requests
from practice.demo.generate.templates import template_week

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the practice as it is loaded."""

    name: str
    """As a person reads it: `patients`."""
    expected: int
    """About how many resources it has, for a percentage."""
    trees: Callable[[], Iterable[Tree]]


@dataclass
class Practice:
    """An invented practice: its people and plans are here at once, its trees on demand.

    Args:
        seed: what chance begins with.
        at: the moment that is now, aware UTC.
        size: how many patients.
        all_online: every request comes through the form (the Monday profile).
    """

    seed: int
    at: datetime
    size: int
    all_online: bool = True
    staff: Staff = field(init=False)
    people: list[Person] = field(init=False)
    plans: dict[str, list[Plan]] = field(init=False)
    services: dict[str, tuple[OnlineService, ...]] = field(init=False)
    proxies: list[Proxy] = field(init=False)
    awaiting: list[Person] = field(init=False, default_factory=list)
    """Whose answer the practice waits for, once the requests have been made."""

    def __post_init__(self) -> None:
        today = london_day(self.at)
        self.staff = clinicians.appoint(self.seed, self.size)
        self.people = invent_people(self.seed, self.size, today)
        rng = stream(self.seed, "health")
        gps = self.staff.usual_gps or list(self.staff.clinicians[:1])
        household_gp: dict[tuple[str, ...], str] = {}
        self.plans, self.services = {}, {}
        for one in self.people:
            home = (*one.address.lines, one.address.postcode)
            usual = household_gp.setdefault(home, rng.choice(gps).id)
            one.gp = usual if rng.random() < 0.85 else rng.choice(gps).id
            one.problems = problems.problems_of(rng, one)
            self.plans[one.id] = medicines.plans_of(rng, one, self.staff, today)
            if one.online:
                self.services[one.id] = access.services_of(rng)
        found = (access.proxy_of(rng, one, self.services.get(one.id)) for one in self.people)
        self.proxies = [proxy for proxy in found if proxy is not None]
        self._booker = Booker(self.seed, self.people, self.at)

    @property
    def kept(self) -> list[Kept]:
        """The appointments of the diary, once it has been made."""
        return self._booker.kept

    def stages(self) -> Iterator[Stage]:
        """Everything to load, in order: later parts refer to earlier ones."""
        size = self.size
        yield Stage("the practice and its staff", 60, self._house)
        yield Stage("patients, families and carers", round(1.25 * size), self._patients)
        yield Stage("problems, medicines and results", round(4.3 * size), self._records)
        yield Stage("who may do what online", round(0.41 * size), self._consents)
        yield Stage(
            "the diary and its appointments", 1550 * len(self.staff.clinicians), self._diary
        )
        yield Stage("requests, messages and repeat orders", round(1.27 * size), self._requests)

    def trees(self) -> Iterator[Tree]:
        """All of it."""
        for stage in self.stages():
            yield from stage.trees()

    def _house(self) -> Iterator[Tree]:
        yield from clinicians.trees(self.staff)
        yield from services.trees(self.staff)

    def _patients(self) -> Iterator[Tree]:
        names = {member.id: member.display for member in self.staff.clinicians}
        for one in self.people:
            yield patients.patient(one, ORGANIZATION, names[one.gp])
            yield from patients.flags(one)
            yield from patients.relatives(one)

    def _records(self) -> Iterator[Tree]:
        today = london_day(self.at)
        names = {member.id: member.display for member in self.staff.clinicians}
        rng = stream(self.seed, "records", today)
        for one in self.people:
            yield from problems.conditions(rng, one, today)
            yield from problems.allergies(rng, one, today)
            for plan in self.plans[one.id]:
                yield medicines.plan_tree(plan, names)
            if one.online:
                yield from medicines.issues(self.plans[one.id], names)
            yield from results.observations(rng, one, today)
            yield from results.immunizations(rng, one, today)
            yield from results.documents(rng, one, today)

    def _consents(self) -> Iterator[Tree]:
        today = london_day(self.at)
        rng = stream(self.seed, "consents", today)
        for one in self.people:
            if one.online:
                yield access.own_consent(rng, one, self.services[one.id], today)
        for proxy in self.proxies:
            yield access.proxy_consent(rng, proxy, today)

    def _diary(self) -> Iterator[Tree]:
        self._booker.kept.clear()
        for day in days_around(london_day(self.at)):
            planned = plan_day(self.seed, self.staff, self.size, day)
            yield from planned.schedules
            yield from planned.blocked
            yield from self._booker.fill(planned)
        yield from template_week(self.seed, self.staff, self.size)

    def _requests(self) -> Iterator[Tree]:
        requests = Requests(self.seed, self.people, self.staff, self._booker.kept, self.at)
        yield from requests.past()
        yield from requests.waiting(all_online=self.all_online)
        yield from requests.in_hand()
        self.awaiting = requests.awaiting
        yield from Orders(
            self.seed, self.plans, self.staff, self.at, self.size, requests.writer
        ).trees()
