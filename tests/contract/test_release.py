"""When slots open, close to online and fall back: a golden calendar, and what always holds."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import release
from contract.codes import BookingAccess
from contract.core_hours import LONDON, is_core_day

# The golden calendar: rule, the slot's start, the moment; both as the wall in London shows them.
# The clocks go forward on 29 March 2026 at 01:00 and back on 25 October 2026 at 02:00; 31 August
# is a bank holiday. Rules count days of the calendar, whether or not the practice is open then.
GOLDEN = """
on-the-day     Mon 2026-11-23 09:10   Mon 2026-11-23 08:00+00:00
on-the-day     Wed 2026-07-01 18:20   Wed 2026-07-01 08:00+01:00
on-the-day     Sun 2026-03-29 09:10   Sun 2026-03-29 08:00+01:00
on-the-day     Sun 2026-10-25 09:10   Sun 2026-10-25 08:00+00:00
on-the-day     Mon 2026-08-31 09:10   Mon 2026-08-31 08:00+01:00

24h            Mon 2026-11-23 09:10   Sun 2026-11-22 09:10+00:00
24h            Sun 2026-03-29 09:10   Sat 2026-03-28 09:10+00:00
24h            Mon 2026-03-30 09:10   Sun 2026-03-29 09:10+01:00
24h            Mon 2026-03-30 01:30   Sun 2026-03-29 02:30+01:00
24h            Sun 2026-10-25 09:10   Sat 2026-10-24 09:10+01:00
24h            Mon 2026-10-26 01:30   Sun 2026-10-25 01:30+01:00
24h            Tue 2026-09-01 09:10   Mon 2026-08-31 09:10+01:00

48h            Mon 2026-03-30 09:10   Sat 2026-03-28 09:10+00:00
48h            Mon 2026-10-26 09:10   Sat 2026-10-24 09:10+01:00
48h            Tue 2026-09-01 09:10   Sun 2026-08-30 09:10+01:00
72h            Mon 2026-03-30 17:40   Fri 2026-03-27 17:40+00:00
72h            Tue 2026-10-27 17:40   Sat 2026-10-24 17:40+01:00
72h            Thu 2026-09-03 17:40   Mon 2026-08-31 17:40+01:00

7d             Mon 2026-03-30 08:30   Mon 2026-03-23 08:30+00:00
7d             Mon 2026-10-26 08:30   Mon 2026-10-19 08:30+01:00
7d             Mon 2026-09-07 08:30   Mon 2026-08-31 08:30+01:00
14d            Thu 2026-04-09 08:30   Thu 2026-03-26 08:30+00:00
14d            Thu 2026-11-05 08:30   Thu 2026-10-22 08:30+01:00
14d            Mon 2026-09-14 08:30   Mon 2026-08-31 08:30+01:00
7d@0800        Mon 2026-03-30 14:30   Mon 2026-03-23 08:00+00:00
7d@0800        Sat 2026-04-04 14:30   Sat 2026-03-28 08:00+00:00
7d@0800        Mon 2026-10-26 14:30   Mon 2026-10-19 08:00+01:00
7d@0800        Mon 2026-09-07 14:30   Mon 2026-08-31 08:00+01:00
1d@0130        Mon 2026-03-30 14:30   Sun 2026-03-29 02:30+01:00
1d@0130        Mon 2026-10-26 14:30   Sun 2026-10-25 01:30+01:00
0d@0630        Mon 2026-11-23 09:10   Mon 2026-11-23 06:30+00:00

90m            Mon 2026-11-23 09:10   Mon 2026-11-23 07:40+00:00
2h             Sun 2026-03-29 09:10   Sun 2026-03-29 07:10+01:00
30m            Sun 2026-03-29 02:15   Sun 2026-03-29 02:15+01:00
1h             Sun 2026-10-25 02:15   Sun 2026-10-25 01:15+01:00
90d            Mon 2027-01-25 09:10   Tue 2026-10-27 09:10+00:00
90d            Fri 2027-01-22 09:10   Sat 2026-10-24 09:10+01:00

hold-back-60m  Mon 2026-11-23 09:10   Mon 2026-11-23 08:10+00:00
hold-back-2h   Wed 2026-07-01 09:10   Wed 2026-07-01 07:10+01:00
hold-back-1d   Mon 2026-03-30 09:10   Sun 2026-03-29 09:10+01:00
hold-back-1d   Mon 2026-10-26 09:10   Sun 2026-10-25 09:10+00:00
hold-back-1d   Tue 2026-09-01 09:10   Mon 2026-08-31 09:10+01:00

until-1000     Mon 2026-11-23 15:10   Mon 2026-11-23 10:00+00:00
until-1000     Sun 2026-03-29 15:10   Sun 2026-03-29 10:00+01:00
until-1000     Sun 2026-10-25 15:10   Sun 2026-10-25 10:00+00:00
until-90m      Wed 2026-07-01 15:10   Wed 2026-07-01 13:40+01:00
until-1d       Tue 2026-09-01 15:10   Mon 2026-08-31 15:10+01:00
"""
WALL = "%a %Y-%m-%d %H:%M"


def moment(code: str, start: datetime) -> datetime | None:
    """Whatever *code* says of a slot at *start*, by its own question."""
    if code.startswith("hold-back-"):
        return release.closes_online_at([code], start)
    if code.startswith("until-"):
        return release.falls_back_at([code, BookingAccess.NHS111], start)
    return release.opens_at([code], start)


@pytest.mark.parametrize("line", [line for line in GOLDEN.splitlines() if line])
def test_the_golden_calendar(line: str) -> None:
    code, rest = line.split(maxsplit=1)
    shown, expected = rest.split("   ")
    start = datetime.strptime(shown, WALL).replace(tzinfo=LONDON)
    found = moment(code, start)
    assert found is not None
    assert found.tzinfo is UTC
    there = found.astimezone(LONDON)
    assert there.strftime(WALL) + there.isoformat()[-6:] == expected
    assert moment(code, start.astimezone(UTC)) == found


def test_the_calendar_is_of_the_days_it_says() -> None:
    """Else the golden lines would show nothing."""
    bank_holiday = datetime(2026, 8, 31, tzinfo=UTC).date()
    assert bank_holiday.weekday() == 0
    assert not is_core_day(bank_holiday)
    for day, hours in ((29, 23), (28, 24)):
        begin = datetime(2026, 3, day, tzinfo=LONDON).astimezone(UTC)
        end = datetime(2026, 3, day + 1, tzinfo=LONDON).astimezone(UTC)
        assert end - begin == timedelta(hours=hours)


def test_both_of_a_repeated_hour_open_at_the_first() -> None:
    """01:30 comes twice on 25 October; a day later, 24 hours before is the first of them."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    again = first + timedelta(hours=1)
    assert release.opens_at(["24h"], again) == release.opens_at(["24h"], first)
    assert release.opens_at(["24h"], first + timedelta(hours=25)) == first


NONE = [
    "", "reception", "online", "nhs111", "gp-connect", "48", "h", "0h", "00h", "048h", "48 h",
    "48H", "48hh", " 48h", "48h ", "48h\n", "-1d", "+1d", "1.5h", "1e3h", "99999d", "1w", "٤٨h",
    "７d", "7d@", "7d@800", "7d@08:00", "7d@2400", "7d@0860", "07d@0800", "1000d@0800", "7h@0800",
    "٧d@0800", "7d@0８00", "d@0800", "on-the-day@0900", "On-The-Day", "hold-back", "hold-back-",
    "hold-back-0m", "hold-back-60", "hold-back-1000", "hold-back-on-the-day", "hold-back-7d@0800",
    "hold-back-hold-back-1h", "until", "until-", "until-24h00", "until-2400", "until-800",
    "until-10:00", "until-0m", "until-on-the-day", "until-7d@0800",
]  # fmt: skip


@pytest.mark.parametrize("code", NONE)
def test_what_is_no_rule(code: str) -> None:
    assert not release.is_rule(code)
    assert not release.is_embargo(code)
    assert release.words_of(code) == ""
    assert release.opening([code]) is None
    assert release.hold_back([code]) is None
    assert release.fall_back([code]) is None
    assert release.is_known(code) == (code in set(BookingAccess))


count = st.integers(1, 9999)
offset = st.builds("{}{}".format, count, st.sampled_from("mhd"))
clock = st.times().map(lambda at: at.strftime("%H%M"))
embargo = st.one_of(
    st.just("on-the-day"), offset, st.builds("{}d@{}".format, st.integers(0, 999), clock)
)
hold_back = offset.map("hold-back-{}".format)
until = st.one_of(offset, clock).map("until-{}".format)
rule = st.one_of(embargo, hold_back, until)
start = st.datetimes(timezones=st.just(UTC))
"""Any at all: a slot in the year 1 is nonsense, and must not stop the service."""
near = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(rule)
def test_every_rule_is_one_kind_and_has_words(code: str) -> None:
    kinds = [release.opening([code]), release.hold_back([code]), release.fall_back([code])]
    assert sum(kind is not None for kind in kinds) == 1
    assert release.is_rule(code)
    assert release.is_known(code)
    assert release.is_embargo(code) == (kinds[0] is not None)
    words = release.words_of(code)
    assert words.startswith(("opens ", "closed to online from ", "falls back to the practice "))


@given(st.text(max_size=12))
def test_any_text_can_be_asked_about(code: str) -> None:
    assert release.is_rule(code) == (release.words_of(code) != "")


@given(rule, start)
def test_every_start_has_a_moment(code: str, start: datetime) -> None:
    found = moment(code, start)
    assert found is not None
    assert found.tzinfo is UTC
    if "@" not in code and not code.removeprefix("until-").isdigit() and code != "on-the-day":
        assert found <= start


@given(count, st.sampled_from("mhd"), near)
def test_an_offset_is_read_off_the_wall(number: int, unit: str, start: datetime) -> None:
    found = release.opens_at([f"{number}{unit}"], start)
    assert found is not None
    length = number * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(1)}[unit]
    wanted = start.astimezone(LONDON).replace(tzinfo=None, fold=0) - length
    shown = found.astimezone(LONDON).replace(tzinfo=None, fold=0)
    skipped = wanted.replace(tzinfo=LONDON).astimezone(UTC).astimezone(LONDON)
    if skipped.replace(tzinfo=None) == wanted:
        assert shown == wanted
    else:  # the hour that the wall leaves out in spring
        assert shown - wanted <= timedelta(hours=1)
    assert abs((start - found) - length) <= timedelta(hours=1)


@given(near, near, offset)
def test_who_begins_later_never_opens_earlier(one: datetime, other: datetime, code: str) -> None:
    early, late = sorted((one, other))
    hour = timedelta(hours=1)  # that comes twice in autumn, or is left out in spring
    first, second = release.opens_at([code], early), release.opens_at([code], late)
    assert first is not None
    assert second is not None
    assert second - first >= -hour if late - early < hour else second >= first


@given(st.integers(0, 999), st.times(), near)
def test_a_time_of_day_stands_on_its_day(days: int, at: time, start: datetime) -> None:
    found = release.opens_at([f"{days}d@{at:%H%M}"], start)
    assert found is not None
    shown = found.astimezone(LONDON)
    assert shown.date() == start.astimezone(LONDON).date() - timedelta(days)
    whole = at.replace(second=0, microsecond=0)
    assert shown.time() == whole or shown.hour == whole.hour + 1


@given(st.lists(embargo, min_size=1), near)
def test_every_desk_reads_several_rules_alike(codes: list[str], start: datetime) -> None:
    wanted = release.opens_at(codes, start)
    assert release.opens_at(reversed(codes), start) == wanted
    assert release.opens_at({"reception", *codes}, start) == wanted


def test_nothing_falls_back_that_is_kept_for_nobody() -> None:
    start = datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert release.falls_back_at(["reception", "until-1000"], start) is None
    for access in release.RESTRICTED:
        assert release.falls_back_at([access, "until-1000"], start) is not None
        assert release.falls_back_at([access], start) is None


@given(st.sets(st.one_of(rule, st.sampled_from([str(a) for a in BookingAccess]))))
def test_what_has_fallen_back_is_receptions_and_stays_so(codes: set[str]) -> None:
    after = release.after_fall_back(codes)
    assert BookingAccess.RECEPTION in after
    assert not after & release.RESTRICTED
    assert release.fall_back(after) is None
    assert release.after_fall_back(after) == after
    kept = {c for c in codes if release.is_embargo(c) or release.hold_back([c])}
    assert kept <= after


def test_rules_are_told_in_words() -> None:
    said = {code: release.words_of(code) for code in release.EXAMPLES.split(", ")}
    assert said == {
        "on-the-day": "opens at 08:00 on the day",
        "48h": "opens 48 hours before",
        "7d": "opens 7 days before",
        "7d@0800": "opens at 08:00 7 days before",
        "hold-back-60m": "closed to online from 60 minutes before",
        "until-1000": "falls back to the practice at 10:00 on the day",
    }
    assert release.words_of("1h") == "opens 1 hour before"
    assert release.words_of("1d@1830") == "opens at 18:30 the day before"
