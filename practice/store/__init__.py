"""Resources, versions and change numbers."""

from practice.store.query import Include, Pairs, Param, Query, Sort
from practice.store.store import Store
from practice.store.stored import Commit, Page, Stored, Tree
from practice.store.tables import metadata
from practice.store.unit import Unit

__all__ = [
    "Commit",
    "Include",
    "Page",
    "Pairs",
    "Param",
    "Query",
    "Sort",
    "Store",
    "Stored",
    "Tree",
    "Unit",
    "metadata",
]
