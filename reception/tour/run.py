"""`reception tour`: plays the morning, prints what happened, fails loudly if something did not."""

import sys
import tempfile
import time
from pathlib import Path

from reception.app import App, Options, run
from reception.tour.cable import Cable
from reception.tour.script import Tour


def tour(out: Path, *, speed: float, patients: int) -> int:
    """Play the tour, with pictures in *out*; 0 if every step happened.

    *speed* is how much faster than the wall's the practice's clock runs, *patients* how many
    people are on the list.
    """
    began_s = time.perf_counter()
    cable = Cable()
    proxy = cable.start()
    played: list[Tour] = []

    async def script(app: App) -> None:
        played.append(Tour(app, cable, out, began_s))
        await played[0].play()

    say = sys.stdout.write
    say(f"A Monday from 07:58, {speed:g} times as fast as the clock on the wall.\n")
    try:
        with tempfile.TemporaryDirectory(prefix="reception-tour-") as profile:
            options = Options(
                demo=True,
                demo_arguments=("--patients", str(patients), "--speed", f"{speed:g}"),
                profile=Path(profile),
                proxy=proxy,
            )
            code = run(options, script)
    finally:
        cable.stop()
    for line in played[0].report.lines if played else ():
        say(f"  {line}\n")
    pictures = len(list(out.glob("*.png")))
    took_s = time.perf_counter() - began_s
    if code:
        say(f"The tour stopped after {took_s:.0f} s: see above. Pictures so far: {out}\n")
    else:
        say(f"Every step happened, in {took_s:.0f} s. {pictures} pictures: {out}\n")
    return code
