"""A letter that is being written: to whom, the words, and whose the words are.

Words that were begun for one patient stay with that patient: when they are taken off the list the
words stay behind as their draft, and never turn up under somebody else.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from reception.desk.drafts import Drafts

GROUP = "new/group/"
"""How the keys of letters to several patients begin."""


def key_of(patient_ids: Iterable[str]) -> str:
    """Where a letter to these patients, and no others, is kept; empty for nobody."""
    ids = sorted(set(patient_ids))
    if not ids:
        return ""
    if len(ids) == 1:
        return f"new/{ids[0]}"
    return f"{GROUP}{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:16]}"


@dataclass
class LetterDraft:
    """What is being written.

    Attributes:
        drafts: where it is kept at every pause.
        to: ids of the patients, in the order they were added.
        topic: the subject line.
        text: the words.
        begun_for: whom the words were begun for; empty while there are none.
    """

    drafts: Drafts
    to: list[str] = field(default_factory=list)
    topic: str = ""
    text: str = ""
    begun_for: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Where it is kept."""
        return key_of(self.to)

    def write(self, topic: str, text: str) -> None:
        """It says this now."""
        self.topic, self.text = topic, text
        if not topic.strip() and not text.strip() and not self.drafts.files(self.key):
            self.begun_for = frozenset()
        elif not self.begun_for:
            self.begun_for = frozenset(self.to)

    def keep(self) -> None:
        """Keep it as it is."""
        if not self.key:
            return
        if self.topic.strip() or self.text.strip():
            self.drafts.keep(self.key, self._packed())
        elif not self.drafts.files(self.key):
            self.drafts.drop(self.key)

    def forget(self) -> None:
        """It has been sent, or thrown away."""
        if self.key:
            self.drafts.drop(self.key)
        self.topic = self.text = ""
        self.begun_for = frozenset()

    def address(self, patient_ids: Iterable[str]) -> None:
        """It is for these patients now; the words go along, or theirs are taken up instead."""
        wanted = list(dict.fromkeys(patient_ids))
        before, after = self.key, key_of(wanted)
        self.keep()
        self.to = wanted
        if before == after:
            return
        theirs = bool(after) and bool(self.drafts.text(after))
        if theirs or not wanted or not self.begun_for or not self._may_go_along(wanted):
            self._load()
            return
        files = self.drafts.files(before)  # to more patients, or to fewer of a group
        self.drafts.drop(before)
        self.drafts.enclose(after, files)
        self.keep()

    def _may_go_along(self, wanted: list[str]) -> bool:
        """Words begun for one patient stay with that patient."""
        return len(self.begun_for) > 1 or self.begun_for <= set(wanted)

    def restore_group(self) -> list[str]:
        """The patients of the letter to several that was left half written."""
        held = (key for key in self.drafts.keys() if key.startswith(GROUP))  # noqa: SIM118
        return [str(one) for one in self._read(next(held, "")).get("to", ())]

    def _load(self) -> None:
        held = self._read(self.key)
        same = set(held.get("to", ())) == set(self.to)
        self.topic = str(held.get("topic", "")) if same else ""
        self.text = str(held.get("text", "")) if same else ""
        begun = frozenset(str(one) for one in held.get("for", ())) if same else frozenset()
        self.begun_for = begun if self.topic or self.text else frozenset()

    def _read(self, key: str) -> dict[str, list[str] | str]:
        try:
            held = json.loads(self.drafts.text(key) or "{}") if key else {}
        except ValueError:
            return {}
        return held if isinstance(held, dict) else {}

    def _packed(self) -> str:
        return json.dumps(
            {
                "to": self.to,
                "topic": self.topic,
                "text": self.text,
                "for": sorted(self.begun_for),
            }
        )
