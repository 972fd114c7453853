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
"""The types of v5's contact media, with what each alone has; v4 keeps all of it in `characteristic`."""

MEDIUM_TYPES = {
    "EmailContactMedium": "email",
    "PhoneContactMedium": "phone",
    "FaxContactMedium": "fax",
    "SocialContactMedium": "socialNetwork",
    "GeographicAddressContactMedium": "postalAddress",
}
"""What v4's `mediumType` is for a medium that came through v5."""

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
"""What a v4 `mediumType` (a free text) says about the type; the first that it holds counts."""

LIFTED = frozenset({"contactType", *(name for names in MEDIA.values() for name in names)})


def show_medium(part: Document) -> Document:
    """v4's `mediumType` and `characteristic` of a typed contact medium."""
    type_name = part.get("@type", "ContactMedium")
    inner = {name: value for name, value in part.items() if name in LIFTED}
    return {"mediumType": MEDIUM_TYPES.get(type_name, type_name), "characteristic": inner}


def store_medium(shown: Document, part: Document) -> Document:
    """The attributes of v4's `characteristic`, and the type of contact medium that they make."""
    inner = shown.get("characteristic")
    stored = {name: value for name, value in inner.items() if name in LIFTED} if isinstance(inner, dict) else {}
    before = part.get("@type")
    if before is not None and _as_before(stored, shown.get("mediumType"), part):
        return {**stored, "@type": before}
    name = _type_of(stored, shown.get("mediumType"), before)
    return stored if name is None else {**stored, "@type": name}


def _as_before(stored: Document, medium_type: object, part: Document) -> bool:
    """True when v4 says of the type what it was shown: other values of the same attributes are no other type."""
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
