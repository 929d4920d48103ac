"""Lengths, counts and periods that both sides keep.

Source: docs/contract.md 1, 3, 4, 5, 8, 10, 12.
"""

from typing import Final

DESCRIPTION_CHARS: Final = 100
"""Appointment.description, the reason line. Longer is refused, never trimmed."""
COMMENT_CHARS: Final = 500
"""Appointment.comment, the staff note."""
HOLD_S: Final = 120
OFFER_H: Final = 48
"""Slots are kept for a patient to choose from for at most so many hours."""
OFFERED_SLOTS: Final = 3
CLAIM_S: Final = 180
"""A soft claim on a request lapses after this many seconds of the service's time."""
BODY_BYTES: Final = 2 * 1024 * 1024
ATTACHMENT_BYTES: Final = 5 * 1024 * 1024
BUNDLE_ENTRIES: Final = 50
PAGE: Final = 1000
SEARCH_DAYS_PATIENT: Final = 14
HEARTBEAT_S: Final = 5
SILENCE_S: Final = 15
"""After this long without a sign of life the board greys and booking locks."""
UNDO_S: Final = 60
UNDO_SEND_S: Final = 20
EVENTS_KEPT_DAYS: Final = 7
REPLAY_KEPT_H: Final = 24
"""How long an answer is kept for the replay of its X-Request-Id."""

PACK_KEEP_DAYS: Final = 7
"""How long continuity packs are kept unless the practice says otherwise."""
