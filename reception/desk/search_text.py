"""What somebody typed to find a patient, taken apart.

Source: docs/contract.md 9.
"""

import re
from dataclasses import dataclass
from datetime import date

from contract.nhs_number import is_valid
from contract.systems import NHS_NUMBER

Params = list[tuple[str, str]]

ELEMENTS = "identifier,name,birthDate,gender,address,telecom,deceased,active,generalPractitioner"

_GAP = r"[ \-\u2010\u2011\u2013]?"
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\s?(\d[a-z]{2})\b", re.IGNORECASE)
_OUTWARD = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\b", re.IGNORECASE)
_PHONE = re.compile(rf"(?<![\w+])(?:\+44{_GAP}(?:\(0\))?|0)(?:{_GAP}\d){{9,10}}(?!\d)")
_NHS = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{9}}(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDED = re.compile(
    rf"(?<![\w])(\d{{1,2}})(?:st|nd|rd|th)?[ \-]?({'|'.join(_MONTHS)})[a-z]*[ \-]?"
    r"(\d{4}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")


@dataclass(frozen=True)
class SearchText:
    """The identifiers found in a line of typing.

    Attributes:
        names: surname and first names in the order typed.
        surname_first: a comma stood after the first, so the order is known.
        born: the birth date.
        nhs_number: ten digits, or empty.
        postcode: `LS1 4AB`, or only its first half, or empty.
        phone: digits with the leading 0, or empty.
        complaint: why it cannot be searched by, in a sentence, or empty.
    """

    names: tuple[str, ...] = ()
    surname_first: bool = False
    born: date | None = None
    nhs_number: str = ""
    postcode: str = ""
    phone: str = ""
    complaint: str = ""

    @property
    def identifiers(self) -> int:
        """How many identifiers were found; two are needed, or an NHS number."""
        return (
            min(len(self.names), 2)
            + (self.born is not None)
            + bool(self.postcode)
            + bool(self.phone)
        )

    def queries(self) -> list[Params]:
        """The searches to ask; a patient sought is in the answer of at least one."""
        if self.complaint:
            return []
        if self.nhs_number:
            return [[("identifier", f"{NHS_NUMBER}|{self.nhs_number}"), *_page()]]
        rest: Params = []
        if self.born is not None:
            rest.append(("birthdate", self.born.isoformat()))
        if self.postcode:
            rest.append(("address-postalcode", self.postcode))
        if self.phone:
            rest.append(("phone", f"+44{self.phone[1:]},{self.phone}"))
        return [[*named, *rest, *_page()] for named in self._named()]

    def _named(self) -> list[Params]:
        names = self.names
        if not names:
            return [[]]
        if len(names) == 1:
            return [[("family", names[0])], [("given", names[0])]]
        readings: list[Params] = []
        for cut in range(1, len(names)):
            left, right = " ".join(names[:cut]), " ".join(names[cut:])
            readings.append([("family", left), ("given", names[cut])])
            if not self.surname_first:
                readings.append([("family", right), ("given", names[0])])
        return [r for n, r in enumerate(readings) if r not in readings[:n]]


def read_search(text: str, today: date) -> SearchText:
    """What *text* says: names, birth date, NHS number, postcode, phone, in any order."""
    rest = " ".join(text.split())
    complaint, born, nhs_number = "", None, ""
    for pattern, order in ((_ISO, "ymd"), (_WORDED, "dmy"), (_DAY, "dmy")):
        rest, found = _cut(pattern, rest)
        if found:
            born = _date(dict(zip(order, found.groups(), strict=True)), today)
            if born is None:
                complaint = f"{found.group()} is not a birth date."
            break
    rest, found = _cut(_PHONE, rest)
    phone = _national(found.group()) if found else ""
    rest, found = _cut(_NHS, rest)
    if found:
        nhs_number = re.sub(r"\D", "", found.group())
        if not is_valid(nhs_number):
            complaint = complaint or "That NHS number cannot be right: check its digits."
    rest, found = _cut(_POSTCODE, rest)
    postcode = f"{found.group(1)} {found.group(2)}".upper() if found else ""
    if not postcode:
        rest, found = _cut(_OUTWARD, rest)
        postcode = found.group(1).upper() if found else ""
    before_comma, comma, _ = rest.partition(",")
    names = tuple(_WORD.findall(rest))[:4]
    made = SearchText(
        names=names,
        surname_first=bool(comma) and len(_WORD.findall(before_comma)) == 1,
        born=born,
        nhs_number=nhs_number,
        postcode=postcode,
        phone=phone,
        complaint=complaint,
    )
    if complaint or nhs_number or made.identifiers >= 2:
        return made
    return SearchText(names, made.surname_first, born, nhs_number, postcode, phone, _missing(made))


def _missing(found: SearchText) -> str:
    if found.names:
        return "Add a first name, a birth date, a postcode or a phone number."
    if found.identifiers:
        return "Add a surname, or another identifier."
    return "Type a surname and a first name, a birth date, or an NHS number."


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, re.Match[str] | None]:
    found = pattern.search(text)
    if found is None:
        return text, None
    return f"{text[: found.start()]} {text[found.end() :]}", found


def _national(text: str) -> str:
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    return f"0{digits[2:]}" if text.lstrip().startswith("+") else digits


def _date(parts: dict[str, str], today: date) -> date | None:
    month = parts["m"]
    number = int(month) if month.isdigit() else _MONTHS.index(month.lower()[:3]) + 1
    year = int(parts["y"])
    if len(parts["y"]) == 2:  # nobody is born in the future
        year += 2000 if year <= today.year % 100 else 1900
    try:
        born = date(year, number, int(parts["d"]))
    except ValueError:
        return None
    if born > today and len(parts["y"]) == 2:
        born = born.replace(year=born.year - 100)
    return born if date(1880, 1, 1) <= born <= today else None


def _page() -> Params:
    return [("_count", "20"), ("_elements", ELEMENTS)]
