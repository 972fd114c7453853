"""The nouns of customer bill management (TMF678)."""

from tmf_server.apis.billing import tables
from tmf_server.apis.billing.rules import bills as rules
from tmf_server.registry.entity import (
    ABSENT,
    ALWAYS,
    KEEP,
    Characteristics,
    Derivation,
    Entity,
    Projection,
    References,
    projections,
)

CUSTOMER_BILL = Entity(
    name="customerBill",
    type_name="CustomerBill",
    storage=Projection(
        tables.customer_bill,
        projections(
            tables.customer_bill,
            bill_no="billNo",
            state="state",
            category="category",
            run_type="runType",
            bill_date="billDate",
            payment_due_date="paymentDueDate",
            last_update="lastUpdate",
            currency="taxIncludedAmount.unit",
            tax_excluded_amount="taxExcludedAmount.value",
            tax_included_amount="taxIncludedAmount.value",
            amount_due="amountDue.value",
            remaining_amount="remainingAmount.value",
        ),
        computed={"account_period": rules.account_period},
    ),
    lifecycles=(rules.BILL_LIFECYCLE,),
    references=References(
        # an unpaid bill needs the customer and every referenced record
        final_states=frozenset({"settled"}),
    ),
    derive=Derivation(
        timestamps={"lastUpdate": ALWAYS, "billDate": ABSENT},
        defaults={"state": rules.BILL_LIFECYCLE.initial},
        from_self=(rules.numbered,),
    ),
    rules=(rules.bill_amounts,),
)

APPLIED_CUSTOMER_BILLING_RATE = Entity(
    name="appliedCustomerBillingRate",
    type_name="AppliedCustomerBillingRate",
    storage=Projection(
        tables.applied_customer_billing_rate,
        projections(
            tables.applied_customer_billing_rate,
            name="name",
            rate_type="appliedBillingRateType",
            is_billed="isBilled",
            date="date",
            currency="taxIncludedAmount.unit",
            tax_excluded_amount="taxExcludedAmount.value",
            tax_included_amount="taxIncludedAmount.value",
        ),
        characteristics=(Characteristics(("characteristic",)),),
    ),
    references=References(
        # usage has to be paid also after the end of the product
        on_delete={"product": KEEP},
    ),
    derive=Derivation(from_self=(rules.billed_once,)),
    rules=(rules.rate_amounts, rules.billed_is_with_a_bill),
)

BILL_CYCLE = Entity(
    name="billCycle",
    type_name="BillCycle",
    storage=Projection(
        tables.bill_cycle,
        projections(
            tables.bill_cycle,
            name="name",
            billing_date="billingDate",
            payment_due_date="paymentDueDate",
        ),
    ),
)

CUSTOMER_BILL_ON_DEMAND = Entity(
    name="customerBillOnDemand",
    type_name="CustomerBillOnDemand",
    storage=Projection(
        tables.customer_bill_on_demand,
        projections(tables.customer_bill_on_demand, name="name", state="state"),
    ),
    lifecycles=(rules.BILL_ON_DEMAND_LIFECYCLE,),
    references=References(on_delete={"": KEEP}),
    derive=Derivation(
        timestamps={"lastUpdate": ALWAYS},
        defaults={"state": rules.BILL_ON_DEMAND_LIFECYCLE.initial},
    ),
    task="customerBillOnDemand",
)

NOUNS = {one.name: one for one in (CUSTOMER_BILL, APPLIED_CUSTOMER_BILLING_RATE, BILL_CYCLE, CUSTOMER_BILL_ON_DEMAND)}
