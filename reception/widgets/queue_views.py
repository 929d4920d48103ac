"""Saved views of a list: a lane and a filter under a name, for each user."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from reception.widgets.banner import announce
from reception.widgets.look import Look

MOST = 20
NAME_CHARS = 40


class Keeps(Protocol):
    """Where short texts of a user are kept, encrypted: a filter may name a patient."""

    def text(self, key: str) -> str:
        """What is kept under *key*, or an empty string."""

    def keep(self, key: str, text: str) -> None:
        """Keep *text* under *key*."""


@dataclass(frozen=True)
class SavedView:
    """A lane and a filter.

    Attributes:
        name: what the user calls it.
        lane: the word on the lane's chip.
        filter: as it is typed.
    """

    name: str
    lane: str
    filter: str

    @property
    def words(self) -> str:
        """What it shows."""
        return f"{self.lane}: {self.filter}" if self.filter else self.lane


class SavedViews:
    """The views of one list, by name.

    Args:
        kept: the user's own texts.
        of: which list.
    """

    def __init__(self, kept: Keeps, of: str) -> None:
        self._kept, self._key = kept, f"views/{of}"

    def all(self) -> list[SavedView]:
        """Every view, by name; none where what is kept cannot be read."""
        try:
            held = json.loads(self._kept.text(self._key) or "[]")
            views = [SavedView(str(v["name"]), str(v["lane"]), str(v["filter"])) for v in held]
        except (ValueError, TypeError, KeyError):
            return []
        return sorted(views, key=lambda view: view.name.casefold())

    def save(self, view: SavedView) -> None:
        """Keep *view*, instead of one of the same name."""
        others = [v for v in self.all() if v.name.casefold() != view.name.casefold()]
        self._write([*others[: MOST - 1], view])

    def forget(self, name: str) -> None:
        """Keep that one no longer."""
        self._write([v for v in self.all() if v.name != name])

    def _write(self, views: Sequence[SavedView]) -> None:
        self._kept.keep(self._key, json.dumps([asdict(view) for view in views]) if views else "")


class ViewsButton(QToolButton):
    """Opens the menu of views (`V`); `name` is the field in which a new one is named."""

    chosen = Signal(object)
    """This `SavedView` is to be shown."""
    left = Signal()
    """The keyboard may go back to the list."""
    offered = Signal()
    """The button was pressed: say what is shown now, by `offer`."""

    def __init__(self, kept: Keeps, look: Look, of: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.saved = SavedViews(kept, of)
        self._now = SavedView("", "", "")
        self.setText("Views")
        self.setToolTip("Saved views (V)")
        self.setAccessibleName("Saved views")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_shown: QMenu | None = None
        self.name = QLineEdit(parent)
        self.name.setMaxLength(NAME_CHARS)
        self.name.setAccessibleName("Name of this view")
        self.name.hide()
        self.name.installEventFilter(self)
        self.clicked.connect(self._on_clicked)

    def offer(self, now: SavedView) -> None:
        """Open the menu; *now* is what is shown, to be saved under a name."""
        self._now = now
        menu = QMenu(self)
        menu.setAccessibleName("Saved views")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        views = self.saved.all()
        for number, view in enumerate(views, start=1):
            key = f"&{number}  " if number < 10 else ""
            action = menu.addAction(f"{key}{_plain(view.name)}   ({_plain(view.words)})")
            action.setData(view)
            action.triggered.connect(self._on_chosen)
        if views:
            menu.addSeparator()
        save = menu.addAction(f"&Save this view as ...   ({_plain(now.words)})")
        save.triggered.connect(self._on_save)
        if views:
            forget = menu.addMenu("&Forget")
            for view in views:
                action = forget.addAction(_plain(view.name))
                action.setData(view)
                action.triggered.connect(self._on_forget)
        self.menu_shown = menu
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        first = menu.actions()[0]
        menu.setActiveAction(first)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the field of the name, Enter keeps the view and Escape leaves."""
        if watched is self.name and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_named()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.name.hide()
                self.left.emit()
                return True
        return super().eventFilter(watched, event)

    @Slot()
    def _on_clicked(self) -> None:
        self.offered.emit()

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.chosen.emit(action.data())

    @Slot()
    def _on_save(self) -> None:
        self.name.clear()
        self.name.setPlaceholderText(f"Name for “{self._now.words}”; Enter keeps it")
        self.name.show()
        self.name.setFocus()

    @Slot()
    def _on_forget(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            view: SavedView = action.data()
            self.saved.forget(view.name)
            announce(self, f"View {view.name} forgotten")
        self.left.emit()

    def _on_named(self) -> None:
        name = " ".join(self.name.text().split()) or self._now.words[:NAME_CHARS]
        self.saved.save(SavedView(name, self._now.lane, self._now.filter))
        self.name.hide()
        announce(self, f"View {name} kept")
        self.left.emit()


def _plain(text: str) -> str:
    """*text* without the sign that would underline a letter in a menu."""
    return text.replace("&", "&&")
