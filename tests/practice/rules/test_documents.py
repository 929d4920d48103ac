"""Practice documents at the service: one per name, readable, and written by who may."""

from importlib.resources import files

import pytest

from contract import documents
from practice.rules.caller import Caller
from practice.rules.documents import text
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import IVAN, JANE, MARCUS, ODS, PRIYA, Surgery


def in_force(surgery: Surgery, name: str) -> str | None:
    return surgery.store.read_now(ODS, lambda unit: text(unit, name))


def test_a_document_is_in_force_until_it_is_retired(surgery: Surgery) -> None:
    assert in_force(surgery, "core-hours") is None
    first = surgery.create(MARCUS, documents.tree_of("core-hours", 'monday = "08:00-18:00"\n'))
    assert in_force(surgery, "core-hours") == 'monday = "08:00-18:00"\n'
    surgery.update(MARCUS, {**first, "status": "retired"})
    assert in_force(surgery, "core-hours") is None


def test_there_is_one_of_each_name(surgery: Surgery, refused: Refused) -> None:
    surgery.create(PRIYA, documents.tree_of("phrases", ""))
    refused(
        409,
        surgery.create,
        PRIYA,
        documents.tree_of("phrases", "[[phrase]]\nname = 'A'\ntext = 'B'"),
    )


def test_text_that_cannot_be_read_is_refused_with_its_line(
    surgery: Surgery, refused: Refused
) -> None:
    no = refused(422, surgery.create, PRIYA, documents.tree_of("phrases", "a = 1\nb = \n"))
    assert no.expression == "Library.content[0].data"
    assert "Line 2" in no.text


def test_no_other_name_and_none_that_changes(surgery: Surgery, refused: Refused) -> None:
    tree = documents.tree_of("phrases", "")
    unknown = {**tree, "identifier": [{**tree["identifier"][0], "value": "menu"}]}
    no = refused(422, surgery.create, MARCUS, unknown)
    assert "core-hours" in no.text
    held = surgery.create(MARCUS, tree)
    other = {**held, "identifier": documents.tree_of("core-hours", "")["identifier"]}
    refused(422, surgery.update, MARCUS, other)


@pytest.mark.parametrize(
    ("who", "name", "may"),
    [
        (PRIYA, "phrases", True),
        (PRIYA, "red-flags", False),
        (IVAN, "red-flags", True),
        (IVAN, "core-hours", False),
        (MARCUS, "core-hours", True),
        (JANE, "phrases", False),
    ],
)
def test_who_may_write_which(
    surgery: Surgery, refused: Refused, who: Caller, name: str, may: bool
) -> None:
    shipped = files("resources") / "red_flags.toml"
    tree = documents.tree_of(name, shipped.read_text() if name == "red-flags" else "")
    if may:
        assert documents.name_of(surgery.create(who, tree)) == name
    else:
        no = refused(403, surgery.create, who, tree)
        assert who is JANE or "managers have it" in no.text


def test_red_flag_rules_that_would_find_nothing_are_refused(
    surgery: Surgery, refused: Refused
) -> None:
    no = refused(422, surgery.create, IVAN, documents.tree_of("red-flags", "[words]\n"))
    assert "nothing would be found" in no.text
