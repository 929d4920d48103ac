"""A signed-in client of the running practice, and what a live channel told."""

import threading
from collections.abc import Callable
from typing import Any

from reception.api.connection import Connection, Practice
from reception.api.form_browser import FormBrowser
from reception.api.live import LiveState
from reception.api.trust import Trust
from tests.running import RunningPractice

Tree = dict[str, Any]


def trust_in(practice: RunningPractice) -> Trust:
    """The pinned authority of *practice*."""
    return Trust(practice.ca.read_text())


async def signed_in(
    practice: RunningPractice,
    role: str = "receptionist",
    *,
    proxy: str = "",
    keep: Callable[[str, str], None] = lambda user, token: None,
) -> tuple[Practice, Connection]:
    """Signed in at *practice*, on the network thread."""
    account = practice.account(role)
    place = Practice(practice.base, trust_in(practice), keep=keep, proxy=proxy)
    browser = FormBrowser(place.trust, account["user"], account["password"])
    return place, await place.sign_in(browser.visit)


class Ear:
    """Hears what a live channel tells."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.trees: list[Tree] = []
        self.states: list[LiveState] = []
        self.contacts: list[float] = []
        self.reloads = 0

    def on_trees(self, trees: list[Tree]) -> None:
        with self._changed:
            self.trees.extend(trees)
            self._changed.notify_all()

    def on_contact(self, monotonic_s: float) -> None:
        with self._changed:
            self.contacts.append(monotonic_s)
            self._changed.notify_all()

    def on_state(self, state: LiveState) -> None:
        with self._changed:
            self.states.append(state)
            self._changed.notify_all()

    def on_reload(self) -> None:
        with self._changed:
            self.reloads += 1
            self._changed.notify_all()

    def wait(self, holds: Callable[["Ear"], object], what: str = "") -> None:
        """Wait until *holds*, or fail."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self), 40), (
                what or "it never came",
                self.states,
                self.reloads,
                len(self.trees),
            )

    def wait_for_state(self, state: LiveState) -> None:
        """Wait until the channel is in *state*."""
        self.wait(lambda ear: ear.states and ear.states[-1] is state, f"never {state}")

    def comments(self, slot_id: str) -> list[str]:
        """The comments on one slot, in order, without repeats of the same copy."""
        seen: dict[str, str] = {}
        for tree in self.trees:
            if tree["resourceType"] == "Slot" and tree["id"] == slot_id and tree.get("comment"):
                seen.setdefault(tree["meta"]["versionId"], tree["comment"])
        return list(seen.values())
