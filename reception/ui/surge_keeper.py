"""Joins the strip about a surge to the desk: looks once a minute, and does what is asked of it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from reception.desk.desk import Desk
from reception.desk.freshness import State
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.look import Look
from reception.widgets.surge_strip import SurgeStrip, SurgeView


class SurgeKeeper(QObject):
    """The strip of one page.

    Args:
        desk: what it is about.
        look: colours and sizes.
        tasks: the page's coroutines.
        on_problem: told what went wrong.
        parent: the page.
    """

    def __init__(
        self,
        desk: Desk,
        look: Look,
        tasks: Tasks,
        on_problem: Callable[[Problem], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk, self._tasks, self._on_problem = desk, tasks, on_problem
        self.strip = SurgeStrip(look, parent)
        self._asking = False
        self.strip.form.text.setPlainText(desk.surge.waiting_text.text)
        desk.surge.changed.connect(self._show)
        desk.time.minute_passed.connect(self._on_minute)
        desk.loaded.connect(self.look)
        self.strip.triage_requested.connect(self._on_triage)
        self.strip.tell_requested.connect(self._on_tell)
        self.strip.stop_requested.connect(self._on_stop)
        self.strip.form.previewed.connect(self._on_preview)
        self._show()
        if desk.is_complete:
            self.look()

    @Slot()
    def look(self) -> None:
        """Ask the service now, unless it is being asked."""
        if not self._asking and self._desk.freshness.state is not State.SILENT:
            self._asking = True
            if self._tasks.start(self._ask()) is None:
                self._asking = False

    async def _ask(self) -> None:
        try:
            await self._desk.surge.ask()
        finally:
            self._asking = False

    @Slot()
    def _on_minute(self) -> None:
        self.look()
        self._show()  # what patients are told may have ended by itself

    @Slot()
    def _show(self) -> None:
        surge = self._desk.surge
        text = surge.waiting_text
        told = surge.tells_patients
        self.strip.show_view(
            SurgeView(
                surge.pace,
                surge.is_on,
                tuple(one.name for one in surge.triagers),
                surge.am_triaging,
                self._filled(text.text) if told else "",
                text.until if told else None,
            )
        )
        if self.strip.form.isHidden():
            self.strip.form.text.setPlainText(text.text)

    def _filled(self, text: str) -> str:
        try:
            return self._desk.surge.preview(text)
        except ValueError as broken:
            return str(broken)

    @Slot(str)
    def _on_preview(self, text: str) -> None:
        try:
            self.strip.form.say(self._desk.surge.preview(text), good=True)
        except ValueError as broken:
            self.strip.form.say(str(broken), good=False)

    @Slot(bool)
    def _on_triage(self, wanted: bool) -> None:
        surge = self._desk.surge
        act = surge.triage_too() if wanted else surge.triage_no_more()
        self._tasks.start(act, on_problem=self._on_problem)

    @Slot(str)
    def _on_tell(self, text: str) -> None:
        self._tasks.start(self._tell(text), on_problem=self._on_problem)

    async def _tell(self, text: str) -> None:
        await self._desk.surge.tell_patients(text, self._desk.surge.until())
        self.strip.form.hide()
        self._show()

    @Slot()
    def _on_stop(self) -> None:
        self._tasks.start(self._desk.surge.tell_patients_no_more(), on_problem=self._on_problem)
