"""Stores many resources at once, without rules: the demo practice, an import."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from contract.moves import APPOINTMENT_LIVE
from contract.systems import LIVE_TYPES
from practice.clock import instant
from practice.store import dates, indexing
from practice.store.extract import entries, leaves, target
from practice.store.stored import Tree, encoded
from practice.store.tables import resource, resource_version, slot_claim
from practice.store.unit import Unit


def load(unit: Unit, trees: Sequence[Tree]) -> None:
    """Store *trees* as first versions, with the ids they carry."""
    ledger = unit.ledger
    heads: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    indexed: indexing.Rows = {}
    at, stamp = dates.ms(unit.now), instant(unit.now)
    ledger.last_updated = at
    for tree in trees:
        kind, resource_id, row = tree["resourceType"], tree["id"], ledger.next_row()
        change = ledger.next_change() if kind in LIVE_TYPES else None
        same = {"ods": unit.ods, "row": row, "version": 1, "last_updated": at, "change": change}
        heads.append({**same, "type": kind, "id": resource_id, "removed": False})
        body = encoded(tree, resource_id, 1, stamp)
        versions.append({**same, "method": "POST", "agent": unit.agent, "body": body})
        for table, values in indexing.rows(unit.ods, row, kind, entries(unit.ods, tree)).items():
            indexed.setdefault(table, []).extend(values)
    indexed[resource], indexed[resource_version] = heads, versions
    for table, rows in indexed.items():
        _insert(unit.connection, table, rows)


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Hand *rows* to the driver as they are, which is twice as fast as through SQLAlchemy."""
    statement = sa.insert(table).compile(
        dialect=connection.dialect, column_keys=[column.name for column in table.columns]
    )
    order = statement.positiontup
    values = [tuple(row[name] for name in order) for row in rows] if order else rows
    connection.exec_driver_sql(str(statement), values)


def claims(ods: str, trees: Iterable[Tree]) -> list[dict[str, str]]:
    """The slots that live appointments among *trees* take, as rows of `slot_claim`."""
    return [
        {"ods": ods, "slot": target(ods, reference)[1], "appointment": tree["id"]}
        for tree in trees
        if tree["resourceType"] == "Appointment" and tree["status"] in APPOINTMENT_LIVE
        for reference in leaves(tree, ("slot", "reference"))
    ]


def overbooked(trees: Iterable[Tree]) -> set[str]:
    """Ids of the slots that several appointments may take, so that none of them claims them."""
    return {
        tree["id"] for tree in trees if tree["resourceType"] == "Slot" and tree.get("overbooked")
    }


def keep_claims(unit: Unit, rows: Sequence[dict[str, str]]) -> None:
    """Store rows of `slot_claim`."""
    if rows:
        unit.connection.execute(sa.insert(slot_claim), list(rows))
