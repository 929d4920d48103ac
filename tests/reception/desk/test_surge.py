"""More comes in than is answered: said, helped with, and told to patients; nothing is closed."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reception.desk.desk import Desk
from reception.desk.problems import NotPossible
from reception.desk.surge import Pace, outruns, pace_of
from reception.widgets.surge_strip import forecast_text, headline, triage_text
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask
from tests.reception.desks import Desks
from tests.running import RunningPractice

numbers = st.integers(0, 400)


def pace(arrived: int, answered: int, waiting: int, **more: Any) -> Pace:
    made = Pace(arrived, answered, waiting, {}, {}, 0, False, None)
    return Pace(**{**made.__dict__, **more})


@given(numbers, numbers, numbers)
def test_a_surge_neither_begins_nor_goes_on_while_answers_keep_up(
    arrived: int, answered: int, waiting: int
) -> None:
    told = pace(arrived, answered, waiting)
    if outruns(told, before=False):
        assert outruns(told, before=True)
        assert arrived > answered
    if answered >= arrived or waiting <= answered:
        assert not outruns(told, before=True)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["parameter", "part", "name", "valueInteger", "valueDecimal", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_answer_is_read(told: object) -> None:
    read = pace_of({"resourceType": "Parameters", "parameter": told})
    assert read.waiting >= 0
    assert read.coming >= 0


def test_the_words_say_what_is_known_and_on_what_basis() -> None:
    told = pace(
        42, 18, 63, expected={"online-consultation": 20.4, "thread": 1.2}, days=6, by_history=True
    )
    assert headline(told) == (
        "More comes in than is answered: 42 came and 18 were answered in the last hour, 63 wait."
    )
    assert forecast_text(told) == (
        "The next hour brings about 22 (20 consultations, 1 message), "
        "as on the last 6 days like this."
    )
    assert "little history" in forecast_text(pace(42, 18, 63, expected={"thread": 3.0}))
    assert "Nothing is known yet" in forecast_text(pace(42, 18, 63))
    assert triage_text([]).endswith("Two are wanted.")
    assert triage_text(["Priya Shah"]).endswith("A second is wanted.")
    assert "wanted" not in triage_text(["Priya Shah", "Sam Lee"])


def test_the_service_tells_the_pace_to_a_desk(desk: Desk, finish: Finish) -> None:
    finish(desk.surge.ask())
    before = desk.surge.pace
    assert before is not None
    assert before.waiting > 0
    assert not before.by_history or before.days >= 3


def test_a_second_triager_is_seen_at_every_desk(desks: Desks, finish: Finish, until: Until) -> None:
    one, other = finish(desks.open()), finish(desks.open("receptionist", 1))
    finish(one.surge.triage_too())
    until(lambda: [t.name for t in other.surge.triagers] == [one.me.display])
    finish(other.surge.triage_too())
    until(lambda: len(one.surge.triagers) == 2)
    assert one.surge.am_triaging
    finish(one.surge.triage_no_more())
    finish(one.surge.triage_no_more())
    until(lambda: [t.name for t in other.surge.triagers] == [other.me.display])
    finish(other.surge.triage_no_more())
    until(lambda: one.surge.triagers == [])


def test_patients_are_told_what_was_measured_until_the_close_and_can_still_ask(
    desks: Desks, finish: Finish, until: Until
) -> None:
    one, other = finish(desks.open()), finish(desks.open("prescriber"))
    account = desks.practice.account("patient")
    online = desks.practice.as_(account["user"])
    assert "parameter" not in online.get("Task/$waiting").json()
    assert 'class="notice"' not in sign_in_page(desks.practice, "reception-patient")
    with pytest.raises(NotPossible, match="only the places"):
        finish(one.surge.tell_patients("Wait {hours}", one.surge.until()))
    said = 'We are "very" busy: a first answer takes {time}, {waiting} wait.\nCall 111 \\ 999.'
    finish(one.surge.tell_patients(said, one.surge.until()))
    until(lambda: other.surge.tells_patients)
    told = {p["name"]: p for p in online.get("Task/$waiting").json()["parameter"]}
    text = told["text"]["valueString"]
    assert text.startswith('We are "very" busy: a first answer takes ')
    assert text.endswith(" wait. Call 111 \\ 999.")
    assert "{" not in text
    page = sign_in_page(desks.practice, "reception-patient")
    assert "a first answer takes " in page
    assert 'class="notice"' in page
    assert 'class="notice"' not in sign_in_page(desks.practice, "reception-desktop")
    ask(desks.practice, "May I have a letter")  # nothing is capped or closed
    finish(other.surge.tell_patients_no_more())
    until(lambda: not one.surge.tells_patients)
    assert "parameter" not in online.get("Task/$waiting").json()


def sign_in_page(practice: RunningPractice, client: str) -> str:
    """The page that asks somebody to sign in to *client*."""
    base = practice.base
    answer = practice.http.get(
        f"{base.removesuffix('/fhir')}/auth/authorize",
        params={
            "response_type": "code",
            "client_id": client,
            "redirect_uri": "http://127.0.0.1:8765/callback",
            "scope": "openid fhirUser",
            "state": "a" * 32,
            "aud": base,
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
        },
    )
    assert answer.status_code == 200, answer.text
    return str(answer.text)
