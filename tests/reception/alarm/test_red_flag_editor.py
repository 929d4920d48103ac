"""The practice reads, tries and changes its rules; broken ones are never in force."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from reception.desk.desk import Desk
from reception.desk.red_flags import RedFlags, shipped_rules
from reception.ui.red_flag_editor import RedFlagEditor
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks

Edit = Callable[[Desk], RedFlagEditor]
EXTRA = '\n[[family]]\nid = "yeti"\ntitle = "Yeti"\nraise = "stat"\nphrases = ["met ... yeti"]\n'


@pytest.fixture
def edit(finish: Finish, desks: Desks, until: Until) -> Iterator[Edit]:
    holders: list[tuple[QWidget, RedFlagEditor]] = []

    def opened(desk: Desk) -> RedFlagEditor:
        holder = QWidget()
        look = Look(Scheme.LIGHT, parent=holder)
        made = RedFlagEditor(desk, look, holder)
        made.show()
        holders.append((holder, made))
        until(lambda: made.state.text() == "These rules are in force.")
        return made

    yield opened
    for holder, made in holders:
        made.tasks.cancel_all()
        finish(made.tasks.drained())
        holder.deleteLater()


@pytest.fixture
def duty(desks: Desks, finish: Finish, until: Until) -> Iterator[Desk]:
    made = finish(desks.open("prescriber"))
    yield made
    finish(made.documents.use_shipped("red-flags"))
    until(lambda: made.red_flags.found_in("I met a yeti") == [])


def type_rules(editor: RedFlagEditor, rules: str, until: Until, state: str) -> None:
    editor.rules.setPlainText(rules)
    until(lambda: editor.state.text().startswith(state))


def test_a_text_shows_what_matches_and_why_not(desk: Desk, edit: Edit) -> None:
    editor = edit(desk)
    editor.text.setPlainText("Chest pain since six 🙂 and I collapsed. My mum had a stroke in 1990")
    said = editor.found.toPlainText()
    assert "⚑ “Chest pain”: Chest pain, emergency. Rule: chest &" in said
    assert "Stroke, but told of long ago (“1990”)" in said
    assert [mark.cursor.selectedText() for mark in editor.text.extraSelections()] == [
        "Chest pain",
        "collapsed",
    ]
    editor.text.setPlainText("headache when combing my sore scalp")
    assert "⚑ " in editor.found.toPlainText()
    editor.age.setValue(20)
    assert "only for patients from 50 years" in editor.found.toPlainText()
    assert editor.found.toPlainText().startswith("No phrase matched. Somebody reads it")
    assert "safe" not in editor.found.toPlainText().lower()


def test_reception_reads_and_tries_but_does_not_change(desk: Desk, edit: Edit) -> None:
    editor = edit(desk)
    assert editor.rules.isReadOnly()
    assert not editor.save.isVisibleTo(editor)
    assert "Clinicians and managers" in editor.note.text()


def test_a_broken_rule_names_its_line_and_is_not_saved(
    duty: Desk, edit: Edit, until: Until, finish: Finish
) -> None:
    editor = edit(duty)
    line = shipped_rules().count("\n") + 6
    type_rules(
        editor, shipped_rules() + EXTRA.replace('"met ... yeti"', '"met ..."'), until, "Line"
    )
    assert editor.state.text().startswith(f"Line {line}: The phrase “met ...” ends with a gap")
    assert not editor.save.isEnabled()
    editor.go_to_line.click()
    assert editor.rules.textCursor().selectedText() == 'phrases = ["met ..."]'
    assert [f.family for f in duty.red_flags.found_in("chest pain")] == ["chest-pain"]
    editor.close()  # once is a question
    assert editor.isVisible()
    assert editor.state.text().startswith("Not saved yet")


def test_rules_are_saved_by_key_and_are_in_force_at_another_desk(
    desks: Desks, duty: Desk, edit: Edit, until: Until, finish: Finish
) -> None:
    editor = edit(duty)
    type_rules(editor, shipped_rules() + EXTRA, until, "These rules can be saved")
    editor.text.setPlainText("I met the yeti")
    assert "Yeti, emergency" in editor.found.toPlainText()
    editor.activateWindow()
    QTest.keyClick(editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    until(lambda: editor.state.text().startswith("Saved."))
    until(lambda: bool(RedFlags.shipped().found_in("we met a yeti today")))

    other = finish(desks.open("manager"))
    theirs = edit(other)
    theirs.rules.setPlainText(shipped_rules() + EXTRA.replace("yeti", "troll"))
    until(lambda: theirs.state.text().startswith("These rules can be saved"))
    type_rules(editor, shipped_rules() + EXTRA.replace("met", "saw"), until, "These rules can")
    editor.save.click()
    until(lambda: editor.state.text().startswith("Saved."))
    until(lambda: theirs.state.text().startswith("Somebody has saved other rules"))
    theirs.save.setEnabled(True)
    theirs.save.click()
    until(lambda: "Nothing was saved" in theirs.state.text())
    theirs.theirs.click()
    assert "saw ... yeti" in theirs.rules.toPlainText()
