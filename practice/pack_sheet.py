"""What stands in a continuity pack: one page for any browser, which prints as it is read.

Everybody who is booked, with telephone numbers, and what is free: by day and clinician, each on a
page of its own, black on white, A4 across.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from html import escape
from typing import Final

from contract.codes import Channel
from contract.continuity import pack_days
from contract.core_hours import LONDON, day_bounds, london_day
from contract.limits import PAGE
from contract.moves import APPOINTMENT_LIVE
from contract.systems import NHS_NUMBER
from practice.clock import instant
from practice.rules import slots as slot_rules
from practice.rules import templates
from practice.rules.trees import id_of, identifier, moment, target
from practice.store import Query, Tree, Unit

_STATES: Final = {
    "arrived": "Arrived",
    "checked-in": "Sent in",
    "fulfilled": "Left",
    "noshow": "Did not attend",
}
_MODES: Final[Mapping[str, str]] = {
    Channel.TELEPHONE.value: "telephone",
    Channel.VIDEO.value: "video",
}
_STYLE: Final = """
@page { size: A4 landscape; margin: 12mm }
body { font: 12pt/1.3 'Noto Sans', Arial, sans-serif; color: #000; background: #fff; margin: 1em }
h1 { font-size: 16pt; margin: 0 } h2 { font-size: 14pt; margin: 1em 0 .3em }
table { border-collapse: collapse; width: 100% }
thead { display: table-header-group } tr { break-inside: avoid }
th, td { border: 1px solid #000; padding: .2em .4em; text-align: left; vertical-align: top }
td.time { white-space: nowrap; font-weight: bold } .free { font-style: italic }
section + section { break-before: page } section.nobody { break-before: auto }
"""


@dataclass
class Pack:
    """A pack, ready to be written.

    Attributes:
        page: the page.
        patients: ids of everybody in it.
    """

    page: str
    patients: set[str] = field(default_factory=set)


@dataclass(frozen=True, order=True)
class _Row:
    start: datetime
    name: str
    cells: tuple[str, ...]
    is_free: bool = False


def pack_of(unit: Unit, practice: str, now: datetime) -> Pack:
    """The pack of *practice* as it stands at *now* (aware)."""
    made = Pack("")
    local = now.astimezone(LONDON)
    parts = [
        f"<!doctype html><html lang=en-GB><meta charset=utf-8><title>{escape(_title(practice))}"
        f"</title><style>{_STYLE}</style><h1>{escape(_title(practice))}</h1>"
        f"<p>As it stood on {_day_text(local.date())} at {local:%H:%M}. For when the practice’s "
        "system cannot be reached. Confidential: keep it where only the practice can open "
        "it, and destroy it when it is out of date.</p>"
    ]
    for day in pack_days(london_day(now)):
        people = list(_by_clinician(unit, day, made))
        if not people:
            parts.append(
                f"<section class=nobody><h2>{_day_text(day)}</h2><p>Nobody is booked.</p></section>"
            )
        for clinician, rows in people:
            parts.append(_section(f"{_day_text(day)}: {clinician}", rows))
    made.page = "".join(parts)
    return made


def file_name(practice: str, at: datetime) -> str:
    """`Continuity pack Otterbrook Surgery 2026-11-23 0730.html`; sorts by time."""
    return f"{_prefix(practice)} {at.astimezone(LONDON):%Y-%m-%d %H%M}.html"


def written_at(name: str, practice: str) -> datetime | None:
    """When the pack called *name* was written (aware); None where it is none of *practice*'s."""
    prefix = re.escape(_prefix(practice))
    stamp = re.fullmatch(prefix + r" (\d{4}-\d{2}-\d{2}) (\d{2})(\d{2})\.html", name)
    if stamp is None:
        return None
    try:
        day = date.fromisoformat(stamp[1])
        return datetime(day.year, day.month, day.day, int(stamp[2]), int(stamp[3]), tzinfo=LONDON)
    except ValueError:
        return None


def _title(practice: str) -> str:
    return f"Continuity pack, {practice}"


def _prefix(practice: str) -> str:
    plain = re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", practice)
    return f"Continuity pack {' '.join(plain.split()) or 'practice'}"


def _day_text(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _section(title: str, rows: Iterable[_Row]) -> str:
    heads = ("Time", "Patient", "Born, NHS number", "Telephone", "What", "Reason", "State")
    head = "".join(f"<th>{one}</th>" for one in heads)
    lines = []
    for row in rows:
        kind = " class=free" if row.is_free else ""
        time, *others = (escape(cell) for cell in row.cells)
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        lines.append(f"<tr{kind}><td class=time>{time}</td>{cells}</tr>")
    body = "".join(lines)
    return (
        f"<section><h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></section>"
    )


def _by_clinician(unit: Unit, day: date, made: Pack) -> Iterator[tuple[str, list[_Row]]]:
    rows: dict[str, list[_Row]] = {}
    for tree in _found(unit, "Appointment", "date", day):
        if tree.get("status") in APPOINTMENT_LIVE:
            row, patient = _booked(unit, tree)
            made.patients |= {patient} if patient else set()
            rows.setdefault(_clinician(tree.get("participant", ())), []).append(row)
    for tree in _found(unit, "Slot", "start", day):
        if tree.get("status") == "free" and not templates.is_part(tree):
            session = unit.get("Schedule", id_of(target(tree.get("schedule")), "Schedule") or "-")
            actors = [{"actor": a} for a in session.tree().get("actor", ())] if session else []
            rows.setdefault(_clinician(actors), []).append(_free(tree))
    for clinician in sorted(rows):
        yield clinician, sorted(rows[clinician])


def _found(unit: Unit, kind: str, param: str, day: date) -> Iterator[Tree]:
    first, last = (instant(bound) for bound in day_bounds(day))
    pairs = [(param, f"ge{first}"), (param, f"lt{last}"), ("_count", str(PAGE)), ("_total", "none")]
    query = Query.parse(kind, pairs)
    while True:
        page = unit.search(query)
        yield from (match.tree() for match in page.matches)
        if page.next is None:
            return
        query = replace(query, cursor=page.next)


def _clinician(participants: Iterable[Tree]) -> str:
    for one in participants:
        actor = one.get("actor", {})
        if target(actor).startswith("Practitioner/"):
            return str(actor.get("display") or "A clinician without a name")
    return "Nobody named"


def _booked(unit: Unit, tree: Tree) -> tuple[_Row, str]:
    actors = [one.get("actor", {}) for one in tree.get("participant", ())]
    actor: Tree = next((a for a in actors if target(a).startswith("Patient/")), {})
    patient_id = id_of(target(actor), "Patient") or ""
    held = unit.get("Patient", patient_id) if patient_id else None
    patient = held.tree() if held is not None else {}
    name = _name(patient) or str(actor.get("display") or "Not named")
    start = moment(tree.get("start"), "Appointment.start")
    number = identifier(patient, NHS_NUMBER) or ""
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}" if number else ""
    cells = (
        f"{start.astimezone(LONDON):%H:%M}",
        name,
        "  ".join(filter(None, (_born(patient), spaced))),
        ", ".join(_phones(patient)),
        _what(tree),
        str(tree.get("description", "")),
        _STATES.get(str(tree.get("status")), ""),
    )
    return _Row(start, name, cells), patient_id


def _free(slot: Tree) -> _Row:
    start, _ = slot_rules.span(slot)
    cells = (f"{start.astimezone(LONDON):%H:%M}", "free", "", "", _what(slot), "", "")
    return _Row(start, "", cells, is_free=True)


def _what(tree: Tree) -> str:
    kinds = tree.get("serviceType") or [{}]
    mode = _MODES.get(slot_rules.channel(tree) or "", "")
    return ", ".join(filter(None, (str(kinds[0].get("text", "")), mode)))


def _name(patient: Tree) -> str:
    name = (patient.get("name") or [{}])[0]
    family, given = str(name.get("family", "")).upper(), name.get("given", ())[:1]
    return ", ".join(filter(None, (family, *given)))


def _born(patient: Tree) -> str:
    try:
        return f"{date.fromisoformat(str(patient.get('birthDate', ''))):%d-%b-%Y}"
    except ValueError:
        return str(patient.get("birthDate", ""))


def _phones(patient: Tree) -> list[str]:
    return [
        str(point["value"])
        for point in patient.get("telecom", ())
        if point.get("system") == "phone" and point.get("value")
    ]
