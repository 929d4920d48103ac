"""How many slots patients can book themselves: which to open, which to close, for a wanted share.

Pure. Whoever moves the share up and down again passes through the same slots: what is online at
15 % is a part of what is online at 35 %.

Source: domain words, release of slots (presets 15, 35 and 100 %).
"""

from bisect import bisect_left
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
    """*off* in the order of opening: always at the time furthest from all that is online.

    Among equals: where fewest are online at that time; there, with whom fewest are.
    """
    at_time = Counter(slot.start for slot in online)
    of_whom = Counter(named(slot)[0] for slot in online)
    left = _at_times(off)
    rank = _scattered(left)
    far = {
        time: min((_apart(time, other) for other in at_time), default=float("inf")) for time in left
    }
    order: list[Slot] = []
    while left:
        time = min(left, key=lambda t: (-far[t], at_time[t], rank[t]))
        best = min(left[time], key=lambda s: (of_whom[named(s)[0]], s.id))
        order.append(best)
        left[time].remove(best)
        of_whom[named(best)[0]] += 1
        at_time[time] += 1
        if not left[time]:
            del left[time]
        if at_time[time] == 1:  # a new one to be far from
            for other in left:
                far[other] = min(far[other], _apart(other, time))
    return order


def _thinned(stays: Sequence[Slot], on: Sequence[Slot]) -> list[Slot]:
    """*on* in the order of closing: always at the time with the nearest neighbour online."""
    count = Counter(slot.start for slot in (*stays, *on))
    times = sorted(count)
    left = _at_times(on)
    rank = _scattered(left)
    near = {time: _nearest(times, count, time) for time in times}
    order: list[Slot] = []
    while left:
        time = min(left, key=lambda t: (near[t], -count[t], -rank[t]))
        order.append(left[time].pop())
        if not left[time]:
            del left[time]
        count[time] -= 1
        place = bisect_left(times, time)
        if count[time]:
            near[time] = _nearest(times, count, time)
            continue
        del times[place]
        for neighbour in times[max(0, place - 1) : place + 1]:
            near[neighbour] = _nearest(times, count, neighbour)
    return order


def _at_times(slots: Sequence[Slot]) -> dict[datetime, list[Slot]]:
    """*slots* by when they begin, in no promised order of times; those of one time by id."""
    found: dict[datetime, list[Slot]] = {}
    for slot in sorted(slots, key=lambda s: s.id):
        found.setdefault(slot.start, []).append(slot)
    return found


def _nearest(times: Sequence[datetime], count: Counter[datetime], at: datetime) -> float:
    """Seconds from *at* to the next other slot online, before or after."""
    if count[at] > 1:
        return 0.0
    place = bisect_left(times, at)
    around = (*times[max(0, place - 1) : place], *times[place + 1 : place + 2])
    return min((_apart(other, at) for other in around), default=float("inf"))


def _apart(one: datetime, other: datetime) -> float:
    return abs((one - other).total_seconds())


def _scattered(times: Iterable[datetime]) -> dict[datetime, int]:
    """A rank that jumps about the day: neighbours in time are far apart in it."""
    ordered = sorted(times)
    bits = max(1, (len(ordered) - 1).bit_length())
    turned = sorted(range(len(ordered)), key=lambda n: int(f"{n:0{bits}b}"[::-1], 2))
    return {ordered[place]: number for number, place in enumerate(turned)}
