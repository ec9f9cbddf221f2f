"""What the history supports, before any score: customers, days, repeats, arms, and what would unlock the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from crmwb.actions.holdouts import MIN_HELD_OUT
from crmwb.actions.inputs import Inputs
from crmwb.contract.actions import READINESS
from crmwb.findings import Count, Days, Finding, Number, Share, Value, dumps
from crmwb.params import Params

READ = (
    "n_purchase_days", "risk", "clv_cents", "margin_is_assumed", "realised_revenue_cents", "n_products", "n_invoices",
    "owner", "contactable", "n_opportunities", "n_opportunities_open",
)  # fmt: skip
NO_RISK = ("customers_buy_once", "forecasts_did_not_come_true")  # which no longer history as such would mend
MONTH_DAYS = 365.25 / 12
SEASONS = 2  # every month of the year has to be seen so often before a season can be told


@dataclass(frozen=True)
class Readiness:
    """Whether the history supports an analysis.

    Attributes
    ----------
    analysis : str
        Key of the vocabulary `readiness`.
    is_ready : bool
        It does.
    has, needs : Finding
        What there is, and what it takes.
    """

    analysis: str
    is_ready: bool
    has: Finding
    needs: Finding


def readiness(customers: pd.DataFrame, known: Inputs, p: Params) -> list[Readiness]:
    """Return one row per analysis, in the order in which they build on each other.

    Parameters
    ----------
    customers : DataFrame
        READ of the mart, one row per customer.
    known : Inputs
        What the act stage reads.
    p : Params
        For the limits that the stages keep.
    """
    days = (known.as_of - known.first_day).days
    return [*_purchases(customers, days, known.no_risk, p), *_tables(customers), *_campaigns(known, p)]


def _purchases(customers: pd.DataFrame, days: int, no_risk: str | None, p: Params) -> list[Readiness]:
    bought = customers["n_purchase_days"].fillna(0)
    n_repeats, least = int((bought >= 2).sum()), p.value.backtest.min_customers
    long_enough = days >= 2 * p.value.backtest.holdout_days
    months = days / MONTH_DAYS
    return [
        _row(
            "value", n_repeats >= least and long_enough and bool(customers["clv_cents"].notna().any()),
            {"n": Count(n_repeats, "customer"), "days": Days(days)} if n_repeats else {"days": Days(days)},
            {"n": Count(least, "customer"), "days": Days(2 * p.value.backtest.holdout_days)},
            is_none=not n_repeats,
        ),
        _row(
            "risk", bool(customers["risk"].notna().any()),
            {"n": Count(int(customers["risk"].notna().sum()), "customer"), "all": Count(int((bought > 0).sum()))}, {},
            no_risk if no_risk in NO_RISK else None, is_none=bool(customers["risk"].isna().all()),
        ),
        _row(
            "season", months >= 12 * SEASONS,
            {"months": Number(round(months, 1))}, {"months": Count(12 * SEASONS, "month")},
        ),
    ]  # fmt: skip


def _tables(customers: pd.DataFrame) -> list[Readiness]:
    revenue = customers["realised_revenue_cents"].fillna(0).clip(lower=0)
    costed = ~customers["margin_is_assumed"].fillna(True).astype(bool)
    share = float(revenue[costed].sum() / revenue.sum()) if revenue.sum() > 0 else 0.0
    n_named = int((customers["n_products"].fillna(0) > 0).sum())
    n_invoiced = int((customers["n_invoices"].fillna(0) > 0).sum())
    n_owned, n_agreed = int(customers["owner"].notna().sum()), int(customers["contactable"].notna().sum())
    deals = int((customers["n_opportunities"].fillna(0) - customers["n_opportunities_open"].fillna(0)).sum())
    counts = (
        ("products", n_named, "customer"), ("credit", n_invoiced, "customer"), ("owners", n_owned, "customer"),
        ("consent", n_agreed, "customer"), ("pipeline", deals, "opportunity"),
    )  # fmt: skip
    rows = [_row(key, n > 0, {"n": Count(n, noun)}, {}, is_none=not n) for key, n, noun in counts]
    return [_row("profit", share > 0.5, {"share": Share(share)}, {}, is_none=not share), *rows]


def _campaigns(known: Inputs, p: Params) -> list[Readiness]:
    campaigns = known.campaigns
    has_none = "none" if campaigns.empty else "uncontrolled"
    n_tested = int((campaigns["design"] == "experiment").sum()) if len(campaigns) else 0
    n_sorted = int(known.learners["campaign_id"].nunique()) if len(known.learners) else 0
    due = known.past[known.past["review_on"] <= known.as_of] if len(known.past) else known.past
    n_held = int(due["is_held_out"].astype(bool).groupby(due["action"]).sum().max()) if len(due) else 0
    arm = Count(p.response.min_arm, "customer")
    both = {"n": Count(n_tested), "all": Count(len(campaigns), "campaign")}
    return [
        _row("effects", n_tested > 0, both, {"arm": arm}, is_none=not n_tested, none=has_none),
        _row("uplift", n_sorted > 0, {"n": Count(n_sorted, "campaign")}, {"arm": arm}, is_none=not n_sorted),
        _row(
            "hold_outs", n_held >= MIN_HELD_OUT,
            {"n": Count(n_held, "customer")}, {"n": Count(MIN_HELD_OUT, "customer")}, is_none=not n_held,
        ),
    ]  # fmt: skip


def _row(
    key: str,
    is_ready: bool,
    has: Mapping[str, Value],
    needs: Mapping[str, Value],
    lacks: str | None = None,
    *,
    is_none: bool = False,
    none: str = "none",
) -> Readiness:
    """Return a row; `lacks` names what it takes where that is not the usual, `none` how it is said to be missing."""
    there_is = f"has_{key}_{none}" if is_none else f"has_{key}"
    codes = (f"actions.readiness.{there_is}", f"actions.readiness.needs_{lacks or key}")
    return Readiness(key, is_ready, Finding(codes[0], has), Finding(codes[1], needs))


def table(rows: list[Readiness]) -> pd.DataFrame:
    """Return readiness as the artefact holds it: columns of READINESS."""
    return pd.DataFrame(
        [(i, r.analysis, r.is_ready, dumps(r.has), dumps(r.needs)) for i, r in enumerate(rows, start=1)],
        columns=READINESS.names,
    )
