"""Handing a request to a person, a team, or back to everybody."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from reception.desk.desk import Desk
from reception.widgets.look import Look
from reception.widgets.request_choices import Choice, ChoicesView
from reception.widgets.request_tool import Tool

POOL = "pool"
"""Stands for nobody: back to everybody."""


class AssignTool(Tool):
    """Type a few letters of a name, Enter takes the marked one."""

    chosen = Signal(str, str)
    """Reference and name of the new owner; `pool` and nothing to hand it back."""

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Hand to", parent)
        self._desk = desk
        self.hint.setText("Type part of a name; Enter takes the marked one.")
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Person or team")
        self.field.setAccessibleName("Person or team")
        self.field.installEventFilter(self)
        self.list = ChoicesView(look, "People and teams", self)
        self.body.addWidget(self.field)
        self.body.addWidget(self.list)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._on_text_changed)
        self.list.taken.connect(self._on_taken)
        self.list.clicked.connect(self._on_clicked)

    def ask(self, owner: str) -> None:
        """Offer everybody but *owner*, teams first."""
        self._owner = owner
        self.field.clear()
        self._on_text_changed("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field moves through the list."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.list.step(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if (choice := self.list.current) is not None:
                    self._on_taken(choice.id)
                return True
            if key == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        needles = text.casefold().split()
        self.list.show_choices(
            [c for c in self._everybody() if all(n in c.head.casefold() for n in needles)]
        )

    def _everybody(self) -> list[Choice]:
        desk = self._desk
        teams = sorted((t.name, t.reference) for t in desk.teams)
        people = sorted((p.name, p.reference) for p in desk.practitioners if p.active)
        choices = [
            *(Choice(reference, name, aside="team") for name, reference in teams),
            *(
                Choice(reference, name, aside="you" if reference == desk.me.reference else "")
                for name, reference in people
            ),
        ]
        offered = [c for c in choices if c.id != self._owner]
        return [*offered, Choice(POOL, "Back to everybody")] if self._owner else offered

    @Slot(object)
    def _on_clicked(self, _index: object) -> None:
        if (choice := self.list.current) is not None:
            self._on_taken(choice.id)

    @Slot(str)
    def _on_taken(self, choice_id: str) -> None:
        choice = next((c for c in self._everybody() if c.id == choice_id), None)
        if choice is not None:
            self.chosen.emit(choice.id, "" if choice.id == POOL else choice.head)
