"""Audits of quantities and amounts: nothing, far too much, and amounts in other money."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb.contract import MOST_UNITS
from crmwb.findings import Count, Finding, Money, Name, Number, Share, Times
from crmwb.quality import sums
from crmwb.quality.audits.audit import Audit, Weight, figures, found_among

# A hundred times the usual quantity is another unit (fuel by the hundredth, cable by the millimetre) or a slip.
EXTREME_QUANTITY = 100
# A hundred times what 99 in 100 lines stay below: no assortment spans that, a slip or a single great deal does.
EXTREME_AMOUNT = 100
USUAL_SHARE = 0.99
STEPS_PER_DOUBLING = 8  # amounts are told apart by a twelfth of their size, so 99 in 100 is found without sorting
# Other countries and channels price a product differently, but not five times so; another currency does.
OTHER_MONEY = 5.0
ENOUGH_LINES = 100


def extreme_quantities(transactions: ir.Table) -> Audit | None:
    """Find lines with far more units than usual: `EXTREME_QUANTITY` times the median of what is sold, or more."""
    units = transactions.quantity.abs()
    by_units = transactions.group_by(units=units).aggregate(n_lines=transactions.count())
    many = by_units.to_pyarrow().to_pandas().sort_values("units", ignore_index=True)
    sold = many[many["units"] > 0]
    if sold.empty:
        return None
    usual = _median(sold["units"].to_numpy(), sold["n_lines"].to_numpy())
    extreme = sold[sold["units"] >= EXTREME_QUANTITY * usual]
    whole = sold["units"].clip(upper=MOST_UNITS)
    all_units = float((whole * sold["n_lines"]).sum())
    extreme_units = float((whole[extreme.index] * extreme["n_lines"]).sum())
    n_lines, n_extreme = int(many["n_lines"].sum()), int(extreme["n_lines"].sum())
    return found_among(
        "extreme_quantities",
        "transactions",
        n_extreme,
        n_lines,
        noticeable=0,
        values={
            "times": Count(EXTREME_QUANTITY),
            "usual": Number(usual),
            "largest": Number(sold["units"].iloc[-1]),
            "units": Share(extreme_units / all_units),
        },
    )


def extreme_amounts(transactions: ir.Table) -> Audit | None:
    """Find lines of far more money than the others: `EXTREME_AMOUNT` times what `USUAL_SHARE` of them stay below."""
    cents = transactions.revenue_cents.abs()
    step = (cents.cast("float64").log2() * STEPS_PER_DOUBLING).floor().cast("int64")
    by_step = transactions.filter(cents > 0).group_by(step=step).aggregate(n_lines=ibis._.count())
    steps = by_step.to_pyarrow().to_pandas().sort_values("step", ignore_index=True)
    if steps.empty:
        return None
    n_priced = int(steps["n_lines"].sum())
    at = steps["n_lines"].cumsum().searchsorted(USUAL_SHARE * n_priced)
    usual = 2 ** ((int(steps["step"].iloc[at]) + 1) / STEPS_PER_DOUBLING)
    is_extreme = cents >= int(EXTREME_AMOUNT * usual)
    counts = figures(
        transactions.aggregate(
            n_extreme=is_extreme.sum(),
            largest=cents.max(),
            n_lines=transactions.count(),
            cents=cents.sum(where=is_extreme).fill_null(0),
            all_cents=cents.sum(),
        )
    )
    return found_among(
        "extreme_amounts",
        "transactions",
        counts["n_extreme"],
        counts["n_lines"],
        noticeable=0,
        values={
            "times": Count(EXTREME_AMOUNT),
            "usual": Share(USUAL_SHARE),
            "largest": Money(counts["largest"], "", exact=True),
            "money": Share(counts["cents"] / (counts["all_cents"] or 1)),
        },
    )


def zero_revenue_lines(transactions: ir.Table) -> Audit | None:
    """Find lines that bring nothing and take nothing back."""
    is_nothing = (transactions.revenue_cents == 0) & ~transactions.is_return
    counts = figures(transactions.aggregate(n_lines=transactions.count(), n_found=is_nothing.sum()))
    return found_among(
        "zero_revenue_lines",
        "transactions",
        counts["n_found"],
        counts["n_lines"],
    )


def mixed_currencies(products: ir.Table, transactions: ir.Table, customers: ir.Table | None) -> Audit | None:
    """Find countries or channels where the same products cost so many times as much that the money must be another.

    Each is compared by a price index (Laspeyres): what its units brought over what they would have brought at the
    prices of all others. None where no two are large enough to compare.

    Parameters
    ----------
    products : ir.Table
        As `sums.by_product` returns them.
    transactions : ir.Table
        The clean lines.
    customers : ir.Table or None
        The clean customers, some of whom may have a country.
    """
    places = {"channel": products.rename(place="channel")}
    if customers is not None and figures(customers.aggregate(n=customers.country.count()))["n"]:
        country = customers.select("customer_id", place=customers.country)
        sold = transactions.inner_join(country, "customer_id")
        places["country"] = sold.group_by("place", "product_id").aggregate(**sums.priced(sold))
    for kind, prices in places.items():
        indexes = _price_indexes(prices.filter(prices.place.notnull() & prices.product_id.notnull()))
        if len(indexes) > 1:
            return _of_prices(kind, indexes)
    return None


def _of_prices(kind: str, indexes: pd.DataFrame) -> Audit:
    other = indexes[~indexes["index"].between(1 / OTHER_MONEY, OTHER_MONEY)]
    n_lines, n_found = int(indexes["n_lines"].sum()), int(other["n_lines"].sum())
    low, high = indexes["index"].min(), indexes["index"].max()
    values = {
        "kind": Finding(f"quality.place.{kind}"),
        "low": Times(low),
        "high": Times(high),
        "places": Count(len(indexes)),
    }
    if other.empty:
        finding = Finding("quality.audit.mixed_currencies_none", values)
        return Audit("mixed_currencies", "transactions", finding, 0, 0.0, Weight.NOTE, None)
    worst = other.iloc[np.abs(np.log(other["index"])).to_numpy().argmax()]
    values |= {
        "n": Count(n_found),
        "all": Count(n_lines, "line"),
        "share": Share(n_found / n_lines),
        "place": Name(str(worst["place"])),
        "times": Times(max(worst["index"], 1 / worst["index"])),
    }
    code = "quality.audit.mixed_currencies" if worst["index"] > 1 else "quality.audit.mixed_currencies_less"
    return Audit(
        "mixed_currencies",
        "transactions",
        Finding(code, values),
        n_found,
        n_found / n_lines,
        Weight.WARNING,
        Finding("quality.advice.mixed_currencies"),
    )


def _price_indexes(prices: ir.Table) -> pd.DataFrame:
    """Return place, n_lines and price index of places with enough lines of products that others sell too."""
    kept = prices.filter(prices.units > 0).select(
        "place",
        "product_id",
        n_lines="n_priced",
        cents=prices.priced_cents.cast("float64"),
        units=prices.units.cast("float64"),
    )
    many = kept.to_pyarrow().to_pandas().sort_values(["place", "product_id"], ignore_index=True)
    everywhere = many.groupby("product_id")[["cents", "units"]].transform("sum")
    others = everywhere - many[["cents", "units"]]
    shared = many.assign(expected=many["units"] * others["cents"] / others["units"])[others["units"] > 0]
    by_place = shared.groupby("place")[["n_lines", "cents", "expected"]].sum().reset_index()
    by_place["index"] = by_place["cents"] / by_place["expected"]
    enough: pd.DataFrame = by_place[by_place["n_lines"] >= ENOUGH_LINES].reset_index(drop=True)
    return enough


def _median(values: np.ndarray, counts: np.ndarray) -> float:
    """Return the median of ascending values that occur so many times each."""
    upto = np.cumsum(counts)
    middle = (upto[-1] - 1) / 2
    below, above = (values[np.searchsorted(upto, place, side="right")] for place in (np.floor(middle), np.ceil(middle)))
    return float(below / 2 + above / 2)
