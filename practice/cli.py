"""The command `practice`."""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from practice.app import PracticeService
from practice.clock import PracticeClock
from practice.server import listen, serve
from practice.settings import DataFolder
from practice.tls import TlsFiles
from practice.trouble import Trouble
from practice.web import log

LONDON: Final = ZoneInfo("Europe/London")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the process's exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except Trouble as trouble:
        print(f"practice: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="practice", description="The practice service.")
    commands = parser.add_subparsers(required=True, metavar="command")

    init = _command(commands, "init", _init, "make a data folder for a practice")
    init.add_argument("--ods", required=True, help="the practice's ODS code, A99999")
    init.add_argument("--name", required=True, help="the practice's name")

    run = _command(commands, "serve", _serve, "run the service")
    _add_service_options(run)
    run.add_argument("--cert", type=Path, help="the practice's own certificate, PEM with chain")
    run.add_argument("--key", type=Path, help="the key of that certificate, PEM")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: object,
    says: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=says, description=says)
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.set_defaults(run=run)
    return command


def _add_service_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=int, default=8443, help="0 for any free port")
    command.add_argument("--host", default="localhost", help="name or address to listen on")
    command.add_argument("--at", type=_moment, help="set the clock: 2026-11-23T07:58, in London")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(
            f"{text} is not a time; write it as 2026-11-23T07:58"
        ) from fault
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def _init(options: argparse.Namespace) -> int:
    folder = DataFolder(options.data)
    folder.found(options.ods, options.name)
    print(f"{folder.path} is ready for {options.name} ({options.ods}).", file=sys.stderr)
    return 0


def _serve(options: argparse.Namespace) -> int:
    folder = DataFolder(options.data)
    settings = folder.read()
    if (options.cert is None) != (options.key is None):
        raise Trouble("--cert and --key belong together: give both.")
    with folder.locked():
        if options.cert is not None:
            settings = folder.use_certificate(settings, options.cert, options.key)
        name = _public_name(options.host)
        tls = folder.tls(settings, (name,))
        listener = listen(options.host, options.port)
        origin = f"https://{_in_url(name)}:{listener.getsockname()[1]}"
        service = PracticeService(PracticeClock(options.at), origin)
        return run_service(
            service, listener, tls, {"base": service.base(settings.practices[0].ods)}
        )


def run_service(
    service: PracticeService, listener: socket.socket, tls: TlsFiles, more: dict[str, object]
) -> int:
    """Serve until told to stop; prints the ready line, `more` included, on standard output."""
    log.set_up()
    line = {"ready": True, **more, "ca": str(tls.ca), "fingerprint": tls.fingerprint}

    def ready() -> None:
        print(msgspec.json.encode(line).decode(), flush=True)

    with asyncio.Runner() as runner:
        if not runner.run(serve(service, listener, tls, ready)):
            # Somebody still holds a connection open: all is written, so do not wait for them.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
    return 0


def _public_name(host: str) -> str:
    """The name under which others reach what listens on *host*."""
    if host in {"127.0.0.1", "::1", "localhost"}:
        return "localhost"
    return socket.gethostname() if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared


def _in_url(name: str) -> str:
    return f"[{name}]" if ":" in name else name


if __name__ == "__main__":
    sys.exit(main())
