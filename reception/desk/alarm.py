"""Emergencies that nobody on duty has acknowledged, and the verb that does it.

An emergency is what somebody has named so, or what the patient's words raise to one. It rings until
it is acknowledged, at whichever desk, or has come to its end; a patient who tells of more danger
afterwards makes it ring again.

Source: docs/contract.md 7 (Acknowledge).
"""

from datetime import datetime

from PySide6.QtCore import QObject, Signal, Slot

from contract.acknowledgement import DUTY_ROLES
from contract.codes import Priority
from reception.api.bundle import Entry, put
from reception.desk.order import waiting_since
from reception.desk.problems import NotPossible
from reception.desk.red_flags import RedFlags
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Request
from reception.records.acknowledged import acknowledged, acknowledgement_of
from reception.records.problem import Problem


class Alarm(QObject):
    """What rings.

    Args:
        bench: what every verb works with.
        red_flags: what the patients' words raise.
        parent: the Qt parent.
    """

    changed = Signal()
    """Something else rings than before."""

    def __init__(
        self, bench: Workbench, red_flags: RedFlags, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bench, self._red_flags = bench, red_flags
        self._ringing: dict[str, Request] = {}
        store = bench.stores.requests
        store.added.connect(self._on_added)
        store.changed.connect(self._on_changed)
        store.removed.connect(self._on_removed)
        store.reset.connect(self._on_reset)
        self._on_reset()

    @property
    def ringing(self) -> list[Request]:
        """Emergencies that wait to be acknowledged, the longest waiting first."""
        return sorted(self._ringing.values(), key=lambda r: (waiting_since(r), r.id))

    @property
    def may_acknowledge(self) -> bool:
        """Whether it is for this user to say that an emergency has been seen."""
        return self._bench.me.role in DUTY_ROLES

    def rings(self, request: Request) -> bool:
        """Whether *request* is an emergency that nobody on duty has acknowledged."""
        if not request.is_open:
            return False
        told_since = any(
            flag.raises is Priority.STAT for flag in self._red_flags.found_beside(request)
        )
        if told_since:  # only what came after the acknowledgement stands beside it
            return True
        raised = self._red_flags.raised_for(request) is Priority.STAT
        return raised and acknowledgement_of(request) is None

    def about(self, request: Request) -> str:
        """What the patient's words may mean, in a few words; empty where no phrase matched."""
        flags = self._red_flags.found_for(request)
        grave = [flag.title for flag in flags if flag.raises is Priority.STAT]
        return ", ".join(dict.fromkeys(grave))

    async def acknowledge(self, request_id: str) -> Request:
        """Say, for everybody to see, that this emergency has been seen.

        Raises:
            NotPossible: it is not for this user to say.
            Problem: it could not be written.
        """
        if not self.may_acknowledge:
            raise NotPossible("Somebody on duty has to acknowledge this. Ask them to look now.")
        me = self._bench.me
        known = self._bench.stores.requests.newest(request_id)
        since = _latest(known) if known is not None else None

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            at = _latest(now)
            if at is not None and (at != since or not self.rings(now)):
                raise _SeenAlready(now)  # by a colleague, or before: once is enough
            tree = acknowledged(now, me.reference, me.display, self._bench.time.now())
            return [put(tree, now.version)]

        try:
            stored = await self._bench.writer.transact(
                "Acknowledging an emergency", [f"Task/{request_id}"], plan
            )
        except _SeenAlready as seen:
            return seen.request
        request = stored[0]
        assert isinstance(request, Request)
        name = self._bench.stores.patient_name(request) or "An emergency"
        self._bench.undos.tell(f"{name}: acknowledged.")
        return request

    @Slot(object)
    def _on_added(self, request: Request) -> None:
        self._look_at(request)

    @Slot(object, object)
    def _on_changed(self, _before: Request, after: Request) -> None:
        self._look_at(after)

    @Slot(object)
    def _on_removed(self, gone: Request) -> None:
        if self._ringing.pop(gone.id, None) is not None:
            self.changed.emit()

    @Slot()
    def _on_reset(self) -> None:
        rings = {r.id: r for r in self._bench.stores.requests if self.rings(r)}
        if rings != self._ringing:
            self._ringing = rings
            self.changed.emit()

    def _look_at(self, request: Request) -> None:
        before = self._ringing.get(request.id)
        if self.rings(request):
            self._ringing[request.id] = request
        elif before is None:
            return
        else:
            del self._ringing[request.id]
        self.changed.emit()


def _latest(request: Request) -> datetime | None:
    seen = acknowledgement_of(request)
    return seen.at if seen is not None else None


class _SeenAlready(Problem):
    """Nothing needs to be written."""

    def __init__(self, request: Request) -> None:
        super().__init__("It has been acknowledged already.")
        self.request = request
