"""The steps of the tour: a receptionist's Monday morning, by keyboard and by mouse."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from contract.codes import Priority
from contract.core_hours import LONDON
from reception.app import App
from reception.desk.desk import Desk
from reception.records import Appointment, Request, Slot
from reception.records.tree import wire_time
from reception.tour.board_steps import BoardSteps
from reception.tour.cable import Cable
from reception.tour.hands import Hands, StepFailed
from reception.tour.order_steps import OrderSteps
from reception.tour.patient import OnlinePatient
from reception.tour.watch import PaintWatch
from reception.ui.board_page import BoardPage
from reception.ui.desk_page import DeskPage
from reception.ui.main_window import MainWindow
from reception.ui.messages_page import MessagesPage
from reception.ui.release_page import ReleasePage
from reception.widgets.palette import Scheme
from reception.widgets.queue_lane import Lane

OUTAGE_S = 20.0
RELEASED = 6
SEND_S = 40.0
"""A message leaves 20 s after it was sent off, in real time."""


@dataclass
class Report:
    """What happened, with times."""

    lines: list[str] = field(default_factory=list)

    def add(self, step: str, said: str) -> None:
        """One step is done."""
        self.lines.append(f"{step:<22} {said}")


class Tour:
    """Plays the morning on a running program. Every step either happens or raises `StepFailed`."""

    def __init__(self, app: App, cable: Cable, out: Path, began_s: float) -> None:
        self._app, self._cable = app, cable
        self._hands = Hands(out)
        self._began_s = began_s
        self.report = Report()
        self._touched: set[str] = set()

    async def play(self) -> None:
        """Every step, in order."""
        steps: list[Callable[[], Awaitable[None]]] = [
            self._sign_in,
            self._watch_eight_o_clock,
            self._triage_five,
            self._book_by_keyboard,
            self._book_by_drag,
            self._arrive_and_send_in,
            self._answer_a_message,
            self._work_an_order,
            self._release_six,
            self._patients_book,
            self._lose_the_network,
            self._work_on_the_board,
            self._look_in_the_dark,
        ]
        for step in steps:
            try:
                await step()
            except StepFailed as failed:
                await self._hands.picture(self._any_window(), "failed")
                name = step.__name__.strip("_").replace("_", " ")
                raise StepFailed(f"'{name}' did not happen: {failed}") from failed

    # -- what the steps work with

    @property
    def _desk(self) -> Desk:
        assert self._app.signed_in is not None
        return self._app.signed_in.desk

    @property
    def _window(self) -> MainWindow:
        assert self._app.signed_in is not None
        return self._app.signed_in.window

    def _any_window(self) -> QWidget:
        return self._window if self._app.signed_in is not None else self._first_window()

    def _first_window(self) -> QWidget:
        assert self._app.first is not None
        return self._app.first

    def _go_to(self, number: int) -> None:
        self._window.activateWindow()
        self._window.go_to(number)

    @property
    def _desk_page(self) -> DeskPage:
        page = self._window.pages[0]
        assert isinstance(page, DeskPage)
        return page

    @property
    def _board_page(self) -> BoardPage:
        page = self._window.pages[1]
        assert isinstance(page, BoardPage)
        return page

    def _free_slots(self) -> list[Slot]:
        now = self._desk.time.now()
        free = [
            s
            for s in self._desk.slots
            if s.status == "free" and s.start > now and not s.is_online and s.type_code != "break"
        ]
        return sorted(free, key=lambda slot: (slot.start, slot.id))

    def _next_request(self, suits: Callable[[Request], bool]) -> str:
        """The first request of the queue that *suits* and was not touched by the tour yet."""
        model = self._desk_page.queue.model
        for request_id in model.ids:
            request = self._desk.requests.get(request_id)
            if request is None or request_id in self._touched:
                continue
            if not request.is_unmatched and suits(request):
                self._touched.add(request_id)
                return request_id
        raise StepFailed("no request in the queue is of the kind this step needs")

    async def _open_request(self, request_id: str) -> None:
        page = self._desk_page
        page.queue.admit()
        view = page.queue.view
        view.setFocus()
        view.setCurrentIndex(page.queue.model.index(page.queue.model.row_of(request_id), 0))
        await self._hands.strike(Qt.Key.Key_Return)
        await self._hands.until(
            lambda: page.panel.request is not None and page.panel.request.id == request_id,
            "the request opened",
        )
        me = self._desk.me.reference
        await self._hands.until(
            lambda: (r := self._desk.requests.get(request_id)) is not None and r.owner == me,
            "the request was claimed",
        )
        await self._hands.until(lambda: page.panel.patient is not None, "the patient was shown")

    def _request(self, request_id: str) -> Request:
        request = self._desk.requests.get(request_id)
        if request is None:
            raise StepFailed(f"request {request_id} is gone")
        return request

    # -- the steps

    async def _sign_in(self) -> None:
        await self._hands.until(lambda: self._app.first is not None, "the first window")
        await self._hands.picture(self._first_window(), "first-window")
        await self._hands.until(lambda: self._app.signed_in is not None, "the sign-in", 120)
        signed_in_s = time.perf_counter()
        self._window.resize(1920, 1080)
        self._window.activateWindow()
        await self._hands.until(
            lambda: len(self._desk.slots) and not self._desk.is_loading, "the board was complete"
        )
        loaded_s = time.perf_counter() - signed_in_s
        await self._hands.until(lambda: self._desk.freshness.state == "live", "it was live")
        await self._hands.picture(self._window, "signed-in")
        self.report.add(
            "signed in",
            f"as {self._desk.me.display}, {self._desk.me.role}; window to complete board "
            f"{loaded_s * 1000:.0f} ms ({len(self._desk.slots)} slots, "
            f"{len(self._desk.requests)} requests)",
        )

    async def _watch_eight_o_clock(self) -> None:
        self._go_to(1)
        eight = self._desk.time.now().astimezone(LONDON).replace(hour=8, minute=0, second=0)
        before = {a.id for a in self._desk.appointments if a.status == "booked"}
        await self._hands.until(lambda: self._desk.time.now() >= eight, "it was eight o'clock", 200)
        await self._hands.picture(self._window, "eight-o-clock")

        def came() -> set[str]:
            return {a.id for a in self._desk.appointments if a.status == "booked"} - before

        await self._hands.until(lambda: len(came()) >= 5, "patients booked online", 120)
        await self._hands.until(
            lambda: self._desk.time.now() >= eight + timedelta(seconds=75),
            "the rush was over",
            120,
        )
        await self._hands.picture(self._window, "after-the-rush")
        self.report.add(
            "08:00",
            f"{len(came())} online bookings appeared within 75 s of practice time; "
            f"{len(self._desk.queue())} requests wait",
        )

    async def _triage_five(self) -> None:
        self._go_to(0)
        page, strike = self._desk_page, self._hands.strike
        page.queue.show_lane(Lane.ALL)
        began_s = time.perf_counter()

        first = self._next_request(lambda r: _is_form(r) and not r.is_urgent)
        await self._open_request(first)
        await self._hands.picture(self._window, "request-open")
        await strike("u")
        await self._hands.until(
            lambda: self._request(first).priority == Priority.URGENT, "it was urgent"
        )

        second = self._next_request(_is_form)
        await self._open_request(second)
        await strike("e", "4")
        await self._hands.until(page.panel.ending.isVisible, "the words to the patient were shown")
        await self._hands.picture(self._window, "ending")
        page.panel.ending.silent.click()
        await self._hands.until(lambda: not self._request(second).is_open, "it was done")

        third = self._next_request(_is_form)
        await self._open_request(third)
        await strike("t")
        await self._hands.type("duty")
        await strike(Qt.Key.Key_Return)
        await self._hands.until(
            lambda: self._request(third).status in ("accepted", "in-progress"), "it was handed on"
        )

        fourth = self._next_request(lambda r: _is_form(r) and bool(r.thread_id))
        await self._open_request(fourth)
        await strike("r")
        await self._hands.type("Thank you for telling us. Could you send a photo, please?")
        await self._hands.picture(self._window, "reply")
        await strike(Qt.Key.Key_Return, ctrl=True)

        fifth = self._next_request(lambda r: _is_form(r) and self._is_free_today(r))
        await self._open_request(fifth)
        await strike("b")
        await self._hands.until(lambda: page.panel.fits.slot_ids, "best-fit slots were offered")
        await self._hands.picture(self._window, "best-fit")
        await strike(Qt.Key.Key_Return)
        await self._hands.until(lambda: not self._request(fifth).is_open, "it was booked")
        await self._hands.picture(self._window, "booked-from-request")
        took_s = time.perf_counter() - began_s
        await self._hands.until(
            lambda: self._request(fourth).status == "on-hold", "the reply was sent", SEND_S
        )
        self.report.add(
            "triaged five",
            f"urgent, done, handed to the duty team, replied, booked; {took_s:.1f} s at the keys",
        )

    def _is_free_today(self, request: Request) -> bool:
        """Whether the patient has no other appointment today, about which the desk would ask."""
        return not self._desk.appointments.of_patient(request.patient_id)

    async def _book_by_keyboard(self) -> None:
        self._go_to(1)
        page, strike = self._board_page, self._hands.strike
        slot = self._free_slots()[0]
        patient = await self._somebody()
        page.pane.view.setFocus()
        page.pane.view.go_to(slot.reference)
        await strike("b")
        await self._hands.until(lambda: page.booking.slot_id == slot.id, "the booking began")
        await self._hands.until(
            lambda: (
                (s := self._desk.slots.get(slot.id)) is not None and s.status == "busy-tentative"
            ),
            "the slot was held",
        )
        await self._hands.type(patient)
        await self._hands.until(page.booking.search.model.rowCount, "the patient was found")
        await self._hands.picture(self._window, "patient-search")
        await strike(Qt.Key.Key_Down, Qt.Key.Key_Return)
        await self._hands.until(
            lambda: page.booking.patient is not None or not page.booking.twins.isHidden(),
            "the patient was chosen",
        )
        if page.booking.patient is None:
            await strike(Qt.Key.Key_Return)
            await self._hands.until(lambda: page.booking.patient is not None, "one twin was meant")
        page.booking.reason.setFocus()
        await self._hands.type("Knee pain")
        await self._hands.picture(self._window, "booking")
        page.booking.book.setFocus()
        began_s = time.perf_counter()
        await strike(Qt.Key.Key_Space)
        await self._hands.until(lambda: self._booked_in(slot.id), "it was booked")
        took_ms = (time.perf_counter() - began_s) * 1000
        await self._hands.picture(self._window, "booked-by-keyboard")
        self.report.add("booked by keyboard", f"{_at(slot.start)}; {took_ms:.0f} ms to the board")

    async def _somebody(self) -> str:
        """What one types to find a patient who is not on today's board."""
        here = {a.patient_id for a in self._desk.appointments}
        for request in self._desk.requests:
            patient = self._desk.patients.get(request.patient_id)
            if patient is not None and patient.born and patient.id not in here:
                return f"{patient.family} {patient.given.split()[0]} {patient.born:%d/%m/%Y}"
        raise StepFailed("nobody could be found to book for")

    def _booked_in(self, slot_id: str) -> Appointment | None:
        slot = self._desk.slots.get(slot_id)
        return self._desk.appointment_in(slot) if slot is not None else None

    async def _book_by_drag(self) -> None:
        self._go_to(0)
        page = self._desk_page
        request_id = self._next_request(lambda r: _is_form(r) and self._is_free_today(r))
        slot = self._free_slots()[0]
        view, board = page.queue.view, page.board.view
        page.queue.admit()
        board.go_to(slot.reference)
        row = page.queue.model.index(page.queue.model.row_of(request_id), 0)
        # In the middle: at the foot the toast of the last act may lie over it.
        view.scrollTo(row, QAbstractItemView.ScrollHint.PositionAtCenter)
        await asyncio.sleep(0.3)
        row = page.queue.model.index(page.queue.model.row_of(request_id), 0)
        start = view.viewport().mapToGlobal(view.visualRect(row).center())
        cell = board.visualRect(page.board.model.index_of(slot.reference))
        end = board.viewport().mapToGlobal(cell.center())
        await self._hands.drag(start, end, picture_of=self._window)
        await self._hands.until(lambda: self._booked_in(slot.id), "the drop booked it")
        await self._hands.until(
            lambda: not self._request(request_id).is_open, "the request was closed"
        )
        await self._hands.picture(self._window, "booked-by-drag")
        self.report.add("booked by drag", f"{_at(slot.start)}; request closed, patient told")

    async def _arrive_and_send_in(self) -> None:
        self._go_to(1)
        page, strike = self._board_page, self._hands.strike
        booked = sorted(
            (a for a in self._desk.appointments if a.status == "booked" and a.slot_ids),
            key=lambda a: (a.start, a.id),
        )
        chosen = [a.id for a in booked if a.channel == "In-person"][:4]
        for appointment_id in chosen:
            page.pane.show_appointment(appointment_id)
            page.pane.view.setFocus()
            await strike("a")
            await self._hands.until(
                partial(self._has_status, appointment_id, "arrived"), "the patient had arrived"
            )
        for appointment_id in chosen[:2]:
            page.pane.show_appointment(appointment_id)
            await strike("s")
            await self._hands.until(
                partial(self._has_status, appointment_id, "checked-in"), "they were sent in"
            )
        await self._hands.picture(self._window, "arrived-and-sent-in")
        await strike("z")
        await self._hands.until(
            partial(self._has_status, chosen[1], "arrived"), "the last was undone"
        )
        self.report.add("arrive and send in", "4 arrived, 2 sent in, 1 taken back with Z")

    def _has_status(self, appointment_id: str, status: str) -> bool:
        held = self._desk.appointments.get(appointment_id)
        return held is not None and held.status == status

    async def _answer_a_message(self) -> None:
        self._go_to(2)
        page = self._window.pages[2]
        assert isinstance(page, MessagesPage)
        strike = self._hands.strike
        await strike(Qt.Key.Key_Return)
        await self._hands.until(lambda: page.request is not None, "a conversation opened")
        assert page.request is not None
        request_id = page.request.id
        await self._hands.until(
            lambda: page.composer.target is not None, "the answer could be written"
        )
        await strike("r")
        await self._hands.type("Thank you. The doctor has seen this and will ring you on Tuesday.")
        await self._hands.until(page.composer.send.isEnabled, "the answer could be sent")
        await self._hands.picture(self._window, "message")
        await strike(Qt.Key.Key_Return, ctrl=True)
        await self._hands.until(
            lambda: self._request(request_id).status == "on-hold", "the answer was sent", SEND_S
        )
        await self._hands.picture(self._window, "message-sent")
        self.report.add("answered a message", "sent after the 20 s in which it can be taken back")

    async def _work_an_order(self) -> None:
        steps = OrderSteps(self._hands, self._desk, self._window)
        self.report.add("worked an order", await steps.work_one())

    async def _release_six(self) -> None:
        page = next(p for p in self._window.pages if isinstance(p, ReleasePage))
        self._go_to(self._window.pages.index(page))
        page.open_pane.form.count.setValue(RELEASED)
        hour = self._desk.time.now().astimezone(LONDON).replace(hour=14, minute=0, second=0)
        page.open_pane.form.set_times(hour.time(), hour.replace(hour=18, minute=30).time())
        await self._hands.until(lambda: len(page.picked) == RELEASED, "six slots were picked")
        picked = [slot.id for slot in page.picked]
        outlook = self._desk.outlook
        await self._hands.until(
            lambda: all(map(outlook.knows, outlook.days)), "the fortnight was loaded", 30
        )
        await self._hands.picture(self._window, "release-preview")
        page.open_pane.apply.setFocus()
        await self._hands.strike(Qt.Key.Key_Space)

        def opened() -> bool:
            slots = [self._desk.slots.get(slot_id) for slot_id in picked]
            return all(s is not None and s.status == "free" and s.is_online for s in slots)

        await self._hands.until(opened, "patients can see them")
        await self._hands.picture(self._window, "released")
        self._released = picked
        self.report.add("released six", "free and online on the board")

    async def _patients_book(self) -> None:
        self._go_to(1)
        board = self._board_page.pane.view
        board.setFocus()
        await self._hands.strike(Qt.Key.Key_Minus, ctrl=True)  # all of the day is on the screen
        watch = PaintWatch(self._desk, board.viewport())
        took_ms: list[str] = []
        for patient in await self._patients():
            booked = await self._app.network.call(patient.book(*self._afternoon()))
            await self._hands.until(
                partial(watch.painted_s.get, booked.appointment_id), "it was painted", 5
            )
            painted_s = watch.painted_s[booked.appointment_id]
            took_ms.append(
                f"{(painted_s - booked.sent_s) * 1000:.0f} "
                f"({(painted_s - booked.answered_s) * 1000:+.0f})"
            )
        watch.stop()
        await self._hands.picture(self._window, "patients-booked")
        await self._hands.strike(Qt.Key.Key_0, ctrl=True)
        self.report.add(
            "patients booked",
            "patient's press to painted on the board (after the patient's own answer): "
            f"{', '.join(took_ms)} ms",
        )

    async def _patients(self) -> list[OnlinePatient]:
        ready = self._app.demo_ready
        assert ready is not None
        accounts = [account for account in ready.accounts if account.role == "patient"]
        patients = [OnlinePatient(self._app.network, ready, account) for account in accounts]
        for patient in patients:
            await self._app.network.call(patient.sign_in())
        self._waiting = patients[-1:]
        return patients[:-1]

    def _afternoon(self) -> tuple[str, str]:
        now: datetime = self._desk.time.now().astimezone(LONDON)
        start = now.replace(hour=13, minute=0, second=0, microsecond=0)
        return wire_time(start), wire_time(start.replace(hour=18, minute=30))

    async def _lose_the_network(self) -> None:
        self._go_to(1)
        self._cable.pull()
        pulled_s = time.perf_counter()
        (patient,) = self._waiting
        booked = await self._app.network.call(patient.book(*self._afternoon()))
        await self._hands.until(
            lambda: self._desk.freshness.state == "silent", "the board greyed", 25
        )
        greyed_s = time.perf_counter() - pulled_s
        if self._desk.freshness.can_book:
            raise StepFailed("booking was not locked")
        await self._hands.picture(self._window, "no-contact")
        await asyncio.sleep(max(0.0, OUTAGE_S - (time.perf_counter() - pulled_s)))
        missed = booked.appointment_id
        if self._desk.appointments.get(missed) is not None:
            raise StepFailed("the cable was not out")
        self._cable.put_back()
        back_s = time.perf_counter()
        await self._hands.until(
            lambda: self._desk.appointments.get(missed), "what was missed was on the board", 30
        )
        await self._hands.until(lambda: self._desk.freshness.state == "live", "it was live", 30)
        caught_up_s = time.perf_counter() - back_s
        await self._hands.picture(self._window, "caught-up")
        self.report.add(
            "lost the network",
            f"for {OUTAGE_S:.0f} s; greyed and locked after {greyed_s:.1f} s; caught up "
            f"{caught_up_s:.1f} s after it was back",
        )

    async def _work_on_the_board(self) -> None:
        self._go_to(1)
        steps = BoardSteps(self._hands, self._desk, self._window)
        self.report.add("moved by keyboard", await steps.move_by_keyboard())
        self.report.add("swapped by mouse", await steps.swap_by_mouse())
        self.report.add("looked at parts", await steps.look_at_parts())
        self.report.add("sessions", await steps.look_at_sessions())
        self.report.add("print preview", await steps.print_the_day())

    async def _look_in_the_dark(self) -> None:
        self._window.top_bar.scheme_requested.emit(Scheme.DARK)
        self._go_to(0)
        await self._hands.picture(self._window, "desk-dark")
        self._go_to(1)
        await self._hands.picture(self._window, "board-dark")
        self._window.resize(1366, 768)
        QApplication.processEvents()
        await self._hands.picture(self._window, "board-small")
        self._window.top_bar.scheme_requested.emit(Scheme.LIGHT)
        self._go_to(0)
        await self._hands.picture(self._window, "desk-small")
        self.report.add("dark and small", "both schemes, 1920x1080 and 1366x768")


def _is_form(request: Request) -> bool:
    """Something new on a form, rather than a conversation or a repeat prescription."""
    return request.status == "requested" and not request.is_repeat and not request.is_thread


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%H:%M}"
