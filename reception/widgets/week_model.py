"""One clinician's week as an item model: a column a day, in the rows of a board."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject

from contract.core_hours import CLOSES, LONDON, OPENS, london_day
from reception.desk.cues import CueKind
from reception.desk.week import Week
from reception.records import Appointment, Session
from reception.widgets.board_cell import Cell
from reception.widgets.board_layout import Span
from reception.widgets.board_model import BoardModel
from reception.widgets.board_source import BoardCells, Column, ColumnRank
from reception.widgets.week_layout import folded_span

_WORKDAYS = 5
"""Monday to Friday always stand there; Saturday and Sunday where somebody works."""


def day_text(day: date) -> str:
    """`Monday 23 November`."""
    return f"{day:%A} {day.day} {day:%B}"


@dataclass(frozen=True, slots=True)
class DayColumn(Column):
    """One day of the week."""

    @property
    def rank(self) -> ColumnRank:
        """By date, which is its key."""
        return "", False, "", self.key

    @property
    def about(self) -> str:
        """The sessions, or that there are none."""
        return self.session_names or "No session"


class WeekCells(BoardCells):
    """The cells of one clinician's week, in columns of days."""

    def __init__(self, week: Week) -> None:
        super().__init__(week)
        self._week = week

    def columns(self, cells: Iterable[Cell]) -> dict[str, Column]:
        """Monday to Friday, and the weekend as far as it is used."""
        sessions: dict[str, list[Session]] = {}
        for session in self._week.sessions:
            if session.active and self._today(session.start, session.end):
                sessions.setdefault(self.column_of(session), []).append(session)
        used = {cell.column for cell in cells} | set(sessions)
        today = self._week.time.today()
        shown: dict[str, Column] = {}
        for number, day in enumerate(self._week.days):
            key = day.isoformat()
            if number >= _WORKDAYS and key not in used:
                continue
            theirs = sorted(sessions.get(key, []), key=lambda s: (s.start, s.id))
            name = f"{day:%a} {day.day} {day:%b}" + (" · today" if day == today else "")
            shown[key] = DayColumn(key, name, tuple(theirs))
        return shown

    def at(self, key: str) -> Cell | None:
        """What stands at *key*; who else is in is known of the open day alone."""
        cell = super().at(key)
        if cell is None or not cell.cues:
            return cell
        cues = tuple(cue for cue in cell.cues if cue.kind is not CueKind.OTHER_GP)
        return replace(cell, cues=cues)

    def column_of(self, session: Session) -> str:
        """The day of *session*."""
        return london_day(session.start).isoformat()

    def _column_without(self, appointment: Appointment) -> str:
        return london_day(appointment.start).isoformat()

    def _today(self, start: datetime, end: datetime) -> bool:
        first, last = self._week.bounds
        return start < last and end > first


class WeekModel(BoardModel):
    """The cells of a `Week`, kept in step with it."""

    def __init__(self, week: Week, parent: QObject | None = None) -> None:
        super().__init__(week, parent, WeekCells(week))
        self._week = week

    def clinician(self, cell: Cell) -> str:
        """Whose week it is."""
        return self._week.clinician

    def sentence(self, cell: Cell) -> str:
        """*cell* as it is read aloud: the day before the hour."""
        return f"{day_text(london_day(cell.start))}, {super().sentence(cell)}"

    def extent(self) -> tuple[datetime, datetime]:
        """From which hour until which the days reach, on the day that stands for all."""
        held = [folded_span(Span(c.start, c.end, "")) for c in self.cells()]
        sessions = (s for column in self.columns for s in column.sessions)
        held += [folded_span(Span(s.start, s.end, "")) for s in sessions]
        if not held:
            opens, closes = (datetime.combine(self._week.day, t, LONDON) for t in (OPENS, CLOSES))
            held = [folded_span(Span(opens, closes, ""))]
        first, last = min(s.start for s in held), max(s.end for s in held)
        half = timedelta(minutes=30)
        floor = timedelta(seconds=first.timestamp() % half.total_seconds())
        ceil = timedelta(seconds=-last.timestamp() % half.total_seconds())
        return first - floor, last + ceil
