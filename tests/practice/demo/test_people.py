"""The invented patients: numbers, names, ages, families, twins."""

from collections import Counter, defaultdict
from random import Random

import pytest

from contract import nhs_number
from contract.systems import NHS_NUMBER
from practice.demo.generate.people import nhs_numbers
from tests.practice.demo.invented import Invented, invented


@pytest.fixture(scope="module")
def town() -> Invented:
    return invented(10_000)


def test_nhs_numbers_are_valid_unique_and_of_the_test_range(town: Invented) -> None:
    numbers = [
        identifier["value"]
        for patient in town.by_type["Patient"]
        for identifier in patient["identifier"]
        if identifier["system"] == NHS_NUMBER
    ]
    assert len(numbers) == len(set(numbers)) == 10_000
    assert all(nhs_number.is_valid(number) and number.startswith("999") for number in numbers)


def test_more_numbers_than_the_range_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="999"):
        nhs_numbers(Random(1), 950_000)


def test_phone_numbers_are_those_kept_for_drama(town: Invented) -> None:
    phones = {
        point["value"]
        for kind in ("Patient", "RelatedPerson")
        for person in town.by_type[kind]
        for point in person.get("telecom", ())
        if point["system"] == "phone"
    }
    assert len(phones) > 1000
    assert all(phone.startswith(("07700900", "01632960")) and len(phone) == 11 for phone in phones)


def test_ages_are_those_of_a_british_town(town: Invented) -> None:
    ages = [one.age for one in town.practice.people]
    children = sum(age < 18 for age in ages) / len(ages)
    old = sum(age >= 65 for age in ages) / len(ages)
    assert 0.17 < children < 0.24
    assert 0.15 < old < 0.22
    assert sum(age < 1 for age in ages) > 40
    assert sum(age >= 90 for age in ages) > 40


def test_families_share_a_roof_and_a_surname(town: Invented) -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for patient in town.by_type["Patient"]:
        address = patient["address"][0]
        homes[" ".join([*address["line"], address["postalCode"]])].append(
            patient["name"][0]["family"]
        )
    families = [names for names in homes.values() if max(Counter(names).values()) >= 3]
    assert len(families) > 500


def test_there_are_near_twins_and_namesakes_under_one_roof(town: Invented) -> None:
    people = town.practice.people
    twins = Counter((one.family, one.born) for one in people)
    assert sum(count > 1 for count in twins.values()) >= 25
    at_home = Counter((one.family, one.given[0], one.address) for one in people)
    assert sum(count > 1 for count in at_home.values()) >= 10


def test_young_children_have_somebody_who_may_act_for_them(town: Invented) -> None:
    infants = {one.reference for one in town.practice.people if one.age < 5 and one.parents}
    acted_for = {person["patient"]["reference"] for person in town.by_type["RelatedPerson"]}
    assert infants
    assert infants <= acted_for


def test_a_third_is_registered_online_and_few_are_gone(town: Invented) -> None:
    people = town.practice.people
    assert 0.32 < sum(one.online for one in people) / len(people) < 0.38
    assert 5 < sum(one.deceased is not None for one in people) < 100
    assert 30 < sum(not one.active for one in people) < 200
    assert not any(one.online and not one.here for one in people)


def test_flags_tell_reception_what_to_know(town: Invented) -> None:
    codes = Counter(flag["code"]["coding"][0]["code"] for flag in town.by_type["Flag"])
    assert codes["quiet-call"] > 50
    assert codes["access-need"] > 100
