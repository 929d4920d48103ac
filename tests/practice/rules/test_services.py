"""Release rules bound to slot types: what new slots inherit, and what a changed rule changes."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import release, systems
from contract.errors import ErrorCode
from practice.rules.services import rule_of
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    IVAN,
    MARCUS,
    NIA,
    PRIYA,
    Surgery,
    access,
    booking_tree,
    hold,
    post,
    put,
    slot_tree,
)

DAY = 24 * 60


def service(*codes: str, kind: str = "gp-routine", **more: Any) -> Tree:
    return {
        "resourceType": "HealthcareService",
        "active": True,
        "type": [{"coding": [{"system": systems.SLOT_TYPE, "code": kind}]}],
        "name": "Appointment with a doctor",
        "characteristic": [access(code) for code in codes],
        **more,
    }


def new_slot(surgery: Surgery, minutes: int, kind: str = "gp-routine", **more: Any) -> Tree:
    tree = slot_tree(surgery.clock.at + timedelta(minutes=minutes), **more)
    tree["serviceType"] = [{"coding": [{"system": systems.SLOT_TYPE, "code": kind}]}]
    return {k: v for k, v in tree.items() if k != "serviceCategory" or "serviceCategory" in more}


def held(slot: Tree) -> set[str]:
    concepts = slot.get("serviceCategory", ())
    return {coding["code"] for concept in concepts for coding in concept["coding"]}


def now_as(surgery: Surgery, slot: Tree) -> tuple[str, set[str]]:
    stored = surgery.get(f"Slot/{slot['id']}")
    return stored["status"], held(stored)


# New slots


def test_new_slots_take_the_rule_of_their_type(surgery: Surgery) -> None:
    surgery.create(PRIYA, service("reception", "online", "48h"))
    near = surgery.create(PRIYA, new_slot(surgery, 2 * DAY))
    far = surgery.create(PRIYA, new_slot(surgery, 2 * DAY + 1))
    assert (near["status"], held(near)) == ("free", {"reception", "online", "48h"})
    assert (far["status"], held(far)) == ("busy-unavailable", {"reception", "online", "48h"})
    assert far["serviceType"][0]["text"] == "Appointment with a doctor"
    surgery.clock.move(minutes=1)
    assert surgery.open_due() == 1
    assert now_as(surgery, far)[0] == "free"


def test_what_says_itself_who_may_take_it_is_left_alone(surgery: Surgery) -> None:
    surgery.create(PRIYA, service("reception", "14d"))
    own = surgery.create(PRIYA, new_slot(surgery, 20 * DAY, serviceCategory=[access("online")]))
    assert (own["status"], held(own)) == ("free", {"online"})
    other = surgery.create(PRIYA, new_slot(surgery, 20 * DAY + 30, kind="nurse"))
    assert (other["status"], held(other)) == ("free", set())
    extra = surgery.create(IVAN, new_slot(surgery, 60, overbooked=True))
    assert (extra["status"], held(extra)) == ("free", set())
    named = {**new_slot(surgery, 60), "serviceType": slot_tree(surgery.clock.at)["serviceType"]}
    assert surgery.create(PRIYA, named)["serviceType"][0]["text"] == "Routine GP"


def test_other_categories_are_no_access(surgery: Surgery) -> None:
    surgery.create(PRIYA, service("reception", "14d"))
    hub = {"coding": [{"system": "https://example.org/hub", "code": "north"}]}
    slot = surgery.create(PRIYA, new_slot(surgery, 60, serviceCategory=[hub]))
    assert slot["serviceCategory"][0] == hub
    assert held(slot) == {"north", "reception", "14d"}


def test_a_template_keeps_its_slots_bare(surgery: Surgery) -> None:
    surgery.create(PRIYA, service("reception", "14d"))
    slot = {**new_slot(surgery, 0), "start": "2001-01-02T09:00:00Z", "end": "2001-01-02T09:10:00Z"}
    assert "serviceCategory" not in surgery.create(PRIYA, slot)


def test_a_service_that_ended_or_says_nothing_has_no_rule(surgery: Surgery) -> None:
    surgery.create(PRIYA, service("reception", "14d", active=False))
    surgery.create(PRIYA, {k: v for k, v in service().items() if k != "characteristic"})
    assert held(surgery.create(PRIYA, new_slot(surgery, 20 * DAY))) == set()
    surgery.create(PRIYA, service("7d"))
    assert held(surgery.create(PRIYA, new_slot(surgery, 21 * DAY))) == {"reception", "7d"}
    surgery.create(PRIYA, service("online"))  # of two, the older counts
    assert held(surgery.create(PRIYA, new_slot(surgery, 22 * DAY))) == {"reception", "7d"}


def test_the_rule_may_come_in_the_same_transaction(surgery: Surgery) -> None:
    writes = [post(new_slot(surgery, 8 * DAY)), post(service("reception", "7d"))]
    slot = surgery.act(PRIYA, *writes)[0]
    assert (slot["status"], held(slot)) == ("busy-unavailable", {"reception", "7d"})


# Who may


def test_rules_are_kept_by_those_who_release(surgery: Surgery, refused: Refused) -> None:
    kept = surgery.create(MARCUS, service("reception"))
    for who in (IVAN, NIA):
        for act, tree in ((surgery.create, service("online")), (surgery.update, kept)):
            no = refused(403, act, who, tree)
            assert no.code is ErrorCode.ACCESS_DENIED
            assert no.text == (
                "You need the right “Release slots”; receptionists and managers have it."
            )
    surgery.update(PRIYA, kept)


@pytest.mark.parametrize("code", ["48hours", "8am", "on the day", "hold-back", "until-25", "0h"])
def test_a_rule_that_is_none_is_refused_in_words(
    surgery: Surgery, refused: Refused, code: str
) -> None:
    no = refused(422, surgery.create, PRIYA, service("reception", code))
    assert no.expression == "HealthcareService.characteristic"
    assert f"“{code}”" in no.text
    assert "on-the-day, 48h" in no.text
    wrong = [access("reception"), access(code)]
    no = refused(422, surgery.create, PRIYA, new_slot(surgery, 60, serviceCategory=wrong))
    assert no.expression == "Slot.serviceCategory"
    slot = surgery.slot()
    no = refused(422, surgery.update, PRIYA, {**slot, "serviceCategory": wrong})
    assert no.expression == "Slot.serviceCategory"


def test_what_stood_there_before_may_stay(surgery: Surgery) -> None:
    """A slot brought in with a word of its own can still be booked and blocked."""
    slot = surgery.slot(serviceCategory=[access("online"), access("walk-in-only")])
    surgery.update(PRIYA, {**slot, "status": "busy-unavailable"})


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("48h", "on-the-day", "“48h” and “on-the-day” both say when a slot opens"),
        ("hold-back-1h", "hold-back-2h", "closes to online booking"),
        ("until-1000", "until-90m", "falls back to the practice"),
    ],
)
def test_two_rules_of_one_kind_are_refused(
    surgery: Surgery, refused: Refused, one: str, other: str, says: str
) -> None:
    assert says in refused(422, surgery.create, PRIYA, service("reception", one, other)).text
    surgery.create(PRIYA, service("nhs111", "48h", "hold-back-1h", "until-90m"))


# A changed rule


def ruled(surgery: Surgery, *codes: str) -> tuple[Tree, dict[str, Tree]]:
    """A service, and slots of its type in every state, thirty days ahead."""
    kept = surgery.create(PRIYA, service(*codes))
    made = {
        name: surgery.create(PRIYA, new_slot(surgery, 30 * DAY + 10 * n))
        for n, name in enumerate(("plain", "online", "released", "blocked", "booked", "own"))
    }
    open_to = made["online"]
    made["online"] = surgery.update(
        PRIYA, {**open_to, "serviceCategory": [*open_to["serviceCategory"], access("online")]}
    )
    made["released"] = surgery.update(PRIYA, {**made["released"], "status": "free"})
    shut = [access(c) for c in codes if not release.is_embargo(c)]
    made["blocked"] = surgery.update(PRIYA, {**made["blocked"], "status": "free"})
    made["blocked"] = surgery.update(
        PRIYA, {**made["blocked"], "status": "busy-unavailable", "serviceCategory": shut}
    )
    taken = surgery.update(PRIYA, {**made["booked"], "status": "free"})
    surgery.create(PRIYA, booking_tree(taken))
    made["own"] = surgery.update(
        PRIYA, {**made["own"], "serviceCategory": [access("nhs111"), access("until-1000")]}
    )
    return kept, made


def change(surgery: Surgery, kept: Tree, *codes: str) -> Tree:
    return surgery.update(MARCUS, {**kept, "characteristic": [access(c) for c in codes]})


def test_a_changed_rule_changes_the_slots_that_followed_it(surgery: Surgery) -> None:
    kept, made = ruled(surgery, "reception", "14d")
    others = {name: now_as(surgery, made[name]) for name in ("blocked", "booked", "own")}
    change(surgery, kept, "reception", "7d@0800", "hold-back-1h")
    rule = {"reception", "7d@0800", "hold-back-1h"}
    assert now_as(surgery, made["plain"]) == ("busy-unavailable", rule)
    assert now_as(surgery, made["online"]) == ("busy-unavailable", rule | {"online"})
    assert now_as(surgery, made["released"]) == ("free", rule)
    for name, was in others.items():
        assert now_as(surgery, made[name]) == was, name


def test_a_rule_that_lets_open_now_opens_at_once(surgery: Surgery) -> None:
    kept, made = ruled(surgery, "reception", "14d")
    change(surgery, kept, "reception", "online", "90d")
    for name in ("plain", "online", "released"):
        assert now_as(surgery, made[name]) == ("free", {"reception", "online", "90d"}), name
    assert now_as(surgery, made["blocked"])[0] == "busy-unavailable"


def test_a_new_embargo_shuts_what_was_open_and_it_opens_in_time(surgery: Surgery) -> None:
    kept, made = ruled(surgery, "reception")
    change(surgery, kept, "reception", "14d")
    assert now_as(surgery, made["plain"]) == ("busy-unavailable", {"reception", "14d"})
    assert now_as(surgery, made["blocked"]) == ("busy-unavailable", {"reception"})
    surgery.clock.move(days=16, minutes=60)
    assert surgery.open_due() >= 1
    assert now_as(surgery, made["plain"])[0] == "free"
    assert now_as(surgery, made["blocked"])[0] == "busy-unavailable"


def test_held_slots_and_the_past_stay(surgery: Surgery) -> None:
    kept = surgery.create(PRIYA, service("reception"))
    past = surgery.create(PRIYA, new_slot(surgery, 5))
    held_slot = surgery.create(PRIYA, new_slot(surgery, 60))
    held_slot = surgery.update(
        PRIYA, {**held_slot, "status": "busy-tentative", "identifier": hold("r1")}
    )
    surgery.clock.move(minutes=6)
    change(surgery, kept, "reception", "online")
    assert held(surgery.get(f"Slot/{past['id']}")) == {"reception"}
    assert held(surgery.get(f"Slot/{held_slot['id']}")) == {"reception"}


def test_a_slot_of_the_same_request_says_for_itself(surgery: Surgery) -> None:
    kept = surgery.create(PRIYA, service("reception"))
    slot, other = (surgery.create(PRIYA, new_slot(surgery, 60 * n)) for n in (1, 2))
    ruled = {**kept, "characteristic": [access("online")]}
    surgery.act(PRIYA, put({**slot, "comment": "for students"}), put(ruled))
    assert held(surgery.get(f"Slot/{slot['id']}")) == {"reception"}
    assert held(surgery.get(f"Slot/{other['id']}")) == {"online"}


def test_ending_a_service_leaves_its_slots(surgery: Surgery) -> None:
    kept, made = ruled(surgery, "reception", "14d")
    before = {name: now_as(surgery, slot) for name, slot in made.items()}
    ended = surgery.update(PRIYA, {**kept, "active": False})
    surgery.update(PRIYA, {**ended, "active": True})
    assert {name: now_as(surgery, slot) for name, slot in made.items()} == before


who = st.sets(st.sampled_from(["reception", "online", "gp-connect"]), min_size=1)
when = st.sets(st.sampled_from(["on-the-day", "48h", "14d", "90d"]), max_size=1)
rules = st.builds(lambda a, b: sorted(a | b), who, when)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rules, min_size=2, max_size=5), st.integers(1, 200))
def test_after_any_changes_a_slot_is_as_if_made_under_the_last(
    surgery: Surgery, changes: list[list[str]], ahead_days: int
) -> None:
    """What nobody touched by hand follows the rule, however often it is changed."""
    kind = f"kind-{surgery.clock.at:%s%f}"
    first, *later = changes
    kept = surgery.create(PRIYA, service(*first, kind=kind))
    slot = surgery.create(PRIYA, new_slot(surgery, ahead_days * DAY + 30, kind=kind))
    for codes in later:
        kept = change(surgery, kept, *codes)
        assert rule_of(kept) == set(codes)
    fresh = surgery.create(PRIYA, new_slot(surgery, ahead_days * DAY + 30, kind=kind))
    assert now_as(surgery, slot) == (fresh["status"], held(fresh))
    surgery.clock.move(milliseconds=1)
