"""Where an answer may be sent: this machine, any port, `/callback`, and nowhere else."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract.codes import Role
from practice.identity.clients import DESKTOP, EVERY, SIGN_IN, client_for

PORTS = st.integers(min_value=1, max_value=65535)
HOSTS = st.sampled_from(["127.0.0.1", "localhost"])
PIECES = st.sampled_from(
    [
        "http://", "https://", "//", "127.0.0.1", "localhost", "[::1]", "evil.test", "@", ":",
        "80", "0", "65536", "99999", "/callback", "/", "callback", "?", "#", "a=b", ";x", "%2f",
        "..", "\n", "\t", " ", "\\", "é", "١", "HTTP://", "LOCALHOST", "127.1", "user:pw@",
    ]
)  # fmt: skip


@given(HOSTS, PORTS)
def test_any_port_of_this_machine_is_allowed(host: str, port: int) -> None:
    assert DESKTOP.may_return_to(f"http://{host}:{port}/callback")
    assert DESKTOP.may_return_to(f"http://{host}/callback")


@settings(max_examples=100)
@given(st.lists(PIECES, max_size=9).map("".join))
@example("http://127.0.0.1:80/callback\n")
@example("http://127.0.0.1:١/callback")
@example("http://localhost:080/callback")
def test_whatever_is_allowed_leads_to_this_machine(uri: str) -> None:
    """Judged by the standard library, not by our own pattern."""
    if not DESKTOP.may_return_to(uri):
        return
    assert uri.isascii()
    parts = urlsplit(uri)
    assert parts.geturl() == uri
    assert parts.scheme == "http"
    assert parts.hostname in {"127.0.0.1", "localhost"}
    assert parts.username is None
    assert parts.password is None
    assert parts.path == "/callback"
    assert parts.query == ""
    assert parts.fragment == ""
    assert parts.port is None or 1 <= parts.port <= 65535


@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1:1/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:1/callback/",
        "http://127.0.0.1:1/callback?x=y",
        "http://127.0.0.1:1/callback#x",
        "http://127.0.0.1:1/Callback",
        "http://127.0.0.1@evil.test/callback",
        "http://localhost.evil.test/callback",
        "http://127.0.0.2:1/callback",
        "",
    ],
)
def test_near_misses_are_refused(uri: str) -> None:
    assert not DESKTOP.may_return_to(uri)


def test_nobody_signs_in_through_the_command_line() -> None:
    assert set(EVERY) - set(SIGN_IN) == {"practice-command"}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_program(role: Role) -> None:
    assert [each for each in SIGN_IN.values() if role in each.roles] == [client_for(role)]
