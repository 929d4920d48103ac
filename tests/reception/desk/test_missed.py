"""Who is proposed as not attended: a rule, tried on whatever a morning can bring."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contract import systems
from contract.codes import REPEAT_RENEWAL, Channel, Mark, RequestType, SlotType
from reception.desk.missed import MISSED_AFTER, absences, in_touch_today
from reception.records import Appointment, Message, Request
from reception.records.appointment import LATE_GRACE
from reception.records.marks import Marks
from reception.records.tree import concept, wire_time
from tests.reception.desk.trees import a_request

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
STATUSES = ("booked", "arrived", "checked-in", "fulfilled", "noshow", "cancelled")


def an_appointment(
    start: datetime,
    status: str = "booked",
    *,
    patient: str = "p1",
    channel: str = Channel.IN_PERSON,
    kind: str = SlotType.GP_ROUTINE,
    marks: Marks | None = None,
    arrived: datetime | None = None,
) -> Appointment:
    who: dict[str, Any] = {"actor": {"reference": f"Patient/{patient}", "display": "SMITH, Jane"}}
    if arrived is not None:
        who["period"] = {"start": wire_time(arrived)}
    tree = {
        "resourceType": "Appointment",
        "id": f"{patient}-{start:%d%H%M%S}",
        "meta": {"versionId": "1", "lastUpdated": wire_time(start)},
        "status": status,
        "start": wire_time(start),
        "end": wire_time(start + timedelta(minutes=10)),
        "participant": [who],
        "serviceType": [concept(systems.SLOT_TYPE, kind)],
        "extension": [
            {
                "url": systems.DELIVERY_CHANNEL_EXTENSION,
                "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, channel),
            }
        ],
    }
    return Appointment.from_tree((marks or Marks({})).on(tree))


def a_message(status: str, sender: str = "Patient/p1") -> Message:
    return Message.from_tree(
        {
            "resourceType": "Communication",
            "id": "m1",
            "status": status,
            "subject": {"reference": "Patient/p1"},
            "sender": {"reference": sender},
            "partOf": [{"reference": "Communication/h1"}],
        }
    )


late_marks = st.builds(
    lambda at, until: Marks({}).with_mark(Mark.LATE, at, until),
    st.just(NOW - timedelta(hours=1)),
    st.none() | st.integers(-60, 60).map(lambda m: NOW + timedelta(minutes=m)),
)
people = st.builds(
    an_appointment,
    st.integers(-36 * 60, 36 * 60).map(lambda m: NOW + timedelta(minutes=m)),
    st.sampled_from(STATUSES),
    patient=st.sampled_from(["p1", "p2", "p3"]),
    channel=st.sampled_from(list(Channel)),
    kind=st.sampled_from([SlotType.GP_ROUTINE, SlotType.NURSE, SlotType.VISIT]),
    marks=st.none() | late_marks,
    arrived=st.none() | st.just(NOW - timedelta(minutes=5)),
)


@given(st.lists(people, max_size=12), st.sets(st.sampled_from(["p1", "p2", "p3"])))
def test_nobody_is_proposed_who_may_be_here_or_in_touch(
    day: list[Appointment], writing: set[str]
) -> None:
    found = absences(day, NOW, dict.fromkeys(writing, "wrote"))
    starts = [a.appointment.start for a in found]
    assert starts == sorted(starts)
    assert all(found_.appointment.status == "booked" for found_ in found)
    for absence in found:
        held = absence.appointment
        assert held.start + MISSED_AFTER <= NOW
        assert held.start.date() == NOW.date()
        if absence.is_proposed:
            assert held.arrived_at is None
            assert held.patient_id not in writing
            assert not held.is_phone
            assert not held.is_visit
            assert held.expected <= NOW
    named = {a.appointment.id for a in found}
    for held in day:  # and nobody who is late is passed over in silence
        late = held.start.date() == NOW.date() and held.start + MISSED_AFTER <= NOW
        assert (held.id in named) >= (held.status == "booked" and late)


def test_ten_minutes_to_the_second() -> None:
    almost = an_appointment(NOW - MISSED_AFTER + timedelta(seconds=1))
    just = an_appointment(NOW - MISSED_AFTER)
    assert [a.appointment.id for a in absences([almost, just], NOW, {})] == [just.id]


def test_who_rang_is_waited_for_as_long_as_they_said() -> None:
    start, rang = NOW - timedelta(minutes=15), NOW - timedelta(minutes=30)
    unsaid = Marks({}).with_mark(Mark.LATE, rang)
    said = Marks({}).with_mark(Mark.LATE, rang, NOW + timedelta(minutes=5))
    for marks in (unsaid, said):
        (absence,) = absences([an_appointment(start, marks=marks)], NOW, {})
        assert not absence.is_proposed
        assert "will be late" in absence.why_not
    later = start + LATE_GRACE
    (absence,) = absences([an_appointment(start, marks=unsaid)], later, {})
    assert absence.is_proposed


def test_what_is_on_its_way_is_left_alone() -> None:
    held = an_appointment(NOW - timedelta(minutes=20))
    (absence,) = absences([held], NOW, {}, saving=[held.reference])
    assert absence.why_not == "is just being changed"


def thread(authored: datetime, status: str) -> Request:
    tree = a_request("t1", authored, status=status).tree
    return Request.from_tree({**tree, "code": concept(systems.REQUEST_TYPE, RequestType.THREAD)})


def repeat(authored: datetime) -> Request:
    tree = a_request("r2", authored).tree
    return Request.from_tree({**tree, "code": concept(systems.SNOMED, REPEAT_RENEWAL)})


def test_who_wrote_is_in_touch() -> None:
    yesterday = NOW - timedelta(days=1)
    unread, read = a_message("in-progress"), a_message("completed")
    from_us = a_message("in-progress", "Practitioner/c1")
    assert "nobody has read" in in_touch_today([], [unread], NOW)["p1"]
    assert in_touch_today([], [read, from_us], NOW) == {}
    for authored in (NOW, yesterday):  # sent on Sunday evening, it still waits
        assert "open request" in in_touch_today([a_request("r1", authored)], [], NOW)["p1"]
    assert "open request" in in_touch_today([repeat(NOW)], [], NOW)["p1"]
    assert in_touch_today([repeat(yesterday)], [], NOW) == {}
    assert in_touch_today([a_request("r1", NOW, status="on-hold")], [], NOW) == {}
    assert "answer" in in_touch_today([thread(yesterday, "in-progress")], [], NOW)["p1"]
    assert in_touch_today([thread(NOW, "on-hold")], [], NOW) == {}  # they are to answer
