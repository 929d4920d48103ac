"""What stands on a day list, and on which page."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import systems
from contract.codes import BookingAccess
from reception.desk.day_records import DayRecords
from reception.desk.day_sheet import (
    Choice,
    DaySheet,
    Kind,
    clinicians_of,
    day_sheet,
    file_name,
    long_day,
    wall_clock,
)
from reception.desk.sheet_pages import PageOf, Tall, paged
from reception.records import Patient
from tests.reception.board.diary import MONDAY, Diary, at, busy_monday

heights = st.lists(st.integers(1, 40), max_size=30)


def records_of(diary: Diary, **more: Any) -> DayRecords:
    return DayRecords(
        diary.day,
        diary.time.now(),
        tuple(diary.sessions),
        tuple(diary.slots),
        tuple(diary.appointments),
        more.pop("patients", {}),
        {},
        {},
    )


def sheet_of(records: DayRecords, choice: Choice | None = None) -> DaySheet:
    return day_sheet(
        [records],
        choice or Choice(),
        title="Day list",
        practice="Otterbrook Surgery",
        printed_at=records.as_at,
        printed_by="Priya Shah",
    )


def a_patient(key: str, **more: Any) -> Patient:
    tree = {
        "resourceType": "Patient",
        "id": key,
        "meta": {"versionId": "1", "lastUpdated": "2026-11-23T08:00:00Z"},
        "name": [{"family": "Okafor", "given": ["Chidi"], "prefix": ["Mr"]}],
        **more,
    }
    return Patient.from_tree(tree)


# Pages


def lines_on(page: PageOf, gap: float) -> float:
    return max((row.top + row.lines for row in page.rows), default=0.0)


@given(st.lists(heights, min_size=1, max_size=6), st.integers(1, 30), st.sampled_from((0.0, 0.45)))
def test_every_line_of_every_row_stands_on_one_page(
    sections: list[list[int]], room: int, gap: float
) -> None:
    pages = paged([[Tall(n, h) for n, h in enumerate(s)] for s in sections], room, gap)
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.pages for page in pages} == {len(pages)}
    for number, rows in enumerate(sections):
        mine = [page for page in pages if page.section == number]
        assert [page.sheet for page in mine] == list(range(1, len(mine) + 1))
        assert {page.sheets for page in mine} == {len(mine)}  # an empty section has a page too
        placed = [row for page in mine for row in page.rows]
        assert [row.row for row in placed] == sorted(row.row for row in placed)
        seen = [
            (row.row, line) for row in placed for line in range(row.first, row.first + row.lines)
        ]
        assert seen == [(n, line) for n, height in enumerate(rows) for line in range(height)]
        times = Counter(row.row for row in placed)
        assert all(times[n] == 1 for n, height in enumerate(rows) if height <= room)
    for page in pages:
        assert lines_on(page, gap) <= room
        for before, after in zip(page.rows, page.rows[1:], strict=False):
            assert after.top >= before.top + before.lines + gap - 1e-9


def test_a_page_without_room_is_a_fault() -> None:
    with pytest.raises(ValueError, match="room"):
        paged([[Tall(0, 1)]], 0, 0.5)


# Rows


@pytest.mark.parametrize("seed", range(4))
def test_everybody_who_holds_a_place_stands_on_it_once(diary: Diary, seed: int) -> None:
    busy_monday(diary, seed)
    everything = sheet_of(records_of(diary), Choice(free=True, blocked=True))
    keys = Counter(row.key for row in everything.rows)
    assert set(keys.values()) == {1}
    assert keys.keys() >= {a.reference for a in diary.appointments if a.holds_its_place}
    now = diary.time.now()
    for slot in diary.slots:
        empty = slot.is_blocked or (slot.status != "busy" and slot.end > now)
        assert (slot.reference in keys) == empty
    for section in everything.sections:
        assert [row.start for row in section.rows] == sorted(row.start for row in section.rows)


@pytest.mark.parametrize("seed", range(2))
def test_one_clinicians_lists_are_the_practices(diary: Diary, seed: int) -> None:
    busy_monday(diary, seed)
    records = records_of(diary)
    whole = sheet_of(records)
    assert [s.clinician for s in whole.sections] == [name for _, name in clinicians_of(records)]
    alone = [sheet_of(records, Choice(clinician_id=c)).sections for c, _ in clinicians_of(records)]
    assert [section for sections in alone for section in sections] == list(whole.sections)


def test_what_is_chosen_is_what_stands_there(diary: Diary) -> None:
    busy_monday(diary)
    records = records_of(diary)
    assert {row.kind for row in sheet_of(records).rows} == {Kind.PATIENT}
    free = sheet_of(records, Choice(free=True))
    assert {row.kind for row in free.rows} == {Kind.PATIENT, Kind.FREE}
    blocked = sheet_of(records, Choice(blocked=True))
    assert {row.kind for row in blocked.rows} == {Kind.PATIENT, Kind.BLOCKED}


def test_a_row_says_who_how_and_in_what_state(diary: Diary) -> None:
    diary.session("s", "Routine surgery", "Dr N Grant", "08:30", "11:30")
    slot = diary.slot("1", "s", at("09:10"), 10, status="busy", channel="Telephone")
    held = diary.appointment(
        "a",
        slot,
        "OKAFOR, Chidi (Mr)",
        status="arrived",
        marks=("via-online", "late"),
        reason="Knee pain",
        comment="Deaf in the left ear",
    )
    number = [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}]
    phones = [{"system": "phone", "value": "07700 900123"}]
    patient = a_patient(held.patient_id, identifier=number, birthDate="1980-02-03", telecom=phones)
    records = records_of(diary, patients={patient.id: patient})
    [row] = sheet_of(records, Choice(phones=True)).rows
    said = [row.time, row.letter, row.name, row.type_text, row.mode, row.booked, row.reason]
    assert said == [
        "09:10", "A", "OKAFOR, Chidi (Mr)", "Routine GP", "Phone", "Online", "Knee pain",
    ]  # fmt: skip
    assert row.identity.replace("\xa0", " ") == "03-Feb-1980, NHS 999 000 0018"
    assert row.phones.replace("\xa0", " ") == "Tel 07700 900123"
    assert row.notes == ("Said they will be late", "Note: Deaf in the left ear")
    [row] = sheet_of(records).rows
    assert row.phones == ""


def test_who_is_not_known_is_not_left_out(diary: Diary) -> None:
    diary.session("s", "Routine surgery", "Dr N Grant", "08:30", "11:30")
    diary.slot("taken", "s", at("09:10"), 10, status="busy")
    diary.appointment("loose", None, "", clinician="Dr P Locum", start=at("10:00"), end=at("10:10"))
    records = records_of(diary)
    assert [(s.clinician, [r.name for r in s.rows]) for s in sheet_of(records).sections] == [
        ("Dr N Grant", ["Taken, by whom is not known here"]),
        ("Dr P Locum", ["No name"]),
    ]
    assert records.unmet == frozenset()  # nobody who could be asked for


def test_a_day_without_sessions_has_a_page_that_says_so(diary: Diary) -> None:
    [section] = sheet_of(records_of(diary)).sections
    assert (section.clinician, section.about, section.rows) == ("Nobody", "No sessions", ())


def test_late_overdue_and_visits_have_their_letters(diary: Diary) -> None:
    diary.session("s", "Home visits", "Dr N Grant", "08:30", "11:30")
    visit = ("visit", "Home visit")
    late = diary.slot("late", "s", at("10:00"), 10, status="busy")
    over = diary.slot("over", "s", at("08:40"), 10, status="busy")
    seen = diary.slot("seen", "s", at("09:00"), 10, status="busy", kind=visit)
    missed = diary.slot("missed", "s", at("09:10"), 10, status="busy", kind=visit)
    diary.appointment("late", late, "A", marks=("late",))
    diary.appointment("over", over, "B", marks=("late",))
    diary.appointment("seen", seen, "C", status="fulfilled")
    diary.appointment("missed", missed, "D", status="noshow")
    rows = {row.name: row for row in sheet_of(records_of(diary)).rows}
    assert {name: row.letter for name, row in rows.items()} == {
        "A": "\N{EN DASH}", "B": "!", "C": "V", "D": "N",
    }  # fmt: skip
    assert [rows[name].state for name in "ABCD"] == [
        "late, said so", "overdue", "visited", "not seen",
    ]  # fmt: skip
    assert [rows[name].mode for name in "ABCD"] == ["In person", "In person", "Visit", "Visit"]


def test_a_slot_that_is_not_released_says_when_it_opens(diary: Diary) -> None:
    diary.session("s", "Routine surgery", "Dr N Grant", "08:30", "11:30")
    for number, rule in enumerate((BookingAccess.ON_THE_DAY, "48h")):
        diary.slot(
            f"{number}", "s", at(f"10:{number}0"), 10, status="busy-unavailable", access=(rule,)
        )
    assert [row.name for row in sheet_of(records_of(diary), Choice(free=True)).rows] == [
        "Free, opens at 08:00",
        "Free, opens at 10:10 on Sat 21 Nov 2026",
    ]


def test_cancelled_is_gone_and_walked_out_stays(diary: Diary) -> None:
    diary.session("s", "Routine surgery", "Dr N Grant", "08:30", "11:30")
    local, hl7 = systems.CANCEL_REASON_LOCAL, systems.CANCEL_REASON
    reasons = (("GONE, Ann", hl7, "pat"), ("OUT, Bob", local, "walked-out"))
    for number, (name, system, code) in enumerate(reasons):
        slot = diary.slot(f"{number}", "s", at(f"09:{number}0"), 10, status="free")
        why = {"coding": [{"system": system, "code": code}]}
        diary.appointment(f"a{number}", slot, name, status="cancelled", cancelationReason=why)
    assert [(r.name, r.letter) for r in sheet_of(records_of(diary)).rows] == [("OUT, Bob", "W")]


# Names of days and files


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = at("00:30", date(2026, 10, 25)) + timedelta(hours=1)
    assert [wall_clock(first), wall_clock(first + timedelta(hours=1))] == ["01:30", "01:30 again"]


def test_a_file_is_named_by_practice_and_day() -> None:
    assert file_name("Otterbrook Surgery", MONDAY) == "Otterbrook Surgery Mon 23 Nov 2026.pdf"
    assert file_name("A/B: the \\ <Surgery>", MONDAY, "Dr O'Hara") == (
        "A B the Surgery Dr O'Hara Mon 23 Nov 2026.pdf"
    )
    assert long_day(MONDAY) == "Monday 23 November 2026"
