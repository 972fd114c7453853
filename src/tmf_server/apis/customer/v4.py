"""How v4 shows customers (TMF629). Rules and pure functions; no HTTP, no SQL."""

from collections.abc import Mapping

from tmf_server.apis.shared.v4 import RELATED_PARTIES
from tmf_server.registry.entity import Document
from tmf_server.rest.versions.rules import Group, Rules

MEDIA: Mapping[str, tuple[str, ...]] = {
    "EmailContactMedium": ("emailAddress",),
    "PhoneContactMedium": ("phoneNumber",),
    "FaxContactMedium": ("faxNumber",),
    "SocialContactMedium": ("socialNetworkId",),
    "GeographicAddressContactMedium": ("street1", "street2", "city", "postCode", "stateOrProvince", "country"),
}
"""The types of v5's contact media with the attributes of each type; v4 has the attributes in `characteristic`."""

MEDIUM_TYPES = {
    "EmailContactMedium": "email",
    "PhoneContactMedium": "phone",
    "FaxContactMedium": "fax",
    "SocialContactMedium": "socialNetwork",
    "GeographicAddressContactMedium": "postalAddress",
}
"""v4's `mediumType` of a medium made through v5."""

WORDS = (
    ("mail", "EmailContactMedium"),
    ("fax", "FaxContactMedium"),
    ("phone", "PhoneContactMedium"),
    ("mobile", "PhoneContactMedium"),
    ("tel", "PhoneContactMedium"),
    ("sms", "PhoneContactMedium"),
    ("social", "SocialContactMedium"),
    ("post", "GeographicAddressContactMedium"),
    ("address", "GeographicAddressContactMedium"),
)
"""Words in a v4 `mediumType` (a free text) and the type of each; the first word found counts."""

LIFTED = frozenset({"contactType", *(name for names in MEDIA.values() for name in names)})


def show_medium(part: Document) -> Document:
    """v4's `mediumType` and `characteristic` of a typed contact medium."""
    type_name = part.get("@type", "ContactMedium")
    inner = {name: value for name, value in part.items() if name in LIFTED}
    return {"mediumType": MEDIUM_TYPES.get(type_name, type_name), "characteristic": inner}


def store_medium(shown: Document, part: Document) -> Document:
    """Return the attributes of v4's `characteristic`, and the fitting type of contact medium."""
    inner = shown.get("characteristic")
    stored = {name: value for name, value in inner.items() if name in LIFTED} if isinstance(inner, dict) else {}
    before = part.get("@type")
    if before is not None and _as_before(stored, shown.get("mediumType"), part):
        return {**stored, "@type": before}
    name = _type_of(stored, shown.get("mediumType"), before)
    return stored if name is None else {**stored, "@type": name}


def _as_before(stored: Document, medium_type: object, part: Document) -> bool:
    """Tell whether v4's medium type is unchanged: new values of the same attributes make no new type."""
    said = show_medium(part)
    return bool(medium_type == said["mediumType"] and stored.keys() == said["characteristic"].keys())


def _type_of(stored: Document, medium_type: object, before: str | None) -> str | None:
    if before is not None and before not in MEDIA and before != "ContactMedium":
        return before  # a subclass of the client's own
    text = medium_type.lower() if isinstance(medium_type, str) else ""
    said = next((name for word, name in WORDS if word in text), None)
    fitting = [name for name, names in MEDIA.items() if any(one in stored for one in names)]
    return said if said in fitting or not fitting else fitting[0]


CONTACT_MEDIUM = Group(
    shown={"mediumType": None, "characteristic": LIFTED},
    stored=LIFTED | {"@type"},
    get=show_medium,
    put=store_medium,
    paths={("mediumType",): ("@type",)} | {("characteristic", name): (name,) for name in LIFTED},
    values={("mediumType",): MEDIUM_TYPES},
)

CUSTOMER_RULES: Rules = {
    **RELATED_PARTIES,
    ("ContactMedium", "ContactMedium"): (CONTACT_MEDIUM,),
}
