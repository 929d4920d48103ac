"""How names and phone numbers are compared."""

import unicodedata
from typing import Final

LAST: Final = "\U0010ffff"
"""Sorts after every other character, so that a prefix is the range [prefix, prefix + LAST)."""

_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019`\u02bc"))
_DASHES = dict.fromkeys(map(ord, "-\u2010\u2011\u2012\u2013"), " ")
KEPT_CHARS: Final = 200
"""Longer names are compared by their beginning."""


def folded(text: str) -> str:
    """*text* as names are compared: no case, accents, apostrophes or dashes, single spaces."""
    if text.isascii():
        plain = text.lower()
    else:
        lower = unicodedata.normalize("NFKD", text).casefold()
        decomposed = unicodedata.normalize("NFKD", lower)
        plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = plain.translate(_APOSTROPHES).translate(_DASHES)
    return " ".join(plain.split())[:KEPT_CHARS].rstrip()


def squeezed(text: str) -> str:
    """*text* folded and without spaces, for postcodes: `LS1 4AP` is `ls14ap`."""
    return folded(text).replace(" ", "")


def phone(text: str) -> str:
    """The digits of a phone number, a UK one in its national form.

    `+44 7700 900123`, `0044 7700900123`, `+44 (0)7700 900123` and `07700 900 123` are the same.
    """
    digits = "".join(c for c in text if c in "0123456789")
    international = text.strip().startswith("+")
    if digits.startswith("00"):
        international, digits = True, digits[2:]
    if not international:
        return digits
    if digits.startswith("44"):
        return "0" + digits[2:].lstrip("0")
    return "+" + digits
