"""Sends what somebody decided to tell a patient beside an act; what did not go out is kept."""

from PySide6.QtCore import QObject, Slot

from reception.desk.desk import Desk
from reception.desk.problems import NotPossible
from reception.records.problem import Problem, Saved
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight

Letter = tuple[str, str, str]
"""Patient id, topic, words."""


class Teller(QObject):
    """Writes to patients; a banner of its own keeps and offers again what was not sent.

    Attributes:
        banner: to be placed by the page.
    """

    def __init__(self, desk: Desk, tasks: Tasks, banner: Banner) -> None:
        super().__init__(banner)
        self._desk, self._tasks = desk, tasks
        self.banner = banner
        self._unsent: list[Letter] = []
        banner.pressed.connect(self._again)

    @property
    def unsent(self) -> list[Letter]:
        """What could not be sent so far."""
        return list(self._unsent)

    def tell(self, patient_id: str, topic: str, words: str) -> None:
        """Send *words* to the patient, in a conversation of their own."""
        self._tasks.start(
            self._tell((patient_id, topic, words)), on_problem=self.banner.show_problem
        )

    async def _tell(self, letter: Letter) -> None:
        patient_id, topic, words = letter
        name = "the patient"
        try:
            patient = self._desk.patients.get(patient_id)
            if patient is None:
                found = await self._desk.banner(patient_id, panel="teller")
                patient = found.patient if found is not None else None
            if patient is None:
                raise NotPossible("Their record could not be read.")
            name = patient.name
            await self._desk.write(patient, topic, words)
        except Problem as problem:
            if problem.saved is Saved.UNKNOWN:  # the outbox settles it
                self.banner.show_problem(problem)
                return
            self._unsent.append(letter)
            self.banner.say(
                f"The message to {name} was not sent. {problem.sentence}",
                Weight.URGENT,
                offer="Send it again",
            )

    @Slot()
    def _again(self) -> None:
        letters, self._unsent = self._unsent, []
        self.banner.hide()
        for letter in letters:
            self.tell(*letter)
