"""Composition root: the one place that builds the service's rooms and hands them on."""

from starlette.applications import Starlette
from starlette.middleware import Middleware

from practice.clock import Clock
from practice.web.edge import Edge


class PracticeService:
    """The running service: its rooms, joined.

    Args:
        clock: the practice's time.
        origin: `https://host:port`, without a path.
    """

    def __init__(self, clock: Clock, origin: str) -> None:
        self.clock = clock
        self.origin = origin
        self.app = Starlette(routes=[], middleware=[Middleware(Edge, clock=clock)])

    def base(self, ods: str) -> str:
        """The FHIR base URL of a practice."""
        return f"{self.origin}/{ods}/fhir"

    async def start(self) -> None:
        """Make everything ready to answer."""

    async def take_leave(self) -> None:
        """Tell those who hold a connection open that the service is going."""

    async def close(self) -> None:
        """Write down what is queued and let go of everything."""
