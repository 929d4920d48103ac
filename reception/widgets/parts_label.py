"""A line of several parts, the most important first; those that do not fit are left out whole."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_GAP = "   "


class PartsLabel(QLabel):
    """Shows as many of its parts as there is room for, and of the first what there is room for.

    Under the mouse and aloud it tells all.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_parts(self, parts: Sequence[str]) -> None:
        """Show *parts*."""
        if tuple(parts) != self.parts:
            self.parts = tuple(parts)
            self.setAccessibleName(", ".join(parts))
            self.setToolTip("\n".join(parts))
            self._fit()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """All of them."""
        return self._size(self.parts)

    def minimumSizeHint(self) -> QSize:
        """It may be squeezed away: the window need not grow for it."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many as fit now."""
        super().resizeEvent(event)
        self._fit()

    def _size(self, parts: Sequence[str]) -> QSize:
        self.ensurePolished()
        width = self.fontMetrics().horizontalAdvance(_GAP.join(parts))
        return QSize(width + 2, super().sizeHint().height())

    def _fit(self) -> None:
        shown = list(self.parts)
        while len(shown) > 1 and self._size(shown).width() > self.width():
            shown.pop()
        room = max(0, self.width() - 1)
        words = _GAP.join(shown)
        self.setText(self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room))
