"""One person's calls to the service: plain FHIR over HTTPS with that person's token."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from practice.demo.traffic.tally import Tally
from practice.identity import Identity

Tree = dict[str, Any]
Params = Sequence[tuple[str, str]]

_TOKEN_S = 12 * 3600
_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said; status 0 = nothing came."""

    status: int
    tree: Tree

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether somebody was faster."""
        return self.status in (409, 412)

    def resources(self, resource_type: str) -> list[Tree]:
        """Those of one type in a Bundle."""
        found = (entry.get("resource", {}) for entry in self.tree.get("entry", ()))
        return [tree for tree in found if tree.get("resourceType") == resource_type]


class Tokens:
    """Keeps one token for each account that acts."""

    def __init__(self, identity: Identity, ods: str) -> None:
        self._identity, self._ods = identity, ods
        self._held: dict[str, str] = {}

    async def of(self, user: str, client_id: str, *, fresh: bool = False) -> str:
        """The token of *user*; made once, off the event loop, and again when it is refused."""
        if fresh or user not in self._held:
            self._held[user] = await asyncio.to_thread(
                self._identity.issue, self._ods, user, client_id, seconds=_TOKEN_S
            )
        return self._held[user]


class Wire:
    """Calls as one account.

    Args:
        http: shared by all; trusts the service's CA.
        base: the practice's FHIR base URL.
        tokens: where this account's token comes from.
        tally: what fails is counted there.
        user: account name.
        client_id: the program it acts through.
    """

    def __init__(
        self,
        http: httpx2.AsyncClient,
        base: str,
        tokens: Tokens,
        tally: Tally,
        user: str,
        client_id: str,
    ) -> None:
        self._http, self._base, self._tokens, self._tally = http, base, tokens, tally
        self._user, self._client_id = user, client_id

    async def get(self, path: str, params: Params = ()) -> Answer:
        """A read or a search, first page."""
        return await self._call("GET", path, params=params, headers={"Cache-Control": "no-cache"})

    async def post(self, tree: Tree, *, once: str | None = None) -> Answer:
        """A create, conditional on *once* (`identifier=...`), or a Bundle."""
        bundle = tree["resourceType"] == "Bundle"
        headers = {"If-None-Exist": once} if once else {}
        return await self._call(
            "POST", "" if bundle else tree["resourceType"], tree=tree, headers=headers
        )

    async def put(self, tree: Tree) -> Answer:
        """An update of the version that *tree* carries."""
        version = tree.get("meta", {}).get("versionId", "")
        return await self._call(
            "PUT",
            f"{tree['resourceType']}/{tree['id']}",
            tree=tree,
            headers={"If-Match": f'W/"{version}"'},
        )

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Params = (),
        tree: Tree | None = None,
        headers: Mapping[str, str],
    ) -> Answer:
        sent = {"Accept": _JSON, "X-Request-Id": str(uuid.uuid4()), **headers}
        if tree is not None:
            sent |= {"Content-Type": _JSON, "Prefer": "return=representation"}
        answer = await self._send(method, path, params, tree, sent, fresh=False)
        if answer.status == 401:
            answer = await self._send(method, path, params, tree, sent, fresh=True)
        self._count(answer, path)
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        params: Params,
        tree: Tree | None,
        headers: Mapping[str, str],
        *,
        fresh: bool,
    ) -> Answer:
        token = await self._tokens.of(self._user, self._client_id, fresh=fresh)
        try:
            came = await self._http.request(
                method,
                f"{self._base}/{path}" if path else self._base,
                params=list(params) or None,
                json=tree,
                headers={**headers, "Authorization": f"Bearer {token}"},
            )
            body = came.json() if came.content else {}
        except (httpx2.TransportError, ValueError):
            return Answer(0, {})
        return Answer(came.status_code, body)

    def _count(self, answer: Answer, path: str) -> None:
        if answer.status == 0:
            self._tally.add("lost")
        elif answer.status >= 500:
            self._tally.add("fault")
        elif answer.gone:
            self._tally.add("gone" if path == "Appointment" else "overtaken")
        elif answer.status >= 400:
            self._tally.add("refused")
