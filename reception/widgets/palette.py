"""The one table of colours, by what they mean and by light or dark.

Every pair of text and ground that is used together has a contrast of at least 4.5:1 (a test
works it out). A state is never told by colour alone: it has a letter and a shape as well.
"""

from enum import Enum, auto

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette


class Ink(Enum):
    """What a colour is for."""

    WINDOW = auto()
    """Behind everything."""
    SURFACE = auto()
    """Cards, lists, panels."""
    RAISED = auto()
    """A header strip, a field, a hovered row."""
    LINE = auto()
    """Hairlines between things."""
    TEXT = auto()
    MUTED = auto()
    """Second-rank text; still 4.5:1 on SURFACE."""
    ACCENT = auto()
    """NHS blue: what is chosen, what to press."""
    ON_ACCENT = auto()
    SELECTED = auto()
    """Ground of the current row or cell."""
    FOCUS = auto()
    """The focus ring."""
    RAIL = auto()
    ON_RAIL = auto()
    ON_RAIL_MUTED = auto()
    RAIL_CURRENT = auto()

    URGENT = auto()
    """Emergency, failed, gone wrong: text and marks."""
    URGENT_TINT = auto()
    WARN = auto()
    """Overdue, due soon, long wait."""
    WARN_TINT = auto()
    GOOD = auto()
    """Live, done, seen."""
    GOOD_TINT = auto()
    INFO_TINT = auto()
    """Told, not asked: a quiet blue ground."""

    FREE_TINT = auto()
    FREE_LINE = auto()
    ONLINE_TINT = auto()
    BOOKED_TINT = auto()
    ARRIVED = auto()
    ARRIVED_TINT = auto()
    SENT_IN = auto()
    SENT_IN_TINT = auto()
    LEFT_TINT = auto()
    DNA = auto()
    DNA_TINT = auto()
    BLOCKED_TINT = auto()
    EMBARGO_TINT = auto()
    HELD = auto()
    HELD_TINT = auto()
    LIT = auto()
    """A best-fit slot, lit up."""
    NOW_LINE = auto()
    INTERNAL_TINT = auto()
    """Internal notes, which no patient can read."""
    OURS_TINT = auto()
    """A message that the practice wrote."""


class Scheme(Enum):
    """Light or dark."""

    LIGHT = "light"
    DARK = "dark"


_COLOURS: dict[Ink, tuple[str, str]] = {
    #                 light      dark
    Ink.WINDOW: ("#F0F3F5", "#14191E"),
    Ink.SURFACE: ("#FFFFFF", "#1B2229"),
    Ink.RAISED: ("#F6F8FA", "#242D36"),
    Ink.LINE: ("#D5DCE2", "#35404B"),
    Ink.TEXT: ("#1A2530", "#E6ECF1"),
    Ink.MUTED: ("#55636F", "#A3B1BD"),
    Ink.ACCENT: ("#005EB8", "#5AA9F0"),
    Ink.ON_ACCENT: ("#FFFFFF", "#08131D"),
    Ink.SELECTED: ("#DCEBF9", "#1F3B56"),
    Ink.FOCUS: ("#005EB8", "#7CBDF7"),
    Ink.RAIL: ("#003B75", "#0E1720"),
    Ink.ON_RAIL: ("#FFFFFF", "#E6ECF1"),
    Ink.ON_RAIL_MUTED: ("#C3D6EA", "#9FB0BF"),
    Ink.RAIL_CURRENT: ("#005EB8", "#1F3B56"),
    Ink.URGENT: ("#B3121D", "#FF8A85"),
    Ink.URGENT_TINT: ("#FCE8E8", "#46201F"),
    Ink.WARN: ("#8A4B00", "#FFC06B"),
    Ink.WARN_TINT: ("#FFF1DB", "#41300F"),
    Ink.GOOD: ("#00602B", "#6FD694"),
    Ink.GOOD_TINT: ("#E2F4E8", "#173525"),
    Ink.INFO_TINT: ("#E8F1FA", "#1C2F42"),
    Ink.FREE_TINT: ("#FFFFFF", "#1B2229"),
    Ink.FREE_LINE: ("#9DB4C8", "#4B5E70"),
    Ink.ONLINE_TINT: ("#EAF4FD", "#1A2C3C"),
    Ink.BOOKED_TINT: ("#E9EDF1", "#29333D"),
    Ink.ARRIVED: ("#00602B", "#6FD694"),
    Ink.ARRIVED_TINT: ("#D3EFDC", "#1A402B"),
    Ink.SENT_IN: ("#004C96", "#86C1F7"),
    Ink.SENT_IN_TINT: ("#D2E5F8", "#1B3A58"),
    Ink.LEFT_TINT: ("#F3F5F7", "#20272E"),
    Ink.DNA: ("#7A2E66", "#EBA3D6"),
    Ink.DNA_TINT: ("#F6E6F2", "#3B2235"),
    Ink.BLOCKED_TINT: ("#E3E7EA", "#232A31"),
    Ink.EMBARGO_TINT: ("#F1EDE2", "#2D2A20"),
    Ink.HELD: ("#6A4A00", "#F1D07A"),
    Ink.HELD_TINT: ("#FBF1CF", "#3B3416"),
    Ink.LIT: ("#FFD84D", "#765C00"),
    Ink.NOW_LINE: ("#C8102E", "#FF6B6B"),
    Ink.INTERNAL_TINT: ("#FFF6D6", "#37321B"),
    Ink.OURS_TINT: ("#E3EFFA", "#1D3246"),
}


def contrast(a: QColor, b: QColor) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""

    def luminance(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Palette(QObject):
    """The colours in force. Widgets read them when they paint and repaint on `changed`."""

    changed = Signal()

    def __init__(self, scheme: Scheme = Scheme.LIGHT, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._table = self._made(scheme)

    @property
    def scheme(self) -> Scheme:
        """Light or dark."""
        return self._scheme

    def __getitem__(self, ink: Ink) -> QColor:
        return self._table[ink]

    def css(self, ink: Ink) -> str:
        """The colour as `#rrggbb`, for a style sheet."""
        return self._table[ink].name()

    def use(self, scheme: Scheme) -> None:
        """Change to *scheme* and tell everybody."""
        if scheme is not self._scheme:
            self._scheme = scheme
            self._table = self._made(scheme)
            self.changed.emit()

    def qt_palette(self) -> QPalette:
        """The same colours in Qt's own roles, for the standard widgets."""
        made = QPalette()
        roles = QPalette.ColorRole
        for role, ink in {
            roles.Window: Ink.WINDOW,
            roles.WindowText: Ink.TEXT,
            roles.Base: Ink.SURFACE,
            roles.AlternateBase: Ink.RAISED,
            roles.Text: Ink.TEXT,
            roles.PlaceholderText: Ink.MUTED,
            roles.Button: Ink.RAISED,
            roles.ButtonText: Ink.TEXT,
            roles.Highlight: Ink.ACCENT,
            roles.HighlightedText: Ink.ON_ACCENT,
            roles.ToolTipBase: Ink.RAISED,
            roles.ToolTipText: Ink.TEXT,
            roles.Link: Ink.ACCENT,
            roles.Accent: Ink.ACCENT,
            roles.Mid: Ink.LINE,
        }.items():
            made.setColor(role, self[ink])
        for role in (roles.WindowText, roles.Text, roles.ButtonText):
            made.setColor(QPalette.ColorGroup.Disabled, role, self[Ink.MUTED])
        return made

    @staticmethod
    def _made(scheme: Scheme) -> dict[Ink, QColor]:
        column = 0 if scheme is Scheme.LIGHT else 1
        return {ink: QColor(pair[column]) for ink, pair in _COLOURS.items()}


def system_scheme() -> Scheme:
    """What the desktop asks for; light where it does not say."""
    hints = QGuiApplication.styleHints()
    return Scheme.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else Scheme.LIGHT
