"""Medicines that nobody signs among others: each is looked at and signed by itself.

The list is a safety net by name, for records that carry no code that says so: what stands here is
controlled, or needs a blood test before it is issued. It only ever holds an item back; an item that
it does not know is signed with the same care.

Source: Misuse of Drugs Regulations 2001, schedules 2 to 5, as far as they are given on repeat; NPSA
alerts on methotrexate, lithium and oral anticoagulants.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from contract.supply import medicine_name
from contract.systems import ITEM_CARE


class Care(StrEnum):
    """Why an item is signed by itself (MedicationRequest.category, `item-care`)."""

    CONTROLLED = "controlled"
    MONITORED = "monitored"
    ALONE = "sign-alone"


WORDS: Final[Mapping[Care, str]] = {
    Care.CONTROLLED: "controlled drug",
    Care.MONITORED: "needs monitoring",
    Care.ALONE: "marked to be signed by itself",
}

_NAMES: Final[Mapping[Care, tuple[str, ...]]] = {
    Care.CONTROLLED: (
        "alprazolam",
        "buprenorphine",
        "butec",
        "clobazam",
        "clonazepam",
        "co-codamol",
        "co-dydramol",
        "codeine",
        "dexamfetamine",
        "diazepam",
        "dihydrocodeine",
        "fentanyl",
        "gabapentin",
        "ketamine",
        "lisdexamfetamine",
        "lorazepam",
        "methadone",
        "methylphenidate",
        "midazolam",
        "morphine",
        "nitrazepam",
        "oxazepam",
        "oxycodone",
        "phenobarbital",
        "pregabalin",
        "tapentadol",
        "temazepam",
        "testosterone",
        "tramadol",
        "zolpidem",
        "zopiclone",
    ),
    Care.MONITORED: (
        "amiodarone",
        "azathioprine",
        "ciclosporin",
        "clozapine",
        "leflunomide",
        "lithium",
        "mercaptopurine",
        "methotrexate",
        "mycophenolate",
        "phenytoin",
        "theophylline",
        "warfarin",
    ),
}
_CARE_OF: Final = {name: care for care, names in _NAMES.items() for name in names}
_WORD: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")


def care_of(tree: Mapping[str, Any]) -> Care | None:
    """Why the medicine of *tree* (MedicationRequest) is signed by itself; None where it is not."""
    for concept in _listed(tree.get("category")):
        for coding in _listed(concept.get("coding")):
            code = coding.get("code")
            if coding.get("system") == ITEM_CARE and code in set(Care):
                return Care(code)
    words = set(_WORD.findall(medicine_name(tree).casefold()))
    found = {_CARE_OF[word] for word in words if word in _CARE_OF}
    return min(found, default=None)


def _listed(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
