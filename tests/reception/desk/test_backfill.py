"""Who is offered a slot that has come free."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contract.codes import Priority
from reception.desk.backfill import best_requests, suits
from reception.desk.fit import wanted_kinds
from reception.records import Appointment, Request, Slot
from tests.reception.desk.test_missed import an_appointment
from tests.reception.desk.trees import a_request, a_slot

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=5)
TOMORROW = NOW + timedelta(days=1)

requests = st.builds(
    lambda n, *rest: a_request(
        f"r{n}",
        NOW - timedelta(minutes=n),
        priority=rest[0],
        status=rest[1],
        words=rest[2],
        patient=rest[3],
    ),
    st.integers(1, 500),
    st.sampled_from(list(Priority)),
    st.sampled_from(["requested", "received", "in-progress", "on-hold", "completed"]),
    st.sampled_from(
        ["Smear test", "Knee pain, mornings please", "Call me back", "Crushing chest pain", ""]
    ),
    st.sampled_from(["p1", "p2", "p3"]),
)
slots = st.builds(
    a_slot,
    st.just("s1"),
    st.sampled_from([LATER, TOMORROW]),
    type_code=st.sampled_from(["gp-routine", "gp-urgent", "nurse", "phone-call"]),
    channel=st.sampled_from(["In-person", "Telephone"]),
)


def best(slot: Slot, *held: Request, busy: tuple[Appointment, ...] = ()) -> list[str]:
    def appointments_of(patient_id: str) -> list[Appointment]:
        return [a for a in busy if a.patient_id == patient_id]

    return [m.request.id for m in best_requests(slot, held, appointments_of, NOW)]


@given(slots, st.lists(requests, max_size=10, unique_by=lambda r: r.id))
def test_only_what_the_slot_suits_is_offered(slot: Slot, held: list[Request]) -> None:
    found = best_requests(slot, held, lambda _: [], NOW)
    assert len(found) == min(3, len(best_requests(slot, held, lambda _: [], NOW, count=99)))
    for match in found:
        request = match.request
        assert suits(slot, request)
        assert request.waits_for_us
        assert slot.type_code in wanted_kinds(request)
        assert not request.is_emergency
        if request.status == "requested":  # nobody has judged it: their words count
            assert "chest pain" not in request.description
        assert not (request.is_urgent and slot.start == TOMORROW)


def test_the_urgent_one_first_then_who_waits_longest() -> None:
    slot = a_slot("s1", LATER)
    old = a_request("old", NOW - timedelta(hours=3))
    new = a_request("new", NOW - timedelta(hours=1))
    urgent = a_request("urgent", NOW, priority=Priority.URGENT)
    assert best(slot, new, old, urgent) == ["urgent", "old", "new"]


def test_what_was_asked_for_comes_before_what_would_do() -> None:
    slot = a_slot("s1", LATER, type_code="nurse")
    smear = a_request("smear", NOW, words="My smear test is due")
    morning = a_request("morning", NOW - timedelta(hours=1), words="Smear test, mornings only")
    knee = a_request("knee", NOW - timedelta(hours=2), words="Knee pain")
    assert best(slot, knee, morning, smear) == ["smear", "morning"]  # 14:00 is no morning


def test_who_is_elsewhere_at_that_time_is_not_offered_it() -> None:
    slot, asked = a_slot("s1", LATER), a_request("r1", NOW)
    assert best(slot, asked) == ["r1"]
    assert best(slot, asked, busy=(an_appointment(LATER + timedelta(minutes=5)),)) == []
    gone = an_appointment(LATER, "cancelled")
    assert best(slot, asked, busy=(gone,)) == ["r1"]
