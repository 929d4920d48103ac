"""The whole product: the real client process on a real display, the real service over HTTPS."""

import os
from pathlib import Path

import pytest

from contract.codes import RequestType
from tests.reception.desk.asks import ask
from tests.running import RunningPractice
from tests.whole.program import Program, until

pytestmark = [pytest.mark.display, pytest.mark.timeout(240)]

MAIN = "(! [0-9]+ emergenc(y|ies) - )?Otterbrook Surgery - Reception"
"""Emergencies that nobody has acknowledged stand before the name."""
WORDS = "Please come at half past nine tomorrow."


def signed_in(practice: RunningPractice, home: Path) -> Program:
    """The program with its main window in front."""
    program = Program(practice, home, practice.account("receptionist", 1)).start()
    program.window("Reception")
    program.keys("Return")
    program.window(MAIN)
    return program


def test_sign_in_arrive_book_from_a_request_reply_and_close(
    busy_practice: RunningPractice, tmp_path: Path
) -> None:
    ask(busy_practice, "Is my letter ready?", kind=RequestType.THREAD)
    desk = busy_practice.as_role("receptionist")
    today = "date=ge2026-11-23T00:00:00Z&date=lt2026-11-24T00:00:00Z"
    arrived_before = len(desk.search(f"Appointment?{today}&status=arrived"))
    done_before = {t["id"] for t in desk.search("Task?status=completed&_count=1000")}

    with signed_in(busy_practice, tmp_path / "home") as program:
        assert program.visits.read_text().count("\n") == 1

        program.keys("ctrl+2", "a")
        until(
            lambda: len(desk.search(f"Appointment?{today}&status=arrived")) > arrived_before,
            "somebody arrived on the board",
            otherwise=lambda: program.keys("Down", "a"),
        )

        program.keys("ctrl+1", "Home", "Return", "b", "Return")

        def booked_from_request() -> bool:
            fresh = [
                t
                for t in desk.search("Task?status=completed&_count=1000")
                if t["id"] not in done_before
            ]
            return any(
                "Appointment/" in str(output.get("valueReference", {}).get("reference"))
                for task in fresh
                for output in task.get("output", [])
            )

        until(
            booked_from_request,
            "a request was booked",
            otherwise=lambda: program.keys("Escape", "j", "Return", "b", "Return"),
        )

        program.keys("ctrl+3", "Return", "r")
        program.type(WORDS)
        program.keys("ctrl+Return")
        until(
            lambda: any(
                payload.get("contentString") == WORDS
                for message in desk.search("Communication?sent=ge2026-11-23&_count=1000")
                for payload in message.get("payload", [])
            ),
            "the reply reached the practice",
        )

        assert program.close() == 0, program.log
        assert not program.left_behind
        assert "fault" not in program.log


@pytest.mark.keychain
@pytest.mark.skipif(
    not os.environ.get("RECEPTION_TEST_KEYCHAIN"), reason="there is no Secret Service here"
)
def test_killed_while_typing_a_reply_the_words_are_back_and_no_browser_is_needed(
    busy_practice: RunningPractice, tmp_path: Path
) -> None:
    ask(busy_practice, "Are my results back?", number=1, kind=RequestType.THREAD)
    desk = busy_practice.as_role("receptionist")
    words = "We have your results and they are normal"
    with signed_in(busy_practice, tmp_path / "home") as program:
        program.keys("ctrl+3", "Return", "r")
        program.type(words)
        until(lambda: words in program.drafts(), "the words were on the disk")
        program.kill()

        program.start()
        program.window(MAIN)
        assert program.visits.read_text().count("\n") == 1, "the browser was opened again"
        program.keys("ctrl+3", "Return", "r")
        program.keys("End", "exclam")
        until(lambda: f"{words}!" in program.drafts(), "the words were back, to be added to")
        program.keys("ctrl+Return")
        until(
            lambda: any(
                payload.get("contentString") == f"{words}!"
                for message in desk.search("Communication?sent=ge2026-11-23&_count=1000")
                for payload in message.get("payload", [])
            ),
            "what was typed before the kill was sent after it",
        )
        assert program.close() == 0, program.log
