"""Renewals by plan and by cohort (shifted-beta-geometric), and what running contracts are worth."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmwb.value.models import ContractsBySegment, ContractSummary, ShiftedBetaGeometric

DAYS_IN_MONTH = 365.25 / 12
NEARLY = 0.01  # of a period: 365 days hold twelve payments by month and one by year


def summaries(counts: pd.DataFrame, by: str) -> dict[str, ContractSummary]:
    """Return the counts of contract histories of each group.

    Parameters
    ----------
    counts : DataFrame
        A column `by`, renewals, is_lost and n.
    """
    return {
        str(name): ContractSummary.of(rows["renewals"].to_numpy(), rows["is_lost"].to_numpy(), rows["n"].to_numpy())
        for name, rows in counts.groupby(by, sort=True)
    }


def fit(counts: pd.DataFrame, by: str) -> ContractsBySegment:
    """Fit one model of renewals for each group, and one for all."""
    return ContractsBySegment().fit(summaries(counts, by))


def table(model: ContractsBySegment, counts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return one row per group: contracts, how many ended, and the renewal rates that its model expects.

    The model of a group is its own where the groups differ and it can be told, else that of all.
    """
    rows = []
    for name, of_group in counts.groupby(by, sort=True):
        used = model.model_of(str(name))
        is_usable = used.verdict_.is_usable
        rates = used.retention_rate(np.array([1, 2, 12])) if is_usable else np.full(3, np.nan)
        rows.append({
            "by": by,
            "group": str(name),
            "n_contracts": int(of_group["n"].sum()),
            "n_ended": int(of_group.loc[of_group["is_lost"], "n"].sum()),
            "is_own_model": used is not model.pooled_,
            "verdict": str(used.verdict_.status.value),
            **{f"renewal_{k}_share": round(float(rate), 6) for k, rate in zip((1, 2, 12), rates, strict=True)},
        })  # fmt: skip
    return pd.DataFrame(rows)


def expected_payments(
    model: ShiftedBetaGeometric,
    renewals: np.ndarray,
    period_months: np.ndarray,
    *,
    horizon_days: int,
    annual_rate: float,
) -> np.ndarray:
    """Return how many more payments a running contract will make within the horizon, discounted to today.

    Payment j from now is made where the contract is renewed j more times: S(t + j) / S(t), at rate discounted for j
    periods (Fader & Hardie 2010, eq. 5, cut off at the horizon).

    Parameters
    ----------
    model : ShiftedBetaGeometric
        Fitted.
    renewals, period_months : ndarray of shape (n,)
        Renewals made, and months in a period.
    horizon_days : int
        How far ahead.
    annual_rate : float
        Effective, a year.
    """
    months = horizon_days / DAYS_IN_MONTH
    n_ahead = np.floor(months / period_months + NEARLY)
    total = np.zeros(len(renewals))
    alive = model.survival(renewals)
    for j in range(1, int(n_ahead.max(initial=0)) + 1):
        share = model.survival(renewals + j) / alive
        total += np.where(j <= n_ahead, share * (1 + annual_rate) ** (-j * period_months / 12), 0.0)
    return total


def worth(
    running: pd.DataFrame, model: ContractsBySegment, *, horizon_days: int, annual_rate: float, margin_share: float
) -> Mapping[tuple[str, int, int], float]:
    """Return the expected payments of each plan, number of renewals and period; NaN where no model can be told."""
    payments: dict[tuple[str, int, int], float] = {}
    for plan, rows in running.groupby("plan", sort=True):
        used = model.model_of(str(plan))
        renewals, period = rows["renewals"].to_numpy(dtype=float), rows["period_months"].to_numpy(dtype=float)
        if used.verdict_.is_usable:
            each = expected_payments(used, renewals, period, horizon_days=horizon_days, annual_rate=annual_rate)
        else:
            each = np.full(len(rows), np.nan)
        for r, p, value in zip(renewals, period, each * margin_share, strict=True):
            payments[str(plan), int(r), int(p)] = float(value)
    return payments
