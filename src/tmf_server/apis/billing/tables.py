"""The tables of bills, rates and bill cycles (TMF678). No queries."""

from sqlalchemy import Column

from tmf_server.model.base import Flag, Instant, Money, Text, record_table

# `account_period` is a digest of account, period and currency; a second bill of the same digest is refused.
customer_bill = record_table(
    "customer_bill",
    Column("account_period", Text, unique=True, info={"unique": "one bill per billing account, period and currency"}),
    Column("bill_no", Text),
    Column("state", Text),
    Column("category", Text),
    Column("run_type", Text),
    Column("bill_date", Instant),
    Column("payment_due_date", Instant),
    Column("last_update", Instant),
    Column("currency", Text),
    Column("tax_excluded_amount", Money),
    Column("tax_included_amount", Money),
    Column("amount_due", Money),
    Column("remaining_amount", Money),
    indexes=("bill_no", "state", "bill_date", "payment_due_date", "tax_included_amount", "remaining_amount"),
)

applied_customer_billing_rate = record_table(
    "applied_customer_billing_rate",
    Column("name", Text),
    Column("rate_type", Text),
    Column("is_billed", Flag),
    Column("date", Instant),
    Column("currency", Text),
    Column("tax_excluded_amount", Money),
    Column("tax_included_amount", Money),
    indexes=("name", "rate_type", "is_billed", "date"),
)

bill_cycle = record_table(
    "bill_cycle",
    Column("name", Text),
    Column("billing_date", Instant),
    Column("payment_due_date", Instant),
    indexes=("name", "billing_date"),
)

customer_bill_on_demand = record_table(
    "customer_bill_on_demand",
    Column("name", Text),
    Column("state", Text),
    indexes=("name", "state"),
)
