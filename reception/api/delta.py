"""What has changed since, by asking: for servers without a socket, and while ours is down.

Source: docs/contract.md 10.3.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from reception.api.client import FhirClient
from reception.records.tree import Tree, moment, text_at, wire_time

TYPES = ("Appointment", "Slot", "Schedule", "Task", "Communication")
OVERLAP = timedelta(seconds=30)
"""Covers writes that commit after one that was stamped later."""
PAGE = "200"


class Delta:
    """Asks for everything changed since the newest copy that was received.

    Args:
        client: the signed-in client.
    """

    def __init__(self, client: FhirClient) -> None:
        self._client = client
        self._watermark: datetime | None = None

    @property
    def watermark(self) -> datetime | None:
        """`meta.lastUpdated` of the newest copy received, or where asking began."""
        return self._watermark

    def begin(self, at: datetime) -> None:
        """Ask from *at* (the service's time) on, unless something newer has been received."""
        self._raise_to(at)

    def saw(self, trees: Iterable[Tree]) -> None:
        """*trees* were received, by whatever way."""
        for tree in trees:
            if (at := moment(text_at(tree, "meta", "lastUpdated"))) is not None:
                self._raise_to(at)

    async def ask(self, overlap: timedelta = OVERLAP) -> list[Tree]:
        """All changes since the watermark, with some *overlap*. Raises `Problem`."""
        since = (self._watermark or self._client.clock.now()) - overlap
        params = {
            "_lastUpdated": f"ge{wire_time(since)}",
            "_sort": "_lastUpdated",
            "_count": PAGE,
        }
        asking = [asyncio.create_task(self._client.search(kind, params)) for kind in TYPES]
        try:
            pages = await asyncio.gather(*asking)
        finally:
            for task in asking:  # when one has failed nobody waits for the others
                task.cancel()
        trees = [tree for page in pages for tree in page]
        self.saw(trees)
        return trees

    def _raise_to(self, at: datetime) -> None:
        if self._watermark is None or at > self._watermark:
            self._watermark = at
