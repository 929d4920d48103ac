"""Accounts, lock-outs, lifetimes and what other processes end, with clocks moved by hand."""

import asyncio
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codes import Role
from practice.identity import Account, grants
from practice.identity.accounts import LONGEST_LOCK_MIN, lock_for
from practice.identity.identity import SignedIn, Wrong
from practice.identity.oauth import Answer, OAuth
from practice.identity.passwords import Passwords, TooBusy, invented
from practice.refusal import Refusal
from practice.trouble import Trouble
from tests.practice.identity.browser import SignIn
from tests.practice.identity.conftest import ODS, PASSWORD, Room, finish


def check(room: Room, password: str, user: str = "priya") -> SignedIn | Wrong:
    return finish(room.identity.check(ODS, user, password))


def locked_min(room: Room, found: SignedIn | Wrong) -> float:
    assert isinstance(found, Wrong)
    if found.locked_until is None:
        return 0.0
    return (found.locked_until - room.clock.now()) / timedelta(minutes=1)


@pytest.mark.parametrize("user", ["priya", "no-such-name"])
def test_locks_grow_from_one_minute_to_fifteen(room: Room, user: str) -> None:
    waits = []
    for _ in range(11):
        wait_min = locked_min(room, check(room, "wrong", user))
        waits.append(wait_min)
        room.clock.move(minutes=wait_min)
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15]


def test_a_locked_account_takes_not_even_the_right_password(room: Room) -> None:
    for _ in range(5):
        check(room, "wrong")
    assert locked_min(room, check(room, PASSWORD)) == 1
    room.clock.move(seconds=59)
    assert isinstance(check(room, PASSWORD), Wrong)
    room.clock.move(seconds=1)
    assert isinstance(check(room, PASSWORD), SignedIn)


def test_tries_while_locked_do_not_lengthen_the_lock(room: Room) -> None:
    for _ in range(5):
        check(room, "wrong")
    room.clock.move(seconds=30)
    for _ in range(3):
        assert locked_min(room, check(room, "wrong")) == 0.5


def test_tries_at_once_cannot_outrun_the_lock(room: Room) -> None:
    async def many() -> list[SignedIn | Wrong]:
        tries = (room.identity.check(ODS, "priya", "wrong") for _ in range(12))
        return list(await asyncio.gather(*tries))

    found = finish(many())
    assert sum(1 for each in found if locked_min(room, each) == 0) == 4
    assert sum(1 for each in found if locked_min(room, each) == 1) == 8


def test_others_are_not_locked_with_them(room: Room) -> None:
    for _ in range(5):
        check(room, "wrong")
    assert isinstance(check(room, PASSWORD, "prem"), SignedIn)


def test_a_lock_from_before_the_clock_was_set_back_does_not_hold(room: Room) -> None:
    room.clock.move(days=3)
    for _ in range(5):
        check(room, "wrong")
    room.clock.move(days=-3)
    assert isinstance(check(room, PASSWORD), SignedIn)


@given(st.integers(min_value=0, max_value=10**6))
def test_a_lock_never_shrinks_and_never_exceeds_fifteen_minutes(failures: int) -> None:
    assert lock_for(failures) <= lock_for(failures + 1) <= timedelta(minutes=LONGEST_LOCK_MIN)


def test_a_flood_is_turned_away_before_it_is_worked_on(passwords: Passwords) -> None:
    async def flood() -> list[bool | BaseException]:
        tries = (passwords.matches(None, "x") for _ in range(5))
        return list(await asyncio.gather(*tries, return_exceptions=True))

    found = finish(flood())
    assert sum(isinstance(each, TooBusy) for each in found) == 2
    assert found.count(False) == 3
    assert finish(passwords.matches(passwords.hash("one more now"), "one more now"))


# Accounts


def test_an_account_without_a_password_takes_none(room: Room) -> None:
    room.identity.add_account(ODS, "robot", None, Role.RECEPTIONIST, "Practitioner/r", "Robot")
    for password in ("", "None", PASSWORD):
        assert isinstance(check(room, password, "robot"), Wrong)


def test_a_disabled_account_takes_no_password(room: Room) -> None:
    room.identity.disable(ODS, "priya")
    assert isinstance(check(room, PASSWORD), Wrong)
    assert [each.disabled for each in room.identity.staff(ODS)] == [False, True]


@pytest.mark.parametrize("user", ["", "a b", "-x", "é", "x" * 65, "priya"])
def test_a_name_that_is_unfit_or_taken_is_refused(room: Room, user: str) -> None:
    with pytest.raises(Trouble, match="user name"):
        room.identity.add_account(ODS, user, None, Role.CLINICIAN, "Practitioner/c", "C")


def test_a_password_is_neither_too_short_nor_too_long(room: Room) -> None:
    for password in ("nine-char", "x" * 257):
        with pytest.raises(Trouble, match="10 to 256"):
            room.identity.add_account(ODS, "new", password, Role.CLINICIAN, "Practitioner/c", "C")


def test_only_patients_have_a_patient(room: Room) -> None:
    with pytest.raises(Trouble, match="patient"):
        room.identity.add_account(ODS, "x", None, Role.PATIENT, "Patient/p", "X")
    with pytest.raises(Trouble, match="patient"):
        room.identity.add_account(ODS, "x", None, Role.CLINICIAN, "Practitioner/p", "X", "p")


def test_a_thousand_accounts_at_once_or_none(room: Room) -> None:
    many = [Account(f"p{n}", Role.PATIENT, f"Patient/{n}", f"P {n}", str(n)) for n in range(1000)]
    room.identity.add_accounts(ODS, [(each, None) for each in many])
    token = room.identity.issue(ODS, "p999", "reception-patient", ["patient/Slot.rs"])
    assert finish(room.caller_of(token)).patient == "999"
    more = [Account("q1", Role.PATIENT, "Patient/q", "Q", "q"), many[5]]
    with pytest.raises(Trouble):
        room.identity.add_accounts(ODS, [(each, None) for each in more])
    with pytest.raises(Trouble):
        room.identity.issue(ODS, "q1", "reception-patient")


def test_a_staff_account_needs_a_practitioner_that_exists(room: Room) -> None:
    for reference in ("Practitioner/none", "Patient/p1", "nonsense"):
        with pytest.raises(Trouble, match="There is no"):
            room.identity.add_staff(ODS, "jo", PASSWORD, Role.CLINICIAN, "Jo Hart", reference)
    made = room.identity.add_staff(ODS, "jo", PASSWORD, Role.CLINICIAN, "Jo Ann Hart", None)
    found = room.store.read_now(ODS, lambda unit: unit.get(*made.reference.split("/")))
    assert found is not None
    assert found.tree()["name"] == [
        {"text": "Jo Ann Hart", "family": "Hart", "given": ["Jo", "Ann"]}
    ]


def test_an_invented_password_is_long_and_never_the_same() -> None:
    assert len({invented() for _ in range(50)}) == 50
    assert all(len(invented()) == 19 for _ in range(5))


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=30))
def test_a_password_matches_itself_only(passwords: Passwords, password: str) -> None:
    kept = passwords.hash(password)
    assert finish(passwords.matches(kept, password))
    assert not finish(passwords.matches(kept, password + "x"))
    assert not finish(passwords.matches(None, password))


# Lifetimes


def test_an_issued_token_carries_the_whole_caller(room: Room) -> None:
    token = room.identity.issue(ODS, "Prem", "reception-desktop", ["user/MedicationRequest.crs"])
    caller = finish(room.caller_of(token))
    assert caller.user == "prem"
    assert caller.role is Role.PRESCRIBER
    assert caller.reference == "Practitioner/b"
    assert caller.display == "Prem Das"
    assert caller.client_id == "reception-desktop"
    assert caller.scopes == {"user/MedicationRequest.crs"}
    assert caller.patient is None


def test_a_token_is_good_for_fifteen_minutes(room: Room) -> None:
    token = room.identity.issue(ODS, "priya", "reception-desktop")
    room.clock.move(seconds=899)
    assert finish(room.caller_of(token)).user == "priya"
    room.clock.move(seconds=1)
    with pytest.raises(Refusal) as refused:
        finish(room.caller_of(token))
    assert refused.value.status == 401
    assert "invalid_token" in refused.value.headers["WWW-Authenticate"]


def test_a_token_opens_no_other_practice(room: Room) -> None:
    token = room.identity.issue(ODS, "priya", "reception-desktop")
    with pytest.raises(Refusal):
        finish(room.identity.caller("B11111", f"Bearer {token}"))


@pytest.mark.parametrize(
    ("user", "client"), [("priya", "reception-patient"), ("priya", "x"), ("x", "reception-desktop")]
)
def test_a_token_is_issued_only_to_who_may_use_the_client(
    room: Room, user: str, client: str
) -> None:
    with pytest.raises(Trouble):
        room.identity.issue(ODS, user, client)


def code_for(room: Room, oauth: OAuth, sign_in: SignIn) -> str:
    query = urlencode(sign_in.query())
    location = finish(
        room.identity.accept(
            ODS,
            query,
            oauth.asked(query),
            Account("priya", Role.RECEPTIONIST, "Practitioner/a", "Priya Shah"),
        )
    )
    return parse_qs(urlsplit(location).query)["code"][0]


def redeemed(room: Room, sign_in: SignIn, code: str) -> dict[str, str]:
    answer: dict[str, str] = json.loads(redeem(room, sign_in, code).body)
    return answer


def redeem(room: Room, sign_in: SignIn, code: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": sign_in.redirect_uri,
        "client_id": sign_in.client_id,
        "code_verifier": sign_in.verifier,
    }
    return finish(room.identity.token(ODS, urlencode(form)))


@pytest.mark.parametrize(("after_s", "status"), [(59, 200), (60, 400)])
def test_a_code_is_good_for_a_minute(room: Room, after_s: int, status: int) -> None:
    oauth = room.identity.oauth(ODS)
    with httpx2.Client() as unused:
        sign_in = SignIn(unused, oauth.base)
        code = code_for(room, oauth, sign_in)
        room.clock.move(seconds=after_s)
        assert redeem(room, sign_in, code).status == status


# What ends a token


def test_disabling_an_account_ends_its_tokens_at_once(room: Room) -> None:
    token = room.identity.issue(ODS, "priya", "reception-desktop")
    other = room.identity.issue(ODS, "prem", "reception-desktop")

    async def story() -> None:
        assert (await room.caller_of(token)).user == "priya"
        await asyncio.to_thread(room.identity.disable, ODS, "priya")
        with pytest.raises(Refusal):
            await room.caller_of(token)
        assert (await room.caller_of(other)).user == "prem"

    finish(story())
    with pytest.raises(Trouble):
        room.identity.issue(ODS, "priya", "reception-desktop")


def test_a_session_outlives_its_tokens_and_ends_with_its_sign_in(room: Room) -> None:
    oauth = room.identity.oauth(ODS)
    with httpx2.Client() as unused:
        sign_in = SignIn(unused, oauth.base)
        given = redeemed(room, sign_in, code_for(room, oauth, sign_in))
    session = finish(room.caller_of(given["access_token"])).session
    room.clock.move(days=29)
    assert finish(room.identity.lasts(ODS, session))
    room.clock.move(days=1)
    assert not finish(room.identity.lasts(ODS, session))
    token = room.identity.issue(ODS, "priya", "reception-desktop")
    session = finish(room.caller_of(token)).session
    assert finish(room.identity.lasts(ODS, session))
    room.identity.disable(ODS, "priya")
    assert not finish(room.identity.lasts(ODS, session))
    assert not finish(room.identity.lasts(ODS, "never-was"))


def test_what_another_process_disables_is_noticed(room: Room) -> None:
    token = room.identity.issue(ODS, "priya", "reception-desktop")
    elsewhere = room.open_another()

    async def story() -> None:
        noticed = asyncio.Event()
        room.identity.on_ended(lambda ods: noticed.set())
        await room.identity.start()
        try:
            assert (await room.caller_of(token)).user == "priya"
            await asyncio.to_thread(elsewhere.disable, ODS, "priya")
            async with asyncio.timeout(30):
                await noticed.wait()
            with pytest.raises(Refusal):
                await room.caller_of(token)
        finally:
            await room.identity.stop()

    finish(story())


def test_a_known_token_is_not_looked_up_again(room: Room) -> None:
    """A call with a token seen before reads nothing: it is answered with the store closed."""
    token = room.identity.issue(ODS, "priya", "reception-desktop")

    async def story() -> None:
        await room.caller_of(token)
        room.store.close()
        assert (await room.caller_of(token)).user == "priya"

    finish(story())


def test_a_refused_token_request_forgets_nobody(room: Room) -> None:
    """Nonsense at the token endpoint must not make the service forget whom it knows."""
    token = room.identity.issue(ODS, "priya", "reception-desktop")

    async def story() -> None:
        await room.caller_of(token)
        form = "grant_type=refresh_token&refresh_token=x&client_id=reception-desktop"
        assert (await room.identity.token(ODS, form)).status == 400
        room.store.close()
        assert (await room.caller_of(token)).user == "priya"

    finish(story())


def test_disabling_nobody_says_so(room: Room) -> None:
    with pytest.raises(Trouble, match="no account named sam"):
        room.identity.disable(ODS, "sam")


def test_what_has_expired_is_dropped_a_day_later(room: Room) -> None:
    token = room.identity.issue(ODS, "priya", "reception-desktop")
    room.clock.move(hours=24)

    def tidy() -> list[str | None]:
        def work(unit: object) -> str | None:
            grants.tidy(unit, room.clock.wall_ms())  # type: ignore[arg-type]
            return grants.grant_of(unit, token, "reception-desktop")  # type: ignore[arg-type]

        return [room.store.write_now(ODS, work)]

    assert tidy() != [None]
    room.clock.move(hours=1)
    assert tidy() == [None]
