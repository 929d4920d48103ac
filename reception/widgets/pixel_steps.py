"""How far a picture may be moved so that what was painted still stands on whole pixels."""

from PySide6.QtCore import QPoint


class PixelSteps:
    """The steps that a screen allows.

    At 125 % four of our pixels are five of the screen's: a picture that moves by fours can be
    moved as it is and need not be painted again.

    Args:
        ratio: pixels of the screen for each of ours.
    """

    def __init__(self, ratio: float) -> None:
        self._step = 0
        self.use(ratio)

    def use(self, ratio: float) -> None:
        """It is on a screen of *ratio* now."""
        self._step = next((step for step in (1, 2, 4) if (step * ratio).is_integer()), 0)

    def whole(self, value: int) -> int:
        """*value* as far as it is whole steps."""
        return value - value % self._step if self._step else value

    def last(self, hidden: int) -> int:
        """How far a picture can be moved of which so many pixels are hidden: all of them show."""
        return max(0, hidden + -hidden % self._step if self._step else hidden)

    def can_move(self, by: QPoint) -> bool:
        """Whether what was painted can be moved instead of painted again."""
        # Sideways at 125 % Qt sets words that were half hidden a shade aside.
        return self._step == 1 or (self._step > 0 and not by.x())
