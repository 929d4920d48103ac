"""The running numbers of one practice inside the writer's transaction."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from practice.store.tables import practice


@dataclass(slots=True)
class Ledger:
    """The row of `practice`: change counter, resource numbers, last time written.

    It is read once for a group of units and written back before their commit. The row is locked
    meanwhile on databases that have several writers, which makes a practice's commits follow one
    another; that is what keeps its numbers gap-free and in commit order.
    """

    ods: str
    counter: int
    rows: int
    last_updated: int

    @classmethod
    def read(cls, connection: sa.Connection, ods: str) -> "Ledger":
        """The ledger of a practice, a new one if it has none."""
        statement = sa.select(practice).where(practice.c.ods == ods).with_for_update()
        row = connection.execute(statement).first()
        if row is None:
            fresh = {"ods": ods, "counter": 0, "rows": 0, "last_updated": 0}
            connection.execute(sa.insert(practice), fresh)
            return cls(ods, 0, 0, 0)
        return cls(row.ods, row.counter, row.rows, row.last_updated)

    def write(self, connection: sa.Connection) -> None:
        """Keep the numbers."""
        connection.execute(
            sa.update(practice)
            .where(practice.c.ods == self.ods)
            .values(counter=self.counter, rows=self.rows, last_updated=self.last_updated)
        )

    def next_change(self) -> int:
        """The next change number."""
        self.counter += 1
        return self.counter

    def next_row(self) -> int:
        """The next resource number."""
        self.rows += 1
        return self.rows

    def copy(self) -> "Ledger":
        """The numbers as they are now."""
        return replace(self)

    def restore(self, kept: "Ledger") -> None:
        """Go back to *kept*: what was done since is undone."""
        self.counter, self.rows, self.last_updated = kept.counter, kept.rows, kept.last_updated
