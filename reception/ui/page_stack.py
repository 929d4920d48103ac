"""The pages, one in front; a window too small for it scrolls instead of cutting it off.

A screen of 1366 x 768 at 150 % holds no more than 910 x 512 of the pixels that pages think in.
"""

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget


class _Room(QWidget):
    """Holds the pages at its own size.

    A scroll area asks a widget with a layout how high it would like to be at its width, and takes
    that for the least: pages are asked how high they must be.
    """

    def __init__(self, pages: QStackedWidget) -> None:
        super().__init__()
        self._pages = pages
        pages.setParent(self)

    def minimumSizeHint(self) -> QSize:
        """What the page in front needs."""
        return self._pages.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pages fill it."""
        super().resizeEvent(event)
        self._pages.resize(event.size())

    def event(self, event: QEvent) -> bool:
        """The page in front needs another size: pass it on."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)


class PageStack(QScrollArea):
    """As large as its window; what the page in front needs at least is there by scrolling."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages = QStackedWidget()
        self._held: list[QWidget] = []
        self.setWidget(_Room(self.pages))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pages.currentChanged.connect(self._on_current_changed)

    def add(self, page: QWidget) -> None:
        """One page more."""
        self._held.append(page)
        self.pages.addWidget(page)
        self._on_current_changed()

    @Slot()
    def _on_current_changed(self) -> None:
        """Only the page in front says how much room is needed."""
        for page in self._held:
            here = page is self.pages.currentWidget()
            policy = QSizePolicy.Policy.Preferred if here else QSizePolicy.Policy.Ignored
            page.setSizePolicy(policy, policy)
        self.pages.updateGeometry()
