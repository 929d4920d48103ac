"""Where the cells of a week stand: a day is a column, and one hour of every day is one height."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from contract.core_hours import LONDON
from reception.widgets.board_layout import BoardLayout, Span

_ANY_DAY = date(2001, 1, 1)
"""Every day is laid over this one. A day of winter: its hours are those of UTC."""
_FOLDED = tuple(datetime.combine(_ANY_DAY + timedelta(days=n), time(), LONDON) for n in (0, 2))
"""Between these a time is folded already; what goes on past midnight ends on the day after."""


def folded(at: datetime) -> datetime:
    """*at* (aware) at the same hour of the London day that stands for all days, aware UTC."""
    local = at.astimezone(LONDON)
    return datetime.combine(_ANY_DAY, local.time(), LONDON).astimezone(UTC)


def folded_span(span: Span) -> Span:
    """*span* at its hour, as long as it is."""
    start = folded(span.start)
    return Span(start, start + (span.end - span.start), span.key)


class WeekLayout(BoardLayout):
    """A `BoardLayout` for which all days are one: times it answers lie on no day of the week."""

    def reaches(self, span: Span) -> bool:
        """Whether *span* stands inside what is shown."""
        return super().reaches(folded_span(span))

    def load(self, cells: Iterable[tuple[str, Span]]) -> None:
        """Hold just *cells*, each with the key of its day."""
        super().load((column, folded_span(span)) for column, span in cells)

    def put(self, column: str, span: Span) -> bool:
        """Place *span* in *column*; whether anything there had to move."""
        return super().put(column, folded_span(span))

    def y_of(self, at: datetime) -> int:
        """The pixel at which the minute *at* begins, on whatever day."""
        return super().y_of(at if _FOLDED[0] <= at < _FOLDED[1] else folded(at))

    def nearest_in(self, column: str, at: datetime) -> str | None:
        """The cell of *column* that stands nearest to the hour of *at*."""
        return super().nearest_in(column, folded(at))

    def neighbour(self, key: str, step: int, at: datetime) -> str | None:
        """The cell *step* lanes or days away that stands nearest to the hour of *at*."""
        return super().neighbour(key, step, folded(at))
