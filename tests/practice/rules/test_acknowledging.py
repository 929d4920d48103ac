"""An emergency is acknowledged by whoever is on duty, once and for all, in the service's words."""

import pytest

from contract.acknowledgement import acknowledged_input, acknowledgements
from practice.rules.caller import Caller
from practice.store import Tree
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import IVAN, JANE, MARCUS, NIA, PRIYA, Surgery, request_tree

FORGED = acknowledged_input("Practitioner/somebody", "Dr Somebody", "2020-01-01T00:00:00Z")


def acknowledged(tree: Tree) -> Tree:
    return {**tree, "input": [*tree.get("input", ()), FORGED]}


def by_whom(tree: Tree) -> list[tuple[str, str]]:
    told = [one["valueAnnotation"] for one in acknowledgements(tree)]
    return [(one["authorReference"]["reference"], one["time"][:10]) for one in told]


@pytest.mark.parametrize(
    ("who", "may"), [(IVAN, True), (NIA, True), (PRIYA, False), (MARCUS, False)]
)
def test_only_who_is_on_duty_acknowledges_and_in_their_own_name(
    surgery: Surgery, refused: Refused, who: Caller, may: bool
) -> None:
    held = surgery.create(JANE, request_tree(priority="stat"))
    if not may:
        no = refused(403, surgery.update, who, acknowledged(held))
        assert "Acknowledge emergencies" in no.text
        return
    stored = surgery.update(who, acknowledged(held))
    assert by_whom(stored) == [(who.reference, "2026-11-23")]
    assert stored["status"] == "requested"


def test_what_is_acknowledged_stays_so_whatever_else_is_done(
    surgery: Surgery, refused: Refused
) -> None:
    held = surgery.update(IVAN, acknowledged(surgery.create(JANE, request_tree(priority="stat"))))
    later = surgery.update(PRIYA, {**held, "status": "received"})
    assert by_whom(later) == by_whom(held)
    refused(422, surgery.update, NIA, {**later, "input": []})
    refused(422, surgery.update, NIA, {**later, "input": [FORGED]})
    again = surgery.update(NIA, acknowledged(later))
    assert [who for who, _ in by_whom(again)] == [IVAN.reference, NIA.reference]


def test_a_patient_acknowledges_nothing(surgery: Surgery) -> None:
    form = {"type": {"text": "Form"}, "valueString": "as typed"}
    stored = surgery.create(JANE, request_tree(priority="stat", input=[form, FORGED]))
    assert by_whom(stored) == []
    assert stored["input"] == [form]
    assert "input" not in surgery.create(JANE, request_tree(input=[FORGED]))
