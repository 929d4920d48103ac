"""The service's certificate: its own small authority, or the practice's own pair of files.

TLS lives by the machine's clock, never by the practice's, which may be set for a demonstration.
"""

import ipaddress
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from practice.trouble import Trouble

AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 365
RENEW_DAYS: Final = 30
"""A certificate this close to its end is made anew, at a start and while the service runs."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What the listening socket needs, and what a client needs to trust it.

    Attributes:
        certificate: PEM file with the server certificate and its chain.
        key: PEM file with the server's private key.
        ca: PEM file with the one certificate that a client is to trust.
        fingerprint: SHA-256 of that certificate, colon-separated hex.
    """

    certificate: Path
    key: Path
    ca: Path
    fingerprint: str


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the whole certificate, as browsers show it: `AB:12:...`."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def own_authority(
    folder: Path, hosts: Iterable[str] = (), *, now: datetime | None = None
) -> TlsFiles:
    """The files of the service's own authority in *folder*, made or renewed as needed.

    Args:
        folder: where `ca.pem` stands; keys and the server certificate go to `tls/` below it.
        hosts: names and addresses the certificate speaks for, beside this machine's.
        now: the machine's time, aware.
    """
    moment = now or datetime.now(UTC)
    tls = folder / "tls"
    tls.mkdir(mode=0o700, exist_ok=True)
    ca_file, ca_key_file = folder / "ca.pem", tls / "ca.key"
    server_file, server_key_file = tls / "server.pem", tls / "server.key"
    names = _names(hosts)
    if not (ca_file.exists() and ca_key_file.exists()) or _ends_soon(_read(ca_file), moment):
        _make_authority(ca_file, ca_key_file, moment)
        server_file.unlink(missing_ok=True)
    authority = _read(ca_file)
    if (
        not (server_file.exists() and server_key_file.exists())
        or _ends_soon(_read(server_file), moment)
        or _spoken_for(_read(server_file)) != set(names)
    ):
        _make_server(server_file, server_key_file, authority, ca_key_file, names, moment)
    return TlsFiles(server_file, server_key_file, ca_file, fingerprint(authority))


def own_pair(folder: Path, certificate: Path, key: Path) -> TlsFiles:
    """The practice's own *certificate* (with its chain) and *key*.

    `ca.pem` becomes the last certificate of the chain: the one to trust and to compare.

    Raises:
        Trouble: the files cannot be read, or do not belong together.
    """
    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
        secret = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise Trouble(
            f"The certificate {certificate} or its key {key} cannot be read as PEM without a "
            "password."
        ) from fault
    if chain[0].public_key() != secret.public_key():
        raise Trouble(f"The key {key} does not belong to the certificate {certificate}.")
    if chain[0].not_valid_after_utc < datetime.now(UTC):
        raise Trouble(f"The certificate {certificate} has expired.")
    trusted = chain[-1]
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(trusted.public_bytes(serialization.Encoding.PEM))
    return TlsFiles(certificate, key, ca_file, fingerprint(trusted))


def serial_of(certificate: Path) -> int:
    """The serial number of the first certificate in a PEM file.

    Raises:
        Trouble: it is damaged.
        OSError: it cannot be read.
    """
    return _read(certificate).serial_number


def ends_words(certificate: Path, now: datetime | None = None) -> str:
    """A sentence where a certificate ends within thirty days; else empty.

    Raises:
        Trouble: it is damaged.
        OSError: it cannot be read.
    """
    held = _read(certificate)
    if not _ends_soon(held, now or datetime.now(UTC)):
        return ""
    ends = held.not_valid_after_utc
    return (
        f"The certificate {certificate} ends on {ends:%d %B %Y} at {ends:%H:%M} UTC: put a new one "
        "in its place, and it is used within the hour. Desks cannot connect once it has ended."
    )


def _names(hosts: Iterable[str]) -> list[str]:
    wanted = ["localhost", "127.0.0.1", "::1", socket.gethostname(), *hosts]
    return [name for name in dict.fromkeys(wanted) if name and name not in {"0.0.0.0", "::"}]  # noqa: S104 - compared, not bound


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _spoken_for(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {
        *names.get_values_for_type(x509.DNSName),
        *(str(address) for address in names.get_values_for_type(x509.IPAddress)),
    }


def _ends_soon(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_after_utc - now < timedelta(days=RENEW_DAYS)


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as fault:
        raise Trouble(f"{path} is damaged; remove it and the service makes a new one.") from fault


def _subject(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Reception practice service"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _make_authority(ca_file: Path, key_file: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(f"Reception practice authority, {socket.gethostname()}"[:64])
    certificate = (
        _builder(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _make_server(
    file: Path,
    key_file: Path,
    authority: x509.Certificate,
    ca_key_file: Path,
    names: list[str],
    now: datetime,
) -> None:
    ca_key = serialization.load_pem_private_key(ca_key_file.read_bytes(), password=None)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise Trouble(f"{ca_key_file} is not the key that this service made.")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_subject(names[0]), authority.subject, key.public_key(), now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    _write_key(key_file, key)
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + authority.public_bytes(serialization.Encoding.PEM)
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # An hour of grace for a desk whose own clock is slow.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    write_private(
        path,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
