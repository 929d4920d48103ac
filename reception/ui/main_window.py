"""The main window: rail, top bar, pages, toasts."""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.records.problem import Problem
from reception.ui.alarm_keeper import AlarmKeeper
from reception.ui.page import Page
from reception.ui.page_stack import PageStack
from reception.ui.practice_settings import PracticeSettings
from reception.ui.red_flag_editor import RedFlagEditor
from reception.ui.sounder import Sounder
from reception.ui.tasks import Tasks
from reception.ui.top_bar import TopBar
from reception.ui.window_state import WindowState
from reception.widgets.banner import Banner, Weight
from reception.widgets.key_card import KeyCard
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from reception.widgets.rail import Rail
from reception.widgets.toast import Toast

TYPING = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)


def is_typing() -> bool:
    """Whether the keyboard focus is where text is typed, so that single keys are not verbs."""
    widget = QApplication.focusWidget()
    return isinstance(widget, TYPING) and not (
        isinstance(widget, (QLineEdit, QPlainTextEdit, QTextEdit)) and widget.isReadOnly()
    )


class MainWindow(QMainWindow):
    """One signed-in user's window."""

    closed = Signal()
    sign_out_requested = Signal()

    def __init__(
        self,
        desk: Desk,
        look: Look,
        state: WindowState,
        pages: Sequence[Page],
        sounder: Sounder | None = None,
    ) -> None:
        super().__init__()
        self._desk, self._look, self._state = desk, look, state
        self._tasks = Tasks(self)
        self._undo_ids: list[str] = []
        self.pages = list(pages)
        self.setWindowTitle("Reception")
        frame = QWidget(self)
        across = QHBoxLayout(frame)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        self.rail = Rail(look, frame)
        across.addWidget(self.rail)
        down = QVBoxLayout()
        down.setSpacing(0)
        across.addLayout(down, 1)
        self.top_bar = TopBar(desk, look, frame)
        self.banner = Banner(look, frame)
        self._room = PageStack(frame)
        self.stack = self._room.pages
        self.alarm = AlarmKeeper(desk, look, state, self, sounder, self.banner.show_problem)
        self.top_bar.add_menu(self.alarm.menu(self.top_bar))
        for widget in (self.top_bar, self.alarm.bar, self.banner):
            down.addWidget(widget)
        down.addWidget(self._room, 1)
        self.setCentralWidget(frame)
        for number, page in enumerate(self.pages):
            self._add(number, page)
            page.recall(state.page_of(desk.me.reference, page.title))
        self.toast = Toast(look, self._room)
        self.key_card = KeyCard(look, frame)

        self.rules_wanted = self.top_bar.add_action("Red-flag rules…")
        self.rules_wanted.triggered.connect(self._on_rules_wanted)
        self.settings_wanted = self.top_bar.add_action("Core hours and assignments…")
        self.settings_wanted.triggered.connect(self._on_settings_wanted)
        desk.red_flag_watch.rules_changed.connect(self._on_rules_changed)
        self.alarm.bar.open_requested.connect(self._on_emergency_opened)
        self.rail.chosen.connect(self.go_to)
        self.top_bar.day_requested.connect(self._on_day_requested)
        self.top_bar.search_requested.connect(self._on_search_requested)
        self.top_bar.search_left.connect(self._on_search_left)
        self.top_bar.sign_out_requested.connect(self.sign_out_requested)
        self.top_bar.scheme_requested.connect(self._on_scheme_requested)
        self.top_bar.keys_requested.connect(self.key_card.toggle)
        self.toast.undo_requested.connect(self._on_undo_requested)
        desk.told.connect(self._on_told)
        self.banner.pressed.connect(self.sign_out_requested)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self).activated.connect(self.close)
        QShortcut(QKeySequence("Ctrl+K"), self).activated.connect(self._on_find)

        look.fit(self)
        if not state.restore(self):
            self.resize(1366, 768)
            self.setWindowState(Qt.WindowState.WindowMaximized)
        state.restore_splitters(self)
        self.go_to(min(state.page(), len(self.pages) - 1))

    def _add(self, number: int, page: Page) -> None:
        self._room.add(page)
        button = self.rail.add(page.title, page.icon, f"{page.title} (Ctrl+{number + 1})")
        button.setShortcut(QKeySequence(f"Ctrl+{number + 1}"))
        page.badge_changed.connect(button.set_badge)
        page.page_requested.connect(self._on_page_requested)

    @property
    def page(self) -> Page:
        """The page in front."""
        return self.pages[self.stack.currentIndex()]

    @Slot(int)
    def go_to(self, number: int) -> None:
        """Bring page *number* to the front."""
        self.stack.setCurrentIndex(number)
        self.rail.choose(number)
        self._state.keep_page(number)
        self.pages[number].came_to_front()

    def say(self, sentence: str, weight: Weight = Weight.INFO) -> None:
        """A sentence across the top of the window."""
        self.banner.say(sentence, weight)

    def name_practice(self, name: str) -> None:
        """Show which practice this is."""
        self.alarm.name_window(f"{name} - Reception")
        self.top_bar.practice.show_parts([name])

    def offer_sign_in(self, sentence: str) -> None:
        """The session has ended: say so, and offer to sign in again."""
        self.banner.say(sentence, Weight.URGENT, offer="Sign in again")

    async def wound_up(self) -> None:
        """End the coroutines of the window and its pages."""
        owners = self.findChildren(Tasks)  # also those of its pages and dialogs
        for tasks in owners:
            tasks.cancel_all()
        await asyncio.gather(*(tasks.drained() for tasks in owners))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that work everywhere but in a text field."""
        if not is_typing():
            if event.text() == "?":
                self.key_card.toggle()
                return
            if event.text() in ("z", "Z"):
                self._undo_last()
                return
            if event.text() == "/":
                self.page.focus_search()
                return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window; the composition root winds the rest up."""
        self._state.keep(self)
        for page in self.pages:
            self._state.keep_page_of(self._desk.me.reference, page.title, page.kept())
        event.accept()
        self.closed.emit()

    @Slot(object)
    def _on_day_requested(self, day: object) -> None:
        self._tasks.start(self._desk.open_day(day), on_problem=self.banner.show_problem)  # type: ignore[arg-type]

    @Slot()
    def _on_rules_wanted(self) -> None:
        for held in self.findChildren(RedFlagEditor):
            held.raise_()
            held.activateWindow()
            return
        RedFlagEditor(self._desk, self._look, self).show()  # not modal: an emergency may ring

    @Slot()
    def _on_settings_wanted(self) -> None:
        for held in self.findChildren(PracticeSettings):
            held.raise_()
            held.activateWindow()
            return
        PracticeSettings(self._desk, self._look, self).show()

    @Slot()
    def _on_rules_changed(self) -> None:
        if problem := self._desk.red_flag_watch.problem:
            self.say(problem, Weight.WARN)

    @Slot(str)
    def _on_emergency_opened(self, request_id: str) -> None:
        self._on_page_requested("Desk", f"Task/{request_id}")

    @Slot(str)
    def _on_search_requested(self, text: str) -> None:
        self._on_page_requested("Patients", f"find:{text}")

    @Slot()
    def _on_search_left(self) -> None:
        self.page.came_to_front()

    @Slot()
    def _on_find(self) -> None:
        self.top_bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top_bar.search.selectAll()

    @Slot(str, str)
    def _on_page_requested(self, title: str, reference: str) -> None:
        for number, page in enumerate(self.pages):
            if page.title == title:
                self.go_to(number)
                if reference:
                    page.show_reference(reference)

    def _undo_last(self) -> None:
        """Z: while an act is still on its way, the one before it is not what was done last."""
        if self._desk.saving:
            self.toast.say("What was done last is still being saved. Press Z again in a moment.")
        else:
            self._on_undo_requested(self._undo_ids[-1] if self._undo_ids else "")

    @Slot(object)
    def _on_scheme_requested(self, scheme: Scheme) -> None:
        self._look.palette.use(scheme)
        self._state.keep_scheme(scheme)

    @Slot(object)
    def _on_told(self, notice: Notice) -> None:
        if notice.undo_id:
            self._undo_ids = [*self._undo_ids[-9:], notice.undo_id]
        self.toast.say(notice.sentence, notice.undo_id)

    @Slot(str)
    def _on_undo_requested(self, notice_id: str) -> None:
        if not notice_id:
            self.toast.say("There is nothing to undo.")
            return
        self._undo_ids = [held for held in self._undo_ids if held != notice_id]
        self._tasks.start(self._desk.undo(notice_id), on_problem=self._on_undo_problem)

    def _on_undo_problem(self, problem: Problem) -> None:
        for number, page in enumerate(self.pages):
            if page.take_problem(problem):
                self.go_to(number)
                return
        self.banner.show_problem(problem)
