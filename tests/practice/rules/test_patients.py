"""What patients may find, see and do online."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contract import systems
from contract.codes import OnlineService
from contract.errors import ErrorCode
from practice.clock import instant
from practice.refusal import Refusal
from practice.rules.caller import Caller
from practice.rules.gate import Gate
from practice.store import Query, Tree, Unit
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    JANE,
    MUM,
    ODS,
    OMAR,
    PRIYA,
    Surgery,
    access,
    booking_tree,
    cancelled,
    hold,
    repeat_tree,
    request_tree,
)


@pytest.fixture
def online(surgery: Surgery) -> Surgery:
    """Jane and Omar may book, order and write online."""
    for who in ("p1", "p2"):
        surgery.consent(
            who,
            OnlineService.APPOINTMENTS,
            OnlineService.PRESCRIPTIONS_MANAGE,
            OnlineService.MESSAGES,
        )
    return surgery


def proxy_consent(surgery: Surgery, *services: OnlineService, who: Caller = MUM) -> None:
    actions = [
        {"coding": [{"system": systems.ONLINE_SERVICE, "code": service.value}]}
        for service in services
    ]
    actor = [{"role": {"text": "proxy"}, "reference": {"reference": who.reference}}]
    provision = {"type": "permit", "actor": actor, "action": actions}
    surgery.consent("p1", provision=provision)


def refusal_of(act: Callable[[], object]) -> Refusal | None:
    try:
        act()
    except Refusal as refusal:
        return refusal
    return None


def free_slots(surgery: Surgery, who: Caller = JANE) -> list[str]:
    pairs = [("start", "ge2026-11-23T00:00:00Z"), ("start", "lt2026-12-07T00:00:00Z")]
    forced = surgery.gate.narrow(who, "Slot", pairs)

    def work(unit: Unit) -> list[str]:
        held = [m.tree() for m in unit.search(Query.parse("Slot", forced)).matches]
        return [t["id"] for t in held if surgery.gate.show(unit, who, t) is not None]

    return surgery.store.read_now(ODS, work)


def test_only_free_online_future_slots_are_found(online: Surgery) -> None:
    good = online.slot()
    online.slot(serviceCategory=[access("reception")])
    online.slot(status="busy")
    online.slot(status="busy-unavailable")
    online.slot(status="busy-tentative", identifier=hold("r1"))
    online.slot(minutes=-1)
    assert free_slots(online) == [good["id"]]


def test_what_is_found_is_what_may_be_seen(online: Surgery) -> None:
    seen = online.show(JANE, online.slot(comment="for the Smiths"))
    assert seen is not None
    assert "comment" not in seen
    assert online.show(JANE, online.slot(serviceCategory=[access("reception")])) is None
    assert online.show(JANE, online.slot(minutes=60 * 24 * 91)) is None


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("start", "ge2026-11-23T00:00:00Z")],
        [("start", "lt2026-11-24T00:00:00Z")],
        [("start", "ge2026-11-23T00:00:00Z"), ("start", "lt2026-12-07T01:00:01Z")],
        [("start", "gt2026-11-23"), ("start", "le2026-12-08")],
        [("start", "geyesterday"), ("start", "lt2026-12-01")],
        [("schedule.actor", "Practitioner/c1"), ("start", "2026-11-23")],
    ],
)
def test_a_search_for_slots_has_a_range_of_two_weeks_at_most(
    surgery: Surgery, pairs: list[tuple[str, str]]
) -> None:
    with pytest.raises(Refusal) as caught:
        surgery.gate.narrow(JANE, "Slot", pairs)
    assert (caught.value.status, caught.value.code) == (400, ErrorCode.INVALID_PARAMETER)


def test_every_search_is_forced_to_the_patient(online: Surgery) -> None:
    theirs = online.book(online.slot(), "p2")
    mine = online.book(online.slot(), "p1")
    assert [t["id"] for t in online.search(JANE, "Appointment")] == [mine["id"]]
    assert online.search(JANE, "Appointment", patient="Patient/p2") == []
    assert online.show(JANE, theirs) is None
    with pytest.raises(Refusal):
        online.gate.narrow(JANE, "Practitioner", [("_has:Appointment:actor:patient", "p2")])


def test_a_foreign_booking_is_not_there(online: Surgery, refused: Refused) -> None:
    theirs = online.book(online.slot(), "p2")
    refused(404, online.update, JANE, cancelled(theirs))


def test_a_patient_books_for_themself(online: Surgery, refused: Refused) -> None:
    slot = online.slot()
    assert refused(403, online.book, slot, "p2", JANE).code is ErrorCode.ACCESS_DENIED
    booked = online.book(slot, "p1", JANE)
    assert booked["status"] == "booked"
    marks = [e["valueCodeableConcept"]["coding"][0]["code"] for e in booked["extension"]]
    assert marks == ["via-online"]
    taken = refused(409, online.book, slot, "p2", OMAR)
    assert taken.text == "That slot has just been taken."


@pytest.mark.parametrize(
    "more",
    [
        {"serviceCategory": [{"coding": [{"system": systems.BOOKING_ACCESS, "code": "x"}]}]},
        {"status": "busy"},
        {"status": "busy-unavailable"},
        {"status": "busy-tentative", "identifier": hold("r1")},
    ],
)
def test_what_is_not_open_online_looks_taken(online: Surgery, refused: Refused, more: Tree) -> None:
    no = refused(409, online.book, online.slot(**more), "p1", JANE)
    assert no.code is ErrorCode.DUPLICATE_REJECTED


def test_patients_do_not_book_what_has_begun_or_what_is_far_off(
    online: Surgery, refused: Refused
) -> None:
    assert refused(422, online.book, online.slot(-1), "p1", JANE).code is ErrorCode.IN_THE_PAST
    far = online.slot(60 * 24 * 91)
    assert refused(422, online.book, far, "p1", JANE).code is ErrorCode.TOO_FAR


def test_names_on_the_board_come_from_the_record(online: Surgery) -> None:
    forged = [
        {"actor": {"reference": "Patient/p1", "display": "JONES, Bob"}, "status": "accepted"},
        {"actor": {"reference": "Practitioner/c2", "display": "Dr Who"}, "status": "accepted"},
    ]
    booked = online.book(online.slot(), "p1", JANE, participant=forged)
    assert [p["actor"]["display"] for p in booked["participant"]] == ["SMITH1", "Dr c1"]


def test_two_open_bookings_at_most(online: Surgery, refused: Refused) -> None:
    for minutes in (60, 70):
        last = online.book(online.slot(minutes), "p1", JANE)
    no = refused(422, online.book, online.slot(80), "p1", JANE)
    assert no.code is ErrorCode.TOO_MANY_BOOKINGS
    online.update(PRIYA, cancelled(last))
    online.book(online.slot(180), "p1", JANE)


def test_one_slot_and_no_staff_words(online: Surgery, refused: Refused) -> None:
    one, two = online.slot(60), online.slot(70)
    refused(422, online.create, JANE, booking_tree(one, "p1", two))
    no_slot = {k: v for k, v in booking_tree(one).items() if k != "slot"}
    refused(422, online.create, JANE, no_slot)
    refused(422, online.book, one, "p1", JANE, comment="hello")


def test_switched_off_is_said_so(surgery: Surgery, refused: Refused) -> None:
    no = refused(403, surgery.book, surgery.slot(), "p1", JANE)
    assert no.code is ErrorCode.NO_PATIENT_CONSENT
    assert "switched off" in no.text
    refused(403, surgery.create, JANE, repeat_tree())
    refused(403, surgery.create, JANE, request_tree(code="thread"))
    surgery.create(JANE, request_tree())  # asking is never switched off


@pytest.mark.parametrize(
    ("more", "works"),
    [
        ({"status": "inactive"}, False),
        ({"status": "proposed"}, False),
        ({"provision": {"period": {"end": "2026-11-23"}}}, True),
        ({"provision": {"period": {"end": "2026-11-22"}}}, False),
        ({"provision": {"period": {"end": "2026-11-23T07:59:59Z"}}}, False),
        ({"provision": {"period": {"start": "2026-11-24"}}}, False),
        ({"provision": {"period": {"start": "2026-11"}}}, True),
    ],
)
def test_consent_counts_while_it_is_active(surgery: Surgery, more: Tree, works: bool) -> None:
    action = [{"coding": [{"system": systems.ONLINE_SERVICE, "code": "appointments"}]}]
    if "provision" in more:
        more = {"provision": {**more["provision"], "type": "permit", "action": action}}
    surgery.consent("p1", OnlineService.APPOINTMENTS, **more)
    no = refusal_of(lambda: surgery.book(surgery.slot(), "p1", JANE))
    assert (no is None) == works
    assert no is None or no.code is ErrorCode.NO_PATIENT_CONSENT


def test_the_narrower_of_two_consents_wins(surgery: Surgery, refused: Refused) -> None:
    refused(403, surgery.book, surgery.slot(), "p1", MUM)
    proxy_consent(surgery, OnlineService.APPOINTMENTS)
    surgery.book(surgery.slot(), "p1", MUM)  # a child has none of its own
    surgery.consent("p1", OnlineService.MESSAGES)
    refused(403, surgery.book, surgery.slot(), "p1", MUM)
    surgery.consent("p1", OnlineService.APPOINTMENTS)
    surgery.book(surgery.slot(70), "p1", MUM)


def test_a_proxys_consent_opens_nothing_for_another(surgery: Surgery, refused: Refused) -> None:
    dad = Caller("dad", MUM.role, "RelatedPerson/dad", "Dad", "web", MUM.scopes, "p1")
    proxy_consent(surgery, OnlineService.APPOINTMENTS, who=dad)
    refused(403, surgery.book, surgery.slot(), "p1", MUM)
    refused(403, surgery.book, surgery.slot(), "p1", JANE)


def test_the_record_is_read_at_the_level_that_is_open(surgery: Surgery, refused: Refused) -> None:
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
    }
    document = {
        "resourceType": "DocumentReference",
        "id": "d1",
        "status": "current",
        "subject": {"reference": "Patient/p1"},
        "content": [{"attachment": {"title": "Letter"}}],
    }

    def allowed(kind: str) -> bool:
        def ask() -> None:
            surgery.store.read_now(ODS, lambda unit: surgery.gate.allow(unit, JANE, kind, "s"))

        no = refusal_of(ask)
        assert no is None or no.code is ErrorCode.NO_PATIENT_CONSENT
        return no is None

    assert not allowed("Condition")
    surgery.consent("p1", OnlineService.RECORD_SUMMARY)
    assert [k for k in ("AllergyIntolerance", "Condition", "DocumentReference") if allowed(k)] == [
        "AllergyIntolerance"
    ]
    assert surgery.show(JANE, condition) is None
    surgery.consent("p1", OnlineService.RECORD_DETAILED)
    assert surgery.show(JANE, condition) == condition
    assert surgery.show(OMAR, condition) is None
    assert surgery.show(JANE, document) is None
    surgery.consent("p1", OnlineService.RECORD_DOCUMENTS)
    assert surgery.show(JANE, document) == document


def test_cancelling_puts_the_hidden_note_back(online: Surgery, refused: Refused) -> None:
    slot = online.slot(120)
    booked = online.book(slot, "p1", JANE)
    noted = online.update(PRIYA, {**booked, "comment": "Hard of hearing"})
    seen = online.show(JANE, noted)
    assert seen is not None
    assert "comment" not in seen
    for more in ({"description": "Other"}, {"comment": "mine now"}, {"start": slot["end"]}):
        refused(422, online.update, JANE, {**cancelled(seen), **more})
    refused(422, online.update, JANE, cancelled(seen, "prov"))
    refused(422, online.update, JANE, {**seen, "status": "arrived"})
    gone = online.update(JANE, cancelled(seen))
    assert (gone["status"], gone["comment"]) == ("cancelled", "Hard of hearing")
    assert online.get(f"Slot/{slot['id']}")["status"] == "free"


def test_too_late_to_cancel_says_whom_to_call(online: Surgery, refused: Refused) -> None:
    booked = online.book(online.slot(60), "p1", JANE)
    online.clock.move(seconds=1)
    no = refused(422, online.update, JANE, cancelled(booked))
    assert no.code is ErrorCode.TOO_LATE
    assert no.code.value == "too-late"
    assert "01632 960123" in no.text


def test_a_request_is_for_oneself_and_says_so_by_itself(online: Surgery, refused: Refused) -> None:
    tree = {k: v for k, v in request_tree().items() if k not in ("for", "requester")}
    task = online.create(JANE, {**tree, "description": "chest pain and short of breath"})
    assert task["for"] == {"reference": "Patient/p1"}
    assert task["requester"] == {"reference": "Patient/p1"}
    refused(403, online.create, JANE, request_tree("p2"))
    refused(422, online.create, JANE, request_tree(owner={"reference": "Practitioner/r1"}))
    refused(422, online.create, JANE, request_tree(code="whatever"))
    late = online.create(JANE, request_tree(restriction={"period": {"end": "2030-01-01"}}))
    assert late["restriction"]["period"]["end"] == "2026-11-24T18:30:00.000Z"


def test_patients_order_their_own_items(online: Surgery, refused: Refused) -> None:
    online.create(JANE, repeat_tree())
    refused(409, online.create, JANE, repeat_tree())
    refused(422, online.create, JANE, repeat_tree("other"))


def test_a_proxy_asks_as_herself(online: Surgery) -> None:
    proxy_consent(online, OnlineService.APPOINTMENTS)
    task = online.create(MUM, request_tree())
    assert task["requester"]["reference"] == "RelatedPerson/mum"
    assert task["for"]["reference"] == "Patient/p1"


def test_the_phone_number_comes_from_the_practice(surgery: Surgery, refused: Refused) -> None:
    surgery.gate = Gate(surgery.clock)
    surgery.consent("p1", OnlineService.APPOINTMENTS)
    booked = surgery.book(surgery.slot(30), "p1", PRIYA)
    assert refused(422, surgery.update, JANE, cancelled(booked)).text.endswith(
        "Please call the practice."
    )
    surgery.load(
        {
            "resourceType": "Organization",
            "id": "org1",
            "telecom": [{"system": "phone", "value": "01632 960555"}],
        }
    )
    assert "01632 960555" in refused(422, surgery.update, JANE, cancelled(booked)).text


def test_a_scope_that_is_missing_is_named(surgery: Surgery) -> None:
    bare = Caller("x", PRIYA.role, "Practitioner/r1", "X", "app", frozenset({"user/Slot.r"}))

    def work(unit: Unit) -> None:
        surgery.gate.allow(unit, bare, "Slot", "u")

    with pytest.raises(Refusal) as caught:
        surgery.store.read_now(ODS, work)
    assert (caught.value.status, caught.value.text) == (
        403,
        "This sign-in does not let you change Slot resources.",
    )


def test_the_booking_window_counts_from_now(online: Surgery) -> None:
    start = online.clock.at + timedelta(days=90)
    assert online.show(JANE, {**online.slot(), "start": instant(start)}) is not None
    later = start + timedelta(milliseconds=1)
    assert online.show(JANE, {**online.slot(), "start": instant(later)}) is None


# Held back before the start, and squeezed in


def test_a_slot_that_is_held_back_is_reception_only(online: Surgery, refused: Refused) -> None:
    codes = [access("online"), access("hold-back-60m")]
    slot, other = (online.slot(n, serviceCategory=codes) for n in (90, 91))
    assert free_slots(online) == [slot["id"], other["id"]]
    online.clock.move(minutes=30)
    assert free_slots(online) == [other["id"]]
    no = refused(422, online.book, slot, by=JANE)
    assert (
        no.text == "This time can no longer be booked online. Please call the practice on "
        "01632 960123."
    )
    assert online.show(PRIYA, slot) == slot
    assert online.book(other, by=JANE)["status"] == "booked"
    assert online.book(slot, "p2")["status"] == "booked"


def test_a_held_slot_that_is_held_back_too_is_reception_only(
    online: Surgery, refused: Refused
) -> None:
    codes = [access("online"), access("hold-back-60m")]
    slot = online.slot(50, serviceCategory=codes, status="busy-tentative", identifier=hold("r2"))
    online.clock.move(minutes=3)  # the hold has run out
    refused(422, online.book, slot, by=JANE)


def test_online_never_overbooks(online: Surgery, refused: Refused) -> None:
    extra = online.slot(60, overbooked=True)
    assert free_slots(online) == []
    refused(409, online.book, extra, by=JANE)
    assert online.book(extra, "p2")["status"] == "booked"
    refused(409, online.book, extra, by=JANE)


def test_online_never_makes_a_clinician_see_two_at_once(online: Surgery, refused: Refused) -> None:
    """A walk-in without a slot, or an extra whose regular patient has cancelled, is there too."""
    walk_in = {**booking_tree(online.slot(125), "p3"), "participant": [
        {"actor": {"reference": "Patient/p3"}, "status": "accepted"},
        {"actor": {"reference": "Practitioner/c1"}, "status": "accepted"},
    ]}  # fmt: skip
    del walk_in["slot"]
    there = online.create(PRIYA, walk_in)
    before, over, after = (online.slot(n) for n in (115, 120, 135))
    other = online.slot(120, schedule={"reference": "Schedule/sc2"})
    refused(409, online.book, over, by=JANE)
    for slot in (before, after):
        online.update(JANE, cancelled(online.book(slot, by=JANE)))
    online.book(other, "p2", by=OMAR)  # with somebody else
    online.update(PRIYA, cancelled(there))
    assert online.book(over, by=JANE)["status"] == "booked"
    online.book(online.slot(122), "p4")  # staff may
