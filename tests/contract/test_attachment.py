"""What a file is, by its bytes alone; and reply windows as they are written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.attachment import ENDINGS, RULE, kind_of
from contract.core_hours import CLOSES, LONDON, is_core_day, london_day
from contract.reply_window import MOST_DAYS, NO_REPLY, ONE_REPLY, ReplyWindow, window_of

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(8), "image/jpeg"),
        (b"GIF89a" + bytes(8), "image/gif"),
        (b"RIFF" + bytes(4) + b"WEBPVP8 ", "image/webp"),
        (bytes(4) + b"ftypheic" + bytes(8), "image/heic"),
        (b"%PDF-1.7\n", "application/pdf"),
        ("Für Dr Müller".encode(), "text/plain"),
        (b"MZ\x90\x00", ""),
        (b"MZ looks like text", ""),
        (b"#!/bin/sh\nrm -rf ~", ""),
        (b"\x7fELF\x02\x01", ""),
        (b"PK\x03\x04", ""),
        (b"", ""),
        (b"\xff\xfe\x00", ""),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


@given(st.binary(max_size=64))
def test_whatever_comes_is_a_known_kind_or_none(data: bytes) -> None:
    assert kind_of(data) in {*ENDINGS, ""}


def test_the_rule_says_kinds_and_size() -> None:
    for word in ("JPEG", "PDF", "text", "5 MB"):
        assert word in RULE


@given(st.integers(1, MOST_DAYS))
def test_a_window_comes_back_as_it_was_written(days: int) -> None:
    for window in (NO_REPLY, ONE_REPLY, ReplyWindow(days=days)):
        assert window_of(window.code) == window


@given(st.text(max_size=10))
def test_anything_else_is_no_window(code: str) -> None:
    window = window_of(code)
    assert window is None or window.code == code


@given(
    st.integers(1, MOST_DAYS),
    st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
)
def test_a_window_ends_at_the_close_of_a_working_day(days: int, sent: datetime) -> None:
    end = ReplyWindow(days=days).ends(sent).astimezone(LONDON)
    assert end.time() == CLOSES
    assert is_core_day(end.date())
    assert days <= (end.date() - london_day(sent)).days <= days + 5
