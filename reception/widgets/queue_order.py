"""Requests in order of work, kept sorted change by change; and what of it a list does not show."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reception.records import Request


class WorkOrder:
    """The requests that belong, sorted by *key*; one change costs one search."""

    def __init__(self, key: Callable[[Request], Any]) -> None:
        self._key = key
        self._sorted: list[tuple[Any, str]] = []
        self._keys: dict[str, Any] = {}
        self._held: dict[str, Request] = {}
        self._known: dict[str, tuple[Request, Any]] = {}

    @property
    def ids(self) -> list[str]:
        """In order of work."""
        return [request_id for _, request_id in self._sorted]

    @property
    def requests(self) -> Iterable[Request]:
        """All of them, in no promised order."""
        return self._held.values()

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._keys

    def place_of(self, request_id: str) -> int:
        """Where that one stands, from 0; -1 where it does not belong."""
        if request_id not in self._keys:
            return -1
        return bisect_left(self._sorted, (self._keys[request_id], request_id))

    def timed(self) -> list[Request]:
        """Those whose place follows from the time: they wait for an hour that may have come."""
        return [request for request in self._held.values() if request.status == "on-hold"]

    def fill(self, requests: Iterable[Request]) -> None:
        """Hold *requests* instead, sorted afresh."""
        self._held = {request.id: request for request in requests}
        self._keys = {i: self._key_of(request) for i, request in self._held.items()}
        self._sorted = sorted((key, request_id) for request_id, key in self._keys.items())

    def forget_keys(self) -> None:
        """What the keys follow from has changed: work them out anew at the next `fill`."""
        self._known.clear()

    def _key_of(self, request: Request) -> Any:
        """The key, as it was worked out before: another lane is another choice of the same."""
        known = self._known.get(request.id)
        if known is not None and known[0] is request and request.status != "on-hold":
            return known[1]
        key = self._key(request)
        self._known[request.id] = request, key
        return key

    def put(self, request: Request) -> None:
        """Hold *request* in its place, wherever it stood before."""
        self.drop(request.id)
        self._held[request.id] = request
        key = self._keys[request.id] = self._key(request)
        self._known[request.id] = request, key
        insort(self._sorted, (key, request.id))

    def drop(self, request_id: str) -> None:
        """Hold that one no longer."""
        if request_id in self._keys:
            entry = (self._keys.pop(request_id), request_id)
            del self._held[request_id]
            del self._sorted[bisect_left(self._sorted, entry)]


@dataclass(frozen=True)
class HeldBack:
    """What a list that stands still does not show.

    Attributes:
        new: requests that are not in the list yet.
        new_emergencies: how many of them are emergencies.
        emergencies: emergencies that are not in the list, or not at its head.
        moved: rows that would move or go.
    """

    new: int = 0
    new_emergencies: int = 0
    emergencies: int = 0
    moved: int = 0

    @classmethod
    def between(
        cls,
        shown: Sequence[str],
        places: Mapping[str, int],
        wanted: Sequence[str],
        is_emergency: Callable[[str], bool],
    ) -> "HeldBack":
        """What *shown* (with its *places* by id) lacks of *wanted*."""
        if list(shown) == list(wanted):
            return cls()
        new = [i for i in wanted if i not in places]
        urgent = [i for i in wanted if is_emergency(i)]
        head = set(shown[: len(urgent)])
        return cls(
            new=len(new),
            new_emergencies=sum(map(is_emergency, new)),
            emergencies=sum(i not in head for i in urgent),
            moved=len(shown) - len(rising([places[i] for i in wanted if i in places])),
        )


def rising(places: Sequence[int]) -> list[int]:
    """The longest rising run in *places*: the rows that need not move."""
    tails: list[int] = []  # the smallest end of a run of each length
    ends: list[int] = []  # where in *places* that end is
    before: list[int] = []  # where in *places* the run goes on backwards
    for at, place in enumerate(places):
        length = bisect_left(tails, place)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [at]
        before.append(ends[length - 1] if length else -1)
    run: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(places[at])
        at = before[at]
    return run[::-1]
