"""The same request gets the same answer: answers to writes are kept for a day.

The request is known by its client, its X-Request-Id and everything that decides what it does, so
that one user action may send several requests under one X-Request-Id.
"""

import hashlib
from typing import Final

import sqlalchemy as sa

from contract.limits import REPLAY_KEPT_H
from practice.fhir.asked import Asked
from practice.fhir.result import Answer
from practice.rules.caller import Caller
from practice.store import Unit, dates
from practice.store.stored import decoded, encode
from practice.store.tables import replay

_KEPT_MS = REPLAY_KEPT_H * 3_600_000
_DECISIVE: Final = (
    "content-type",
    "if-match",
    "if-none-exist",
    "prefer",
    "x-security-context",
)


class Replay:
    """The kept answer of one request.

    Args:
        asked: the request.
        caller: who sent it.
    """

    def __init__(self, asked: Asked, caller: Caller) -> None:
        self._client = f"{caller.client_id} {caller.user}"
        parts = [asked.request_id, asked.method, "/".join(asked.segments), asked.query]
        parts += [asked.headers.get(name, "") for name in _DECISIVE]
        digest = hashlib.sha256("\0".join(parts).encode())
        digest.update(b"\0" + asked.body)
        self._request = digest.hexdigest()
        self._kept = asked.replayable

    def find(self, unit: Unit) -> Answer | None:
        """The answer that was given before."""
        if not self._kept:
            return None
        c = replay.c
        row = unit.connection.execute(
            sa.select(c.status, c.headers, c.body).where(
                c.ods == unit.ods,
                c.client == self._client,
                c.request == self._request,
                c.at > dates.ms(unit.now) - _KEPT_MS,
            )
        ).first()
        return None if row is None else Answer(row.status, row.body, decoded(row.headers.encode()))

    def keep(self, unit: Unit, answer: Answer) -> None:
        """Keep *answer*, and let go of what is too old."""
        if not self._kept:
            return
        c = replay.c
        now = dates.ms(unit.now)
        unit.connection.execute(sa.delete(replay).where(c.ods == unit.ods, c.at <= now - _KEPT_MS))
        unit.connection.execute(
            sa.insert(replay),
            {
                "ods": unit.ods,
                "client": self._client,
                "request": self._request,
                "at": now,
                "status": answer.status,
                "headers": encode(dict(answer.headers)).decode(),
                "body": answer.body,
            },
        )
