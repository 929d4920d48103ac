"""What the rail shows: one page."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from reception.records.problem import Problem


class Page(QWidget):
    """One page of the main window.

    Attributes:
        title: what the rail calls it.
        icon: name of its icon.
    """

    title = ""
    icon = ""
    badge_changed = Signal(int, bool)
    """How many things wait here, and whether one of them is an emergency."""
    page_requested = Signal(str, str)
    """Another page is asked for, by title, with what to show there (a reference, or nothing)."""

    def came_to_front(self) -> None:
        """The page is now the one on the screen: put the focus where work goes on."""

    def show_reference(self, reference: str) -> None:
        """Show the thing *reference* names (`Patient/x`), asked for from another page."""

    def kept(self) -> dict[str, str]:
        """What this user's page should look like next time: short texts by name."""
        return {}

    def recall(self, kept: Mapping[str, str]) -> None:
        """Look as *kept* says; what makes no sense any more is left out."""

    def take_problem(self, _problem: Problem) -> bool:
        """Whether this page has a better answer to a problem than a sentence, and gives it."""
        return False

    def focus_search(self) -> None:
        """Put the focus into this page's own search field (`/`)."""
