"""Everything that goes on paper: the print window and the continuity pack of one desk."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from reception.desk.continuity import Pack
from reception.desk.desk import Desk
from reception.ui.continuity import ContinuityPack
from reception.ui.main_window import MainWindow
from reception.ui.print_settings import PrintSettings
from reception.ui.print_window import PrintWindow
from reception.widgets.banner import Weight
from reception.widgets.look import Look


class Printing(QObject):
    """Opens the print window over *window*, and tells there what became of the pack.

    Args:
        desk: what is printed.
        look: font and colours.
        folder: where this desk's settings for this practice are kept.
        window: the main window.
    """

    def __init__(self, desk: Desk, look: Look, folder: Path, window: MainWindow) -> None:
        super().__init__(window)
        self._desk, self._look, self._window = desk, look, window
        self.settings = PrintSettings(folder / "printing.ini")
        self.pack = ContinuityPack(desk, look, self.settings, desk.time, self)
        self.print_window: PrintWindow | None = None
        self._complaint = ""
        self.pack.written.connect(self._on_written)
        self.pack.failed.connect(self._on_failed)
        self.pack.removed.connect(window.toast.say)

    @Slot()
    def open(self) -> None:
        """Show the print window for the open day."""
        if self.print_window is not None:
            self.print_window.raise_()
            return
        made = PrintWindow(self._desk, self._look, self.settings, self.pack, self._window)
        self.print_window = made
        room = self._window.size()
        made.resize(room * 0.92)
        made.finished.connect(self._on_finished)
        made.open()

    async def close(self) -> None:
        """End what still runs."""
        tasks = [self.pack.tasks]
        if self.print_window is not None:
            tasks.append(self.print_window.tasks)
        for some in tasks:
            some.cancel_all()
        for some in tasks:
            await some.drained()
        if self.print_window is not None:
            self.print_window.close()

    @Slot()
    def _on_finished(self) -> None:
        made, self.print_window = self.print_window, None
        if made is not None:
            made.tasks.cancel_all()
            made.deleteLater()

    @Slot(object)
    def _on_written(self, pack: Pack) -> None:
        banner = self._window.banner
        if self._complaint and banner.sentence == self._complaint:
            banner.hide()
        self._complaint = ""
        self._window.toast.say(pack.sentence)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._complaint = sentence
        self._window.say(sentence, Weight.WARN)
