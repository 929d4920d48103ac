"""What was typed to find a patient is taken apart, whatever the order."""

from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from contract.nhs_number import check_digit, spaced
from reception.desk.search_text import read_search

TODAY = date(2026, 11, 23)

names = st.sampled_from(["smith", "Okafor", "O'Brien", "Khan", "Lloyd-Jones", "Zoë", "Ng"])
births = st.dates(date(1920, 1, 1), TODAY)
postcodes = st.sampled_from(["LS1 4AB", "M1 1AE", "SW1A 1AA", "CR2 6XH", "DN55 1PT"])
phones = st.sampled_from(["07700900123", "07700 900 123", "+44 7700 900123", "0113 496 0123"])
numbers = st.integers(0, 999_999).map(lambda n: f"999{n:06d}").filter(check_digit)


def born_as(born: date, form: int) -> str:
    return [
        born.isoformat(),
        f"{born.day}/{born.month}/{born.year}",
        f"{born:%d.%m.%Y}",
        f"{born.day} {born:%b} {born.year}",
        f"{born:%d-%B-%Y}",
    ][form]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_typing_is_read_without_a_fault(text: str) -> None:
    found = read_search(text, TODAY)
    assert bool(found.complaint) != bool(found.queries())
    if not found.complaint:
        assert found.nhs_number or found.identifiers >= 2


@settings(max_examples=100, deadline=None)
@given(names, names, births, st.integers(0, 4), postcodes, phones, st.permutations(range(4)))
def test_identifiers_are_found_in_any_order(
    family: str, given_name: str, born: date, form: int, postcode: str, phone: str, order: list[int]
) -> None:
    parts = [f"{family} {given_name}", born_as(born, form), postcode, phone]
    found = read_search(" ".join(parts[n] for n in order), TODAY)
    assert found.names == (family, given_name)
    assert found.born == born
    assert found.postcode == postcode
    assert found.phone == phone.replace(" ", "").replace("+44", "0")
    assert found.identifiers == 5


@settings(max_examples=100, deadline=None)
@given(numbers, st.sampled_from(["{}", "  {} ", "NHS {}", "nhs no. {}"]), st.booleans())
def test_an_nhs_number_is_enough(first_nine: str, around: str, apart: bool) -> None:
    number = f"{first_nine}{check_digit(first_nine)}"
    found = read_search(around.format(spaced(number) if apart else number), TODAY)
    assert found.nhs_number == number
    assert found.queries()[0][0] == (
        "identifier",
        f"https://fhir.nhs.uk/Id/nhs-number|{number}",
    )


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("smith jane 3/2/80", date(1980, 2, 3)),
        ("smith jane 3/2/26", date(2026, 2, 3)),
        ("smith 3 feb 80", date(1980, 2, 3)),
        ("smith 3rd February 1980", date(1980, 2, 3)),
        ("smith 24/12/26", date(1926, 12, 24)),  # nobody is born in the future
    ],
)
def test_short_years_are_of_the_living(typed: str, born: date) -> None:
    assert read_search(typed, TODAY).born == born


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "Type a surname and a first name"),
        ("smith", "Add a first name"),
        ("3/2/80", "Add a surname"),
        ("smith 31/2/80", "31/2/80 is not a birth date"),
        ("999 000 0001", "cannot be right"),
    ],
)
def test_what_is_missing_is_said(typed: str, complaint: str) -> None:
    found = read_search(typed, TODAY)
    assert complaint in found.complaint
    assert found.queries() == []


def test_two_names_are_asked_both_ways_unless_a_comma_says_which() -> None:
    both = [q[:2] for q in read_search("jane smith", TODAY).queries()]
    assert [("family", "jane"), ("given", "smith")] in both
    assert [("family", "smith"), ("given", "jane")] in both
    (known,) = read_search("smith, jane", TODAY).queries()
    assert known[:2] == [("family", "smith"), ("given", "jane")]


def test_a_phone_is_asked_for_in_both_ways_it_is_written() -> None:
    (query,) = read_search("07700 900123 LS1", TODAY).queries()
    assert ("phone", "+447700900123,07700900123") in query
    assert ("address-postalcode", "LS1") in query
