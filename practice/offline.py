"""A data folder as a command sees it: its store and its accounts, without the service."""

from collections.abc import Iterator
from contextlib import contextmanager

from practice.clock import Clock, PracticeClock
from practice.identity import Identity, SigningKey
from practice.settings import DataFolder, Settings
from practice.store import Store


@contextmanager
def opened(
    folder: DataFolder, settings: Settings, clock: Clock | None = None
) -> Iterator[tuple[Store, Identity]]:
    """The store and the accounts of a folder, for a command; the service may run meanwhile."""
    store = Store(folder.database_url, clock or PracticeClock())
    store.open()
    accounts = Identity(
        store,
        SigningKey(folder.keys),
        lambda ods: f"urn:practice:{ods}",
        {entry.ods: entry.name for entry in settings.practices},
    )
    try:
        yield store, accounts
    finally:
        accounts.close()
        store.close()
