"""Nothing that a patient wrote, and no practice's rules, outlive the one who was signed in."""

import asyncio

from contract.red_flag_rules import parse_rules
from reception.desk.red_flag_reader import Person, Reader
from reception.desk.red_flags import RedFlags
from reception.records import Request
from tests.reception.conftest import Finish

RULES = '[[family]]\nid = "a"\ntitle = "A"\nraise = "stat"\nphrases = ["{0}"]\n'


def request(number: int, words: str) -> Request:
    return Request.from_tree(
        {
            "resourceType": "Task",
            "id": f"t{number}",
            "meta": {"versionId": "1", "lastUpdated": "2026-11-23T08:00:00Z"},
            "status": "requested",
            "description": words,
            "for": {"reference": "Patient/p"},
        }
    )


def test_what_was_told_is_forgotten_with_the_practices_own_rules() -> None:
    flags = RedFlags(RULES.format("zebra"))
    one = request(1, "nothing here")
    flags.tell(one.id, "bitten by a zebra")
    flags.meet("p", Person(70, "female"))
    flags.use(Reader(parse_rules(RULES.format("zebra* & bitten"))))
    assert flags.raised_for(one) == "stat"
    flags.forget()
    assert flags.found_for(one) == []
    assert flags.person_of(one) == Person()
    assert [f.family for f in flags.found_in("a zebra")] == ["a"]


def test_thousands_of_texts_are_read_in_slices_and_other_rules_come_in_force_at_the_end(
    finish: Finish,
) -> None:
    flags = RedFlags(RULES.format("lion"))
    requests = [request(n, f"no{n} saw a zebra and a cat") for n in range(3_000)]
    seen: list[bool] = []

    async def others() -> None:
        """Whatever else the window has to do goes on meanwhile, by the rules still in force."""
        while not seen or not seen[-1]:
            seen.append(bool(flags.found_in("a zebra")))
            await asyncio.sleep(0)

    async def both() -> None:
        fresh = Reader(parse_rules(RULES.format("zebra")))
        await asyncio.gather(flags.read(requests, fresh), others())

    finish(both())
    assert len(seen) > 3
    assert not seen[0]
    assert all(flags.raised_for(one) == "stat" for one in requests)
