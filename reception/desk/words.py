"""How times, people and records are put into sentences."""

from datetime import date, datetime, timedelta

from contract.core_hours import LONDON, london_day
from reception.records import Appointment, Slot

STATES = {
    "booked": "booked",
    "arrived": "arrived",
    "checked-in": "sent in",
    "fulfilled": "seen and gone",
    "noshow": "marked as not attended",
    "cancelled": "cancelled",
    "entered-in-error": "withdrawn as booked in error",
}


def clock(at: datetime) -> str:
    """*at* as it hangs on the wall in London, `09:10`."""
    return at.astimezone(LONDON).strftime("%H:%M")


def day_text(day: date) -> str:
    """`Monday 23 November`."""
    return f"{day:%A} {day.day} {day:%B}"


def short_day(day: date) -> str:
    """`Mon 23 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"


def when(at: datetime, today: date) -> str:
    """`09:10` today, `09:10 on Tuesday 24 November` on any other day."""
    day = london_day(at)
    return clock(at) if day == today else f"{clock(at)} on {day_text(day)}"


def span(length: timedelta) -> str:
    """A length in the coarsest words that still help: `47 min`, `2 h`, `2 h 10 min`, `3 days`."""
    minutes = max(0, int(length / timedelta(minutes=1)))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest and hours < 6 else f"{hours} h"
    days = hours // 24
    return "1 day" if days == 1 else f"{days} days"


def who_and_when(appointment: Appointment) -> str:
    """`SMITH, Jane at 09:10`."""
    return f"{appointment.patient_name or 'the patient'} at {clock(appointment.start)}"


def state_of(appointment: Appointment) -> str:
    """Where an appointment stands, for "it is already ..."."""
    if appointment.walked_out:
        return "walked out"
    return STATES.get(appointment.status, appointment.status)


def slot_words(slot: Slot) -> str:
    """`the 09:10 (Routine GP)`."""
    kind = f" ({slot.type_text})" if slot.type_text else ""
    return f"the {clock(slot.start)}{kind}"
