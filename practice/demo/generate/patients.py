"""The patients on the wire: Patient, RelatedPerson and Flag."""

from collections.abc import Iterator
from typing import Any

from contract import systems
from practice.demo.generate.people import Person

Tree = dict[str, Any]

_UK_CORE = "https://fhir.hl7.org.uk"
_NHS_STATUS = f"{_UK_CORE}/CodeSystem/UKCore-NHSNumberVerificationStatus"
_CONTACT_PREFERENCE = f"{_UK_CORE}/StructureDefinition/Extension-UKCore-ContactPreference"
_CONTACT_METHOD = f"{_UK_CORE}/CodeSystem/UKCore-PreferredContactMethod"
_INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_METHODS = {
    "letter": ("1", "Letter"),
    "phone": ("3", "Telephone"),
    "email": ("4", "E-mail"),
    "sms": ("6", "Text message"),
}
_ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def patient(one: Person, organization: str, gp_name: str) -> Tree:
    """The Patient of *one*."""
    tree: Tree = {
        "resourceType": "Patient",
        "id": one.id,
        "identifier": [
            {
                "extension": [
                    {
                        "url": systems.NHS_NUMBER_STATUS_EXTENSION,
                        "valueCodeableConcept": {
                            "coding": [
                                {"system": _NHS_STATUS, "code": "01" if one.verified else "02"}
                            ]
                        },
                    }
                ],
                "system": systems.NHS_NUMBER,
                "value": one.nhs_number,
            }
        ],
        "active": one.active,
        "name": [{"use": "official", "family": one.family, "given": one.given}],
        "gender": "female" if one.female else "male",
        "birthDate": one.born.isoformat(),
        "address": [one.address.tree()],
        "generalPractitioner": [{"reference": f"Practitioner/{one.gp}", "display": gp_name}],
        "managingOrganization": {"reference": f"Organization/{organization}"},
    }
    telecom = _telecom(one)
    if telecom:
        tree["telecom"] = telecom
    if one.deceased is not None:
        tree["deceasedDateTime"] = one.deceased.isoformat()
    _preferences(one, tree)
    return tree


def _telecom(one: Person) -> list[Tree]:
    points = []
    if one.mobile:
        points.append({"system": "phone", "value": one.mobile, "use": "mobile", "rank": 1})
    if one.landline:
        points.append({"system": "phone", "value": one.landline, "use": "home"})
    if one.email:
        points.append({"system": "email", "value": one.email})
    return points


def _preferences(one: Person, tree: Tree) -> None:
    extensions: list[Tree] = []
    if one.contact_by is not None:
        code, display = _METHODS[one.contact_by]
        extensions.append(
            {
                "url": _CONTACT_PREFERENCE,
                "extension": [
                    {
                        "url": "PreferredContactMethod",
                        "valueCodeableConcept": {
                            "coding": [
                                {"system": _CONTACT_METHOD, "code": code, "display": display}
                            ]
                        },
                    }
                ],
            }
        )
    language = one.community.language
    if one.needs_interpreter and language is not None:
        extensions.append({"url": _INTERPRETER, "valueBoolean": True})
        tree["communication"] = [
            {
                "language": {
                    "coding": [
                        {"system": "urn:ietf:bcp:47", "code": language[0], "display": language[1]}
                    ]
                },
                "preferred": True,
            }
        ]
    if extensions:
        tree["extension"] = extensions


def flags(one: Person) -> Iterator[Tree]:
    """What reception must know before calling *one* in."""
    if one.quiet_call:
        yield _flag(one, "quiet-call", "Call in quietly: do not say the name aloud")
    if one.access_need is not None:
        yield _flag(one, "access-need", one.access_need)


def _flag(one: Person, code: str, text: str) -> Tree:
    return {
        "resourceType": "Flag",
        "id": f"flag-{one.id}-{code}",
        "status": "active",
        "code": {"coding": [{"system": systems.RECEPTION_FLAG, "code": code}], "text": text},
        "subject": {"reference": one.reference, "display": one.display},
    }


def relatives(one: Person) -> Iterator[Tree]:
    """Those who may act for *one*: the parents of a child under 11, the carer of the old."""
    if one.age < 11:
        for parent in one.parents:
            code = ("MTH", "mother") if parent.female else ("FTH", "father")
            yield _relative(one, parent, code)
    if one.carer is not None:
        same_name = one.carer.family == one.family
        child = ("DAU", "daughter") if one.carer.female else ("SON", "son")
        yield _relative(one, one.carer, child if same_name else ("FRND", "friend and carer"))


def relative_id(one: Person, other: Person) -> str:
    """The id of the RelatedPerson that lets *other* act for *one*."""
    return f"rel-{one.id}-{other.id}"


def _relative(one: Person, other: Person, role: tuple[str, str]) -> Tree:
    tree: Tree = {
        "resourceType": "RelatedPerson",
        "id": relative_id(one, other),
        "active": True,
        "patient": {"reference": one.reference, "display": one.display},
        "relationship": [{"coding": [{"system": _ROLE, "code": role[0], "display": role[1]}]}],
        "name": [{"use": "official", "family": other.family, "given": other.given}],
        "gender": "female" if other.female else "male",
        "birthDate": other.born.isoformat(),
        "address": [other.address.tree()],
    }
    telecom = _telecom(other)
    if telecom:
        tree["telecom"] = telecom
    return tree
