"""The same request gets the same answer: answers to writes are kept for a day at least.

The request is known by its client, its X-Request-Id and everything that decides what it does, so
that one user action may send several requests under one X-Request-Id.
"""

import hashlib
from dataclasses import dataclass
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
_CLEAR_MS = 3_600_000
_FIND = sa.select(replay.c.status, replay.c.headers, replay.c.body).where(
    replay.c.ods == sa.bindparam("ods"),
    replay.c.client == sa.bindparam("client"),
    replay.c.request == sa.bindparam("request"),
)
_CLEAR = sa.delete(replay).where(
    replay.c.ods == sa.bindparam("of"), replay.c.at <= sa.bindparam("before")
)
_DECISIVE: Final = (
    "content-type",
    "if-match",
    "if-none-exist",
    "prefer",
    "x-security-context",
)


@dataclass(frozen=True, slots=True)
class RequestName:
    """What one request is known by: its client, and a digest of all that decides what it does."""

    client: str
    digest: str

    @classmethod
    def of(cls, asked: Asked, caller: Caller) -> "RequestName | None":
        """The name of *asked*; None when the client gave it no X-Request-Id."""
        if not asked.replayable:
            return None
        parts = [asked.request_id, asked.method, "/".join(asked.segments), asked.query]
        parts += [asked.headers.get(name, "") for name in _DECISIVE]
        digest = hashlib.sha256("\0".join(parts).encode())
        digest.update(b"\0" + asked.body)
        return cls(f"{caller.client_id} {caller.user}", digest.hexdigest())


class Replays:
    """The kept answers. Used on the writer's thread only."""

    def __init__(self) -> None:
        self._cleared_at: dict[str, int] = {}

    def find(self, unit: Unit, name: RequestName) -> Answer | None:
        """The answer that was given before; now and then, those that are too old go first."""
        now = dates.ms(unit.now)
        if now - self._cleared_at.get(unit.ods, 0) >= _CLEAR_MS:
            self._cleared_at[unit.ods] = now
            unit.connection.execute(_CLEAR, {"of": unit.ods, "before": now - _KEPT_MS})
        row = unit.connection.execute(
            _FIND,
            {"ods": unit.ods, "client": name.client, "request": name.digest},
        ).first()
        return None if row is None else Answer(row.status, row.body, decoded(row.headers.encode()))

    def keep(self, unit: Unit, name: RequestName, answer: Answer) -> None:
        """Keep *answer* for the next time."""
        unit.connection.execute(
            sa.insert(replay),
            {
                "ods": unit.ods,
                "client": name.client,
                "request": name.digest,
                "at": dates.ms(unit.now),
                "status": answer.status,
                "headers": encode(dict(answer.headers)).decode(),
                "body": answer.body,
            },
        )
