"""The rail at the left: one button a page, with how many things wait there."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QVBoxLayout, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink


class RailButton(QAbstractButton):
    """One page: icon over name, count at the corner; an emergency is red with a mark."""

    def __init__(self, look: Look, title: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._icon = look, icon
        self._count, self._emergency = 0, False
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._describe()
        look.palette.changed.connect(self.update)

    @Slot(int, bool)
    def set_badge(self, count: int, emergency: bool) -> None:
        """Show *count* (nothing for 0)."""
        if (count, emergency) != (self._count, self._emergency):
            self._count, self._emergency = count, emergency
            self._describe()
            self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for its name."""
        metrics = self._look.metrics
        width = max(metrics.text_px(self.text(), metrics.small) + 2 * metrics.unit_px, 0)
        return QSize(round(width), round(metrics.line_px * 3.9))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon, name and count."""
        palette, metrics = self._look.palette, self._look.metrics
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        unit, width = metrics.unit_px, self.width()
        if self.isChecked():
            painter.fillRect(self.rect(), palette[Ink.RAIL_CURRENT])
            painter.fillRect(0, 0, unit // 2, self.height(), palette[Ink.ON_RAIL])
        elif self.underMouse():
            ground = palette[Ink.RAIL_CURRENT]
            ground.setAlphaF(0.45)
            painter.fillRect(self.rect(), ground)
        ink = Ink.ON_RAIL if self.isChecked() or self.underMouse() else Ink.ON_RAIL_MUTED
        size = round(metrics.line_px * 1.5)
        icon = self._look.icons.get(self._icon, ink)
        icon.paint(painter, (width - size) // 2, round(1.2 * unit), size, size)
        painter.setFont(metrics.small)
        painter.setPen(palette[ink])
        below = QRectF(0, 1.2 * unit + size, width, self.height() - size - 1.6 * unit)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.text())
        if self._count:
            self._paint_count(painter)
        if self.hasFocus():
            painter.setPen(palette[Ink.ON_RAIL])
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(2, 2, -3, -3))

    def _paint_count(self, painter: QPainter) -> None:
        palette, metrics = self._look.palette, self._look.metrics
        text = "999+" if self._count > 999 else str(self._count)
        if self._emergency:
            text = f"! {text}"
        font = metrics.small
        measured = QFontMetricsF(font)
        height = measured.height()
        width = max(height, measured.horizontalAdvance(text) + metrics.unit_px)
        left = min(self.width() / 2 + metrics.unit_px / 2, self.width() - width - 3)
        pill = QRectF(left, metrics.unit_px / 2, width, height)
        urgent = self._emergency
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette[Ink.URGENT_TINT if urgent else Ink.ON_RAIL])
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(palette[Ink.URGENT if urgent else Ink.RAIL])
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def _describe(self) -> None:
        waiting = f", {self._count} waiting" if self._count else ""
        self.setAccessibleName(
            f"{self.text()}{waiting}{', with an emergency' if self._emergency else ''}"
        )


class Rail(QFrame):
    """The pages, top to bottom."""

    chosen = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, look.metrics.unit_px, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setFixedWidth(round(look.metrics.text_px("Prescriptions", look.metrics.small)) + 16)
        look.palette.changed.connect(self._dress)
        self._dress()

    def add(self, title: str, icon: str, hint: str) -> RailButton:
        """A button for a further page; *hint* is shown on hover."""
        button = RailButton(self._look, title, icon, self)
        button.setToolTip(hint)
        number = len(self._group.buttons())
        self._group.addButton(button, number)
        self._column.insertWidget(number, button)
        return button

    def choose(self, number: int) -> None:
        """Mark page *number* as the one in front."""
        self._group.button(number).setChecked(True)

    def _dress(self) -> None:
        self.setStyleSheet(f"Rail {{ background: {self._look.palette.css(Ink.RAIL)}; }}")
