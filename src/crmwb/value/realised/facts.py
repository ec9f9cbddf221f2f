"""What was realised, in figures and findings."""

from typing import Any

import pandas as pd

from crmwb.findings import Count, Finding, Share, Term, to_json
from crmwb.value.realised import whale
from crmwb.value.realised.margin import Margin
from crmwb.value.realised.payback import payback_curve
from crmwb.value.realised.profit import Known, basis_cents, known_costs
from crmwb.value.realised.unprofitable import by_reason


def facts(
    features: pd.DataFrame,
    realised: pd.DataFrame,
    margin: Margin,
    spent: pd.DataFrame,
    *,
    n_bootstrap: int,
    seed: int,
) -> dict[str, Any]:
    """Return who earns, who costs more than they bring, and how fast customers pay back.

    Parameters
    ----------
    features : DataFrame
        As for `customers`.
    realised : DataFrame
        As `customers` returns it.
    margin : Margin
        As for `customers`.
    spent : DataFrame
        As `customers.spent_on` returns it.
    n_bootstrap, seed : int
        Of the whale curve's intervals.

    Returns
    -------
    dict
        basis ("profit", "margin" or "revenue"), not_available (costs), totals (cents), n_incomplete, whale (with its
        `verdict`), unprofitable, first_orders, payback. Each of the last three has a `finding`, or is None where the
        source does not know enough.
    """
    known = known_costs(features, spent, margin)
    cents = basis_cents(realised, known.basis).dropna()
    return {
        "basis": known.basis,
        "not_available": [to_json(cost) for cost in known.missing],
        "totals": _totals(realised, features, spent, known),
        "n_incomplete": int(realised["profit_is_complete"].eq(False).sum()),
        "whale": None if cents.empty else whale.facts(cents.to_numpy(), n_bootstrap, seed, known.basis),
        "unprofitable": _unprofitable(realised, cents, features) if known.goods else None,
        "first_orders": _first_orders(realised),
        "payback": _payback(realised, features),
    }


def _totals(realised: pd.DataFrame, features: pd.DataFrame, spent: pd.DataFrame, known: Known) -> dict[str, int | None]:
    """Sum money over all customers; what the source does not know is None."""
    sums = {
        "revenue_cents": realised["realised_revenue_cents"],
        "margin_cents": realised["realised_margin_cents"] if known.goods else None,
        "serve_cost_cents": realised["serve_cost_cents"],
        "acquisition_cost_cents": spent["acquired_cents"] if known.acquisition else None,
        "profit_cents": realised["profit_cents"],
        "unpaid_cents": features["overdue_cents"],
    }
    return {name: None if s is None or s.isna().all() else int(s.sum()) for name, s in sums.items()}


def _unprofitable(realised: pd.DataFrame, cents: pd.Series, features: pd.DataFrame) -> dict[str, Any]:
    """Return how many customers are unprofitable, by reason."""
    table = by_reason(realised)
    never = set(features.loc[features["age_days"].isna(), "customer_id"])
    n_never = int(realised.loc[realised["loss_cents"].notna(), "customer_id"].isin(never).sum())
    n, lost = int(table["n_customers"].sum()), int(table["loss_cents"].sum())
    earned = int(cents[cents > 0].sum())
    paying = cents[cents < 0]  # lost even if every invoice is paid
    finding = Finding("realised.unprofitable.none")
    if n:
        first = table.iloc[0]
        values = {
            "customers": Count(n, "customer"),
            "of": Count(len(realised)),
            "share": Share(n / len(realised)),
            "reason": Term("loss_reason", str(first["loss_reason"])),
            "reason_share": Share(first["loss_share"]),
            "reason_customers": Count(first["n_customers"], "customer"),
        }
        finding = Finding("realised.unprofitable.reason", values)
    return {
        "n_customers": n,
        "customer_share": n / max(len(realised), 1),
        "n_never_bought": n_never,
        "loss_cents": lost,
        "loss_share_of_earned": lost / earned if earned > 0 else None,
        "n_losing_before_unpaid": int((cents < 0).sum()),
        "before_unpaid": _reasons(
            by_reason(realised.loc[realised.index.isin(paying.index)].assign(loss_cents=-paying))
        ),
        "by_reason": _reasons(table),
        "finding": to_json(finding),
    }


def _reasons(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `by_reason` as the facts hold them."""
    return [
        {"reason": str(reason), "n_customers": int(count), "loss_cents": int(loss), "loss_share": float(share)}
        for reason, count, loss, share in table.itertuples(index=False)
    ]


def _first_orders(realised: pd.DataFrame) -> dict[str, Any] | None:
    """Return how many first orders earned less than it cost to acquire the customer."""
    known = realised["is_first_order_loss"].dropna()
    if known.empty:
        return None
    n = int(known.astype(bool).sum())
    share = n / len(known)
    return {
        "n_customers": len(known),
        "n_losses": n,
        "loss_share": share,
        "finding": to_json(Finding("realised.first_orders", {"share": Share(share)})),
    }


def _payback(realised: pd.DataFrame, features: pd.DataFrame) -> dict[str, Any] | None:
    """Return how fast customers pay back what they cost."""
    if not realised["is_paid_back"].notna().any():
        return None
    ages = features[["customer_id", "age_days"]]
    curve = payback_curve(realised.merge(ages, on="customer_id", validate="1:1"))
    reached = curve[curve["paid_back_share"] >= 0.5]
    median = int(reached["month"].iloc[0]) if len(reached) else None
    last, share = int(curve["month"].iloc[-1]), float(curve["paid_back_share"].iloc[-1])
    code = "realised.payback.half" if median is not None else "realised.payback.fewer_than_half"
    values = {"month": Count(median), "share": Share(share), "last": Count(last)}
    return {
        "n_customers": int(realised["is_paid_back"].notna().sum()),
        "n_paid_back": int(realised["is_paid_back"].eq(True).sum()),
        "median_month": median,
        "curve": [{"month": int(m), "n_observed": int(n), "paid_back_share": float(s)} for m, n, s in curve.values],
        "finding": to_json(Finding(code, values)),
    }
