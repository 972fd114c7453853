"""A customer. Pure."""

from benchmarks.documents.parts import BEGIN, TEXT, VALID, Document, characteristics, id_of, ref


def customer(number: int) -> Document:
    """Customer number N; every tenth is a prospect, the others are active."""
    return {
        "id": id_of(number),
        "@type": "Customer",
        "name": f"Customer {number % 1000} number {number}",
        "description": TEXT * 3,
        "role": "customer",
        "status": "prospect" if number % 10 == 0 else "active",
        "statusReason": "The contract is in force.",
        "validFor": VALID,
        "engagedParty": ref("PartyRef", "bench-party", name="Ann Example", referred="Individual"),
        "partyRoleSpecification": ref(
            "PartyRoleSpecificationRef", "bench-role", name="Customer", referred="PartyRoleSpecification"
        ),
        "account": [
            ref("AccountRef", f"bench-account-{n}", name=f"Account {n}", referred="BillingAccount") for n in range(3)
        ],
        "agreement": [
            ref("AgreementRef", f"bench-agreement-{n}", name=f"Contract {n}", referred="Agreement") for n in range(2)
        ],
        "paymentMethod": [
            ref("PaymentMethodRef", "bench-debit", name="Direct debit", referred="PaymentMethod"),
        ],
        "contactMedium": [_medium(number, place) for place in range(3)],
        "creditProfile": [
            {
                "@type": "CreditProfile",
                "id": "credit",
                "creditProfileDate": BEGIN,
                "creditRiskRating": 1,
                "creditScore": 700 + number % 100,
                "validFor": VALID,
            }
        ],
        "characteristic": characteristics(number),
        "relatedParty": [_provider()],
    }


def _medium(number: int, place: int) -> Document:
    kinds: tuple[Document, ...] = (
        {
            "@type": "GeographicAddressContactMedium",
            "contactType": "home",
            "street1": f"{number % 200} Quay Street",
            "city": "Quillhaven",
            "postCode": f"QH{number % 10} 1AB",
            "stateOrProvince": "Coast",
            "country": "Quilland",
        },
        {"@type": "EmailContactMedium", "contactType": "billing", "emailAddress": f"n{number}@post.example"},
        {"@type": "PhoneContactMedium", "contactType": "support", "phoneNumber": f"+44 1632 960{number % 1000:03}"},
    )
    return {"id": f"contact-{place}", "preferred": place == 1, "validFor": VALID, **kinds[place]}


def _provider() -> Document:
    party = ref("PartyRef", "bench-provider", name="Quillnet", referred="Organization")
    return {"@type": "RelatedPartyOrPartyRole", "role": "provider", "partyOrPartyRole": party}
