"""What of a request can be searched, and who is looking."""

import time
from collections.abc import Iterator

from reception.desk.desk import Desk
from reception.desk.queue_filter import Eyes
from reception.desk.red_flags import RedFlags, is_urgent
from reception.records import Message, Patient, Request
from reception.widgets.queue_counts import SLICE_S
from reception.widgets.queue_words import kind_of


class QueueEyes:
    """The words of requests as far as the desk knows them, kept until they change."""

    def __init__(self, desk: Desk, red_flags: RedFlags) -> None:
        self._desk, self._red_flags = desk, red_flags
        self._words: dict[str, tuple[str, str]] = {}
        self._to_read: Iterator[Request] | None = None
        desk.patients.added.connect(self._on_patient)
        desk.patients.changed.connect(self._on_patient_changed)
        desk.patients.reset.connect(self._on_patients)
        desk.messages.added.connect(self._on_message)

    def look(self) -> Eyes:
        """Who looks, as of now."""
        desk = self._desk
        return Eyes(
            me=desk.me.reference,
            teams=self.teams(),
            now=desk.time.now(),
            words=self.words,
            is_flagged=self._is_flagged,
            is_urgent=self._is_urgent,
        )

    def read_ahead(self) -> bool:
        """Gather words for a slice of time, before somebody asks; whether all are there."""
        until = time.perf_counter() + SLICE_S
        if self._to_read is None:
            self._to_read = iter(self._desk.requests.open_ones())
        for request in self._to_read:
            self.words(request)
            if time.perf_counter() > until:
                return False
        self._to_read = None
        return True

    def teams(self) -> frozenset[str]:
        """References of the teams that the user is in."""
        me = self._desk.me.reference
        return frozenset(team.reference for team in self._desk.teams if me in team.members)

    def words(self, request: Request) -> str:
        """All that is known of it in words, casefolded; the first line is who it is about."""
        version, words = self._words.get(request.id, ("", ""))
        if not words or version != request.version:
            words = self._gathered(request)
            self._words[request.id] = (request.version, words)
        return words

    def _gathered(self, request: Request) -> str:
        desk = self._desk
        patient = desk.patients.get(request.patient_id) if request.patient_id else None
        names = [request.patient_name]
        about = [request.description, request.note, kind_of(request).word, request.owner_name]
        if patient is not None:
            names.append(patient.name)
            about += [patient.nhs_number, patient.born_text]
        if request.is_repeat:
            about.append(desk.medicine_text(request))
        if request.thread_id:
            about += [
                message.text
                for message in desk.messages.in_thread(request.thread_id)
                if message.text != request.description
            ]
        return f"{' '.join(names)}\n{' '.join(filter(None, about))}".casefold()

    def _is_flagged(self, request: Request) -> bool:
        return bool(self._red_flags.found_for(request))

    def _is_urgent(self, request: Request) -> bool:
        return is_urgent(self._red_flags.raised_for(request))

    def _on_patients(self) -> None:
        self._words.clear()

    def _on_patient(self, patient: Patient) -> None:
        for request in self._desk.requests.of_patient(patient.id):
            self._words.pop(request.id, None)

    def _on_patient_changed(self, _before: Patient, after: Patient) -> None:
        self._on_patient(after)

    def _on_message(self, message: Message) -> None:
        request = self._desk.requests.of_thread(message.header_id)
        if request is not None:
            self._words.pop(request.id, None)
