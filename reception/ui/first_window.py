"""The first window: which practice, is it really that practice, and who are you."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from reception.records.problem import NotTrusted, ServiceUnreachable
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight
from reception.widgets.look import Look
from reception.widgets.palette import Ink

if TYPE_CHECKING:
    from reception.api.trust import Certificate


_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")


class FirstWindow(QWidget):
    """Address, fingerprint on first contact, sign-in through the browser; or the demo practice.

    Args:
        look: colours and sizes.
        check: asks the practice at an address for its certificate; None where the operating
            system trusts it or it is pinned already.
        sign_in: signs in at an address, trusting what was agreed to (PEM or empty).
        demo: starts the demo practice and signs in there.
        address: what to propose.
    """

    closed = Signal()
    painted = Signal()

    def __init__(
        self,
        look: Look,
        *,
        check: Callable[[str], Awaitable["Certificate | None"]],
        sign_in: Callable[[str, str], Awaitable[None]],
        demo: Callable[[], Awaitable[None]],
        address: str = "",
    ) -> None:
        super().__init__()
        self._look = look
        self._check, self._sign_in, self._demo = check, sign_in, demo
        self._tasks = Tasks(self)
        self._certificate: Certificate | None = None
        self.setWindowTitle("Reception")
        unit = look.metrics.unit_px

        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.banner = Banner(look, self)
        outer.addWidget(self.banner)
        outer.addStretch(1)
        card = QFrame(self)
        card.setProperty("kind", "card")
        card.setFixedWidth(60 * unit)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(1)

        column = QVBoxLayout(card)
        column.setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit)
        column.setSpacing(2 * unit)
        self._title = QLabel("Reception", card)
        self._title.setFont(look.metrics.title)
        column.addWidget(self._title)
        self.steps = QStackedWidget(card)
        column.addWidget(self.steps)
        self.steps.addWidget(self._address_step(address))
        self.steps.addWidget(self._fingerprint_step())
        self.steps.addWidget(self._waiting_step())
        look.palette.changed.connect(self._dress)
        self._dress()
        self.resize(84 * unit, 60 * unit)

    def _address_step(self, address: str) -> QWidget:
        step, column = self._step(
            "Sign in at your practice. Your practice manager can tell you its address."
        )
        label = QLabel("&Practice address", step)
        label.setFont(self._look.metrics.bold)
        self.address = QLineEdit(address, step)
        self.address.setPlaceholderText("https://reception.example.nhs.uk/A99999/fhir")
        label.setBuddy(self.address)
        column.addWidget(label)
        column.addWidget(self.address)
        self.go = QPushButton("Sign in with the browser", step)
        self.go.setProperty("kind", "primary")
        self.go.setDefault(True)
        column.addWidget(self.go)
        column.addSpacing(self._look.metrics.unit_px)
        words = QLabel("No practice at hand? Everything works in an invented one.", step)
        words.setProperty("kind", "muted")
        words.setWordWrap(True)
        column.addWidget(words)
        self.try_demo = QPushButton("Try the demo practice", step)
        column.addWidget(self.try_demo)
        self.go.clicked.connect(self._on_go)
        self.address.returnPressed.connect(self._on_go)
        self.try_demo.clicked.connect(self._on_demo)
        return step

    def _fingerprint_step(self) -> QWidget:
        step, column = self._step(
            "This computer meets this practice for the first time. Compare the fingerprint below "
            "with the one the practice service printed when it started. If they differ, stop: "
            "somebody may be in between."
        )
        self.fingerprint = QLabel(step)
        self.fingerprint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fingerprint.setFont(self._look.metrics.bold)
        self.fingerprint.setWordWrap(True)
        self.fingerprint.setAccessibleName("Certificate fingerprint")
        column.addWidget(self.fingerprint)
        row = QHBoxLayout()
        self.differs = QPushButton("They differ: go back", step)
        self.same = QPushButton("They are the same", step)
        self.same.setProperty("kind", "primary")
        row.addWidget(self.differs)
        row.addStretch(1)
        row.addWidget(self.same)
        column.addLayout(row)
        self.differs.clicked.connect(self._on_back)
        self.same.clicked.connect(self._on_same)
        return step

    def _waiting_step(self) -> QWidget:
        step, column = self._step("")
        column.addStretch(1)
        self.waiting = QLabel(step)
        self.waiting.setWordWrap(True)
        self.waiting.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar(step)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Working")
        self.stop = QPushButton("Cancel", step)
        column.addWidget(self.waiting)
        column.addWidget(self.bar)
        column.addWidget(self.stop, alignment=Qt.AlignmentFlag.AlignRight)
        column.addStretch(1)
        self.stop.clicked.connect(self._on_stop)
        return step

    def _step(self, words: str) -> tuple[QWidget, QVBoxLayout]:
        step = QWidget(self)
        column = QVBoxLayout(step)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._look.metrics.unit_px)
        if words:
            label = QLabel(words, step)
            label.setWordWrap(True)
            column.addWidget(label)
        return step, column

    def wait(self, sentence: str) -> None:
        """Show that something is under way, in *sentence*."""
        self.waiting.setText(sentence)
        self.bar.setRange(0, 0)
        self.steps.setCurrentIndex(2)

    def show_progress(self, line: str) -> None:
        """Show what the demo practice says while it is made: `60 %  the diary: 7,364`."""
        if line.startswith("{"):
            return  # a line of its log
        share, mark, what = line.partition(" %")
        if mark and share.strip().isdigit():
            self.wait(f"Inventing a practice: {what.strip()}")
            self.bar.setRange(0, 100)
            self.bar.setValue(int(share))
        else:
            self.wait(line)

    def ask_again(self, sentence: str = "") -> None:
        """Back to the address, with *sentence* across the top if there is one."""
        self.steps.setCurrentIndex(0)
        if sentence:
            self.banner.say(sentence, Weight.WARN)
        self.address.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say that it is on the screen."""
        super().paintEvent(event)
        self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing it ends the program."""
        event.accept()
        self.closed.emit()

    async def wound_up(self) -> None:
        """End what still runs."""
        self._tasks.cancel_all()
        await self._tasks.drained()

    def _start(self, work: Awaitable[None]) -> None:
        async def done() -> None:
            await work

        self.banner.hide()
        self._tasks.start(done(), on_problem=lambda problem: self.ask_again(problem.sentence))

    @Slot()
    def _on_go(self) -> None:
        address = self.address.text().strip().rstrip("/")
        if not address:
            self.banner.say("Type the practice's address first.", Weight.WARN)
            return
        if "://" not in address:
            address = f"https://{address}"
        if not address.startswith("https://"):
            self.banner.say("The practice's address must begin with https://.", Weight.WARN)
            return
        if not _is_address(address):
            self.banner.say(
                "That is no web address. It looks like https://reception.example.nhs.uk/A99999/fhir.",
                Weight.WARN,
            )
            return
        self.address.setText(address)
        self._start(self._meet(address))

    async def _meet(self, address: str) -> None:
        self.wait("Looking for the practice ...")
        try:
            self._certificate = await self._check(address)
        except NotTrusted:
            raise
        except ServiceUnreachable as silence:
            host = urlsplit(address).netloc
            raise ServiceUnreachable(
                f"No practice answers at {host}. Check the address and this computer's network."
            ) from silence
        if self._certificate is None:
            await self._enter("")
            return
        pairs = self._certificate.fingerprint.split(":")
        lines = [" ".join(pairs[i : i + 8]) for i in range(0, len(pairs), 8)]
        self.fingerprint.setText("\n".join(lines))
        self.steps.setCurrentIndex(1)
        self.differs.setFocus()

    async def _enter(self, ca_pem: str) -> None:
        self.wait("Your browser has opened. Sign in there; this window goes on by itself.")
        await self._sign_in(self.address.text(), ca_pem)

    @Slot()
    def _on_same(self) -> None:
        assert self._certificate is not None
        self._start(self._enter(self._certificate.pem))

    @Slot()
    def _on_back(self) -> None:
        self.ask_again()

    @Slot()
    def _on_demo(self) -> None:
        self.wait("Starting the demo practice ...")
        self._start(self._demo())

    @Slot()
    def _on_stop(self) -> None:
        self._tasks.cancel_all()
        self._tasks = Tasks(self)
        self.ask_again()

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self._title.setStyleSheet(f"color: {palette.css(Ink.ACCENT)};")


def _is_address(address: str) -> bool:
    """Whether *address* names a host, and a port if any."""
    try:
        parts = urlsplit(address)
        return bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        return False
