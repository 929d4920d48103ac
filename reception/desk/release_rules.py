"""The release rules of slot types: shown, changed, and what a change would do beforehand.

Source: docs/contract.md 3 (HealthcareService), 4.2, 6 (Change a rule).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from contract import systems
from contract.codes import BookingAccess
from contract.release import (
    RESTRICTED,
    closes_online_at,
    fall_back,
    hold_back,
    is_rule,
    opening,
    opens_at,
    words_of,
)
from reception.api.bundle import Entry, put
from reception.desk.workbench import Workbench, restored
from reception.desk.writer import Latest
from reception.records import Service, Slot
from reception.records.problem import ChangedElsewhere
from reception.records.tree import wire_time

_ONLINE = frozenset({BookingAccess.ONLINE.value})
_RECEPTION = frozenset({BookingAccess.RECEPTION.value})
_KEPT_FOR = {
    BookingAccess.NHS111.value: "NHS 111",
    BookingAccess.GP_CONNECT.value: "a hub",
}
_WHO = _RECEPTION | _ONLINE | _KEPT_FOR.keys()
_READERS: tuple[Callable[[Iterable[str]], object], ...] = (opening, hold_back, fall_back)


@dataclass(frozen=True)
class Rule:
    """What a slot type says of when: one code of each kind, or an empty string.

    Attributes:
        opens: `on-the-day`, `48h`, `7d@0800`.
        hold_back: `hold-back-60m`.
        falls_back: `until-1000`.
    """

    opens: str = ""
    hold_back: str = ""
    falls_back: str = ""

    @classmethod
    def of(cls, codes: Iterable[str]) -> "Rule":
        """The rule among *codes*; of several of one kind the first in the alphabet."""
        held = sorted(codes)
        found = [next((c for c in held if read([c]) is not None), "") for read in _READERS]
        return cls(*found)

    @property
    def codes(self) -> frozenset[str]:
        """Its codes."""
        return frozenset(filter(None, (self.opens, self.hold_back, self.falls_back)))

    @property
    def words(self) -> str:
        """`opens at 08:00 on the day; closed to online from 60 minutes before`."""
        told = (words_of(code) for code in (self.opens, self.hold_back, self.falls_back))
        return "; ".join(filter(None, told)) or "open as soon as they are made"


def who_of(codes: Iterable[str]) -> frozenset[str]:
    """Who may take slots with these codes; reception where only times are given."""
    held = frozenset(codes)
    return held & _WHO or (_RECEPTION if held else held)


def who_words(who: frozenset[str]) -> str:
    """`Reception and patients online`, `Kept for NHS 111`; empty for nobody."""
    named = [words for code, words in _KEPT_FOR.items() if code in who]
    parts = ["Kept for " + " or ".join(named)] if named else []
    if who & _RECEPTION:
        parts += ["reception"] if named else ["Reception"]
    if who & _ONLINE:
        parts += ["patients online"] if parts else ["Patients online"]
    return " and ".join(parts)


def codes_under(
    codes: Iterable[str], rule: Rule, who: frozenset[str] | None = None
) -> frozenset[str]:
    """*codes* with their rule changed to *rule*; for *who*, or for whom they were."""
    others = frozenset(c for c in codes if not is_rule(c))
    return (others if who is None else (others - _WHO) | who) | rule.codes


def rule_words(codes: Iterable[str]) -> str:
    """Both halves of a rule: who may take them where that is not reception alone, and when."""
    held = frozenset(codes)
    who = who_of(held)
    whose = f"{who_words(who)}; " if who and who != _RECEPTION else ""
    return f"{whose}{Rule.of(held).words}"


@dataclass(frozen=True)
class Effect:
    """What a changed rule does to the slots to come that follow it.

    Attributes:
        followers: how many follow the rule as it is.
        opening: which of them open at once.
        shutting: which of them shut until they open.
        to_online: which of them patients may take that could not before, once they are open.
        from_online: which of them patients can no longer take.
        kept: which of them are kept for others than the practice that were not before.
        given_back: which of them are no longer kept for others.
        first_opens: when the first of all that are shut then opens; None where none is.
    """

    followers: int
    opening: int
    shutting: int
    first_opens: datetime | None
    to_online: int = 0
    from_online: int = 0
    kept: int = 0
    given_back: int = 0


def effect(
    slots: Iterable[Slot], type_code: str, old: frozenset[str], new: frozenset[str], now: datetime
) -> Effect:
    """What the service does when the codes of a type change from *old* to *new* (contract 6).

    Slots that were opened by hand stay open; what is booked, held, blocked or squeezed in, and
    what somebody gave another rule, is not touched.
    """
    old, new = _inherited(old), _inherited(new)
    followers = opening_now = shutting = 0
    whom: Counter[str] = Counter()
    opens: list[datetime] = []
    for slot in slots:
        follows = slot.type_code == type_code and slot.start >= now and not slot.overbooked
        if not follows or slot.status not in ("free", "busy-unavailable") or slot.is_blocked:
            continue
        if not slot.access ^ old <= _ONLINE or not old or not new:
            continue
        followers += 1
        wanted = new if slot.access == old else (new - _ONLINE) | (slot.access & _ONLINE)
        whom.update(_whom(slot.access, wanted))
        later = _later(wanted, slot, now)
        by_hand = slot.status == "free" and _later(slot.access, slot, now) is not None
        shut = later is not None and not by_hand
        opening_now += slot.status != "free" and not shut
        shutting += slot.status == "free" and shut
        if shut and later is not None:
            opens.append(later)
    first = min(opens, default=None)
    return Effect(followers, opening_now, shutting, first, **whom)


def _whom(before: frozenset[str], after: frozenset[str]) -> list[str]:
    """For whom a slot is under *after* that it was not under *before*, as fields of an `Effect`."""
    pairs = (
        ("to_online", (after - before) & _ONLINE),
        ("from_online", (before - after) & _ONLINE),
        ("kept", after & RESTRICTED and not before & RESTRICTED),
        ("given_back", before & RESTRICTED and not after & RESTRICTED),
    )
    return [name for name, holds in pairs if holds]


def example(rule: Rule, start: datetime) -> tuple[datetime | None, datetime | None]:
    """When a slot that begins at *start* would open, and from when it is closed online."""
    return opens_at(rule.codes, start), closes_online_at(rule.codes, start)


def _inherited(codes: frozenset[str]) -> frozenset[str]:
    if codes and all(is_rule(code) for code in codes):
        return codes | _RECEPTION
    return codes


def _later(codes: frozenset[str], slot: Slot, now: datetime) -> datetime | None:
    opens = _opens(codes, slot.start)
    return opens if opens is not None and opens > now else None


@lru_cache(maxsize=8192)
def _opens(codes: frozenset[str], start: datetime) -> datetime | None:
    return opens_at(codes, start)


class ReleaseRules:
    """Reads and changes the rules at the service."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def load_rules(self) -> list[Service]:
        """The slot types that the practice offers, by name.

        Raises:
            Refused: the service keeps no rules, or may not tell this user.
            Problem: it cannot be reached.
        """
        trees = await self._bench.wire.search("HealthcareService", [("_count", "200")])
        self._bench.stores.take_trees(trees)
        return self.rules()

    def rules(self) -> list[Service]:
        """The slot types known so far, by name; once read, changes elsewhere are heard of."""
        held = [s for s in self._bench.stores.services if s.active and s.type_code]
        return sorted(held, key=lambda s: (s.name, s.id))

    async def later_slots(self, type_code: str, after: datetime) -> int:
        """How many free or shut slots of a type begin from *after* (aware) on.

        Raises:
            Problem: it cannot be asked.
        """
        return await self._bench.wire.count(
            "Slot",
            [
                ("service-type", f"{systems.SLOT_TYPE}|{type_code}"),
                ("status", "free,busy-unavailable"),
                ("start", f"ge{wire_time(after)}"),
            ],
        )

    async def set_rule(
        self,
        service_id: str,
        rule: Rule,
        who: frozenset[str] | None = None,
        *,
        on: Service | None = None,
    ) -> Service:
        """Change the rule of a slot type; the service brings the slots that follow it in line.

        *who* may take them from now on; None leaves that as it is. *on* is what the user saw of
        it; None: the newest copy.

        Raises:
            ChangedElsewhere: somebody has changed it meanwhile.
            Problem: refused for want of the right, or out of reach.
        """
        before: list[Service] = [] if on is None else [on]

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Service, service_id)
            if before and now.codes != before[0].codes:
                raise ChangedElsewhere("Somebody changed this rule first. Nothing was saved.")
            before[:] = [now]
            return [put(now.with_codes(codes_under(now.codes, rule, who)), now.version)]

        said = "Changing a release rule"
        (stored,) = await self._bench.writer.transact(
            said, [f"HealthcareService/{service_id}"], plan
        )
        assert isinstance(stored, Service)
        self._tell(before[0], stored)
        return stored

    def _tell(self, before: Service, after: Service) -> None:
        async def take_back() -> str:
            def plan(latest: Latest) -> list[Entry]:
                now = latest.get(Service, after.id)
                if now.codes != after.codes:
                    raise ChangedElsewhere("Somebody changed this rule since. Nothing was saved.")
                tree = restored(now.tree, before.tree, ("characteristic",))
                return [put(tree, now.version)]

            touching = [after.reference]
            await self._bench.writer.transact("Undoing a changed rule", touching, plan)
            return f"{after.name}: {rule_words(before.codes)} again."

        self._bench.undos.tell(f"{after.name}: {rule_words(after.codes)}.", take_back)
