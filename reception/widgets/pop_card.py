"""A card over the window that has the keyboard while it is open, and goes when it is left."""

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QVBoxLayout, QWidget

from reception.widgets.look import Look


class PopCard(QFrame):
    """Opens at a place of the window; Escape, or a click elsewhere, puts it away."""

    closed = Signal()

    def __init__(self, look: Look, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setAutoFillBackground(True)
        self.hide()
        self.setAccessibleName(title)
        unit = look.metrics.unit_px
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        self.column.setSpacing(unit)
        self.title = QLabel(title, self)
        self.title.setFont(look.metrics.title)
        self.column.addWidget(self.title)

    def open_below(self, widget: QWidget, first: QWidget) -> None:
        """Show it under *widget*, over whatever is there, with the keyboard in *first*."""
        self.open_at(widget, QPoint(0, widget.height() + 2), first)

    def open_at(self, widget: QWidget, corner: QPoint, first: QWidget) -> None:
        """Show it with its upper left at *corner* of *widget*, as far as the window reaches."""
        self._leave()
        window = widget.window()
        self.setParent(window)
        self.adjustSize()
        at = widget.mapTo(window, corner)
        room = window.size() - self.size()
        at = QPoint(max(0, min(at.x(), room.width())), max(0, min(at.y(), room.height())))
        self.move(at)
        self.show()
        self.raise_()
        first.setFocus()
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]

    @Slot()
    def put_away(self) -> None:
        """Close it; the keyboard may go back."""
        if self._leave():
            self.closed.emit()

    def _leave(self) -> bool:
        if not self.isVisible():
            return False
        QApplication.instance().focusChanged.disconnect(self._on_focus_changed)  # type: ignore[union-attr]
        self.hide()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
        else:
            super().keyPressEvent(event)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        """A click elsewhere puts it away; a box of its own that drops down does not."""
        if now is not None and not self.isAncestorOf(now) and now.window() is self.window():
            self.put_away()
