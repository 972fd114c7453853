"""Canonical customers from the few facts that differ: everything mandatory is filled in. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from tmf_server.demo.builders.catalog import VALID
from tmf_server.demo.builders.network import CUSTOMERS, Value, characteristics, link, operator
from tmf_server.registry.entity import Document

REGION, COUNTRY = "Coast", "Quilland"


def bare(customer: str) -> str:
    """What stands after the kind in an id: customer-okafor → okafor."""
    return customer.partition("-")[2]


def elsewhere(type_name: str, api: str, id_: str, name: str, *, referred: str = "") -> Document:
    """A reference to what another system keeps."""
    noun = referred or type_name
    href = link(api, noun[:1].lower() + noun[1:], id_)
    return {"id": id_, "href": href, "name": name, "@referredType": noun, "@type": f"{type_name}Ref"}


def account_of(customer: str, name: str, type_name: str = "BillingAccount") -> Document:
    """A reference to the customer's billing account."""
    id_ = f"account-{bare(customer)}"
    return elsewhere(type_name, "accounts", id_, f"Account of {name}", referred="BillingAccount")


def payment_method(customer: str, name: str) -> Document:
    """A reference to how the customer pays."""
    return elsewhere("PaymentMethod", "payments", f"payment-{bare(customer)}", f"Direct debit of {name}")


def customer(id_: str, *, since: str, street: str, score: int, **more: Any) -> Document:
    """A customer of the operator; `company` says that it is one, `values` are its characteristics."""
    name = more.get("owner") or CUSTOMERS[id_]
    company = more.get("company", False)
    kind = "Organization" if company else "Individual"
    status = more.get("status", "active")
    return {
        "id": id_,
        "name": name,
        "description": "A company." if company else "A household.",
        "role": "customer",
        "status": status,
        "statusReason": more.get("reason", "The contract is in force."),
        "validFor": {"startDateTime": since, "endDateTime": VALID["endDateTime"]},
        "engagedParty": elsewhere("Party", "parties", f"party-{bare(id_)}", name, referred=kind),
        "partyRoleSpecification": elsewhere(
            "PartyRoleSpecification", "parties", "spec-customer", "Customer of the operator"
        ),
        "account": [account_of(id_, name, "Account")],
        "agreement": [elsewhere("Agreement", "agreements", f"agreement-{bare(id_)}", f"Contract of {name}")],
        "paymentMethod": [payment_method(id_, name)],
        "contactMedium": contact_media(id_, street, since, company=company),
        "creditProfile": [_credit(id_, since, score)],
        "characteristic": characteristics(_values(more.get("values", {}), company=company)),
        "relatedParty": [_provider()],
        "@type": "Customer",
    }


def _values(values: Mapping[str, Value], *, company: bool) -> Mapping[str, Value]:
    return {"segment": "business" if company else "residential", "language": "English", "paperlessBill": True, **values}


def contact_media(id_: str, street: str, since: str, *, company: bool) -> list[Document]:
    """An address for letters, one for electronic mail and a number, all of them invented."""
    domain = f"{bare(id_)}.example" if company else "post.example"
    number = sum(map(ord, id_)) % 1000
    valid = {"startDateTime": since, "endDateTime": VALID["endDateTime"]}
    told: Sequence[Document] = (
        {
            "contactType": "office" if company else "home",
            "street1": street,
            "street2": "Reception" if company else "Ground floor",
            "city": "Quillhaven",
            "postCode": f"QH{number % 9 + 1} {number % 7 + 1}AB",
            "stateOrProvince": REGION,
            "country": COUNTRY,
            "@type": "GeographicAddressContactMedium",
        },
        {"contactType": "billing", "emailAddress": f"{bare(id_)}@{domain}", "@type": "EmailContactMedium"},
        # numbers that are set aside for stories
        {"contactType": "support", "phoneNumber": f"+44 1632 960{number:03}", "@type": "PhoneContactMedium"},
    )
    return [
        {"id": f"{id_}-contact-{place}", "preferred": place == 2, "validFor": valid, **medium}
        for place, medium in enumerate(told, start=1)
    ]


def _credit(id_: str, since: str, score: int) -> Document:
    return {
        "id": f"{id_}-credit",
        "creditProfileDate": since,
        "creditRiskRating": 1 if score >= 700 else 2 if score >= 600 else 3,
        "creditScore": score,
        "validFor": {"startDateTime": since, "endDateTime": VALID["endDateTime"]},
        "@type": "CreditProfile",
    }


def _provider() -> Document:
    return operator() | {"role": "provider", "@type": "RelatedPartyOrPartyRole"}
