"""Writes the search indexes of a resource: only the rows that differ from before."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from practice.store.extract import Entries
from practice.store.tables import (
    date_index,
    reference_index,
    string_index,
    token_index,
    unique_key,
)

_COLUMNS = {
    token_index: ("param", "code", "system"),
    string_index: ("param", "value", "exact"),
    date_index: ("param", "low", "high"),
    reference_index: ("param", "target_id", "target_type"),
}
_INSERTS = {table: sa.insert(table) for table in (*_COLUMNS, unique_key)}
_DELETES = {
    table: sa.delete(table).where(
        *(table.c[column.name] == sa.bindparam(f"_{column.name}") for column in table.primary_key)
    )
    for table in (*_COLUMNS, unique_key)
}
_TAKEN = sa.select(unique_key.c.row).where(
    unique_key.c.ods == sa.bindparam("ods"),
    unique_key.c.type == sa.bindparam("type"),
    unique_key.c.system == sa.bindparam("system"),
    unique_key.c.value == sa.bindparam("value"),
)

Rows = dict[sa.Table, list[dict[str, Any]]]


def key_is_taken(connection: sa.Connection, ods: str, kind: str, system: str, value: str) -> bool:
    """Whether a resource of the type has that idempotency key."""
    wanted = {"ods": ods, "type": kind, "system": system, "value": value}
    return connection.execute(_TAKEN, wanted).first() is not None


def change(
    connection: sa.Connection, ods: str, row: int, kind: str, before: Entries, after: Entries
) -> None:
    """Bring the index rows of the resource *row* from *before* to *after*."""
    for table, gone in rows(ods, row, kind, before, less=after).items():
        connection.execute(
            _DELETES[table],
            [{f"_{c.name}": values[c.name] for c in table.primary_key} for values in gone],
        )
    insert(connection, rows(ods, row, kind, after, less=before))


def insert(connection: sa.Connection, fresh: Mapping[sa.Table, list[dict[str, Any]]]) -> None:
    """Add index rows."""
    for table, values in fresh.items():
        connection.execute(_INSERTS[table], values)


def rows(ods: str, row: int, kind: str, held: Entries, *, less: Entries | None = None) -> Rows:
    """The index rows of *held* that *less* does not have, by table; no empty lists."""
    other = less or Entries()
    found: Rows = {}
    triples: tuple[tuple[sa.Table, Iterable[tuple[Any, Any, Any]]], ...] = (
        (token_index, held.tokens - other.tokens),
        (string_index, held.strings - other.strings),
        (date_index, held.dates - other.dates),
        (reference_index, held.references - other.references),
    )
    for table, entries in triples:
        param, first, second = _COLUMNS[table]
        values = [
            {"ods": ods, "row": row, param: key, first: one, second: two}
            for key, one, two in entries
        ]
        if values:
            found[table] = values
    if keys := held.keys - other.keys:
        found[unique_key] = [
            {"ods": ods, "row": row, "type": kind, "system": system, "value": value}
            for system, value in keys
        ]
    return found
