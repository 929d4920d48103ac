"""How late the window's loop runs while a hundred changes arrive every second."""

import itertools

from benchmarks.arrivals import Write, book, latencies, send
from benchmarks.figures import Figure, mib
from benchmarks.scene import Scene
from benchmarks.surgery import HUGE, Surgery
from benchmarks.visit import visit
from reception.records.tree import Tree
from tests.running import RunningPractice, Signed

PER_S = 100
FOR_S = 20
CHANGES = PER_S * FOR_S
QUIET_S = 3.0


def measure(scene: Scene) -> list[Figure]:
    """Patients arrive and are booked all over the huge day, the board of it in front.

    A booking changes two resources, its slot and itself: of five writes one is a booking, so that
    five writes bring six changes.
    """
    surgery = scene.surgery
    with visit(scene, "lag", HUGE) as (practice, desktop):
        writes = _writes(practice, surgery)
        desktop.ask("watch")
        quiet = desktop.ask("seen", after=QUIET_S)
        desktop.ask("watch")
        sent = send(practice, writes, PER_S * len(writes) / CHANGES)
        seen = desktop.ask("seen", after=1.0)
        memory = desktop.ask("memory")["rss"]
    took_s = max(one.answered_s for one in sent) - min(one.sent_s for one in sent)
    return [
        _lag(f"nothing happens, {QUIET_S:.0f} s", quiet),
        _lag(f"{PER_S} changes/s for {FOR_S} s, {HUGE.name}", seen),
        Figure(
            "most processor the window's thread used without a break",
            f"{seen['busy_max_s'] * 1e3:.1f} ms",
            f"{seen['busy_over_16_ms']} times over 16 ms; "
            f"garbage collection at most {seen['gc_max_s'] * 1e3:.1f} ms",
        ),
        Figure(
            "rate reached",
            f"{CHANGES / took_s:.0f} changes/s",
            f"{len(writes)} writes, a fifth of them bookings; "
            f"window's thread busy {seen['busy_s'] / took_s:.0%}",
        ),
        *latencies(f"at {PER_S} changes/s", sent, seen),
        Figure("memory of the client after it", mib(memory), f"RSS, {HUGE.name} board"),
    ]


def _lag(what: str, beaten: Tree) -> Figure:
    late = ", ".join(
        f"{name} {beaten[key] * 1e3:.1f} ms"
        for name, key in (
            ("p50", "late_p50_s"),
            ("p99", "late_p99_s"),
            ("p99.9", "late_p999_s"),
            ("max", "late_max_s"),
        )
    )
    return Figure(f"lag of the loop: {what}", late, f"{beaten['beats']:,} beats")


def _writes(practice: RunningPractice, surgery: Surgery) -> list[Write]:
    """By time, as a waiting room fills: in sight and out of sight alike."""
    desk, token = Signed(practice, surgery.staff_token), surgery.staff_token
    day = HUGE.day.isoformat()
    bookings = CHANGES // 6
    booked = desk.search(
        f"Appointment?date=ge{day}T00:00:00Z&date=lt{day}T23:59:00Z&status=booked&_count=1000"
    )
    free = desk.search(
        f"Slot?start=ge{day}T00:00:00Z&start=lt{day}T23:59:00Z&status=free&_count=1000"
    )
    still = [slot for slot in free if slot["start"] > f"{day}T08:02:00"]
    writes = [_arrival(tree, token) for tree in _by_time(booked)[: CHANGES - 2 * bookings]]
    patients = itertools.cycle(surgery.others)
    for number, slot in enumerate(_by_time(still)[:bookings]):
        writes.insert(5 * number, book(slot, next(patients), token))
    return writes


def _by_time(trees: list[Tree]) -> list[Tree]:
    return sorted(trees, key=lambda tree: (tree["start"], tree["id"]))


def _arrival(tree: Tree, token: str) -> Write:
    began = f"{HUGE.day.isoformat()}T07:58:00Z"
    participants = [
        {**who, "period": {"start": began}}
        if who["actor"]["reference"].startswith("Patient/")
        else who
        for who in tree["participant"]
    ]
    fresh = {**tree, "status": "arrived", "participant": participants}
    path = f"Appointment/{tree['id']}"
    return Write("PUT", path, token, fresh, tree["meta"]["versionId"])
