"""Messages that wait their twenty seconds, kept so that the end of the program loses none.

They stand beside the drafts, encrypted, one entry each.
"""

from collections.abc import Iterator
from datetime import date

import msgspec

from reception.desk.drafts import Drafts

_PREFIX = "held-mail/"


class HeldMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message that Send was pressed for.

    Attributes:
        key: key of its draft.
        patient_id: who will read it.
        request_id: the request it answers.
        text: the words.
        done: whether the request is finished with it.
        outcome: how the request ends with it; empty for a reply.
        message_key: its message-key: however often it is sent, the patient has it once.
        pressed_on: the London day of it.
        window: how long the patient may answer (a code of contract.reply_window), or empty.
        more: others that go with it.
    """

    key: str
    patient_id: str
    request_id: str
    text: str
    done: bool
    outcome: str
    message_key: str
    pressed_on: date
    window: str = ""
    more: tuple["HeldMessage", ...] = ()


class HeldMail:
    """What waits to be sent, through a crash, a lock or a sign-out."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    def keep(self, message: HeldMessage) -> None:
        """Keep *message* until it is dropped."""
        text = msgspec.json.encode(message).decode()
        self._drafts.keep(f"{_PREFIX}{message.key}", text)

    def drop(self, key: str) -> None:
        """The message of that draft has been sent, or taken back."""
        self._drafts.drop(f"{_PREFIX}{key}")

    def all(self) -> Iterator[HeldMessage]:
        """What the last run left."""
        for key in self._drafts.keys():  # noqa: SIM118 - drafts are no mapping
            if key.startswith(_PREFIX):
                try:
                    yield msgspec.json.decode(self._drafts.text(key), type=HeldMessage)
                except msgspec.MsgspecError:
                    self._drafts.drop(key)  # of another version of the program; its draft is there


def is_held_mail(key: str) -> bool:
    """Whether a key of the drafts is one of these."""
    return key.startswith(_PREFIX)
