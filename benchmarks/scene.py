"""What the suites of one run share: a scratch folder, and the practice made in it once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.surgery import Surgery


@dataclass
class Scene:
    """One run.

    Attributes:
        scratch: a folder that is gone after it.
    """

    scratch: Path

    @cached_property
    def surgery(self) -> Surgery:
        """The practice with the two long days."""
        return Surgery.made(self.scratch / "surgery")

    def folder(self, name: str) -> Path:
        """A new folder of that name."""
        made = self.scratch / name
        made.mkdir()
        return made
