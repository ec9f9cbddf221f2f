"""What was realised, in figures and sentences for readers."""

from typing import Any

import pandas as pd

from crmwb.value.realised import whale
from crmwb.value.realised.destroyers import WORDS, by_reason
from crmwb.value.realised.margin import Margin
from crmwb.value.realised.payback import payback_curve
from crmwb.value.realised.profit import Known, basis_cents, known_costs


def facts(
    features: pd.DataFrame,
    realised: pd.DataFrame,
    found: Margin,
    spent: pd.DataFrame,
    *,
    n_bootstrap: int,
    seed: int,
) -> dict[str, Any]:
    """Tell who earns and who destroys profit, and how fast customers pay back.

    Parameters
    ----------
    features : DataFrame
        As for `customers`.
    realised : DataFrame
        As `customers` returns it.
    found : Margin
        As for `customers`.
    spent : DataFrame
        As `customers.spent_on` returns it.
    n_bootstrap, seed : int
        Of the whale curve's intervals.

    Returns
    -------
    dict
        basis ("profit", "margin" or "revenue"), not_available (sentences), totals (cents), n_incomplete,
        whale, destroyers, first_orders, payback. Each of the last four has a `finding`; the last three are None where
        the source does not know enough.
    """
    known = known_costs(features, spent, found)
    cents = basis_cents(realised, known.basis).dropna()
    return {
        "basis": known.basis,
        "not_available": [f"Not available in this source: {what}." for what in known.missing],
        "totals": _totals(realised, features, spent, known),
        "n_incomplete": int(realised["profit_is_complete"].eq(False).sum()),
        "whale": _whale(cents, known, n_bootstrap, seed),
        "destroyers": _destroyers(realised, cents, features) if known.goods else None,
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


def _whale(cents: pd.Series, known: Known, n_bootstrap: int, seed: int) -> dict[str, Any] | None:
    """Read the whale curve; None where nobody brought anything known."""
    if cents.empty:
        return None
    read = whale.facts(cents.to_numpy(), n_bootstrap, seed, known.basis)
    return read | {"finding": read["verdict"]}


def _destroyers(realised: pd.DataFrame, cents: pd.Series, features: pd.DataFrame) -> dict[str, Any]:
    """Tell who destroys profit, by reason."""
    table = by_reason(realised)
    never = set(features.loc[features["age_days"].isna(), "customer_id"])
    n_never = int(realised.loc[realised["loss_cents"].notna(), "customer_id"].isin(never).sum())
    n, lost = int(table["n_customers"].sum()), int(table["loss_cents"].sum())
    earned = int(cents[cents > 0].sum())
    if n == 0:
        finding = "No customer cost more than they brought."
    else:
        first = table.iloc[0]
        prospects = f", {n_never:,} of them without ever buying" if n_never else ""
        against = f"; this takes {lost / earned:.1%} of what the others earn" if earned > 0 else ""
        finding = (
            f"{n:,} of {len(realised):,} customers ({n / len(realised):.1%}) cost more than they brought, once overdue "
            f"invoices are taken off{prospects}{against}. The costliest reason is {WORDS[first['loss_reason']]} "
            f"({first['loss_share']:.0%} of the loss, {int(first['n_customers']):,} customers)."
        )
    return {
        "n_customers": n,
        "customer_share": n / max(len(realised), 1),
        "n_never_bought": n_never,
        "loss_cents": lost,
        "loss_share_of_earned": lost / earned if earned > 0 else None,
        "n_losing_before_unpaid": int((cents < 0).sum()),
        "by_reason": [
            {
                "reason": str(reason),
                "words": WORDS[str(reason)],
                "n_customers": int(count),
                "loss_cents": int(loss),
                "loss_share": float(share),
            }
            for reason, count, loss, share in table.itertuples(index=False)
        ],
        "finding": finding,
    }


def _first_orders(realised: pd.DataFrame) -> dict[str, Any] | None:
    """Tell how many first orders earned less than it cost to win the customer."""
    known = realised["is_first_order_loss"].dropna()
    if known.empty:
        return None
    n = int(known.astype(bool).sum())
    share = n / len(known)
    return {
        "n_customers": len(known),
        "n_losses": n,
        "loss_share": share,
        "finding": f"For {share:.0%} of customers the first order earned less than it cost to win them.",
    }


def _payback(realised: pd.DataFrame, features: pd.DataFrame) -> dict[str, Any] | None:
    """Tell how fast customers pay back what they cost."""
    if not realised["is_paid_back"].notna().any():
        return None
    ages = features[["customer_id", "age_days"]]
    curve = payback_curve(realised.merge(ages, on="customer_id", validate="1:1"))
    reached = curve[curve["paid_back_share"] >= 0.5]
    median = int(reached["month"].iloc[0]) if len(reached) else None
    last, share = int(curve["month"].iloc[-1]), float(curve["paid_back_share"].iloc[-1])
    half = (
        f"Half of the customers have paid back what it cost to win and serve them by month {median}"
        if median is not None
        else f"Fewer than half of the customers pay back what it cost to win and serve them within {last} months"
    )
    return {
        "n_customers": int(realised["is_paid_back"].notna().sum()),
        "n_paid_back": int(realised["is_paid_back"].eq(True).sum()),
        "median_month": median,
        "curve": [{"month": int(m), "n_observed": int(n), "paid_back_share": float(s)} for m, n, s in curve.values],
        "finding": f"{half}; {share:.0%} have by month {last}.",
    }
