"""What a patient reads about their appointment, and what is true of how they come to know it.

Nothing is sent by a move or a cancellation itself: whoever looks at their appointments online
sees it there. A message goes only where somebody at the desk sends one; these are its words.

Source: docs/contract.md 4.1, 5, 12.2.
"""

from contract.codes import CancelReason, Channel, SlotType
from contract.core_hours import london_day
from reception.desk.words import clock, day_text
from reception.records import Appointment, Slot

NOTHING_SENT = (
    "No message is sent by itself. Whoever looks at their appointments online sees it at once."
)
MODES = {
    Channel.IN_PERSON: "in person",
    Channel.TELEPHONE: "by telephone",
    Channel.VIDEO: "by video",
}


def mode_text(channel: str, type_code: str = "") -> str:
    """`in person`, `by telephone`, `by video`, `at home`."""
    if type_code == SlotType.VISIT:
        return "at home"
    return MODES.get(Channel(channel), channel) if channel in set(Channel) else channel


def place_text(record: Appointment | Slot, clinician: str) -> str:
    """`Monday 23 November at 09:10 with Dr Grant`."""
    whom = f" with {clinician}" if clinician else ""
    return f"{day_text(london_day(record.start))} at {clock(record.start)}{whom}"


def moved_words(appointment: Appointment, target: Appointment | Slot, clinician: str) -> str:
    """What to write to a patient whose appointment is moved to where *target* stands."""
    before = place_text(appointment, appointment.practitioner_name)
    after = place_text(target, clinician)
    how = {
        "by telephone": " It is a telephone call: please keep your phone near you.",
        "by video": " It is a video call.",
        "at home": " We come to your home.",
    }.get(mode_text(target.channel, target.type_code), "")
    return (
        f"Your appointment on {before} is moved to {after}.{how} "
        "If that does not suit you, tell us here."
    )


def cancelled_words(appointment: Appointment, reason: CancelReason) -> str:
    """What to write to a patient whose appointment is cancelled."""
    place = place_text(appointment, appointment.practitioner_name)
    if reason is CancelReason.PATIENT:
        return f"As you asked, your appointment on {place} is cancelled."
    if reason is CancelReason.BOOKED_IN_ERROR:
        return f"The appointment on {place} was booked by mistake and does not stand. We are sorry."
    return (
        f"We are sorry: your appointment on {place} is cancelled. "
        "Tell us here if you still need to be seen."
    )
