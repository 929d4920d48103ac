"""One practice, one window on a real display, and a second desk for all the acts."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication

from contract.codes import Channel, Role, SlotType
from reception.api.network import NetworkThread
from reception.records import Patient
from reception.signed_in import SignedIn
from reception.ui.window_state import WindowState
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.acts.hands import Keyboard, Mouse
from tests.reception.acts.saturday import AT, NEXT, at, surgery
from tests.reception.acts.stage import Stage
from tests.reception.conftest import run_in
from tests.reception.desks import KEY, Desks, Doors
from tests.running import RunningPractice, Signed


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """A practice on a Saturday morning: nobody works there but who is asked to."""
    folder = tmp_path_factory.mktemp("acts") / "data"
    running = RunningPractice.demo(folder, patients=200, at=AT).start()
    yield running
    assert running.stop() == 0, running.log


@pytest.fixture(scope="session")
def doors(
    practice: RunningPractice, client_network: NetworkThread, loop: asyncio.AbstractEventLoop
) -> Iterator[Doors]:
    """Doors of this practice alone."""
    made = Doors(practice, client_network)
    yield made
    asyncio.run_coroutine_threadsafe(made.close(), client_network.loop).result(10)


@pytest.fixture(scope="session")
def escaped(loop: asyncio.AbstractEventLoop) -> Iterator[list[BaseException]]:
    """What escapes from the program while it is acted on."""
    found: list[BaseException] = []

    def note(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        fault = context.get("exception")
        found.append(
            fault if isinstance(fault, BaseException) else RuntimeError(str(context.get("message")))
        )

    def hook(_kind: type[BaseException], fault: BaseException, _trace: object) -> None:
        found.append(fault)

    before = sys.excepthook
    loop.set_exception_handler(note)
    sys.excepthook = hook
    yield found
    sys.excepthook = before
    loop.set_exception_handler(None)


@pytest.fixture(scope="session")
def open_stage(
    practice: RunningPractice,
    doors: Doors,
    loop: asyncio.AbstractEventLoop,
    tmp_path_factory: pytest.TempPathFactory,
    escaped: list[BaseException],
) -> Iterator[Stage]:
    """The window of a receptionist, and a manager's desk."""
    assert QGuiApplication.platformName() == "xcb", "these are acts on a real display"
    folder = tmp_path_factory.mktemp("desk")
    manager = practice.as_role(Role.MANAGER)
    people = _people(manager)
    ways = [practice.account("prescriber", n) for n in range(2)] + [practice.account("clinician")]
    names = ("Dr A Cre", "Dr B Eck", "Dr C Oll")
    doctors = [
        surgery(manager, (way["reference"], name), at("10:00"), slots)
        for way, name, slots in zip(ways, names, (48, 42), strict=False)
    ]
    phone = (SlotType.PHONE_CALL, "Phone call")
    calls = (ways[2]["reference"], names[2])
    online = (practice.account("prescriber", 2)["reference"], "Dr D Onn")
    doctors.append(surgery(manager, calls, at("10:00"), 12, kind=phone, channel=Channel.TELEPHONE))
    doctors.append(surgery(manager, online, at("13:00"), 24, spare_min=60))
    visit = (SlotType.VISIT, "Home visit")
    doctors.append(surgery(manager, (ways[1]["reference"], names[1]), at("17:00"), 5, kind=visit))
    surgery(manager, (ways[0]["reference"], names[0]), at("10:00", NEXT), 48)
    connection = run_in(loop, doors.connection(practice.account(Role.RECEPTIONIST)))
    look, state = Look(Scheme.LIGHT), WindowState(folder / "window.ini")
    signed_in = SignedIn(doors.network, connection, folder, KEY, look, state)
    signed_in.window.resize(1366, 768)
    signed_in.window.setWindowState(signed_in.window.windowState().__class__(0))
    signed_in.window.show()
    run_in(loop, signed_in.start())
    desks = Desks(doors, loop, tmp_path_factory.mktemp("there"))
    there = run_in(loop, desks.open(Role.MANAGER))
    stage = Stage(signed_in, there, practice, manager, loop, people, doctors)
    heard = {slot_id for doctor in doctors for slot_id in doctor.slot_ids}
    stage.until(
        lambda: all(d.slots.get(i) is not None for d in (stage.desk, there) for i in heard),
        "both desks knew of every slot",
    )
    signed_in.desk.told.connect(stage.told.append)
    yield stage
    signed_in.window.close()
    run_in(loop, desks.close())
    run_in(loop, signed_in.close())


@pytest.fixture
def stage(open_stage: Stage, escaped: list[BaseException]) -> Iterator[Stage]:
    """The stage as every act finds it; nothing may escape from the program meanwhile."""
    open_stage.set_up()
    yield open_stage
    open_stage.settled()
    found = list(escaped)
    escaped.clear()
    assert not found, found


@pytest.fixture(params=["keyboard", "mouse"])
def hand(request: pytest.FixtureRequest, open_stage: Stage) -> Keyboard | Mouse:
    """Either hand; the other is not used."""
    return (Keyboard if request.param == "keyboard" else Mouse)(open_stage.until)


def _people(manager: Signed) -> list[Patient]:
    """Everybody who has no near-twin, is well enough to come, and has not asked for anything."""
    found = [Patient.from_tree(tree) for tree in manager.search("Patient?_count=1000")]
    asking = {
        str(tree.get(who, {}).get("reference", ""))
        for who, query in (
            ("for", "Task?status=requested"),
            ("subject", "Communication?status=in-progress"),
        )
        for tree in manager.search(f"{query}&_count=1000")
    } | {account["reference"] for account in manager.practice.accounts}
    families = Counter(p.family.lower() for p in found)
    return sorted(
        (
            p
            for p in found
            if not p.deceased
            and p.nhs_number
            and f"Patient/{p.id}" not in asking
            and not any(p.is_near_twin_of(other) for other in found if other is not p)
        ),
        key=lambda p: (families[p.family.lower()], p.id),
    )
