"""The real client with a stopwatch inside: a process of its own, told what to do by lines of JSON.

It runs as `reception` does, and loads nothing before the client would. Every time it answers with
is `time.monotonic`, which all processes of a machine share.
"""

import argparse
import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer

from reception.app import App, Options, run

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from benchmarks.heartbeat import Blame, Heartbeat
    from reception.desk.desk import Desk
    from reception.records import Appointment
    from reception.ui.board_page import BoardPage
    from reception.widgets.board_model import BoardModel
    from reception.widgets.board_view import BoardView

LOOK_S = 0.002
PAUSE_S = 0.3
HAND_S = 0.1
"""Nobody clicks sooner after the window has appeared."""
Answer = dict[str, Any]


class Paints:
    """Tells when a board has been painted. Made once the client has boards."""

    def __init__(self) -> None:
        from reception.widgets.board_view import BoardView  # noqa: PLC0415 - loaded by now

        self.listeners: list[Callable[[BoardView, QPaintEvent], None]] = []
        paint = BoardView.paintEvent

        def painted(view: "BoardView", event: "QPaintEvent") -> None:
            paint(view, event)
            for listener in list(self.listeners):
                listener(view, event)

        setattr(BoardView, "paintEvent", painted)  # noqa: B010 - put in from outside


class FirstPaint(QObject):
    """Notes when a window was first painted: the turn of the loop after its first paint event."""

    def __init__(self, stages: Answer, name: str, window: QObject) -> None:
        super().__init__(window)
        self._stages, self._name = stages, name
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look, and leave everything to the window."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        self._stages[self._name] = time.monotonic()


class Probe:
    """Does what the lines ask for."""

    def __init__(self, app: App, python_s: float, *, click: bool) -> None:
        self._app, self._click = app, click
        self._stages: Answer = {"python": python_s}
        self._lines: asyncio.Queue[Answer] = asyncio.Queue()
        self._heartbeat: Heartbeat | None = None
        self._blame: Blame | None = None
        self._stored: dict[str, float] = {}
        self._painted: dict[str, float] = {}
        self._due: dict[str, str] = {}

    async def play(self) -> None:
        """Come up, then answer until told to end."""
        await self._come_up()
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(self._lines.put_nowait, json.loads(line))

        threading.Thread(target=read, name="lines", daemon=True).start()
        _say(self._stages)
        while (line := await self._lines.get())["do"] != "end":
            act = getattr(self, f"do_{line.pop('do')}")
            _say(await act(**line))

    # Coming up

    async def _come_up(self) -> None:
        """From the first window to the whole board."""
        first = self._app.first
        assert first is not None
        FirstPaint(self._stages, "first_paint", first)
        if self._click:
            while "first_paint" not in self._stages:  # noqa: ASYNC110 - as below
                await asyncio.sleep(LOOK_S)
            await asyncio.sleep(HAND_S)
            first.go.click()
        while self._app.signed_in is None:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(LOOK_S)
        self._stages["signed_in"] = time.monotonic()
        FirstPaint(self._stages, "window", self._app.signed_in.window)
        self._paints = Paints()
        self._stages |= await self._loaded()
        while not self._desk.freshness.can_book:  # noqa: ASYNC110 - as above
            await asyncio.sleep(LOOK_S)
        self._stages["live"] = time.monotonic()

    async def _loaded(self) -> Answer:
        """When the day is loaded and when its board has been painted."""
        painted: asyncio.Future[asyncio.Future[float]] = asyncio.get_running_loop().create_future()
        answer: Answer = {}

        def on_loaded() -> None:
            self._desk.loaded.disconnect(on_loaded)
            answer["loaded"] = time.monotonic()
            painted.set_result(self._next_paint())

        self._desk.loaded.connect(on_loaded)
        answer["complete"] = await (await painted)
        return answer

    @property
    def _desk(self) -> "Desk":
        assert self._app.signed_in is not None
        return self._app.signed_in.desk

    @property
    def _page(self) -> "BoardPage":
        from reception.ui.board_page import BoardPage  # noqa: PLC0415 - as above

        assert self._app.signed_in is not None
        return next(p for p in self._app.signed_in.window.pages if isinstance(p, BoardPage))

    @property
    def _model(self) -> "BoardModel":
        return self._page.pane.model

    def _next_paint(self) -> "asyncio.Future[float]":
        """When the board in front will have been painted with cells, from now on."""
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        def painted(view: "BoardView", _event: "QPaintEvent") -> None:
            if view.isVisible() and view.board.rowCount():
                self._paints.listeners.remove(painted)
                done.set_result(time.monotonic())

        self._paints.listeners.append(painted)
        return done

    # What can be asked for

    async def do_size(self, width: int, height: int) -> Answer:
        """Make the window that large."""
        assert self._app.signed_in is not None
        self._app.signed_in.window.resize(width, height)
        return {"at": await self._next_paint()}

    async def do_open_day(self, day: str) -> Answer:
        """Open a day; when it was asked for, loaded and painted, and the longest busy spell."""
        self._beat()
        asked_s = time.monotonic()
        opening = asyncio.ensure_future(self._desk.open_day(date.fromisoformat(day)))
        done = await self._loaded()
        await opening
        await asyncio.sleep(PAUSE_S)  # what follows the first paint belongs to the day too
        return {
            "asked": asked_s,
            "loaded": done["loaded"],
            "painted": done["complete"],
            "cells": self._model.rowCount(),
            **self._beaten(),
        }

    async def do_leave_day(self, day: str) -> Answer:
        """Open a day that is not measured."""
        await self._desk.open_day(date.fromisoformat(day))
        await asyncio.sleep(PAUSE_S)
        return {}

    async def do_visible(self) -> Answer:
        """Ids of the slots that can be seen as a whole."""
        view = self._page.pane.view
        port = view.viewport().rect()
        cells = [c for c in self._model.cells() if c.slot is not None]
        seen = [c for c in cells if port.contains(view.visualRect(self._model.index_of(c.key)))]
        return {"slots": [c.slot.id for c in seen if c.slot is not None], "cells": len(cells)}

    async def do_watch(self) -> Answer:
        """Note from now on when appointments reach the store and the screen."""
        self._stored, self._painted, self._due = {}, {}, {}
        self._desk.appointments.added.connect(self._on_added)
        self._desk.appointments.changed.connect(self._on_changed)
        self._paints.listeners.append(self._on_painted)
        self._beat()
        return {}

    async def do_seen(self, after: float) -> Answer:
        """Stop watching, so many seconds from now; what was noted, by id and version."""
        await asyncio.sleep(after)
        beaten = self._beaten()
        self._paints.listeners.remove(self._on_painted)
        self._desk.appointments.added.disconnect(self._on_added)
        self._desk.appointments.changed.disconnect(self._on_changed)
        return {"stored": self._stored, "painted": self._painted, **beaten}

    async def do_memory(self) -> Answer:
        """Bytes of this process."""
        import psutil  # noqa: PLC0415 - the client does not have it at its start

        return {"rss": psutil.Process().memory_info().rss}

    async def do_picture(self, file: str) -> Answer:
        """Save what the window shows."""
        assert self._app.signed_in is not None
        self._app.signed_in.window.grab().save(file)
        return {}

    async def do_blame(self) -> Answer:
        """Look from now on at what holds the window up; the next answer with beats tells."""
        from benchmarks.heartbeat import Blame, Heartbeat  # noqa: PLC0415 - as above

        self._heartbeat = self._heartbeat or Heartbeat()
        self._blame = Blame(self._heartbeat)
        return {}

    def _beat(self) -> None:
        from benchmarks.heartbeat import Heartbeat  # noqa: PLC0415 - as above

        self._heartbeat = self._heartbeat or Heartbeat()
        self._heartbeat.begin()

    def _beaten(self) -> Answer:
        assert self._heartbeat is not None
        found: Answer = dict(self._heartbeat.end())
        if self._blame is not None:
            found["blame"] = self._blame.end()
            self._blame = None
        return found

    def _on_added(self, fresh: "Appointment") -> None:
        self._note(fresh)

    def _on_changed(self, _before: "Appointment", after: "Appointment") -> None:
        self._note(after)

    def _note(self, fresh: "Appointment") -> None:
        name = f"{fresh.id}/{fresh.version}"
        self._stored[name] = time.monotonic()
        key = self._model.key_of(fresh)
        if key:
            self._due[name] = key

    def _on_painted(self, view: "BoardView", event: "QPaintEvent") -> None:
        if view is not self._page.pane.view:
            return
        now_s, region = time.monotonic(), event.region()
        for name, key in list(self._due.items()):
            rect = view.visualRect(self._model.index_of(key))
            if not rect.intersects(view.viewport().rect()):
                del self._due[name]  # out of sight: it is never painted
            elif region.intersects(rect):
                self._painted[name] = now_s
                del self._due[name]


def _say(answer: Answer) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the client with the probe in it."""
    python_s = time.monotonic()
    parser = argparse.ArgumentParser()
    parser.add_argument("--practice", default="")
    parser.add_argument("--ca", type=Path)
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--click", action="store_true", help="sign in with the browser")
    options = parser.parse_args()

    async def script(app: App) -> None:
        await Probe(app, python_s, click=options.click).play()

    return run(Options(options.practice, options.ca, profile=options.profile), script)


if __name__ == "__main__":
    sys.exit(main())
