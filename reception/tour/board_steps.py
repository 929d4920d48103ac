"""The tour's steps on the board itself: move, swap, look at a part of it, look ahead, print."""

import time
from datetime import timedelta

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog

from reception.desk.desk import Desk
from reception.records import Appointment, Slot
from reception.tour.hands import Hands, StepFailed
from reception.ui.board_page import BoardPage
from reception.ui.main_window import MainWindow
from reception.widgets.board_filter import BoardFilter, Columns
from reception.widgets.board_painter import Zoom

_AHEAD = timedelta(minutes=30)


class BoardSteps:
    """Plays on the board page of a running window; every step happens or raises `StepFailed`."""

    def __init__(self, hands: Hands, desk: Desk, window: MainWindow) -> None:
        self._hands, self._desk, self._window = hands, desk, window
        page = window.pages[1]
        assert isinstance(page, BoardPage)
        self._page = page

    async def move_by_keyboard(self) -> str:
        """M, to another place, Enter, and Enter once more when it has been looked at."""
        held, slot = self._movable()
        began_s = time.perf_counter()
        self._to(held)
        await self._hands.strike("m")
        self._page.pane.view.go_to(slot.reference)
        await self._hands.strike(Qt.Key.Key_Return)
        await self._hands.until(
            self._page.moving.confirm.isVisible, "the move was shown beforehand"
        )
        await self._hands.picture(self._window, "move-preview")
        await self._hands.strike(Qt.Key.Key_Return)
        await self._hands.until(
            lambda: self._now(held).slot_ids == (slot.id,), "the appointment was moved"
        )
        took_s = time.perf_counter() - began_s
        await self._hands.until(self._page.side.isHidden, "the board had the keyboard again")
        await self._hands.picture(self._window, "moved")
        await self._hands.strike("z")
        await self._hands.until(
            lambda: self._now(held).slot_ids == held.slot_ids, "the move was taken back"
        )
        return f"shown first, done, taken back with Z; {took_s:.1f} s to the new place"

    async def swap_by_mouse(self) -> str:
        """One appointment dropped on another: they change places."""
        first, second = self._pair()
        view = self._page.pane.view
        view.go_to(self._key(second))
        view.go_to(self._key(first))
        await self._hands.drag(self._middle(first), self._middle(second))
        await self._hands.until(
            self._page.moving.confirm.isVisible, "the swap was shown beforehand"
        )
        await self._hands.picture(self._window, "swap-preview")
        await self._hands.strike(Qt.Key.Key_Return)
        await self._hands.until(
            lambda: (
                self._now(first).slot_ids == second.slot_ids
                and self._now(second).slot_ids == first.slot_ids
            ),
            "the two had changed places",
        )
        return f"{first.patient_name} and {second.patient_name}"

    async def look_at_parts(self) -> str:
        """Rooms, free slots only, larger, a week, and the day as a table."""
        page, hands = self._page, self._hands
        page.bar.columns_wanted.emit(Columns.ROOMS)
        await hands.picture(self._window, "board-rooms")
        page.bar.columns_wanted.emit(Columns.CLINICIANS)
        page.bar.filter_wanted.emit(BoardFilter(free_only=True))
        await hands.picture(self._window, "board-free-only")
        page.bar.filter_wanted.emit(BoardFilter())
        page.pane.view.setFocus()
        await hands.strike(Qt.Key.Key_Plus, ctrl=True)
        if page.pane.view.zoom is not Zoom.ROOMY:
            raise StepFailed("the board did not grow")
        await hands.picture(self._window, "board-roomy")
        await hands.strike(Qt.Key.Key_0, ctrl=True)
        page.week_button.click()
        week = page.week
        assert week is not None
        await hands.until(week.model.rowCount, "the week was there")
        await hands.picture(self._window, "week")
        page.week_button.click()
        page.list_button.click()
        await hands.picture(self._window, "day-as-a-table")
        page.list_button.click()
        return "rooms, free only, larger, one clinician's week, a table"

    async def look_at_sessions(self) -> str:
        """The sessions of the week and the templates that they are cut from."""
        titles = [page.title for page in self._window.pages]
        self._window.go_to(titles.index("Sessions"))
        await self._hands.picture(self._window, "sessions")
        return "the week's sessions, templates, whom to contact"

    async def print_the_day(self) -> str:
        """The day on paper, as it is shown before it is printed."""
        self._window.go_to(1)
        self._page.print_button.click()
        await self._hands.until(lambda: self._printing() is not None, "the print window opened")
        window = self._printing()
        assert window is not None
        await self._hands.until(lambda: getattr(window, "booklet", None), "the pages were laid out")
        await self._hands.picture(window, "print-preview")
        window.close()
        return "every clinician on pages of their own"

    # -- with what

    @staticmethod
    def _printing() -> QDialog | None:
        shown = (w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog))
        return next((w for w in shown if w.isVisible()), None)

    def _to(self, held: Appointment) -> None:
        self._window.go_to(1)
        if not self._page.pane.show_appointment(held.id):
            raise StepFailed(f"{held.patient_name} is not on the board")
        self._page.pane.view.setFocus()

    def _now(self, held: Appointment) -> Appointment:
        now = self._desk.appointments.get(held.id)
        if now is None:
            raise StepFailed(f"{held.patient_name} is gone from the board")
        return now

    def _waiting(self) -> list[Appointment]:
        after = self._desk.time.now() + _AHEAD
        booked = (
            a
            for a in self._desk.appointments
            if a.status == "booked" and len(a.slot_ids) == 1 and a.start > after
        )
        return sorted(booked, key=lambda a: (a.start, a.id))

    def _movable(self) -> tuple[Appointment, Slot]:
        free = [
            s for s in self._desk.slots if s.status == "free" and s.start > self._desk.time.now()
        ]
        for held in self._waiting():
            for slot in sorted(free, key=lambda s: (s.start, s.id)):
                alike = (slot.type_code, slot.channel) == (held.type_code, held.channel)
                if alike and slot.end - slot.start == held.end - held.start:
                    return held, slot
        raise StepFailed("there is no free slot like that of anybody booked")

    def _pair(self) -> tuple[Appointment, Appointment]:
        """Two that may change places and stand on one screen: one clinician, near in time."""
        waiting = self._waiting()
        for first in waiting:
            for second in waiting:
                near = timedelta() < second.start - first.start < timedelta(hours=1)
                alike = (first.type_code, first.channel) == (second.type_code, second.channel)
                same = first.practitioner_id == second.practitioner_id
                if near and alike and same and first.patient_id != second.patient_id:
                    return first, second
        raise StepFailed("no two appointments can change places")

    def _key(self, held: Appointment) -> str:
        return self._page.pane.model.key_of(held)

    def _middle(self, held: Appointment) -> QPoint:
        view = self._page.pane.view
        rect = view.visualRect(self._page.pane.model.index_of(self._key(held)))
        return view.viewport().mapToGlobal(rect.center())
