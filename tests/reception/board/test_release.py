"""The release page: what it says it would do is what it does."""

import copy
import dataclasses
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import SlotType
from reception.desk.desk import Desk
from reception.records import Slot
from reception.ui.release_page import ReleasePage
from reception.widgets.look import Look
from reception.widgets.slot_counts import Counts, Named, Wish, chosen, count_of, counted
from tests.reception.board.afternoon import some_to_open
from tests.reception.board.diary import Diary, at, busy_monday
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks
from tests.running import RunningPractice


@pytest.fixture
def spare(desk: Desk, practice: RunningPractice, until: Until) -> None:
    """Enough of the afternoon that nobody has opened or taken: tests share the practice."""
    some_to_open(practice, [desk], until)


@pytest.fixture
def page(desk: Desk, look: Look, finish: Finish, spare: None) -> Iterator[ReleasePage]:
    made = ReleasePage(desk, look)
    made.resize(1366, 768)
    made.show()
    yield made
    made.tasks.cancel_all()
    finish(made.tasks.drained())
    made.close()
    made.deleteLater()


@pytest.fixture(scope="module")
def monday(qapp: Any) -> Iterator[Diary]:
    """A day that no test changes."""
    made = Diary()
    busy_monday(made)
    yield made
    made.stop()


def named_in(diary: Diary) -> Named:
    def named(slot: Slot) -> tuple[str, str]:
        session = diary.sessions.get(slot.schedule_id)
        assert session is not None
        return session.practitioner_id, session.practitioner_name

    return named


def test_every_slot_is_counted_once(monday: Diary) -> None:
    diary = monday
    now = diary.clock
    table = counted(diary.slots, named_in(diary), now)
    breaks = sum(s.is_blocked for s in diary.slots)
    total = sum(table.values(), Counts())
    assert total.total == len(diary.slots) - breaks
    assert total.free == sum(s.status == "free" and s.start > now for s in diary.slots)
    assert total.embargoed == sum(s.is_embargoed for s in diary.slots) > 0
    assert 0 < total.online < total.free


@given(
    opening=st.booleans(),
    count=st.integers(1, 12),
    kind=st.sampled_from(["", "gp-routine", "nurse"]),
    who=st.sampled_from(["", "dr-n-grant"]),
    hour=st.integers(8, 17),
    hours=st.integers(1, 6),
)
def test_a_wish_takes_only_what_it_may_and_the_earliest_first(
    monday: Diary, opening: bool, count: int, kind: str, who: str, hour: int, hours: int
) -> None:
    diary = monday
    named = named_in(diary)
    wish = Wish(
        opening, count, at(f"{hour:02d}:00"), at(f"{min(23, hour + hours):02d}:00"), kind, who
    )
    picked, able = chosen(wish, diary.slots, named, diary.clock)
    fit = [s for s in diary.slots if wish.could_take(s, named, diary.clock)]
    assert able == len(fit)
    assert len(picked) == min(count, able)
    for slot in picked:
        assert wish.start <= slot.start < wish.end
        assert kind in ("", slot.type_code)
        assert who in ("", named(slot)[0])
        counts = count_of(slot, diary.clock)
        assert counts.embargoed or counts.free
        assert bool(counts.online) != opening
    left = [s.start for s in fit if s not in picked]
    assert not left or max(s.start for s in picked) <= min(left)


def test_a_home_visit_is_opened_only_when_it_is_meant(monday: Diary) -> None:
    slot = next(s for s in monday.slots if s.is_embargoed and s.start > monday.clock)
    tree = copy.deepcopy(slot.tree)
    tree["serviceType"][0]["coding"][0]["code"] = SlotType.VISIT
    visit = Slot.from_tree(tree)
    wish = Wish(True, 1, at("08:00"), at("18:30"))
    assert not wish.could_take(visit, named_in(monday), monday.clock)
    meant = dataclasses.replace(wish, type_code=SlotType.VISIT)
    assert meant.could_take(visit, named_in(monday), monday.clock)


def test_what_is_previewed_is_opened_and_can_be_taken_back(
    page: ReleasePage, desk: Desk, until: Until
) -> None:
    page.open_pane.form.set_times(time(14), time(17))
    page.open_pane.form.count.setValue(4)
    before = page.counts.total.online
    picked = [slot.id for slot in page.picked]
    assert len(picked) == 4
    lines = [page.open_pane.list.item(row).text() for row in range(page.open_pane.list.count())]
    assert len(lines) == 4
    assert lines == sorted(lines)
    assert page.open_pane.apply.text() == "Open 4 slots online"
    assert page.open_pane.said.text() == "Patients will see 4 slots."
    page.open_pane.apply.setFocus()
    place = page.open_pane.apply.geometry()
    page.open_pane.apply.click()
    assert not page.open_pane.apply.isEnabled()
    assert page.open_pane.form.count.hasFocus()
    until(page.open_pane.withdraw.isVisible)
    assert (
        page.open_pane.apply.geometry() == place
    )  # or a second click would take back what the first did
    opened = [desk.slots.get(slot_id) for slot_id in picked]
    assert all(s is not None and s.is_online and s.status == "free" for s in opened)
    until(lambda: page.counts.total.online == before + 4)
    page.open_pane.withdraw.click()
    until(page.open_pane.withdraw.isHidden)
    kept = [desk.slots.get(slot_id) for slot_id in picked]
    assert not any(s is not None and s.is_online for s in kept)
    until(lambda: page.counts.total.online == before)


def test_what_was_taken_meanwhile_stays_and_is_named(
    page: ReleasePage, desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    page.open_pane.form.set_times(time(14), time(18))
    page.open_pane.form.count.setValue(3)
    picked = [slot.id for slot in page.picked]
    page.open_pane.apply.click()
    until(page.open_pane.withdraw.isVisible)
    rival = finish(desks.open("receptionist", 1))
    finish(rival.book([picked[1]], patient(rival, 3)))
    page.open_pane.withdraw.click()
    until(page.banner.isVisible)
    assert page.open_pane.result.text().startswith("2 slots withdrawn.")
    assert patient(rival, 3).name.split(",")[0] in page.open_pane.result.text()
    taken = desk.slots.get(picked[1])
    assert taken is not None
    assert taken.status == "busy"


def test_nothing_can_be_released_while_the_practice_is_silent(
    page: ReleasePage, desk: Desk
) -> None:
    assert page.open_pane.apply.isEnabled()
    desk.freshness.lost()
    assert not page.open_pane.apply.isEnabled()
    desk.freshness.caught_up()
    assert page.open_pane.apply.isEnabled()


def test_a_row_says_which_kind_is_meant(page: ReleasePage) -> None:
    kind = page.counts.kind(0)
    assert kind is not None
    page.table.kind_chosen.emit(kind.practitioner_id, kind.type_code)
    wish = page.open_pane.form.wish(page._desk.day)
    assert (wish.practitioner_id, wish.type_code) == (kind.practitioner_id, kind.type_code)
    last = page.counts.rowCount() - 1
    assert page.counts.kind(last) is None
    assert page.counts.index(last, 0).data() == "All clinicians"


def test_a_count_that_nobody_sees_waits_until_it_is_seen(
    page: ReleasePage, desk: Desk, finish: Finish, until: Until
) -> None:
    page.open_pane.form.set_times(time(14), time(18))
    page.open_pane.form.count.setValue(1)
    before, slot_id = page.counts.total.online, page.picked[0].id
    page.hide()
    finish(desk.open_online([slot_id]))
    assert not page.counts.is_due
    assert page.counts.total.online == before
    page.show()
    assert page.counts.total.online == before + 1
    assert slot_id not in [slot.id for slot in page.picked]
    finish(desk.withdraw_online([slot_id]))
    assert page.counts.is_due or page.counts.total.online == before  # a slow machine has counted
    until(lambda: page.counts.total.online == before)
