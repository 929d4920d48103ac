"""The two hands that act. Both only do what a person could; to read a widget is what eyes do.

They have the same words, so that an act is told once: `act` (do to a cell what a letter does, or
what its menu calls it), `panel_act` (where the mouse finds it in the panel of the cell), `stand_on`
and `open` a cell, `press` a button (or the key that does the same), `write` into a field, set a
`count` or a `clock`, `pick` a line of a box, choose a `row`.
"""

from tests.reception.acts.keyboard import Keyboard
from tests.reception.acts.mouse import Mouse

Hand = Keyboard | Mouse

__all__ = ["Hand", "Keyboard", "Mouse"]
