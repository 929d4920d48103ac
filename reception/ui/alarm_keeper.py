"""Keeps an emergency seen and heard until somebody on duty has acknowledged it.

The bar on every page, the window's title, the count in the task bar, a sound that comes again; and
what else this user wants to hear.
"""

import sys
from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from reception.desk.alerts import Alerts
from reception.desk.desk import Desk
from reception.desk.order import waiting_since
from reception.desk.red_flags import is_urgent
from reception.records import Request
from reception.records.problem import Problem
from reception.ui.sounder import Sounder, Tone
from reception.ui.tasks import Tasks
from reception.ui.window_state import WindowState
from reception.widgets.alarm_bar import KEY, SILENCE_MIN, AlarmBar, Ringing
from reception.widgets.look import Look
from reception.widgets.queue_words import waiting_text

KEPT_AS = "Alerts"
AGAIN_MS = 8_000
_PAUSE_MS = 3_000
_SILENCE = timedelta(minutes=SILENCE_MIN)
_CHOICES = {
    "emergency_repeats": "Emergencies sound until acknowledged",
    "urgent": "Something urgent came in",
    "mine": "Something came to me",
    "quiet_with_patient": "Quiet while I have a patient in (emergencies break through)",
}


class AlarmKeeper(QObject):
    """The alarm of one window.

    Args:
        desk: what rings.
        look: colours and sizes.
        state: what the user has chosen to hear.
        window: the window it belongs to.
        sounder: the edge that is heard; None for a window without sound.
        on_problem: told what went wrong.
    """

    def __init__(
        self,
        desk: Desk,
        look: Look,
        state: WindowState,
        window: QWidget,
        sounder: Sounder | None,
        on_problem: Callable[[Problem], object],
    ) -> None:
        super().__init__(window)
        self._desk, self._state, self._window = desk, state, window
        self._sounder, self._on_problem = sounder, on_problem
        self._tasks = Tasks(self)
        self._title = window.windowTitle()
        self._heard: set[str] = set()
        usual = Alerts.usual(desk.me.role)
        self.alerts = Alerts.from_kept(state.page_of(desk.me.reference, KEPT_AS), usual)
        self.bar = AlarmBar(look, may_acknowledge=desk.alarm.may_acknowledge, parent=window)
        self._again = QTimer(self, interval=AGAIN_MS)
        self._again.timeout.connect(self._on_again)
        self._silence = QTimer(self, singleShot=True)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self.bar.acknowledge_requested.connect(self._on_acknowledge)
        self.bar.silence_requested.connect(self._on_silence)
        desk.alarm.changed.connect(self._on_alarm)
        desk.time.minute_passed.connect(self._show)
        desk.patients.added.connect(self._on_patient)
        desk.requests.added.connect(self._on_request)
        desk.requests.changed.connect(self._on_request_changed)
        QShortcut(QKeySequence(KEY), window).activated.connect(self.bar.acknowledge_first)
        self._on_alarm()

    @property
    def tasks(self) -> Tasks:
        """What is being written."""
        return self._tasks

    @property
    def is_sounding(self) -> bool:
        """Whether the sound comes again by itself."""
        return self._again.isActive() and not self._silence.isActive()

    def name_window(self, title: str) -> None:
        """Call the window *title*, with what rings before it."""
        self._title = title
        self._show_title()

    def menu(self, parent: QWidget) -> QMenu:
        """What the user hears, to choose from."""
        menu = QMenu("Sounds", parent)
        for name, words in _CHOICES.items():
            choice = QAction(words, menu)
            choice.setCheckable(True)
            choice.setChecked(getattr(self.alerts, name))
            choice.setData(name)
            menu.addAction(choice)
        menu.triggered.connect(self._on_chosen)
        return menu

    @property
    def is_with_patient(self) -> bool:
        """Whether this user has somebody in at this moment."""
        mine = self._desk.me.id
        return any(
            a.practitioner_id == mine and a.status == "checked-in" for a in self._desk.appointments
        )

    # -- emergencies

    @Slot()
    def _on_alarm(self) -> None:
        ringing = {request.id for request in self._desk.alarm.ringing}
        fresh = ringing - self._heard
        self._heard = ringing
        self._show()
        if fresh:
            self._silence.stop()
            self._sound(Tone.EMERGENCY)
            QApplication.alert(self._window)
        if ringing and self.alerts.emergency_repeats:
            if fresh or not self._again.isActive():
                self._again.start()
        else:
            self._again.stop()

    @Slot()
    def _on_again(self) -> None:
        if not self._silence.isActive():
            self._sound(Tone.EMERGENCY)

    @Slot()
    def _on_silence(self) -> None:
        self._silence.start(round(_SILENCE.total_seconds() * 1000))

    @Slot(str)
    def _on_acknowledge(self, request_id: str) -> None:
        self._tasks.start(self._desk.acknowledge(request_id), on_problem=self._on_problem)

    @Slot()
    def _show(self) -> None:
        now = self._desk.time.now()
        self.bar.show_ringing(
            [
                Ringing(
                    request.id,
                    self._desk.patient_name(request) or "Name not given",
                    self._desk.alarm.about(request),
                    waiting_text(waiting_since(request), now),
                )
                for request in self._desk.alarm.ringing
            ]
        )
        self._show_title()
        app = QGuiApplication.instance()
        # Linux knows a program's place in the task bar by its desktop file, if it has one.
        placed = sys.platform != "linux" or QGuiApplication.desktopFileName()
        if isinstance(app, QGuiApplication) and placed:
            app.setBadgeNumber(len(self._heard))

    def _show_title(self) -> None:
        number = len(self._heard)
        word = "emergency" if number == 1 else "emergencies"
        self._window.setWindowTitle(f"! {number} {word} - {self._title}" if number else self._title)

    @Slot(object)
    def _on_patient(self, _patient: object) -> None:
        if self._heard:
            self._show()

    # -- everything else

    @Slot(object)
    def _on_request(self, request: Request) -> None:
        if not self._desk.is_complete or not request.waits_for_us:
            return
        if request.id not in self._heard and is_urgent(self._desk.red_flags.raised_for(request)):
            self._hear(Tone.URGENT, wanted=self.alerts.urgent)

    @Slot(object, object)
    def _on_request_changed(self, before: Request, after: Request) -> None:
        me = self._desk.me.reference
        if after.owner != me or not after.waits_for_us or after.reference in self._desk.saving:
            return
        came = before.owner != me and after.status != "received"
        came_back = not before.waits_for_us
        if came or came_back:
            self._hear(Tone.MINE, wanted=self.alerts.mine)

    def _hear(self, tone: Tone, *, wanted: bool) -> None:
        """Sound *tone* if the user wants it now; a burst is heard once."""
        quiet = self.alerts.quiet_with_patient and self.is_with_patient
        if wanted and not quiet and not self._pause.isActive():
            self._pause.start()
            self._sound(tone)

    def _sound(self, tone: Tone) -> None:
        if self._sounder is not None:
            self._sounder.play(tone)

    @Slot(QAction)
    def _on_chosen(self, choice: QAction) -> None:
        chosen = {**self.alerts.kept(), str(choice.data()): "yes" if choice.isChecked() else "no"}
        self.alerts = Alerts.from_kept(chosen, self.alerts)
        self._state.keep_page_of(self._desk.me.reference, KEPT_AS, self.alerts.kept())
        self._on_alarm()
