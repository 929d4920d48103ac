"""Toasts: what has just happened, with Undo, over the foot of the list; nothing blocks."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink

_SHOWN_MS = 8_000


class Toast(QFrame):
    """One toast over *parent*'s lower left corner, where no buttons are; a new one takes its place.

    It stays up while the mouse is on it. It never takes the keyboard: Z undoes from everywhere.
    """

    undo_requested = Signal(str)
    timed_out = Signal()
    """Its time is over; it stays all the same while the mouse is on it."""

    def __init__(self, look: Look, parent: QWidget, shown_ms: int = _SHOWN_MS) -> None:
        super().__init__(parent)
        self._look = look
        self._undo_id = ""
        self._text = QLabel(self)
        self._undo = QPushButton("Undo  (Z)", self)
        self._close = QToolButton(self)
        self._close.setAccessibleName("Dismiss")
        for button in (self._undo, self._close):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        unit = look.metrics.unit_px
        row.setContentsMargins(2 * unit, unit, unit, unit)
        row.setSpacing(2 * unit)
        row.addWidget(self._text, 1)
        row.addWidget(self._undo)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True, interval=shown_ms)
        self._timer.timeout.connect(self._on_time_over)
        self._timer.timeout.connect(self.timed_out)
        self._undo.clicked.connect(self._on_undo)
        self._close.clicked.connect(self.hide)
        look.palette.changed.connect(self._dress)
        parent.installEventFilter(self)
        self._dress()
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says, or nothing when hidden."""
        return self._text.text() if self.isVisible() else ""

    @Slot(str, str)
    def say(self, sentence: str, undo_id: str = "") -> None:
        """Show *sentence*; with *undo_id* it offers Undo."""
        self._undo_id = undo_id
        self._text.setText(sentence)
        self._undo.setVisible(bool(undo_id))
        self._place()
        self.show()
        self.raise_()
        self._timer.start()
        announce(self, sentence)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner of the parent when it is resized."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.adjustSize()
        unit = self._look.metrics.unit_px
        width = min(max(self.sizeHint().width(), 40 * unit), parent.width() - 4 * unit)
        height = self.sizeHint().height()
        self.setGeometry(2 * unit, parent.height() - height - 6 * unit, width, height)

    def _dress(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        self.setStyleSheet(
            f"Toast {{ background: {palette.css(Ink.TEXT)}; border-radius: {unit}px; }}"
            f"Toast QLabel {{ color: {palette.css(Ink.SURFACE)}; }}"
        )
        self._close.setIcon(self._look.icons.get("close", Ink.SURFACE))

    @Slot()
    def _on_time_over(self) -> None:
        if self.underMouse():
            self._timer.start()
        else:
            self.hide()

    @Slot()
    def _on_undo(self) -> None:
        self.hide()
        self.undo_requested.emit(self._undo_id)
