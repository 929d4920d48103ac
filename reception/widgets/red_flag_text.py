"""What the rules for red flags find in a text, in words, and why some of it does not count."""

from collections.abc import Sequence
from html import escape

from reception.desk.red_flag_reader import Match, Unheard
from reception.desk.red_flags import NONE_FOUND
from reception.widgets.palette import Ink, Palette

_RAISES = {"stat": "emergency", "asap": "as soon as possible", "urgent": "urgent, today"}


def match_line(text: str, match: Match) -> str:
    """One phrase: `“crushing chest”: Chest pain, emergency. Rule: chest & crush*`."""
    family, said = match.family, " ".join(text[match.start : match.end].split())
    line = f"“{said}”: {family.title}, {_RAISES.get(family.raises, family.raises)}"
    if match.unheard is not None:
        line = f"“{said}”: {family.title}, but {_why(match)}"
    slips = f" Read as slips: {', '.join(match.slips)}." if match.slips else ""
    return f"{line}. Rule: {match.phrase.text}.{slips}"


def _why(match: Match) -> str:
    if match.unheard is Unheard.OTHER:
        return f"another meaning (“{match.by}”)"
    if match.unheard is Unheard.NOT_THIS_PERSON:
        return _limits(match)
    word = "denied" if match.unheard is Unheard.DENIED else "told of long ago"
    return f"{word} (“{match.by}”)"


def _limits(match: Match) -> str:
    family = match.family
    limits = [
        f"from {family.min_age} years" if family.min_age is not None else "",
        f"to {family.max_age} years" if family.max_age is not None else "",
        family.sex,
    ]
    return f"only for patients {', '.join(filter(None, limits))}"


def findings(text: str, matches: Sequence[Match]) -> list[str]:
    """What was found, what counts first; or that no phrase matched, which promises nothing."""
    told = [m for m in matches if m.unheard is None]
    others = [m for m in matches if m.unheard is not None]
    first = [] if told else [f"{NONE_FOUND}. Somebody reads it all the same."]
    lines = [match_line(text, match) for match in (*told, *others)]
    return list(dict.fromkeys([*first, *lines]))


def findings_html(text: str, matches: Sequence[Match], palette: Palette) -> str:
    """The same to look at: what counts in red with a mark, what does not in grey."""
    count = sum(match.unheard is None for match in matches)
    shown = []
    for number, line in enumerate(findings(text, matches)):
        counts = number < count
        ink = palette.css(Ink.URGENT if counts else Ink.MUTED)
        mark = "⚑ " if counts else ""
        shown.append(f'<p style="color:{ink}; margin:0 0 6px 0">{mark}{escape(line)}</p>')
    return "".join(shown)
