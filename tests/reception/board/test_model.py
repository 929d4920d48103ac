"""The board's rows follow the stores, one signal at a time."""

from contextlib import ExitStack
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from reception.records import Practitioner
from reception.widgets.board_cell import Cell
from reception.widgets.board_model import BoardModel, BoardRole
from tests.reception.board.diary import Diary, at, busy_monday

PATEL = {
    "resourceType": "Practitioner",
    "id": "dr-patel",
    "meta": {"versionId": "1", "lastUpdated": "2026-11-23T07:00:00.000Z"},
    "name": [{"family": "Patel", "prefix": ["Dr"]}],
}
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


class Replay:
    """The rows, rebuilt from the model's signals alone."""

    def __init__(self, model: BoardModel) -> None:
        self.rows: list[Cell] = []
        self.resets = 0
        self._model: QAbstractItemModel = model
        model.modelReset.connect(self._on_reset)
        model.rowsInserted.connect(self._on_inserted)
        model.rowsRemoved.connect(self._on_removed)
        model.dataChanged.connect(self._on_changed)
        self._on_reset()

    def _cell(self, row: int) -> Cell:
        cell: Cell = self._model.index(row, 0).data(BoardRole.CELL)
        return cell

    def _on_reset(self) -> None:
        self.resets += 1
        self.rows = [self._cell(row) for row in range(self._model.rowCount())]

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.rows[first:first] = [self._cell(row) for row in range(first, last + 1)]

    def _on_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        del self.rows[first : last + 1]

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            self.rows[row] = self._cell(row)


def watched(diary: Diary) -> tuple[BoardModel, Replay]:
    model = BoardModel(diary, diary)
    QAbstractItemModelTester(model, FATAL, diary)
    return model, Replay(model)


def assert_true(model: BoardModel, replay: Replay, diary: Diary) -> None:
    """Rows, replayed rows and rows worked out afresh are the same, and in order."""
    fresh = BoardModel(diary)
    assert [(c.key, c) for c in model.cells()] == [(c.key, c) for c in fresh.cells()]
    assert replay.rows == model.cells()
    assert [c.key for c in model.columns] == [c.key for c in fresh.columns]
    for column in model.columns:
        assert model.facts(column.key) == fresh.facts(column.key)
    for cell in model.cells():
        assert model.cell_at(model.index_of(cell.key)) is cell
    fresh.deleteLater()


@pytest.fixture
def surgery(diary: Diary) -> Diary:
    diary.session("s1", "Routine surgery", "Dr Grant", "08:30", "11:30")
    diary.session("s2", "Treatment room", "Nurse Ellis", "08:30", "11:30")
    return diary


def test_a_day_that_is_loaded_at_once_is_read_once(surgery: Diary) -> None:
    model, replay = watched(surgery)
    before = replay.resets
    with ExitStack() as quiet:
        for store in (surgery.sessions, surgery.slots, surgery.appointments):
            quiet.enter_context(store.bulk())
        slot = surgery.slot("x1", "s1", at("09:00"), 10, status="busy")
        surgery.appointment("a1", slot, "SMITH, Jane")
        surgery.session("s3", "Routine surgery", "Dr Patel", "08:30", "11:30")
        surgery.slot("x2", "s3", at("09:00"), 10)
        surgery.practitioners.take(Practitioner.from_tree(PATEL))
        assert replay.resets == before, "half a day was read"
    assert replay.resets == before + 1
    assert_true(model, replay, surgery)
    assert [cell.key for cell in model.cells()] == ["Slot/x1", "Slot/x2"]


STEP = st.tuples(
    st.sampled_from(
        ["slot", "book", "change", "cancel", "move", "double", "long", "loose", "gone"]
    ),
    st.integers(0, 5),
    st.integers(0, 5),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(STEP, max_size=25))
def test_rows_follow_any_run_of_changes(qapp: object, steps: list[tuple[str, int, int]]) -> None:
    diary = Diary()
    try:
        diary.session("s1", "Routine surgery", "Dr Grant", "08:30", "11:30")
        diary.session("s2", "Treatment room", "Nurse Ellis", "08:30", "11:30")
        for place in range(6):
            start = at("09:00") + timedelta(minutes=10 * place)
            diary.slot(f"x{place}", "s1" if place % 2 else "s2", start, 10)
        model, replay = watched(diary)
        for act, one, two in steps:
            _act(diary, act, one, two)
        assert_true(model, replay, diary)
    finally:
        diary.stop()
        diary.deleteLater()


def _act(diary: Diary, act: str, one: int, two: int) -> None:
    slot, other = diary.slots.get(f"x{one}"), diary.slots.get(f"x{two}")
    if slot is None or other is None:  # it had gone; it comes back
        for place in {one, two}:
            start = at("09:00") + timedelta(minutes=10 * place)
            diary.slot(f"x{place}", "s1" if place % 2 else "s2", start, 10)
    elif act == "slot":
        states = ("free", "busy", "busy-tentative", "busy-unavailable", "entered-in-error", "free")
        diary.slot(slot.id, slot.schedule_id, slot.start, 10 + two, status=states[two])
    elif act == "book":
        diary.slot(slot.id, slot.schedule_id, slot.start, 10, status="busy")
        diary.appointment(f"a{two}", slot, "SMITH, Jane")
    elif act == "change":
        statuses = ("booked", "arrived", "checked-in", "fulfilled", "noshow", "booked")
        diary.appointment(f"a{one}", other, "SMITH, Jane", status=statuses[two])
    elif act == "cancel":
        diary.appointment(f"a{one}", other, "SMITH, Jane", status="cancelled")
    elif act == "move":
        diary.slot(slot.id, slot.schedule_id, other.start, 10, status=slot.status)
    elif act == "double":
        diary.appointment(f"b{two}", slot, "JONES, Alan")
    elif act == "long":
        diary.appointment(f"c{two}", slot, "KHAN, Aisha", more_slots=(other,))
    elif act == "loose":
        who = "Dr Grant" if two % 2 else "Dr Newcomer"
        start = at("12:00") + timedelta(minutes=one)
        diary.appointment(
            f"d{two}", None, "HALL, Ivy", clinician=who, start=start,
            end=start + timedelta(minutes=10), status="cancelled" if one == 5 else "booked",
        )  # fmt: skip
    else:
        diary.appointments.forget(f"a{one}")
        if two < 3:
            diary.slots.forget(slot.id)


def test_booking_changes_the_cell_where_it_stands(surgery: Diary) -> None:
    slot = surgery.slot("0910", "s1", at("09:10"), 10)
    model, replay = watched(surgery)
    kept = QPersistentModelIndex(model.index_of("Slot/0910"))
    slot = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    surgery.appointment("a1", slot, "SMITH, Jane")
    assert replay.resets == 1  # only its own first reading
    assert kept.isValid()
    cell = kept.data(BoardRole.CELL)
    assert cell.appointment.patient_name == "SMITH, Jane"
    surgery.appointment("a1", slot, "SMITH, Jane", status="cancelled")
    surgery.slot("0910", "s1", at("09:10"), 10, status="free")
    assert kept.data(BoardRole.CELL).appointment is None
    assert_true(model, replay, surgery)


def test_one_appointment_over_touching_slots_is_one_cell(surgery: Diary) -> None:
    one = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    two = surgery.slot("0920", "s1", at("09:20"), 10, status="busy")
    surgery.appointment("a1", one, "SMITH, Jane", more_slots=(two,))
    model, replay = watched(surgery)
    assert [(c.key, c.minutes) for c in model.cells()] == [("Slot/0910", 20)]
    surgery.appointment("a1", one, "SMITH, Jane", status="cancelled", more_slots=(two,))
    surgery.slot("0920", "s1", at("09:20"), 10)
    assert [c.key for c in model.cells()] == ["Slot/0910", "Slot/0920"]
    assert_true(model, replay, surgery)


def test_a_walk_in_without_a_slot_stands_with_its_clinician(surgery: Diary) -> None:
    model, replay = watched(surgery)
    surgery.appointment(
        "w1", None, "HALL, Ivy", clinician="Nurse Ellis", start=at("10:00"), end=at("10:10")
    )
    surgery.appointment(
        "w2", None, "KHAN, Aisha", clinician="Dr Locum", start=at("10:00"), end=at("10:10")
    )
    where = {c.key: c.column for c in model.cells()}
    assert where == {"Appointment/w1": "nurse-ellis", "Appointment/w2": "dr-locum"}
    assert [c.key for c in model.columns] == ["dr-grant", "dr-locum", "nurse-ellis"]
    surgery.appointment(
        "w2", None, "KHAN, Aisha", clinician="Dr Locum", start=at("10:00"), end=at("10:10"),
        status="entered-in-error",
    )  # fmt: skip
    assert [c.key for c in model.columns] == ["dr-grant", "nurse-ellis"]
    assert_true(model, replay, surgery)


def test_two_patients_on_one_slot_are_both_seen(surgery: Diary) -> None:
    slot = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    surgery.appointment("a1", slot, "SMITH, Jane")
    surgery.appointment("a2", slot, "JONES, Alan")
    model, _ = watched(surgery)
    names = {c.appointment.patient_name for c in model.cells() if c.appointment is not None}
    assert names == {"SMITH, Jane", "JONES, Alan"}


def test_saving_is_told_for_the_cell(surgery: Diary) -> None:
    slot = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    surgery.appointment("a1", slot, "SMITH, Jane")
    model, _ = watched(surgery)
    changed: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    surgery.save("Appointment/a1", saving=True)
    assert changed == [0]
    assert "saving" in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    surgery.save("Appointment/a1", saving=False)
    assert "saving" not in model.index(0).data()


def test_a_minute_makes_the_late_overdue(surgery: Diary) -> None:
    slot = surgery.slot("0940", "s1", at("09:40"), 10, status="busy")
    surgery.appointment("a1", slot, "SMITH, Jane")
    model, _ = watched(surgery)
    assert "booked" in model.index(0).data()
    assert model.facts("dr-grant").late_min == 0
    surgery.pass_time(2)
    assert "overdue" in model.index(0).data()


def test_another_day_shows_only_its_own(surgery: Diary) -> None:
    surgery.slot("0910", "s1", at("09:10"), 10)
    model, replay = watched(surgery)
    surgery.day = date(2026, 11, 24)
    surgery.day_changed.emit(surgery.day)
    assert model.cells() == []
    assert model.columns == []
    assert_true(model, replay, surgery)


def test_a_whole_monday_is_told_in_order(diary: Diary) -> None:
    busy_monday(diary)
    model, replay = watched(diary)
    assert len(model.columns) == 12
    assert len(model.cells()) > 250
    assert_true(model, replay, diary)
