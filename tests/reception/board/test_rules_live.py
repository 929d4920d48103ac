"""Release rules that change elsewhere: every desk's rules pane hears of it by itself."""

import pytest

from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.release_rules import Rule
from reception.records.problem import Problem
from reception.ui.release_page import ReleasePage
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks
from tests.running import RunningPractice

PATIENCE_S = 60.0


@pytest.fixture
def page(rules_page: ReleasePage) -> ReleasePage:
    return rules_page


def test_a_rule_changed_elsewhere_shows_by_itself_and_spares_what_is_being_filled_in(
    page: ReleasePage, desks: Desks, finish: Finish, until: Until
) -> None:
    pane = page.rules_pane
    pane.choose("", "visit")
    shown = pane.service
    assert shown is not None
    rival = finish(desks.open("manager"))
    told: list[Notice] = []
    rival.told.connect(told.append)
    finish(rival.load_rules())
    finish(rival.set_rule(shown.id, Rule(opens="72h")))
    until(lambda: Rule(opens="72h").words in pane.list.currentItem().text())
    assert pane.form.rule == Rule(opens="72h"), "nobody was filling it in: it follows"

    # Somebody fills in another one: what they have chosen stays, and they are told.
    pane.form.opens.setCurrentIndex(pane.form.opens.findData("48h"))
    mine = pane.form.rule
    assert pane.apply.isEnabled()
    finish(rival.undo(told[-1].undo_id))
    until(lambda: Rule.of(shown.codes).words in pane.list.currentItem().text())
    assert pane.form.rule == mine
    assert f"just changed this rule: {Rule.of(shown.codes).words}." in pane.said.text()
    assert pane.service is not None
    assert pane.service.codes == shown.codes


def test_what_was_changed_since_it_was_seen_is_not_overwritten(
    desks: Desks, desk: Desk, finish: Finish, until: Until
) -> None:
    seen = next(s for s in finish(desk.load_rules()) if s.type_code == "visit")
    rival = finish(desks.open("manager"))
    told: list[Notice] = []
    rival.told.connect(told.append)
    finish(rival.load_rules())
    finish(rival.set_rule(seen.id, Rule(opens="72h")))
    until(lambda: any(s.id == seen.id and s.codes != seen.codes for s in desk.rules()))
    with pytest.raises(Problem, match="changed this rule first"):
        finish(desk.set_rule(seen.id, Rule(opens="24h"), on=seen))
    finish(rival.undo(told[-1].undo_id))


def test_over_the_wire_a_rule_needs_the_version_it_is_based_on(practice: RunningPractice) -> None:
    signed = practice.as_role("manager")
    tree = signed.search("HealthcareService?_count=1")[0]
    bare = signed.request("PUT", f"HealthcareService/{tree['id']}", json=tree)
    assert bare.status_code == 428
    assert bare.json()["issue"][0]["details"]["text"]
    stale = signed.put({**tree, "meta": {**tree["meta"], "versionId": "0"}})
    assert stale.status_code == 412
