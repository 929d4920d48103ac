"""The command `reception`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the desktop client, or its tour; the answer is the process's exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "tour":
        from reception.tour.run import tour  # noqa: PLC0415 - a desk never needs it

        return tour(options.out, speed=options.speed, patients=options.patients)

    from reception.app import Options, run  # noqa: PLC0415 - `--help` needs no Qt

    return run(
        Options(
            base=options.practice,
            ca=options.ca,
            demo=options.demo,
            demo_arguments=tuple(options.demo_option),
            profile=options.profile,
            proxy=options.proxy,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reception", description="The front desk of a GP practice."
    )
    parser.add_argument("--practice", default="", metavar="URL", help="the practice's address")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="trust this certificate (PEM)")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="keep settings and drafts here")
    parser.add_argument("--proxy", default="", metavar="URL", help="go through this web proxy")
    parser.add_argument("--demo", action="store_true", help="open the demo practice, signed in")
    parser.add_argument(
        "--demo-option",
        action="append",
        default=[],
        metavar="OPTION",
        help="hand OPTION to `practice demo` (`--demo-option=--patients=2000`)",
    )
    parser.set_defaults(command="")
    commands = parser.add_subparsers(metavar="command")
    tour = commands.add_parser(
        "tour", help="play a Monday morning and save a picture of every step"
    )
    tour.add_argument("--out", type=Path, required=True, metavar="DIR", help="where pictures go")
    tour.add_argument("--speed", type=float, default=4.0, help="practice minutes a real minute")
    tour.add_argument("--patients", type=int, default=10_000, help="people on the list")
    tour.set_defaults(command="tour")
    return parser


if __name__ == "__main__":
    sys.exit(main())
