"""What the features stage writes: data/features/ and data/snapshots/; what it writes of the history is in `history`."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_
from crmwb.contract.feature_columns import AS_OF, FEATURES
from crmwb.contract.tables import Artefact

CUSTOMERS = Artefact(
    name="customers",
    path=layout.CUSTOMER_FEATURES,
    grain="one row per customer",
    key=("customer_id",),
    columns=FEATURES,
)

SNAPSHOTS = Artefact(
    name="snapshots",
    path=layout.SNAPSHOTS,
    partition="as_of",
    grain="one row per month end and customer who had bought, with the features as they were known then",
    key=("as_of", "customer_id"),
    columns=(AS_OF, *FEATURES),
)

INTERESTS = Artefact(
    name="interests",
    path=layout.INTERESTS,
    grain="one row per customer and category bought from",
    key=("customer_id", "category"),
    columns=(
        id_("customer_id", "the customer", references="customers"),
        Column("category", Kind.CATEGORY, "category of goods, or the product line where a product has none"),
        Column("n_lines", Kind.INTEGER, "order lines with positive revenue, without returns"),
        Column("n_orders", Kind.INTEGER, "orders with such a line"),
        Column("revenue_cents", Kind.MONEY, "revenue of these lines"),
        Column("revenue_share", Kind.SHARE, "of the customer's revenue of such lines in all categories"),
    ),
)

ARTEFACTS = (CUSTOMERS, SNAPSHOTS, INTERESTS)
