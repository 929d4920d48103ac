"""The service's certificate: made, kept, renewed, or the practice's own."""

import ipaddress
import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from practice.tls import TlsFiles, fingerprint, own_authority, own_pair
from practice.trouble import Trouble

NOW = datetime.now(UTC)


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names(path: Path) -> set[str]:
    found = certificate(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = found.get_values_for_type(x509.IPAddress)
    return {*found.get_values_for_type(x509.DNSName), *(str(a) for a in addresses)}


def openssl(*arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], capture_output=True, text=True, check=False, timeout=30
    )
    return done.stdout + done.stderr


@pytest.fixture
def made(tmp_path: Path) -> TlsFiles:
    return own_authority(tmp_path, ("desk.practice.test", "192.0.2.7"))


def test_the_authority_vouches_for_the_server(made: TlsFiles) -> None:
    said = openssl(
        "verify", "-x509_strict", "-CAfile", str(made.ca), "-verify_hostname", "localhost",
        "-purpose", "sslserver", str(made.certificate),
    )  # fmt: skip
    assert said.strip().endswith("OK"), said


def test_it_speaks_for_this_machine_and_the_names_it_is_given(made: TlsFiles) -> None:
    assert {"localhost", "127.0.0.1", "::1", "desk.practice.test", "192.0.2.7"} <= names(
        made.certificate
    )


def test_lifetimes_are_ten_years_and_one(made: TlsFiles) -> None:
    day = timedelta(days=1)
    assert abs(certificate(made.ca).not_valid_after_utc - NOW - 3650 * day) < day
    assert abs(certificate(made.certificate).not_valid_after_utc - NOW - 365 * day) < day


def test_the_fingerprint_is_that_of_the_authority(made: TlsFiles) -> None:
    said = openssl("x509", "-in", str(made.ca), "-noout", "-fingerprint", "-sha256")
    assert said.strip().partition("=")[2] == made.fingerprint


def test_keys_are_for_their_owner_only(made: TlsFiles) -> None:
    for key in (made.key, made.key.parent / "ca.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.key.parent.stat().st_mode) == 0o700


def test_the_authority_can_vouch_for_no_further_authority(made: TlsFiles) -> None:
    limits = certificate(made.ca).extensions.get_extension_for_class(x509.BasicConstraints)
    assert limits.critical
    assert limits.value.path_length == 0


def test_the_next_start_uses_the_same_files(tmp_path: Path) -> None:
    first = own_authority(tmp_path)
    before = (first.ca.read_bytes(), first.certificate.read_bytes(), first.key.read_bytes())
    again = own_authority(tmp_path)
    assert again == first
    assert (again.ca.read_bytes(), again.certificate.read_bytes(), again.key.read_bytes()) == before


@pytest.mark.parametrize(("days", "renewed"), [(334, False), (336, True), (800, True)])
def test_a_server_certificate_near_its_end_is_renewed(
    tmp_path: Path, days: int, renewed: bool
) -> None:
    first = own_authority(tmp_path)
    old, ca = certificate(first.certificate), first.ca.read_bytes()
    later = own_authority(tmp_path, now=NOW + timedelta(days=days))
    assert (certificate(later.certificate) != old) is renewed
    assert later.ca.read_bytes() == ca
    assert later.fingerprint == first.fingerprint


def test_an_authority_at_its_end_is_made_anew(tmp_path: Path) -> None:
    first = own_authority(tmp_path)
    later = own_authority(tmp_path, now=NOW + timedelta(days=3640))
    assert later.fingerprint != first.fingerprint
    certificate(later.certificate).verify_directly_issued_by(certificate(later.ca))


def test_a_new_name_gets_a_new_certificate_from_the_same_authority(tmp_path: Path) -> None:
    first = own_authority(tmp_path)
    later = own_authority(tmp_path, ("new.practice.test",))
    assert later.fingerprint == first.fingerprint
    assert "new.practice.test" in names(later.certificate)


def test_listening_everywhere_is_no_name(tmp_path: Path) -> None:
    assert not {"0.0.0.0", "::"} & names(own_authority(tmp_path, ("0.0.0.0", "::")).certificate)


def test_damage_is_said_in_a_sentence(tmp_path: Path) -> None:
    made = own_authority(tmp_path)
    made.certificate.write_text("not a certificate")
    with pytest.raises(Trouble, match="damaged"):
        own_authority(tmp_path)


# The practice's own


def test_the_practices_own_pair_is_used_as_it_is(tmp_path: Path, made: TlsFiles) -> None:
    own = own_pair(tmp_path, made.certificate, made.key)
    assert own.certificate == made.certificate
    assert own.fingerprint == made.fingerprint  # the chain ends with the authority
    ssl.create_default_context(cafile=str(own.ca)).load_cert_chain(own.certificate, own.key)


def test_a_key_of_another_certificate_is_refused(tmp_path: Path, made: TlsFiles) -> None:
    with pytest.raises(Trouble, match="does not belong"):
        own_pair(tmp_path, made.certificate, made.key.parent / "ca.key")


@pytest.mark.parametrize("which", ["certificate", "key"])
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, made: TlsFiles, which: str) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    files = {"certificate": made.certificate, "key": made.key} | {which: bad}
    with pytest.raises(Trouble, match="cannot be read"):
        own_pair(tmp_path, files["certificate"], files["key"])


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    old = own_authority(tmp_path, now=NOW - timedelta(days=500))
    with pytest.raises(Trouble, match="expired"):
        own_pair(tmp_path, old.certificate, old.key)


def test_a_certificate_that_signed_itself_is_its_own_authority(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "self")])
    alone = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    pair = tmp_path / "self.pem", tmp_path / "self.key"
    pair[0].write_bytes(alone.public_bytes(serialization.Encoding.PEM))
    pair[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    assert own_pair(tmp_path, *pair).fingerprint == fingerprint(alone)
