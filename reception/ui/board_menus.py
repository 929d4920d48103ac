"""What the board's menu offers for slots and sessions, and doing it; by key as well.

C closes a slot and opens it again, P parts it in two (with Shift, where one likes), G joins it
with the next, Y goes to its session. The Menu key or Shift+F10 opens the menu.
"""

from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent

from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible
from reception.records import Slot as SlotRecord
from reception.records.new_session import is_off
from reception.records.problem import Problem, Refused
from reception.ui.board_pane import BoardPane
from reception.ui.tasks import Tasks
from reception.widgets.board_cell import Cell, clock_text
from reception.widgets.board_menu import Act, BoardMenu, appointment_acts
from reception.widgets.board_source import Column
from reception.widgets.look import Look
from reception.widgets.part_card import PartCard

_NAMES = {"c": "close", "p": "part", "g": "join", "y": "session"}
_FREE_ONLY = "Only free slots can be changed."


class BoardMenus(QObject):
    """Wires a `BoardMenu` to a board; others may add acts of their own to `menu`."""

    page_requested = Signal(str, str)
    problem_met = Signal(Problem)

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, pane: BoardPane) -> None:
        super().__init__(pane)
        self._desk, self._tasks, self._pane = desk, tasks, pane
        self._warned = ""
        self.menu = BoardMenu(pane)
        self.menu.add_cell_acts(self._appointment_acts)
        self.menu.add_cell_acts(self._slot_acts)
        self.menu.add_column_acts(self._session_acts)
        self.menu.cell_act_chosen.connect(self.do)
        self.menu.column_act_chosen.connect(self.do_for_session)
        self.part_card = PartCard(look, pane)
        self.part_card.chosen.connect(self._on_part_chosen)
        self.part_card.closed.connect(self._on_card_closed)
        pane.view.current_moved.connect(self._on_current_moved)
        for watched in (pane.view, pane.view.viewport(), pane.header):
            watched.installEventFilter(self)

    # What is offered

    def _appointment_acts(self, cell: Cell) -> list[Act]:
        return appointment_acts(cell, self._desk.time.now())

    def _slot_acts(self, cell: Cell) -> list[Act]:
        slot = cell.slot
        if slot is None:
            return []
        now = self._desk.time.now()
        free = cell.appointment is None and slot.status == "free"
        why = "" if free else _FREE_ONLY
        acts: list[Act] = []
        if cell.is_bookable(now):
            acts.append(Act("b", "Book", "B"))
        elif slot.end > now:
            acts.append(Act("B", "Squeeze somebody in here", "Shift+B"))
        acts.append(Act("i", "Somebody has walked in", "I"))
        if slot.is_blocked:
            acts.append(Act("close", "Open this slot again", "C"))
        elif cell.appointment is None:
            acts.append(Act("close", "Close this slot", "C", why))
            if slot.is_online:
                acts.append(Act("withdraw", "Withdraw from online booking", why_not=why))
            else:
                started = "It has begun." if slot.start <= now else ""
                acts.append(Act("online", "Open to online booking", why_not=started))
            acts.append(Act("part", "Part it in two", "P", why))
            acts.append(Act("part-at", "Part it at a time ...", "Shift+P", why))
            acts.append(Act("join", *self._join_words(slot, why)))
        acts.append(Act("session", "The session: extend, shorten, cancel", "Y"))
        return acts

    def _join_words(self, slot: SlotRecord, why: str) -> tuple[str, str, str]:
        after = self._desk.slot_after(slot)
        if after is None or after.status != "free":
            return "Join with the next", "G", why or "The next slot is not free."
        online = ", which patients can book online" if after.is_online else ""
        return f"Join with {clock_text(after.start)}{online}", "G", why

    def _session_acts(self, column: Column) -> list[Act]:
        acts = []
        for session in column.sessions:
            at = f"{clock_text(session.start)}-{clock_text(session.end)}"
            name = f"{session.name or 'Session'} {at}"
            if is_off(session):
                name += " (cancelled)"
            acts.append(Act("session", f"{name}: extend or shorten", about=session.id))
            acts.append(Act("cancel-session", f"{name}: cancel", about=session.id))
            acts.append(Act("template", f"{name}: save as template", about=session.id))
        return acts

    # Gestures

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The menu by mouse and by keyboard, and the keys of slots."""
        if isinstance(event, QContextMenuEvent):
            return self._menu(watched, event)
        shift = Qt.KeyboardModifier.ShiftModifier
        if (
            watched is self._pane.view
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not event.modifiers() & ~shift
        ):
            if event.key() == Qt.Key.Key_F10 and event.modifiers() & shift:
                self._menu_of_current()  # X11 tells of the Menu key alone as asking for a menu
                return True
            name = _NAMES.get(event.text().lower())
            if name == "part" and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                name = "part-at"
            if name is not None and self._pane.view.current_key:
                self.do(name, self._pane.view.current_key)
                return True
        return super().eventFilter(watched, event)

    def _menu(self, watched: QObject, event: QContextMenuEvent) -> bool:
        view = self._pane.view
        if watched is self._pane.header:
            key = view.place.column_at(event.pos().x() + view.horizontalOffset())
            column = view.board.column(key) if key else None
            if column is not None:
                self.menu.show_for_column(column, event.globalPos())
            return True
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._menu_of_current()
            return True
        if watched is view.viewport():
            index = view.indexAt(event.pos())
            cell, at = view.board.cell_at(index), event.globalPos()
            if cell is not None:
                view.setCurrentIndex(index)
        else:
            return False
        if cell is not None:
            self.menu.show_for_cell(cell, QPoint(at))
        return True

    def _menu_of_current(self) -> None:
        """By key: below the current cell, once (Windows tells of Shift+F10 twice)."""
        view = self._pane.view
        cell = view.board.cell_at(view.currentIndex())
        if cell is not None and self.menu.shown is None:
            view.scrollTo(view.currentIndex())
            at = view.visualRect(view.currentIndex()).bottomLeft()
            self.menu.show_for_cell(cell, view.viewport().mapToGlobal(at))

    @Slot(str)
    def _on_current_moved(self, _key: str) -> None:
        self._warned = ""

    # Doing it

    @Slot(str, str)
    def do(self, name: str, key: str) -> None:
        """Do the act *name* on the cell *key*."""
        cell = self._pane.model.cell(key)
        if cell is None:
            return
        if len(name) == 1:
            self._pane.act(name, key)
        elif name == "open":
            self._pane.opened.emit(key)
        elif cell.slot is None:
            self._say(f"There is no slot at {clock_text(cell.start)}.")
        elif name == "session":
            self.page_requested.emit("Sessions", f"Schedule/{cell.slot.schedule_id}")
        elif name == "part-at":
            self._ask_where_to_part(cell.slot)
        elif name == "join" and self._must_warn(cell.slot):
            self._warned = cell.key
        else:
            work = self._work(name, cell.slot)
            if work is not None:
                self._tasks.start(work, on_problem=self._on_problem)

    @Slot(str, str)
    def do_for_session(self, name: str, session_id: str) -> None:
        """Do the act *name* on a session: what needs a look at its patients is done on its page."""
        if name == "template":
            self._tasks.start(
                self._desk.templates.save_session(session_id), on_problem=self._on_problem
            )
        elif name == "cancel-session":
            self.page_requested.emit("Sessions", f"Cancel/{session_id}")
        elif name == "session":
            self.page_requested.emit("Sessions", f"Schedule/{session_id}")

    def _ask_where_to_part(self, slot: SlotRecord) -> None:
        if slot.status != "free":
            self._say(_FREE_ONLY)
            return
        view = self._pane.view
        box = view.visualRect(view.board.index_of(slot.reference))
        self.part_card.ask(slot)
        self.part_card.open_at(view.viewport(), box.bottomLeft(), self.part_card.at)

    @Slot(str, object)
    def _on_part_chosen(self, slot_id: str, at: datetime) -> None:
        self._tasks.start(self._desk.split_slot(slot_id, at), on_problem=self._on_problem)

    @Slot()
    def _on_card_closed(self) -> None:
        self._pane.view.setFocus()

    def _must_warn(self, slot: SlotRecord) -> bool:
        """Say once which online slot would be swallowed; the second key press does it."""
        after = self._desk.slot_after(slot)
        if after is None or not after.is_online or self._warned == slot.reference:
            return False
        self._say(
            f"That swallows the {clock_text(after.start)}, which patients can book online. "
            "Once more joins them."
        )
        return True

    def _work(self, name: str, slot: SlotRecord) -> Coroutine[Any, Any, object] | None:
        if name == "close":
            verb = self._desk.unblock if slot.is_blocked else self._desk.block
            return self._each(verb([slot.id]))
        if name == "online":
            return self._each(self._desk.open_online([slot.id]))
        if name == "withdraw":
            return self._each(self._desk.withdraw_online([slot.id]))
        if name == "part":
            return self._desk.split_slot(slot.id)
        if name == "join":
            return self._desk.merge_slot(slot.id)
        return None

    async def _each(self, work: Coroutine[Any, Any, dict[str, str]]) -> None:
        for sentence in (await work).values():
            self._say(sentence)

    def _on_problem(self, problem: Problem) -> None:
        if isinstance(problem, (NotPossible, Refused)):
            self._say(problem.sentence)
        else:
            self.problem_met.emit(problem)

    def _say(self, sentence: str) -> None:
        self._desk.told.emit(Notice(sentence, failed=True))
