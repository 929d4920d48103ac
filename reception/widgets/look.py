"""What every widget needs to look the same: colours, sizes and icons, handed on as one thing."""

from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from reception.widgets.icons import Icons
from reception.widgets.metrics import Metrics, interface_font
from reception.widgets.palette import Ink, Palette, Scheme

_ITEM_MARGIN_PX = 3
"""What Fusion leaves beside the text of an item but not of a header, which is to stand over it."""


class Look(QObject):
    """The look in force. `palette.changed` tells when the colours change."""

    def __init__(
        self, scheme: Scheme, font: QFont | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.palette = Palette(scheme, self)
        self.metrics = Metrics(font or interface_font(), self)
        self.icons = Icons(self.palette)

    def apply_to(self, app: QApplication) -> None:
        """Dress *app*: Fusion, our font, our colours, our style sheet; again on every change."""
        app.setStyle("Fusion")
        app.setFont(self.metrics.font)
        self._dress(app)
        self.palette.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            self._dress(app)

    def _dress(self, app: QApplication) -> None:
        app.setPalette(self.palette.qt_palette())
        app.setStyleSheet(self.style_sheet())

    def fit(self, window: QWidget) -> None:
        """Begin the text of number and time fields of *window* where other fields begin theirs.

        Style sheets cannot: Qt gives them no padding.
        """
        for box in window.findChildren(QAbstractSpinBox):
            field = box.findChild(QLineEdit)
            if field is not None:
                field.setTextMargins(self.metrics.unit_px // 2, 0, 0, 0)

    def style_sheet(self) -> str:
        """The style sheet of the standard widgets, from the same colours and sizes."""
        unit = self.metrics.unit_px
        ink = {f"@{i.name}@": self.palette.css(i) for i in Ink}
        ink["@ICONS@"] = Path(str(files("resources"))).joinpath("icons").as_posix()
        ink |= {"@U@": f"{unit}px", "@TEXT_U@": f"{unit + _ITEM_MARGIN_PX}px"}
        ink |= {"@TEXT_H@": f"{unit // 2 + _ITEM_MARGIN_PX}px"}
        ink |= {"@H@": f"{unit // 2}px", "@R@": f"{max(3, unit // 2)}px"}
        sheet = (files("resources") / "window.qss").read_text(encoding="utf-8")
        for name, value in ink.items():
            sheet = sheet.replace(name, value)
        return sheet
