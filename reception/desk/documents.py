"""What the practice sets for itself: read at once, heard of when it changes, changed by staff.

Source: docs/contract.md 3 (Library).
"""

from collections.abc import Mapping
from functools import cache, partial
from importlib import resources

from PySide6.QtCore import QObject, Signal

from contract import documents
from contract.systems import PRACTICE_DOCUMENT
from reception.api.bundle import Entry, post, put
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import PracticeDocument, Record, Tree
from reception.records.problem import ChangedElsewhere

_FILES: Mapping[str, str] = {name: f"{name.replace('-', '_')}.toml" for name in documents.TITLES}


@cache
def shipped(name: str) -> str:
    """The text of a document as the programs bring it along; empty where none does."""
    file = resources.files("resources") / _FILES[name]
    return file.read_text(encoding="utf-8") if file.is_file() else ""


class Documents(QObject):
    """The practice's documents.

    Args:
        bench: what every verb works with.
        parent: the Qt parent.
    """

    changed = Signal(str)  # the name of the document that says something else now

    def __init__(self, bench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        store = bench.stores.documents
        store.added.connect(self._on_added)
        store.changed.connect(self._on_changed)
        store.reset.connect(self._on_reset)

    def text(self, name: str) -> str:
        """What is in force as the document *name*: the practice's own text, else what ships."""
        held = self.held(name)
        own = held.text if held is not None else None
        return shipped(name) if own is None else own

    def held(self, name: str) -> PracticeDocument | None:
        """The practice's own version, retired or not; None where there has never been one."""
        return next((held for held in self._bench.stores.documents if held.name == name), None)

    async def save(self, name: str, text: str, *, on: PracticeDocument | None = None) -> None:
        """Put *text* in force as the document *name*, for everybody, and offer to undo it.

        Args:
            name: which document.
            text: what it is to say; broken text is refused, by the service too.
            on: the version that was edited; None: the newest, or none yet.

        Raises:
            ValueError: it cannot be read; the sentence names the line.
            ChangedElsewhere: somebody has changed it since *on*.
            Problem: refused for want of the right, or out of reach.
        """
        documents.read(name, text)
        before = on if on is not None else self.held(name)
        stored = await self._store(name, before, text)
        self._bench.undos.tell(
            f"{documents.TITLES[name]}: saved.", partial(self._take_back, before, stored)
        )

    async def use_shipped(self, name: str) -> None:
        """Put back what ships with the programs.

        Raises:
            Problem: as for `save`.
        """
        held = self.held(name)
        if held is None or held.text is None:
            return
        stored = await self._put(held, {**held.tree, "status": "retired"})
        said = f"{documents.TITLES[name]}: as they came with the program."
        self._bench.undos.tell(said, partial(self._take_back, held, stored))

    async def _store(self, name: str, on: PracticeDocument | None, text: str) -> PracticeDocument:
        if on is not None:
            return await self._put(on, documents.with_text(on.tree, text))
        tree = documents.tree_of(name, text)

        def plan(_: Latest) -> list[Entry]:
            return [post(tree, PRACTICE_DOCUMENT)]

        (stored,) = await self._bench.writer.transact(documents.TITLES[name], [], plan)
        document = _document(stored)
        if document.text != text:  # the create found what somebody wrote meanwhile
            raise ChangedElsewhere("Somebody wrote this document first. Nothing was saved.")
        return document

    async def _put(self, on: PracticeDocument, tree: Tree) -> PracticeDocument:
        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(PracticeDocument, on.id)
            if now.version != on.version:
                raise ChangedElsewhere("Somebody changed this document first. Nothing was saved.")
            return [put(tree, now.version)]

        said = documents.TITLES.get(on.name, "A practice document")
        (stored,) = await self._bench.writer.transact(said, [on.reference], plan)
        return _document(stored)

    async def _take_back(self, before: PracticeDocument | None, stored: PracticeDocument) -> str:
        tree = {**stored.tree, "status": "retired"} if before is None else before.tree
        await self._put(stored, {**tree, "id": stored.id})
        return f"{documents.TITLES[stored.name]}: as before."

    def _on_added(self, record: Record) -> None:
        self._tell(record)

    def _on_changed(self, _before: Record, after: Record) -> None:
        self._tell(after)

    def _on_reset(self) -> None:
        for held in self._bench.stores.documents:
            self._tell(held)

    def _tell(self, record: Record) -> None:
        if isinstance(record, PracticeDocument) and record.name in documents.TITLES:
            self.changed.emit(record.name)


def _document(stored: Record | None) -> PracticeDocument:
    assert isinstance(stored, PracticeDocument)
    return stored
