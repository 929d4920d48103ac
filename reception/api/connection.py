"""One practice, from first contact to signed in: builds what the rooms above hold."""

from collections.abc import Callable, Mapping

from reception.api.client import FhirClient
from reception.api.exchange import Exchange, http_client
from reception.api.live import LiveChannel, LiveListener
from reception.api.network import NetworkThread
from reception.api.practice_time import PracticeTime
from reception.api.profile import learn_profile
from reception.api.session import Identity, Keep, Session
from reception.api.sign_in import STAFF_SCOPE, OpenBrowser, SignIn
from reception.api.trust import Trust
from reception.api.wire import Wire


class Connection:
    """A signed-in connection to one practice. Coroutines run on the network thread.

    Made by `Practice.sign_in` or `Practice.sign_in_again`.
    """

    def __init__(self, client: FhirClient, session: Session, trust: Trust, proxy: str = "") -> None:
        self.client = client
        self._session = session
        self._trust = trust
        self._proxy = proxy

    @property
    def identity(self) -> Identity:
        """Who is signed in."""
        return self._session.identity

    def wire(self, network: NetworkThread) -> Wire:
        """The wire for the desk; its coroutines are awaited from any loop."""
        return Wire(network, self.client)

    def live(
        self, listener: LiveListener, *, user_is_active: Callable[[], bool] = lambda: True
    ) -> LiveChannel:
        """A live channel; `network.post(channel.run())` starts it."""
        return LiveChannel(
            self.client,
            self._trust,
            listener,
            user_is_active=user_is_active,
            proxy=self._proxy,
        )

    async def sign_out(self) -> bool:
        """Revoke the tokens; whether the service has confirmed it."""
        return await self._session.sign_out()


class Practice:
    """One practice's address and whom to trust there. Coroutines run on the network thread.

    Args:
        base: the practice's FHIR base.
        trust: the operating system's store, or the pinned authority.
        keep: stores (user, refresh token); called on the network thread, must not wait.
        overrides: what the user has set of the server profile.
        proxy: a web proxy to go through; empty = what the system says.
    """

    def __init__(
        self,
        base: str,
        trust: Trust,
        *,
        keep: Keep,
        overrides: Mapping[str, str] | None = None,
        scope: str = STAFF_SCOPE,
        proxy: str = "",
    ) -> None:
        self.base = base.rstrip("/")
        self.trust = trust
        self._keep = keep
        self._overrides = dict(overrides or {})
        self._scope = scope
        self._proxy = proxy
        self._http = http_client(self.base, trust, proxy)

    async def sign_in(self, open_browser: OpenBrowser) -> Connection:
        """Sign in through the browser that *open_browser* opens. Raises `Problem`."""
        return await self._connected(await self._sign_in(open_browser).with_browser())

    async def sign_in_again(self, refresh_token: str, user: str = "") -> Connection:
        """Sign in without a browser. Raises `Problem`; `SignedOut` if the token is spent."""
        signing = self._sign_in(lambda _: False)
        return await self._connected(await signing.with_refresh_token(refresh_token, user))

    async def close(self) -> None:
        """Let go of every connection."""
        await self._http.aclose()

    def _sign_in(self, open_browser: OpenBrowser) -> SignIn:
        return SignIn(
            self.base,
            self._http,
            open_browser=open_browser,
            keep=self._keep,
            scope=self._scope,
        )

    async def _connected(self, session: Session) -> Connection:
        clock = PracticeTime()
        client = FhirClient(self.base, Exchange(self._http, session, clock), clock)
        client.profile = await learn_profile(client, self._overrides)
        return Connection(client, session, self.trust, self._proxy)
