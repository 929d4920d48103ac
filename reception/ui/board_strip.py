"""The strip above the board: which view, which part of the day, its numbers, where else to."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from reception.desk.desk import Desk
from reception.ui.board_pane import BoardPane
from reception.widgets.board_bar import BoardBar, mode_choices
from reception.widgets.board_legend import BoardTail
from reception.widgets.look import Look


class BoardStrip(QFrame):
    """Shows what its board shows; what is pressed on it is the page's to do."""

    def __init__(
        self, desk: Desk, look: Look, pane: BoardPane, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._pane = desk, pane
        self.setProperty("kind", "strip")
        self.now = QPushButton("Now (N)", self)
        self.as_list = QPushButton("As a list", self)
        self.as_list.setCheckable(True)
        self.week = QPushButton("Week", self)
        self.week.setCheckable(True)
        self.week.setShortcut(QKeySequence("Alt+W"))
        self.week.setToolTip("The week of the clinician under the keyboard (Alt+W)")
        self.bar = BoardBar(look, self)
        self.bar.set_choices(self._choices)
        tail = BoardTail(look, self)
        self.summary = tail.summary
        self.sessions = QPushButton("Sessions", self)
        self.sessions.setToolTip("The sessions of this week, templates, whom to contact")
        self.print = QPushButton("Print", self)
        self.print.setToolTip("Print the day, and the continuity pack (Ctrl+P)")
        self.print.setShortcut(QKeySequence(QKeySequence.StandardKey.Print))
        unit = look.metrics.unit_px
        across = QHBoxLayout(self)
        across.setContentsMargins(unit, unit // 2, unit, unit // 2)
        for widget in (self.now, self.as_list, self.week, self.bar):
            across.addWidget(widget)
        across.addSpacing(unit)
        across.addWidget(tail, 1)
        across.addSpacing(unit)
        across.addWidget(self.sessions)
        across.addWidget(self.print)
        pane.model.facts_changed.connect(self._sum_up)
        pane.model.modelReset.connect(self._sum_up)
        pane.model.minute_passed.connect(self._sum_up)
        self._sum_up()

    def show_state(self) -> None:
        """Show which part of the day the board shows, and how."""
        model = self._pane.model
        words = model.filter.words(self._site_name, self._type_name)
        elsewhere = model.left_out_waiting()
        self.bar.show_state(model.kind, self._pane.view.zoom, model.filter, words, elsewhere)

    def _site_name(self, place_id: str) -> str:
        place = self._desk.places.get(place_id)
        return place.name if place is not None else "another site"

    def _type_name(self, code: str) -> str:
        return next((s.type_text for s in self._desk.slots if s.type_code == code), code)

    def _choices(self) -> dict[str, list[tuple[str, str]]]:
        """What there is to filter by."""
        places = sorted((p for p in self._desk.places if not p.part_of_id), key=lambda p: p.name)
        here = {session.practitioner_id for session in self._desk.sessions}
        roles = {r.name for r in self._desk.roles if r.practitioner_id in here and r.name}
        types = {s.type_code: s.type_text or s.type_code for s in self._desk.slots if s.type_code}
        return {
            "site": [(place.id, place.name) for place in places],
            "role": [(name, name) for name in sorted(roles)],
            "type_code": sorted(types.items(), key=lambda pair: pair[1]),
            "mode": mode_choices(),
        }

    @Slot()
    def _sum_up(self) -> None:
        model = self._pane.model
        if model.filter.is_on:
            self.show_state()
        facts = [model.facts(column.key) for column in model.columns]
        waiting, seen = sum(f.waiting for f in facts), sum(f.seen for f in facts)
        free, online = sum(f.free for f in facts), sum(f.online for f in facts)
        parts = (f"{waiting} waiting", f"{free} free, {online} of them online", f"{seen} seen")
        self.summary.show_parts(parts if facts else ())
