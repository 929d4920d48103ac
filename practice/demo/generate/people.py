"""The patients: households of an English town, their names, ages, numbers and needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from random import Random

from contract.nhs_number import check_digit
from practice.demo.generate.chance import Weighted, stream
from practice.demo.generate.names import COMMUNITIES, Community, alike, given_names
from practice.demo.generate.places import CARE_HOME, Address, Town


@dataclass(slots=True, eq=False)
class Person:
    """One patient as the generator knows them; everything else follows from this."""

    id: str
    nhs_number: str
    given: list[str]
    family: str
    female: bool
    born: date
    age: int
    address: Address
    community: Community
    landline: str | None
    mobile: str | None = None
    email: str | None = None
    gp: str = ""
    deceased: date | None = None
    active: bool = True
    online: bool = False
    needs_interpreter: bool = False
    quiet_call: bool = False
    access_need: str | None = None
    contact_by: str | None = None
    verified: bool = True
    parents: list["Person"] = field(default_factory=list)
    carer: "Person | None" = None
    problems: list[str] = field(default_factory=list)
    """Keys of long-term conditions."""

    @property
    def display(self) -> str:
        """As the board shows a patient: `SMITH, Jane`."""
        return f"{self.family.upper()}, {self.given[0]}"

    @property
    def reference(self) -> str:
        """The FHIR reference."""
        return f"Patient/{self.id}"

    @property
    def here(self) -> bool:
        """Whether the practice still looks after this person."""
        return self.active and self.deceased is None


_ACCESS_NEEDS: Weighted[str] = Weighted(
    {
        "Uses a wheelchair: ground-floor room": 30,
        "Hard of hearing: fetch from the waiting room, do not call": 25,
        "Low vision: large print, meet at the door": 14,
        "Learning disability: double appointment, carer comes along": 12,
        "Autistic: quiet place to wait": 10,
        "Lives with dementia: phone the carer as well": 9,
    }
)
_CONTACT: Weighted[str | None] = Weighted(
    [(None, 70), ("sms", 16), ("phone", 8), ("letter", 3), ("email", 3)]
)


class _Makers:
    """Makes households until there are enough patients."""

    def __init__(self, rng: Random, town: Town, numbers: list[str], today: date) -> None:
        self._rng, self._town, self._today = rng, town, today
        self._numbers = numbers
        self.people: list[Person] = []
        self._landlines = rng.sample(range(1000), 1000)

    def _landline(self) -> str | None:
        rng = self._rng
        return f"01632960{rng.choice(self._landlines):03d}" if rng.random() < 0.45 else None

    def _born(self, age: float) -> date:
        return self._today - timedelta(days=int(age * 365.25) + self._rng.randint(0, 364) + 1)

    def person(
        self,
        *,
        age: float,
        female: bool,
        family: str,
        address: Address,
        community: Community,
        landline: str | None,
        born: date | None = None,
    ) -> Person:
        rng = self._rng
        born = born or self._born(max(0.0, age))
        years = age_on(born, self._today)
        index = len(self.people)
        if community.family[0] == "Singh":
            family = "Kaur" if female and rng.random() < 0.5 else family
        one = Person(
            id=f"p{index + 1:05d}",
            nhs_number=self._numbers[index],
            given=given_names(rng, community, female=female, age=years),
            family=family,
            female=female,
            born=born,
            age=years,
            address=address,
            community=community,
            landline=landline,
        )
        self.people.append(one)
        return one

    def _home(self) -> tuple[Community, str, Address, str | None]:
        community = COMMUNITIES.draw(self._rng)
        return community, self._rng.choice(community.family), self._town.address(), self._landline()

    def single(self, low: int, high: int) -> None:
        rng = self._rng
        community, family, address, landline = self._home()
        female = rng.random() < (0.66 if low >= 65 else 0.44)
        self.person(
            age=rng.uniform(low, high),
            female=female,
            family=family,
            address=address,
            community=community,
            landline=landline,
        )

    def couple(self, low: int, high: int) -> tuple[Person, Person]:
        rng = self._rng
        community, family, address, landline = self._home()
        age = rng.uniform(low, high)
        pair: list[Person] = []
        same_sex = rng.random() < 0.02
        shared = rng.random() < 0.68
        for female in (True, same_sex):
            own = family if shared or not pair else rng.choice(community.family)
            pair.append(
                self.person(
                    age=age if not pair else max(19, age + rng.gauss(1.5, 3.5)),
                    female=female,
                    family=own,
                    address=address,
                    community=community,
                    landline=landline,
                )
            )
        return pair[0], pair[1]

    def family(self) -> None:
        rng = self._rng
        mother, father = self.couple(25, 50)
        self._children([mother, father], father.family)
        if rng.random() < mother.community.three_generations:
            for female in (True, False):
                self.person(
                    age=mother.age + rng.uniform(22, 32),
                    female=female,
                    family=father.family,
                    address=mother.address,
                    community=mother.community,
                    landline=mother.landline,
                )

    def lone_parent(self) -> None:
        self.single(21, 50)
        parent = self.people[-1]
        self._children([parent], parent.family)

    def _children(self, parents: list[Person], family: str) -> None:
        rng = self._rng
        number = rng.choices((1, 2, 3, 4), (40, 42, 13, 5))[0]
        age = min(26.0, max(0.1, parents[0].age - rng.gauss(28.5, 4.5)))
        ages: list[float] = []
        while len(ages) < number and age > 0:
            ages.append(age)
            age -= rng.uniform(1.3, 4.2) if rng.random() > 0.03 else 0.0
        last: Person | None = None
        for age in ages:
            if age > 19 and rng.random() < 0.45:
                continue  # has left home
            twin = (
                last if last is not None and ages.count(age) > 1 and last.age == int(age) else None
            )
            last = self.person(
                age=age,
                female=rng.random() < 0.487,
                family=family,
                address=parents[0].address,
                community=parents[0].community,
                landline=parents[0].landline,
                born=twin.born if twin else None,
            )
            last.parents = parents
            heir = len(parents) == 2 and not last.female and rng.random() < 0.012
            if heir:  # Jr and Sr under one roof: the same name, only the birth date tells
                last.given = list(parents[1].given)

    def sharers(self) -> None:
        rng = self._rng
        address, landline = self._town.address(), None
        for _ in range(rng.randint(2, 4)):
            community = COMMUNITIES.draw(rng)
            self.person(
                age=rng.uniform(19, 33),
                female=rng.random() < 0.48,
                family=rng.choice(community.family),
                address=address,
                community=community,
                landline=landline,
            )

    def care_home(self, residents: int) -> None:
        rng = self._rng
        for _ in range(residents):
            community = COMMUNITIES.draw(rng)
            resident = self.person(
                age=rng.uniform(76, 99),
                female=rng.random() < 0.7,
                family=rng.choice(community.family),
                address=CARE_HOME,
                community=community,
                landline="01632960999",
            )
            resident.contact_by = "phone"

    def near_twin(self) -> None:
        """Somebody unrelated who shares surname and birth date with a patient already here."""
        rng = self._rng
        other = rng.choice(self.people)
        twin = self.person(
            age=other.age,
            female=other.female,
            family=other.family,
            address=self._town.address(),
            community=other.community,
            landline=self._landline(),
            born=other.born,
        )
        twin.family = other.family
        twin.given = [alike(rng, other.given[0], female=other.female)]


def age_on(born: date, day: date) -> int:
    """Whole years from *born* to *day*."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


_NUMBERS_SAFE = 900_000


def nhs_numbers(rng: Random, number: int) -> list[str]:
    """*number* different valid NHS numbers of the 999 range.

    Raises:
        ValueError: more are wanted than the range holds.
    """
    if number > _NUMBERS_SAFE:
        raise ValueError(f"the 999 range holds about {_NUMBERS_SAFE:,} NHS numbers")
    drawn = rng.sample(range(1_000_000), min(1_000_000, number + number // 5 + 20))
    checked = ((f"999{serial:06d}", check_digit(f"999{serial:06d}")) for serial in drawn)
    valid = (f"{first}{check}" for first, check in checked if check is not None)
    return list(islice(valid, number))


def invent_people(seed: int, number: int, today: date) -> list[Person]:
    """*number* patients as they are on *today*, in the order of their ids."""
    rng = stream(seed, "people", number)
    makers = _Makers(rng, Town(rng), nhs_numbers(rng, number + 40), today)
    if number >= 1000:
        makers.care_home(round(number * 0.004))
    households: Weighted[Callable[[], object]] = Weighted(
        [
            (lambda: makers.single(19, 45), 17),
            (lambda: makers.single(46, 64), 11),
            (lambda: makers.single(65, 95), 13),
            (lambda: makers.couple(20, 44), 13),
            (lambda: makers.couple(45, 66), 16),
            (lambda: makers.couple(62, 90), 13),
            (makers.family, 27),
            (makers.lone_parent, 9),
            (makers.sharers, 3),
        ]
    )
    twins = max(1, number // 330)
    while len(makers.people) < max(1, number - twins):
        households.draw(rng)()
    while len(makers.people) < number:
        makers.near_twin()
    people = makers.people[:number]
    kept = {id(one) for one in people}
    for one in people:
        one.parents = [parent for parent in one.parents if id(parent) in kept]
        _particulars(rng, one, today)
    _carers(rng, people)
    return people


_ONLINE_SHARE = ((16, 0.0), (25, 0.4), (35, 0.52), (50, 0.5), (65, 0.47), (75, 0.4), (85, 0.25))


def _online_chance(one: Person) -> float:
    """Women aged 25 to 34 most, the oldest least; 35 % of the list in all."""
    for below, share in _ONLINE_SHARE:
        if one.age < below:
            return share * (1.12 if one.female else 0.88)
    return 0.08


def _particulars(rng: Random, one: Person, today: date) -> None:
    if one.age >= 13 and rng.random() < (0.97 if one.age < 70 else 0.6):
        one.mobile = f"07700900{rng.randrange(1000):03d}"
    if one.age >= 16 and rng.random() < (0.75 if one.age < 70 else 0.35):
        local = f"{one.given[0]}.{one.family}".lower().replace("'", "").replace(" ", "")
        one.email = f"{local}{int(one.id[1:])}@example.org"
    one.online = rng.random() < _online_chance(one)
    one.needs_interpreter = one.community.language is not None and rng.random() < (
        0.22 if one.age > 60 else 0.07
    )
    one.quiet_call = rng.random() < 0.012
    one.access_need = _ACCESS_NEEDS.draw(rng) if rng.random() < _need_chance(one.age) else None
    one.contact_by = one.contact_by or _CONTACT.draw(rng)
    one.verified = rng.random() > 0.01
    if one.age >= 60 and rng.random() < 0.018:
        one.deceased = today - timedelta(days=rng.randint(3, 400))
        one.online = False
    elif rng.random() < 0.009:
        one.active = one.online = False  # has moved away


def _need_chance(age: int) -> float:
    return 0.012 if age < 60 else 0.04 if age < 80 else 0.12


def _carers(rng: Random, people: list[Person]) -> None:
    """A grown-up at the same address, or nobody we know, looks after some of the old and ill."""
    by_home: dict[tuple[str, ...], list[Person]] = {}
    for one in people:
        by_home.setdefault((*one.address.lines, one.address.postcode), []).append(one)
    adults = [one for one in people if 35 <= one.age < 70 and one.here]
    for one in people:
        if one.age < 78 or not one.here or rng.random() > 0.22:
            continue
        home = by_home[*one.address.lines, one.address.postcode]
        same = [other for other in home if other is not one and 30 <= other.age < 78 and other.here]
        if same:
            one.carer = same[0]
        elif adults:
            relatives = rng.sample(adults, min(40, len(adults)))
            one.carer = next((a for a in relatives if a.family == one.family), relatives[0])
