"""What the menu of a cell offers for whoever is booked there: what the keys do, and no more."""

from collections.abc import Sequence

import pytest

from contract.codes import Mark, SlotType
from reception.widgets.board_menu import Act, appointment_acts
from reception.widgets.board_model import BoardModel
from tests.reception.board.diary import Diary, at

VISIT = (SlotType.VISIT.value, "Home visit")
CALL = (SlotType.PHONE_CALL.value, "Phone call")
ROUTINE = (SlotType.GP_ROUTINE.value, "Routine GP")


def acts(
    diary: Diary,
    status: str,
    kind: tuple[str, str] = ROUTINE,
    *,
    channel: str = "In-person",
    marks: Sequence[str] = (),
    start: str = "10:00",
) -> list[Act]:
    diary.session("s", "Surgery", "Dr A", "08:00", "12:00")
    slot = diary.slot("x", "s", at(start), 10, status="busy", kind=kind, channel=channel)
    diary.appointment("a", slot, "SMITH, Jane (Ms)", status=status, marks=tuple(marks))
    cell = BoardModel(diary).cell("Slot/x")
    assert cell is not None
    return appointment_acts(cell, diary.time.now())


def letters(found: Sequence[Act]) -> str:
    return "".join(act.name for act in found if act.name != "open")


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("booked", "asdoOmx"),
        ("arrived", "swmx"),
        ("checked-in", "l"),
        ("fulfilled", ""),
        ("noshow", ""),
    ],
)
def test_at_the_desk(diary: Diary, status: str, wanted: str) -> None:
    assert letters(acts(diary, status)) == wanted


def test_at_home_nobody_arrives(diary: Diary) -> None:
    assert letters(acts(diary, "booked", VISIT)) == "vNmx"
    assert letters(acts(diary, "fulfilled", VISIT)) == ""


def test_calls_are_counted(diary: Diary) -> None:
    booked = acts(diary, "booked", CALL, channel="Telephone")
    assert letters(booked) == "toOmx"
    assert booked[0].words == "Call, 1 of 3"
    once = acts(diary, "checked-in", CALL, channel="Telephone", marks=[Mark.ATTEMPT_1])
    assert letters(once) == "lth"
    assert once[1].words == "Call, 2 of 3"
    every = [Mark.ATTEMPT_1, Mark.ATTEMPT_2, Mark.ATTEMPT_3]
    assert letters(acts(diary, "checked-in", CALL, channel="Telephone", marks=every)) == "lh"


def test_who_is_not_due_cannot_have_missed_it(diary: Diary) -> None:
    """The diary's clock is at 09:40."""
    (early,) = [act for act in acts(diary, "booked", start="10:00") if act.name == "d"]
    assert early.why_not == "It is not their time yet."
    (late,) = [act for act in acts(diary, "booked", start="09:00") if act.name == "d"]
    assert not late.why_not
