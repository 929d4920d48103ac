"""The migrations make the tables that the rooms declare."""

import importlib
import pkgutil
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import practice
from practice.clock import PracticeClock
from practice.store import Store


def every_room() -> None:
    """Import whatever declares tables."""
    for module in pkgutil.walk_packages(practice.__path__, "practice."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)


def test_the_migrated_database_has_the_tables_of_all_rooms(tmp_path: Path) -> None:
    every_room()
    url = f"sqlite:///{tmp_path / 'practice.db'}"
    store = Store(url, PracticeClock())
    store.open()
    store.close()
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Store.metadata) == []
    engine.dispose()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'practice.db'}"
    for _ in range(2):
        store = Store(url, PracticeClock())
        store.open()
        store.close()
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        heads = connection.execute(sa.text("select version_num from alembic_version")).scalars()
        assert len(list(heads)) == 1
    engine.dispose()


def test_every_key_begins_with_the_practice() -> None:
    every_room()
    for table in Store.metadata.sorted_tables:
        if table.name != "practice":
            assert "ods" in table.primary_key.columns or not table.primary_key, table.name
            assert next(iter(table.primary_key.columns)).name == "ods", table.name


def test_the_tables_can_be_made_on_postgresql() -> None:
    every_room()
    for table in Store.metadata.sorted_tables:
        statement = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        assert statement.strip().startswith("CREATE TABLE")
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
