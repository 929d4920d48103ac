"""Soft claims: seen elsewhere, taken over and said to both, handed back on leaving."""

import pytest

from contract.codes import RequestType
from reception.desk.notice import Notice
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask
from tests.reception.desks import Desks


def test_a_take_over_is_said_to_both_and_leaving_hands_back(
    desks: Desks, finish: Finish, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reception.desk.claims.LEAVE_S", 20.0)  # a busy machine, not a slow desk
    mine = finish(desks.open("receptionist", 0))
    theirs = finish(desks.open("receptionist", 1))
    lost: list[Notice] = []
    won: list[Notice] = []
    mine.told.connect(lost.append)
    theirs.told.connect(won.append)
    request_id = ask(desks.practice, "My letter, please", kind=RequestType.ADMIN)
    until(lambda: request_id in mine.requests and request_id in theirs.requests, 30)
    finish(mine.open_request(request_id))
    assert [r.id for r in mine.claims.mine()] == [request_id]
    until(lambda: bool(theirs.requests.get(request_id).viewer(theirs.time.now())), 30)
    finish(theirs.take_over(request_id))
    until(lambda: any("has taken over" in n.sentence for n in lost), 30)
    assert f"{theirs.me.display} has taken over" in lost[-1].sentence
    assert f"taken over from {mine.me.display}" in won[-1].sentence
    assert mine.claims.mine() == []
    finish(desks.shut(theirs))
    until(lambda: mine.requests.get(request_id).status == "requested", 30)
    assert not mine.requests.get(request_id).owner
