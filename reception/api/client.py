"""The FHIR client: what can be asked of a server, and what its answers mean. Network thread only.

Source: docs/contract.md 1, 5-9.
"""

import asyncio
import base64
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from reception.api.bundle import Entry, batch, etag, only_if_new, put, transaction
from reception.api.exchange import WRITE_S, Answer, AnswerLost, Ask, Exchange, encoded, tree_of
from reception.api.faults import STALE, is_outcome, problem_of
from reception.api.practice_time import PracticeTime
from reception.api.profile import ServerProfile
from reception.api.settle import condition_params, settle_entries, settle_put
from reception.records.problem import (
    ChangedElsewhere,
    NotFound,
    OutcomeUnknown,
    Problem,
    Refused,
    ServiceUnreachable,
)
from reception.records.tree import Tree, each, first, text_at

T = TypeVar("T")
Params = Mapping[str, str | Sequence[str]] | Sequence[tuple[str, str]]
SEARCH_S = 60.0
DELETE_S = 3.0
_FRESH = {"Cache-Control": "no-cache"}  # HAPI answers a search from a minute-old result set
_WRITE = {"Prefer": "return=representation"}


class FhirClient:
    """One practice's FHIR interface, as one signed-in user.

    Args:
        base: the practice's FHIR base.
        exchange: sends requests with the user's token.
        clock: the practice's time.
        profile: what the server can do.
    """

    def __init__(
        self,
        base: str,
        exchange: Exchange,
        clock: PracticeTime,
        profile: ServerProfile | None = None,
    ) -> None:
        self.base = base.rstrip("/")
        self.clock = clock
        self.profile = profile or ServerProfile()
        self._exchange = exchange
        self._origin = _origin(self.base)

    async def get(self, path: str, params: Params = ()) -> Tree:
        """What stands at *path* below the base. Raises the Problem that the answer means."""
        query = urlencode(_pairs(params))
        answer = await self._exchange.send(
            Ask("GET", f"{self.base}/{path}{'?' if query else ''}{query}", headers=_FRESH)
        )
        return tree_of(_good(answer))

    async def read(self, resource_type: str, resource_id: str) -> Tree:
        """One resource."""
        return await self.get(f"{resource_type}/{resource_id}")

    async def search(
        self, resource_type: str, params: Params, *, pages: int | None = None
    ) -> list[Tree]:
        """Every match on every page, and what was included; each page's link is taken as it is.

        With *pages*, only that many are fetched.
        """
        pairs = _pairs(params)
        if all(name != "_count" for name, _ in pairs):
            pairs.append(("_count", str(self.profile.page)))
        found: list[Tree] = []
        async with _deadline(SEARCH_S):
            url = f"{self.base}/{resource_type}?{urlencode(pairs)}"
            async for page in self._pages(url, pages):
                found.extend(page)
        return found

    async def count(self, resource_type: str, params: Params) -> int:
        """How many there are."""
        bundle = await self.get(resource_type, [*_pairs(params), ("_summary", "count")])
        total = bundle.get("total")
        if not isinstance(total, int) or isinstance(total, bool):
            raise Refused("The practice's system did not say how many there are.", status=200)
        return total

    async def history(self, resource_type: str, resource_id: str) -> list[Tree]:
        """Every version, newest first."""
        found: list[Tree] = []
        async with _deadline(SEARCH_S):
            url = f"{self.base}/{resource_type}/{resource_id}/_history"
            async for page in self._pages(url):
                found.extend(page)
        return found

    async def find(self, resource_type: str, condition: str) -> Tree | None:
        """The resource that matches an If-None-Exist *condition*, if it is there."""
        found = await self.search(resource_type, condition_params(condition))
        return next((tree for tree in found if tree.get("resourceType") == resource_type), None)

    async def create(self, tree: Tree, system: str, *, request_id: str = "") -> Tree:
        """Store *tree* unless one with its identifier of *system* is there; what is stored."""
        kind, condition = str(tree["resourceType"]), only_if_new(tree, system)
        ask = self._write("POST", kind, tree, request_id, {"If-None-Exist": condition})

        async def settle() -> Tree | None:
            return await self.find(kind, condition)

        answer = await self._surely(ask, settle)
        if not isinstance(answer, Answer):
            return answer
        if answer.status == 409 and (there := await self.find(kind, condition)) is not None:
            return there  # two of our tries met each other (HAPI)
        return await self._stored_tree(_good(answer))

    async def update(self, tree: Tree, version: str, *, request_id: str = "") -> Tree:
        """Store *tree* if the service still holds *version*; what is stored."""
        kind, resource_id = str(tree["resourceType"]), str(tree["id"])
        ask = self._write(
            "PUT", f"{kind}/{resource_id}", tree, request_id, {"If-Match": etag(version)}
        )

        async def settle() -> Tree | None:
            return await settle_put(self, tree, version)

        answer = await self._surely(ask, settle)
        if not isinstance(answer, Answer):
            return answer
        if answer.status in STALE:
            theirs = await self._theirs(kind, resource_id)
            raise problem_of(answer.status, answer.tree, theirs)
        return await self._stored_tree(_good(answer))

    async def add(self, tree: Tree) -> Tree:
        """Store *tree*, of a kind that has no key of its own (Subscription); what is stored."""
        ask = self._write("POST", str(tree["resourceType"]), tree, "")
        try:
            return await self._stored_tree(_good(await self._exchange.send(ask)))
        except AnswerLost as lost:
            raise OutcomeUnknown() from lost

    async def add_file(self, kind: str, data: bytes, guard: str) -> str:
        """Store a file that may be opened by who may read *guard* (`Communication/x`); `Binary/x`.

        One whose answer is lost is stored again: a file that no message names is nobody's.
        """
        tree = {
            "resourceType": "Binary",
            "contentType": kind,
            "securityContext": {"reference": guard},
            "data": base64.b64encode(data).decode(),
        }
        minimal = {"Prefer": "return=minimal"}
        try:
            answer = await self._exchange.send(self._write("POST", "Binary", tree, "", minimal))
        except AnswerLost as lost:
            raise ServiceUnreachable() from lost
        path = _good(answer).headers.get("Location", "").split("/_history/", 1)[0].rstrip("/")
        return "/".join(path.rsplit("/", 2)[-2:])

    async def file(self, reference: str) -> tuple[str, bytes]:
        """Kind and bytes of the file at `Binary/x`."""
        tree = await self.get(reference)
        try:
            data = base64.b64decode(text_at(tree, "data"), validate=True)
        except ValueError as bad:
            raise Refused("The practice's system sent a broken file.", status=200) from bad
        return text_at(tree, "contentType"), data

    async def delete(self, resource_type: str, resource_id: str) -> None:
        """Remove a resource (only ever a Subscription); gone already is as good."""
        url = f"{self.base}/{resource_type}/{resource_id}"
        try:
            answer = await self._exchange.send(Ask("DELETE", url, deadline_s=DELETE_S))
        except AnswerLost as lost:
            raise OutcomeUnknown() from lost
        if not answer.ok and answer.status not in (404, 410):
            raise problem_of(answer.status, answer.tree)

    async def transaction(self, entries: Sequence[Entry], *, request_id: str = "") -> list[Tree]:
        """Store all of *entries* or none; the resources as stored, in the same order."""
        ask = self._write("POST", "", transaction(entries), request_id)

        async def settle() -> list[Tree] | None:
            return await settle_entries(self, entries)

        answer = await self._surely(ask, settle)
        if not isinstance(answer, Answer):
            return answer
        if answer.status in STALE:
            raise await self._stale(answer.status, answer.tree, entries)
        parts = _parts(_good(answer).tree, len(entries))
        for (status, part), entry in zip(parts, entries, strict=True):
            if status in STALE:
                raise await self._stale(status, part, [entry])
            if status >= 400:
                raise problem_of(status, part)
        return [
            await self._whole(part, entry) for (_, part), entry in zip(parts, entries, strict=True)
        ]

    async def fails_whole(self, tree: Tree) -> bool:
        """Whether a transaction that can never succeed fails as a whole (see `profile`)."""
        probe = transaction([put(tree, "0")])
        try:
            answer = await self._exchange.send(self._write("POST", "", probe, ""))
        except AnswerLost as lost:
            raise OutcomeUnknown() from lost
        return answer.status in STALE

    async def settle(self, entries: Sequence[Entry]) -> list[Tree] | None:
        """What a transaction whose outcome is unknown has stored; None = nothing.

        Raises:
            ChangedElsewhere: not stored, and somebody else was there in between.
        """
        return await settle_entries(self, entries)

    async def batch(
        self, entries: Sequence[Entry], *, request_id: str = ""
    ) -> list[Tree | Problem]:
        """Store each of *entries* for itself; for each the resource as stored, or its Problem."""
        action = uuid.UUID(request_id) if request_id else uuid.uuid4()
        answers: list[Tree | Problem] = []
        for start in range(0, len(entries), self.profile.batch):
            some = entries[start : start + self.profile.batch]
            answers += await self._batch(some, str(uuid.uuid5(action, str(start))))
        return answers

    async def _batch(self, entries: Sequence[Entry], request_id: str) -> list[Tree | Problem]:
        ask = self._write("POST", "", batch(entries), request_id)
        lost = False
        try:
            answer = await self._exchange.send(ask)
        except AnswerLost:
            lost = True
            try:
                answer = await self._exchange.send(ask)  # each entry has its own key or version
            except (AnswerLost, Problem) as error:
                raise OutcomeUnknown() from error
        parts = _parts(_good(answer).tree, len(entries))
        return [
            await self._batched(entry, status, part, lost=lost)
            for entry, (status, part) in zip(entries, parts, strict=True)
        ]

    async def _batched(
        self, entry: Entry, status: int, part: Tree | None, *, lost: bool
    ) -> Tree | Problem:
        try:
            if status < 400:
                return await self._whole(part, entry)
            if status in STALE:
                if lost and (stored := await settle_entries(self, [entry])):
                    return stored[0]
                return await self._stale(status, part, [entry])
        except Problem as problem:
            return problem
        return problem_of(status, part)

    async def _surely(self, ask: Ask, settle: Callable[[], Awaitable[T | None]]) -> Answer | T:
        """The answer to a write; or, if that was lost, what the service turns out to have stored.

        Raises:
            OutcomeUnknown: the service cannot be asked either.
        """
        try:
            return await self._exchange.send(ask)
        except AnswerLost:
            pass
        try:
            if (stored := await settle()) is not None:
                return stored
            answer = await self._exchange.send(ask)
            if answer.status in STALE and (stored := await settle()) is not None:
                return stored  # the first one had only been slow
        except (ChangedElsewhere, NotFound):
            raise
        except (AnswerLost, Problem) as error:
            raise OutcomeUnknown() from error
        return answer

    def _write(
        self,
        method: str,
        path: str,
        tree: Tree,
        request_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> Ask:
        return Ask(
            method,
            f"{self.base}/{path}" if path else self.base,
            encoded(tree),
            {**_WRITE, **(headers or {})},
            request_id or str(uuid.uuid4()),
            WRITE_S,
        )

    async def _pages(self, url: str, limit: int | None = None) -> AsyncIterator[list[Tree]]:
        seen: set[str] = set()
        while url and url not in seen and len(seen) != limit:
            seen.add(url)
            answer = await self._exchange.send(Ask("GET", url, headers=_FRESH))
            bundle = tree_of(_good(answer))
            yield [
                resource
                for entry in each(bundle, "entry")
                if isinstance(resource := first(entry, "resource"), dict)
                and not is_outcome(resource)
            ]
            url = self._next(bundle, url)

    def _next(self, bundle: Tree, url: str) -> str:
        """The address of the next page as the server gives it; the token never leaves home."""
        links = (link for link in each(bundle, "link") if text_at(link, "relation") == "next")
        following = text_at(next(links, None), "url")
        if not following:
            return ""
        following = urljoin(url, following)
        if _origin(following) != self._origin:
            raise Refused(
                "The practice's system keeps the rest of this list at another address, "
                "where Reception does not go.",
                status=200,
            )
        return following

    async def _stored_tree(self, answer: Answer) -> Tree:
        """What was stored, from the answer's body, or from its place if the body says nothing."""
        if answer.tree is not None and not is_outcome(answer.tree):
            return answer.tree
        return await self._at(answer.headers.get("Location", ""))

    async def _whole(self, part: Tree | None, entry: Entry) -> Tree:
        if part is not None and part.get("resourceType") == entry["resource"]["resourceType"]:
            return part
        if entry["request"]["method"] == "PUT":
            return await self.get(str(entry["request"]["url"]))
        found = await self.find(entry["request"]["url"], entry["request"]["ifNoneExist"])
        if found is None:
            raise OutcomeUnknown()
        return found

    async def _at(self, location: str) -> Tree:
        path = location.split("/_history/", 1)[0].rstrip("/").rsplit("/", 2)
        if len(path) < 2:
            raise OutcomeUnknown()
        return await self.get("/".join(path[-2:]))

    async def _stale(self, status: int, outcome: Tree | None, entries: Sequence[Entry]) -> Problem:
        """`ChangedElsewhere` with what the service holds of the update at fault, if that is known.

        Of several updates the one that the outcome names, else the first, is read again.
        """
        index = _index_in(outcome, len(entries))
        ordered = [entries[index], *entries] if index is not None else entries
        puts = (e["resource"] for e in ordered if e["request"]["method"] == "PUT")
        fault = next(puts, None)
        theirs = await self._theirs(fault["resourceType"], fault["id"]) if fault else None
        return problem_of(status, outcome, theirs)

    async def _theirs(self, resource_type: str, resource_id: str) -> Tree | None:
        try:
            return await self.read(resource_type, resource_id)
        except Problem:
            return None  # that it changed is known; what it is now can wait


def _good(answer: Answer) -> Answer:
    if not answer.ok:
        raise problem_of(answer.status, answer.tree)
    return answer


def _parts(bundle: Tree | None, count: int) -> list[tuple[int, Tree | None]]:
    """Status and resource (or outcome) of each entry of an answer to a bundle."""
    parts = []
    for entry in each(bundle, "entry"):
        status = text_at(entry, "response", "status")[:3]
        resource = first(entry, "resource")
        if not isinstance(resource, dict):
            resource = first(entry, "response", "outcome")
        tree = resource if isinstance(resource, dict) else None
        parts.append((int(status) if status.isascii() and status.isdigit() else 500, tree))
    if len(parts) != count:
        raise OutcomeUnknown()
    return parts


def _index_in(outcome: Tree | None, count: int) -> int | None:
    expression = text_at(outcome, "issue", "expression") or text_at(outcome, "issue", "location")
    match = re.search(r"entry\[(\d{1,3})\]", expression)
    index = int(match[1]) if match else count
    return index if index < count else None


def _pairs(params: Params) -> list[tuple[str, str]]:
    items = params.items() if isinstance(params, Mapping) else params
    return [
        (name, one)
        for name, value in items
        for one in ([value] if isinstance(value, str) else value)
    ]


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, parts.hostname or "", port


@asynccontextmanager
async def _deadline(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise ServiceUnreachable() from late
