"""The diary of the invented practice against the figures of the field (domain words 4)."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from contract import release
from contract.limits import COMMENT_CHARS, DESCRIPTION_CHARS
from contract.moves import APPOINTMENT_LIVE
from practice.demo.generate.clinicians import appoint
from practice.demo.generate.diary import days_around, plan_day
from tests.practice.demo.invented import Invented, Tree, access, invented, kind, marks

MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


@pytest.fixture(scope="module")
def town() -> Invented:
    return invented(10_000)


def test_monday_has_280_slots_of_twelve_people_and_55_percent_are_booked(town: Invented) -> None:
    slots = town.slots(MONDAY)
    assert len(slots) == 280
    sessions = [s for s in town.by_type["Schedule"] if s["planningHorizon"]["start"][:10] == MONDAY]
    assert len({s["actor"][0]["reference"] for s in sessions}) == 12
    booked = sum(slot["status"] == "busy" for slot in slots)
    assert 0.52 <= booked / len(slots) <= 0.58


def test_other_days_have_265_slots(town: Invented) -> None:
    assert len(town.slots(TUESDAY)) == 265


def test_a_tuesday_after_a_bank_holiday_is_like_a_monday() -> None:
    tuesday = date(2026, 9, 1)
    assert len(plan_day(1, appoint(1, 10_000), 10_000, tuesday).openings) == 280
    assert date(2026, 8, 31) not in set(days_around(tuesday))


def test_slots_open_in_the_usual_mix(town: Invented) -> None:
    slots = town.slots(MONDAY)
    on_the_day = [slot for slot in slots if "on-the-day" in access(slot)]
    rules = Counter(code for slot in slots for code in access(slot))
    assert 0.42 <= len(on_the_day) / len(slots) <= 0.46
    assert 0.13 <= rules["48h"] / len(slots) <= 0.15
    assert 0.19 <= rules["14d"] / len(slots) <= 0.21
    plain = [s for s in slots if access(s) <= {"reception", "online"}]
    assert 0.18 <= len(plain) / len(slots) <= 0.22
    assert rules["nhs111"] == rules["gp-connect"] == 4
    assert rules["until-1000"] + rules["until-30m"] == 4
    assert all(release.is_known(code) for slot in town.by_type["Slot"] for code in access(slot))
    assert sum("online" in access(slot) for slot in slots) == 98
    assert sum("online" in access(slot) for slot in on_the_day) == 60


def test_what_opens_on_the_day_is_closed_before_eight(town: Invented) -> None:
    on_the_day = [s for s in town.slots(MONDAY) if "on-the-day" in access(s)]
    closed = [s for s in on_the_day if s["status"] == "busy-unavailable"]
    assert len(closed) >= 0.9 * len(on_the_day)
    assert all(opens(s) == datetime(2026, 11, 23, 8, tzinfo=UTC) for s in closed)
    assert not any("comment" in s for s in closed)
    assert sum("online" in access(s) for s in closed) >= 50


def opens(slot: Tree) -> datetime | None:
    return release.opens_at(access(slot), datetime.fromisoformat(slot["start"]))


def test_a_slot_is_shut_exactly_while_its_rule_says_so(town: Invented) -> None:
    """What the service would do at once when it starts has been done already."""
    for slot in town.by_type["Slot"]:
        if kind(slot) in ("break", "catch-up"):
            continue
        opening = opens(slot)
        later = opening is not None and opening > town.at
        assert slot["status"] in (("busy-unavailable", "busy") if later else ("free", "busy"))
        falls_back = release.falls_back_at(access(slot), datetime.fromisoformat(slot["start"]))
        if slot["status"] == "free" and falls_back is not None:
            assert falls_back > town.at


def test_what_111_left_is_the_practices_by_ten() -> None:
    later = Invented(2000, datetime.fromisoformat("2026-11-23T10:00:00+00:00"))
    assert not any("nhs111" in access(s) for s in later.slots(MONDAY) if s["status"] == "free")
    assert any("until-1000" in access(s) for s in later.slots(TUESDAY))


def test_nobody_booked_before_it_opened_but_by_a_clinicians_word(town: Invented) -> None:
    slots = {f"Slot/{slot['id']}": slot for slot in town.by_type["Slot"]}
    early = 0
    past = [a for a in town.by_type["Appointment"] if a["start"] < MONDAY]
    for appointment in past:
        opening = opens(slots[appointment["slot"][0]["reference"]])
        made = datetime.fromisoformat(appointment["created"])
        early += opening is not None and made < opening - timedelta(minutes=1)
    assert early < 0.02 * len(past)


def test_every_slot_type_has_its_name_and_its_rule(town: Invented) -> None:
    services = [s for s in town.by_type["HealthcareService"] if "type" in s]
    by_type = {s["type"][0]["coding"][0]["code"]: s for s in services}
    kinds = {kind(slot) for slot in town.by_type["Slot"]} - {"break", "catch-up"}
    assert kinds == set(by_type)
    for name, service in by_type.items():
        codes = {c["coding"][0]["code"] for c in service["characteristic"]}
        assert service["name"]
        assert "reception" in codes
        assert all(map(release.is_known, codes))
        followed = [s for s in town.by_type["Slot"] if kind(s) == name and access(s) == codes]
        assert followed, name


def test_after_eight_the_day_is_open_and_filling() -> None:
    later = Invented(2000, datetime.fromisoformat("2026-11-23T10:30:00+00:00"))
    today = later.slots(MONDAY)
    shut = [slot for slot in today if slot["status"] == "busy-unavailable"]
    assert not shut
    statuses = Counter(
        a["status"] for a in later.by_type["Appointment"] if a["start"].startswith(MONDAY)
    )
    assert statuses["fulfilled"] > 10
    assert statuses["booked"] > 10
    assert statuses["arrived"] + statuses["checked-in"] > 0


def test_every_session_has_coffee_at_half_past_ten_and_time_to_catch_up(town: Invented) -> None:
    kinds = defaultdict(set)
    for slot in town.by_type["Slot"]:
        kinds[slot["schedule"]["reference"]].add((kind(slot), slot["start"][11:16]))
    mornings = {name: found for name, found in kinds.items() if name.endswith("-am")}
    assert len(mornings) > 300
    for found in mornings.values():
        coffees = [at for what, at in found if what == "break"]
        assert len(coffees) == 1
        assert "09:20" <= coffees[0] <= "10:50"  # 10:30 in London, in winter and in summer
        assert any(what == "catch-up" for what, _ in found)


def test_past_appointments_ended_as_they_do(town: Invented) -> None:
    past = [a for a in town.by_type["Appointment"] if a["start"] < MONDAY]
    statuses = Counter(a["status"] for a in past)
    assert set(statuses) == {"fulfilled", "noshow", "cancelled"}
    kept = statuses["fulfilled"] + statuses["noshow"]
    days = len({a["start"][:10] for a in past})
    assert 225 <= kept / days <= 275
    assert 0.03 <= statuses["noshow"] / kept <= 0.06
    walked_out = [
        a
        for a in past
        if a.get("cancelationReason", {}).get("coding", [{}])[0].get("code") == "walked-out"
    ]
    assert walked_out
    assert "reception.example" in walked_out[0]["cancelationReason"]["coding"][0]["system"]


def test_those_who_booked_long_ahead_stay_away_more(town: Invented) -> None:
    seen: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for a in town.by_type["Appointment"]:
        if a["start"] < MONDAY and a["status"] in ("fulfilled", "noshow"):
            seen[a["created"][:10] == a["start"][:10]][a["status"]] += 1
    share = {same: c["noshow"] / sum(c.values()) for same, c in seen.items()}
    assert share[True] < 0.035
    assert share[False] > 0.05


def test_lead_times_are_those_of_the_field(town: Invented) -> None:
    leads: Counter[int] = Counter()
    for a in town.by_type["Appointment"]:
        if a["start"] < MONDAY and a["status"] in ("fulfilled", "noshow"):
            start, made = (datetime.fromisoformat(a[x]).date() for x in ("start", "created"))
            leads[min(15, (start - made).days)] += 1
    total = sum(leads.values())
    assert 0.40 <= leads[0] / total <= 0.48
    assert 0.05 <= leads[1] / total <= 0.10
    assert 0.16 <= sum(leads[d] for d in range(2, 8)) / total <= 0.26
    assert 0.10 <= leads[15] / total <= 0.20


def test_times_follow_one_another(town: Invented) -> None:
    waits = []
    for a in town.by_type["Appointment"]:
        patient, clinician = (p.get("period", {}) for p in a["participant"][:2])
        times = [
            datetime.fromisoformat(t)
            for t in (patient.get("start"), clinician.get("start"), clinician.get("end"))
            if t
        ]
        assert times == sorted(times), a["id"]
        assert all(t <= town.at for t in times)
        if patient.get("start") and clinician.get("start"):
            begun = max(datetime.fromisoformat(a["start"]), times[0])
            waits.append((times[1] - begun) / timedelta(minutes=1))
    waits.sort()
    assert 1 < waits[len(waits) * 9 // 10] < 45  # late surgeries, but no fantasy


def test_a_slot_is_busy_exactly_when_somebody_has_it(town: Invented) -> None:
    live = Counter(
        a["slot"][0]["reference"]
        for a in town.by_type["Appointment"]
        if a["status"] in APPOINTMENT_LIVE
    )
    assert max(live.values()) == 1
    for slot in town.by_type["Slot"]:
        held = live[f"Slot/{slot['id']}"]
        walked_out = slot["status"] == "busy" and not held and slot["start"] < MONDAY
        assert (slot["status"] == "busy") == bool(held) or walked_out, slot["id"]


def test_doctors_squeeze_somebody_in(town: Invented) -> None:
    extras = [slot for slot in town.by_type["Slot"] if slot.get("overbooked")]
    assert extras
    keys = Counter(s["identifier"][0]["value"] for s in town.by_type["Slot"])
    assert max(keys.values()) == 1


def test_every_booking_says_how_it_was_made(town: Invented) -> None:
    ways: Counter[str] = Counter()
    for a in town.by_type["Appointment"]:
        via = {mark for mark in marks(a) if mark.startswith("via-")}
        assert len(via) == 1
        ways.update(via)
        assert len(a["description"]) <= DESCRIPTION_CHARS
        assert len(a.get("comment", "")) <= COMMENT_CHARS
        assert a["created"] <= town.at.isoformat()
    assert set(ways) == {"via-phone", "via-desk", "via-online", "via-111"}


def test_the_diary_reaches_far_enough(town: Invented) -> None:
    days = sorted({slot["start"][:10] for slot in town.by_type["Slot"]})
    assert days[0] == "2026-10-26"  # thirty days before lies a Saturday
    assert days[-1] >= "2026-12-07"
    assert not any(datetime.fromisoformat(day).weekday() >= 5 for day in days)
