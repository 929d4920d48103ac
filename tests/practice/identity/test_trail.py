"""Every sign-in, and every try at one, stands in the audit trail; no secret does."""

from typing import Any

import fhirkit
import pytest

from practice.store.stored import encode
from tests.practice.identity.conftest import PASSWORD, Surgery

Tree = dict[str, Any]
TYPED = "typed-in-the-wrong-field-91"


def trail(surgery: Surgery) -> list[Tree]:
    """Sign-ins in the audit trail, the newest first."""
    token = surgery.running.token("marcus")
    answer = surgery.http.get(
        f"{surgery.base}/AuditEvent?subtype=110122&_sort=-_lastUpdated&_count=50",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.text
    found = [entry["resource"] for entry in answer.json().get("entry", [])]
    for event in found:
        assert [str(issue) for issue in fhirkit.validate(encode(event))] == []
    return found


def user_of(event: Tree) -> Tree:
    [user] = [agent for agent in event["agent"] if agent["requestor"]]
    return dict(user)


def test_a_sign_in_leaves_an_event(surgery: Surgery) -> None:
    before = len(trail(surgery))
    sign_in = surgery.sign_in()
    given = sign_in.tokens("priya", PASSWORD)
    event, *rest = trail(surgery)
    assert len(rest) == before
    assert (event["type"]["code"], event["action"], event["outcome"]) == ("110114", "E", "0")
    user = user_of(event)
    assert user["who"] == {"reference": given["fhirUser"], "display": "Priya Shah"}
    assert user["altId"] == "priya"
    assert user["network"]["address"] in ("127.0.0.1", "::1")
    [program] = [agent for agent in event["agent"] if not agent["requestor"]]
    assert program["who"] == {"display": "reception-desktop"}
    assert event["recorded"].startswith("2026-11-23T")
    for secret in (PASSWORD, given["access_token"], given["refresh_token"], sign_in.state):
        assert secret not in str(event)


@pytest.mark.parametrize(
    ("user", "password", "who"),
    [("priya", TYPED, "priya"), (TYPED, "not this one", None), ("nobody", PASSWORD, "nobody")],
)
def test_a_try_that_failed_leaves_an_event(
    surgery: Surgery, user: str, password: str, who: str | None
) -> None:
    sign_in = surgery.sign_in()
    before = len(trail(surgery))
    assert sign_in.send(sign_in.open(), user, password).status_code == 400
    event, *rest = trail(surgery)
    assert len(rest) == before
    assert event["outcome"] == "4"
    assert event["outcomeDesc"]
    assert user_of(event).get("altId") == who
    assert TYPED not in str(event)
    sign_in.code("priya", PASSWORD)  # the failures are forgotten


def test_a_sign_in_to_the_wrong_program_leaves_an_event(surgery: Surgery) -> None:
    sign_in = surgery.sign_in(client_id="reception-desktop")
    assert sign_in.send(sign_in.open(), "ada", PASSWORD).status_code == 400
    event = trail(surgery)[0]
    assert (event["outcome"], user_of(event)["altId"]) == ("4", "ada")
