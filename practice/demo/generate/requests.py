"""The requests of the past weeks and those that wait: threads with their messages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from contract.came_by import CameBy, input_of
from contract.codes import Channel, Outcome, RequestState, RequestType, SlotType
from contract.core_hours import LONDON, due_at, is_core_day, next_core_day
from practice.demo.generate import access, envelopes, replies, volumes, wire
from practice.demo.generate.bookings import Kept
from practice.demo.generate.chance import Weighted, rounded, stream
from practice.demo.generate.clinicians import DUTY, TEAMS, Member, Staff, team_reference
from practice.demo.generate.diary import PAST_DAYS, opened_like_monday
from practice.demo.generate.envelopes import About, person_reference
from practice.demo.generate.patients import relative_id
from practice.demo.generate.people import Person
from practice.demo.generate.thread import Sent, Thread, member_reference, set_due
from practice.demo.generate.words import Said, Writer

Tree = dict[str, Any]

_REPLY_DAYS = 7
_BOOKED_SHARE = 0.45
"""Of clinical requests, this part leads to an appointment that the diary shows."""
_TICKED_URGENT = 0.05
"""Beside those whose complaint makes them say so; 12 % in all."""


class Requests:
    """Makes Tasks and threads; every call goes on with the same numbering."""

    def __init__(
        self, seed: int, people: list[Person], staff: Staff, kept: list[Kept], at: datetime
    ) -> None:
        self._seed, self._staff, self._at = seed, staff, at
        self._rng = stream(seed, "requests", at.date())
        names = {one.id: one.display for one in staff.clinicians}
        self.writer = Writer(self._rng, names)
        here = [one for one in people if one.here]
        self._askers = Weighted([(one, _asks(one)) for one in here])
        self._represented = [one for one in here if _spokesman(one) is not None] or here
        self._made_on: dict[date, list[Kept]] = {}
        for booked in kept:
            soon = booked.start - booked.created < timedelta(days=4)
            if booked.live and soon and booked.complaint.asked and booked.person.age >= 16:
                self._made_on.setdefault(booked.created.date(), []).append(booked)
        self._number = 0
        self._patients = len(people)
        self.awaiting: list[Person] = []
        """Those whose answer the practice waits for."""

    # What came

    def past(self) -> Iterator[Tree]:
        """Everything of the past weeks that is done."""
        rng = self._rng
        today = self._at.astimezone(LONDON).date()
        for back in range(PAST_DAYS, 0, -1):
            day = today - timedelta(days=back)
            for sent in self._came_on(day, _expected(day), "online"):
                yield from self._done(sent)
            if is_core_day(day):
                number = rounded(rng, volumes.scaled(volumes.THREADS_NEW, self._patients))
                for _ in range(number):
                    yield from self._done(
                        self._one(RequestType.THREAD, day, "messages", []), long=True
                    )

    def waiting(self, *, all_online: bool) -> Iterator[Tree]:
        """What nobody has looked at since the practice shut: it waits at 08:00."""
        monday = opened_like_monday(self._at.astimezone(LONDON).date())
        per_10k = volumes.WAITING[all_online, monday]
        number = max(3, round(volumes.scaled(per_10k, self._patients)))
        sent = self._batch(number)
        unmatched = round(number * volumes.UNMATCHED_SHARE)
        strangers = self._rng.sample([one for one in sent if not one.duplicate], unmatched)
        for one in sent:
            stranger = any(one is other for other in strangers)
            yield from self._open(one, unmatched=stranger).trees()
            if one.kind is RequestType.RECORDS_ACCESS and not stranger:
                yield access.proposed(one.one, one.at)

    def in_hand(self) -> Iterator[Tree]:
        """Requests that somebody has, that wait for the patient, or that sleep; open threads."""

        def number(per_10k: float) -> int:
            return max(1, round(volumes.scaled(per_10k, self._patients)))

        for _ in range(number(7)):
            yield from self._assigned()
        for _ in range(number(8)):
            yield from self._awaiting()
        for _ in range(number(2)):
            yield from self._snoozed()
        for _ in range(number(11)):
            yield from self._thread(ours=True)
        for _ in range(number(18)):
            yield from self._thread(ours=False)

    def _came_on(self, day: date, per_10k: float, curve: str) -> list[Sent]:
        number = rounded(self._rng, volumes.scaled(per_10k, self._patients))
        sent: list[Sent] = []
        for _ in range(number):
            sent.append(self._one(volumes.KINDS.draw(self._rng), day, curve, sent))
        return sorted(sent, key=lambda one: one.at)

    def _one(self, kind: RequestType, day: date, curve: str, before: list[Sent]) -> Sent:
        """One request of a past day, with dangers and doublets at their usual shares."""
        rng = self._rng
        moment = self._moment(day, curve)
        if before and rng.random() < volumes.DUPLICATE_SHARE:
            return self._again(rng.choice(before), moment)
        forms = kind not in (RequestType.APPOINTMENT, RequestType.CONSULTATION)
        share = volumes.RED_FLAG_SHARE * (
            volumes.RED_FLAGS_IN_FORMS / 0.35 if forms else (1 - volumes.RED_FLAGS_IN_FORMS) / 0.65
        )
        emergency = not forms and rng.random() < volumes.EMERGENCY_SHARE / 0.65
        led_to = self._made_on.get(day)
        if not forms and not emergency and led_to and rng.random() < _BOOKED_SHARE:
            booked = led_to.pop()
            said = self.writer.request(
                booked.person, kind, red_flag=rng.random() < share, complaint=booked.complaint
            )
            asked = booked.created - timedelta(minutes=rng.uniform(4, 90))
            return Sent(booked.person, kind, self._weighed(said, kind), asked, led_to=booked)
        return self._say(kind, moment, red_flag=rng.random() < share, emergency=emergency)

    def _batch(self, number: int) -> list[Sent]:
        """What waits, with the shares kept exactly: a small pile must show each of them."""
        rng = self._rng
        flagged = max(2, round(number * volumes.RED_FLAG_SHARE)) if number >= 10 else 1
        in_forms = max(1, round(flagged * volumes.RED_FLAGS_IN_FORMS)) if number >= 10 else 0
        sent: list[Sent] = []
        again = round(number * volumes.DUPLICATE_SHARE)
        for index in range(number - again):
            kind = volumes.KINDS.draw(rng)
            if index < in_forms:
                kind = RequestType.ADMIN
            elif index < flagged:
                kind = RequestType.CONSULTATION
            sent.append(self._say(kind, self._since_closing(), red_flag=index < flagged))
        for first in rng.sample(sent, again):
            minutes = (self._at - first.at).total_seconds() / 60
            sent.append(
                self._again(first, first.at + timedelta(minutes=rng.uniform(0.3, 0.9) * minutes))
            )
        return sorted(sent, key=lambda one: one.at)

    def _say(
        self, kind: RequestType, moment: datetime, *, red_flag: bool, emergency: bool = False
    ) -> Sent:
        rng = self._rng
        proxy = kind is not RequestType.THREAD and rng.random() < volumes.PROXY_SHARE
        one = rng.choice(self._represented) if proxy else self._grown_up()
        said = self.writer.request(one, kind, red_flag=red_flag, emergency=emergency)
        if proxy:
            said = self.writer.by_proxy(said, one)
        return Sent(one, kind, self._weighed(said, kind), moment)

    def _weighed(self, said: Said, kind: RequestType) -> Said:
        """With "this is urgent" ticked as often as people do."""
        clinical = kind in (RequestType.APPOINTMENT, RequestType.CONSULTATION)
        chance = _TICKED_URGENT if clinical else 0.02
        return replace(said, urgent=said.urgent or self._rng.random() < chance)

    def _grown_up(self) -> Person:
        one = self._askers.draw(self._rng)
        for _ in range(30):
            if one.age >= 16:
                break
            one = self._askers.draw(self._rng)
        return one

    def _again(self, first: Sent, moment: datetime) -> Sent:
        lead = self._rng.choice(
            (
                "Sending this again as I've not heard. ",
                "Not sure this went through. ",
                "Hi again. ",
                "",
            )
        )
        said = first.said
        text = (lead + said.text)[:1500]
        later = max(moment, first.at + timedelta(minutes=4))
        return Sent(first.one, first.kind, replace(said, text=text), later, duplicate=True)

    # When

    def _moment(self, day: date, curve: str) -> datetime:
        low, high = volumes.HOURS[curve if is_core_day(day) else "weekend"].draw(self._rng)
        return _at_hour(day, self._rng.uniform(low, high))

    def _since_closing(self) -> datetime:
        """Some time between the last close and now, at the hours when people write."""
        rng = self._rng
        today = self._at.astimezone(LONDON).date()
        days = [today]
        while len(days) < 2 or not is_core_day(days[-1]):
            days.append(days[-1] - timedelta(days=1))
        last_close = _at_hour(days[-1], 18.5)
        busy = Weighted([(day, _expected(day)) for day in days])
        for _ in range(60):
            moment = self._moment(busy.draw(rng), "online")
            if last_close <= moment < self._at:
                return moment
        return self._at - (self._at - last_close) * rng.random()

    def _answered(self, moment: datetime, *, urgent: bool) -> datetime:
        """When the practice answers: in core hours, before it is due, before now."""
        rng = self._rng
        local = moment.astimezone(LONDON)
        hour = local.hour + local.minute / 60
        day = local.date()
        if not is_core_day(day) or hour >= 18:
            day, hour = next_core_day(day), 8.0
        hour = max(hour, 8.0) + 0.15 + rng.expovariate(1 / (0.8 if urgent else 3.2))
        if hour >= 18.4:
            hour = 17 + rng.random() * 1.4
            if _at_hour(day, hour) <= moment:
                day, hour = next_core_day(day), 8.1 + rng.random() * 3
        return min(_at_hour(day, hour), self._at - timedelta(minutes=rng.uniform(2, 50)))

    # What became of it

    def _done(self, sent: Sent, *, long: bool = False) -> Iterator[Tree]:
        rng = self._rng
        urgent = sent.said.urgent or sent.said.emergency
        outcome = (
            Outcome.DUPLICATE
            if sent.duplicate
            else _booked(sent.led_to)
            if sent.led_to is not None
            else replies.outcome_of(rng, sent.kind, emergency=sent.said.emergency)
        )
        thread = self._open(sent, unmatched=False, phoned=rng.random() < 0.1)
        answered = max(self._answered(sent.at, urgent=urgent), sent.at + timedelta(minutes=1))
        turns = rng.randint(1, 4) if long else int(rng.random() < 0.22)
        moment = answered
        for _ in range(turns):
            thread.from_practice(
                self._desk_member(sent.kind), replies.question(rng, sent.one.mobile), moment
            )
            moment += timedelta(minutes=rng.uniform(10, 240))
            if moment >= self._at:
                break
            thread.from_patient(self.writer.reply(sent.one), moment)
            moment += timedelta(minutes=rng.uniform(5, 120))
        ended = max(min(moment, self._at - timedelta(minutes=1)), answered)
        thread.from_practice(
            self._desk_member(sent.kind),
            replies.answer(rng, outcome),
            ended,
            read=rng.random() < 0.8,
        )
        if rng.random() < 0.06:
            thread.note(self._desk_member(sent.kind), rng.choice(replies.NOTES), answered)
        result = f"Appointment/{sent.led_to.id}" if sent.led_to is not None else None
        envelopes.done(thread.task, outcome, ended, result)
        thread.task["owner"] = member_reference(self._desk_member(sent.kind))
        yield from thread.trees()

    def _lately(self) -> datetime:
        """On the last day the practice was open (or today, once it has been)."""
        day = self._at.astimezone(LONDON).date() - timedelta(days=1)
        while not is_core_day(day):
            day -= timedelta(days=1)
        return _at_hour(day, self._rng.uniform(9, 17.8))

    def _assigned(self) -> Iterator[Tree]:
        rng = self._rng
        sent = self._say(volumes.KINDS.draw(rng), self._lately(), red_flag=False)
        thread = self._open(sent)
        envelopes.in_state(
            thread.task, rng.choice(("accepted", "in-progress")), RequestState.ASSIGNED
        )
        team = rng.choice(("nurses", "prescribers", "duty", "reception"))
        thread.task["owner"] = (
            member_reference(rng.choice(self._staff.clinicians))
            if rng.random() < 0.5
            else person_reference(team_reference(team), TEAMS[team])
        )
        thread.note(
            self._desk_member(sent.kind), rng.choice(replies.NOTES), sent.at + timedelta(minutes=25)
        )
        yield from thread.trees()

    def _awaiting(self) -> Iterator[Tree]:
        rng = self._rng
        sent = self._say(volumes.KINDS.draw(rng), self._lately(), red_flag=False)
        yield from self._asked_back(self._open(sent), sent)

    def _asked_back(self, thread: Thread, sent: Sent) -> Iterator[Tree]:
        rng = self._rng
        asked = sent.at + timedelta(minutes=rng.uniform(10, 30))
        self.awaiting.append(sent.one)
        member = self._desk_member(sent.kind)
        thread.from_practice(
            member, replies.question(rng, sent.one.mobile), asked, read=rng.random() < 0.5
        )
        envelopes.in_state(thread.task, "on-hold", RequestState.AWAITING_PATIENT)
        thread.task["lastModified"] = wire.z(asked)
        thread.task["owner"] = member_reference(member)
        set_due(thread.task, asked + timedelta(days=_REPLY_DAYS))
        yield from thread.trees()

    def _snoozed(self) -> Iterator[Tree]:
        sent = self._say(RequestType.ADMIN, self._lately(), red_flag=False)
        thread = self._open(sent)
        envelopes.in_state(thread.task, "on-hold", RequestState.SNOOZED)
        today = self._at.astimezone(LONDON).date()
        set_due(thread.task, _at_hour(next_core_day(today), 9 + self._rng.randint(0, 5)))
        yield from thread.trees()

    def _thread(self, *, ours: bool) -> Iterator[Tree]:
        """A conversation: either the patient wrote last and it is our turn, or it is theirs."""
        rng = self._rng
        one = self._grown_up()
        said = self.writer.request(one, RequestType.THREAD, red_flag=False)
        sent = Sent(
            one, RequestType.THREAD, said, self._lately() - timedelta(hours=rng.uniform(1, 6))
        )
        thread = self._open(sent)
        if not ours:
            yield from self._asked_back(thread, sent)
            return
        if rng.random() < 0.7:
            asked = sent.at + timedelta(minutes=rng.uniform(15, 60))
            thread.from_practice(
                self._desk_member(sent.kind), replies.question(rng, one.mobile), asked
            )
            back = max(self._since_closing(), asked + timedelta(minutes=20))
            thread.from_patient(self.writer.reply(one), back, read=False)
            envelopes.in_state(thread.task, "in-progress", RequestState.REOPENED)
            thread.task["lastModified"] = wire.z(back)
            set_due(thread.task, due_at(back, urgent=False))
        yield from thread.trees()

    # Pieces

    def _open(self, sent: Sent, *, unmatched: bool = False, phoned: bool = False) -> Thread:
        self._number += 1
        rng = self._rng
        one = sent.one
        spokesman = _spokesman(one) if sent.said.text.startswith("This is about") else None
        patient: Tree = person_reference(one.reference, one.display)
        sender = patient
        if unmatched:
            patient = {"display": f"{one.given[0]} {one.family}"}
            sender = patient
        elif spokesman is not None:
            sender = person_reference(
                f"RelatedPerson/{relative_id(one, spokesman)}", spokesman.display
            )
        about = About(patient, sender)
        thread = Thread(f"r{self._number:05d}", about, rng)
        thread.start(sent)
        if unmatched:
            _unmatch(thread.task, one)
        elif phoned:
            thread.task["requester"] = member_reference(rng.choice(self._staff.desk))
            thread.task["input"] = [input_of(CameBy.PHONE)]
        return thread

    def _desk_member(self, kind: RequestType) -> Member:
        clinical = kind in (RequestType.APPOINTMENT, RequestType.CONSULTATION)
        if clinical and self._rng.random() < 0.35:
            return next(
                (m for m in self._staff.clinicians if m.id == DUTY), self._staff.clinicians[0]
            )
        return self._rng.choice(self._staff.desk)


def _booked(kept: Kept) -> Outcome:
    if kept.channel is Channel.TELEPHONE:
        return Outcome.BOOKED_PHONE
    clinic = (SlotType.NURSE, SlotType.HCA, SlotType.PHYSIO)
    in_clinic = any(kind in clinic for kind in kept.complaint.slots)
    return Outcome.NURSE_OR_PHYSIO if in_clinic else Outcome.BOOKED_FACE_TO_FACE


def _expected(day: date) -> float:
    if not is_core_day(day):
        return volumes.REQUESTS_WEEKEND.get(day.weekday(), 12)
    return volumes.REQUESTS_MONDAY if opened_like_monday(day) else volumes.REQUESTS_ORDINARY


def _asks(one: Person) -> float:
    """How likely somebody writes online: women, and 25 to 34, most; hardly anybody over 85."""
    age = one.age
    by_age = (
        0.25 if age < 16 else 1.0 if age < 25 else 1.5 if age < 35 else 1.1 if age < 65 else 0.8
    )
    by_age = by_age if age < 76 else 0.4 if age < 85 else 0.06
    return by_age * (1.55 if one.female else 0.8) * (1.4 if one.online else 0.8)


def _spokesman(one: Person) -> Person | None:
    """Who may write for *one*, as the RelatedPersons of `patients.relatives` say."""
    if one.age < 11 and one.parents:
        return one.parents[0]
    return one.carer


def _unmatch(task: Tree, one: Person) -> None:
    """The person gave details that nobody has yet found in the list."""
    task["contained"] = [
        {
            "resourceType": "Patient",
            "id": "person",
            "name": [
                {
                    "text": f"{one.given[0]} {one.family}",
                    "family": one.family,
                    "given": one.given[:1],
                }
            ],
            "birthDate": one.born.isoformat(),
            "telecom": [{"system": "phone", "value": one.mobile or "07700900000", "use": "mobile"}],
            "address": [{"postalCode": one.address.postcode}],
        }
    ]
    task["requester"] = {"reference": "#person", "display": f"{one.given[0]} {one.family}"}
    envelopes.in_state(task, "requested", RequestState.UNMATCHED)


def _at_hour(day: date, hour: float) -> datetime:
    """That wall-clock hour in London as UTC."""
    whole = timedelta(hours=min(max(hour, 0.0), 23.999))
    return datetime.combine(day, time(), LONDON).astimezone(UTC) + whole
