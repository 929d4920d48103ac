"""Template weeks: staff who release keep them, patients never see them, nothing opens them."""

from datetime import UTC, datetime, timedelta

import pytest

from contract import systems
from contract.codes import OnlineService
from contract.template import in_reference_weeks
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    IVAN,
    JANE,
    PRIYA,
    Surgery,
    access,
    booking_tree,
    post,
    slot_tree,
)

MONDAY_0900 = datetime(2001, 1, 1, 9, tzinfo=UTC)
LINK = "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"


def week(key: str = "w1/c1/mon-am") -> Tree:
    return {
        "resourceType": "Schedule",
        "identifier": [{"system": systems.TEMPLATE_KEY, "value": key}],
        "active": False,
        "serviceCategory": [{"text": "GP surgery"}],
        "actor": [{"reference": "Practitioner/c1", "display": "Dr c1"}],
    }


@pytest.fixture
def template(surgery: Surgery) -> tuple[Tree, Tree]:
    """A template's Schedule and its first slot, an embargoed one."""
    slot = slot_tree(
        MONDAY_0900,
        schedule={"reference": LINK},
        status="busy-unavailable",
        serviceCategory=[access("online"), access("on-the-day")],
    )
    schedule, stored = surgery.act(PRIYA, post(week(), LINK), post(slot))
    return schedule, stored


def test_the_right_to_release_keeps_template_weeks(
    surgery: Surgery, template: tuple[Tree, Tree], refused: Refused
) -> None:
    schedule, slot = template
    longer = surgery.update(PRIYA, {**slot, "end": "2001-01-01T09:20:00Z"})
    surgery.update(PRIYA, {**longer, "status": "entered-in-error"})
    surgery.update(PRIYA, {**schedule, "serviceCategory": [{"text": "Duty doctor"}]})
    refused(403, surgery.create, IVAN, week("w1/c1/tue-am"))
    other = slot_tree(
        MONDAY_0900 + timedelta(hours=1), schedule={"reference": f"Schedule/{schedule['id']}"}
    )
    refused(403, surgery.create, IVAN, other)
    stored = surgery.create(PRIYA, other)
    refused(403, surgery.update, IVAN, {**stored, "end": "2001-01-01T10:30:00Z"})


def test_a_template_has_no_slot_of_any_day(
    surgery: Surgery, template: tuple[Tree, Tree], refused: Refused
) -> None:
    mine = {"reference": f"Schedule/{template[0]['id']}"}
    dated = slot_tree(surgery.clock.at + timedelta(days=1), schedule=mine)
    assert refused(422, surgery.create, PRIYA, dated).expression == "Slot.start"
    surgery.create(PRIYA, slot_tree(datetime(2001, 1, 14, 17, tzinfo=UTC), schedule=mine))


def test_nobody_books_it(surgery: Surgery, template: tuple[Tree, Tree], refused: Refused) -> None:
    surgery.consent("p1", *OnlineService)
    slot = surgery.update(PRIYA, {**template[1], "status": "free"})
    refused(422, surgery.create, PRIYA, booking_tree(slot))
    refused(422, surgery.create, JANE, booking_tree(slot))


def test_patients_never_see_it(surgery: Surgery, template: tuple[Tree, Tree]) -> None:
    surgery.consent("p1", *OnlineService)
    schedule, slot = template
    free = surgery.update(PRIYA, {**slot, "status": "free"})
    assert surgery.show(JANE, schedule) is None
    assert surgery.show(JANE, free) is None
    assert {tree["id"] for tree in surgery.search(JANE, "Schedule")} == {"sc1", "sc2"}
    assert schedule in surgery.search(PRIYA, "Schedule", active="false")


def test_nothing_opens_it(surgery: Surgery, template: tuple[Tree, Tree]) -> None:
    slot = template[1]
    for _ in range(30):
        surgery.clock.move(days=1)
        assert surgery.open_due() == 0
    assert surgery.get(f"Slot/{slot['id']}") == slot


def test_the_reference_weeks_are_two() -> None:
    first, last = datetime(2001, 1, 1, tzinfo=UTC), datetime(2001, 1, 15, tzinfo=UTC)
    assert in_reference_weeks(first)
    assert in_reference_weeks(last - timedelta(milliseconds=1))
    assert not in_reference_weeks(first - timedelta(milliseconds=1))
    assert not in_reference_weeks(last)
