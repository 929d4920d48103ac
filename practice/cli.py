"""The command `practice`."""

import argparse
import getpass
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from contract.codes import Role
from practice.settings import DataFolder, Settings
from practice.trouble import Trouble

LONDON: Final = ZoneInfo("Europe/London")
_SubParsers = argparse._SubParsersAction  # argparse has no public name for it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the process's exit code."""
    options = _parser().parse_args(arguments)
    # A service that is told to stop before it serves has nothing to finish.
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        code: int = options.run(options)
    except Trouble as trouble:
        print(f"practice: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)
    return code


def _leave(_number: int, _frame: object) -> None:
    sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="practice", description="The practice service.")
    commands = parser.add_subparsers(required=True, metavar="command")

    init = _command(commands, "init", _init, "make a data folder for a practice")
    init.add_argument("--ods", required=True, help="the practice's ODS code, A99999")
    init.add_argument("--name", required=True, help="the practice's name")

    serve = _command(commands, "serve", _serve, "run the service")
    _add_service_options(serve, port=8443)
    serve.add_argument("--cert", type=Path, help="the practice's own certificate, PEM with chain")
    serve.add_argument("--key", type=Path, help="the key of that certificate, PEM")

    staff = commands.add_parser("staff", help="staff accounts").add_subparsers(
        required=True, metavar="act"
    )
    add = _command(staff, "add", _staff_add, "make a staff account")
    add.add_argument("--user", required=True, help="the name to sign in with")
    add.add_argument("--role", required=True, choices=[r for r in Role if r is not Role.PATIENT])
    add.add_argument("--display", required=True, help="the name as others see it")
    add.add_argument(
        "--reference", help="Practitioner/<id>, if there is one already; else one is made"
    )
    how = add.add_mutually_exclusive_group()
    how.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    how.add_argument("--generate", action="store_true", help="make a password and print it once")
    listed = _command(staff, "list", _staff_list, "list staff accounts")
    disable = _command(staff, "disable", _staff_disable, "end an account and its sign-ins")
    disable.add_argument("--user", required=True)

    token = _command(commands, "token", _token, "print an access token for scripts")
    token.add_argument("--user", required=True)
    for command in (add, listed, disable, token):
        command.add_argument("--ods", help="which practice, if the folder holds several")

    pack = _command(commands, "pack", _pack, "where the service writes continuity packs")
    choice = pack.add_mutually_exclusive_group()
    choice.add_argument("--folder", type=Path, help="a folder that only the practice can open")
    choice.add_argument("--off", action="store_true", help="write none any more")
    pack.add_argument("--keep", type=_at_least_one, metavar="DAYS", help="keep packs for so long")
    pack.add_argument("--now", action="store_true", help="write one at once")

    demo = _command(commands, "demo", _demo, "run an invented practice")
    _add_service_options(demo, port=8443)
    demo.add_argument("--seed", type=int, default=1, help="the same seed, the same practice")
    demo.add_argument("--patients", type=_at_least_one, default=10_000)
    demo.add_argument("--traffic", choices=["off", "ordinary", "monday"], default="ordinary")
    demo.add_argument("--speed", type=_above_zero, default=1.0, help="how fast time passes")
    demo.add_argument(
        "--until-eof",
        action="store_true",
        help="stop when standard input ends, as it does when whoever started this is gone",
    )
    return parser


def _command(
    commands: "_SubParsers[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    says: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=says, description=says)
    command.add_argument("--data", type=Path, required=True, help="the data folder")
    command.set_defaults(run=run)
    return command


def _add_service_options(command: argparse.ArgumentParser, port: int) -> None:
    command.add_argument("--port", type=_port, default=port, help="0 for any free port")
    command.add_argument("--host", default="localhost", help="name or address to listen on")
    command.add_argument("--at", type=_moment, help="set the clock: 2026-11-23T07:58, in London")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is not a port; ports are 0 to 65535")
    return int(text)


def _at_least_one(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def _above_zero(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0 and up to 1000")
    return number


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
    _say(f"{folder.path} is ready for {options.name} ({options.ods}).")
    return 0


def _serve(options: argparse.Namespace) -> int:
    # Here and below: what a command alone needs is imported by it, so that `practice token`
    # answers in a fraction of a second.
    from practice.run import serve_folder  # noqa: PLC0415

    if (options.cert is None) != (options.key is None):
        raise Trouble("--cert and --key belong together: give both.")
    folder = DataFolder(options.data)
    settings = folder.read()
    with folder.locked():
        if options.cert is not None:
            settings = folder.use_certificate(settings, options.cert, options.key)
        return serve_folder(folder, settings, options.host, options.port, options.at)


def _stop_at_eof() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _demo(options: argparse.Namespace) -> int:
    from practice.app import PracticeService  # noqa: PLC0415
    from practice.clock import PracticeClock, StillClock  # noqa: PLC0415
    from practice.demo import ODS, PRACTICE_NAME, Profile, Traffic, load  # noqa: PLC0415
    from practice.offline import opened  # noqa: PLC0415
    from practice.run import prepare, run  # noqa: PLC0415

    if options.until_eof:
        Thread(target=_stop_at_eof, daemon=True).start()
    folder = DataFolder(options.data)
    if not folder.is_initialised():
        folder.begin_demo(ODS, PRACTICE_NAME)
    with folder.locked():
        settings = folder.begin_demo(ODS, PRACTICE_NAME)
        tls, listener, origin = prepare(folder, settings, options.host, options.port)
        # However long the making takes, the service opens at the moment that was asked for, and
        # nothing in it is younger.
        at = options.at or PracticeClock().now()
        with opened(folder, settings, StillClock(at)) as (store, identity):
            demo = load(
                store,
                identity,
                at=at,
                seed=options.seed,
                patients=options.patients,
                profile=Profile(options.traffic),
                say=_say,
            )
        clock = PracticeClock(at, options.speed)
        folder.keep_clock(clock)
        service = PracticeService(folder, settings, clock, origin, options.speed)
        service.open()
        traffic = Traffic(
            demo,
            base=service.base_of(ODS),
            ca=tls.ca,
            clock=clock,
            identity=service.identity,
            say=_say,
        )
        more = {"accounts": [account.line() for account in demo.accounts]}
        return run(service, listener, tls, more, traffic.run)


def _staff_add(options: argparse.Namespace) -> int:
    from practice.identity.passwords import invented  # noqa: PLC0415
    from practice.offline import opened  # noqa: PLC0415

    folder, settings, ods = _practice(options)
    generated = invented() if options.generate else None
    password = generated or _password(from_stdin=options.password_stdin)
    with opened(folder, settings, folder.clock()) as (_, identity):
        account = identity.add_staff(
            ods,
            options.user,
            password,
            Role(options.role),
            options.display,
            options.reference,
        )
    _say(f"{account.display} can sign in as {account.user} ({account.role}).")
    if generated is not None:
        print(generated)
    return 0


def _staff_list(options: argparse.Namespace) -> int:
    from practice.offline import opened  # noqa: PLC0415

    folder, settings, ods = _practice(options)
    with opened(folder, settings, folder.clock()) as (_, identity):
        for account in identity.staff(ods):
            state = "disabled" if account.disabled else "active"
            print("\t".join((account.user, account.role, state, account.display)))
    return 0


def _staff_disable(options: argparse.Namespace) -> int:
    from practice.offline import opened  # noqa: PLC0415

    folder, settings, ods = _practice(options)
    with opened(folder, settings, folder.clock()) as (_, identity):
        account = identity.disable(ods, options.user)
    _say(f"{account.display} ({account.user}) can no longer sign in, and is signed out.")
    return 0


def _token(options: argparse.Namespace) -> int:
    from practice.identity import COMMAND_TOKEN_S  # noqa: PLC0415
    from practice.identity.clients import COMMAND  # noqa: PLC0415
    from practice.offline import opened  # noqa: PLC0415

    folder, settings, ods = _practice(options)
    with opened(folder, settings, folder.clock()) as (_, identity):
        token = identity.issue(
            ods, options.user, COMMAND.client_id, seconds=COMMAND_TOKEN_S, by=_who()
        )
        print(token)
    return 0


def _pack(options: argparse.Namespace) -> int:
    from practice.continuity import packs_in, write_pack  # noqa: PLC0415
    from practice.offline import opened  # noqa: PLC0415

    folder = DataFolder(options.data)
    settings = before = folder.read()
    if options.folder is not None:
        where = options.folder.expanduser().resolve()
        if not where.is_dir():
            raise Trouble(f"There is no folder {where}; make it first, for the practice alone.")
        settings = msgspec.structs.replace(settings, pack_folder=str(where))
    if options.off:
        settings = msgspec.structs.replace(settings, pack_folder="")
    if options.keep is not None:
        settings = msgspec.structs.replace(settings, pack_keep_days=options.keep)
    if settings != before:
        folder.write(settings)
    if before.pack_folder not in ("", settings.pack_folder):
        names = [entry.name for entry in settings.practices]
        left = sum(len(packs_in(Path(before.pack_folder), name)) for name in names)
        if left:
            packs = "1 old pack lies" if left == 1 else f"{left} old packs lie"
            _say(f"{packs} in {before.pack_folder}, with telephone numbers: remove what is there.")
    if not settings.pack_folder:
        _say("The service writes no continuity pack.")
        return 0
    _say(
        f"Packs are written to {settings.pack_folder} at 07:30 and 13:00, and kept for "
        f"{settings.pack_keep_days} days."
    )
    if options.now:
        clock = folder.clock()
        with opened(folder, settings, clock) as (store, _):
            for entry in settings.practices:
                where = Path(settings.pack_folder)
                try:
                    path = write_pack(store, entry.ods, entry.name, where, clock.now())
                except OSError as fault:
                    raise Trouble(f"The pack cannot be written to {where}: {fault}.") from fault
                print(path)
    return 0


def _who() -> str:
    """`priya@front-desk-1`: who types the command, as far as the machine knows."""
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):  # an account without a name
        return socket.gethostname()


def _practice(options: argparse.Namespace) -> tuple[DataFolder, Settings, str]:
    folder = DataFolder(options.data)
    settings = folder.read()
    codes = [entry.ods for entry in settings.practices]
    ods = options.ods or codes[0]
    if ods not in codes:
        raise Trouble(f"{folder.path} does not hold the practice {ods}.")
    if options.ods is None and len(codes) > 1:
        raise Trouble(f"Say which practice with --ods: {', '.join(codes)}.")
    return folder, settings, ods


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Trouble("There is no terminal to ask for a password: use --password-stdin.")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise Trouble("The two passwords are not the same.")
    return first


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
