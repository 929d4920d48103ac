"""The desk: what a signed-in user sees and can do."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtCore import Slot as QtSlot

from contract.codes import Priority
from contract.core_hours import CoreHours
from reception.api.handover import Handover
from reception.api.network import NetworkThread
from reception.api.wire import Wire
from reception.desk import order
from reception.desk.ahead import Ahead
from reception.desk.alarm import Alarm
from reception.desk.backfill import Backfill
from reception.desk.board import BoardVerbs
from reception.desk.booking import Booking
from reception.desk.claims import Claims
from reception.desk.clashes import Clashes
from reception.desk.contacts import Contacts
from reception.desk.cues import Cues
from reception.desk.day_records import DayReading
from reception.desk.demand import Demand
from reception.desk.documents import Documents
from reception.desk.drafts import Drafts
from reception.desk.endings import Endings
from reception.desk.extra import ExtraSlots
from reception.desk.feed import Feed
from reception.desk.fit import Fitting
from reception.desk.fit_ahead import FitAhead
from reception.desk.freshness import Freshness, State
from reception.desk.hours import core_hours
from reception.desk.intake import Intake
from reception.desk.item import Items
from reception.desk.letters import Letters
from reception.desk.loading import Loading
from reception.desk.mailing import Mailing
from reception.desk.me import Me
from reception.desk.missed import Missed
from reception.desk.moving import Moving
from reception.desk.notice import Notice
from reception.desk.offer import Offer
from reception.desk.offering import Offering
from reception.desk.order import QueueKey, Sweep
from reception.desk.outbox import Outbox
from reception.desk.outlook import Outlook
from reception.desk.overbooking import Overbooking
from reception.desk.people import People
from reception.desk.phrase_book import PhraseBook
from reception.desk.post import Post
from reception.desk.practice_time import PracticeTime
from reception.desk.quiet import QuietCalls
from reception.desk.ready_words import ReadyWords
from reception.desk.red_flag_watch import RedFlagWatch
from reception.desk.red_flags import RedFlags
from reception.desk.release import Release
from reception.desk.release_rules import ReleaseRules
from reception.desk.repeat_booking import RepeatBooking
from reception.desk.repeat_orders import RepeatOrders
from reception.desk.repeats import Repeats
from reception.desk.sessions import Sessions
from reception.desk.signing import Signing
from reception.desk.slot_shapes import SlotShapes
from reception.desk.slots import Slots
from reception.desk.stores import Stores
from reception.desk.surge import Surge
from reception.desk.templates import Templates
from reception.desk.triage import Triage
from reception.desk.undo import Undos
from reception.desk.walk_in import WalkIns
from reception.desk.week import Week
from reception.desk.workbench import Workbench
from reception.desk.writer import Writer
from reception.records import Appointment, Organization, Request, record_of
from reception.records.problem import Problem

if TYPE_CHECKING:
    from reception.api.live import LiveState  # brings HTTP and sockets along; the start does not

BIND_S = 3.0
"""How long the first load waits for the live channel; then it goes ahead without."""
RETRY_AFTER = timedelta(seconds=5)
"""What could not be loaded is tried again this often, while there is contact."""
MEET_S = 0.05
MEET_AT_ONCE = 50
"""Patients who come with pushed records are fetched this much later, so many together."""
_IN_TOUCH = ("live", "polling")
"""States of the channel in which every change reaches us by itself."""


class Desk(QObject):
    """Stores to look at, verbs to act by, questions to ask. One per signed-in user.

    Verbs are coroutines of the UI loop. Each raises only `Problem`s and answers with the record as
    the service has stored it; a write goes on when its caller is cancelled. The verbs are those of
    the classes they are taken from: `Booking`, `BoardVerbs`, `Moving`, `Missed`, `Triage`,
    `Offer`, `Post`, `Release`, `People`; there they are described. Those on whole sessions are
    kept apart, as `diary`, `templates` and `contacts`.

    `feed` is given to the `LiveChannel`; `start` loads once that is in touch.

    Args:
        me: who is signed in.
        wire: the service.
        network: the thread on which what was fetched is parsed.
        outbox: where writes are kept until their end is known.
        drafts: half-written words.
        loop: the window's asyncio loop.
        parent: the Qt parent.
    """

    told = Signal(object)  # Notice
    day_changed = Signal(object)  # date: another day is open
    loaded = Signal()  # the open day is complete
    saving_changed = Signal(str)  # reference

    def __init__(
        self,
        me: Me,
        wire: Wire,
        network: NetworkThread,
        outbox: Outbox,
        drafts: Drafts,
        loop: asyncio.AbstractEventLoop,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.me, self.drafts = me, drafts
        self._wire, self._network, self._loop = wire, network, loop
        self._running: set[asyncio.Task[Any]] = set()
        self._unmet: set[str] = set()
        self._touched = asyncio.Event()
        self._is_in_touch = False
        self._channel = "connecting"
        self._is_loading = False
        self._is_loaded = False
        self._is_reloading = self._is_complete = self._is_started = False
        self._closed = False

        self.time = PracticeTime(wire.practice_now, self)
        self._tried_at = self.time.now()
        self.freshness = Freshness(self.time.now, self)
        stores = self.stores = Stores(self.time.today, self._reread, self)
        self.sessions, self.slots = stores.sessions, stores.slots
        self.appointments, self.requests = stores.appointments, stores.requests
        self.messages, self.patients = stores.messages, stores.patients
        self.practitioners, self.teams = stores.practitioners, stores.teams
        self.roles, self.places, self.flags = stores.roles, stores.places, stores.flags
        self.services = stores.services

        self._writer = Writer(wire, stores, outbox, self.time, self._tell, self)
        self._undos = Undos(self.time.now, self._tell)
        self._loading = Loading(wire, network, stores, self.time, RedFlags.shipped().read)
        self.cues = Cues(wire.search, stores, self.time, self)
        self.read_day = DayReading(wire, network, stores, self.time).read_day
        self.orders = RepeatOrders(
            stores, self.time, wire.search, self._raised_for, self._start, self
        )
        self.outlook = Outlook(wire, network, stores, self.time, self)
        self.demand = Demand(wire, stores.requests, self.time, self)
        self.week = Week(
            wire, network, stores, self._writer, self.cues, self.time, self._reread, self
        )
        self._take_verbs(
            Workbench(me, wire, stores, self.time, self.freshness, self._writer, self._undos)
        )
        self.feed = Feed(
            loop,
            take=stores.take,
            on_contact=self._on_contact,
            on_state=self._on_channel,
            on_reload=self._on_reload,
        )
        self._clock_feed: Handover[None] = Handover(loop, self._on_corrected)
        wire.on_practice_time(lambda _: self._clock_feed([None]))

        self._writer.saving_changed.connect(self.saving_changed)
        self.time.day_changed.connect(self._on_new_day)
        self.time.jumped.connect(self._on_reload)
        self.freshness.changed.connect(self._on_freshness)
        self.loaded.connect(self._on_loaded)
        self.requests.added.connect(self._on_record_of_patient)
        self.appointments.added.connect(self._on_record_of_patient)

    def _take_verbs(self, bench: Workbench) -> None:
        self.documents = Documents(bench, self)
        questions = Slots(bench.stores, bench.time, bench.me.id)
        booking = Booking(bench, questions)
        clashes = Clashes(bench, questions, booking)
        self._take_booking(bench, questions, booking, clashes)
        self._take_board(bench, questions)
        self._take_queue(bench, questions, booking, clashes)
        self._take_diary(bench, questions)
        self.ready_words = ReadyWords(self.documents, bench.stores, bench.me, self)
        people = People(bench)
        self.find_patients, self.twins_of = people.find_patients, people.twins_of
        self.patients_like, self.banner = people.patients_like, people.banner
        self.story = people.story
        self.ahead = Ahead(people.story, bench.stores, self._start, self)
        self.undo = bench.undos.undo
        self._take_alarm(bench)

    def _take_alarm(self, bench: Workbench) -> None:
        self.red_flags = RedFlags.shipped()
        self.red_flag_watch = RedFlagWatch(
            self.red_flags, bench.wire, self._network, bench.stores, self.documents, bench.time,
            self._start, self,
        )  # fmt: skip
        self.alarm = Alarm(bench, self.red_flags, self)
        self.acknowledge = self.alarm.acknowledge
        self.surge = Surge(bench, self.documents, self)
        self.loaded.connect(self.red_flag_watch.ask_again)

    def _take_booking(
        self, bench: Workbench, questions: Slots, booking: Booking, clashes: Clashes
    ) -> None:
        self.hold_slot, self.drop_hold = booking.hold_slot, booking.drop_hold
        self.book = booking.book
        self.clashes, self.book_instead = clashes.clashes, clashes.book_instead
        overbooking = Overbooking(bench, questions, booking, clashes)
        self.overbook, self.must_be_taken = overbooking.overbook, overbooking.must_be_taken
        self.walk_in = WalkIns(bench, booking, clashes).walk_in
        series = RepeatBooking(bench, questions, booking)
        self.find_series, self.book_series = series.find_series, series.book_series
        self.following, self.nearest = questions.following, questions.nearest
        self.appointment_in = questions.appointment_in
        self.clinician_of = questions.clinician_of

    def _take_board(self, bench: Workbench, questions: Slots) -> None:
        quiet = QuietCalls(bench)
        board = BoardVerbs(bench, questions, quiet)
        self.arrive, self.send_in, self.leave = board.arrive, board.send_in, board.leave
        self.did_not_attend, self.note_late = board.did_not_attend, board.note_late
        self.cancel, self.walk_out = board.cancel, board.walk_out
        self.call, self.no_answer, self.asks_quiet = board.call, board.no_answer, quiet.proposed
        self.visit_done, self.visit_missed = board.visit_done, board.visit_missed
        self.book_in_error = board.book_in_error
        moving, missed = Moving(bench, questions), Missed(bench)
        self.move, self.swap, self.nearest_for = moving.move, moving.swap, moving.nearest_for
        self.preview_move, self.preview_swap = moving.preview_move, moving.preview_swap
        self.absences, self.mark_missed = missed.absences, missed.mark_missed

    def _take_queue(
        self, bench: Workbench, questions: Slots, booking: Booking, clashes: Clashes
    ) -> None:
        triage = Triage(bench)
        post = Post(bench, triage)
        self.phrases = PhraseBook(self.documents, bench.stores, bench.me, self)
        offer = Offer(bench, questions, booking, clashes, triage, post, self.phrases)
        self.endings = Endings(bench, triage, post)
        self.items = Items(bench)
        self.offering = Offering(bench, questions, triage, post, self)
        self.open_request, self.keep_request = triage.open_request, triage.keep_request
        self.close_request, self.prioritise = triage.close_request, triage.prioritise
        self.assign, self.hand_back, self.match = triage.assign, triage.hand_back, triage.match
        self.snooze, self.complete, self.reject = triage.snooze, triage.complete, triage.reject
        self.reopen, self.take_over = triage.reopen, triage.take_over
        self.claims = Claims(bench.me, bench.stores, bench.time, triage, self._tell, self)
        self.take_down = Intake(bench).take_down
        self.book_from_request, self.words_for = offer.book_from_request, offer.words_for
        self.open_thread, self.mark_read = post.open_thread, post.mark_read
        self.read_threads, self.file = post.read_threads, post.file
        self.reply, self.hand_to = post.reply, post.hand_to
        self.note, self.notes = post.note, post.notes
        self.repeats = Repeats(bench, self.orders, triage)
        self.signing = Signing(bench.stores, self.orders, self.repeats, self)
        self.undelivered, self.settle_failure = post.undelivered, post.settle_failure
        self.send_again = post.send_again
        mailing = Mailing(bench, post)
        self.letters = Letters(bench, self.drafts, mailing, self)
        self.write, self.write_each = mailing.write, mailing.write_each
        fitting = Fitting(bench.stores, bench.time, questions)
        self.best_fit = fitting.best_fit
        ahead = FitAhead(bench.wire, self._network, bench.stores, bench.time, questions, fitting)
        self.fits = ahead.fits
        freed = Backfill(bench.stores, bench.time, bench.me.reference)
        self.fitting_requests = freed.fitting_requests

    def _take_diary(self, bench: Workbench, questions: Slots) -> None:
        self.contacts = Contacts(bench)
        self.diary = Sessions(bench, self.contacts)
        self.templates = Templates(bench, self.diary, self.contacts)
        release, shapes = Release(bench, questions), SlotShapes(bench, questions)
        extra, rules = ExtraSlots(bench), ReleaseRules(bench)
        self.open_online, self.withdraw_online = release.open_online, release.withdraw_online
        self.share_online, self.fall_back = release.share_online, release.fall_back
        self.block, self.unblock = release.block, release.unblock
        self.split_slot, self.merge_slot = shapes.split, shapes.merge
        self.slot_after = shapes.next_of
        self.add_slots, self.withdraw_slots = extra.add_slots, extra.withdraw_slots
        self.load_rules, self.set_rule, self.rules = rules.load_rules, rules.set_rule, rules.rules
        self.later_slots = rules.later_slots

    # -- what is open

    @property
    def day(self) -> date:
        """The open day (London)."""
        return self.stores.day

    @property
    def organization(self) -> Organization | None:
        """The practice, once loaded."""
        return next(iter(self.stores.organizations), None)

    @property
    def saving(self) -> set[str]:
        """References (`Slot/s1`) of what is on its way to the service."""
        return self._writer.saving

    @property
    def is_loading(self) -> bool:
        """Whether the open day is being fetched."""
        return self._is_loading

    @property
    def is_complete(self) -> bool:
        """Whether the stores hold all of the open day; if not, it is being fetched, or could not.

        A day that could not be fetched is tried again at the next contact.
        """
        return self._is_complete

    async def start(self, bind_s: float = BIND_S) -> None:
        """Wait for the live channel (at most *bind_s*), then load today, the queue, the people.

        Raises:
            Problem: not all could be loaded; that is tried again as soon as there is contact.
        """
        await self._writer.restore()
        try:
            async with asyncio.timeout(bind_s):
                await self._touched.wait()
        except TimeoutError:
            pass  # changes will be told, or polled for, later; the load does not wait
        self._is_started = self._is_reloading = True
        await self._loaded_by(self._load_all)

    async def open_day(self, day: date) -> None:
        """Open *day* (London) in the stores of the day.

        Raises:
            Problem: it could not be loaded.
        """
        self._is_complete = False
        self.stores.show_day(day)
        self.day_changed.emit(day)
        await self._load_day()

    async def reload(self) -> None:
        """Bring everything that is open up to date, after a sleep or a gap that cannot be told."""
        self.freshness.catching_up()
        is_complete, *_ = await asyncio.gather(
            self._loading.day(self.day, afresh=False),
            self._loading.queue(afresh=False),
            self._loading.people(),
            self._loading.documents(),
        )
        self._is_loaded = True
        if is_complete:
            self._is_complete = True
            self.loaded.emit()
        self._if_up_to_date()

    async def _load_all(self) -> None:
        await asyncio.gather(
            self.open_day(self.time.today()),
            self._loading.queue(afresh=True),
            self._loading.people(),
            self._loading.documents(),
        )
        self._is_loaded = True

    async def _load_day(self) -> None:
        day, self._is_loading = self.day, True
        try:
            if await self._loading.day(day, afresh=True):
                self._is_loading, self._is_complete = False, True
                self.loaded.emit()
        finally:
            if self.day == day:
                self._is_loading = False

    async def settle(self) -> None:
        """Find out what became of writes whose end is not known."""
        await self._writer.settle()

    async def close(self) -> None:
        """End: timers, background work; writes get a moment, the rest is settled next time."""
        if self.freshness.can_book:
            await self.claims.hand_back()
        self._closed = True
        self.feed.close()
        self._clock_feed.close()
        self.time.stop()
        self.freshness.stop()
        for task in set(self._running):
            task.cancel()
        if self._running:
            await asyncio.wait(set(self._running), timeout=1.0)
        await self._writer.close()

    # -- the order of work

    @property
    def core_hours(self) -> CoreHours:
        """When the practice is open, as it has set it."""
        return core_hours(self.stores)

    def queue(self) -> list[Request]:
        """Every open request in the order of work."""
        return sorted(self.requests.open_ones(), key=self.queue_key)

    def queue_key(self, request: Request) -> QueueKey:
        """Sorts requests into the order of work as of now."""
        raised = self.red_flags.raised_for(request)
        return order.queue_key(request, self.time.now(), raised, self.core_hours)

    def _raised_for(self, request: Request) -> Priority:
        return self.red_flags.raised_for(request)

    def due_text(self, request: Request) -> str:
        """The due clock of a request in words."""
        return order.due_text(request, self.time.now())

    def closing_sweep(self) -> Sweep:
        """What must not be left at the close."""
        return order.closing_sweep(self.requests.open_ones(), self.time.now(), self.core_hours)

    def patient_name(self, record: Request | Appointment) -> str:
        """Whose it is: the name it carries, or the patient's where it carries none."""
        return self.stores.patient_name(record)

    def medicine_text(self, request: Request) -> str:
        """Name and strength of the medicine that a repeat request is for, or an empty string."""
        medicine = self.stores.medicines.get(request.medication_id)
        return medicine.name if medicine is not None else ""

    # -- what the channel and the clock say

    def _on_contact(self) -> None:
        self.freshness.heard()
        if self._channel in _IN_TOUCH:
            self._be_in_touch()
        else:
            self._catch_up_on_loading()

    def _on_channel(self, state: "LiveState") -> None:
        self._channel = str(state)
        self._is_in_touch = False
        if self._channel == "live":
            self._be_in_touch()
        elif self._channel == "stopped":
            self.freshness.lost()
        elif self.freshness.state is State.LIVE:
            self.freshness.catching_up()  # polling is no contact before a poll is answered

    def _be_in_touch(self) -> None:
        self._is_in_touch = True
        self._touched.set()
        self._catch_up_on_loading()
        self._if_up_to_date()

    @QtSlot()
    def _on_reload(self) -> None:
        if self._is_loaded:
            self._once_at_a_time(self.reload)

    def _catch_up_on_loading(self) -> None:
        """What could not be loaded before is tried again, now that there is contact."""
        if not self._is_started or self.time.now() - self._tried_at < RETRY_AFTER:
            return
        if not self._is_loaded:
            self._once_at_a_time(self._load_all)
        elif not self._is_complete and not self._is_loading:
            self._once_at_a_time(self._load_day)

    def _once_at_a_time(self, load: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if not self._is_reloading and not self._is_loading:
            self._is_reloading = True
            self._start(self._loaded_by(load))

    async def _loaded_by(self, load: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tried_at = self.time.now()
        try:
            await load()
        finally:
            self._is_reloading = False
            self._if_up_to_date()

    def _on_corrected(self, _: list[None]) -> None:
        self.time.corrected()

    @QtSlot(object)
    def _on_new_day(self, today: date) -> None:
        self.stores.sift_requests()
        if self._is_loaded and self.day == today - timedelta(days=1):
            self._start(self.open_day(today))

    @QtSlot()
    def _on_freshness(self) -> None:
        if self.freshness.state is State.LIVE:
            self._start(self._writer.settle())

    @QtSlot(object)
    def _on_record_of_patient(self, record: Request | Appointment) -> None:
        """What is pushed comes without its patient: fetch whom we have not met, many at once."""
        if not record.patient_id or record.patient_id in self.patients:
            return
        first = not self._unmet
        self._unmet.add(record.patient_id)
        if first:
            self._start(self._meet())

    async def _meet(self) -> None:
        await asyncio.sleep(MEET_S)
        some, self._unmet = self._unmet, set()
        ids = sorted(some)
        for start in range(0, len(ids), MEET_AT_ONCE):
            wanted = ",".join(ids[start : start + MEET_AT_ONCE])
            self.stores.take_trees(await self._wire.search("Patient", [("_id", wanted)]))
        await self.cues.learn()

    @QtSlot()
    def _on_loaded(self) -> None:
        self._start(self.cues.learn())

    def _if_up_to_date(self) -> None:
        if self._is_in_touch and self._is_loaded and not self._is_reloading:
            self.freshness.caught_up()

    def _reread(self, reference: str) -> None:
        self._start(self._read_again(reference))

    async def _read_again(self, reference: str) -> None:
        resource_type, _, record_id = reference.partition("/")
        record = record_of(await self._wire.read(resource_type, record_id))
        if record is not None:
            self.stores.settle(record)

    def _tell(self, notice: Notice) -> None:
        self.told.emit(notice)

    def _start(self, work: Coroutine[Any, Any, object]) -> None:
        if self._closed:
            work.close()
            return
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        fault = task.exception()
        # A Problem in the background means no contact: the next contact tries again.
        if fault is not None and not isinstance(fault, Problem):
            self._loop.call_exception_handler(
                {"message": "work in the background failed", "exception": fault, "task": task}
            )
