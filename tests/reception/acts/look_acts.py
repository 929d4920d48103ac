"""What of the day is shown and how, and the day on paper."""

from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLineEdit

from reception.widgets.board_cell import CellState
from reception.widgets.board_filter import Columns
from reception.widgets.board_model import BoardRole
from reception.widgets.board_painter import Zoom
from reception.widgets.board_view import BoardView
from tests.reception.acts.hands import Hand, Keyboard
from tests.reception.acts.stage import Stage


def states(stage: Stage) -> set[CellState]:
    model = stage.board.pane.model
    return {cell.state(model.now()) for cell in model.cells()}


def test_filter(stage: Stage, hand: Hand) -> None:
    stage.booked()
    bar = stage.board.bar
    hand.press(bar.filter, "F")
    stage.until(bar.card.isVisible, "the card opened")
    hand.press(bar.card.free)
    stage.until(lambda: states(stage) == {CellState.FREE}, "only the free ones were shown")
    if isinstance(hand, Keyboard):
        hand.strike("Escape")
    else:
        hand.click(hand.point(stage.view.viewport()))
    stage.until(bar.card.isHidden, "the card closed")
    hand.press(bar.clear, "Shift+F")
    stage.until(lambda: CellState.BOOKED in states(stage), "all were shown again")
    assert not bar.shown.isVisible()
    stage.until(stage.view.hasFocus, "the board had the keyboard")


def test_zoom(stage: Stage, hand: Hand) -> None:
    usual = stage.view.place.px_per_min
    if isinstance(hand, Keyboard):
        hand.strike("Ctrl++")
    else:
        hand.pick(stage.board.bar.zoom, "Roomy")
    stage.until(lambda: stage.view.zoom is Zoom.ROOMY, "it grew")
    assert stage.view.place.px_per_min > usual
    stage.until(stage.view.hasFocus, "the board had the keyboard")
    if isinstance(hand, Keyboard):
        hand.strike("Ctrl+0")
    else:
        hand.pick(stage.board.bar.zoom, "Normal")
    stage.until(lambda: stage.view.zoom is Zoom.NORMAL, "it was as usual again")


def test_week_and_back_to_a_day(stage: Stage, hand: Hand) -> None:
    held, board = stage.booked(1), stage.board
    hand.stand_on(stage.view, stage.key(held))
    hand.press(board.week_button, "Alt+W")
    stage.until(lambda: board.week is not None and board.week.isVisible(), "the week was shown")
    assert board.week is not None
    week: BoardView = board.week.view
    key = stage.key(held)
    stage.until(lambda: board.week is not None and board.week.model.cell(key), "it is in the week")
    stage.settled()
    hand.open(week, key)
    stage.until(lambda: board.pane.isVisible() and stage.view.current_key == key, "its day opened")
    assert not board.week_button.isChecked()


def test_day_as_a_table(stage: Stage, hand: Hand) -> None:
    held, board = stage.booked(1), stage.board
    hand.press(board.list_button)
    stage.until(lambda: board.list is not None and board.list.isVisible(), "the list was shown")
    table = board.list
    assert table is not None
    model, key = table.model(), stage.key(held)

    def row() -> int:
        for number in range(model.rowCount()):
            if model.index(number, 0).data(BoardRole.KEY) == key:
                return number
        raise LookupError(key)

    hand.row(table, row())
    assert table.current_key == key
    if isinstance(hand, Keyboard):
        hand.strike("A")
    else:
        at = table.viewport().mapToGlobal(table.visualRect(table.currentIndex()).center())
        hand.double_click(at)
        stage.until(lambda: board.panel.isVisible() and board.panel.key == key, "it opened")
        button = next(b for b in board.panel.buttons if b.text().startswith("Arrived"))
        hand.press(button)
    stage.until(lambda: stage.seen(held).status == "arrived", "the second desk saw it")
    hand.press(board.list_button)
    stage.until(board.pane.isVisible, "the board was shown again")


def test_print_to_a_pdf(stage: Stage, hand: Hand, tmp_path: Path) -> None:
    board, printing = stage.board, stage.signed_in.printing
    printing.settings.pdf_folder = str(tmp_path)
    hand.press(board.print_button, "Ctrl+P")
    stage.until(lambda: printing.print_window is not None, "the print window opened")
    window = printing.print_window
    assert window is not None
    window.activateWindow()  # a new window gets the keyboard from the window manager
    stage.until(lambda: window.booklet is not None and window.pdf_button.hasFocus(), "it is shown")
    stage.until(lambda: window.page_label.text().startswith("Page 1 of"), "the page was drawn")
    hand.press(window.pdf_button, "Ctrl+S")
    stage.until(lambda: window.findChildren(QFileDialog), "the file dialog opened")
    dialog = window.findChildren(QFileDialog)[0]
    dialog.activateWindow()
    stage.until(lambda: dialog.isVisible() and dialog.isActiveWindow(), "it had the keyboard")
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    save = buttons.button(QDialogButtonBox.StandardButton.Save)
    if isinstance(hand, Keyboard):
        field = dialog.findChild(QLineEdit)
        assert field is not None
        hand.write(field, str(tmp_path / "day.pdf"))
        hand.strike("Return")
    else:
        hand.press(save)
    stage.until(lambda: list(tmp_path.glob("*.pdf")), "the file was written")
    stage.until(lambda: "Saved as" in window.banner.sentence, "that was said")
    (made,) = tmp_path.glob("*.pdf")
    assert made.read_bytes().startswith(b"%PDF-")
    window.activateWindow()
    stage.until(window.isActiveWindow, "the print window had the keyboard again")
    hand.press(window.close_button, "Escape")
    stage.until(lambda: printing.print_window is None, "the print window closed")
    stage.window.activateWindow()
    stage.until(stage.window.isActiveWindow, "the board had the keyboard again")


def test_columns_by_room(stage: Stage, hand: Hand) -> None:
    board, before = stage.board, len(stage.board.pane.model.columns)
    if isinstance(hand, Keyboard):
        hand.to(board.bar.columns)
        hand.strike("Down")
    else:
        hand.pick(board.bar.columns, "Rooms")
    stage.until(lambda: board.pane.model.kind is Columns.ROOMS, "the rooms were shown")
    stage.until(stage.view.hasFocus, "the board had the keyboard")
    hand.pick(board.bar.columns, "Clinicians")
    stage.until(lambda: len(board.pane.model.columns) == before, "the clinicians were shown again")
