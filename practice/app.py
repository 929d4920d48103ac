"""Composition root: the one place that builds the service's rooms and hands them on."""

from starlette.applications import Starlette
from starlette.middleware import Middleware

from practice import fhir, identity, live
from practice.clock import Clock
from practice.continuity import PackWriter
from practice.identity import Identity, SigningKey
from practice.opener import Opener
from practice.returner import Returner
from practice.rules.gate import Gate
from practice.settings import DataFolder, Settings
from practice.store import Store
from practice.web.edge import Edge
from practice.web.pages import Pages


class PracticeService:
    """The service: its rooms, joined. `open` it, give it to `server.serve`, which ends it.

    Args:
        folder: where everything is kept.
        settings: what the folder's settings say.
        clock: the practice's time.
        origin: `https://host:port`, without a path.
        speed: how much faster than the wall's the clock runs (demonstrations).
    """

    def __init__(
        self,
        folder: DataFolder,
        settings: Settings,
        clock: Clock,
        origin: str,
        speed: float = 1.0,
    ) -> None:
        self.origin = origin
        self.ods = settings.practices[0].ods
        self._codes = [entry.ods for entry in settings.practices]
        self.store = Store(folder.database_url, clock)
        self.identity = Identity(
            self.store,
            SigningKey(folder.keys),
            self.base_of,
            {entry.ods: entry.name for entry in settings.practices},
        )
        gate = Gate(clock, also=[live.follow])
        self.hub = live.Hub(self.store, gate, self.identity, clock)
        self.identity.on_ended(self.hub.sessions_ended)
        self._opener = Opener(self.store, self._codes, clock, speed)
        self._returner = Returner(self.store, self._codes, clock, speed)
        names = [(entry.ods, entry.name) for entry in settings.practices]
        self._packs = PackWriter(self.store, names, folder, clock)
        self.app = Starlette(
            routes=[
                *identity.routes(self.identity, Pages(), fhir.notice(self.store)),
                *live.routes(self.hub),
                *fhir.routes(self.store, gate, self.identity, clock, live.operations(gate)),
            ],
            middleware=[Middleware(Edge, clock=clock)],
        )

    def base_of(self, ods: str) -> str:
        """The FHIR base URL of a practice."""
        return f"{self.origin}/{ods}/fhir"

    def open(self) -> None:
        """Bring the database up to date and start its threads."""
        self.store.open()
        for ods in self._codes:
            self.store.found(ods)

    async def start(self) -> None:
        """Make everything ready to answer."""
        self.hub.start()
        self._opener.start()
        self._returner.start()
        self._packs.start()
        await self.identity.start()

    async def take_leave(self) -> None:
        """Tell those who hold a connection open that the service is going."""
        await self.hub.stop()

    async def close(self) -> None:
        """Write down what is queued and let go of everything."""
        await self._opener.stop()
        await self._returner.stop()
        await self._packs.stop()
        await self.identity.stop()
        self.identity.close()
        self.store.close()
