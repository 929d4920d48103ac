"""A word on a small tinted plate: a state, a warning, a kind."""

from PySide6.QtWidgets import QLabel, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink


class Chip(QLabel):
    """One chip; its colours follow the palette."""

    def __init__(
        self,
        look: Look,
        text: str = "",
        ink: Ink = Ink.TEXT,
        ground: Ink = Ink.RAISED,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._look, self._ink, self._ground = look, ink, ground
        self.setFont(look.metrics.small)
        look.palette.changed.connect(self._dress)
        self._dress()

    def say(self, text: str, ink: Ink, ground: Ink) -> None:
        """Show *text* in these colours; nothing hides it."""
        self._ink, self._ground = ink, ground
        self.setText(text)
        self.setVisible(bool(text))
        self._dress()

    def _dress(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        self.setStyleSheet(
            f"QLabel {{ background: {palette.css(self._ground)}; color: {palette.css(self._ink)}; "
            f"border-radius: {max(2, unit // 3)}px; padding: 1px {round(unit * 0.7)}px; }}"
        )
