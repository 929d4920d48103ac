"""Who asks to be called in quietly: a flag of the patient's, read when it is first needed."""

from contract.codes import ReceptionFlag
from reception.desk.workbench import Workbench


class QuietCalls:
    """Knows the flags of those who were asked about; what is changed since is pushed."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._known: set[str] = set()

    def proposed(self, patient_id: str) -> bool:
        """Whether a flag that is known here asks for a quiet call."""
        return any(
            flag.active and flag.patient_id == patient_id and flag.code == ReceptionFlag.QUIET_CALL
            for flag in self._bench.stores.flags
        )

    async def is_asked_for(self, patient_id: str) -> bool:
        """Whether the patient is to be called quietly.

        Raises:
            Problem: their flags could not be read; nobody is called aloud on a guess.
        """
        if not patient_id:
            return False
        if patient_id not in self._known:
            found = await self._bench.wire.search("Flag", [("patient", f"Patient/{patient_id}")])
            self._bench.stores.take_trees(found)
            self._known.add(patient_id)
        return self.proposed(patient_id)
