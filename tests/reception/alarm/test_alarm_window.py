"""Seen and heard on every page until somebody on duty has acknowledged it."""

import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from contract.codes import Priority, RequestType
from reception.desk.alerts import Alerts
from reception.desk.desk import Desk
from reception.ui.desk_page import DeskPage
from reception.ui.main_window import MainWindow
from reception.ui.patients_page import PatientsPage
from reception.ui.sounder import SystemSounder, Tone, write_tone
from reception.ui.window_state import WindowState
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from reception.widgets.thread_conversation import Bubble
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, write_back
from tests.reception.desk.picks import booked
from tests.reception.desks import Desks


@dataclass
class Ears:
    """The edge of the world that is heard."""

    heard: list[Tone] = field(default_factory=list)

    def play(self, tone: Tone) -> None:
        self.heard.append(tone)


@dataclass
class Windows:
    folder: Path
    finish: Finish
    made: list[MainWindow] = field(default_factory=list)

    def open(self, desk: Desk, ears: Ears | None = None) -> MainWindow:
        look = Look(Scheme.LIGHT)
        state = WindowState(self.folder / "window.ini")
        pages = [DeskPage(desk, look), PatientsPage(desk, look)]
        window = MainWindow(desk, look, state, pages, ears)
        look.setParent(window)
        window.name_practice("Otterbrook Surgery")
        window.show()
        self.made.append(window)
        return window


@pytest.fixture
def windows(tmp_path: Path, finish: Finish, desks: Desks) -> Iterator[Windows]:
    made = Windows(tmp_path, finish)
    yield made
    for window in made.made:
        page = window.pages[0]
        assert isinstance(page, DeskPage)
        finish(page.mail.close())
        finish(window.wound_up())
        window.close()
        window.deleteLater()


def named(window: MainWindow, request_id: str) -> bool:
    return request_id in {one.id for one in window.alarm.bar.shown}


def test_it_is_seen_at_every_desk_and_page_until_the_duty_doctor_acknowledges_by_key(
    desks: Desks, windows: Windows, finish: Finish, until: Until
) -> None:
    ears = Ears()
    front = windows.open(finish(desks.open()), ears)
    duty_desk = finish(desks.open("prescriber"))
    duty = windows.open(duty_desk)
    front.go_to(1)
    words = "Fit note please. Face has drooped on one side"
    request_id = ask(desks.practice, words, kind=RequestType.ADMIN)
    until(lambda: named(front, request_id) and named(duty, request_id))
    assert front.alarm.bar.isVisibleTo(front)
    assert not front.alarm.bar.acknowledge.isVisibleTo(front)
    shown = next(one for one in front.alarm.bar.shown if one.id == request_id)
    assert "stroke" in shown.sentence
    assert front.windowTitle().startswith("! ")
    assert front.windowTitle().endswith(" - Otterbrook Surgery - Reception")
    assert "with an emergency" in front.rail._group.button(0).accessibleName()
    assert ears.heard[-1] is Tone.EMERGENCY
    assert front.alarm.is_sounding

    for _ in range(10):  # others may ring as well in a practice that tests share
        if not named(duty, request_id):
            break
        first = duty.alarm.bar.shown[0].id
        duty.activateWindow()
        QTest.keyClick(duty, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        until(lambda first=first: not named(duty, first))
    until(lambda: not named(front, request_id))
    assert duty_desk.alarm.may_acknowledge


def test_opening_from_the_bar_shows_the_request_and_what_to_do(
    desks: Desks, windows: Windows, finish: Finish, until: Until
) -> None:
    desk = finish(desks.open("prescriber"))
    window = windows.open(desk)
    request_id = ask(desks.practice, "I collapsed and blacked out twice", number=1)
    until(lambda: named(window, request_id))
    window.go_to(1)
    window.alarm.bar.open_requested.emit(request_id)
    page = window.pages[0]
    assert isinstance(page, DeskPage)
    assert window.page is page
    until(lambda: page.panel.request is not None and page.panel.request.id == request_id)
    said = page.panel.view.matched.text()
    assert said.startswith("Phrase matched: Collapse")
    assert "Ring now." in said
    finish(desk.acknowledge(request_id))
    until(lambda: "Acknowledged by" in page.panel.view.matched.text())
    assert desk.me.display in page.panel.view.matched.text()


def test_quiet_here_is_for_this_desk_and_a_new_emergency_breaks_it(
    desks: Desks, windows: Windows, finish: Finish, until: Until
) -> None:
    ears = Ears()
    desk = finish(desks.open())
    window = windows.open(desk, ears)
    request_id = ask(desks.practice, "my baby is floppy and wont feed", number=2)
    until(lambda: named(window, request_id))
    window.alarm.bar.silence.click()
    assert not window.alarm.is_sounding
    assert window.alarm.bar.isVisibleTo(window)
    before = len(ears.heard)
    window.alarm._on_again()
    assert len(ears.heard) == before
    other = ask(desks.practice, "I have taken an overdose", number=3)
    until(lambda: named(window, other))
    assert ears.heard[before:] == [Tone.EMERGENCY]
    assert window.alarm.is_sounding


def test_with_a_patient_in_only_an_emergency_is_heard(
    desks: Desks, windows: Windows, finish: Finish, until: Until
) -> None:
    ears = Ears()
    desk = finish(desks.open("prescriber"))
    keeper = windows.open(desk, ears).alarm
    keeper.alerts = Alerts()
    appointment = booked(desk, lambda a: a.practitioner_id == desk.me.id)
    finish(desk.arrive(appointment.id))
    finish(desk.send_in(appointment.id))
    until(lambda: keeper.is_with_patient)

    ears.heard.clear()
    request_id = ask(desks.practice, "I found a lump in my breast", number=4)
    until(lambda: request_id in desk.requests)
    assert Tone.URGENT not in ears.heard
    finish(desk.prioritise(request_id, Priority.STAT))
    until(lambda: Tone.EMERGENCY in ears.heard)

    finish(desk.leave(appointment.id))
    until(lambda: not keeper.is_with_patient)
    keeper._pause.stop()
    urgent = ask(desks.practice, "my calf is swollen and painful", number=4)
    until(lambda: urgent in desk.requests and Tone.URGENT in ears.heard)


def test_what_a_user_wants_to_hear_is_kept_for_each_user(
    desks: Desks, windows: Windows, finish: Finish
) -> None:
    desk = finish(desks.open())
    window = windows.open(desk)
    menu = window.alarm.menu(window)
    for choice in menu.actions():
        if choice.data() in ("urgent", "emergency_repeats"):
            choice.trigger()
    assert not window.alarm.alerts.urgent
    assert not window.alarm.alerts.emergency_repeats
    again = windows.open(desk)
    assert again.alarm.alerts == window.alarm.alerts
    assert again.alarm.alerts.mine
    assert not window.alarm.is_sounding


@pytest.mark.parametrize("kept", [{}, {"urgent": "maybe"}, {"nonsense": "yes"}])
def test_what_was_kept_and_cannot_be_read_is_what_is_usual(kept: dict[str, str]) -> None:
    assert Alerts.from_kept(kept, Alerts(urgent=False)) == Alerts(urgent=False)


def test_a_tone_is_a_file_that_any_player_plays(tmp_path: Path, until: Until) -> None:
    for tone in Tone:
        write_tone(tmp_path / "tone.wav", tone.value)
        with wave.open(str(tmp_path / "tone.wav"), "rb") as told:
            wanted_ms = sum(length for _, length in tone.value)
            assert told.getnframes() == pytest.approx(told.getframerate() * wanted_ms / 1000, abs=9)
    played = tmp_path / "played"
    player = tmp_path / "aplay"
    player.write_text(f'#!/bin/sh\necho "$@" > "{played}"\n')
    player.chmod(0o755)
    found = {"aplay": str(player)}
    SystemSounder(tmp_path / "sounds", found.get).play(Tone.EMERGENCY)
    until(lambda: played.exists() and played.read_text())
    assert played.read_text().split() == ["-q", str(tmp_path / "sounds" / "emergency.wav")]
    SystemSounder(tmp_path / "sounds", lambda _: None).play(Tone.MINE)  # the bell, no fault


def test_a_phrase_in_a_message_is_marked_where_it_stands_and_ours_are_not_read(
    desks: Desks, windows: Windows, finish: Finish, until: Until
) -> None:
    desk = finish(desks.open())
    window = windows.open(desk)
    request_id = ask(desks.practice, "May I have my results", number=0)
    until(lambda: request_id in desk.requests)
    request = desk.requests.get(request_id)
    assert request is not None
    write_back(desks.practice, request.thread_id, "I have <b> chest pain now", number=0)
    until(lambda: named(window, request_id))
    window.alarm.bar.open_requested.emit(request_id)
    page = window.pages[0]
    assert isinstance(page, DeskPage)
    shown = page.panel.view
    until(lambda: "Matched in what came with or after it" in shown.matched.text())
    until(lambda: [b for b in shown.conversation.findChildren(Bubble) if b.isVisible()])
    theirs = shown.conversation.findChildren(Bubble)[-1]
    assert "phrase: chest pain" in theirs.accessibleName()
    assert "&lt;b&gt; <span" in theirs._text.text()
    finish(desk.reply(request_id, "If the chest pain goes on, call 999."))
    until(lambda: not named(window, request_id))
    until(lambda: len(shown.conversation.findChildren(Bubble)) >= 2)
    ours = shown.conversation.findChildren(Bubble)[-1]
    assert "phrase" not in ours.accessibleName()
