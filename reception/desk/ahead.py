"""Stories of patients who are about to be needed, read before somebody asks for them.

What is held is only ever shown under the banner of the patient it is of, and is read again as
soon as it is shown.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from reception.desk.stores import Stores
from reception.desk.story import PatientStory
from reception.records import Appointment, Request
from reception.records.problem import Problem

MOST = 8
"""Stories read ahead: the next patient's, and those of the first cards."""


class Tells(Protocol):
    """Who is asked for a story: None where it has been asked again since."""

    def __call__(self, patient_id: str, *, panel: str = "") -> Awaitable[PatientStory | None]:
        """The story of that patient."""


class Ahead(QObject):
    """Reads ahead, at most `MOST` stories, one after the other.

    Args:
        story: asks the service.
        stores: what a change of tells that a story is out of date.
        start: runs a coroutine in the background.
        parent: the Qt parent.
    """

    ready = Signal(str)
    """The story of the patient with this id is here."""

    def __init__(
        self,
        story: Tells,
        stores: Stores,
        start: Callable[[Coroutine[Any, Any, object]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._story, self._start = story, start
        self._held: dict[str, PatientStory] = {}
        self._wanted: list[str] = []
        self._stale: set[str] = set()
        self._is_reading = False
        stores.requests.added.connect(self._on_record)
        stores.requests.changed.connect(self._on_change)
        stores.appointments.added.connect(self._on_record)
        stores.appointments.changed.connect(self._on_change)

    def held(self, patient_id: str) -> PatientStory | None:
        """The story of that patient and nobody else, if it has been read and is not out of date."""
        return None if patient_id in self._stale else self._held.get(patient_id)

    def keep(self, story: PatientStory) -> None:
        """Hold *story*, just read by somebody else, if it is wanted."""
        patient_id = story.banner.patient.id
        if patient_id in self._wanted:
            self._held[patient_id] = story
            self._stale.discard(patient_id)

    def want(self, patient_ids: Iterable[str]) -> None:
        """Have these ready, the first first; what is not among them is forgotten."""
        self._wanted = list(dict.fromkeys(filter(None, patient_ids)))[:MOST]
        self._held = {k: v for k, v in self._held.items() if k in self._wanted}
        self._stale &= self._held.keys()
        self._read_on()

    def _read_on(self) -> None:
        if not self._is_reading and any(self.held(p) is None for p in self._wanted):
            self._is_reading = True
            self._start(self._read_all())

    async def _read_all(self) -> None:
        tried: set[str] = set()
        try:
            while missing := self._next(tried):
                tried.add(missing)
                self._stale.discard(missing)
                try:
                    story = await self._story(missing, panel=f"ahead {missing}")
                except Problem:
                    continue  # it is read when it is asked for
                if story is None or story.banner.patient.id != missing:
                    continue
                if missing in self._wanted:
                    self._held[missing] = story
                    self._stale.discard(missing)  # reading it has told the stores of its records
                    self.ready.emit(missing)
        finally:
            self._is_reading = False

    def _next(self, tried: set[str]) -> str:
        return next((p for p in self._wanted if self.held(p) is None and p not in tried), "")

    @Slot(object)
    def _on_record(self, record: Request | Appointment) -> None:
        if record.patient_id in self._held:
            self._stale.add(record.patient_id)

    @Slot(object, object)
    def _on_change(self, _before: object, after: Request | Appointment) -> None:
        self._on_record(after)
