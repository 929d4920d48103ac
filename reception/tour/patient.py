"""One patient of the tour: books online with a token of their own, over the patients' interface."""

import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import httpx2

from contract import systems
from reception.api.demo_practice import Account, Ready
from reception.api.exchange import http_client
from reception.api.form_browser import FormBrowser
from reception.api.network import NetworkThread
from reception.api.sign_in import SignIn
from reception.api.trust import Trust
from reception.records.tree import Tree
from reception.tour.hands import StepFailed

SCOPE = (
    "openid fhirUser launch/patient patient/Slot.rs patient/Schedule.rs "
    "patient/Practitioner.rs patient/Appointment.crus patient/Patient.r"
)


@dataclass(frozen=True)
class Booked:
    """One booking: its id, and when it was sent and answered (`time.perf_counter`)."""

    appointment_id: str
    sent_s: float
    answered_s: float


class OnlinePatient:
    """Signs in through the service's page and books the first slot that is offered."""

    def __init__(self, network: NetworkThread, ready: Ready, account: Account) -> None:
        self._network, self._ready, self._account = network, ready, account
        self._token = ""

    async def sign_in(self) -> None:
        """Get a token. Runs on the network thread."""
        trust = Trust(Path(self._ready.ca).read_text())  # noqa: ASYNC240 - a small local file
        browser = FormBrowser(trust, self._account.user, self._account.password)
        async with http_client(self._ready.base, trust) as http:
            signing = SignIn(
                self._ready.base,
                http,
                open_browser=lambda address: self._network.post(browser.visit(address)),
                keep=lambda _user, _token: None,
                scope=SCOPE,
                client_id="reception-patient",
            )
            session = await signing.with_browser()
            self._token = await session.bearer()

    async def book(self, start: str, end: str) -> "Booked":
        """Book the first free online slot between two instants.

        Raises:
            StepFailed: nothing is free, or the service refused.
        """
        trust = Trust(Path(self._ready.ca).read_text())  # noqa: ASYNC240 - a small local file
        async with http_client(self._ready.base, trust) as http:
            slots = await self._ask(
                http,
                "GET",
                f"Slot?status=free&start=ge{start}&start=lt{end}&_include=Slot:schedule",
            )
            trees = [entry["resource"] for entry in slots.get("entry", [])]
            sessions = {f"Schedule/{t['id']}": t for t in trees if t["resourceType"] == "Schedule"}
            for slot in (t for t in trees if t["resourceType"] == "Slot"):
                session = sessions[slot["schedule"]["reference"]]
                sent_s = time.perf_counter()
                booked = await self._ask(
                    http, "POST", "Appointment", self._booking(slot, session), refused_ok=True
                )
                if booked.get("resourceType") == "Appointment":
                    return Booked(str(booked["id"]), sent_s, time.perf_counter())
        raise StepFailed("no patient could book online: nothing is free")

    def _booking(self, slot: Tree, session: Tree) -> Tree:
        clinician = next(a for a in session["actor"] if a["reference"].startswith("Practitioner/"))
        return {
            "resourceType": "Appointment",
            "identifier": [{"system": systems.BOOKING_KEY, "value": str(uuid.uuid4())}],
            "status": "booked",
            "description": "Booked by the tour's patient",
            "start": slot["start"],
            "end": slot["end"],
            "slot": [{"reference": f"Slot/{slot['id']}"}],
            "participant": [
                {"actor": {"reference": self._account.reference}, "status": "accepted"},
                {
                    "type": [{"coding": [{"system": systems.PARTICIPATION_TYPE, "code": "PPRF"}]}],
                    "actor": clinician,
                    "status": "accepted",
                },
            ],
        }

    async def _ask(
        self,
        http: httpx2.AsyncClient,
        method: str,
        path: str,
        body: Tree | None = None,
        *,
        refused_ok: bool = False,
    ) -> Tree:
        answer = await http.request(
            method,
            f"{self._ready.base}/{path}",
            json=body,
            headers={
                "Authorization": f"Bearer {self._token}",
                "Accept": "application/fhir+json",
                **({"Content-Type": "application/fhir+json"} if body else {}),
            },
        )
        tree: Tree = answer.json()
        if answer.status_code >= 400 and not refused_ok:
            raise StepFailed(f"the patients' interface answered {answer.status_code}: {tree}")
        return tree
