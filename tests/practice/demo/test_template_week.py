"""The template week of the invented practice: the diary is cut like it."""

from datetime import datetime

from contract import systems
from practice.demo.generate.wire import slot_kinds
from tests.practice.demo.invented import Tree, invented


def shape(session: Tree, slots: list[Tree]) -> list[tuple[str, list[str]]]:
    """Times of day (winter: UTC is the wall clock) and kinds of a session's slots."""
    reference = f"Schedule/{session['id']}"
    return sorted(
        (slot["start"][11:16], [str(kind) for kind in slot_kinds(slot)])
        for slot in slots
        if slot["schedule"]["reference"] == reference and not slot.get("overbooked")
    )


def test_the_diary_is_cut_like_the_template_week() -> None:
    town = invented(1000)
    week, dated = town.template_week, town.by_type
    assert all(schedule["active"] is False for schedule in week["Schedule"])
    systems_of = {i["system"] for s in week["Schedule"] for i in s["identifier"]}
    assert systems_of == {systems.TEMPLATE_KEY}
    keys = [s["identifier"][0]["value"] for s in week["Schedule"]]
    assert len(set(keys)) == len(keys)
    assert {s["status"] for s in week["Slot"]} == {"free", "busy-unavailable"}
    by_day_and_who = {
        (
            datetime.fromisoformat(s["planningHorizon"]["start"]).weekday(),
            s["planningHorizon"]["start"][11:16],
            s["actor"][0]["reference"],
        ): s
        for s in week["Schedule"]
    }
    week_of = [
        s
        for s in dated["Schedule"]
        if "2026-11-30" <= s["planningHorizon"]["start"][:10] <= "2026-12-04"
    ]
    assert len(week_of) > 25
    for session in week_of:
        start = datetime.fromisoformat(session["planningHorizon"]["start"])
        who = session["actor"][0]["reference"]
        template = by_day_and_who[start.weekday(), f"{start:%H:%M}", who]
        assert shape(session, dated["Slot"]) == shape(template, week["Slot"])
