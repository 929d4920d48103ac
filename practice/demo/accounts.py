"""The accounts of the invented practice. Their passwords are public: nothing here is real."""

from collections.abc import Iterator

from contract.codes import OnlineService, Role
from practice.demo.generate.chance import stream
from practice.demo.generate.clinicians import Member
from practice.demo.generate.people import Person
from practice.demo.generate.practice import Practice
from practice.demo.profile import DemoAccount
from practice.identity import Account

PASSWORDS = {
    Role.RECEPTIONIST: "reception-08",
    Role.CLINICIAN: "clinician-08",
    Role.PRESCRIBER: "prescriber-08",
    Role.MANAGER: "manager-0800",
    Role.PATIENT: "patient-0800",
}
_SHOWN_PATIENTS = 5


def staff_accounts(practice: Practice) -> list[DemoAccount]:
    """One for everybody who works here; reception first."""
    taken: set[str] = set()
    made = []
    for member in (*practice.staff.desk, *practice.staff.clinicians):
        user = _free(member.user, member, taken)
        made.append(
            DemoAccount(user, PASSWORDS[member.role], member.role, member.reference, member.display)
        )
    return made


def _free(user: str, member: Member, taken: set[str]) -> str:
    name = user if user not in taken else member.id
    taken.add(name)
    return name


def shown_patients(practice: Practice) -> list[tuple[DemoAccount, Person]]:
    """Five patients who can sign in with a password, with everything switched on that can be."""
    fitting = [
        one
        for one in practice.people
        if 20 <= one.age <= 78
        and one.here
        and set(practice.services.get(one.id, ())) == set(OnlineService)
    ]
    if len(fitting) < _SHOWN_PATIENTS:  # a very small practice
        fitting = [one for one in practice.people if one.online]
    rich = [one for one in fitting if practice.plans[one.id]]
    rich = rich if len(rich) >= _SHOWN_PATIENTS else fitting
    rng = stream(practice.seed, "shown patients")
    chosen = rng.sample(rich, min(_SHOWN_PATIENTS, len(rich)))
    return [(_shown(one), one) for one in chosen]


def _shown(one: Person) -> DemoAccount:
    letters = f"{one.given[0]}.{one.family}".lower().replace("'", "").replace(" ", "")
    return DemoAccount(
        f"{letters}.{int(one.id[1:])}",
        PASSWORDS[Role.PATIENT],
        Role.PATIENT,
        one.reference,
        one.display,
    )


def user_of(one: Person) -> str:
    """The account name under which a patient acts in the demo's traffic."""
    return f"nhs.{one.nhs_number}"


def acting_accounts(practice: Practice) -> Iterator[Account]:
    """Every patient registered online, and every proxy; none of them has a password."""
    for one in practice.people:
        if one.online:
            yield Account(user_of(one), Role.PATIENT, one.reference, one.display, one.id)
    for proxy in practice.proxies:
        yield Account(
            proxy.relative,
            Role.PATIENT,
            f"RelatedPerson/{proxy.relative}",
            proxy.other.display,
            proxy.one.id,
        )
