"""A customer bill. Pure."""

from benchmarks.documents.parts import BEGIN, TEXT, Document, customer, id_of, money, ref


def bill(number: int) -> Document:
    """Bill number N; every tenth is sent, the others are settled."""
    return {
        "id": id_of(number),
        "@type": "CustomerBill",
        "billNo": f"QN-{number:07d}",
        "category": "normal",
        "runType": "onCycle",
        "state": "sent" if number % 10 == 0 else "settled",
        "billDate": BEGIN,
        "nextBillDate": "2026-02-01T00:00:00.000Z",
        "paymentDueDate": "2026-01-21T00:00:00.000Z",
        "lastUpdate": BEGIN,
        "billingPeriod": {"startDateTime": "2025-12-01T00:00:00.000Z", "endDateTime": "2025-12-31T23:59:59.000Z"},
        "billCycle": ref("BillCycleRef", "bench-cycle", name="Monthly run", referred="BillCycle"),
        # a bill per account, period and currency
        "billingAccount": ref("BillingAccountRef", f"account-{number}", name="Account", referred="BillingAccount"),
        "financialAccount": ref("FinancialAccountRef", "bench-ledger", name="Ledger", referred="FinancialAccount"),
        "paymentMethod": ref("PaymentMethodRef", "bench-debit", name="Direct debit", referred="PaymentMethod"),
        "relatedParty": [customer()],
        "taxExcludedAmount": money(100.0),
        "taxItem": [_tax(category, amount) for category, amount in (("VAT", 19.0), ("levy", 1.0))],
        "taxIncludedAmount": money(120.0),
        "amountDue": money(120.0),
        "remainingAmount": money(120.0 if number % 10 == 0 else 0.0),
        "appliedPayment": [] if number % 10 == 0 else [_payment(number)],
        "billDocument": [_document(number, place) for place in range(3)],
    }


def _tax(category: str, amount: float) -> Document:
    return {"@type": "TaxItem", "taxCategory": category, "taxRate": amount, "taxAmount": money(amount)}


def _payment(number: int) -> Document:
    payment = ref("PaymentRef", f"payment-{number % 100}", name="Payment", referred="Payment")
    return {"@type": "AppliedPayment", "appliedAmount": money(120.0), "payment": payment}


def _document(number: int, place: int) -> Document:
    return {
        "@type": "Attachment",
        "id": f"document-{place}",
        "name": f"QN-{number:07d}-{place}.pdf",
        "description": TEXT * 3,
        "attachmentType": "bill",
        "mimeType": "application/pdf",
        "url": f"https://bills.example/QN-{number:07d}-{place}.pdf",
        "size": {"amount": 64, "units": "kB"},
    }
