"""What the recommend stage writes: data/recommend/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

CUSTOMER = id_("customer_id", "the customer", references="customers")
PRODUCT = id_("product_id", "the product", references="products")
RANK = Column("rank", Kind.INTEGER, "place on the customer's list, from 1")

AGAIN = Artefact(
    name="again",
    path=layout.recommend("again"),
    grain="one row per customer and product to offer again",
    key=("customer_id", "rank"),
    columns=(
        CUSTOMER,
        RANK,
        PRODUCT,
        Column("reason", Kind.CATEGORY, "what speaks for it: often, due or lately"),
        maybe("chance", Kind.SHARE, "chance that the next order has it; unknown where none is stated"),
        maybe("n_days", Kind.INTEGER, "days on which the customer bought it"),
        maybe("last_on", Kind.DATE, "the last of those"),
        maybe("interval_days", Kind.NUMBER, "usual days between them"),
    ),
)

NEW = Artefact(
    name="new",
    path=layout.recommend("new"),
    grain="one row per customer and product that they have not bought, to offer",
    key=("customer_id", "rank"),
    columns=(
        CUSTOMER,
        RANK,
        PRODUCT,
        id_("because_product_id", "what they bought that speaks most for it", nullable=True, references="products"),
        Column("reason", Kind.CATEGORY, "alike (to what they bought) or popular"),
    ),
)

TESTS = Artefact(
    name="tests",
    path=layout.recommend("tests"),
    grain="one row per list and method, tested on later orders",
    key=("list", "method"),
    columns=(
        Column("list", Kind.CATEGORY, "again or new"),
        Column("method", Kind.CATEGORY, "the chosen method, or its baseline"),
        Column("holdout_days", Kind.INTEGER, "days of the orders that it was tested on"),
        Column("n_customers", Kind.INTEGER, "customers who ordered in them"),
        Column("recall", Kind.SHARE, "mean share of what a customer bought that the list names"),
        Column("ndcg", Kind.SHARE, "the same with more weight on the first places (normalised DCG)"),
        Column("hit_rate", Kind.SHARE, "customers who bought a product of their list"),
        maybe("gain", Kind.NUMBER, "recall less that of the baseline; unknown of the baseline"),
        maybe("gain_low", Kind.NUMBER, "lower end of its 95% interval"),
        maybe("gain_high", Kind.NUMBER, "upper end"),
    ),
)

TOGETHER = Artefact(
    name="together",
    path=layout.recommend("together"),
    grain="one row per pair of products in one order more often than chance explains",
    key=("product_id", "other_id"),
    columns=(
        PRODUCT,
        id_("other_id", "the other product", references="products"),
        Column("n_both", Kind.INTEGER, "orders with both"),
        Column("n_product", Kind.INTEGER, "orders with the product"),
        Column("n_other", Kind.INTEGER, "orders with the other"),
        Column("n_orders", Kind.INTEGER, "orders looked at"),
        Column("expected", Kind.NUMBER, "orders with both if one had nothing to do with the other"),
        Column("lift", Kind.NUMBER, "n_both over expected"),
        Column("low", Kind.NUMBER, "lower end of the lift's 95% interval, for all pairs together"),
        Column("high", Kind.NUMBER, "upper end"),
    ),
)


def _compared(name: str, grain: str, event: str) -> Artefact:
    return Artefact(
        name=name,
        path=layout.recommend(name),
        grain=grain,
        key=("product_id",),
        columns=(
            PRODUCT,
            Column("n", Kind.INTEGER, "orders with the product that are compared"),
            Column("n_events", Kind.INTEGER, f"of those, {event}"),
            Column("share", Kind.SHARE, "n_events over n"),
            maybe("expected_share", Kind.SHARE, "the same of like orders without regard to the product"),
            maybe("ratio", Kind.NUMBER, "share over expected_share"),
            maybe("low", Kind.NUMBER, "lower end of the ratio's 95% interval"),
            maybe("high", Kind.NUMBER, "upper end"),
            maybe("p_value", Kind.SHARE, "that chance brings so large a difference, for all products together"),
        ),
    )


ENTRY = _compared("entry", "one row per product in first orders", "after which the customer came back")
LAST = _compared("last", "one row per product in orders", "that no other order followed")

ARTEFACTS = (AGAIN, NEW, TESTS, TOGETHER, ENTRY, LAST)
