"""Somebody else's FHIR server, as far as a test needs it: it answers what the test says.

It stands for servers that are not ours (HAPI, Medplum, a gateway); our own is never imitated.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Says:
    """One answer; *cut* closes the connection without one."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


class ForeignServer:
    """Answers each request by *answer*, and remembers what was asked."""

    def __init__(self, answer: Callable[[Asked], Says]) -> None:
        self.asked: list[Asked] = []
        foreign = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                sent = self.headers.get("Content-Type", "")
                body = json.loads(raw) if raw and "json" in sent else raw
                asked = Asked(self.command, self.path, dict(self.headers), body)
                foreign.asked.append(asked)
                says = answer(asked)
                if says.cut:
                    self.close_connection = True
                    return
                content = (
                    says.body.encode() if isinstance(says.body, str) else json.dumps(says.body)
                )
                data = content if isinstance(content, bytes) else content.encode()
                data = b"" if says.body is None else data
                self.send_response(says.status)
                for name, value in says.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def base(self) -> str:
        """Its FHIR base."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/fhir"

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
