"""Which part of the day is shown: by site, role, type, mode, free, arrived; by room and by site."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester

from contract.codes import Channel, SlotType
from reception.records import Place, PractitionerRole
from reception.records.tree import wire_time
from reception.widgets.board_cell import CellState
from reception.widgets.board_filter import BoardFilter, Columns, Mode, mode_of
from reception.widgets.board_model import BoardModel
from tests.reception.board.diary import Diary, _id, at

ARRIVED = BoardFilter(arrived_only=True)
FREE = BoardFilter(free_only=True)
parts = st.builds(
    BoardFilter,
    st.sampled_from(["", "main", "branch"]),
    st.sampled_from(["", "General practitioner", "Practice nurse"]),
    st.sampled_from(["", SlotType.GP_ROUTINE, SlotType.VISIT, SlotType.NURSE]),
    st.sampled_from(["", *Mode]),
    st.booleans(),
    st.booleans(),
)


def place(key: str, name: str, part_of: str = "") -> Place:
    tree = {"resourceType": "Location", "id": key, "meta": {"versionId": "1"}, "name": name}
    if part_of:
        tree["partOf"] = {"reference": f"Location/{part_of}"}
    return Place.from_tree(tree)


def role(practitioner: str, name: str) -> PractitionerRole:
    return PractitionerRole.from_tree(
        {
            "resourceType": "PractitionerRole",
            "id": f"role-{practitioner}",
            "meta": {"versionId": "1"},
            "practitioner": {"reference": f"Practitioner/{practitioner}"},
            "code": [{"text": name}],
        }
    )


@pytest.fixture
def diary(qapp: object) -> Iterator[Diary]:
    """Two sites; Dr Grant in two rooms of the main one, a nurse at the branch."""
    made = Diary()
    for record in (
        place("main", "Weir Lane"),
        place("branch", "Saltmarsh"),
        place("r1", "Room 1", "main"),
        place("r2", "Room 2", "main"),
    ):
        made.places.take(record)
    made.roles.take(role(_id("Dr Grant"), "General practitioner"))
    made.roles.take(role(_id("Sister Adeyemi"), "Practice nurse"))
    for key, name, who, where, start, end in (
        ("am", "Morning", "Dr Grant", "r1", "08:30", "11:30"),
        ("pm", "Afternoon", "Dr Grant", "r2", "14:30", "17:30"),
        ("nurse", "Nurse clinic", "Sister Adeyemi", "branch", "08:30", "11:30"),
    ):
        actors = [
            {"reference": f"Practitioner/{_id(who)}", "display": who},
            {"reference": f"Location/{where}"},
        ]
        made.session(key, name, who, start, end, actor=actors)
    made.slot("g1", "am", at("09:10"), 10)
    made.slot("g2", "am", at("10:10"), 10)
    made.slot("v1", "pm", at("15:00"), 30, kind=("visit", "Home visit"))
    made.slot("t1", "pm", at("16:00"), 10, channel=Channel.TELEPHONE)
    made.slot("n1", "nurse", at("09:30"), 15, kind=("nurse", "Nurse"))
    made.slot("n2", "nurse", at("10:30"), 15, kind=("nurse", "Nurse"))
    yield made
    made.stop()


@pytest.fixture
def model(diary: Diary) -> BoardModel:
    made = BoardModel(diary, diary)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def names(model: BoardModel) -> list[str]:
    return [column.clinician for column in model.columns]


def keys(model: BoardModel) -> list[str]:
    return [cell.key.partition("/")[2] for cell in model.cells()]


def test_columns_are_clinicians_rooms_or_sites(model: BoardModel) -> None:
    assert names(model) == ["Dr Grant", "Sister Adeyemi"]
    assert [column.role for column in model.columns] == ["General practitioner", "Practice nurse"]
    model.show_part(Columns.ROOMS, BoardFilter())
    assert names(model) == ["Room 1", "Room 2", "Saltmarsh"]
    visit = model.cell("Slot/v1")
    assert visit is not None
    assert model.clinician(visit) == "Dr Grant"
    model.show_part(Columns.SITES, BoardFilter())
    assert [(c.group, c.clinician) for c in model.columns] == [
        ("Saltmarsh", "Sister Adeyemi"),
        ("Weir Lane", "Dr Grant"),
    ]
    assert model.columns[1].about == "Weir Lane · Morning, Afternoon · General practitioner"


def test_a_walk_in_stands_in_the_room_its_clinician_is_in(diary: Diary, model: BoardModel) -> None:
    model.show_part(Columns.ROOMS, BoardFilter())
    held = diary.appointment(
        "w1", None, "MOSS, Ada", clinician="Dr Grant", start=at("15:10"), end=at("15:20")
    )
    cell = model.cell(held.reference)
    assert cell is not None
    column = model.column(cell.column)
    assert column is not None
    assert column.clinician == "Room 2"


@pytest.mark.parametrize(
    ("part", "columns", "shown"),
    [
        (BoardFilter(site="branch"), ["Sister Adeyemi"], ["n1", "n2"]),
        (BoardFilter(site="main"), ["Dr Grant"], ["g1", "g2", "v1", "t1"]),
        (BoardFilter(role="Practice nurse"), ["Sister Adeyemi"], ["n1", "n2"]),
        (BoardFilter(type_code=SlotType.VISIT), ["Dr Grant"], ["v1"]),
        (BoardFilter(mode=Mode.TELEPHONE), ["Dr Grant"], ["t1"]),
        (BoardFilter(mode=Mode.VISIT), ["Dr Grant"], ["v1"]),
        (BoardFilter(site="branch", mode=Mode.VISIT), [], []),
    ],
)
def test_a_filter_shows_its_part(
    model: BoardModel, part: BoardFilter, columns: list[str], shown: list[str]
) -> None:
    model.show_part(Columns.CLINICIANS, part)
    assert (names(model), keys(model)) == (columns, shown)
    model.show_part(Columns.CLINICIANS, BoardFilter())
    assert len(keys(model)) == 6


def test_what_is_taken_or_lapses_leaves_free_only_and_comes_back(
    diary: Diary, model: BoardModel
) -> None:
    model.show_part(Columns.CLINICIANS, FREE)
    assert keys(model) == ["g2", "v1", "t1", "n1", "n2"]  # 09:10 is over, 09:30 is not
    diary.appointment("a1", diary.slot("g2", "am", at("10:10"), 10, status="busy"), "MOSS, Ada")
    assert "g2" not in keys(model)
    column = model.columns[0]
    assert model.facts(column.key).to_come == 1  # the header tells of all that is there
    diary.pass_time(70)
    assert keys(model) == ["v1", "t1"]


def test_who_waits_elsewhere_is_counted(diary: Diary, model: BoardModel) -> None:
    taken = diary.slot("n2", "nurse", at("10:30"), 15, kind=("nurse", "Nurse"), status="busy")
    here = {"start": wire_time(at("09:30"))}
    diary.appointment("a1", taken, "MOSS, Ada", status="arrived", patient_period=here)
    assert model.left_out_waiting() == 0
    model.show_part(Columns.CLINICIANS, BoardFilter(role="General practitioner"))
    assert model.left_out_waiting() == 1
    model.show_part(Columns.CLINICIANS, ARRIVED)
    assert model.left_out_waiting() == 0
    assert [cell.state(model.now()) for cell in model.cells()] == [CellState.ARRIVED]


@given(parts)
def test_a_filter_is_remembered_as_it_was(part: BoardFilter) -> None:
    assert BoardFilter.of(part.kept()) == part
    assert part.is_on == bool(part.kept())
    assert bool(part.words(str, str)) == part.is_on


def test_what_was_remembered_and_makes_no_sense_is_left_out() -> None:
    assert BoardFilter.of({"mode": "by pigeon", "free_only": "perhaps", "colour": "red"}) == (
        BoardFilter()
    )


def test_each_way_of_seeing_a_patient_is_told_apart(model: BoardModel) -> None:
    modes = {cell.key: mode_of(cell) for cell in model.cells()}
    assert modes["Slot/v1"] is Mode.VISIT
    assert modes["Slot/t1"] is Mode.TELEPHONE
    assert modes["Slot/n1"] is Mode.FACE_TO_FACE
