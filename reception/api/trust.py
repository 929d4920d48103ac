"""Whom the client trusts: the operating system's store, or one certificate the user compared.

Source: docs/contract.md 1 (TLS 1.2+), design 4.
"""

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from typing import Any

import truststore

from reception.records.problem import NotTrusted, ServiceUnreachable

FETCH_S = 5.0


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
        """A client context for this trust.

        Raises:
            NotTrusted: what was pinned is no certificate.
        """
        if not self.ca_pem:
            return _at_least_1_2(truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        context = _at_least_1_2(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        # What is pinned may be an intermediate, or a server certificate that signed itself.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        try:
            context.load_verify_locations(cadata=self.ca_pem)
        except (ssl.SSLError, ValueError) as error:
            raise NotTrusted("The certificate kept for this practice is damaged.") from error
        return context


def certificate_of(pem: str) -> Certificate:
    """*pem* (one certificate) with its fingerprint.

    Raises:
        NotTrusted: it is no certificate.
    """
    try:
        der = ssl.PEM_cert_to_DER_cert(pem.strip())
    except ValueError as error:
        raise NotTrusted("That file is not a certificate.") from error
    return _certificate(der)


async def is_trusted(host: str, port: int, trust: Trust) -> bool:
    """Whether *trust* accepts what *host*:*port* presents; False asks for `fetch_certificate`.

    Raises:
        ServiceUnreachable: nobody answers there.
    """
    try:
        await _chain(host, port, trust.context())
    except ssl.SSLCertVerificationError:
        return False
    return True


async def fetch_certificate(host: str, port: int) -> Certificate:
    """The authority that *host*:*port* presents, for the user to compare and pin.

    It is the last certificate of the chain that the server sends; a second connection that trusts
    it alone shows that it is really the one behind the server.

    Raises:
        ServiceUnreachable: nobody answers there.
        NotTrusted: the chain does not hold even when its own authority is trusted.
    """
    context = _at_least_1_2(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is sent; the user compares the fingerprint
    shown = _certificate((await _chain(host, port, context))[-1])
    if not await is_trusted(host, port, Trust(shown.pem)):
        raise NotTrusted(
            "The practice's server presents a certificate that does not fit its own address."
        )
    return shown


async def _chain(host: str, port: int, context: ssl.SSLContext) -> list[bytes]:
    """The chain that the server sends, its own certificate first (DER)."""
    try:
        async with asyncio.timeout(FETCH_S):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except ssl.SSLCertVerificationError:
        raise
    except (OSError, TimeoutError) as error:
        raise ServiceUnreachable() from error
    try:
        return _sent_chain(writer.get_extra_info("ssl_object"))
    finally:
        writer.transport.abort()


def _sent_chain(ssl_object: Any) -> list[bytes]:
    if hasattr(ssl_object, "get_unverified_chain"):  # public from Python 3.13 on
        chain = list(ssl_object.get_unverified_chain() or ())
    else:
        sent = ssl_object._sslobj.get_unverified_chain() or ()
        chain = [ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in sent]
    if not chain:
        raise NotTrusted("The practice's server presents no certificate.")
    return chain


def _certificate(der: bytes) -> Certificate:
    digest = hashlib.sha256(der).hexdigest().upper()
    fingerprint = ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))
    return Certificate(ssl.DER_cert_to_PEM_cert(der), fingerprint)


def _at_least_1_2(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
