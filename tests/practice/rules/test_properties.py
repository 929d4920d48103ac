"""Rules that hold whatever the trees look like."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from contract import systems
from contract.codes import MessageCategory, RequestState
from contract.core_hours import due_at
from contract.moves import APPOINTMENT_MOVES, TASK_MOVES, appointment_may_move
from practice.clock import instant
from practice.rules import booking, messages, patients, requests, sight, slots
from practice.rules.engaged import Engaged
from practice.rules.policy import Policy
from practice.rules.trees import bare, id_of, identifier, without_identifier
from practice.store import Stored, Tree
from practice.store.stored import encode
from tests.practice.rules.surgery import JANE, MONDAY, hold, slot_tree

words = st.text(max_size=12)
people = st.sampled_from(["Patient/p1", "Patient/p2", "Practitioner/r1", "RelatedPerson/mum"])
reference = people.map(lambda who: {"reference": who})
categories = st.sampled_from([*MessageCategory, "something-else"])


def concept(system: str, code: str) -> Tree:
    return {"coding": [{"system": system, "code": code}]}


@st.composite
def resources(draw: st.DrawFn) -> Tree:
    """Something that a patient's search or include might come across."""
    kind = draw(
        st.sampled_from(
            ["Appointment", "Task", "Communication", "Slot", "Patient", "Flag", "AuditEvent"]
        )
    )
    tree: Tree = {
        "resourceType": kind,
        "id": draw(st.sampled_from(["p1", "p2", "x"])),
        "status": draw(st.sampled_from(["booked", "free", "in-progress", "preparation"])),
        "comment": "STAFF ONLY",
        "for": draw(reference),
        "subject": draw(reference),
        "participant": [{"actor": draw(reference)} for _ in range(draw(st.integers(0, 2)))],
        "note": draw(
            st.lists(
                st.sampled_from(
                    [
                        {"authorString": "Patient", "text": "mine"},
                        {"authorString": "Staff", "text": "STAFF ONLY"},
                        {"authorReference": {"reference": "Practitioner/r1"}, "text": "STAFF ONLY"},
                    ]
                ),
                max_size=3,
            )
        ),
        "category": [concept(systems.MESSAGE_CATEGORY, draw(categories))],
        "payload": [{"contentString": "words"}],
        "serviceCategory": [
            concept(systems.BOOKING_ACCESS, draw(st.sampled_from(["online", "x"])))
        ],
        "start": instant(MONDAY + timedelta(hours=draw(st.integers(-5, 5)))),
        "end": instant(MONDAY + timedelta(hours=6)),
    }
    if kind not in ("Appointment", "Slot"):
        del tree["comment"]
    if kind != "Task":
        del tree["note"]
    for name in draw(st.lists(st.sampled_from(sorted(tree.keys() - {"resourceType", "start"})))):
        tree.pop(name, None)
    return tree


class AtLeisure(Engaged):
    """Clinicians who have nobody all day, without looking."""

    def __init__(self) -> None:
        """Nothing is needed."""

    def over(self, slot: Tree) -> bool:
        """Never."""
        return False


class NoUnit:
    """Fails when a rule looks into the store: none of these types needs it."""

    worked_out: ClassVar[dict[type, object]] = {Engaged: AtLeisure()}

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@settings(max_examples=100)
@given(resources())
def test_patients_never_see_staff_words_or_other_people(tree: Tree) -> None:
    before = encode(tree)
    seen = sight.seen(NoUnit(), JANE, tree, Policy(), MONDAY)  # type: ignore[arg-type]
    assert encode(tree) == before  # looking changes nothing
    if seen is None:
        return
    assert "STAFF ONLY" not in str(seen)
    match seen["resourceType"]:
        case "Appointment":
            assert any(p["actor"]["reference"] == "Patient/p1" for p in seen["participant"])
        case "Task":
            assert seen["for"]["reference"] == "Patient/p1"
        case "Communication":
            assert seen["subject"]["reference"] == "Patient/p1"
            assert messages.category(seen) == MessageCategory.PATIENT
            assert seen.get("status") != "preparation"
        case "Slot":
            assert seen["status"] == "free"
            assert slots.is_online(seen)
            assert seen["start"] >= instant(MONDAY)
        case other:
            assert other == "Patient"
            assert seen["id"] == "p1"


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 3), st.booleans()), max_size=4))
def test_slots_are_one_when_they_leave_no_gap_and_no_overlap(
    spans: list[tuple[int, int, bool]],
) -> None:
    trees = [
        {
            **slot_tree(MONDAY + timedelta(minutes=10 * start), 10 * length),
            "schedule": {"reference": "Schedule/sc1" if same else "Schedule/sc2"},
        }
        for start, length, same in spans
    ]
    if not trees:
        return
    filled = sorted(n for start, length, _ in spans for n in range(start, start + length))
    whole = filled == list(range(filled[0], filled[0] + len(filled)))
    alike = len({same for *_, same in spans}) == 1
    assert slots.are_one(trees) == (whole and alike)
    assert slots.are_one(trees) == slots.are_one(trees[::-1])


@given(st.integers(0, 300_000))
def test_a_hold_lasts_120_seconds_to_the_millisecond(gone_ms: int) -> None:
    held = {**slot_tree(MONDAY), "meta": {"lastUpdated": instant(MONDAY)}, "identifier": hold("r1")}
    assert slots.hold_over(held, MONDAY + timedelta(milliseconds=gone_ms)) == (gone_ms >= 120_000)


@given(words, words)
def test_the_holder_is_who_the_hold_names(who: str, key: str) -> None:
    held = {"identifier": [{"system": systems.HOLD, "value": f"{who}/{key}"}]}
    assert slots.holder(held) == who.partition("/")[0]
    assert slots.holder(without_identifier(held, systems.HOLD)) is None


@given(st.lists(st.sampled_from([systems.HOLD, systems.SLOT_KEY, "x"]), max_size=5))
def test_taking_one_identifier_away_leaves_the_others(kinds: list[str]) -> None:
    tree = {"identifier": [{"system": kind, "value": "1"} for kind in kinds]}
    left = without_identifier(tree, systems.HOLD)
    assert [i["system"] for i in left.get("identifier", [])] == [
        kind for kind in kinds if kind != systems.HOLD
    ]
    assert identifier(left, systems.HOLD) is None


@given(st.sampled_from(["Slot", "Task"]), st.from_regex(r"\A[A-Za-z0-9.\-]{1,20}\Z"))
def test_a_reference_reads_the_same_in_every_form(kind: str, logical_id: str) -> None:
    plain = f"{kind}/{logical_id}"
    for form in (plain, f"https://h.example:8443/A99999/fhir/{plain}", f"{plain}/_history/3"):
        assert bare(form) == plain
        assert id_of(bare(form), kind) == logical_id
        assert id_of(bare(form), "Patient") is None


def versions(path: list[str]) -> list[Stored]:
    """A history of states, newest first."""
    made = [
        Stored(
            "Appointment",
            "a",
            n + 1,
            MONDAY + timedelta(minutes=n),
            n + 1,
            "PUT",
            None,
            encode({"resourceType": "Appointment", "id": "a", "status": status}),
        )
        for n, status in enumerate(path)
    ]
    return made[::-1]


@st.composite
def walks(draw: st.DrawFn) -> list[str]:
    """States an appointment goes through, forward only, some of them written twice."""
    path = ["booked"]
    for _ in range(draw(st.integers(0, 5))):
        ways = sorted({*APPOINTMENT_MOVES[path[-1]], path[-1]})
        path.append(draw(st.sampled_from(ways)))
    return path


@settings(max_examples=100)
@given(walks())
def test_every_step_can_be_taken_back_one_by_one(path: list[str]) -> None:
    states = [s for n, s in enumerate(path) if n == 0 or s != path[n - 1]]
    for wanted in reversed(states[:-1]):
        found = booking.previous_status(versions(path))
        assert found is not None
        assert found[0] == wanted
        assert appointment_may_move(wanted, path[-1])
        path.append(wanted)
    assert booking.previous_status(versions(path)) is None


moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
priorities = st.sampled_from(["routine", "urgent", "asap", "stat"])


@given(
    moments,
    st.sampled_from(["routine", "urgent", "asap", "stat"]),
    st.sampled_from(sorted(TASK_MOVES)),
)
def test_what_is_reopened_is_due_by_the_rule_from_then(
    now: datetime, priority: str, status: str
) -> None:
    task = {"status": status, "priority": priority, "restriction": {"repetitions": 1}}
    back = requests.reopened(task, RequestState.REOPENED, now)
    assert requests.due_of(back) == due_at(now, urgent=priority != "routine")
    assert back["restriction"]["repetitions"] == 1
    assert requests.state_of(back) == "reopened"
    assert "period" not in task["restriction"]  # the tree it came from is left alone


@given(st.lists(st.sampled_from(["Patient", "Staff"]), max_size=4))
def test_only_the_patients_own_notes_are_shown(authors: list[str]) -> None:
    notes = [{"authorString": who, "text": str(n)} for n, who in enumerate(authors)]
    seen = patients.task_seen({"resourceType": "Task", "note": notes})
    assert seen.get("note", []) == [n for n in notes if n["authorString"] == "Patient"]
