"""The cable of the tour: what is pulled out carries nothing."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from reception.tour.cable import Cable


@pytest.fixture
def cable() -> Iterator[Cable]:
    laid = Cable()
    laid.start()
    yield laid
    laid.stop()


@pytest.fixture
def far_end() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


def through(cable: Cable, port: int) -> socket.socket:
    proxy_port = int(cable.address.rsplit(":", 1)[1])
    near = socket.create_connection(("127.0.0.1", proxy_port), timeout=5)
    near.sendall(f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n".encode())
    return near


def test_it_carries_both_ways(cable: Cable, far_end: socket.socket) -> None:
    with through(cable, far_end.getsockname()[1]) as near:
        assert near.recv(100).startswith(b"HTTP/1.1 200")
        far, _ = far_end.accept()
        with far:
            near.sendall(b"hello")
            assert far.recv(5) == b"hello"
            far.sendall(b"there")
            assert near.recv(5) == b"there"


def test_put_back_it_has_lost_what_was_open(cable: Cable, far_end: socket.socket) -> None:
    port = far_end.getsockname()[1]
    with through(cable, port) as near:
        assert near.recv(100)
        far, _ = far_end.accept()
        with far:
            cable.pull()
            far.sendall(b"lost")
            cable.put_back()
            with contextlib.suppress(ConnectionResetError):
                while near.recv(100):
                    pass  # what was under way when it was pulled; then the end
    with through(cable, port) as again:
        assert again.recv(100).startswith(b"HTTP/1.1 200")


def test_it_leads_nowhere_but_here(cable: Cable) -> None:
    proxy_port = int(cable.address.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", proxy_port), timeout=5) as near:
        near.sendall(b"CONNECT example.org:443 HTTP/1.1\r\n\r\n")
        assert near.recv(100) == b""
