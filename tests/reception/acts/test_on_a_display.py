"""Every act of the board, once by keyboard alone and once by mouse alone, in a real window.

The acts (`*_acts.py`) run in a process of their own with a display of its own: there is one mouse
and one keyboard focus on a display, and a process has one Qt platform.
"""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

ACTS = sorted(str(path) for path in Path(__file__).parent.glob("*_acts.py"))
HANDS = ("keyboard", "mouse")


@pytest.fixture
def display() -> Iterator[str]:
    """A display that nobody else uses."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, "the display did not start"
    yield f":{number}"
    server.terminate()
    server.wait(10)


@pytest.mark.display
@pytest.mark.timeout(900)
def test_every_act_by_keyboard_alone_and_by_mouse_alone(display: str, tmp_path: Path) -> None:
    report = tmp_path / "acts.xml"
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    env |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    env.pop("WAYLAND_DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider",
         "-o", "addopts=--import-mode=importlib", "--timeout=300", f"--junitxml={report}",
         f"--basetemp={tmp_path / 'acts'}", *ACTS],
        env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-4_000:]}"
    played = _played(report)
    for act, seconds in sorted(played.items()):
        print(f"{act:45}" + "".join(f"{hand:>10} {seconds[hand]:5.1f} s" for hand in HANDS))
    assert all(set(seconds) == set(HANDS) for seconds in played.values()), played
    assert len(played) > 30


def _played(report: Path) -> dict[str, dict[str, float]]:
    """Of each act, how long it took by which hand."""
    found: dict[str, dict[str, float]] = {}
    for case in ET.parse(report).getroot().iter("testcase"):
        act, _, hand = case.attrib["name"].partition("[")
        found.setdefault(act, {})[hand.rstrip("]")] = float(case.attrib["time"])
    return found
