"""Pages in a window that is too small for them."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget

from reception.ui.page_stack import PageStack


class Needs(QWidget):
    """A page that needs so much room at least."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self._least = QSize(width, height)

    def minimumSizeHint(self) -> QSize:
        return self._least


def test_a_page_is_never_cut_off_but_scrolled_to(qapp: QApplication) -> None:
    stack = PageStack()
    small, large = Needs(200, 100), Needs(900, 700)
    stack.add(small)
    stack.add(large)
    stack.resize(500, 400)
    stack.show()
    qapp.processEvents()
    assert stack.minimumSizeHint().width() < 200
    assert small.size() == stack.viewport().size() == stack.size()
    stack.pages.setCurrentWidget(large)
    qapp.processEvents()
    assert large.width() == 900
    assert stack.horizontalScrollBar().maximum() > 0
    assert stack.verticalScrollBar().maximum() > 0
    stack.pages.setCurrentWidget(small)
    qapp.processEvents()
    assert small.size() == stack.size()
    assert stack.horizontalScrollBar().maximum() == 0
    assert stack.focusPolicy() is Qt.FocusPolicy.NoFocus
    stack.close()
    stack.deleteLater()
