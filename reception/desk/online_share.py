"""How many slots patients can book themselves: which to open, which to close, for a wanted share.

Pure. Whoever moves the share up and down again passes through the same slots: what is online at
15 % is a part of what is online at 35 %.

Source: domain words, release of slots (presets 15, 35 and 100 %).
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contract.release import RESTRICTED
from reception.records import Slot

PRESETS = (15, 35, 100)
Named = Callable[[Slot], tuple[str, str]]
_NEVER = {"entered-in-error"}


@dataclass(frozen=True)
class Share:
    """What a share of so many per cent would mean.

    Attributes:
        of: slots that count; the booked ones too.
        before: how many of them patients can book, or have been able to.
        after: how many of them it would be.
        opening: which open to online booking.
        closing: which are kept for reception.
    """

    of: int
    before: int
    after: int
    opening: tuple[Slot, ...] = ()
    closing: tuple[Slot, ...] = ()

    @property
    def percent(self) -> int:
        """The share that would come of it, in whole per cent; 0 of nothing."""
        return round(100 * self.after / self.of) if self.of else 0


class ShareRule:
    """Chooses for one day, type and clinician; made once, asked as often as the slider moves.

    What is booked, held or over counts as it is and stays so. Blocked slots and those kept for NHS
    111 and hubs neither count nor change; embargoed ones do only *with_embargoed*.

    Args:
        slots: of one day, type and clinician, as they stand.
        named: practitioner id and name of whose session a slot stands in.
        now: aware.
        with_embargoed: release embargoed slots too.
    """

    def __init__(
        self, slots: Iterable[Slot], named: Named, now: datetime, *, with_embargoed: bool = False
    ) -> None:
        fixed: list[Slot] = []
        on: list[Slot] = []
        off: list[Slot] = []
        for slot in slots:
            if slot.status in _NEVER or slot.is_blocked or slot.overbooked:
                continue
            if slot.access & RESTRICTED and not slot.is_online:
                continue
            if slot.is_embargoed:
                if with_embargoed and slot.start > now:
                    off.append(slot)
            elif slot.status == "free" and slot.start > now:
                (on if slot.is_online else off).append(slot)
            else:
                fixed.append(slot)
        self._of = len(fixed) + len(on) + len(off)
        stays = [slot for slot in fixed if slot.is_online]
        self._stays = len(stays)
        self._on = len(on)
        self._to_open = _added(stays + on, off, named)
        self._to_close = _thinned(stays, on)

    def at(self, percent: int) -> Share:
        """As near to *percent* (0 to 100) as whole slots, and those that stay, allow."""
        wanted = (2 * self._of * percent + 100) // 200
        before = self._stays + self._on
        after = min(max(wanted, self._stays), before + len(self._to_open))
        opening = self._to_open[: max(0, after - before)]
        closing = self._to_close[: max(0, before - after)]
        return Share(self._of, before, after, _by_time(opening), _by_time(closing))


def _by_time(slots: Sequence[Slot]) -> tuple[Slot, ...]:
    return tuple(sorted(slots, key=lambda s: (s.start, s.id)))


def _added(online: Sequence[Slot], off: Sequence[Slot], named: Named) -> list[Slot]:
    """*off* in the order of opening: always the one furthest in time from all that is online.

    Among equals: where fewest are online at that time, then with that clinician.
    """
    rank = _scattered(off)
    at_time = Counter(slot.start for slot in online)
    of_whom = Counter(named(slot)[0] for slot in online)
    whose = {slot.id: named(slot)[0] for slot in off}
    far = {
        slot.id: min((_apart(slot.start, other.start) for other in online), default=float("inf"))
        for slot in off
    }
    left, order = list(off), []
    while left:
        best = min(
            left,
            key=lambda s: (-far[s.id], at_time[s.start], of_whom[whose[s.id]], rank[s.id]),
        )
        left.remove(best)
        order.append(best)
        at_time[best.start] += 1
        of_whom[whose[best.id]] += 1
        for slot in left:
            far[slot.id] = min(far[slot.id], _apart(slot.start, best.start))
    return order


def _thinned(stays: Sequence[Slot], on: Sequence[Slot]) -> list[Slot]:
    """*on* in the order of closing: always the one with the nearest neighbour online."""
    rank = _scattered(on)
    times = sorted(slot.start.timestamp() for slot in (*stays, *on))
    left, order = list(on), []
    while left:
        best = min(left, key=lambda s: (_nearest(times, s.start.timestamp()), -rank[s.id]))
        left.remove(best)
        order.append(best)
        times.remove(best.start.timestamp())
    return order


def _nearest(times: list[float], at: float) -> float:
    """How far the next one before or after *at* is, itself left out."""
    place = bisect_left(times, at)
    around = times[max(0, place - 1) : place] + times[place + 1 : place + 2]
    return min((abs(other - at) for other in around), default=float("inf"))


def _apart(one: datetime, other: datetime) -> float:
    return abs((one - other).total_seconds())


def _scattered(slots: Sequence[Slot]) -> dict[str, int]:
    """A rank that jumps about the day: neighbours in time are far apart in it."""
    ordered: list[tuple[datetime, str]] = []
    for slot in slots:
        insort(ordered, (slot.start, slot.id))
    bits = max(1, (len(ordered) - 1).bit_length())
    turned = sorted(range(len(ordered)), key=lambda n: int(f"{n:0{bits}b}"[::-1], 2))
    return {ordered[place][1]: number for number, place in enumerate(turned)}
