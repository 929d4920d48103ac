"""What the service writes to its log."""

import json
import logging

from hypothesis import given, settings
from hypothesis import strategies as st

from practice.web.log import JsonLines, route_of

NAME = "Brackenridge"
PARTS = st.sampled_from(["fhir", "Patient", "_history", "A99999", "auth", NAME, NAME.lower(), ""])


@settings(max_examples=100)
@given(st.lists(PARTS, max_size=12).map(lambda parts: "/" + "/".join(parts)))
def test_a_route_never_repeats_what_is_no_word_of_the_api(path: str) -> None:
    route = route_of(path)
    assert NAME.lower() not in route.lower()
    assert len(route.split("/")) <= 9


def test_a_route_says_what_was_done_and_where() -> None:
    assert route_of("/A99999/fhir/Patient/x-1/_history/3") == (
        "/A99999/fhir/Patient/{id}/_history/{id}"
    )
    assert route_of("/A99999/auth/token") == "/A99999/auth/token"
    assert route_of("/") == "/"


def test_a_line_is_json_with_its_fields_and_its_trace() -> None:
    try:
        raise ValueError("broken")
    except ValueError as fault:
        record = logging.LogRecord(
            "practice.x",
            logging.ERROR,
            __file__,
            1,
            "%s\nfailed",
            ("it",),
            (ValueError, fault, None),
        )
    record.fields = {"status": 500}
    line = JsonLines().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert said["says"] == "it\nfailed"
    assert said["status"] == 500
    assert said["level"] == "error"
    assert "ValueError: broken" in said["trace"]
