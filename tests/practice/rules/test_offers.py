"""Slots kept for a patient to choose from: who may offer, who may book, and how it ends."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import systems
from contract.codes import OnlineService
from practice.clock import instant
from practice.refusal import Refusal
from practice.rules import returning
from practice.rules.caller import Caller
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    JANE,
    ODS,
    OMAR,
    PRIYA,
    SAM,
    Surgery,
    access,
    booking_tree,
    header_tree,
    message_tree,
    outcome,
    patient,
    post,
    put,
    request_tree,
)


def offering(slot: Tree, task: Tree, until: str, who: str = "p1", by: str = "r1") -> Tree:
    value = f"{by}/{who}/{task['id']}"
    held = {"system": systems.HOLD, "value": value, "period": {"end": until}}
    return {
        **slot,
        "status": "busy-tentative",
        "comment": "Offered",
        "identifier": [*slot.get("identifier", ()), held],
    }


def awaiting(task: Tree, slots: list[Tree], until: str) -> Tree:
    code = {"coding": [{"system": systems.REQUEST_INPUT, "code": "offered-slot"}]}
    return {
        **task,
        "status": "on-hold",
        "businessStatus": {
            "coding": [{"system": systems.REQUEST_STATE, "code": "awaiting-patient"}]
        },
        "restriction": {"period": {"end": until}},
        "input": [
            {"type": code, "valueReference": {"reference": f"Slot/{s['id']}"}} for s in slots
        ],
    }


def offered(
    surgery: Surgery, *, hours: float = 2, by: Caller = PRIYA, count: int = 3
) -> tuple[Tree, list[Tree]]:
    """A request of p1 and the slots offered for it."""
    task = surgery.create(by, request_tree())
    slots = [
        surgery.slot(minutes=300 + 20 * n, serviceCategory=[access("reception")])
        for n in range(count)
    ]
    until = instant(surgery.clock.at + timedelta(hours=hours))
    surgery.act(
        by,
        *(put(offering(slot, task, until)) for slot in slots),
        put(awaiting(task, slots, until)),
    )
    return surgery.get(f"Task/{task['id']}"), [surgery.get(f"Slot/{s['id']}") for s in slots]


def status(surgery: Surgery, slot: Tree) -> str:
    return str(surgery.get(f"Slot/{slot['id']}")["status"])


def state(tree: Tree) -> str:
    return str(tree["businessStatus"]["coding"][0]["code"])


def test_the_patient_books_one_and_all_else_follows(surgery: Surgery) -> None:
    surgery.consent("p1", OnlineService.APPOINTMENTS)
    task, slots = offered(surgery)
    assert [status(surgery, slot) for slot in slots] == ["busy-tentative"] * 3
    shown = surgery.show(JANE, slots[1])
    assert shown is not None  # although it is not open online
    assert "identifier" not in shown
    assert "comment" not in shown
    made = surgery.book(slots[1], "p1", by=JANE)
    assert made["supportingInformation"] == [{"reference": f"Task/{task['id']}"}]
    assert [status(surgery, slot) for slot in slots] == ["free", "busy", "free"]
    done = surgery.get(f"Task/{task['id']}")
    assert done["status"] == "completed"
    assert "input" not in done
    assert "businessStatus" not in done
    assert done["output"][0]["valueCodeableConcept"]["coding"][0]["code"] == "booked-face-to-face"
    assert done["output"][1]["valueReference"] == {"reference": f"Appointment/{made['id']}"}
    assert not any(
        held.get("system") == systems.HOLD
        for slot in slots
        for held in surgery.get(f"Slot/{slot['id']}").get("identifier", ())
    )


def test_nobody_else_sees_or_gets_what_is_offered(surgery: Surgery, refused: Refused) -> None:
    for who in ("p1", "p2"):
        surgery.consent(who, OnlineService.APPOINTMENTS)
    _, slots = offered(surgery)
    assert surgery.show(OMAR, slots[0]) is None
    refused(409, surgery.book, slots[0], "p2", OMAR)
    refused(409, surgery.book, slots[0], "p2", SAM)
    busy = {k: v for k, v in slots[0].items() if k != "identifier"} | {"status": "busy"}
    taken = post(booking_tree(slots[0], "p2"))
    assert "until" in refused(409, surgery.act, PRIYA, put(busy), taken).text
    refused(409, surgery.update, SAM, {**slots[0], "status": "busy-unavailable"})
    assert status(surgery, slots[0]) == "busy-tentative"


def test_a_colleague_books_the_very_patient(surgery: Surgery) -> None:
    task, slots = offered(surgery)
    busy = {k: v for k, v in slots[2].items() if k not in ("identifier", "comment")}
    made = surgery.act(SAM, put({**busy, "status": "busy"}), post(booking_tree(slots[2], "p1")))
    assert made
    assert status(surgery, slots[2]) == "busy"
    ended = {**task, "status": "completed", "output": [outcome("booked-phone")]}
    surgery.update(SAM, ended)
    assert [status(surgery, slot) for slot in slots] == ["free", "free", "busy"]
    assert "input" not in surgery.get(f"Task/{task['id']}")


def test_a_colleague_withdraws_it(surgery: Surgery) -> None:
    _, slots = offered(surgery)
    freed = {k: v for k, v in slots[0].items() if k not in ("identifier", "comment")}
    surgery.update(SAM, {**freed, "status": "free"})
    assert status(surgery, slots[0]) == "free"


def test_when_its_time_is_over_all_is_free_and_the_request_is_back(surgery: Surgery) -> None:
    task, slots = offered(surgery)
    assert surgery.open_due() == 0
    surgery.clock.move(hours=2, seconds=1)
    assert surgery.open_due() == 3
    assert [status(surgery, slot) for slot in slots] == ["free"] * 3
    back = surgery.get(f"Task/{task['id']}")
    assert (back["status"], state(back)) == ("in-progress", "offer-lapsed")
    assert "input" not in back
    assert back["restriction"]["period"]["end"] > instant(surgery.clock.at)
    assert surgery.open_due() == 0


def test_the_clock_of_requests_and_that_of_slots_may_come_in_either_order(
    surgery: Surgery,
) -> None:
    task, slots = offered(surgery)
    surgery.clock.move(hours=2, seconds=1)
    back = surgery.store.write_now(ODS, lambda unit: returning.bring_back(unit, [task["id"]]))
    assert back == 1
    assert state(surgery.get(f"Task/{task['id']}")) == "offer-lapsed"
    assert surgery.open_due() == 3
    now = surgery.get(f"Task/{task['id']}")
    assert (state(now), "input" in now) == ("offer-lapsed", False)
    assert [status(surgery, slot) for slot in slots] == ["free"] * 3


def test_what_lapsed_while_nothing_ran_is_freed_at_start(surgery: Surgery) -> None:
    task, slots = offered(surgery)
    surgery.clock.move(hours=7)  # past the appointments too
    assert surgery.open_due() == 3
    assert state(surgery.get(f"Task/{task['id']}")) == "offer-lapsed"
    assert [status(surgery, slot) for slot in slots] == ["free"] * 3


def test_too_late_is_too_late_before_the_clock_has_freed_it(
    surgery: Surgery, refused: Refused
) -> None:
    surgery.consent("p1", OnlineService.APPOINTMENTS)
    _, slots = offered(surgery)
    surgery.clock.move(hours=2)
    refused(409, surgery.book, slots[0], "p1", JANE)  # it is not open online either
    assert surgery.show(JANE, slots[0]) is None
    surgery.book(slots[0], "p2", by=SAM)  # and staff have it as any slot


def test_a_question_about_it_leaves_the_offer_standing(surgery: Surgery) -> None:
    surgery.consent("p1", OnlineService.APPOINTMENTS, OnlineService.MESSAGES)
    header = surgery.create(PRIYA, header_tree())
    task = surgery.create(PRIYA, request_tree(focus={"reference": f"Communication/{header['id']}"}))
    slot, until = surgery.slot(300), instant(surgery.clock.at + timedelta(hours=2))
    surgery.act(PRIYA, put(offering(slot, task, until)), put(awaiting(task, [slot], until)))
    surgery.create(JANE, message_tree(header["id"], "Is that at the main site?"))
    assert surgery.get(f"Task/{task['id']}")["status"] == "in-progress"
    assert status(surgery, slot) == "busy-tentative"
    surgery.book(surgery.get(f"Slot/{slot['id']}"), "p1", by=JANE)
    assert surgery.get(f"Task/{task['id']}")["status"] == "completed"


def test_withdrawing_the_request_frees_what_was_offered(surgery: Surgery) -> None:
    task, slots = offered(surgery)
    reason = {"statusReason": {"text": "Rang: better"}}
    open_again = surgery.update(PRIYA, {**task, "status": "requested"})
    surgery.update(PRIYA, {**open_again, "status": "cancelled", **reason})
    assert [status(surgery, slot) for slot in slots] == ["free"] * 3


@pytest.mark.parametrize("hours", [-1, 0, 49, 100])
def test_an_offer_ends_soon_and_before_the_appointment(
    surgery: Surgery, refused: Refused, hours: int
) -> None:
    task, slot = surgery.create(PRIYA, request_tree()), surgery.slot(60 * 24 * 5)
    until = instant(surgery.clock.at + timedelta(hours=hours))
    assert "offer" in refused(422, surgery.update, PRIYA, offering(slot, task, until)).text
    near = surgery.slot(30)
    late = instant(surgery.clock.at + timedelta(minutes=31))
    refused(422, surgery.update, PRIYA, offering(near, task, late))


def test_who_and_what_an_offer_may_name(surgery: Surgery, refused: Refused) -> None:
    task, slot = surgery.create(PRIYA, request_tree()), surgery.slot(300)
    until = instant(surgery.clock.at + timedelta(hours=2))
    refused(422, surgery.update, PRIYA, offering(slot, task, until, who="p2"))
    refused(422, surgery.update, PRIYA, offering(slot, task, until, by="r2"))
    refused(422, surgery.update, PRIYA, offering(slot, {"id": "none"}, until))
    nameless = offering(slot, task, until)
    nameless["identifier"][-1]["value"] = "r1/6f1c"
    refused(422, surgery.update, PRIYA, nameless)
    refused(422, surgery.update, PRIYA, {**offering(slot, task, until), "status": "busy"})
    done = surgery.update(PRIYA, {**task, "status": "completed", "output": [outcome("self-care")]})
    refused(422, surgery.update, PRIYA, offering(slot, done, until))


def test_three_are_the_most(surgery: Surgery, refused: Refused) -> None:
    task, slots = offered(surgery)
    more, until = surgery.slot(200), instant(surgery.clock.at + timedelta(hours=1))
    assert "3" in refused(422, surgery.update, PRIYA, offering(more, task, until)).text
    freed = {k: v for k, v in slots[0].items() if k not in ("identifier", "comment")}
    surgery.act(PRIYA, put({**freed, "status": "free"}), put(offering(more, task, until)))
    assert status(surgery, more) == "busy-tentative"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), st.integers(0, 2), st.sampled_from(["p1", "p2"])),
        st.tuples(st.just("staff"), st.integers(0, 2), st.sampled_from(["p1", "p2"])),
        st.tuples(st.just("free"), st.integers(0, 2), st.just("")),
        st.tuples(st.just("wait"), st.integers(20, 90), st.just("")),
        st.tuples(st.just("end"), st.just(0), st.just("")),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=25)
@given(STEPS)
def test_in_any_order_no_slot_is_lost_and_none_goes_to_another(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str]]
) -> None:
    surgery = Surgery(f"sqlite:///{tmp_path_factory.mktemp('offers') / 'practice.db'}")
    try:
        for who in ("p1", "p2"):
            surgery.consent(who, OnlineService.APPOINTMENTS)
        task, slots = offered(surgery)
        ends = surgery.clock.at + timedelta(hours=2)
        for step, number, who in steps:
            slot = surgery.get(f"Slot/{slots[number % 3]['id']}")
            kept = slot["status"] == "busy-tentative" and surgery.clock.at < ends
            try:
                if step == "book":
                    surgery.book(slot, who, by=patient(who))
                elif step == "staff":
                    surgery.book(slot, who, by=SAM)
                elif step == "free":
                    bare = {k: v for k, v in slot.items() if k not in ("identifier", "comment")}
                    surgery.update(SAM, {**bare, "status": "free"})
                elif step == "wait":
                    surgery.clock.move(minutes=number)
                    surgery.open_due()
                else:
                    now = surgery.get(f"Task/{task['id']}")
                    done = {**now, "status": "completed", "output": [outcome("self-care")]}
                    surgery.update(SAM, done)
            except Refusal:
                continue
            assert not (kept and step in ("book", "staff") and who == "p2")
        now = surgery.get(f"Task/{task['id']}")
        over = surgery.clock.at >= ends or now["status"] == "completed"
        for slot in slots:
            held = surgery.get(f"Slot/{slot['id']}")
            booked = [
                a
                for a in surgery.search(SAM, "Appointment", slot=f"Slot/{slot['id']}")
                if a["status"] == "booked"
            ]
            assert (held["status"] == "busy") == bool(booked)
            assert not (over and held["status"] == "busy-tentative")
        assert not (surgery.clock.at >= ends and now["status"] == "on-hold")
    finally:
        surgery.close()
