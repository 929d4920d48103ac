"""The three operations on a Subscription, as functions of a unit.

Source: docs/contract.md 10.1.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Protocol

import msgspec

from contract.errors import ErrorCode
from contract.limits import EVENTS_KEPT_DAYS
from contract.systems import LIVE_TYPES
from practice.live import book, bundles
from practice.live.binding import FULL
from practice.refusal import Refusal
from practice.rules.caller import Caller
from practice.rules.gate import Gate
from practice.store import Pairs, Unit

MOST_EVENTS: Final = 2_000
"""To load a day anew is quicker than to be told of more than this."""
_LONGEST: Final = 18  # digits; a change number stays far below
_CLERICAL: Final = frozenset({"_format", "_pretty"})


class Operation(Protocol):
    """Answers one operation with FHIR JSON."""

    def __call__(
        self, unit: Unit, caller: Caller, base_url: str, subscription_id: str, pairs: Pairs, /
    ) -> bytes:
        """Do it.

        Raises:
            Refusal: 400, 403, 404 or 410.
        """
        ...


def operations(gate: Gate) -> Mapping[str, Operation]:
    """The operations by name."""

    def events(
        unit: Unit, caller: Caller, base_url: str, subscription_id: str, pairs: Pairs
    ) -> bytes:
        return _events(gate, unit, caller, base_url, subscription_id, pairs)

    return {
        "$events": events,
        "$status": _status,
        "$get-ws-binding-token": _token,
    }


def socket_url(base_url: str) -> str:
    """Where the socket of the practice at *base_url* is: the same host and port."""
    host, _, ods = base_url.removesuffix("/fhir").rpartition("/")
    return f"wss://{host.partition('://')[2]}/{ods}/live"


def visible(gate: Gate, caller: Caller) -> frozenset[str]:
    """The live types that *caller* sees."""
    return frozenset(kind for kind in LIVE_TYPES if gate.shows_all(caller, kind))


def _token(unit: Unit, caller: Caller, base_url: str, subscription_id: str, pairs: Pairs) -> bytes:
    _known(pairs)
    return msgspec.json.encode(book.issue(unit, caller, subscription_id, socket_url(base_url)))


def _status(
    unit: Unit, caller: Caller, _base_url: str, subscription_id: str, pairs: Pairs
) -> bytes:
    _known(pairs)
    tree, base = book.opened(unit, caller, subscription_id)
    entry = bundles.status_entry(
        bundles.QUERY_STATUS, subscription_id, unit.counter() - base, status=tree["status"]
    )
    return bundles.bundle(unit.now, [entry], "searchset")


def _events(
    gate: Gate, unit: Unit, caller: Caller, base_url: str, subscription_id: str, pairs: Pairs
) -> bytes:
    numbers = _known(pairs, "eventsSinceNumber", "eventsUntilNumber")
    _, base = book.opened(unit, caller, subscription_id)
    newest = unit.counter() - base
    since = numbers.get("eventsSinceNumber", 1)
    until = min(numbers.get("eventsUntilNumber", newest), newest)
    wanted = until - since + 1
    if wanted > MOST_EVENTS:
        raise _gone("That is more than can be told one by one.")
    held = unit.changes(base + since - 1, wanted) if wanted > 0 else []
    if not held:
        entry = bundles.status_entry(bundles.QUERY_EVENT, subscription_id, newest)
        return bundles.bundle(unit.now, [entry])
    if held[0].last_updated < unit.now - timedelta(days=EVENTS_KEPT_DAYS):
        raise _gone(f"Changes are told for {EVENTS_KEPT_DAYS} days.")
    return bundles.Tidings(held).bundle(
        bundles.QUERY_EVENT,
        subscription_id,
        base,
        visible(gate, caller),
        base_url,
        unit.now,
        total=newest,
    )


def _known(pairs: Pairs, *names: str) -> dict[str, int]:
    """The numbers among *pairs*.

    Raises:
        Refusal: 400, a parameter that is not offered, or no number from 1 on.
    """
    found: dict[str, int] = {}
    for name, value in pairs:
        if name in _CLERICAL or (names and name == "content" and value == FULL):
            continue
        number = int(value) if value.isascii() and value.isdigit() and len(value) <= _LONGEST else 0
        if name not in names or number < 1:
            text = f"{name[:60]}={value[:60]} is not offered here."
            raise Refusal(400, "invalid", ErrorCode.INVALID_PARAMETER, text)
        found[name] = number
    return found


def _gone(text: str) -> Refusal:
    return Refusal(
        410, "deleted", ErrorCode.NO_RECORD_FOUND, f"{text} Load everything, and subscribe anew."
    )
