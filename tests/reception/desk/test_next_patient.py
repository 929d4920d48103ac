"""Who a clinician sees next, and who waits."""

from datetime import UTC, datetime, timedelta

from reception.desk.next_patient import my_list
from reception.records import Appointment
from reception.records.tree import wire_time

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


def booked(
    name: str, minutes: int, status: str = "booked", *, who: str = "gp", channel: str = ""
) -> Appointment:
    """One appointment that begins so many minutes from now."""
    start = NOW + timedelta(minutes=minutes)
    patient: dict[str, object] = {"actor": {"reference": f"Patient/{name}", "display": name}}
    if status in ("arrived", "checked-in"):
        patient["period"] = {"start": wire_time(start - timedelta(minutes=5))}
    tree = {
        "resourceType": "Appointment",
        "id": name,
        "status": status,
        "start": wire_time(start),
        "end": wire_time(start + timedelta(minutes=10)),
        "participant": [patient, {"actor": {"reference": f"Practitioner/{who}"}}],
    }
    if channel:
        url = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel"
        coding = {
            "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeliveryChannel",
            "code": channel,
        }
        tree["extension"] = [{"url": url, "valueCodeableConcept": {"coding": [coding]}}]
    return Appointment.from_tree(tree)


def test_who_is_here_comes_before_who_is_not() -> None:
    held = my_list(
        [booked("late", -15), booked("here", 5, "arrived"), booked("soon", 0)], "gp", NOW
    )
    assert held.next is not None
    assert held.next.id == "here"
    assert [a.id for a in held.waiting] == ["here"]
    assert held.to_come == 2


def test_nobody_here_means_the_next_who_is_not_overdue() -> None:
    held = my_list([booked("missed", -30), booked("soon", 10), booked("later", 20)], "gp", NOW)
    assert held.next is not None
    assert held.next.id == "soon"
    only = my_list([booked("missed", -30)], "gp", NOW)
    assert only.next is not None
    assert only.next.id == "missed"


def test_others_lists_and_what_is_over_do_not_count() -> None:
    held = my_list(
        [
            booked("other", 0, "arrived", who="nurse"),
            booked("seen", -20, "fulfilled"),
            booked("gone", -10, "cancelled"),
            booked("inside", -10, "checked-in"),
        ],
        "gp",
        NOW,
    )
    assert held.next is None
    assert held.waiting == ()
    assert [a.id for a in held.inside] == ["inside"]


def test_a_call_is_next_once_it_is_time_to_ring() -> None:
    held = my_list(
        [booked("call", -2, channel="Telephone"), booked("here", -1, "arrived")], "gp", NOW
    )
    assert held.next is not None
    assert held.next.id == "call"
    early = my_list(
        [booked("call", 2, channel="Telephone"), booked("here", 10, "arrived")], "gp", NOW
    )
    assert early.next is not None
    assert early.next.id == "here"
