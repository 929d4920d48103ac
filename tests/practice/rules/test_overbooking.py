"""Online never overbooks: two at one time is a decision of staff."""

import pytest

from contract.codes import OnlineService
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import JANE, OMAR, PRIYA, Surgery, booking_tree, post, slot_tree


@pytest.fixture
def online(surgery: Surgery) -> Surgery:
    """Jane and Omar may book online."""
    for who in ("p1", "p2"):
        surgery.consent(who, OnlineService.APPOINTMENTS)
    return surgery


def test_a_patient_makes_no_extra_slot(online: Surgery, refused: Refused) -> None:
    tree = slot_tree(online.clock.at, status="busy", overbooked=True)
    refused(403, online.create, JANE, tree)
    link = "urn:uuid:0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"
    wanted = booking_tree({**tree, "id": "x"})
    wanted["slot"] = [{"reference": link}]
    refused(403, online.act, JANE, post(tree, link), post(wanted))


def test_a_patient_does_not_join_who_has_a_slot(online: Surgery, refused: Refused) -> None:
    slot = online.slot()
    online.create(JANE, booking_tree(slot))
    refused(409, online.create, OMAR, booking_tree(slot, "p2"))


def test_not_even_where_the_slot_is_marked_overbooked(online: Surgery, refused: Refused) -> None:
    slot = online.slot(overbooked=True)
    for who, patient in ((JANE, "p1"), (OMAR, "p2")):
        refused(409, online.create, who, booking_tree(slot, patient))


def test_an_extra_taken_back_leaves_the_first_booking_alone(online: Surgery) -> None:
    slot = online.slot()
    first = online.book(slot)
    extra = online.create(PRIYA, slot_tree(online.clock.at, status="busy", overbooked=True))
    second = online.create(PRIYA, booking_tree(extra, "p2"))
    online.update(PRIYA, {**second, "status": "entered-in-error"})
    online.update(PRIYA, {**online.get(f"Slot/{extra['id']}"), "status": "entered-in-error"})
    assert online.get(f"Appointment/{first['id']}")["status"] == "booked"
    assert online.get(f"Slot/{slot['id']}")["status"] == "busy"
