"""More of the afternoon, for tests that open some of it."""

from collections.abc import Iterable
from datetime import date, datetime, time

from contract.codes import Channel, Role, SlotType
from contract.core_hours import LONDON
from reception.desk.desk import Desk
from tests.reception.acts.saturday import surgery
from tests.reception.conftest import Until
from tests.running import RunningPractice

MONDAY = date(2026, 11, 23)


def some_to_open(
    practice: RunningPractice,
    desks: Iterable[Desk],
    until: Until,
    *,
    type_code: str = SlotType.GP_ROUTINE,
    channel: str = Channel.IN_PERSON,
) -> None:
    """Eight free slots from 14:00 that are not online; they are there when *desks* know them."""
    clinician = practice.account(Role.CLINICIAN)
    start = datetime.combine(MONDAY, time(14), LONDON)
    who = (clinician["reference"], "Dr A Spare")
    made = surgery(
        practice.as_role(Role.MANAGER),
        who,
        start,
        8,
        name="Afternoon",
        kind=(type_code, "In the afternoon"),
        channel=Channel(channel),
    )
    until(lambda: all(desk.slots.get(i) is not None for desk in desks for i in made.slot_ids))
