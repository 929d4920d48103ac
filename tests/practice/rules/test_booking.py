"""Booking, moving, cancelling and undoing, through the gate into a real database."""

from contract import systems
from contract.errors import ErrorCode
from practice.clock import instant
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    IVAN,
    NIA,
    PRIYA,
    SAM,
    Surgery,
    booking_tree,
    cancelled,
    hold,
    post,
    put,
    slot_tree,
)


def moved(appointment: Tree, slot: Tree) -> Tree:
    return {
        **appointment,
        "start": slot["start"],
        "end": slot["end"],
        "slot": [{"reference": f"Slot/{slot['id']}"}],
    }


def test_a_plain_booking_claims_its_slot_and_is_filled_in(surgery: Surgery) -> None:
    slot = surgery.slot(
        extension=[
            {
                "url": systems.DELIVERY_CHANNEL_EXTENSION,
                "valueCodeableConcept": {
                    "coding": [{"system": systems.DELIVERY_CHANNEL, "code": "Telephone"}]
                },
            }
        ]
    )
    booked = surgery.book(slot)
    assert surgery.get(f"Slot/{slot['id']}")["status"] == "busy"
    assert booked["minutesDuration"] == 10
    assert booked["created"] == "2026-11-23T08:00:00Z"
    assert booked["serviceType"] == slot["serviceType"]
    assert booked["extension"] == slot["extension"]
    clinician = booked["participant"][1]
    assert clinician["actor"] == {"reference": "Practitioner/c1", "display": "Dr c1"}
    assert clinician["type"][0]["coding"][0]["code"] == "PPRF"


def test_a_second_booking_of_a_slot_is_refused(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    surgery.book(slot)
    no = refused(409, surgery.book, slot, "p2")
    assert no.code is ErrorCode.DUPLICATE_REJECTED
    assert no.text == "That slot has just been taken."


def test_a_transaction_books_the_slot_it_turns_busy(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    busy = {**slot, "status": "busy"}
    stored, booked = surgery.act(PRIYA, put(busy), post(booking_tree(slot)))
    assert (stored["status"], stored["meta"]["versionId"]) == ("busy", "2")
    assert booked["status"] == "booked"
    # The second one read the slot as it is now, so only the claim can stop it.
    again = {**surgery.get(f"Slot/{slot['id']}"), "status": "busy"}
    refused(409, surgery.act, SAM, put(again), post(booking_tree(slot, "p2")))
    assert surgery.get(f"Slot/{slot['id']}")["meta"]["versionId"] == "2"


def test_a_transaction_that_leaves_the_slot_free_is_refused(
    surgery: Surgery, refused: Refused
) -> None:
    slot = surgery.slot()
    refused(422, surgery.act, PRIYA, put(slot), post(booking_tree(slot)))


def test_two_bookings_of_one_slot_in_one_transaction_are_refused(
    surgery: Surgery, refused: Refused
) -> None:
    slot = surgery.slot()
    refused(409, surgery.act, PRIYA, post(booking_tree(slot)), post(booking_tree(slot, "p2")))
    assert surgery.get(f"Slot/{slot['id']}")["status"] == "free"


def test_a_slot_marked_overbooked_may_be_booked_twice_on_purpose(
    surgery: Surgery, refused: Refused
) -> None:
    slot = surgery.slot(overbooked=True)
    surgery.book(slot)
    refused(409, surgery.book, slot, "p2")  # not by accident
    again = {**surgery.get(f"Slot/{slot['id']}"), "status": "busy"}
    surgery.act(PRIYA, put(again), post(booking_tree(slot, "p2")))


def test_squeezing_in_makes_a_slot_and_books_it_in_one_go(surgery: Surgery) -> None:
    tree = slot_tree(surgery.clock.at, status="busy", overbooked=True)
    link = "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"
    wanted = booking_tree({**tree, "id": "x"})
    wanted["slot"] = [{"reference": link}]
    slot, booked = surgery.act(IVAN, post(tree, link), post(wanted))
    assert booked["slot"] == [{"reference": f"Slot/{slot['id']}"}]


def test_a_held_slot_is_booked_by_its_holder_only(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    held = surgery.update(
        PRIYA,
        {**slot, "status": "busy-tentative", "identifier": hold("r1"), "comment": "Priya Shah"},
    )
    no = refused(409, surgery.book, held, "p2", SAM)
    assert no.code is ErrorCode.DUPLICATE_REJECTED
    surgery.clock.move(seconds=119)
    refused(409, surgery.act, SAM, put({**held, "status": "busy"}), post(booking_tree(held)))
    surgery.book(held, by=PRIYA)
    after = surgery.get(f"Slot/{slot['id']}")
    assert after["status"] == "busy"
    assert "identifier" not in after
    assert "comment" not in after


def test_an_expired_hold_may_be_taken_by_anyone(surgery: Surgery) -> None:
    slot = surgery.slot()
    held = surgery.update(PRIYA, {**slot, "status": "busy-tentative", "identifier": hold("r1")})
    surgery.clock.move(seconds=120)
    assert surgery.book(held, by=SAM)["status"] == "booked"


def test_slot_first_clients_take_the_slot_and_then_book(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    surgery.update(PRIYA, {**slot, "status": "busy", "identifier": hold("r1")})
    refused(409, surgery.book, slot, "p2", SAM)
    surgery.book(slot, by=PRIYA)


def test_a_blocked_slot_is_not_booked(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot(status="busy-unavailable")
    assert refused(422, surgery.book, slot).code is ErrorCode.INVALID_UPDATE


def test_long_texts_are_refused_never_trimmed(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    no = refused(422, surgery.book, slot, description="x" * 101)
    assert (no.code, no.expression) == (ErrorCode.INVALID_VALUE, "Appointment.description")
    no = refused(422, surgery.book, slot, comment="x" * 501)
    assert no.expression == "Appointment.comment"
    booked = surgery.book(slot, description="x" * 100, comment="y" * 500)
    assert (len(booked["description"]), len(booked["comment"])) == (100, 500)


def test_times_have_to_agree(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    assert refused(422, surgery.book, slot, minutesDuration=15).expression == (
        "Appointment.minutesDuration"
    )
    later = instant(surgery.clock.at.replace(hour=12))
    assert refused(422, surgery.book, slot, end=later).expression == "Appointment.start"
    refused(422, surgery.book, slot, end=slot["start"])


def test_the_past_is_not_booked(surgery: Surgery, refused: Refused) -> None:
    begun, over = surgery.slot(minutes=-5), surgery.slot(minutes=-10)
    surgery.book(begun)
    assert refused(422, surgery.book, over).code is ErrorCode.IN_THE_PAST


def test_a_walk_in_needs_no_slot_and_may_have_begun(surgery: Surgery, refused: Refused) -> None:
    def walk_in(minutes: int) -> Tree:
        made = booking_tree({**slot_tree(surgery.clock.now()), "id": "x"})
        del made["slot"]
        shift = slot_tree(surgery.clock.at + minutes * surgery.clock.at.resolution * 60_000_000)
        return {**made, "start": shift["start"], "end": shift["end"], "status": "arrived"}

    assert surgery.create(PRIYA, walk_in(-15))["status"] == "arrived"
    assert refused(422, surgery.create, PRIYA, walk_in(-16)).code is ErrorCode.IN_THE_PAST


def test_touching_slots_are_booked_as_one(surgery: Surgery, refused: Refused) -> None:
    one, two, far = surgery.slot(60), surgery.slot(70), surgery.slot(90)
    other = surgery.slot(80, schedule={"reference": "Schedule/sc2"})
    for wrong in (far, other):
        no = refused(422, surgery.create, PRIYA, booking_tree(two, "p1", wrong))
        assert no.code is ErrorCode.NOT_ADJACENT
    booked = surgery.create(PRIYA, booking_tree(one, "p1", two))
    assert booked["minutesDuration"] == 20
    assert {surgery.get(f"Slot/{s['id']}")["status"] for s in (one, two)} == {"busy"}
    refused(409, surgery.book, two, "p2")


def test_a_booking_has_one_known_patient(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    assert refused(422, surgery.book, slot, "nobody").code is ErrorCode.REFERENCE_NOT_FOUND
    nobody = [{"actor": {"reference": "Practitioner/c1"}, "status": "accepted"}]
    assert refused(422, surgery.book, slot, participant=nobody).code is ErrorCode.MISSING_VALUE


def test_cancelling_alone_frees_the_slot(surgery: Surgery) -> None:
    slot = surgery.slot()
    booked = surgery.book(slot)
    surgery.update(PRIYA, cancelled(booked))
    assert surgery.get(f"Slot/{slot['id']}")["status"] == "free"
    surgery.book(slot, "p2")


def test_cancelling_with_the_slot_in_one_transaction(surgery: Surgery) -> None:
    slot = surgery.slot()
    booked = surgery.book(slot)
    free = {**surgery.get(f"Slot/{slot['id']}"), "status": "free"}
    surgery.act(PRIYA, put(cancelled(booked)), put(free))
    after = surgery.get(f"Slot/{slot['id']}")
    assert (after["status"], after["meta"]["versionId"]) == ("free", "3")
    surgery.book(after, "p2")


def test_what_has_begun_keeps_its_slot(surgery: Surgery) -> None:
    for status in ("noshow", "cancelled", "entered-in-error"):
        slot = surgery.slot(minutes=5)
        booked = surgery.book(slot)
        surgery.clock.move(minutes=6)
        surgery.update(PRIYA, {**booked, "status": status})
        assert surgery.get(f"Slot/{slot['id']}")["status"] == "busy", status


def test_walked_out_is_a_cancellation_that_keeps_the_slot(surgery: Surgery) -> None:
    slot = surgery.slot(minutes=5)
    booked = surgery.book(slot)
    arrived = surgery.update(PRIYA, {**booked, "status": "arrived"})
    surgery.clock.move(minutes=30)
    out = cancelled(arrived, "walked-out", systems.CANCEL_REASON_LOCAL)
    surgery.update(PRIYA, out)
    assert surgery.get(f"Slot/{slot['id']}")["status"] == "busy"


def test_a_reason_belongs_to_an_end(surgery: Surgery, refused: Refused) -> None:
    booked = surgery.book(surgery.slot())
    no = refused(422, surgery.update, PRIYA, {**cancelled(booked), "status": "arrived"})
    assert no.expression == "Appointment.cancelationReason"


def test_a_move_in_one_transaction(surgery: Surgery) -> None:
    old, new = surgery.slot(60), surgery.slot(90)
    booked = surgery.book(old)
    surgery.act(
        PRIYA,
        put({**surgery.get(f"Slot/{old['id']}"), "status": "free"}),
        put({**new, "status": "busy"}),
        put(moved(booked, new)),
    )
    surgery.book(old, "p2")
    assert surgery.get(f"Appointment/{booked['id']}")["slot"] == [
        {"reference": f"Slot/{new['id']}"}
    ]


def test_a_move_of_the_appointment_alone_settles_both_slots(
    surgery: Surgery, refused: Refused
) -> None:
    old, new, taken = surgery.slot(60), surgery.slot(90), surgery.slot(120)
    surgery.book(taken, "p3")
    booked = surgery.book(old)
    refused(409, surgery.update, PRIYA, moved(booked, taken))
    surgery.update(PRIYA, moved(booked, new))
    assert surgery.get(f"Slot/{old['id']}")["status"] == "free"
    assert surgery.get(f"Slot/{new['id']}")["status"] == "busy"
    refused(409, surgery.book, new, "p2")


def test_two_bookings_change_places(surgery: Surgery, refused: Refused) -> None:
    one, two = surgery.slot(60), surgery.slot(90)
    first, second = surgery.book(one, "p1"), surgery.book(two, "p2")
    surgery.act(PRIYA, put(moved(first, two)), put(moved(second, one)))
    for slot in (one, two):
        assert surgery.get(f"Slot/{slot['id']}")["status"] == "busy"
        refused(409, surgery.book, slot, "p3")
    # and each still gives its slot back
    surgery.update(PRIYA, cancelled(surgery.get(f"Appointment/{first['id']}")))
    surgery.book(two, "p3")


def test_three_bookings_go_round(surgery: Surgery, refused: Refused) -> None:
    places = [surgery.slot(60 + 30 * n) for n in range(3)]
    held = [surgery.book(place, f"p{n + 1}") for n, place in enumerate(places)]
    busy = [put({**surgery.get(f"Slot/{p['id']}"), "status": "busy"}) for p in places]
    turns = [put(moved(held[n], places[(n + 1) % 3])) for n in range(3)]
    surgery.act(PRIYA, *turns, *busy)
    for place in places:
        refused(409, surgery.book, place, "p4")


def test_only_who_waits_is_moved(surgery: Surgery, refused: Refused) -> None:
    slot, other = surgery.slot(5), surgery.slot(60)
    gone = surgery.update(PRIYA, {**surgery.book(slot), "status": "checked-in"})
    assert refused(422, surgery.update, PRIYA, moved(gone, other)).code is ErrorCode.INVALID_UPDATE


def test_a_booking_keeps_its_patient(surgery: Surgery, refused: Refused) -> None:
    booked = surgery.book(surgery.slot())
    twin = [{**booked["participant"][0], "actor": {"reference": "Patient/p2"}}]
    refused(422, surgery.update, PRIYA, {**booked, "participant": twin})


def test_the_way_through_the_surgery_and_every_step_back(
    surgery: Surgery, refused: Refused
) -> None:
    held = surgery.book(surgery.slot(5))
    steps = ["arrived", "checked-in", "fulfilled"]
    for status in steps:
        held = surgery.update(PRIYA, {**held, "status": status})
    refused(422, surgery.update, PRIYA, {**held, "status": "booked"})
    for status in ("checked-in", "arrived", "booked"):
        held = surgery.update(PRIYA, {**held, "status": status})
    assert held["status"] == "booked"
    refused(422, surgery.update, PRIYA, {**held, "status": "fulfilled"})


def test_a_home_visit_ends_without_an_arrival(surgery: Surgery, refused: Refused) -> None:
    kind = {"coding": [{"system": systems.SLOT_TYPE, "code": "visit"}], "text": "Home visit"}
    held = surgery.book(surgery.slot(5, serviceType=[kind]))
    held = surgery.update(PRIYA, {**held, "status": "fulfilled"})
    refused(422, surgery.update, PRIYA, {**held, "status": "checked-in"})  # never was
    assert surgery.update(PRIYA, {**held, "status": "booked"})["status"] == "booked"


def test_undo_leads_to_the_state_before_and_no_other(surgery: Surgery, refused: Refused) -> None:
    held = surgery.update(PRIYA, {**surgery.book(surgery.slot(5)), "status": "checked-in"})
    refused(422, surgery.update, PRIYA, {**held, "status": "arrived"})  # never was
    refused(422, surgery.update, PRIYA, {**held, "status": "booked"}, request_id=None)
    surgery.update(PRIYA, {**held, "status": "booked"})


def test_undo_only_on_the_same_london_day(surgery: Surgery, refused: Refused) -> None:
    held = surgery.update(PRIYA, {**surgery.book(surgery.slot(5)), "status": "arrived"})
    surgery.clock.move(hours=15, minutes=59)
    surgery.update(PRIYA, {**held, "description": "a note does not matter"})
    surgery.clock.move(minutes=1)  # midnight in London
    fresh = surgery.get(f"Appointment/{held['id']}")
    assert "same day" in refused(422, surgery.update, PRIYA, {**fresh, "status": "booked"}).text


def test_undo_of_a_cancellation_needs_the_slot_back(surgery: Surgery, refused: Refused) -> None:
    slot = surgery.slot()
    gone = surgery.update(PRIYA, cancelled(surgery.book(slot)))
    back = {k: v for k, v in gone.items() if k != "cancelationReason"} | {"status": "booked"}
    other = surgery.book(slot, "p2")
    refused(409, surgery.update, PRIYA, back)
    surgery.update(PRIYA, cancelled(other))
    surgery.update(PRIYA, back)
    assert surgery.get(f"Slot/{slot['id']}")["status"] == "busy"
    refused(409, surgery.book, slot, "p3")


def test_absurd_times_of_coming_and_going_are_refused(surgery: Surgery, refused: Refused) -> None:
    held = surgery.book(surgery.slot(5))

    def with_period(**period: str) -> Tree:
        who, *others = held["participant"]
        return {**held, "status": "arrived", "participant": [{**who, "period": period}, *others]}

    now = surgery.clock.at
    for wrong in (
        {"start": instant(now.replace(minute=30))},
        {"start": instant(now.replace(day=21))},
        {"start": instant(now), "end": instant(now.replace(hour=7))},
    ):
        no = refused(422, surgery.update, PRIYA, with_period(**wrong))
        assert "period" in str(no.expression)
    assert surgery.update(PRIYA, with_period(start=instant(now)))["status"] == "arrived"


def test_booking_needs_no_more_than_being_staff(surgery: Surgery) -> None:
    assert surgery.book(surgery.slot(), by=NIA)["status"] == "booked"
