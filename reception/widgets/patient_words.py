"""How a person is named on the screen, so that nobody is taken for somebody else."""

from datetime import date, datetime, timedelta

from contract.core_hours import LONDON
from reception.records import Patient

_SEX = {"female": "F", "male": "M", "other": "other sex", "unknown": "sex unknown"}


def age_text(patient: Patient, today: date) -> str:
    """`43 y`, or months for an infant (`5 mo`), or nothing without a birth date."""
    years = patient.age_years(today)
    if years is None or patient.born is None:
        return ""
    if years >= 2:
        return f"{years} y"
    born = patient.born
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return f"{max(0, months)} mo"


def sex_text(patient: Patient) -> str:
    """One letter, or the word where a letter would not do."""
    return _SEX.get(patient.gender, "")


def born_line(patient: Patient, today: date) -> str:
    """`03-Feb-1980 (43 y) F`."""
    age = age_text(patient, today)
    parts = (patient.born_text, f"({age})" if age else "", sex_text(patient))
    return " ".join(filter(None, parts))


def on_button(patient: Patient) -> str:
    """Name and birth date, as they stand on every button that books or sends."""
    return plain(f"{patient.name}, {patient.born_text}")


def plain(text: str) -> str:
    """*text* for a button, where an ampersand would otherwise be a mnemonic."""
    return text.replace("&", "&&")


def standing(patient: Patient) -> str:
    """`Deceased`, `Not registered here`, or nothing for somebody on the list."""
    if patient.deceased:
        return "Deceased"
    return "" if patient.active else "Not registered here"


def spoken(patient: Patient, today: date) -> str:
    """The whole person in one sentence, for a screen reader."""
    parts = [
        patient.name,
        f"born {patient.born_text}",
        age_text(patient, today).replace(" y", " years old").replace(" mo", " months old"),
        f"NHS number {patient.spaced_nhs_number}" if patient.nhs_number else "no NHS number",
        patient.address,
        patient.postcode,
        standing(patient).lower(),
    ]
    return ", ".join(filter(None, parts))


def day_text(at: datetime, today: date) -> str:
    """`today 09:10`, `Tue 24 Nov 09:10`, or with the year where it is another one."""
    local = at.astimezone(LONDON)
    day = local.date()
    if day == today:
        return f"today {local:%H:%M}"
    if day == today - timedelta(days=1):
        return f"yesterday {local:%H:%M}"
    if day == today + timedelta(days=1):
        return f"tomorrow {local:%H:%M}"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{local:%a} {day.day} {local:%b}{year} {local:%H:%M}"
