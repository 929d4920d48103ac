"""Codes and tokens over real TLS: what is given once, and what ends them."""

import pytest

from tests.practice.identity.browser import SignIn
from tests.practice.identity.conftest import PASSWORD, Surgery


def opens(surgery: Surgery, token: str) -> int:
    """The status that a read with the token gets."""
    answer = surgery.http.get(
        f"{surgery.base}/Appointment?_summary=count", headers={"Authorization": f"Bearer {token}"}
    )
    return int(answer.status_code)


@pytest.fixture
def sign_in(surgery: Surgery) -> SignIn:
    return surgery.sign_in()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "invalid_request"),
        ({"client_id": "reception-patient"}, "invalid_grant"),
        ({"client_id": "somebody-else"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_only_good_with_all_that_it_was_made_for(
    sign_in: SignIn, changed: dict[str, str], error: str
) -> None:
    code = sign_in.code("priya", PASSWORD)
    answer = sign_in.redeem(code, **changed)
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] == error
    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_verifier_spends_the_code(sign_in: SignIn) -> None:
    code = sign_in.code("priya", PASSWORD)
    sign_in.redeem(code, code_verifier="w" * 43)
    assert sign_in.redeem(code).json()["error"] == "invalid_grant"


def test_an_unknown_code_is_refused(sign_in: SignIn) -> None:
    assert sign_in.redeem("never-was").json()["error"] == "invalid_grant"


def test_a_code_shown_again_ends_what_came_of_it(surgery: Surgery, sign_in: SignIn) -> None:
    code = sign_in.code("priya", PASSWORD)
    given = sign_in.redeem(code).json()
    assert opens(surgery, given["access_token"]) == 200
    assert sign_in.redeem(code).json()["error"] == "invalid_grant"
    assert opens(surgery, given["access_token"]) == 401
    assert sign_in.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"


def test_refreshing_rotates_both_tokens(surgery: Surgery, sign_in: SignIn) -> None:
    first = sign_in.tokens("priya", PASSWORD)
    second = sign_in.refresh(first["refresh_token"]).json()
    assert second["scope"] == first["scope"]
    assert second["fhirUser"] == first["fhirUser"]
    assert len({first["access_token"], second["access_token"]}) == 2
    assert len({first["refresh_token"], second["refresh_token"]}) == 2
    assert opens(surgery, second["access_token"]) == 200


def test_an_old_refresh_token_ends_the_family(surgery: Surgery, sign_in: SignIn) -> None:
    first = sign_in.tokens("priya", PASSWORD)
    second = sign_in.refresh(first["refresh_token"]).json()
    assert sign_in.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert sign_in.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert opens(surgery, first["access_token"]) == 401
    assert opens(surgery, second["access_token"]) == 401


def test_a_refresh_token_is_no_other_clients(surgery: Surgery, sign_in: SignIn) -> None:
    given = sign_in.tokens("priya", PASSWORD)
    other = surgery.sign_in(client_id="reception-patient")
    assert other.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"
    assert sign_in.refresh(given["refresh_token"]).status_code == 200


def test_an_access_token_does_not_refresh(sign_in: SignIn) -> None:
    given = sign_in.tokens("priya", PASSWORD)
    assert sign_in.refresh(given["access_token"]).json()["error"] == "invalid_grant"


def test_a_refresh_may_ask_for_less_and_never_for_more(sign_in: SignIn) -> None:
    given = sign_in.tokens("priya", PASSWORD)
    less = sign_in.refresh(given["refresh_token"], scope="user/Patient.rs").json()
    assert less["scope"] == "user/Patient.rs"
    more = sign_in.refresh(less["refresh_token"], scope="user/Patient.rs user/Slot.crus")
    assert more.json()["error"] == "invalid_scope"


@pytest.mark.parametrize("shown", ["refresh_token", "access_token"])
def test_signing_out_ends_both_tokens_at_once(
    surgery: Surgery, sign_in: SignIn, shown: str
) -> None:
    given = sign_in.tokens("priya", PASSWORD)
    other = sign_in.tokens("priya", PASSWORD)
    assert opens(surgery, given["access_token"]) == 200
    assert sign_in.revoke(given[shown]).status_code == 200
    assert opens(surgery, given["access_token"]) == 401
    assert sign_in.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"
    assert opens(surgery, other["access_token"]) == 200  # the other desk goes on


def test_signing_out_with_an_unknown_token_is_no_error(sign_in: SignIn) -> None:
    assert sign_in.revoke("never-was").status_code == 200


def test_signing_out_of_another_client_does_nothing(surgery: Surgery, sign_in: SignIn) -> None:
    given = sign_in.tokens("priya", PASSWORD)
    surgery.sign_in(client_id="reception-patient").revoke(given["refresh_token"])
    assert opens(surgery, given["access_token"]) == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic cHJpeWE6eA==", "Bearer x"])
def test_no_token_is_401_and_says_how(surgery: Surgery, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = surgery.http.get(f"{surgery.base}/Appointment", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="A99999"')
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "SEND_UNAUTHORIZED"


def test_a_token_in_the_address_is_not_looked_at(surgery: Surgery, sign_in: SignIn) -> None:
    token = sign_in.tokens("priya", PASSWORD)["access_token"]
    answer = surgery.http.get(f"{surgery.base}/Appointment?access_token={token}")
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["token", "revoke"])
def test_only_small_forms_are_read(sign_in: SignIn, path: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for content, headers in (
        (b"{}", {"Content-Type": "application/json"}),
        (b"a=" + b"b" * 20_000, form),
        (b"\xff", form),
        (b"", form),
        (b"a=%zz", form),
    ):
        answer = sign_in.http.post(f"{sign_in.auth}/{path}", content=content, headers=headers)
        assert answer.status_code in {400, 401}
        assert answer.json()["error"]


def test_a_token_of_a_command_opens_and_can_be_ended(surgery: Surgery) -> None:
    assert opens(surgery, surgery.running.token("marcus")) == 200


def test_nothing_secret_is_logged(surgery: Surgery, sign_in: SignIn) -> None:
    code = sign_in.code("priya", PASSWORD)
    given = sign_in.redeem(code).json()
    sign_in.refresh(given["refresh_token"])
    opens(surgery, given["access_token"])
    sign_in.send(sign_in.open(), "priya", "a wrong password")
    log = surgery.running.log
    assert '"route":"/A99999/auth/token"' in log
    secrets = (PASSWORD, "a wrong password", code, sign_in.verifier, sign_in.state, "priya")
    for secret in (*secrets, given["access_token"], given["refresh_token"], given["id_token"]):
        assert secret not in log
