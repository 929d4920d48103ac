"""The practice and those who work in it: sites, people, roles and teams."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contract import systems
from contract.codes import Role
from practice.demo.generate.chance import stream
from practice.demo.generate.names import COMMUNITIES, given_names

Tree = dict[str, Any]

ODS = "A99999"
PRACTICE_NAME = "Otterbrook Surgery"
ORGANIZATION = "otterbrook"
POOL = f"Organization/{ORGANIZATION}"
_PLACE_KIND = "http://terminology.hl7.org/CodeSystem/location-physical-type"
_JOBS = {
    "gp": ("62247001", "General practitioner"),
    "registrar": ("1326901000000109", "GP registrar"),
    "anp": ("700446005", "Advanced nurse practitioner"),
    "nurse": ("106292003", "Practice nurse"),
    "hca": ("394572006", "Healthcare assistant"),
    "pharmacist": ("734293001", "Clinical pharmacist"),
    "physio": ("36682004", "First contact physiotherapist"),
    "reception": ("159561009", "Receptionist"),
    "manager": ("308050009", "Practice manager"),
}


@dataclass(frozen=True, slots=True)
class Site:
    """A building of the practice."""

    id: str
    name: str
    ods: str
    line: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here."""

    id: str
    title: str
    given: str
    family: str
    job: str
    female: bool
    role: Role
    team: str

    @property
    def display(self) -> str:
        """`Dr N Grant` for doctors, `Grace Adeyemi` for others."""
        if self.title == "Dr":
            return f"Dr {self.given[0]} {self.family}"
        return f"{self.given} {self.family}"

    @property
    def user(self) -> str:
        """The account name, `priya.shah`."""
        return f"{self.given}.{self.family}".lower().replace("'", "").replace(" ", "")

    @property
    def reference(self) -> str:
        """The FHIR reference."""
        return f"Practitioner/{self.id}"

    @property
    def job_title(self) -> str:
        """What the job is called."""
        return _JOBS[self.job][1]


SITES = (
    Site("loc-main", "Otterbrook Surgery", "A99999001", "1 Weir Lane", "QX1 4TB"),
    Site("loc-branch", "Saltmarsh Branch", "A99999002", "60 Saltmarsh Road", "QX3 8SB"),
    Site("loc-north", "Upper Ashcombe Branch", "A99999003", "9 Chapel Street", "QX4 2UA"),
)

_P, _C, _R, _M = Role.PRESCRIBER, Role.CLINICIAN, Role.RECEPTIONIST, Role.MANAGER
_CLINICIANS = (
    Member("gp-grant", "Dr", "Neil", "Grant", "gp", False, _P, "prescribers"),
    Member("gp-mistry", "Dr", "Sanjay", "Mistry", "gp", False, _P, "prescribers"),
    Member("nurse-adeyemi", "Sister", "Grace", "Adeyemi", "nurse", True, _C, "nurses"),
    Member("anp-donnelly", "", "Kate", "Donnelly", "anp", True, _P, "prescribers"),
    Member("gp-osei", "Dr", "Amara", "Osei", "gp", True, _P, "prescribers"),
    Member("hca-cole", "", "Danny", "Cole", "hca", False, _C, "nurses"),
    Member("gp-llewellyn", "Dr", "Ruth", "Llewellyn", "gp", True, _P, "prescribers"),
    Member("pharm-aziz", "", "Farah", "Aziz", "pharmacist", True, _P, "pharmacy"),
    Member("reg-fenwick", "Dr", "Chloe", "Fenwick", "registrar", True, _P, "prescribers"),
    Member("gp-patel", "Dr", "Vikram", "Patel", "gp", False, _P, "prescribers"),
    Member("nurse-pike", "", "Lorna", "Pike", "nurse", True, _C, "nurses"),
    Member("physio-thackray", "", "Ben", "Thackray", "physio", False, _C, "nurses"),
)
"""In the order in which a growing practice would need them: duty is Dr Mistry."""

DESK = (
    Member("desk-shah", "", "Priya", "Shah", "reception", True, _R, "reception"),
    Member("desk-whitlock", "", "Sam", "Whitlock", "reception", False, _R, "reception"),
    Member("desk-tully", "", "Maureen", "Tully", "reception", True, _R, "reception"),
    Member("desk-okafor", "", "Jade", "Okafor", "reception", True, _R, "reception"),
    Member("desk-nowak", "", "Tomasz", "Nowak", "reception", False, _R, "reception"),
    Member("desk-beddoes", "", "Carol", "Beddoes", "reception", True, _R, "reception"),
    Member("manager-marsh", "", "Helen", "Marsh", "manager", True, _M, "reception"),
    Member("manager-qureshi", "", "Imran", "Qureshi", "manager", False, _M, "reception"),
)
TEAMS = {
    "reception": "Reception team",
    "pharmacy": "Pharmacy team",
    "duty": "Duty doctor",
    "nurses": "Nursing team",
    "prescribers": "Prescribers",
}
DUTY = "gp-mistry"


def team_reference(team: str) -> str:
    """The CareTeam called *team*."""
    return f"CareTeam/team-{team}"


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody who works at this practice, and where."""

    clinicians: tuple[Member, ...]
    desk: tuple[Member, ...]
    sites: tuple[Site, ...]

    @property
    def everybody(self) -> tuple[Member, ...]:
        """Clinicians first."""
        return self.clinicians + self.desk

    def site_of(self, column: int) -> Site:
        """Where the clinician of that column works."""
        return self.sites[column % len(self.sites) if column % 5 == 4 else 0]

    @property
    def usual_gps(self) -> list[Member]:
        """Those whom a patient may have as usual doctor."""
        return [one for one in self.clinicians if one.job == "gp" and one.id != DUTY]


def room_of(site_id: str, member: Member) -> str:
    """Id of the Location that is *member*'s consulting room."""
    return f"{site_id}-room-{member.id}"


def columns_for(patients: int) -> int:
    """How many clinicians a list of this size has on the board: 12 for 10,000, 34 for 30,000."""
    return max(4, round(12 * patients / 10_000) if patients <= 10_000 else round(patients / 882))


def appoint(seed: int, patients: int) -> Staff:
    """The staff of a practice with so many *patients*."""
    wanted = columns_for(patients)
    clinicians = list(_CLINICIANS[:wanted])
    rng = stream(seed, "staff")
    while len(clinicians) < wanted:
        like = _CLINICIANS[len(clinicians) % len(_CLINICIANS)]
        community = COMMUNITIES.draw(rng)
        family, female = rng.choice(community.family), rng.random() < 0.55
        given = given_names(rng, community, female=female, age=40)[0]
        name = f"{like.job}-{family}-{len(clinicians)}".lower().replace("'", "")
        clinicians.append(
            Member(name, like.title, given, family, like.job, female, like.role, like.team)
        )
    return Staff(tuple(clinicians), DESK, SITES[: 2 if patients <= 15_000 else 3])


def trees(staff: Staff) -> Iterator[Tree]:
    """Organization, Location, HealthcareService, Practitioner, PractitionerRole, CareTeam."""
    yield {
        "resourceType": "Organization",
        "id": ORGANIZATION,
        "identifier": [{"system": systems.ODS_ORGANIZATION, "value": ODS}],
        "active": True,
        "name": PRACTICE_NAME,
        "telecom": [
            {"system": "phone", "value": "01632960100", "use": "work"},
            {"system": "email", "value": "reception@otterbrook.example", "use": "work"},
        ],
        "address": [_site_address(staff.sites[0])],
    }
    for site in staff.sites:
        yield {
            "resourceType": "Location",
            "id": site.id,
            "identifier": [{"system": systems.ODS_SITE, "value": site.ods}],
            "status": "active",
            "name": site.name,
            "mode": "instance",
            "address": _site_address(site),
            "managingOrganization": {"reference": POOL, "display": PRACTICE_NAME},
        }
    for column, member in enumerate(staff.clinicians):
        site = staff.site_of(column)
        yield {
            "resourceType": "Location",
            "id": room_of(site.id, member),
            "status": "active",
            "name": f"Room {column + 1}",
            "mode": "instance",
            "physicalType": {"coding": [{"system": _PLACE_KIND, "code": "ro", "display": "Room"}]},
            "partOf": {"reference": f"Location/{site.id}", "display": site.name},
            "managingOrganization": {"reference": POOL, "display": PRACTICE_NAME},
        }
    for key, name in (
        ("general", "General practice"),
        ("nursing", "Practice nursing"),
        ("medicines", "Repeat prescriptions and medicines"),
        ("physio", "First contact physiotherapy"),
    ):
        yield {
            "resourceType": "HealthcareService",
            "id": f"service-{key}",
            "active": True,
            "providedBy": {"reference": POOL, "display": PRACTICE_NAME},
            "name": name,
            "location": [{"reference": f"Location/{staff.sites[0].id}"}],
        }
    for number, member in enumerate(staff.everybody):
        yield _practitioner(member, number)
        yield _practitioner_role(member, number, staff)
    for team, name in TEAMS.items():
        yield _team(staff, team, name)


def _site_address(site: Site) -> Tree:
    return {"line": [site.line], "city": "Otterbrook", "postalCode": site.postcode, "country": "GB"}


def _practitioner(member: Member, number: int) -> Tree:
    name: Tree = {"use": "official", "family": member.family, "given": [member.given]}
    if member.title:
        name["prefix"] = [member.title]
    return {
        "resourceType": "Practitioner",
        "id": member.id,
        "identifier": [{"system": systems.SDS_USER, "value": f"9990{number + 1:08d}"}],
        "active": True,
        "name": [name],
        "gender": "female" if member.female else "male",
    }


def _practitioner_role(member: Member, number: int, staff: Staff) -> Tree:
    code, display = _JOBS[member.job]
    return {
        "resourceType": "PractitionerRole",
        "id": f"role-{member.id}",
        "identifier": [{"system": systems.SDS_ROLE_PROFILE, "value": f"9991{number + 1:08d}"}],
        "active": True,
        "practitioner": {"reference": member.reference, "display": member.display},
        "organization": {"reference": POOL, "display": PRACTICE_NAME},
        "code": [
            {
                "coding": [{"system": systems.SNOMED, "code": code, "display": display}],
                "text": display,
            }
        ],
        "location": [{"reference": f"Location/{staff.sites[0].id}"}],
    }


def _team(staff: Staff, team: str, name: str) -> Tree:
    members = [
        one for one in staff.everybody if one.team == team or (team == "duty" and one.id == DUTY)
    ]
    tree: Tree = {
        "resourceType": "CareTeam",
        "id": f"team-{team}",
        "status": "active",
        "name": name,
        "managingOrganization": [{"reference": POOL, "display": PRACTICE_NAME}],
    }
    if members:
        tree["participant"] = [
            {"member": {"reference": one.reference, "display": one.display}} for one in members
        ]
    return tree
