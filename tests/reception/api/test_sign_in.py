"""First contact and signing in at the running practice, with a browser that only knows forms."""

import asyncio
import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from reception.api.connection import Practice
from reception.api.exchange import http_client
from reception.api.form_browser import FormBrowser
from reception.api.session import Session, TokenEndpoint, claims_of, tokens_in
from reception.api.sign_in import SignIn, system_browser
from reception.api.smart import configuration_of, discover
from reception.api.trust import Trust, certificate_of, fetch_certificate, is_trusted
from reception.records.problem import (
    NotTrusted,
    Problem,
    ServiceUnreachable,
    SignedOut,
    SignInFailed,
)
from tests.reception.api.foreign import Asked, ForeignServer, Says
from tests.reception.api.signed import signed_in, trust_in
from tests.running import RunningPractice

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def place_of(practice: RunningPractice) -> tuple[str, int]:
    parts = urlsplit(practice.base)
    return parts.hostname or "", parts.port or 0


# First contact


def test_the_certificate_shown_is_the_one_the_service_printed(
    practice: RunningPractice, run: Run
) -> None:
    host, port = place_of(practice)
    assert run(is_trusted(host, port, Trust())) is False
    shown = run(fetch_certificate(host, port))
    assert shown.fingerprint == practice.ready["fingerprint"]
    assert certificate_of(practice.ca.read_text()) == shown
    assert run(is_trusted(host, port, Trust(shown.pem)))


def test_another_authority_is_not_trusted(
    practice: RunningPractice, run: Run, tmp_path: Path
) -> None:
    pem, _ = self_signed("localhost")
    wrong = Practice(practice.base, Trust(pem), keep=lambda user, token: None)
    opened: list[str] = []
    with pytest.raises(NotTrusted):
        run(wrong.sign_in(opened.append))
    assert opened == []
    run(wrong.close())


def test_nobody_there_is_said_so(run: Run, unused_port: int) -> None:
    with pytest.raises(ServiceUnreachable):
        run(fetch_certificate("localhost", unused_port))
    lonely = Practice(f"https://localhost:{unused_port}/A1/fhir", Trust(), keep=lambda u, t: None)
    with pytest.raises(ServiceUnreachable):
        run(lonely.sign_in(lambda address: None))
    run(lonely.close())


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def self_signed(name: str) -> tuple[str, ec.EllipticCurvePrivateKey]:
    """A server certificate that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), key


def tls_server(folder: Path, name: str, run: Run) -> tuple[int, str, Callable[[], None]]:
    """A TLS listener with a certificate of its own for *name*; port, PEM and how to end it."""
    pem, key = self_signed(name)
    file = folder / "server.pem"
    file.write_text(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    async def start() -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                await reader.read()
            writer.close()

        return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)

    server = run(start())

    async def stop() -> None:
        server.close()

    return server.sockets[0].getsockname()[1], pem, lambda: run(stop())


def test_a_certificate_that_signed_itself_can_be_pinned(run: Run, tmp_path: Path) -> None:
    port, pem, stop = tls_server(tmp_path, "localhost", run)
    shown = run(fetch_certificate("localhost", port))
    assert shown == certificate_of(pem)
    stop()


def test_a_certificate_for_another_name_cannot(run: Run, tmp_path: Path) -> None:
    port, _, stop = tls_server(tmp_path, "practice.example", run)
    with pytest.raises(NotTrusted, match="does not fit"):
        run(fetch_certificate("localhost", port))
    stop()


@pytest.mark.parametrize("pem", ["", "x", "-----BEGIN CERTIFICATE-----\n!\n"])
def test_a_file_that_is_no_certificate_is_refused(pem: str) -> None:
    with pytest.raises(NotTrusted):
        certificate_of(pem)
    with pytest.raises(NotTrusted):
        Trust(pem or "x").context()


# Signing in


def test_who_signs_in_is_known_and_may_ask(practice: RunningPractice, run: Run) -> None:
    kept: list[tuple[str, str]] = []
    place, connection = run(signed_in(practice, keep=lambda u, t: kept.append((u, t))))
    account = practice.account("receptionist")
    who = connection.identity
    assert (who.user, who.reference) == (account["user"], account["reference"])
    assert who.display
    assert who.role == "receptionist"
    assert "user/Slot.crus" in who.scopes
    assert [user for user, _ in kept] == [account["user"]]
    found = run(connection.client.search("Practitioner", {"_id": who.reference.split("/")[1]}))
    assert [t["id"] for t in found] == [who.reference.split("/")[1]]
    run(place.close())


def test_signing_in_again_needs_no_browser_and_spends_the_token(
    practice: RunningPractice, run: Run
) -> None:
    kept: list[str] = []
    place, _ = run(signed_in(practice, keep=lambda u, t: kept.append(t)))
    again = run(place.sign_in_again(kept[0]))
    assert again.identity.user == practice.account("receptionist")["user"]
    assert len(kept) == len(set(kept)) == 2
    with pytest.raises(SignedOut):
        run(place.sign_in_again(kept[0]))
    with pytest.raises(SignedOut):  # its reuse has ended the whole family
        run(place.sign_in_again(kept[1]))
    run(place.close())


def test_signing_out_ends_it_at_the_service(practice: RunningPractice, run: Run) -> None:
    kept: list[str] = []
    place, connection = run(signed_in(practice, keep=lambda u, t: kept.append(t)))
    token = run(connection._session.bearer())
    assert run(connection.sign_out())
    with pytest.raises(SignedOut):
        run(connection.client.read("Organization", "x"))
    with pytest.raises(SignedOut):
        run(place.sign_in_again(kept[-1]))
    answer = practice.http.get(
        f"{practice.base}/Slot?_count=1", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 401
    run(place.close())


def test_a_wrong_password_is_told_and_nobody_waits(practice: RunningPractice, run: Run) -> None:
    place = Practice(practice.base, trust_in(practice), keep=lambda user, token: None)
    stranger = FormBrowser(place.trust, "nobody.at.all", "guess")
    with pytest.raises(SignInFailed, match=r"nobody\.at\.all"):
        run(place.sign_in(stranger.visit))
    run(place.close())


def test_a_user_who_cancels_is_back_at_once(practice: RunningPractice, run: Run) -> None:
    place = Practice(practice.base, trust_in(practice), keep=lambda user, token: None)

    async def cancels(address: str) -> None:
        """What the page's own way out does."""
        async with http_client(address, place.trust) as http:
            page = (await http.get(address)).text
            token = page.split('name="token"')[1].split('value="')[1].split('"')[0]
            answer = await http.post(address, data={"token": token, "act": "cancel"})
            page_back = await http.get(answer.headers["Location"])
            assert "not signed in" in page_back.text

    with pytest.raises(SignInFailed, match="cancelled"):
        run(place.sign_in(cancels))
    run(place.close())


def test_without_a_browser_it_says_so(practice: RunningPractice, run: Run) -> None:
    place = Practice(practice.base, trust_in(practice), keep=lambda user, token: None)

    async def none(address: str) -> bool:
        return False

    with pytest.raises(SignInFailed, match="No browser"):
        run(place.sign_in(lambda address: False))
    with pytest.raises(SignInFailed, match="No browser"):
        run(place.sign_in(none))
    run(place.close())


def test_the_browser_of_this_computer_is_opened_beside_the_network_thread(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some browsers keep `webbrowser.open` waiting; nothing else must wait with it."""
    opened: list[tuple[str, str]] = []

    def browser(address: str) -> bool:
        opened.append((address, threading.current_thread().name))
        return True

    monkeypatch.setattr("webbrowser.open", browser)
    assert run(system_browser("https://practice.example")) is True
    [(address, thread)] = opened
    assert address == "https://practice.example"
    assert thread != "network"


def test_strangers_at_the_listener_change_nothing(practice: RunningPractice, run: Run) -> None:
    """Wrong states, other paths, rubbish: turned away, and the right answer still counts."""
    account = practice.account("receptionist")
    trust = trust_in(practice)
    place = Practice(practice.base, trust, keep=lambda user, token: None)
    statuses: list[int] = []

    async def crowded(address: str) -> None:
        redirect = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        assert redirect.startswith("http://127.0.0.1:")
        async with httpx2.AsyncClient(trust_env=False) as http:
            knocks = (
                f"{redirect}?code=stolen&state=guess",
                f"{redirect}?code=stolen",
                f"{redirect}?state=a&state=b",
                redirect.replace("callback", "favicon.ico"),
            )
            statuses.extend([(await http.get(knock)).status_code for knock in knocks])
            statuses.append((await http.post(redirect)).status_code)
        port = urlsplit(redirect).port
        for rubbish in (b"\x00\xff\r\n\r\n", b"", b"GET /" + b"a" * 40_000):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(rubbish)
            writer.close()
        await FormBrowser(trust, account["user"], account["password"]).visit(address)

    connection = run(place.sign_in(crowded))
    assert connection.identity.user == account["user"]
    assert statuses == [404] * 5
    run(place.close())


def test_cancelling_closes_the_listener(practice: RunningPractice, run: Run) -> None:
    place = Practice(practice.base, trust_in(practice), keep=lambda user, token: None)
    opened = asyncio.Event()
    seen: list[str] = []

    def opens(address: str) -> None:
        seen.append(parse_qs(urlsplit(address).query)["redirect_uri"][0])
        opened.set()

    async def gives_up() -> None:
        signing = asyncio.create_task(place.sign_in(opens))
        await opened.wait()
        signing.cancel()
        await asyncio.wait([signing])
        assert signing.cancelled()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", urlsplit(seen[0]).port)

    run(gives_up())
    run(place.close())


# The life of tokens


def test_twenty_who_need_a_new_token_cause_one_renewal(practice: RunningPractice, run: Run) -> None:
    kept: list[str] = []
    place, connection = run(signed_in(practice, keep=lambda u, t: kept.append(t)))
    session = connection._session

    async def all_at_once() -> list[str]:
        session._tokens = replace(session._tokens, fresh_until_s=0.0)
        waiting = [asyncio.create_task(session.bearer()) for _ in range(20)]
        await asyncio.sleep(0)
        for task in waiting[:10]:
            task.cancel()  # who gives up must not take the rotated token along
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        return [a for a in answers if isinstance(a, str)]

    tokens = run(all_at_once())
    assert len(tokens) == 10
    assert len(set(tokens)) == 1
    assert len(kept) == 2
    assert run(connection.client.count("Slot", {"status": "free"})) > 0
    run(place.close())


def test_a_refused_token_is_renewed_on_the_way(practice: RunningPractice, run: Run) -> None:
    kept: list[str] = []
    place, connection = run(signed_in(practice, keep=lambda u, t: kept.append(t)))
    session = connection._session

    async def asks() -> None:
        session._tokens = replace(session._tokens, access="no-longer-good")
        await asyncio.gather(*(connection.client.count("Slot", {}) for _ in range(5)))

    run(asks())
    assert len(kept) == 2
    run(place.close())


def test_while_the_service_is_away_a_token_serves_to_its_end(run: Run, unused_port: int) -> None:
    smart = configuration_of(smart_says(f"http://127.0.0.1:{unused_port}"))

    async def tries() -> None:
        async with httpx2.AsyncClient() as http:
            endpoint = TokenEndpoint(http, smart, "reception-desktop")
            body = b'{"access_token": "a", "token_type": "Bearer", "refresh_token": "r"}'
            tokens = replace(tokens_in(body, 0.0), fresh_until_s=0.0, good_until_s=float("inf"))
            session = Session(endpoint, tokens, lambda u, t: None)
            assert await session.bearer() == "a"
            session._tokens = replace(tokens, good_until_s=0.0)
            with pytest.raises(ServiceUnreachable):
                await session.bearer()

    run(tries())


# Sign-ins that are not safe


def smart_says(origin: str, **changes: Any) -> dict[str, Any]:
    return {
        "issuer": f"{origin}/fhir",
        "authorization_endpoint": f"{origin}/authorize",
        "token_endpoint": f"{origin}/token",
        "code_challenge_methods_supported": ["S256"],
    } | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge_methods_supported": []},
        {"code_challenge_methods_supported": ["S256", "plain"]},
        {"code_challenge_methods_supported": ["plain"]},
        {"code_challenge_methods_supported": "S256"},
        {"code_challenge_methods_supported": None},
        {"token_endpoint": "http://practice.example/token"},
        {"authorization_endpoint": "ftp://practice.example"},
        {"token_endpoint": None},
        {"authorization_endpoint": "https://[bad"},
    ],
)
def test_a_sign_in_that_is_not_safe_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SignInFailed):
        configuration_of(smart_says("https://practice.example", **changes))


@pytest.fixture
def idp() -> Iterator[Callable[[Callable[[Asked], Says]], ForeignServer]]:
    """Somebody else's sign-in service."""
    servers: list[ForeignServer] = []

    def start(answer: Callable[[Asked], Says]) -> ForeignServer:
        servers.append(ForeignServer(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def unsigned(claims: str) -> str:
    return f"e30.{base64.urlsafe_b64encode(claims.encode()).decode().rstrip('=')}.x"


@pytest.mark.parametrize(
    ("back", "claims", "sentence"),
    [
        ("&iss=https://evil.example", None, "another sign-in service"),
        ("", '{"iss": "ISSUER", "aud": "reception-desktop", "nonce": "old"}', "another sign-in"),
        ("", '{"iss": "ISSUER", "aud": "someone-else", "nonce": "NONCE"}', "another sign-in"),
        ("", '{"iss": "https://evil", "aud": "reception-desktop", "nonce": "NONCE"}', "another"),
        ("&error=server_error", None, "did not accept"),
    ],
)
def test_an_answer_that_is_not_ours_is_refused(
    idp: Any, run: Run, back: str, claims: str | None, sentence: str
) -> None:
    nonces: list[str] = []

    def answer(asked: Asked) -> Says:
        origin = server.base.removesuffix("/fhir")
        if "smart-configuration" in asked.path:
            return Says(body=smart_says(origin))
        said = (claims or "{}").replace("ISSUER", f"{origin}/fhir").replace("NONCE", nonces[0])
        return Says(
            body={
                "access_token": "a",
                "token_type": "Bearer",
                "scope": "openid",
                "id_token": unsigned(said),
            }
        )

    server = idp(answer)

    async def goes_back(address: str) -> None:
        query = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        nonces.append(query["nonce"])
        code = "" if "error" in back else "&code=c"
        async with httpx2.AsyncClient(trust_env=False) as http:
            await http.get(f"{query['redirect_uri']}?state={query['state']}{code}{back}")

    async def signs_in() -> None:
        async with http_client(server.base, Trust()) as http:
            signing = SignIn(server.base, http, open_browser=goes_back, keep=lambda u, t: None)
            await signing.with_browser()

    with pytest.raises(SignInFailed, match=sentence):
        run(signs_in())


@pytest.mark.parametrize("body", ["<html>", "[]", "{}"])
def test_an_address_without_a_practice_is_said_to_have_none(idp: Any, run: Run, body: str) -> None:
    server = idp(lambda asked: Says(body=body))

    async def looks() -> None:
        async with http_client(server.base, Trust()) as http:
            await discover(http, server.base)

    with pytest.raises(SignInFailed):
        run(looks())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"access_token": ""}',
        b'{"access_token": "a", "token_type": "mac"}',
        b'{"access_token": 5, "token_type": "Bearer"}',
    ],
)
def test_a_token_answer_we_cannot_use_is_refused(body: bytes) -> None:
    with pytest.raises(Problem):
        tokens_in(body, 0.0)


@pytest.mark.parametrize("token", ["", "a.b", "a.!!.c", "a.W10.c", "a.bm8.c", "....."])
def test_rubbish_is_no_id_token(token: str) -> None:
    assert claims_of(token) == {}


def test_nothing_of_it_runs_on_the_callers_thread(practice: RunningPractice, run: Run) -> None:
    names: list[str] = []

    def opens(address: str) -> bool:
        names.append(threading.current_thread().name)
        return False

    place = Practice(practice.base, trust_in(practice), keep=lambda user, token: None)
    with pytest.raises(SignInFailed):
        run(place.sign_in(opens))
    assert names == ["network"]
    run(place.close())
