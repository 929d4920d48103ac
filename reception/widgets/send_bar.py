"""The strip that says what is about to be sent, and to whom, and takes it back."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.sending import Outgoing, Sending


class SendBar(QFrame):
    """Shows the next message to go; hidden when none waits."""

    taken_back = Signal(object)
    """This Outgoing was taken back."""

    def __init__(self, sending: Sending, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sending, self._look = sending, look
        self._next: Outgoing | None = None
        unit = look.metrics.unit_px
        self.words = QLabel(self)
        self.undo = QPushButton("Take back  (Ctrl+Z)", self)
        self._now = QPushButton("Send now", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * unit, unit // 2, unit, unit // 2)
        row.setSpacing(unit)
        row.addWidget(self.words, 1)
        row.addWidget(self.undo)
        row.addWidget(self._now)
        self.undo.clicked.connect(self.take_back)
        self._now.clicked.connect(self._on_now)
        # A text field with the focus keeps Ctrl+Z for its own words.
        self._key = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), parent or self)
        self._key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._key.activated.connect(self.take_back)
        sending.changed.connect(self._on_changed)
        look.palette.changed.connect(self._dress)
        self.setObjectName("sendBar")
        self._dress()
        self._on_changed()

    @Slot()
    def take_back(self) -> None:
        """Take the shown one back."""
        if self._next is not None:
            out = self._sending.take_back(self._next.key)
            if out is not None:
                self.taken_back.emit(out)

    @Slot()
    def _on_now(self) -> None:
        if self._next is not None:
            self._sending.send_now(self._next.key)

    @Slot()
    def _on_changed(self) -> None:
        waiting = self._sending.waiting
        self._next = waiting[0] if waiting else None
        self.setVisible(self._next is not None)
        self._key.setEnabled(self._next is not None)
        if self._next is not None:
            left_s = self._sending.left_s(self._next.key)
            more = f"  (+{len(waiting) - 1} more)" if len(waiting) > 1 else ""
            files = len(self._next.files)
            with_it = f" with {files} {'file' if files == 1 else 'files'}" if files else ""
            reply = self._next.how
            self.words.setText(
                f"Message to {self._next.who}{with_it} goes in {left_s} s ({reply}){more}"
            )

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#sendBar {{ background: {palette.css(Ink.INFO_TINT)}; "
            f"border-top: 1px solid {palette.css(Ink.LINE)}; }}"
        )
