"""Slots: releasing, blocking, holding, and what a booked one keeps."""

from datetime import timedelta

from contract.errors import ErrorCode
from practice.clock import instant
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    IVAN,
    MARCUS,
    PRIYA,
    SAM,
    Surgery,
    access,
    hold,
    slot_tree,
)


def test_who_lacks_the_right_hears_who_has_it(surgery: Surgery, refused: Refused) -> None:
    embargoed = surgery.slot(status="busy-unavailable")
    for status in ("free", "busy"):
        no = refused(403, surgery.update, IVAN, {**embargoed, "status": status})
        assert no.code is ErrorCode.ACCESS_DENIED
        assert "Release slots" in no.text
        assert "receptionists" in no.text
        assert "managers" in no.text
    offline = {**embargoed, "serviceCategory": [access("reception")]}
    refused(403, surgery.update, IVAN, offline)
    refused(403, surgery.create, IVAN, slot_tree(surgery.clock.at))
    refused(403, surgery.update, IVAN, {**embargoed, "status": "entered-in-error"})
    assert surgery.update(MARCUS, {**embargoed, "status": "free"})["status"] == "free"


def test_no_way_around_the_right_to_release(surgery: Surgery, refused: Refused) -> None:
    """Time that others can book is made only with it: not by moving a slot, nor by an extra."""
    slot = surgery.slot()
    start = surgery.clock.at + timedelta(days=3)
    later = {"start": instant(start), "end": instant(start + timedelta(minutes=10))}
    for more in (later, {"schedule": {"reference": "Schedule/sc2"}}, {"overbooked": True}):
        assert "Release slots" in refused(403, surgery.update, IVAN, {**slot, **more}).text
    extra = surgery.create(IVAN, slot_tree(start, overbooked=True))
    proper = {name: value for name, value in extra.items() if name != "overbooked"}
    refused(403, surgery.update, IVAN, proper)
    assert surgery.update(PRIYA, {**slot, **later})["start"] == later["start"]
    assert "overbooked" not in surgery.update(PRIYA, proper)


def test_a_time_told_another_way_is_no_other_time(surgery: Surgery) -> None:
    slot = surgery.slot()
    same = slot["start"].replace(".000Z", "+00:00")
    assert same != slot["start"]
    surgery.update(IVAN, {**slot, "start": same, "status": "busy-unavailable"})


def test_a_clinician_may_block_a_slot(surgery: Surgery) -> None:
    blocked = surgery.update(IVAN, {**surgery.slot(), "status": "busy-unavailable"})
    assert blocked["status"] == "busy-unavailable"


def test_opening_to_online_and_back(surgery: Surgery) -> None:
    slot = surgery.slot(serviceCategory=[access("reception")])
    opened = surgery.update(PRIYA, {**slot, "serviceCategory": [access("online")]})
    surgery.update(PRIYA, {**opened, "serviceCategory": [access("reception")]})


def test_a_booked_slot_is_not_freed_under_its_appointment(
    surgery: Surgery, refused: Refused
) -> None:
    slot = surgery.slot()
    surgery.book(slot)
    held = surgery.get(f"Slot/{slot['id']}")
    assert refused(422, surgery.update, PRIYA, {**held, "status": "free"}).code is (
        ErrorCode.INVALID_UPDATE
    )
    later = instant(surgery.clock.at.replace(hour=15))
    for more in ({"end": later}, {"overbooked": True}, {"schedule": {"reference": "Schedule/sc2"}}):
        refused(422, surgery.update, PRIYA, {**held, **more})
    withdrawn = surgery.update(PRIYA, {**held, "status": "entered-in-error"})
    assert withdrawn["status"] == "entered-in-error"  # its patient is then called, not cancelled


def test_a_hold_is_in_ones_own_name(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    held = {**slot, "status": "busy-tentative"}
    assert refused(422, surgery.update, PRIYA, held).code is ErrorCode.MISSING_VALUE
    no = refused(422, surgery.update, PRIYA, {**held, "identifier": hold("r2")})
    assert no.expression == "Slot.identifier"


def test_a_hold_keeps_others_away_for_two_minutes(surgery: Surgery, refused: Refused) -> None:
    held = surgery.update(
        PRIYA, {**surgery.slot(), "status": "busy-tentative", "identifier": hold("r1")}
    )
    mine = {**held, "identifier": hold("r2")}
    surgery.clock.move(seconds=119, milliseconds=999)
    refused(409, surgery.update, SAM, mine)
    refused(409, surgery.update, SAM, {**held, "status": "free"})
    surgery.clock.move(milliseconds=1)
    assert surgery.update(SAM, mine)["identifier"] == hold("r2")


def test_dropping_a_hold_leaves_no_name_behind(surgery: Surgery) -> None:
    held = surgery.update(
        PRIYA, {**surgery.slot(), "status": "busy-tentative", "identifier": hold("r1")}
    )
    assert "identifier" not in surgery.update(PRIYA, {**held, "status": "free"})


def test_forbidden_moves_say_so_in_words(surgery: Surgery, refused: Refused) -> None:
    gone = surgery.slot(status="entered-in-error")
    no = refused(422, surgery.update, PRIYA, {**gone, "status": "free"})
    assert no.text == "A withdrawn slot cannot become free."


def test_a_slot_belongs_to_a_session_and_ends_after_it_begins(
    surgery: Surgery, refused: Refused
) -> None:
    tree = slot_tree(surgery.clock.at)
    stray = {**tree, "schedule": {"reference": "Schedule/none"}}
    assert refused(422, surgery.create, PRIYA, stray).code is ErrorCode.REFERENCE_NOT_FOUND
    refused(422, surgery.create, PRIYA, {**tree, "end": tree["start"]})
