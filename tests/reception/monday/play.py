"""A total-triage Monday, time-lapsed: patients send, three people work it through their windows.

Source: domain words 4.2.
"""

import asyncio
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from contract.codes import Role
from contract.core_hours import LONDON, day_bounds
from reception.records import Request
from reception.signed_in import SignedIn
from reception.ui.window_state import WindowState
from reception.widgets.look import Look
from tests.reception.desks import KEY, Doors
from tests.reception.monday.ledger import (
    Answer,
    Ledger,
    answers,
    endings,
    is_acknowledged,
    reopenings,
    versions,
)
from tests.reception.monday.robots import Prescriber, Receptionist, Robot
from tests.running import RunningPractice

WIDTH, HEIGHT = 1366, 768
SETTLE_S = 30.0


@dataclass
class Outcome:
    """What came of the day.

    Attributes:
        lost: requests that a desk had heard of and the service does not hold.
        unseen: requests that the service holds and a desk does not show.
        twice: requests that were ended more often than they were taken up.
        silent: emergencies that nobody has acknowledged, at any desk.
        received, still_open, done: counts at the service.
        counts: the same three at each desk.
        answers: when what came was first answered.
        waiting_at_close: how many still waited at 18:30; None where the day did not reach it.
        acts: what each of the robots did.
        stuck: what they could not do, in words.
    """

    lost: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    received: int = 0
    still_open: int = 0
    done: int = 0
    counts: list[tuple[int, int, int]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    waiting_at_close: int | None = None
    acts: list[int] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


class Monday:
    """The windows and who sits at them.

    Args:
        practice: the running service, with patients who send.
        doors: sign people in there.
        look: how the windows look.
        folder: where each keeps its encrypted files.
    """

    def __init__(self, practice: RunningPractice, doors: Doors, look: Look, folder: Path) -> None:
        self._practice, self._doors, self._look, self._folder = practice, doors, look, folder
        self._windows: list[SignedIn] = []
        self._robots: list[Robot] = []
        self._heard: list[dict[str, Request]] = []

    async def open(self) -> None:
        """Open three windows: two receptionists', a prescriber's."""
        people = ((Role.RECEPTIONIST, 0), (Role.RECEPTIONIST, 1), (Role.PRESCRIBER, 0))
        for number, (role, which) in enumerate(people):
            home = self._folder / str(number)
            home.mkdir()
            connection = await self._doors.connection(self._practice.account(role, which))
            state = WindowState(home / "window.ini")
            opened = SignedIn(self._doors.network, connection, home, KEY, self._look, state)
            opened.window.resize(WIDTH, HEIGHT)
            opened.window.show()
            await opened.start()
            self._windows.append(opened)
            self._heard.append({})
            self._listen(opened, self._heard[-1])
            chance = Random(number)
            robot: Robot = (
                Prescriber(opened, chance)
                if role is Role.PRESCRIBER
                else Receptionist(opened, chance, hands_on_orders=number == 1)
            )
            self._robots.append(robot)

    async def work(self, until: datetime) -> Outcome:
        """Work until the practice's clock says *until*, then count."""
        stop, found = asyncio.Event(), Outcome()
        time = self._windows[0].desk.time
        close = datetime.combine(time.today(), datetime.min.time(), LONDON).replace(
            hour=18, minute=30
        )
        async with asyncio.TaskGroup() as day:
            for robot in self._robots:
                day.create_task(robot.work(stop))
            while time.now() < until:
                await asyncio.sleep(0.05)
                if found.waiting_at_close is None and time.now() >= close:
                    queue = self._windows[0].desk.requests.open_ones()
                    found.waiting_at_close = sum(r.waits_for_us for r in queue)
            stop.set()
        found.acts = [len(robot.done) for robot in self._robots]
        found.stuck = [words for robot in self._robots for words in robot.stuck]
        return found

    async def count(self, found: Outcome) -> Outcome:
        """Compare what the service holds with what the windows show, once nobody acts any more."""
        service = self._practice.as_role(Role.MANAGER)
        midnight = day_bounds(self._windows[0].desk.time.today())[0]
        ledger = await self._settled(found, midnight)
        history = {i: versions(service, r) for i, r in ledger.requests.items() if not r.is_repeat}
        found.twice = {i for i, h in history.items() if endings(h) > 1 + reopenings(h)}
        found.silent = {
            i for i, r in ledger.requests.items() if r.is_emergency and not is_acknowledged(r)
        } | {r.id for one in self._windows for r in one.desk.alarm.ringing}
        opens = midnight + timedelta(hours=8)
        found.answers = answers(service, ledger.requests.values(), opens)
        return found

    async def _settled(self, found: Outcome, midnight: datetime) -> Ledger:
        """The ledger at a moment at which every window shows the same as the service."""
        service = self._practice.as_role(Role.MANAGER)
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLE_S
        while True:
            for robot in self._robots:  # an emergency that came last of all
                robot.acknowledge()
            ledger = Ledger.read(service, midnight)
            found.received = len(ledger.requests)
            found.still_open, found.done = len(ledger.still_open), len(ledger.done)
            await asyncio.sleep(0.1)
            found.counts = [self._counts(one) for one in self._windows]
            shown = [{r.id for r in one.desk.requests} for one in self._windows]
            found.unseen = {i for ids in shown for i in ledger.requests.keys() - ids}
            heard = {i for known in self._heard for i in known}
            found.lost = heard - ledger.requests.keys()
            wanted = (found.received, found.still_open, found.done)
            is_same = all(counts == wanted for counts in found.counts)
            rings = any(one.desk.alarm.ringing for one in self._windows)
            is_quiet = not rings and not found.unseen and not found.lost
            if (is_same and is_quiet) or loop.time() > end:
                return ledger

    @staticmethod
    def _counts(one: SignedIn) -> tuple[int, int, int]:
        held = list(one.desk.requests)
        still_open = sum(request.is_open for request in held)
        return len(held), still_open, len(held) - still_open

    @staticmethod
    def _listen(one: SignedIn, heard: dict[str, Request]) -> None:
        def note(request: Request) -> None:
            heard[request.id] = request

        for request in one.desk.requests:
            note(request)
        one.desk.requests.added.connect(note)

    async def close(self) -> None:
        """Close every window."""
        for one in self._windows:
            one.window.close()
            await one.close()
        self._windows.clear()


def table(found: Outcome) -> list[tuple[str, str]]:
    """The figures of a day, by name."""
    by_lane: dict[str, list[timedelta]] = defaultdict(list)
    left: Counter[str] = Counter()
    for answer in found.answers:
        waited = answer.waited
        if waited is None:
            left[answer.lane] += 1
        else:
            by_lane[answer.lane].append(waited)
    rows = [
        ("received, open, done", f"{found.received}, {found.still_open}, {found.done}"),
        ("acts at the three windows", ", ".join(map(str, found.acts))),
    ]
    rows += [
        (f"time to first answer: {lane}", _spread(by_lane[lane], left[lane]))
        for lane in sorted(by_lane.keys() | left.keys())
    ]
    if found.waiting_at_close is not None:
        rows.append(("waiting at 18:30", str(found.waiting_at_close)))
    return rows


def _spread(waited: Sequence[timedelta], left: int) -> str:
    if not waited:
        return f"none answered, {left} waiting"
    minutes = sorted(one.total_seconds() / 60 for one in waited)
    p90 = minutes[min(len(minutes) - 1, int(len(minutes) * 0.9))]
    median = statistics.median(minutes)
    return f"median {median:.0f} min, 90 % {p90:.0f} min ({len(minutes)} answered, {left} waiting)"
