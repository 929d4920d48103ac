"""Whom the client trusts: the operating system's store, or one certificate the user compared.

Source: docs/contract.md 1 (TLS 1.2+), design 4.
"""

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate authority shown to the user on first contact.

    Attributes:
        pem: what is pinned once the user has agreed.
        fingerprint: SHA-256 of it, `AB:CD:...`, as the service prints it.
    """

    pem: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Trust:
    """The operating system's trust store, or one pinned authority alone.

    Attributes:
        ca_pem: the pinned authority; empty = the operating system decides.
    """

    ca_pem: str = ""

    def context(self) -> ssl.SSLContext:
        """A client context for this trust."""
        raise NotImplementedError


async def fetch_certificate(host: str, port: int) -> Certificate:
    """The authority that *host*:*port* presents, for the user to compare and pin."""
    raise NotImplementedError
