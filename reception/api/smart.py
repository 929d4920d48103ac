"""What a server says about signing in (SMART App Launch 2, `.well-known/smart-configuration`).

Source: docs/contract.md 12.1.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from reception.api.exchange import LOOPBACK, is_distrust
from reception.records.problem import NotTrusted, ServiceUnreachable, SignInFailed

DISCOVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class SmartConfiguration:
    """Where and how to sign in at one practice.

    Attributes:
        issuer: who signs identity tokens; empty if the server does not say.
        revocation: empty where tokens cannot be revoked.
        names_issuer: whether the answer to the browser always names the issuer (RFC 9207).
        capabilities: as listed.
    """

    issuer: str
    authorization: str
    token: str
    revocation: str
    names_issuer: bool
    capabilities: frozenset[str]


async def discover(http: httpx2.AsyncClient, base: str) -> SmartConfiguration:
    """The sign-in configuration of the practice at *base*.

    Raises:
        ServiceUnreachable: nobody answers there.
        SignInFailed: there is no practice, or its sign-in is not safe enough.
    """
    try:
        answer = await http.get(
            f"{base}/.well-known/smart-configuration",
            headers={"Accept": "application/json"},
            timeout=DISCOVERY_S,
        )
    except httpx2.TransportError as error:
        raise (NotTrusted() if is_distrust(error) else ServiceUnreachable()) from error
    except httpx2.InvalidURL as error:
        raise SignInFailed("That is not the address of a practice.") from error
    if answer.status_code != 200:
        raise SignInFailed(f"There is no practice at {base}.")
    try:
        said = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise SignInFailed(f"There is no practice at {base}.")
    return configuration_of(said)


def configuration_of(said: dict[str, Any]) -> SmartConfiguration:
    """The configuration in the document *said*.

    Raises:
        SignInFailed: without PKCE by S256, with `plain`, or without safe addresses.
    """
    methods = _texts(said, "code_challenge_methods_supported")
    if "S256" not in methods or "plain" in methods:
        raise SignInFailed(
            "This practice's sign-in is not safe enough for Reception: it must ask for PKCE with "
            "S256, and with nothing weaker."
        )
    authorization, token = (
        _address(said, name) for name in ("authorization_endpoint", "token_endpoint")
    )
    if not authorization or not token:
        raise SignInFailed("This practice does not say where to sign in safely.")
    return SmartConfiguration(
        issuer=_text(said, "issuer"),
        authorization=authorization,
        token=token,
        revocation=_address(said, "revocation_endpoint"),
        names_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        capabilities=_texts(said, "capabilities"),
    )


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _texts(said: dict[str, Any], name: str) -> frozenset[str]:
    value = said.get(name)
    return (
        frozenset(v for v in value if isinstance(v, str))
        if isinstance(value, list)
        else frozenset()
    )


def _address(said: dict[str, Any], name: str) -> str:
    """An absolute address under TLS (or on this machine); anything else is none."""
    address = _text(said, name)
    try:
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    except ValueError:
        return ""
    return address if safe and parts.hostname else ""
