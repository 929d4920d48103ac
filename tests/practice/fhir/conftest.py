"""The FHIR room over real HTTPS: store, gate and endpoint, with tokens known beforehand."""

import asyncio
import ssl
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fhirkit
import httpx2
import pytest
from starlette.applications import Starlette

from contract.codes import Role
from contract.errors import ErrorCode
from practice.clock import PracticeClock
from practice.fhir import routes
from practice.refusal import Refusal
from practice.rules.caller import Caller
from practice.rules.gate import Gate
from practice.server import _Server, listen
from practice.store import Store, Stored
from practice.tls import own_authority
from tests.practice.fhir.house import AT, ODS, trees

Tree = dict[str, Any]

STAFF = frozenset({"user/*.cruds"})
CALLERS = {
    role.value: Caller(
        role.value, role, "Practitioner/c1", "Priya Shah", "reception-desktop", STAFF
    )
    for role in Role
    if role is not Role.PATIENT
}
CALLERS["patient"] = Caller(
    "jane",
    Role.PATIENT,
    "Patient/p1",
    "Jane Smith",
    "patient-web",
    frozenset({"patient/*.cruds"}),
    "p1",
)
CALLERS["reader"] = Caller(
    "reader",
    Role.RECEPTIONIST,
    "Practitioner/c2",
    "Sam Lee",
    "reception-desktop",
    frozenset({"user/Patient.rs", "user/Slot.rs"}),
)


def valid(response: httpx2.Response) -> None:
    """Every answer is R4, whatever else a test asks of it."""
    body = response.read()
    assert response.headers["x-request-id"]
    assert "date" in response.headers
    if response.status_code >= 400:
        assert response.json()["resourceType"] == "OperationOutcome"
    if "json" in response.headers.get("content-type", "") and "_elements" not in str(response.url):
        assert [str(issue) for issue in fhirkit.validate(body)] == []


class KnownTokens:
    """Callers by a table of tokens."""

    async def caller(self, ods: str, authorization: str | None) -> Caller:
        held = CALLERS.get((authorization or "").removeprefix("Bearer "))
        if held is None or ods != ODS:
            raise Refusal(
                401,
                "login",
                ErrorCode.SEND_UNAUTHORIZED,
                "Sign in again.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return held


class House:
    """One practice, served from a thread."""

    def __init__(self, folder: Path) -> None:
        self.clock = PracticeClock(AT)
        self.store = Store(f"sqlite:///{folder / 'practice.db'}", self.clock)
        self.store.open()
        self.store.load(ODS, trees())
        self.store.found("B00000")
        self.followed: list[Stored] = []
        gate = Gate(self.clock, also=[lambda _unit, _caller, stored: self.followed.append(stored)])
        app = Starlette(routes=routes(self.store, gate, KnownTokens(), self.clock))
        listener = listen("127.0.0.1", 0)
        self.origin = f"https://localhost:{listener.getsockname()[1]}"
        self.base = f"{self.origin}/{ODS}/fhir"
        tls = own_authority(folder)
        self.trust = ssl.create_default_context(cafile=str(tls.ca))
        self._loop = asyncio.new_event_loop()
        self._server = _Server(app, listener, tls)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve())
        self._loop.close()

    def client(self, token: str = "receptionist", **headers: str) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.base,
            verify=self.trust,
            headers={
                "Accept": "application/fhir+json",
                **({"Authorization": f"Bearer {token}"} if token else {}),
                **headers,
            },
            event_hooks={"response": [valid]},
        )

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join()
        self.store.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    house.close()


@pytest.fixture
def desk(house: House) -> Iterator[httpx2.Client]:
    with house.client() as client:
        yield client


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())
