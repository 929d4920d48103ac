"""What the service writes to standard error: one JSON line per event, never about a patient."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final

import msgspec

_WORD: Final = re.compile(r"[A-Z][A-Za-z]{2,40}|[_$.]?[a-z][a-z.-]{2,40}")
_ODS: Final = re.compile(r"[A-Z0-9]{3,10}")
access = logging.getLogger("practice.access")


def route_of(path: str) -> str:
    """*path* without what names a person or a thing: `/A99999/fhir/Patient/{id}`.

    A query string never comes here. The practice's code and words of the API stay, all other
    parts become `{id}`.
    """
    parts = path.split("/")[1:]
    kept = [part if _ODS.fullmatch(part) else "{id}" for part in parts[:1]]
    for number, part in enumerate(parts[1:], start=1):
        # After a resource type stands an id, whatever it looks like.
        after_type = number == 3 and parts[1] == "fhir" and not part.startswith(("_", "$"))
        kept.append(part if _WORD.fullmatch(part) and not after_type else "{id}" if part else "")
    return "/" + "/".join(kept[:8])


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
