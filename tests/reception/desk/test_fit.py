"""Which slots are offered, and why, from an open day of one's own making."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from contract import systems
from reception.desk.fit import Fitting, wanted_hours, wanted_kinds, wanted_ways
from reception.desk.practice_time import PracticeTime
from reception.desk.problems import NotPossible, SlotTaken
from reception.desk.slots import Slots
from reception.desk.stores import Stores
from reception.records import Session, record_of
from reception.records.tree import wire_time
from tests.reception.desk.trees import a_request, a_slot

EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return EIGHT + timedelta(hours=hours)


class Day:
    """A Monday at eight: Dr Grant's and Dr Patel's sessions, and a patient whose GP is Patel."""

    def __init__(self) -> None:
        self.time = PracticeTime(lambda: EIGHT)
        self.stores = Stores(self.time.today, lambda reference: None)
        self.slots = Slots(self.stores, self.time, "me")
        self.fitting = Fitting(self.stores, self.time, self.slots)
        for who in ("grant", "patel"):
            self.stores.take(
                Session.from_tree(
                    {
                        "resourceType": "Schedule",
                        "id": who,
                        "actor": [{"reference": f"Practitioner/{who}", "display": f"Dr {who}"}],
                        "planningHorizon": {
                            "start": wire_time(EIGHT),
                            "end": wire_time(at(10)),
                        },
                    }
                )
            )
        patient = record_of(
            {
                "resourceType": "Patient",
                "id": "p1",
                "generalPractitioner": [{"reference": "Practitioner/patel"}],
            }
        )
        assert patient is not None
        self.stores.take(patient)

    def add(self, slot_id: str, hours: float, session: str = "grant", **more: str) -> None:
        self.stores.take(a_slot(slot_id, at(hours), session=session, **more))

    def fits(self, words: str, priority: str = "routine") -> list[tuple[str, tuple[str, ...]]]:
        request = a_request("r", EIGHT, words=words, priority=priority)
        return [(fit.slot.id, fit.why) for fit in self.fitting.best_fit(request)]


@pytest.fixture
def day(qapp: object) -> Iterator[Day]:
    made = Day()
    yield made
    made.time.stop()


def test_the_usual_gp_is_worth_a_wait_but_not_for_the_urgent(day: Day) -> None:
    day.add("grant-9", 1)
    day.add("patel-11", 3, "patel")
    day.add("patel-17", 9, "patel")
    assert day.fits("My knee hurts") == [
        ("patel-11", ("usual GP",)),
        ("grant-9", ("soonest",)),
        ("patel-17", ("usual GP",)),
    ]
    assert day.fits("My knee hurts", "urgent")[0] == ("grant-9", ("soonest",))


def test_what_the_patient_asks_for_comes_first(day: Day) -> None:
    day.add("routine", 1)
    day.add("afternoon", 6)
    day.add("phone", 2, type_code="phone-call", channel="Telephone")
    day.add("nurse", 2, type_code="nurse")
    assert day.fits("Please ring me")[0] == ("phone", ("by phone, as asked",))
    assert day.fits("In the afternoon if you can")[0] == (
        "afternoon",
        ("in the afternoon, as asked",),
    )
    assert day.fits("I need my smear test")[0][0] == "nurse"


def test_what_cannot_be_booked_is_not_offered(day: Day) -> None:
    day.add("over", -1)
    day.add("busy", 1, status="busy")
    day.add("blocked", 1, status="busy-unavailable")
    day.add("break", 1, type_code="break")
    assert day.fits("My knee hurts") == []


def test_the_nearest_are_alike_and_bookable(day: Day) -> None:
    for hours in (1, 2, 3, 5, 8):
        day.add(f"at-{hours}", hours, "grant" if hours % 2 else "patel")
    day.add("phone", 3.1, channel="Telephone")
    day.add("nurse", 3.1, type_code="nurse")
    day.add("taken", 2.9, status="busy")
    lost = day.stores.slots.get("at-3")
    assert lost is not None
    assert [s.id for s in day.slots.nearest(lost)] == ["at-2", "at-1", "at-5"]


def test_why_a_slot_cannot_be_booked(day: Day) -> None:
    day.add("over", -1)
    day.add("blocked", 1, status="busy-unavailable")
    day.add("busy", 1, status="busy")
    day.add("free", 2)
    refusals = {"over": "is over", "blocked": "is blocked"}
    for slot_id, words in refusals.items():
        with pytest.raises(NotPossible, match=words):
            day.slots.must_be_bookable(day.stores.slots.get(slot_id))  # type: ignore[arg-type]
    with pytest.raises(SlotTaken) as taken:
        day.slots.must_be_bookable(day.stores.slots.get("busy"))  # type: ignore[arg-type]
    assert [s.id for s in taken.value.alternatives] == ["free"]
    held = a_slot("held", at(1), status="busy-tentative", updated=EIGHT)
    with pytest.raises(SlotTaken, match="booking"):
        day.slots.must_be_bookable(held)
    lapsed = a_slot(
        "lapsed", at(1), status="busy-tentative", updated=EIGHT - timedelta(seconds=120)
    )
    day.slots.must_be_bookable(lapsed)
    mine = dict(held.tree) | {"identifier": [{"system": systems.HOLD, "value": "me/1"}]}
    own = record_of(mine)
    day.slots.must_be_bookable(own)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "first", "ways", "hours"),
    [
        ("blood test please", "hca", {"phone", "person"}, 0),
        ("My back pain is worse. A phone call in the morning", "physio", {"phone"}, 1),
        ("Could a doctor look at my rash in person", "gp-routine", {"person"}, 0),
        ("", "gp-routine", {"phone", "person"}, 0),
    ],
)
def test_the_patients_words(words: str, first: str, ways: set[str], hours: int) -> None:
    request = a_request("r", EIGHT, words=words)
    assert wanted_kinds(request)[0] == first
    assert wanted_ways(request) == ways
    assert len(wanted_hours(request)) == hours
