"""Requests, messages and repeat orders of the invented practice against the field's shares."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest

from contract.core_hours import due_at, in_core_hours
from contract.keys import notes_key
from contract.systems import MESSAGE_KEY
from practice.demo.generate import phrases
from tests.practice.demo.invented import Invented, code, invented


@pytest.fixture(scope="module")
def town() -> Invented:
    return invented(10_000)


def _flagged(text: str) -> bool:
    dangers = (*phrases.RED_FLAGS, *phrases.CHILD_RED_FLAGS)
    return any(danger.lower() in text.lower() for danger in dangers)


def test_forty_five_wait_after_the_weekend(town: Invented) -> None:
    waiting = town.requests(waiting=True)
    assert len(waiting) == 45
    for task in waiting:
        received = datetime.fromisoformat(task["authoredOn"])
        assert received < town.at
        assert received > town.at - timedelta(days=3)
        assert not in_core_hours(received)
        due = due_at(received, urgent=task["priority"] != "routine")
        assert datetime.fromisoformat(task["restriction"]["period"]["end"]) == due


def test_what_waits_shows_every_kind_and_every_danger(town: Invented) -> None:
    waiting = town.requests(waiting=True)
    kinds = Counter(code(task["code"]) for task in waiting)
    assert {"appointment-request", "online-consultation", "admin-query"} <= set(kinds)
    assert any(task["priority"] == "urgent" for task in waiting)
    flagged = [task for task in waiting if _flagged(task["description"])]
    assert len(flagged) >= 2
    assert any(code(task["code"]) == "admin-query" for task in flagged)
    strangers = [t for t in waiting if code(t["businessStatus"]) == "unmatched"]
    assert len(strangers) == 2
    for task in strangers:
        assert "reference" not in task["for"]
        assert task["contained"][0]["birthDate"]


def test_notes_for_colleagues_stand_in_a_thread_of_their_own(town: Invented) -> None:
    """As the desk keeps them: found again by a key that follows from the request."""
    inside = [c for c in town.by_type["Communication"] if code(c["category"][0]) == "internal"]
    headers = {f"Communication/{c['id']}": c for c in inside if "partOf" not in c}
    notes = [c for c in inside if "partOf" in c]
    tasks = {f"Task/{t['id']}": t for t in town.by_type["Task"]}
    assert notes
    assert {n["partOf"][0]["reference"] for n in notes} == headers.keys()
    for header in headers.values():
        [about] = header["about"]
        task = tasks[about["reference"]]
        assert header["identifier"] == [{"system": MESSAGE_KEY, "value": notes_key(task["id"])}]
        assert header["subject"]["reference"] == task["for"]["reference"]
        assert "payload" not in header
    assert not any("recipient" in note for note in notes)


def test_each_request_has_a_thread_with_the_patients_own_words(town: Invented) -> None:
    headers = {
        c["id"]
        for c in town.by_type["Communication"]
        if "partOf" not in c and code(c["category"][0]) == "patient-practice"
    }
    messages = defaultdict(list)
    for c in town.by_type["Communication"]:
        if "partOf" in c:
            messages[c["partOf"][0]["reference"]].append(c)
    tasks = [t for t in town.by_type["Task"] if "groupIdentifier" not in t]
    assert len(tasks) == len({t["focus"]["reference"] for t in tasks}) == len(headers)
    for task in tasks:
        thread = messages[task["focus"]["reference"]]
        first = min(thread, key=lambda m: m["sent"])
        assert first["payload"][0]["contentString"] == task["description"]
        assert all(m["sent"] <= town.at.isoformat() for m in thread)


def test_done_requests_keep_the_shares_of_the_field(town: Invented) -> None:
    done = town.requests(waiting=False)
    number = len(done)
    assert 1100 <= number <= 1500  # 52 on a day, 86 on a Monday, 30 days
    admin = sum(code(t["code"]) in ("admin-query", "records-access") for t in done)
    assert 0.28 <= admin / number <= 0.42
    urgent = sum(t["priority"] != "routine" for t in done)
    assert 0.085 <= urgent / number <= 0.16
    flagged = [t for t in done if _flagged(t["description"])]
    assert 0.02 <= len(flagged) / number <= 0.06
    in_forms = sum(code(t["code"]) in ("admin-query", "records-access") for t in flagged)
    assert 0.08 <= in_forms / len(flagged) <= 0.5
    outcomes = Counter(code(t["output"][0]["valueCodeableConcept"]) for t in done)
    assert 0.04 <= outcomes["duplicate"] / number <= 0.085
    assert len(outcomes) >= 10
    by_proxy = sum(t["requester"]["reference"].startswith("RelatedPerson/") for t in done)
    assert 0.05 <= by_proxy / number <= 0.16
    booked = sum(
        o.get("valueReference", {}).get("reference", "").startswith("Appointment/")
        for t in done
        for o in t["output"]
    )
    assert booked > 100


def test_people_do_not_all_write_the_same(town: Invented) -> None:
    words = Counter(t["description"] for t in town.requests(waiting=False))
    assert len(words) > 900
    assert words.most_common(1)[0][1] < 25


def test_threads_wait_for_us_and_for_the_patient(town: Invented) -> None:
    states = Counter(
        (t["status"], code(t["businessStatus"]))
        for t in town.by_type["Task"]
        if code(t["code"]) == "thread" and "businessStatus" in t
    )
    assert states["on-hold", "awaiting-patient"] >= 10
    assert states["in-progress", "reopened"] + states["requested", "new"] >= 8


def test_orders_tie_their_items_and_nothing_is_pending_twice(town: Invented) -> None:
    items = [t for t in town.by_type["Task"] if "groupIdentifier" in t]
    orders = Counter(t["groupIdentifier"]["value"] for t in items)
    assert 1.6 <= len(items) / len(orders) <= 2.7
    still = [t for t in items if t["status"] in ("requested", "in-progress")]
    assert 20 <= len({t["groupIdentifier"]["value"] for t in still}) <= 60
    assert max(Counter(t["focus"]["reference"] for t in still).values()) == 1
    reasons = [t["statusReason"] for t in items if t["status"] == "rejected"]
    assert reasons
    assert all(reason["text"] for reason in reasons)


def test_issued_items_name_what_was_issued(town: Invented) -> None:
    issued = {f"MedicationRequest/{m['id']}": m for m in town.by_type["MedicationRequest"]}
    done = [
        t for t in town.by_type["Task"] if "groupIdentifier" in t and t["status"] == "completed"
    ]
    assert len(done) > 1000
    for task in done:
        order = issued[task["output"][1]["valueReference"]["reference"]]
        assert order["intent"] == "order"
        assert order["basedOn"][0] == task["focus"]
