"""What the service writes to standard error: one JSON line per event, never about a patient."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final

import msgspec

from practice.store.parameters import TYPES

_ODS: Final = re.compile(r"[A-Z0-9]{3,10}")
_WORDS: Final = TYPES | {
    *("fhir", "metadata", "_history", "_search", "$events", "$status", "$get-ws-binding-token"),
    *(".well-known", "smart-configuration", "openid-configuration"),
    *("auth", "authorize", "token", "revoke", "jwks", "live"),
}
_LONGEST: Final = 8

access = logging.getLogger("practice.access")


def route_of(path: str) -> str:
    """*path* with words of the API alone: `/A99999/fhir/Patient/{id}`.

    Whatever else stands in an address may name a person. A query string never comes here.
    """
    first, *others = path.split("/")[1 : _LONGEST + 1]
    kept = [part if part in _WORDS or not part else "{id}" for part in others]
    return "/".join(("", first if _ODS.fullmatch(first) or not first else "{id}", *kept))


class JsonLines(logging.Formatter):
    """One JSON object a line; `extra={"fields": {...}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for *record*, without its end."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= fields
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def set_up(level: str = "INFO") -> None:
    """Send all logs of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # oauthlib writes codes and tokens at DEBUG; granian warns that embedding is new to it.
    for name, threshold in (("oauthlib", logging.WARNING), ("_granian", logging.ERROR)):
        logging.getLogger(name).setLevel(threshold)
