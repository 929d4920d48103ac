"""One line is written about every request, and it says what became of it."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from practice.clock import StillClock
from practice.web.edge import Edge
from practice.web.log import access

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "GET",
    "path": "/A99999/fhir/Slot",
    "headers": [],
}


async def never(_scope: Scope, _receive: Receive, _send: Send) -> None:
    await asyncio.get_running_loop().create_future()


async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("a fault of ours")


async def answers(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await asyncio.get_running_loop().create_future()


async def _nothing() -> Message:
    return {"type": "http.request"}


async def _drop(_message: Message) -> None:
    return


@pytest.mark.parametrize(("app", "status"), [(never, 499), (fails, 500), (answers, 204)])
def test_a_request_that_is_given_up_is_no_fault(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, app: Any, status: int
) -> None:
    async def ask() -> None:
        edge = Edge(app, StillClock(datetime(2026, 11, 23, 8, tzinfo=UTC)))
        asking = asyncio.ensure_future(edge(SCOPE, _nothing, _drop))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    monkeypatch.setattr(access, "propagate", True)
    caplog.set_level(logging.INFO, access.name)
    asyncio.run(ask())
    assert [record.fields["status"] for record in caplog.records] == [status]  # type: ignore[attr-defined]
