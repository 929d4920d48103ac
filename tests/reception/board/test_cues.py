"""What stands beside an appointment of the patient's own: twins, missed before, another GP."""

import asyncio
from typing import Any

import pytest

from reception.desk.cues import CueKind
from reception.desk.desk import Desk
from reception.records import Appointment, Patient, Slot, Tree
from reception.widgets.board_cell import sentence_of
from reception.widgets.board_face import Glyph, face_of
from reception.widgets.board_model import BoardModel
from tests.reception.board.diary import Diary, _id, at
from tests.reception.conftest import Finish, Until

NEWER = {"versionId": "2", "lastUpdated": "2026-11-23T09:41:00Z"}


def person(name: str, family: str, given: str, born: str, usual_gp: str = "") -> Patient:
    tree: dict[str, Any] = {
        "resourceType": "Patient",
        "id": _id(name),
        "meta": {"versionId": "1"},
        "name": [{"family": family, "given": [given]}],
        "birthDate": born,
    }
    if usual_gp:
        tree["generalPractitioner"] = [
            {"reference": f"Practitioner/{_id(usual_gp)}", "display": usual_gp}
        ]
    return Patient.from_tree(tree)


@pytest.fixture
def booked(diary: Diary) -> Appointment:
    """Jane Smith with Dr Grant; Dr Patel works today too."""
    diary.session("am", "Morning", "Dr Grant", "08:30", "11:30")
    diary.session("pm", "Afternoon", "Dr Patel", "14:30", "17:30")
    slot = diary.slot("g1", "am", at("09:50"), 10, status="busy")
    return diary.appointment("a1", slot, "SMITH, Jane")


def cues_of(model: BoardModel, key: str = "Slot/g1") -> list[CueKind]:
    cell = model.cell(key)
    assert cell is not None
    return [cue.kind for cue in cell.cues]


def words(model: BoardModel) -> str:
    return str(model.data(model.index_of("Slot/g1"), 3))  # the tool tip


def booked_slot(diary: Diary) -> Slot:
    slot = diary.slots.get("g1")
    assert slot is not None
    return slot


def test_a_near_twin_shows_as_soon_as_both_are_known(
    diary: Diary, booked: Appointment, until: Until
) -> None:
    model = BoardModel(diary, diary)
    diary.patients.take(person("SMITH, Jane", "Smith", "Jane", "1980-02-01"))
    until(lambda: not diary.cues._fresh)
    assert cues_of(model) == []
    diary.patients.take(person("SMITH, Janet", "Smith", "Janet", "1980-02-01"))
    until(lambda: cues_of(model) == [CueKind.TWIN])
    cell = model.cell("Slot/g1")
    assert cell is not None
    assert face_of(cell, diary.clock).glyphs[0] is Glyph.TWIN
    assert "near-twin of" in sentence_of(cell, "Dr Grant", diary.clock)
    assert "near-twin of" in str(model.data(model.index_of("Slot/g1"), 3))  # the tool tip


def test_another_gp_shows_only_where_the_usual_one_is_in(
    diary: Diary, booked: Appointment, until: Until
) -> None:
    model = BoardModel(diary, diary)
    diary.patients.take(person("SMITH, Jane", "Smith", "Jane", "1980-02-01", "Dr Patel"))
    until(lambda: cues_of(model) == [CueKind.OTHER_GP])
    urgent = diary.slot("u1", "am", at("10:10"), 10, status="busy", kind=("gp-urgent", "Urgent"))
    diary.appointment("a2", urgent, "SMITH, Jane")
    assert cues_of(model, "Slot/u1") == []
    away = person("SMITH, Jane", "Smith", "Jane", "1980-02-01", "Dr Osei")
    diary.patients.take(Patient.from_tree({**away.tree, "meta": NEWER}))
    until(lambda: cues_of(model) == [])


def test_the_usual_gp_has_a_sign_only_while_they_have_time_for_it(
    diary: Diary, booked: Appointment, until: Until
) -> None:
    later = diary.slot("p1", "pm", at("15:20"), 10)
    diary.slot("p2", "pm", at("15:30"), 10, channel="Telephone")
    model = BoardModel(diary, diary)
    diary.patients.take(person("SMITH, Jane", "Smith", "Jane", "1980-02-01", "Dr Patel"))

    def sign() -> bool:
        cell = model.cell("Slot/g1")
        assert cell is not None
        assert [cue.kind for cue in cell.cues] in ([], [CueKind.OTHER_GP])
        return Glyph.OTHER_GP in face_of(cell, diary.clock).glyphs

    until(sign)
    assert "Dr Patel is in and could see them at 15:20" in words(model)
    diary.slot("p1", "pm", later.start, 10, status="busy")
    until(lambda: not sign())
    assert "usual GP Dr Patel is in, but fully booked" in words(model)
    diary.slot("p3", "pm", at("16:00"), 10)
    until(sign)
    diary.appointment("a1", booked_slot(diary), "SMITH, Jane", status="arrived")
    assert not sign()
    assert "usual GP Dr Patel is in" in words(model)


@pytest.mark.parametrize(("times", "cues"), [(0, []), (1, []), (2, [CueKind.MISSED])])
def test_two_missed_in_a_year_are_told(
    diary: Diary, booked: Appointment, finish: Finish, times: int, cues: list[CueKind]
) -> None:
    model = BoardModel(diary, diary)
    diary.missed = [{**booked.tree, "id": f"m{n}", "status": "noshow"} for n in range(times)]
    finish(diary.cues.learn())
    assert cues_of(model) == cues


def test_each_patient_is_asked_about_once(
    diary: Diary, booked: Appointment, finish: Finish
) -> None:
    asked: list[str] = []

    async def search(_kind: str, params: list[tuple[str, str]]) -> list[Tree]:
        asked.append(dict(params)["patient"])
        return []

    diary.cues._search = search

    async def twice() -> None:
        await diary.cues.learn()
        await asyncio.gather(diary.cues.learn(), diary.cues.learn())

    finish(twice())
    assert asked == [f"Patient/{booked.patient_id}"]


def test_the_practice_itself_tells_who_has_missed_before(
    desk: Desk, finish: Finish, until: Until
) -> None:
    finish(desk.cues.learn())
    day = {a.patient_id for a in desk.appointments}
    trees = finish(
        desk._wire.search("Appointment", [("status", "noshow"), ("date", "ge2025-11-23T00:00:00Z")])
    )
    counts: dict[str, int] = {}
    for tree in trees:
        patient_id = Appointment.from_tree(tree).patient_id
        counts[patient_id] = counts.get(patient_id, 0) + 1
    assert desk.cues._missed == {i: counts.get(i, 0) for i in day}
    assert any(count >= 1 for count in desk.cues._missed.values())
