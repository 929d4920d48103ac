"""How late the window's loop runs while a hundred changes arrive every second."""

from benchmarks.arrivals import Write, latencies, send
from benchmarks.figures import Figure, mib
from benchmarks.scene import Scene
from benchmarks.surgery import HUGE
from benchmarks.visit import visit
from reception.records.tree import Tree
from tests.running import RunningPractice, Signed

PER_S = 100
FOR_S = 20
QUIET_S = 3.0


def measure(scene: Scene) -> list[Figure]:
    """Patients arrive all over the huge day, the board of it in front."""
    surgery = scene.surgery
    with visit(scene, "lag", HUGE) as (practice, desktop):
        found = _booked(practice, surgery.staff_token)
        writes = [_arrival(tree, surgery.staff_token) for tree in found[: PER_S * FOR_S]]
        desktop.ask("watch")
        quiet = desktop.ask("seen", after=QUIET_S)
        desktop.ask("watch")
        sent = send(practice, writes, PER_S)
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
            f"{sum(1 for one in sent if one.name) / took_s:.0f}/s",
            f"window's thread busy {seen['busy_s'] / took_s:.0%}",
        ),
        *latencies(f"arrival, {PER_S}/s", sent, seen),
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


def _booked(practice: RunningPractice, token: str) -> list[Tree]:
    """Those in sight and out of sight alike, by time, as a waiting room fills."""
    day = HUGE.day.isoformat()
    found = Signed(practice, token).search(
        f"Appointment?date=ge{day}T00:00:00Z&date=lt{day}T23:59:00Z&status=booked&_count=1000"
    )
    return sorted(found, key=lambda tree: (tree["start"], tree["id"]))


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
