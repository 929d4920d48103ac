"""Who acts next: chooses patients, gives each their own token and way of writing."""

from random import Random

import httpx2

from contract.codes import OnlineService, RequestType
from practice.clock import Clock
from practice.demo import accounts
from practice.demo.generate import volumes
from practice.demo.generate.access import Proxy
from practice.demo.generate.clinicians import ODS
from practice.demo.generate.envelopes import person_reference
from practice.demo.generate.people import Person
from practice.demo.generate.practice import Practice
from practice.demo.generate.words import Said, Writer
from practice.demo.traffic.patient import OnlinePatient
from practice.demo.traffic.tally import Tally
from practice.demo.traffic.wire import Tokens, Wire
from practice.identity import Identity

_CLIENT = "reception-patient"


class Crowd:
    """The patients registered online, as they come to the service.

    Args:
        practice: who they are.
        http: shared connections.
        base: the practice's FHIR base URL.
        identity: gives each their token.
        clock: the practice's time.
        tally: what they do is counted there.
        rng: their chance.
    """

    def __init__(
        self,
        practice: Practice,
        http: httpx2.AsyncClient,
        base: str,
        identity: Identity,
        clock: Clock,
        tally: Tally,
        rng: Random,
    ) -> None:
        self._http, self._base, self._clock, self._tally, self._rng = http, base, clock, tally, rng
        self._tokens = Tokens(identity, ODS)
        names = {member.id: member.display for member in practice.staff.clinicians}
        self._writer = Writer(rng, names)
        self._online = [one for one in practice.people if one.online and one.here]
        self._services = practice.services
        self._proxies: dict[str, Proxy] = {proxy.one.id: proxy for proxy in practice.proxies}
        now = clock.now()
        ahead = [kept for kept in practice.kept if kept.live and kept.start > now]
        booked = {kept.person.id for kept in ahead}
        self._bookers = [
            one for one in self._may(OnlineService.APPOINTMENTS) if one.id not in booked
        ]
        self._holders = [one for one in self._may(OnlineService.APPOINTMENTS) if one.id in booked]
        self._takers = [
            one for one in self._may(OnlineService.PRESCRIPTIONS_MANAGE) if practice.plans[one.id]
        ]
        self._writers = self._may(OnlineService.MESSAGES)
        self._involved = [one for one in practice.awaiting if one in self._writers]

    def _may(self, service: OnlineService) -> list[Person]:
        return [one for one in self._online if service in self._services[one.id]]

    # Who

    def booker(self) -> OnlinePatient | None:
        """Somebody without a booking who may book; each comes once."""
        if not self._bookers:
            return None
        at = self._rng.randrange(len(self._bookers))
        self._bookers[at], self._bookers[-1] = self._bookers[-1], self._bookers[at]
        one = self._bookers.pop()
        self._holders.append(one)
        return self._as(one)

    def canceller(self) -> OnlinePatient | None:
        """Somebody with a booking."""
        return self._as(self._rng.choice(self._holders)) if self._holders else None

    def taker(self) -> OnlinePatient | None:
        """Somebody with repeat medicines."""
        return self._as(self._rng.choice(self._takers)) if self._takers else None

    def reader(self) -> OnlinePatient | None:
        """Somebody who waits for an answer, and looks; the latest more often."""
        if not self._involved:
            return None
        latest = self._rng.random() < 0.5
        return self._as(self._rng.choice(self._involved[-20:] if latest else self._involved))

    def asker(self) -> OnlinePatient | None:
        """Somebody with a request; some act for a child or for somebody they care for."""
        if self._proxies and self._rng.random() < volumes.PROXY_SHARE:
            proxy = self._rng.choice(list(self._proxies.values()))
            return self._as_proxy(proxy)
        return self.writer()

    def writer(self) -> OnlinePatient | None:
        """Somebody who may write messages."""
        return self._as(self._rng.choice(self._writers)) if self._writers else None

    @property
    def involved(self) -> int:
        """How many wait for an answer."""
        return len(self._involved)

    def involve(self, patient: OnlinePatient) -> None:
        """Remember that they wait for an answer."""
        if not patient.by_proxy:
            self._involved.append(patient.one)

    # What they say

    def request_of(self, patient: OnlinePatient) -> tuple[RequestType, Said]:
        """A request in their words, with dangers at their usual shares."""
        rng = self._rng
        kind = volumes.KINDS.draw(rng)
        forms = kind not in (RequestType.APPOINTMENT, RequestType.CONSULTATION)
        in_forms = volumes.RED_FLAGS_IN_FORMS
        share = volumes.RED_FLAG_SHARE * (in_forms / 0.35 if forms else (1 - in_forms) / 0.65)
        said = self._writer.request(
            patient.one,
            kind,
            red_flag=rng.random() < share,
            emergency=not forms and rng.random() < volumes.EMERGENCY_SHARE / 0.65,
        )
        return kind, self._writer.by_proxy(said, patient.one) if patient.by_proxy else said

    def thread_of(self, patient: OnlinePatient) -> Said:
        """A message that begins a conversation."""
        return self._writer.request(patient.one, RequestType.THREAD, red_flag=False)

    def reply_of(self, patient: OnlinePatient) -> str:
        """An answer to the practice."""
        return self._writer.reply(patient.one)

    def note_of(self, patient: OnlinePatient) -> str | None:
        """A note beside an order, for some."""
        rng = self._rng
        if rng.random() > 0.12:
            return None
        red_flag = rng.random() < volumes.RED_FLAG_SHARE
        return self._writer.order_note(patient.one, red_flag=red_flag)

    # How

    def _as(self, one: Person) -> OnlinePatient:
        call = self.wire(accounts.user_of(one), _CLIENT)
        return OnlinePatient(one, None, call, self._clock, self._tally, self._rng)

    def _as_proxy(self, proxy: Proxy) -> OnlinePatient:
        acts_as = person_reference(f"RelatedPerson/{proxy.relative}", proxy.other.display)
        call = self.wire(proxy.relative, _CLIENT)
        return OnlinePatient(proxy.one, acts_as, call, self._clock, self._tally, self._rng)

    def wire(self, user: str, client_id: str) -> Wire:
        """Calls as any account."""
        return Wire(self._http, self._base, self._tokens, self._tally, user, client_id)
