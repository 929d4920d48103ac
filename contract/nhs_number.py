"""The NHS number: ten digits, the last of them a check digit.

Source: docs/contract.md 2; NHS Data Dictionary, NHS NUMBER (modulus 11).
"""


def cleaned(text: str) -> str:
    """*text* without the spaces and dashes people paste along with a number."""
    return "".join(c for c in text if not c.isspace() and c not in "-\u2010\u2011\u2013")


def check_digit(first_nine: str) -> int | None:
    """The check digit of nine digits, or None where no valid number begins with them.

    Weights 10..2 over the nine digits; check = 11 - (sum mod 11), 11 becomes 0, 10 is invalid.
    """
    total = sum(int(d) * w for d, w in zip(first_nine, range(10, 1, -1), strict=True))
    check = 11 - total % 11
    return {11: 0, 10: None}.get(check, check)


def is_valid(number: str) -> bool:
    """Whether *number* is ten ASCII digits with the right check digit."""
    if len(number) != 10 or not number.isascii() or not number.isdigit():
        return False
    return check_digit(number[:9]) == int(number[9])


def spaced(number: str) -> str:
    """*number* as it is read aloud, 3-3-4; anything but ten characters comes back unchanged."""
    return f"{number[:3]} {number[3:6]} {number[6:]}" if len(number) == 10 else number
