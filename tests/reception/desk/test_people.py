"""Patients found, told apart and told about, from the real service."""

import asyncio
from typing import Any

import pytest

from contract.codes import RequestType
from reception.desk.desk import Desk
from reception.desk.problems import NotEnough
from reception.records import Patient
from tests.reception.conftest import Finish
from tests.reception.desk.asks import ask
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks
from tests.running import RunningPractice


def test_the_same_patient_is_found_by_every_pair_of_identifiers(desk: Desk, finish: Finish) -> None:
    who = patient(desk, 5)
    assert who.born is not None
    first = who.given.split()[0]
    for typed in (
        who.spaced_nhs_number,
        f"{who.family} {first}",
        f"{first} {who.family} {who.born:%d/%m/%Y}",
        f"{who.born.isoformat()} {who.postcode}",
        *(f"{phone} {who.family}" for phone in who.phones[:1]),
    ):
        assert who.id in [p.id for p in finish(desk.find_patients(typed))], typed
    with pytest.raises(NotEnough, match="Add a first name"):
        finish(desk.find_patients(who.family))
    assert finish(desk.find_patients("Xyzzy Plugh")) == []


def test_near_twins_are_known_before_anything_is_booked(
    desk: Desk, finish: Finish, practice: RunningPractice
) -> None:
    signed = practice.as_role("receptionist")
    everyone = [Patient.from_tree(t) for t in signed.search("Patient?_count=1000")]
    twins = [p for p in everyone if any(p.is_near_twin_of(other) for other in everyone)]
    assert twins, "the invented practice has near-twins"
    others = finish(desk.twins_of(twins[0]))
    assert others
    assert all(o.is_near_twin_of(twins[0]) and o.id != twins[0].id for o in others)


def test_the_banner_is_of_one_patient_and_late_answers_are_dropped(
    desk: Desk, finish: Finish, practice: RunningPractice
) -> None:
    task_id = ask(practice, "My ear hurts", number=2, kind=RequestType.CONSULTATION)
    patient_id = practice.account("patient", 2)["reference"].partition("/")[2]
    banner = finish(desk.banner(patient_id))
    assert banner is not None
    assert banner.patient.id == patient_id
    assert task_id in [r.id for r in banner.requests]
    assert all(r.patient_id == patient_id for r in banner.requests)
    assert all(a.patient_id == patient_id for a in banner.appointments)

    async def change_of_mind() -> Any:
        return await asyncio.gather(
            desk.banner(patient_id), desk.banner(patient(desk).id), desk.story(patient_id)
        )

    late, shown, story = finish(change_of_mind())
    assert late is None
    assert shown.patient.id == patient(desk).id
    assert story.banner.patient.id == patient_id

    async def two_panels() -> Any:
        return await asyncio.gather(
            desk.banner(patient_id, panel="left"), desk.banner(patient_id, panel="right")
        )

    assert None not in finish(two_panels())


def test_a_clinician_reads_the_story_reception_sees_what_it_may(
    desks: Desks, finish: Finish
) -> None:
    clinician = finish(desks.open("clinician"))
    reception = finish(desks.open("receptionist"))
    told = 0
    for number in range(8):
        story = finish(clinician.story(patient(clinician, number).id))
        assert story is not None
        assert story.withheld == frozenset()
        for lines in (story.problems, story.medicines, story.results):
            told += len(lines)
            assert all(line.text for line in lines)
            times = [line.at for line in lines if line.at is not None]
            assert times == sorted(times, reverse=True)
    assert told > 5
    shut = finish(reception.story(patient(reception, 0).id))
    assert shut is not None
    assert {"problems", "results", "documents"} <= shut.withheld
    assert not shut.problems
