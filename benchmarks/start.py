"""From starting the client's process to a complete board, signed in by the kept refresh token."""

import os
import shutil
import sysconfig
from pathlib import Path

from benchmarks.desktop import Desktop, home_at_the_board, keychain, with_scripted_browser
from benchmarks.figures import Figure, median_ms, mib
from benchmarks.scene import Scene
from benchmarks.surgery import ORDINARY

WARM, COLD = 5, 3
STAGES = (
    ("first_paint", "first window painted"),
    ("signed_in", "signed in, main window shown"),
    ("window", "main window painted"),
    ("loaded", "day, queue and people loaded"),
    ("complete", "complete board painted"),
    ("live", "live, booking open"),
)


def measure(scene: Scene) -> list[Figure]:
    """One sign-in through the browser, then starts with what the keychain kept."""
    if not (shutil.which("dbus-daemon") and shutil.which("gnome-keyring-daemon")):
        return [Figure("not measured", "-", "there is no dbus-daemon and gnome-keyring here")]
    surgery, folder = scene.surgery, scene.folder("start")
    home = home_at_the_board(folder / "home")
    (folder / "keychain").mkdir()
    with keychain(folder / "keychain") as ring, surgery.served(ORDINARY.at) as practice:
        practice.start()
        # Of its own, or what the other programs have compiled would be there at the first start.
        bytecode = folder / "bytecode"
        own = {**ring, "PYTHONPYCACHEPREFIX": str(bytecode)}
        at = ["--practice", practice.base, "--ca", str(practice.ca)]
        browser = with_scripted_browser(home, practice.ca, *surgery.receptionist)
        with Desktop(home, {**own, **browser}, [*at, "--click"]) as first:
            memory = first.ask("memory")["rss"]
            unknown_s = first.after_s("first_paint")
        warm = [_start(home, own) for _ in range(WARM)]
        cold = []
        for _ in range(COLD):
            forget_files(bytecode)
            cold.append(_start(home, own))
        practice.stop()
    figures = [
        Figure("very first start: first window painted", f"{unknown_s * 1e3:.0f} ms", "no bytecode")
    ]
    for name, runs in (("warm", warm), ("cold", cold)):
        for stage, words in STAGES:
            figures.append(Figure(f"{name}: {words}", median_ms([run[stage] for run in runs])))
    figures.append(
        Figure("memory of the client", mib(memory), f"RSS, {ORDINARY.name} board, 2,000 patients")
    )
    return figures


def _start(home: Path, ring: dict[str, str]) -> dict[str, float]:
    with Desktop(home, ring, []) as desktop:
        return {stage: desktop.after_s(stage) for stage, _ in STAGES}


def forget_files(bytecode: Path) -> None:
    """Put the files of Python and its packages out of the page cache, where nobody has them open.

    What another running program holds mapped stays; it needs no rights.
    """
    for place in {sysconfig.get_path("platlib"), sysconfig.get_path("stdlib"), str(bytecode)}:
        for file in Path(place).rglob("*"):
            if file.is_file() and not file.is_symlink():
                handle = os.open(file, os.O_RDONLY)
                try:
                    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(handle)
