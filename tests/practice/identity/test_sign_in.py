"""Signing in over real TLS, with a browser that only knows forms and redirects."""

import re

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.practice.identity.browser import Page, answered
from tests.practice.identity.conftest import PASSWORD, Surgery


def test_discovery_says_what_a_smart_client_needs(surgery: Surgery) -> None:
    answer = surgery.http.get(
        f"{surgery.base}/.well-known/smart-configuration", headers={"Accept": "text/html"}
    )
    assert answer.headers["content-type"].startswith("application/json")
    said = answer.json()
    assert said["issuer"] == surgery.base
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert said["response_types_supported"] == ["code"]
    assert {
        "launch-standalone",
        "client-public",
        "sso-openid-connect",
        "permission-user",
        "permission-patient",
        "permission-offline",
        "permission-v2",
        "context-standalone-patient",
    } <= set(said["capabilities"])
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri"):
        assert said[name].startswith(surgery.base.removesuffix("/fhir"))
    assert "user/Appointment.crus" in said["scopes_supported"]


def test_discovery_knows_only_its_own_practices(surgery: Surgery) -> None:
    other = surgery.base.replace("A99999", "B11111")
    assert surgery.http.get(f"{other}/.well-known/smart-configuration").status_code == 404
    page = surgery.http.get(f"{other.removesuffix('/fhir')}/auth/authorize?client_id=x")
    assert page.status_code == 404
    assert "no practice" in Page(page.text).alert


def test_a_receptionist_signs_in(surgery: Surgery) -> None:
    sign_in = surgery.sign_in(scope="openid fhirUser offline_access user/Appointment.crus user/X.r")
    given = sign_in.tokens("priya", PASSWORD)
    assert given["token_type"] == "Bearer"
    assert str(given["expires_in"]) == "900"
    assert given["scope"] == "openid fhirUser offline_access user/Appointment.crus"
    assert given["fhirUser"].startswith("Practitioner/")
    assert "patient" not in given
    assert len(given["access_token"]) >= 43

    said = surgery.http.get(f"{surgery.base}/.well-known/smart-configuration").json()
    published = surgery.http.get(said["jwks_uri"]).json()
    assert all("d" not in key for key in published["keys"])  # the private half
    keys = KeySet.import_key_set(published)
    claims = jwt.decode(given["id_token"], keys, algorithms=["ES256"]).claims
    assert claims["iss"] == surgery.base
    assert claims["aud"] == "reception-desktop"
    assert claims["nonce"] == sign_in.nonce
    assert claims["name"] == "Priya Shah"
    assert claims["fhirUser"] == f"{surgery.base}/{given['fhirUser']}"


def test_the_name_may_be_typed_in_capitals_with_spaces(surgery: Surgery) -> None:
    assert surgery.sign_in().code(" Priya ", PASSWORD)


def test_a_patient_signs_in_for_one_patient(surgery: Surgery) -> None:
    sign_in = surgery.sign_in(
        client_id="reception-patient",
        scope="openid fhirUser launch/patient patient/Slot.rs user/Appointment.crus",
    )
    given = sign_in.tokens("ada", PASSWORD)
    assert given["patient"] == "p1"
    assert given["scope"] == "openid fhirUser launch/patient patient/Slot.rs"
    assert "refresh_token" not in given  # offline_access was not asked for


@pytest.mark.parametrize(
    ("client_id", "scope", "user"),
    [
        ("reception-patient", "patient/Slot.rs", "priya"),
        ("reception-desktop", "user/Slot.rs", "ada"),
    ],
)
def test_an_account_signs_in_to_its_own_program_only(
    surgery: Surgery, client_id: str, scope: str, user: str
) -> None:
    sign_in = surgery.sign_in(client_id=client_id, scope=scope)
    answer = sign_in.send(sign_in.open(), user, PASSWORD)
    assert answer.status_code == 400
    assert "cannot be used to sign in to" in Page(answer.text).alert


def test_who_reads_the_audit_trail_reads_on_whose_behalf(surgery: Surgery) -> None:
    scope = "user/Provenance.crs"
    assert surgery.sign_in(scope=scope).tokens("marcus", PASSWORD)["scope"] == scope
    assert surgery.sign_in(scope=scope).tokens("priya", PASSWORD)["scope"] == "user/Provenance.c"


def test_a_manager_gets_the_audit_trail_and_a_receptionist_does_not(surgery: Surgery) -> None:
    scope = "user/AuditEvent.rs user/Condition.rs user/AllergyIntolerance.rs user/Flag.crus"
    sign_in = surgery.sign_in(scope=scope)
    assert sign_in.tokens("marcus", PASSWORD)["scope"] == scope
    assert sign_in.tokens("priya", PASSWORD)["scope"] == "user/AllergyIntolerance.rs user/Flag.crus"


def test_nothing_to_grant_goes_back_as_invalid_scope(surgery: Surgery) -> None:
    sign_in = surgery.sign_in(scope="user/AuditEvent.rs")
    answer = sign_in.send(sign_in.open(), "priya", PASSWORD)
    assert answered(answer) | {"iss": surgery.base} == answered(answer)
    assert answered(answer)["error"] == "invalid_scope"
    assert answered(answer)["state"] == sign_in.state


# The page


def test_the_page_stands_alone_and_can_be_read_aloud(surgery: Surgery) -> None:
    answer = surgery.sign_in().open()
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.lang == "en-GB"
    assert page.forms == 1
    assert page.title == "Sign in to Reception - Otterbrook Surgery"
    assert page.labels == {"user", "password"}
    assert page.fields["user"]["autocomplete"] == "username"
    assert page.fields["password"]["autocomplete"] == "current-password"
    assert "autofocus" in page.fields["user"]
    assert "#005eb8" in answer.text
    assert "prefers-color-scheme: dark" in answer.text
    assert "<script" not in answer.text
    assert not re.search(r"(src|href|url)\s*[=(]", answer.text)


def test_every_word_can_be_read_in_light_and_dark(surgery: Surgery) -> None:
    text = surgery.sign_in().open().text
    schemes = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    assert len(schemes) == 2
    for scheme in schemes:
        colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", scheme))
        for ink, ground in (
            *(("ink", "card"), ("quiet", "card"), ("bad", "card"), ("accent", "card")),
            *(("on-accent", "accent"), ("on-accent", "accent-deep"), ("accent-deep", "card")),
        ):
            assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
        assert contrast(colour["edge"], colour["card"]) >= 3  # the frame of a field


def contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_page_may_be_framed_cached_and_scripted_by_nobody(surgery: Surgery) -> None:
    headers = surgery.sign_in(redirect_uri="http://localhost:40123/callback").open().headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://localhost:40123;" in policy
    assert headers["cache-control"] == "no-store"
    cookie = headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie


@pytest.mark.parametrize("user", ["priya", "nobody", "no-such-name"])
def test_a_wrong_password_and_a_wrong_name_read_the_same(surgery: Surgery, user: str) -> None:
    sign_in = surgery.sign_in()
    answer = sign_in.send(sign_in.open(), user, "not this one")
    page = Page(answer.text)
    assert answer.status_code == 400
    assert page.alert == "The user name or the password is not right."
    assert page.title.startswith("Error: ")
    assert page.fields["user"]["value"] == user
    assert "autofocus" in page.fields["password"]
    assert "value" not in page.fields["password"]
    sign_in.code("priya", PASSWORD)  # the failures are forgotten


def test_what_was_typed_cannot_become_markup(surgery: Surgery) -> None:
    sign_in = surgery.sign_in()
    typed = '"><script>alert(1)</script>'
    answer = sign_in.send(sign_in.open(), typed, "x")
    assert "<script" not in answer.text
    assert Page(answer.text).fields["user"]["value"] == typed


def test_an_empty_form_asks_for_both(surgery: Surgery) -> None:
    sign_in = surgery.sign_in()
    answer = sign_in.send(sign_in.open(), "  ", "")
    assert Page(answer.text).alert == "Enter your user name and your password."


def test_a_form_from_elsewhere_is_shown_anew(surgery: Surgery) -> None:
    """Login forgery: another site's form, or our page in another browser."""
    sign_in = surgery.sign_in()
    page = sign_in.open()
    forged = surgery.http.post(
        str(page.url), data={"token": "1.00", "user": "priya", "password": PASSWORD}
    )
    assert forged.status_code == 400
    assert "open for too long" in Page(forged.text).alert
    surgery.http.cookies.clear()
    assert "open for too long" in Page(sign_in.send(page, "priya", PASSWORD).text).alert


def test_a_form_for_another_request_is_shown_anew(surgery: Surgery) -> None:
    sign_in = surgery.sign_in()
    token = Page(sign_in.open().text).fields["token"]["value"]
    other = sign_in.open(redirect_uri="http://127.0.0.1:1/callback")
    answer = surgery.http.post(
        str(other.url), data={"token": token, "user": "priya", "password": PASSWORD}
    )
    assert "open for too long" in Page(answer.text).alert


def test_a_form_that_is_not_a_form_signs_nobody_in(surgery: Surgery) -> None:
    page = surgery.sign_in().open()
    for content in (b"\xff\xfe", b"user=" + b"a" * 20_000, b""):
        answer = surgery.http.post(
            str(page.url),
            content=content,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == 400
        assert Page(answer.text).alert


def test_cancel_tells_the_client(surgery: Surgery) -> None:
    sign_in = surgery.sign_in()
    answer = sign_in.send(sign_in.open(), "", "", act="cancel")
    assert answer.status_code == 303
    assert answered(answer) == {
        "error": "access_denied",
        "state": sign_in.state,
        "iss": surgery.base,
    }


# What the request for a sign-in may not be


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"aud": "https://elsewhere.test/A99999/fhir"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"nonce": "n" * 201}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unauthorized_client"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "system/Patient.rs patient/Patient.r user/Patient.sr"}, "invalid_scope"),
    ],
)
def test_a_wrong_request_goes_back_to_its_client(
    surgery: Surgery, changed: dict[str, str | None], error: str
) -> None:
    sign_in = surgery.sign_in()
    answer = sign_in.open(**changed)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(sign_in.redirect_uri + "?")
    back = answered(answer)
    assert back["error"] == error
    assert back.get("state") == changed.get("state", sign_in.state)
    assert back["iss"] == surgery.base
    assert "code" not in back


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": None},
        {"client_id": "somebody-else"},
        {"client_id": "practice-command"},
        {"redirect_uri": None},
        {"redirect_uri": "https://elsewhere.test/callback"},
        {"redirect_uri": "http://127.0.0.1:8000/other"},
        {"redirect_uri": "http://127.0.0.1.elsewhere.test/callback"},
    ],
)
def test_an_unknown_client_or_way_back_goes_nowhere(
    surgery: Surgery, changed: dict[str, str | None]
) -> None:
    answer = surgery.sign_in().open(**changed)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "not known to this practice" in Page(answer.text).alert


def test_a_parameter_given_twice_goes_nowhere(surgery: Surgery) -> None:
    sign_in = surgery.sign_in()
    url = str(sign_in.open().url) + "&client_id=reception-desktop"
    assert surgery.http.get(url).status_code == 400


def test_the_form_is_held_to_the_same_request(surgery: Surgery) -> None:
    """Changing the address between the page and the form gains nothing."""
    sign_in = surgery.sign_in()
    token = Page(sign_in.open().text).fields["token"]["value"]
    sent = {"token": token, "user": "priya", "password": PASSWORD}
    bad = str(sign_in.open(code_challenge_method="plain").url)
    assert answered(surgery.http.post(bad, data=sent))["error"] == "invalid_request"
    unknown = str(sign_in.open(client_id="somebody-else").url)
    assert surgery.http.post(unknown, data=sent).status_code == 400
