"""The outermost layer: every answer passes it, whichever room made it."""

import asyncio
import logging
import re
import time
import uuid
from email.utils import format_datetime
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice.clock import Clock
from practice.web.log import access, route_of

_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "server": "Reception",
}
_LONGEST_ID: Final = 200
_GIVEN_UP: Final = 499
"""What the log calls a request that nobody waits for any more; never sent."""
_PLAIN_ID: Final = re.compile(r"[0-9A-Fa-f-]{1,64}", re.ASCII)


class Edge:
    """Adds what every answer carries, and writes one line about it.

    The `Date` of an answer is the practice's time: a client takes its time from there.
    """

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()
        asked = Headers(scope=scope)
        request_id = asked.get("x-request-id", "")[:_LONGEST_ID] or str(uuid.uuid4())
        status = 0

        async def send_more(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                headers.setdefault("x-request-id", request_id)
                if correlation := asked.get("x-correlation-id"):
                    headers.setdefault("x-correlation-id", correlation[:_LONGEST_ID])
                now = self._clock.now()
                headers["date"] = format_datetime(now.replace(microsecond=0), usegmt=True)
            await send(message)

        try:
            await self._app(scope, receive, send_more)
        except asyncio.CancelledError:
            # Nothing failed: whoever asked has gone, or the service is stopping.
            status = status or _GIVEN_UP
            raise
        finally:
            if access.isEnabledFor(logging.INFO):
                access.info(
                    "answered",
                    extra={
                        "fields": {
                            "method": scope["method"],
                            "route": route_of(scope["path"]),
                            "status": status or 500,
                            "ms": round((time.perf_counter() - began_s) * 1000, 1),
                            # Anything else might say more than which request it was.
                            "request": request_id if _PLAIN_ID.fullmatch(request_id) else "?",
                        }
                    },
                )
