"""The NHS number and its check digit."""

from hypothesis import given
from hypothesis import strategies as st

from contract.nhs_number import check_digit, cleaned, is_valid, spaced

digits9 = st.text("0123456789", min_size=9, max_size=9)
valid = digits9.filter(lambda d: check_digit(d) is not None).map(lambda d: f"{d}{check_digit(d)}")


def test_published_examples() -> None:
    assert is_valid("9000000009")
    assert is_valid("9449305552")
    assert not is_valid("9449305550")


@given(valid)
def test_a_made_number_is_valid_and_reads_back(number: str) -> None:
    assert is_valid(number)
    assert cleaned(spaced(number)) == number
    assert cleaned(f" {number[:3]}-{number[3:6]}–{number[6:]}\n") == number


@given(valid, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number: str, place: int, by: int) -> None:
    wrong = str((int(number[place]) + by) % 10)
    assert not is_valid(number[:place] + wrong + number[place + 1 :])


@given(valid, st.integers(0, 8))
def test_two_neighbours_exchanged_are_noticed(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert is_valid(swapped) == (number[place] == number[place + 1])


@given(digits9)
def test_nine_digits_have_one_check_digit_or_none(first: str) -> None:
    fitting = [d for d in range(10) if is_valid(f"{first}{d}")]
    digit = check_digit(first)
    assert fitting == ([] if digit is None else [digit])


@given(st.text(max_size=12))
def test_anything_else_is_not_valid(text: str) -> None:
    if is_valid(text):
        assert len(text) == 10
        assert text.isascii()
        assert text.isdigit()


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert not is_valid("٩٠٠٠٠٠٠٠٠٩")
    assert spaced("12345") == "12345"
