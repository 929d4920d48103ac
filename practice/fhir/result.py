"""What an interaction came to, as an answer of its own or as an entry of a bundle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

import msgspec

from practice.clock import instant
from practice.fhir.asked import FHIR_JSON
from practice.fhir.outcome import outcome
from practice.refusal import Refusal
from practice.store import Stored, Tree
from practice.store.stored import encode

JSON_HEADER: Final = f"{FHIR_JSON}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, less what every answer carries."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What an interaction came to.

    Attributes:
        status: HTTP status.
        body: FHIR JSON; empty where there is nothing to say.
        stored: the version it is about, for ETag, Last-Modified and Location.
        located: whether the client is told where it is (after a write).
    """

    status: int
    body: bytes = b""
    stored: Stored | None = None
    located: bool = False

    def answer(self, base: str) -> Answer:
        """As an HTTP answer."""
        headers = {"content-type": JSON_HEADER} if self.body else {}
        if self.stored is not None:
            headers["etag"] = self.stored.etag
            headers["last-modified"] = http_date(self.stored.last_updated)
            if self.located:
                headers["location"] = self._location(base)
        return Answer(self.status, self.body, headers)

    def entry(self, base: str) -> dict[str, Any]:
        """As an entry of a batch-response or transaction-response."""
        response: dict[str, Any] = {"status": str(self.status)}
        entry: dict[str, Any] = {"response": response}
        if self.stored is not None:
            response["etag"] = self.stored.etag
            response["lastModified"] = instant(self.stored.last_updated)
            entry["fullUrl"] = f"{base}/{self.stored.reference}"
            if self.located:
                response["location"] = self._location(base)
        if self.body:
            entry["resource"] = msgspec.Raw(self.body)
        return entry

    def _location(self, base: str) -> str:
        assert self.stored is not None
        return f"{base}/{self.stored.reference}/_history/{self.stored.version}"


def refused(refusal: Refusal) -> Answer:
    """The HTTP answer that tells of *refusal*."""
    headers = {"content-type": JSON_HEADER, **refusal.headers}
    return Answer(refusal.status, encode(outcome(refusal)), headers)


def refused_entry(refusal: Refusal) -> Tree:
    """The entry of a batch-response that tells of *refusal*."""
    return {"response": {"status": str(refusal.status), "outcome": outcome(refusal)}}


def http_date(moment: datetime) -> str:
    """*moment* as HTTP writes dates."""
    return format_datetime(moment.replace(microsecond=0), usegmt=True)
