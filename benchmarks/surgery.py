"""The practice that the client is measured at: an invented one, with two long days added.

The added days lie after those of the invented diary and hold nothing but their own columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from contract import systems
from contract.codes import BookingAccess, Channel, OnlineService, Role, SlotType
from contract.core_hours import LONDON
from practice.clock import StillClock
from practice.demo import ODS, PRACTICE_NAME, Profile, load
from practice.demo.accounts import user_of
from practice.demo.generate import wire
from practice.demo.generate.people import Person
from practice.identity.clients import DESKTOP, PATIENT
from practice.offline import opened
from practice.settings import DataFolder
from tests.running import RunningPractice

Tree = dict[str, Any]

MADE_AT = datetime(2026, 11, 23, 7, 58, tzinfo=UTC)
PATIENTS = 2_000
PATIENTS_ONLINE = 130
TOKEN_S = 3600
BOOKED_OF_TEN = 5


@dataclass(frozen=True)
class LongDay:
    """A day of so many columns with so many slots each."""

    day: date
    columns: int
    slots: int
    slot_min: int

    @property
    def name(self) -> str:
        """`12 x 50`."""
        return f"{self.columns} x {self.slots}"

    @property
    def at(self) -> str:
        """Two minutes before it opens, as `--at` wants it."""
        return f"{self.day.isoformat()}T07:58"


ORDINARY = LongDay(date(2027, 1, 11), 12, 50, 10)
HUGE = LongDay(date(2027, 1, 12), 50, 100, 5)


@dataclass(frozen=True)
class OnlinePatient:
    """Somebody who books with a token of their own."""

    reference: str
    token: str


@dataclass
class Surgery:
    """A data folder ready to be served.

    Attributes:
        data: the folder.
        receptionist: the demo account of a receptionist: user, password.
        staff_token: what a receptionist's requests carry.
        patients: who book online, with their tokens.
        others: references of those who do not.
    """

    data: Path
    receptionist: tuple[str, str] = ("", "")
    staff_token: str = ""
    patients: list[OnlinePatient] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @classmethod
    def made(cls, data: Path) -> "Surgery":
        """Make the folder."""
        surgery = cls(data)
        folder = DataFolder(data)
        settings = folder.begin_demo(ODS, PRACTICE_NAME)
        with opened(folder, settings, StillClock(MADE_AT)) as (store, identity):
            demo = load(
                store,
                identity,
                at=MADE_AT,
                seed=1,
                patients=PATIENTS,
                profile=Profile.MONDAY,
                say=lambda _: None,
            )
            practice = demo.practice
            here = [one for one in practice.people if one.here]
            booking = [
                one
                for one in here
                if OnlineService.APPOINTMENTS in practice.services.get(one.id, ())
            ][:PATIENTS_ONLINE]
            # Who books online during the run holds no booking before it: two are the limit.
            others = [one for one in here if one not in booking]
            surgery.others = [one.reference for one in others]
            for long_day in (ORDINARY, HUGE):
                store.load(ODS, _trees(long_day, others))
            desk = next(a for a in demo.accounts if a.role is Role.RECEPTIONIST)
            surgery.receptionist = (desk.user, desk.password)
            surgery.staff_token = identity.issue(ODS, desk.user, DESKTOP.client_id, seconds=TOKEN_S)
            surgery.patients = [
                OnlinePatient(
                    one.reference,
                    identity.issue(ODS, user_of(one), PATIENT.client_id, seconds=TOKEN_S),
                )
                for one in booking
            ]
        return surgery

    def served(self, at: str) -> RunningPractice:
        """The service of the folder, not yet started, its clock set to *at*."""
        return RunningPractice(
            self.data, ["serve", "--data", str(self.data), "--port", "0", "--at", at]
        )


def _trees(long_day: LongDay, people: list[Person]) -> Iterator[Tree]:
    opens = datetime.combine(long_day.day, datetime.min.time().replace(hour=8), LONDON)
    opens = opens.astimezone(UTC)
    length = timedelta(minutes=long_day.slot_min)
    for column in range(long_day.columns):
        key = f"{long_day.columns}x{long_day.slots}-{column:02d}"
        clinician = {"reference": f"Practitioner/col-{key}", "display": f"Dr C {column + 1:02d}"}
        yield {
            "resourceType": "Practitioner",
            "id": f"col-{key}",
            "active": True,
            "name": [{"family": f"{column + 1:02d}", "given": ["C"], "prefix": ["Dr"]}],
        }
        yield {
            "resourceType": "Schedule",
            "id": f"sc-{key}",
            "identifier": [{"system": systems.SESSION_KEY, "value": key}],
            "active": True,
            "serviceCategory": [{"text": "Routine surgery"}],
            "actor": [clinician],
            "planningHorizon": {
                "start": wire.z(opens),
                "end": wire.z(opens + long_day.slots * length),
            },
        }
        for row in range(long_day.slots):
            start = opens + row * length
            number = column * long_day.slots + row
            booked = (row * 7 + column * 3) % 10 < BOOKED_OF_TEN
            slot = _slot(key, row, start, start + length, booked=booked)
            yield slot
            if booked:
                one = people[number % len(people)]
                yield _appointment(slot, one, clinician)


def _slot(key: str, row: int, start: datetime, end: datetime, *, booked: bool) -> Tree:
    return {
        "resourceType": "Slot",
        "id": f"sl-{key}-{row:03d}",
        "extension": [wire.delivery(Channel.IN_PERSON)],
        "identifier": [{"system": systems.SLOT_KEY, "value": f"{key}|{wire.z(start)}"}],
        "serviceCategory": wire.access((BookingAccess.RECEPTION, BookingAccess.ONLINE)),
        "serviceType": wire.service_type(SlotType.GP_ROUTINE, "Routine GP"),
        "schedule": {"reference": f"Schedule/sc-{key}"},
        "status": "busy" if booked else "free",
        "start": wire.z(start),
        "end": wire.z(end),
    }


def _appointment(slot: Tree, one: Person, clinician: Tree) -> Tree:
    key = f"ap-{slot['id'].removeprefix('sl-')}"
    family, given = one.family.upper(), one.given[0]
    return {
        "resourceType": "Appointment",
        "id": key,
        "extension": [wire.delivery(Channel.IN_PERSON)],
        "identifier": [{"system": systems.BOOKING_KEY, "value": key}],
        "status": "booked",
        "serviceType": slot["serviceType"],
        "description": "Knee pain, worse on stairs",
        "start": slot["start"],
        "end": slot["end"],
        "created": wire.z(MADE_AT),
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "participant": [
            {
                "actor": {"reference": one.reference, "display": f"{family}, {given}"},
                "status": "accepted",
            },
            {"type": wire.PERFORMER, "actor": clinician, "status": "accepted"},
        ],
    }
