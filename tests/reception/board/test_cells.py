"""What a cell is, says and shows."""

from datetime import timedelta
from typing import Any

import pytest

from reception.records.tree import wire_time
from reception.widgets.board_cell import Cell, CellState, sentence_of
from reception.widgets.board_face import Glyph, face_of
from reception.widgets.board_model import BoardModel
from reception.widgets.board_source import late_min
from reception.widgets.board_story import history_of, state_words, story_of
from reception.widgets.palette import Ink, Palette, Scheme, contrast
from reception.widgets.row_painter import Shape
from tests.reception.board.diary import Diary, at, busy_monday


@pytest.fixture
def surgery(diary: Diary) -> Diary:
    diary.session("s1", "Routine surgery", "Dr Grant", "08:30", "11:30")
    return diary


def cell_of(diary: Diary, key: str) -> Cell:
    cell = BoardModel(diary, diary).cell(key)
    assert cell is not None
    return cell


def test_a_cell_reads_as_one_sentence(surgery: Diary) -> None:
    surgery.clock = at("09:24")
    slot = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    arrived = {"start": wire_time(at("09:12"))}
    surgery.appointment("a1", slot, "SMITH, Jane", status="arrived", patient_period=arrived)
    cell = cell_of(surgery, "Slot/0910")
    words = sentence_of(cell, "Dr Grant", surgery.clock)
    assert words == "09:10, SMITH Jane, Routine GP, arrived, waiting 12 minutes, with Dr Grant"
    assert sentence_of(cell, "Dr Grant", surgery.clock, saving=True).endswith(
        "saving, with Dr Grant"
    )


def test_waiting_runs_from_the_booked_time_for_who_comes_early(surgery: Diary) -> None:
    slot = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    early = {"start": wire_time(at("08:40"))}
    surgery.appointment("a1", slot, "SMITH, Jane", status="arrived", patient_period=early)
    cell = cell_of(surgery, "Slot/0910")
    assert face_of(cell, at("09:05")).wait == ""
    assert face_of(cell, at("09:22")).wait == "12'"
    assert face_of(cell, at("09:22")).wait_ground is None
    assert face_of(cell, at("09:25")).wait_ground is Ink.WARN
    assert face_of(cell, at("09:40")).wait_ground is Ink.URGENT


@pytest.mark.parametrize(
    ("status", "channel", "state", "letter", "shape"),
    [
        ("booked", "In-person", CellState.OVERDUE, "!", Shape.TRIANGLE),
        ("arrived", "In-person", CellState.ARRIVED, "A", Shape.CIRCLE),
        ("checked-in", "In-person", CellState.SENT_IN, "S", Shape.SQUARE),
        ("checked-in", "Telephone", CellState.CALLING, "T", Shape.SQUARE),
        ("fulfilled", "In-person", CellState.LEFT, "L", Shape.PILL),
        ("noshow", "In-person", CellState.DID_NOT_ATTEND, "D", Shape.DIAMOND),
        ("noshow", "Telephone", CellState.NO_ANSWER, "H", Shape.DIAMOND),
    ],
)
def test_every_state_has_its_letter_in_a_shape(
    surgery: Diary, status: str, channel: str, state: CellState, letter: str, shape: Shape
) -> None:
    slot = surgery.slot("0910", "s1", at("09:10"), 10, status="busy", channel=channel)
    surgery.appointment("a1", slot, "SMITH, Jane", status=status)
    cell = cell_of(surgery, "Slot/0910")
    assert cell.state(surgery.clock) is state
    badge = face_of(cell, surgery.clock).badge
    assert badge is not None
    assert (badge.letter, badge.shape) == (letter, shape)


def test_a_minute_of_grace_before_overdue(surgery: Diary) -> None:
    slot = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    surgery.appointment("a1", slot, "SMITH, Jane")
    cell = cell_of(surgery, "Slot/0910")
    assert cell.state(at("09:11")) is CellState.BOOKED
    assert cell.state(at("09:11") + timedelta(seconds=1)) is CellState.OVERDUE


def test_slots_without_a_patient(surgery: Diary) -> None:
    held: dict[str, Any] = {
        "identifier": [{"system": "https://reception.example/fhir/Id/hold", "value": "p/1"}]
    }
    surgery.slot("free", "s1", at("10:00"), 10)
    surgery.slot("online", "s1", at("10:10"), 10, access=("online",))
    surgery.slot("shut", "s1", at("10:20"), 10, status="busy-unavailable", access=("on-the-day",))
    surgery.slot("tea", "s1", at("10:30"), 10, status="busy-unavailable", comment="Coffee")
    surgery.slot("held", "s1", at("10:40"), 10, status="busy-tentative", comment="Priya", **held)
    surgery.slot("gone", "s1", at("10:50"), 10, status="entered-in-error")
    surgery.slot("past", "s1", at("08:30"), 10)
    model = BoardModel(surgery, surgery)
    now = surgery.clock
    states = {c.key.removeprefix("Slot/"): c.state(now) for c in model.cells()}
    assert states == {
        "free": CellState.FREE,
        "online": CellState.FREE,
        "shut": CellState.EMBARGOED,
        "tea": CellState.BLOCKED,
        "held": CellState.HELD,
        "past": CellState.LAPSED,
    }
    online, held_cell = cell_of(surgery, "Slot/online"), cell_of(surgery, "Slot/held")
    assert Glyph.ONLINE in face_of(online, now).glyphs
    assert Glyph.ONLINE not in face_of(cell_of(surgery, "Slot/free"), now).glyphs
    assert face_of(held_cell, now).name == "Priya is booking"
    assert "Priya is booking it until" in state_words(held_cell, now)
    assert held_cell.state(now + timedelta(seconds=121)) is CellState.FREE  # a hold ends by itself


def test_the_story_tells_every_time_in_order(surgery: Diary) -> None:
    slot = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    surgery.appointment(
        "a1",
        slot,
        "SMITH, Jane",
        status="fulfilled",
        marks=("via-phone", "quiet"),
        reason="Knee pain",
        patient_period={"start": wire_time(at("09:05")), "end": wire_time(at("09:31"))},
        clinician_period={"start": wire_time(at("09:18")), "end": wire_time(at("09:31"))},
    )
    cell = cell_of(surgery, "Slot/0910")
    assert [tuple(line) for line in history_of(cell, surgery.clock)] == [
        ("22-Nov", "Booked by phone"),
        ("09:05", "Arrived, 5 minutes early"),
        ("09:18", "Sent in quietly after 8 minutes"),
        ("09:31", "Left"),
    ]
    assert ("Reason", "Knee pain") in [tuple(line) for line in story_of(cell, "Dr Grant")]


def test_how_late_a_clinician_runs(surgery: Diary) -> None:
    first = surgery.slot("0900", "s1", at("09:00"), 10, status="busy")
    second = surgery.slot("0910", "s1", at("09:10"), 10, status="busy")
    here = {"start": wire_time(at("08:55"))}
    inside = surgery.appointment(
        "a1", first, "SMITH, Jane", status="checked-in", patient_period=here,
        clinician_period={"start": wire_time(at("09:00"))},
    )  # fmt: skip
    assert late_min([inside], at("09:08")) == 0
    assert late_min([inside], at("09:16")) == 6  # six minutes over, nobody waits
    waiting = surgery.appointment(
        "a2", second, "JONES, Alan", status="arrived", patient_period=here
    )
    assert late_min([inside, waiting], at("09:16")) == 6
    assert late_min([inside, waiting], at("09:35")) == 25
    assert late_min([], at("09:35")) == 0


def test_what_is_drawn_can_be_read_in_every_state(diary: Diary) -> None:
    """Names, times, letters and waits have a contrast of 4.5:1 on what is behind them."""
    busy_monday(diary)
    cells = BoardModel(diary, diary).cells()
    faces = {cell.state(diary.clock): face_of(cell, diary.clock) for cell in cells}
    assert len(faces) >= 10
    for scheme in Scheme:
        colours = Palette(scheme)
        for state, face in faces.items():
            pairs = [(face.name_ink, face.ground), (Ink.MUTED, face.ground)]
            if face.badge is not None:
                pairs.append((face.badge.ink, face.badge.ground))
            for ink, ground in pairs:
                assert contrast(colours[ink], colours[ground]) >= 4.5, (scheme, state, ink)
        for plate in (Ink.WARN, Ink.URGENT):
            assert contrast(colours[Ink.SURFACE], colours[plate]) >= 4.5
