"""Release rules and demand on the release page, at the real service."""

import pytest
from PySide6.QtCore import QTime

from reception.desk.demand import turned_away
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.release_rules import Rule, codes_under, effect, who_of
from reception.desk.words import day_text
from reception.records import Slot
from reception.records.problem import Problem
from reception.ui.release_page import ReleasePage
from reception.ui.release_rules import RulesPane
from tests.booking import booking
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import free_slots, patient
from tests.reception.desks import Desks

PATIENCE_S = 60.0


@pytest.fixture
def page(rules_page: ReleasePage) -> ReleasePage:
    return rules_page


def slots_of(desk: Desk, type_code: str) -> dict[str, Slot]:
    days = desk.outlook.days
    return {s.id: s for d in days for s in desk.outlook.slots(d) if s.type_code == type_code}


def test_a_changed_rule_does_what_was_said_and_is_undone(
    page: ReleasePage, desk: Desk, until: Until, finish: Finish
) -> None:
    pane = page.rules_pane
    pane.choose("", "nurse")
    service = pane.service
    assert service is not None
    assert service.type_code == "nurse"
    assert not pane.apply.isEnabled()
    before = slots_of(desk, "nurse")
    rule = Rule(opens="48h", hold_back="hold-back-60m")
    pane.form.opens.setCurrentIndex(pane.form.opens.findData("48h"))
    pane.form.hold_back.setCurrentIndex(pane.form.hold_back.findData("hold-back-60m"))
    assert pane.form.rule == rule
    new = codes_under(service.codes, rule)
    does = effect(before.values(), "nurse", service.codes, new, desk.time.now())
    assert does.followers
    assert does.shutting
    assert f"{does.shutting} would shut" in pane.said.text()
    told: list[Notice] = []
    desk.told.connect(told.append)
    pane.apply.click()
    until(lambda: told)

    def followers() -> int:
        return sum("hold-back-60m" in s.access for s in slots_of(desk, "nurse").values())

    until(lambda: followers() == does.followers)
    after = slots_of(desk, "nurse")
    shut = [i for i, s in after.items() if s.is_embargoed and before[i].status == "free"]
    opened = [i for i, s in after.items() if s.status == "free" and before[i].is_embargoed]
    assert (len(shut), len(opened)) == (does.shutting, does.opening)
    until(lambda: "48 hours before" in pane.list.currentItem().text())
    finish(desk.undo(told[-1].undo_id))
    until(lambda: followers() == 0)


def test_a_rule_that_somebody_changed_first_is_not_overwritten(
    page: ReleasePage, desk: Desk, desks: Desks, finish: Finish
) -> None:
    rival = finish(desks.open("manager"))
    theirs = next(s for s in finish(rival.load_rules()) if s.type_code == "physio")
    mine = next(s for s in page.rules_pane.services if s.type_code == "physio")
    assert mine.codes == theirs.codes
    told: list[Notice] = []
    rival.told.connect(told.append)
    finish(rival.set_rule(theirs.id, Rule(opens="72h")))
    with pytest.raises(Problem, match="changed this rule first"):
        finish(desk.set_rule(mine.id, Rule(opens="24h"), on=mine))
    again = next(s for s in finish(desk.load_rules()) if s.type_code == "physio")
    assert Rule.of(again.codes) == Rule(opens="72h")
    finish(rival.undo(told[-1].undo_id))


def test_a_rule_at_a_time_of_day_for_others_than_before(
    page: ReleasePage, desk: Desk, until: Until, finish: Finish
) -> None:
    """7 days before at 08:00, kept for NHS 111: previewed, stored, shown again, taken back."""
    pane = page.rules_pane
    service = next(s for s in pane.services if s.type_code == "gp-routine")
    pane.choose("", "gp-routine")
    form = pane.form
    assert form.who == who_of(service.codes)
    until(lambda: "After that there" in pane.said.text() or not pane.apply.isEnabled())
    form.opens.setCurrentIndex(form.opens.findData("at"))
    assert form.other.isVisible()
    form.other.days.setValue(7)
    form.other.at.setTime(QTime(8, 0))
    form.whom.setCurrentIndex(form.whom.findData("nhs111"))
    assert form.rule.opens == "7d@0800"
    until(lambda: "After that there" in pane.said.text())
    assert f"Until {day_text(desk.outlook.days[-1])}" in pane.said.text()
    new = codes_under(service.codes, form.rule, form.who)
    slots = slots_of(desk, "gp-routine")
    does = effect(slots.values(), "gp-routine", service.codes, new, desk.time.now())
    assert does.kept > 0
    assert f"{does.kept} slots would be kept for NHS 111." in pane.said.text()
    told: list[Notice] = []
    desk.told.connect(told.append)
    pane.apply.click()
    until(lambda: told)
    until(lambda: sum("nhs111" in s.access for s in slots_of(desk, "gp-routine").values()))
    until(lambda: "Kept for NHS 111; opens at 08:00 7 days before" in now_in(pane))
    pane.choose("", "nurse")
    pane.choose("", "gp-routine")
    assert (form.rule.opens, form.who) == ("7d@0800", frozenset({"nhs111"}))
    assert form.other.isVisible()
    finish(desk.undo(told[-1].undo_id))
    pane.show_anew()
    pane.refresh()
    until(lambda: "Kept for" not in now_in(pane))


def now_in(pane: RulesPane) -> str:
    row = pane.list.currentItem()
    return row.text() if row is not None else ""


def test_a_role_without_the_right_reads_rules_but_cannot_change_them(
    desks: Desks, finish: Finish
) -> None:
    clinician = finish(desks.open("clinician"))
    service = finish(clinician.load_rules())[0]
    with pytest.raises(Problem) as refused:
        finish(clinician.set_rule(service.id, Rule(opens="90m")))
    assert "receptionists and managers have it" in refused.value.sentence or (
        "does not let you change" in refused.value.sentence
    )


def test_bookings_refused_in_the_last_hour_stand_beside_what_waits(
    page: ReleasePage, desk: Desk, desks: Desks, finish: Finish
) -> None:
    first = finish(desks.open("receptionist", 1))
    slot = free_slots(first)[0]
    finish(desk.demand.ask())
    before = sum(t.patients + t.staff for t in desk.demand.refused or [])
    booked = finish(first.book([slot.id], patient(first, 2)))
    late = booking(slot.tree, patient(first, 4).id, first.clinician_of(slot)[0])
    assert desks.practice.as_role("receptionist", 1).post(late).status_code in (409, 412)
    finish(desk.demand.ask())
    refused = desk.demand.refused
    assert refused is not None
    assert sum(t.patients + t.staff for t in refused) == before + 1
    assert "Refused in the last hour: " in page.demand.text()
    waiting = desk.demand.waiting()
    assert sum(w.count for w in waiting) == sum(r.waits_for_us for r in desk.requests)
    assert all(w.words in page.demand.text() for w in waiting)
    finish(first.cancel(booked.id, "pat"))


def test_an_answer_that_makes_no_sense_counts_nothing() -> None:
    odd = [None, 3, {"name": "refused"}, {"name": "refused", "part": [{"name": "staff"}]}]
    assert turned_away({"parameter": odd}) == []
    assert turned_away({}) == []
