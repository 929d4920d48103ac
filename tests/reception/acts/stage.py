"""The window that is acted on, the desk that watches, and what they stand on."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from PySide6.QtWidgets import QApplication

from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.records import Appointment, Patient, Slot
from reception.signed_in import SignedIn
from reception.ui.board_page import BoardPage
from reception.ui.main_window import MainWindow
from reception.ui.page import Page
from reception.ui.patients_page import PatientsPage
from reception.ui.release_page import ReleasePage
from reception.ui.sessions_page import SessionsPage
from reception.widgets.board_cell import CellState
from reception.widgets.board_filter import BoardFilter, Columns
from reception.widgets.board_painter import Zoom
from reception.widgets.board_view import BoardView
from tests.reception.acts.hands import Keyboard, Mouse
from tests.reception.acts.saturday import TODAY, Surgery
from tests.reception.conftest import run_in
from tests.running import RunningPractice, Signed

T = TypeVar("T")
P = TypeVar("P", bound=Page)
PATIENCE_S = 30.0


@dataclass
class Stage:
    """One signed-in window at a running practice, and a second desk without one.

    Attributes:
        signed_in: the program's own composition of one user.
        there: the second desk; what it holds has come over the wire.
        practice: the running service.
        manager: the wire, to prepare things with.
        loop: the session's loop.
        people: whom nobody can take for somebody else; each is used once.
        doctors: sessions of today by clinician, the left column first.
        told: what the window has said since the act began.
    """

    signed_in: SignedIn
    there: Desk
    practice: RunningPractice
    manager: Signed
    loop: asyncio.AbstractEventLoop
    people: list[Patient]
    doctors: list[Surgery]
    told: list[Notice] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)
    _known: dict[str, Patient] = field(default_factory=dict)

    # The window

    @property
    def window(self) -> MainWindow:
        """The main window."""
        return self.signed_in.window

    @property
    def desk(self) -> Desk:
        """The desk of the window; acts only read it."""
        return self.signed_in.desk

    @property
    def board(self) -> BoardPage:
        """The board page."""
        return self._page(BoardPage)

    @property
    def view(self) -> BoardView:
        """The board itself."""
        return self.board.pane.view

    @property
    def patients(self) -> PatientsPage:
        """The patients page."""
        return self._page(PatientsPage)

    @property
    def release(self) -> ReleasePage:
        """The release page."""
        return self._page(ReleasePage)

    @property
    def sessions(self) -> SessionsPage:
        """The sessions page."""
        return self._page(SessionsPage)

    def _page(self, kind: type[P]) -> P:
        return next(page for page in self.window.pages if isinstance(page, kind))

    def turn_to(self, hand: Keyboard | Mouse, page: Page) -> None:
        """Bring *page* to the front: by its button in the rail, or by its number."""
        number = self.window.pages.index(page)
        hand.press(self.window.rail._group.button(number), f"Ctrl+{number + 1}")
        self.until(page.isVisible, f"{page.title} was in front")

    def set_up(self) -> None:
        """Every act begins at today's board, with all of it shown and nothing in hand."""
        board, desk = self.board, self.desk
        if (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        if self.signed_in.printing.print_window is not None:
            self.signed_in.printing.print_window.reject()
        if self.window.page is not board:
            self.window.go_to(self.window.pages.index(board))
        board.week_button.setChecked(False)
        board.list_button.setChecked(False)
        if not board.side.isHidden():
            board.booking.close_flow()
            board.moving.give_up()
            board.close_side()
        if desk.day != TODAY:
            self.finish(desk.open_day(TODAY))
        if board.pane.model.filter.is_on or board.pane.model.kind is not Columns.CLINICIANS:
            board._show_part(Columns.CLINICIANS, BoardFilter())
        self.view.set_zoom(Zoom.NORMAL)
        self.window.toast.hide()
        self.window.banner.hide()
        board.banner.hide()
        self.window.activateWindow()
        self.until(self.window.isActiveWindow, "the window had the keyboard")
        self.view.setFocus()
        self.until(lambda: desk.is_complete and self.view.hasFocus(), "the board was there")
        self.told.clear()

    # Time

    def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run *work* to its end."""
        return run_in(self.loop, work, PATIENCE_S)

    def until(self, happened: Callable[[], object], what: str = "it happened") -> None:
        """Let the program work until *happened*."""
        try:
            self.finish(_until(happened))
        except TimeoutError:
            said = [notice.sentence for notice in self.told]
            raise AssertionError(f"it was waited in vain until {what}; said was {said}") from None

    def until_is(self, read: Callable[[], object], wanted: object) -> None:
        """Let the program work until *read* answers *wanted*."""
        self.until(lambda: read() == wanted, f"it was {wanted}")

    def settled(self) -> None:
        """Let the program finish what it has begun."""
        tasks = [page.tasks for page in (self.board, self.release, self.sessions)]
        self.until(lambda: not any(t.running for t in tasks), "everything had come to its end")

    # What acts need

    def somebody(self) -> Patient:
        """A patient whom no act has met."""
        return self.people.pop(0)

    def free(self, doctor: int = 0, run: int = 1) -> Slot:
        """A free slot to come of today that no act has met; with *run*, the first of as many."""
        ids = self.doctors[doctor].slot_ids
        soon = self.desk.time.now()
        for place in range(len(ids) - run + 1):
            some = ids[place : place + run]
            slots = [self.desk.slots.get(slot_id) for slot_id in some]
            if all(
                s is not None and s.id not in self._used and s.status == "free" and s.start > soon
                for s in slots
            ):
                self._used |= set(some)
                first = slots[0]
                assert first is not None
                return first
        raise LookupError(f"no {run} slots are left in column {doctor}")

    def booked(self, doctor: int = 0, *, run: int = 1, reason: str = "") -> Appointment:
        """Somebody whom the second desk has just booked; both desks know."""
        slot = self.free(doctor, run)
        ids = self.doctors[doctor].slot_ids
        place = ids.index(slot.id)
        return self.book_into(ids[place : place + run], self.somebody(), reason=reason)

    def book_into(
        self, slot_ids: tuple[str, ...], person: Patient, *, reason: str = ""
    ) -> Appointment:
        """Have the second desk book *person* into these."""
        self.until(
            lambda: all(self.there.slots.get(i) is not None for i in slot_ids),
            "the second desk knew of the slots",
        )
        held = self.finish(self.there.book(list(slot_ids), person, reason=reason))
        self._known[person.id] = person
        self.until(lambda: self.desk.appointments.get(held.id) is not None, "the booking was seen")
        self.until(lambda: self.board.pane.model.key_of(held), "the booking was on the board")
        return held

    def account_of(self, surgery_: Surgery) -> str:
        """The clinician of a session, as the window names them."""
        session = self.desk.sessions.get(surgery_.session_id)
        assert session is not None
        return session.practitioner_name

    def person(self, held: Appointment) -> Patient:
        """Whose *held* is."""
        return self._known[held.patient_id]

    # What the second desk sees

    def seen(self, held: Appointment) -> Appointment:
        """*held* as the second desk holds it now."""
        found = self.there.appointments.newest(held.id)
        assert found is not None
        return found

    def slot_seen(self, slot_id: str) -> Slot:
        """A slot as the second desk holds it now."""
        found = self.there.slots.newest(slot_id)
        assert found is not None
        return found

    def of(self, person: Patient) -> list[Appointment]:
        """What the second desk knows of *person*, by time; nothing that is over."""
        found = self.there.appointments.of_patient(person.id)
        live = [a for a in found if a.status in ("booked", "arrived", "checked-in", "fulfilled")]
        return sorted(live, key=lambda a: a.start)

    # Reading the board

    def key(self, held: Appointment) -> str:
        """Key of the cell of *held*."""
        newest = self.desk.appointments.get(held.id)
        assert newest is not None
        return self.board.pane.model.key_of(newest)

    def state(self, key: str) -> CellState:
        """What the cell *key* shows."""
        cell = self.board.pane.model.cell(key)
        assert cell is not None
        return cell.state(self.board.pane.model.now())


@dataclass
class Scene:
    """A stage and the hand that acts on it."""

    stage: Stage
    hand: Keyboard | Mouse


async def _until(happened: Callable[[], object]) -> None:
    while not happened():  # noqa: ASYNC110 - what a window shows has no event to wait for
        await asyncio.sleep(0.005)
