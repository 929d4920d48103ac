"""The queue's rows: in order of work when nobody's hand is on them, and still when one is."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from reception.desk.order import queue_key
from reception.desk.store import RecordStore
from reception.records import Request
from reception.widgets.queue_lane import Lane
from reception.widgets.queue_model import REQUEST_MIME, ROW_ROLE, QueueModel
from reception.widgets.queue_order import HeldBack, rising
from tests.reception.queue.requests import ME, NOW, request, store


@dataclass(frozen=True)
class PlainRow:
    """As little of a row as the model asks for."""

    name: str
    sentence: str
    ended: bool


class Replay:
    """The rows rebuilt from the model's signals alone; a misuse shows as a difference."""

    def __init__(self, model: QueueModel) -> None:
        self.model = model
        self.rows = list(model.ids)
        self.moves = 0
        model.rowsInserted.connect(self._inserted)
        model.rowsRemoved.connect(self._removed)
        model.rowsMoved.connect(self._moved)
        model.modelReset.connect(self._reset)

    def _inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.moves += 1
        self.rows[first:first] = self.model.ids[first : last + 1]

    def _removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.moves += 1
        del self.rows[first : last + 1]

    def _moved(
        self, _from: QModelIndex, first: int, last: int, _to: QModelIndex, place: int
    ) -> None:
        self.moves += 1
        taken = self.rows[first : last + 1]
        del self.rows[first : last + 1]
        at = place if place <= first else place - len(taken)
        self.rows[at:at] = taken

    def _reset(self) -> None:
        self.moves += 1
        self.rows = list(self.model.ids)


def model_of(requests: RecordStore[Request], lane: Lane = Lane.ALL) -> QueueModel:
    return QueueModel(
        requests,
        order=lambda r: queue_key(r, NOW),
        describe=lambda r, ended: PlainRow(r.patient_name, f"{r.patient_name} waits", ended),
        me=ME,
        lane=lane,
    )


PRIORITIES = st.sampled_from(["routine", "urgent", "asap", "stat"])
STATUSES = st.sampled_from(
    ["requested", "received", "accepted", "in-progress", "on-hold", "completed", "rejected"]
)
VERSIONS = st.builds(
    lambda n, minutes, priority, status: (f"r{n}", minutes, priority, status),
    st.integers(0, 8),
    st.integers(0, 4000),
    PRIORITIES,
    STATUSES,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), VERSIONS),
        st.tuples(st.just("take"), VERSIONS),
        st.tuples(st.just("forget"), st.integers(0, 8).map(lambda n: f"r{n}")),
        st.tuples(st.just("pin"), st.booleans()),
        st.tuples(st.just("admit"), st.none()),
        st.tuples(st.just("release"), st.integers(0, 8).map(lambda n: f"r{n}")),
        st.tuples(st.just("lane"), st.sampled_from(list(Lane))),
        st.tuples(st.just("reset"), st.none()),
    ),
    max_size=40,
)


@pytest.fixture(scope="module", autouse=True)
def _app(qapp: object) -> None:
    """Models with signals need the application."""


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_rows_follow_the_order_of_work_and_never_move_while_pinned(
    steps: list[tuple[str, Any]],
) -> None:
    requests = store()
    model = model_of(requests)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    replay = Replay(model)
    for number, (verb, what) in enumerate(steps):
        before, before_moves = list(model.ids), replay.moves
        if verb == "take":
            name, minutes, priority, status = what
            requests.take(
                request(
                    name,
                    version=number + 2,
                    minutes_ago=minutes,
                    priority=priority,
                    status=status,
                )
            )
        elif verb == "forget":
            requests.forget(what)
        elif verb == "pin":
            model.pin(what)
        elif verb == "admit":
            model.admit()
        elif verb == "release":
            model.release(what)
        elif verb == "lane":
            model.show(what)
        else:
            with requests.bulk():
                requests.take(request("r0", version=number + 2))
        assert replay.rows == list(model.ids)
        wanted = [r.id for r in sorted(requests, key=lambda r: queue_key(r, NOW))]
        wanted = [i for i in wanted if model.lane.takes(requests.get(i), ME)]  # type: ignore[arg-type]
        if not model.is_pinned or verb in ("admit", "lane"):
            assert list(model.ids) == wanted
            assert model.held_back == HeldBack()
        else:
            if before and verb in ("take", "forget", "reset"):
                assert (list(model.ids), replay.moves) == (before, before_moves)
            assert model.held_back.new == len([i for i in wanted if i not in model.ids])
    del tester


@given(st.permutations(range(12)))
def test_the_rows_that_stay_are_a_longest_rising_run(places: list[int]) -> None:
    kept = rising(places)
    assert kept == sorted(kept)
    at = [places.index(place) for place in kept]
    assert at == sorted(at)
    lengths: list[int] = []
    for n, place in enumerate(places):
        lengths.append(1 + max((lengths[m] for m in range(n) if places[m] < place), default=0))
    assert len(kept) == max(lengths)


def test_one_change_of_place_is_one_move() -> None:
    requests = store(*(request(f"r{n}", minutes_ago=50 - n) for n in range(9)))
    model = model_of(requests)
    replay = Replay(model)
    requests.take(request("r1", version=2, minutes_ago=1))
    assert list(model.ids) == ["r0", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r1"]
    assert replay.moves == 1


def test_an_arrival_waits_while_a_row_is_under_the_hand() -> None:
    requests = store(request("a"), request("b", minutes_ago=5))
    model = model_of(requests)
    model.pin(True)
    requests.take(request("worse", priority="stat"))
    assert list(model.ids) == ["a", "b"]
    assert model.held_back == HeldBack(new=1, new_emergencies=1, emergencies=1)
    model.admit()
    assert list(model.ids) == ["worse", "a", "b"]
    assert model.held_back == HeldBack()


def test_an_emergency_further_down_is_told_of_and_let_up() -> None:
    requests = store(*(request(f"r{n}", minutes_ago=50 - n) for n in range(5)))
    model = model_of(requests)
    model.pin(True)
    requests.take(request("r4", version=2, minutes_ago=46, priority="stat"))
    assert list(model.ids) == ["r0", "r1", "r2", "r3", "r4"]
    assert model.held_back == HeldBack(emergencies=1, moved=1)
    model.admit()
    assert list(model.ids) == ["r4", "r0", "r1", "r2", "r3"]


def test_a_request_ended_elsewhere_stays_in_its_place_and_says_so() -> None:
    requests = store(request("a"), request("b", minutes_ago=5))
    model = model_of(requests)
    model.pin(True)
    requests.take(request("a", version=2, status="completed"))
    assert list(model.ids) == ["a", "b"]
    row = model.index(0).data(ROW_ROLE)
    assert isinstance(row, PlainRow)
    assert row.ended
    assert model.held_back.moved == 1
    model.release("a")
    assert list(model.ids) == ["b"]


def test_a_first_arrival_shows_at_once_in_an_empty_queue_that_has_the_focus() -> None:
    requests = store()
    model = model_of(requests)
    model.pin(True)
    requests.take(request("a"))
    assert list(model.ids) == ["a"]


def test_every_row_speaks_a_sentence_and_carries_no_more_than_its_id() -> None:
    model = model_of(store(request("a")))
    index = model.index(0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "SMITH, a waits"
    carried = model.mimeData([index])
    assert carried.formats() == [REQUEST_MIME]
    assert bytes(carried.data(REQUEST_MIME).data()) == b"a"


def test_the_filter_finds_words_and_names() -> None:
    requests = store(
        request("a", words="My knee hurts"), request("b", words="sore throat", minutes_ago=5)
    )
    model = model_of(requests)
    model.show(Lane.ALL, "throat")
    assert list(model.ids) == ["b"]
    model.show(Lane.ALL, "smith, A")
    assert list(model.ids) == ["a"]
    model.show(Lane.ALL, "")
    assert list(model.ids) == ["a", "b"]


@pytest.mark.parametrize(
    ("lane", "expected"),
    [
        (
            Lane.ALL,
            {"urgent", "admin", "unmatched", "mine", "stat-asleep", "appointment", "contact"},
        ),
        (Lane.URGENT, {"urgent", "stat-asleep"}),
        (Lane.CLINICAL, {"urgent", "unmatched", "mine", "stat-asleep"}),
        (Lane.ADMIN, {"admin"}),
        (Lane.UNMATCHED, {"unmatched"}),
        (Lane.MINE, {"mine"}),
        (Lane.APPOINTMENT, {"appointment"}),
        (Lane.CONTACTS, {"contact"}),
        (Lane.WITH_PATIENT, {"asleep", "stat-asleep"}),
        (Lane.SNOOZED, {"snoozed"}),
        (Lane.DONE, {"over"}),
    ],
)
def test_lanes_are_filters_and_nothing_open_is_in_none(lane: Lane, expected: set[str]) -> None:
    requests = store(
        request("urgent", priority="urgent"),
        request("admin", kind="admin-query"),
        request("unmatched", patient=""),
        request("mine", status="accepted", owner=ME, owner_name="Me"),
        request("asleep", status="on-hold"),
        request("stat-asleep", status="on-hold", priority="stat"),
        request("over", status="completed"),
        request("snoozed", status="on-hold", state="snoozed"),
        request("appointment", kind="appointment-request"),
        request("contact", kind="admin-query", about="Appointment/a1"),
    )
    assert set(model_of(requests, lane).ids) == expected
    seen = {i for each in Lane for i in model_of(requests, each).ids}
    assert seen == {r.id for r in requests}
