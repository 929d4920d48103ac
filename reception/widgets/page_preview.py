"""A page as it will come out of the printer."""

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.sheet_layout import PAGE_H, PAGE_W

REDRAW_MS = 60
_TURNS = {
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Space: 1,
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_Left: -1,
}


class PagePreview(QWidget):
    """Shows one page, white in every scheme, as large as there is room."""

    width_changed = Signal()
    """A picture of another width would be sharper."""
    turned = Signal(int)
    """That many pages on, or back."""
    sent_to = Signal(bool)
    """To the first page, or with True the last."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._image: QImage | None = None
        self._words = "Laying out ..."
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(REDRAW_MS)
        self._later.timeout.connect(self.width_changed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Preview")
        look.palette.changed.connect(self._on_palette_changed)

    @property
    def width_px(self) -> int:
        """How wide a picture should be, in the pixels of the screen."""
        return max(1, round(self._paper().width() * self.devicePixelRatioF()))

    def show_page(self, image: QImage, words: str) -> None:
        """Show *image*, which a screen reader reads as *words*."""
        self._image = image
        self.setAccessibleDescription(words)
        self.update()

    def say(self, words: str) -> None:
        """Show *words* and no page."""
        self._image, self._words = None, words
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Across."""
        wide = 70 * self._look.metrics.unit_px
        return QSize(wide, round(wide * PAGE_H / PAGE_W))

    def minimumSizeHint(self) -> QSize:
        """Small enough for a small screen."""
        return self.sizeHint() / 2

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for a picture of the new size when the size stays."""
        super().resizeEvent(event)
        self._later.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page up and down, Home and End."""
        key = Qt.Key(event.key())
        if key in _TURNS:
            self.turned.emit(_TURNS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.sent_to.emit(key == Qt.Key.Key_End)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The paper, and what is on it."""
        painter, palette = QPainter(self), self._look.palette
        paper = self._paper()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is None:
            painter.setPen(palette[Ink.MUTED])
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._words)
        else:
            painter.drawImage(paper, self._image)
        painter.setPen(palette[Ink.FOCUS if self.hasFocus() else Ink.LINE])
        painter.drawRect(paper.adjusted(0, 0, -1, -1))
        painter.end()

    def _paper(self) -> QRectF:
        room = QRectF(self.rect())
        wide = min(room.width(), room.height() * PAGE_W / PAGE_H)
        high = wide * PAGE_H / PAGE_W
        left, top = (room.width() - wide) / 2, (room.height() - high) / 2
        return QRectF(left, top, wide, high)

    @Slot()
    def _on_palette_changed(self) -> None:
        self.update()
