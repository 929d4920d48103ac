"""A client at the measured practice, signed in by the scripted browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.desktop import Desktop, home_at_the_board, with_scripted_browser
from benchmarks.scene import Scene
from benchmarks.surgery import LongDay
from tests.running import RunningPractice

WIDTH, HEIGHT = 1920, 1080


@contextmanager
def visit(scene: Scene, name: str, today: LongDay) -> Iterator[tuple[RunningPractice, Desktop]]:
    """The service with *today* as its day, and a client in full size with its board in front."""
    surgery = scene.surgery
    home = home_at_the_board(scene.folder(name) / "home")
    with surgery.served(today.at) as practice:
        practice.start()
        no_keychain = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        browser = with_scripted_browser(home, practice.ca, *surgery.receptionist)
        with Desktop(
            home,
            {**no_keychain, **browser},
            ["--practice", practice.base, "--ca", str(practice.ca), "--click"],
        ) as desktop:
            desktop.ask("size", width=WIDTH, height=HEIGHT)
            yield practice, desktop
        practice.stop()
