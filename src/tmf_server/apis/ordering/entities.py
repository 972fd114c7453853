"""The nouns of product ordering (TMF622): the order with items, and the cancellation."""

from tmf_server.apis.ordering import tables
from tmf_server.apis.ordering.rules import assessment as order_assessment
from tmf_server.apis.ordering.rules import content as order_content
from tmf_server.apis.ordering.rules import states as rules
from tmf_server.apis.ordering.rules.prices import currency
from tmf_server.registry.entity import (
    ABSENT,
    DETACH,
    KEEP,
    ChildTable,
    CrossRecordDerivation,
    Derivation,
    Entity,
    Projection,
    References,
    projections,
)

PRICES = ChildTable(
    table=tables.product_order_price,
    path=("itemPrice",),
    within="item",
    columns=projections(
        tables.product_order_price,
        price_type="priceType",
        period="recurringChargePeriod",
        duty_free="price.dutyFreeAmount.value",
        tax_included="price.taxIncludedAmount.value",
        tax_rate="price.taxRate",
    ),
    computed={"currency": currency},
    targets={("productOfferingPrice",): (tables.product_order_price.c.offering_price, "productOfferingPrice")},
)

ITEMS = ChildTable(
    table=tables.product_order_item,
    path=("productOrderItem",),
    nested="productOrderItem",
    columns=projections(tables.product_order_item, id="id", action="action", state="state", quantity="quantity"),
    targets={
        ("productOffering",): (tables.product_order_item.c.offering, "productOffering"),
        ("product",): (tables.product_order_item.c.product, "product"),
    },
    lifecycle=rules.ITEM_LIFECYCLE,
    children=(PRICES,),
)

PRODUCT_ORDER = Entity(
    name="productOrder",
    type_name="ProductOrder",
    storage=Projection(
        tables.product_order,
        projections(
            tables.product_order,
            state="state",
            category="category",
            priority="priority",
            creation_date="creationDate",
            completion_date="completionDate",
            requested_start_date="requestedStartDate",
            requested_completion_date="requestedCompletionDate",
        ),
        children=(ITEMS,),
    ),
    lifecycles=(rules.ORDER_LIFECYCLE,),
    references=References(
        on_delete={"orderRelationship": DETACH},
        final_states=rules.ENDED,
    ),
    derive=Derivation(
        timestamps={"creationDate": ABSENT},
        from_self=(rules.states_together, rules.dated),
        from_others=(CrossRecordDerivation(order_assessment.wanted, order_assessment.conclude),),
    ),
    events={
        "productOrderErrorMessage": "ErrorMessage",
        "productOrderJeopardyAlert": "JeopardyAlert",
        "productOrderMilestone": "Milestone",
    },
    rules=(
        order_content.known_states,
        order_content.item_ids,
        order_content.item_relationships,
        order_content.currencies,
        order_content.amounts,
    ),
)

CANCEL_PRODUCT_ORDER = Entity(
    name="cancelProductOrder",
    type_name="CancelProductOrder",
    storage=Projection(
        tables.cancel_product_order,
        projections(tables.cancel_product_order, state="state", creation_date="creationDate"),
    ),
    lifecycles=(rules.CANCEL_LIFECYCLE,),
    references=References(
        # a cancellation refers to an order, and outlives the order
        on_delete={"": KEEP},
    ),
    derive=Derivation(
        timestamps={"creationDate": ABSENT},
        from_self=(rules.task_state,),
    ),
    rules=(order_content.known_task_state,),
    task="cancelProductOrder",
)

NOUNS = {"productOrder": PRODUCT_ORDER, "cancelProductOrder": CANCEL_PRODUCT_ORDER}
