"""A browser that only knows forms, cookies and redirects, and the client's half of a sign-in."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

STAFF_SCOPE = "openid fhirUser offline_access user/Appointment.crus user/Patient.rs"


class Page(HTMLParser):
    """What matters of a page: its form's fields, its alert, its title."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str]] = {}
        self.forms = 0
        self.labels: set[str] = set()
        self.lang = ""
        self.title = ""
        self.alert = ""
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.forms += tag == "form"
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag == "input":
            self.fields[given["name"]] = given
        if tag == "label":
            self.labels.add(given["for"])
        if tag == "title" or given.get("role") == "alert":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title":
            self.title += data
        elif self._open:
            self.alert += data


@dataclass
class SignIn:
    """One sign-in, from the client's request to its tokens."""

    http: httpx2.Client
    base: str
    client_id: str = "reception-desktop"
    scope: str = STAFF_SCOPE
    redirect_uri: str = "http://127.0.0.1:49152/callback"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def auth(self) -> str:
        return self.base.removesuffix("/fhir") + "/auth"

    def query(self, **changed: str | None) -> dict[str, str]:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        whole: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "nonce": self.nonce,
            "aud": self.base,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in {**whole, **changed}.items() if value is not None}

    def open(self, **changed: str | None) -> httpx2.Response:
        return self.http.get(f"{self.auth}/authorize?{urlencode(self.query(**changed))}")

    def send(
        self, page: httpx2.Response, user: str, password: str, act: str = ""
    ) -> httpx2.Response:
        token = Page(page.text).fields["token"]["value"]
        return self.http.post(
            str(page.url), data={"token": token, "user": user, "password": password, "act": act}
        )

    def code(self, user: str, password: str) -> str:
        answer = self.send(self.open(), user, password)
        assert answer.status_code == 303, Page(answer.text).alert
        back = answered(answer)
        assert back["state"] == self.state
        assert back["iss"] == self.base
        return back["code"]

    def redeem(self, code: str, **changed: str) -> httpx2.Response:
        return self.http.post(
            f"{self.auth}/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.redirect_uri,
                "client_id": self.client_id,
                "code_verifier": self.verifier,
                **changed,
            },
        )

    def refresh(self, token: str, **more: str) -> httpx2.Response:
        return self.http.post(
            f"{self.auth}/token",
            data={
                "grant_type": "refresh_token",
                "refresh_token": token,
                "client_id": self.client_id,
                **more,
            },
        )

    def revoke(self, token: str) -> httpx2.Response:
        return self.http.post(
            f"{self.auth}/revoke", data={"token": token, "client_id": self.client_id}
        )

    def tokens(self, user: str, password: str) -> dict[str, str]:
        answer = self.redeem(self.code(user, password))
        assert answer.status_code == 200, answer.text
        given: dict[str, str] = answer.json()
        return given


def answered(response: httpx2.Response) -> dict[str, str]:
    """What a redirect to the client says."""
    return {
        name: values[0]
        for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
    }
