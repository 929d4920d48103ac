"""Scrolls a board at the scaling of the environment and compares it with whole repaints."""

import random
import sys

from PySide6.QtWidgets import QApplication

from reception.widgets.board_model import BoardModel
from reception.widgets.board_view import BoardView
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.board.diary import Diary, busy_monday
from tests.reception.board.test_view import first_difference


def main() -> int:
    """Say whether the screen was always what a whole repaint would show."""
    app = QApplication([])
    diary = Diary()
    busy_monday(diary)
    view = BoardView(Look(Scheme.LIGHT))
    view.setModel(BoardModel(diary, view))
    view.resize(1100, 600)
    view.show()
    app.processEvents()
    chance = random.Random(5)
    booked = [a for a in diary.appointments if a.status == "booked"]
    down, across = view.verticalScrollBar(), view.horizontalScrollBar()
    for number in range(20):
        bar = across if number % 3 == 0 else down
        bar.setValue(max(0, bar.value() + chance.randint(-90, 90)))
        held = chance.choice(booked)
        slot = diary.slots.get(held.slot_ids[0])
        diary.appointment(held.id, slot, held.patient_name, status="arrived")
        app.processEvents()
        where = first_difference(view)
        if where is not None:
            print(
                f"differs at {where.x()}, {where.y()} after {number + 1} scrolls", file=sys.stderr
            )
            return 1
    print(f"same after 20 scrolls at {view.devicePixelRatioF()}")
    diary.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
