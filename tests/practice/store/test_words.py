import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from practice.store import words


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("oneill", "O’Neill"),
        ("O'NEILL", "o’neill"),
        ("zoe", "Zoë"),
        ("smith jones", "Smith-Jones"),
        ("strasse", "Straße"),
        ("  anna   maria ", "Anna Maria"),
    ],
)
def test_names_are_the_same_without_case_accents_and_marks(typed: str, held: str) -> None:
    assert words.folded(typed) == words.folded(held)


@settings(max_examples=300)
@given(st.text())
@example("℠")
@example("a " * 101)
@example("\u1e9e\u0130\ufb01\u00df")
def test_folding_twice_changes_nothing(text: str) -> None:
    once = words.folded(text)
    assert words.folded(once) == once


@pytest.mark.parametrize(
    "text",
    ["07700900123", "+44 7700 900123", "0044 7700 900123", "+44 (0)7700 900 123", "07700-900-123"],
)
def test_a_uk_number_has_one_form(text: str) -> None:
    assert words.phone(text) == "07700900123"


def test_a_number_abroad_keeps_its_country() -> None:
    assert words.phone("+353 1 679 9144") == words.phone("00353 16799144") == "+35316799144"
