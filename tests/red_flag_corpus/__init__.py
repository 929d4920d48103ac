"""Labelled texts that the rules for red flags are measured by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEAD = re.compile(r"== (.+) · (.+) ==")
_HERE = Path(__file__).parent
FORMS = ("consultation", "admin", "appointment", "repeat", "message", "records")


@dataclass(frozen=True)
class Labelled:
    """One invented text.

    Attributes:
        place: file and line.
        family: what it tells of; `nothing` where there is nothing to see.
        kind: `emergency`, `urgent`, or why there is nothing to see.
        form: what the patient sent it on.
        text: their words.
    """

    place: str
    family: str
    kind: str
    form: str
    text: str

    @property
    def is_danger(self) -> bool:
        """Whether somebody should see it at once."""
        return self.family != "nothing"


def labelled(name: str) -> list[Labelled]:
    """The texts of `tuned` or `held_out`."""
    return list(_read(_HERE / f"{name}.txt"))


def _read(path: Path) -> Iterator[Labelled]:
    family = kind = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if head := _HEAD.fullmatch(line):
            family, kind = head.groups()
            continue
        form, _, text = line.partition(": ")
        assert form in FORMS, f"{path.name}:{number} has no form"
        yield Labelled(f"{path.name}:{number}", family, kind, form, text)
