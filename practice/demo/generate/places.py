"""The invented town of Otterbrook, where the patients live.

No street of it exists; its postcodes begin with QX, which no post town has.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from practice.demo.generate.chance import Weighted

TOWN = "Otterbrook"
_DISTRICTS: Weighted[tuple[str, str | None]] = Weighted(
    [
        (("QX1", None), 40),
        (("QX2", "Weir End"), 25),
        (("QX3", "Saltmarsh"), 20),
        (("QX4", "Upper Ashcombe"), 9),
        (("QX5", "Long Hatherby"), 6),
    ]
)
_STREET_NAMES = [
    "Albion",
    "Alma",
    "Ashcombe",
    "Beech",
    "Bishop's",
    "Blacksmith's",
    "Bramble",
    "Brewery",
    "Bridge",
    "Canal",
    "Castle",
    "Cedar",
    "Chapel",
    "Cherry",
    "Church",
    "Coronation",
    "Cromwell",
    "Dairy",
    "Derwent",
    "Drovers",
    "Elm",
    "Factory",
    "Ferry",
    "Foundry",
    "Gasworks",
    "Glebe",
    "Grange",
    "Granary",
    "Hawthorn",
    "Hazel",
    "Heron",
    "High",
    "Hollybush",
    "Inkerman",
    "Jubilee",
    "Kestrel",
    "Kiln",
    "King",
    "Laburnum",
    "Larch",
    "Laurel",
    "Lime",
    "Linden",
    "Lock",
    "Manor",
    "Maple",
    "Market",
    "Mayfield",
    "Meadow",
    "Mill",
    "Mission",
    "Nelson",
    "Nursery",
    "Oak",
    "Orchard",
    "Otter",
    "Paddock",
    "Park",
    "Pinfold",
    "Pound",
    "Primrose",
    "Priory",
    "Quarry",
    "Railway",
    "Rectory",
    "Ropewalk",
    "Rowan",
    "Saltmarsh",
    "School",
    "Silver",
    "Spinney",
    "Spring",
    "Station",
    "Sycamore",
    "Tannery",
    "Victoria",
    "Vicarage",
    "Walnut",
    "Water",
    "Weavers",
    "Weir",
    "Well",
    "Willow",
    "Windmill",
    "Wren",
]
_STREET_ENDS: Weighted[str] = Weighted(
    {
        "Road": 26,
        "Street": 18,
        "Avenue": 13,
        "Close": 14,
        "Lane": 9,
        "Drive": 7,
        "Way": 4,
        "Gardens": 4,
        "Terrace": 3,
        "Crescent": 3,
        "Court": 2,
    }
)
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # the second half of a postcode has no C I K M O V


@dataclass(frozen=True, slots=True)
class Address:
    """Where a household lives."""

    lines: tuple[str, ...]
    postcode: str

    def tree(self) -> dict[str, Any]:
        """As a FHIR Address."""
        return {
            "use": "home",
            "line": list(self.lines),
            "city": TOWN,
            "postalCode": self.postcode,
            "country": "GB",
        }


class Town:
    """Gives every household an address; one street keeps one postcode a side."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._postcodes: dict[tuple[str, str, int], str] = {}

    def address(self) -> Address:
        """The next address."""
        rng = self._rng
        outward, locality = _DISTRICTS.draw(rng)
        street = f"{rng.choice(_STREET_NAMES)} {_STREET_ENDS.draw(rng)}"
        number = rng.randint(1, 140)
        lines = [f"{number} {street}"]
        if rng.random() < 0.13:
            lines.insert(0, f"Flat {rng.randint(1, 24)}")
        if locality:
            lines.append(locality)
        return Address(tuple(lines), self._postcode(outward, street, number // 30))

    def _postcode(self, outward: str, street: str, block: int) -> str:
        key = (outward, street, block)
        if key not in self._postcodes:
            rng = self._rng
            self._postcodes[key] = (
                f"{outward} {rng.randint(1, 9)}{rng.choice(_LETTERS)}{rng.choice(_LETTERS)}"
            )
        return self._postcodes[key]


CARE_HOME = Address(("Willowmere House", "2 Herons' Reach", "Weir End"), "QX2 7WH")
