"""How opportunities move: through stages, how fast, and which are stuck."""

import numpy as np
import pandas as pd

from crmwb.predict.opportunities.deals import Deals
from crmwb.predict.opportunities.windows import Window, earlier

MIN_DEALS = 30  # of a stage, or a quarter; of fewer nothing is said
CONVERSIONS = ["stage", "place", "n_entered", "n_moved_on", "n_lost", "n_open", "n_won", "won_share", "median_days"]
SPEED = ["starts_on", "n_opened", "n_closed", "won_share", "won_cents", "median_days"]


def conversions(deals: Deals) -> pd.DataFrame:
    """Follow opportunities through the stages that the source recorded.

    Returns
    -------
    DataFrame
        CONVERSIONS, one row per stage in the order of the mean day from opening on which it is entered: opportunities
        that entered it; of them moved on to another stage, lost in it, open in it now, and won in the end; won_share of
        those closed (NaN of fewer than MIN_DEALS); median_days in it, of stays that ended.
    """
    if deals.changes is None:
        return pd.DataFrame(columns=CONVERSIONS)
    changes = deals.changes.dropna(subset="stage")
    begun = changes[changes["stage"] != changes.groupby("opportunity_id")["stage"].shift()]
    outcome = deals.rows[["opportunity_id", "opened", "closed", "won"]]
    stays = begun[["opportunity_id", "day", "stage"]].merge(outcome, on="opportunity_id")
    following = stays.groupby("opportunity_id")["day"].shift(-1)
    left = following.fillna(stays["closed"].where(np.isfinite(stays["closed"])))
    stays = stays.assign(days=left - stays["day"], moved=following.notna(), since=stays["day"] - stays["opened"])
    first = stays.drop_duplicates(["opportunity_id", "stage"])  # who comes back to a stage entered it once
    rows = []
    for stage, own in first.groupby("stage"):
        is_over = np.isfinite(own["closed"])
        n_closed, n_won = int(is_over.sum()), int(own["won"].sum())
        share = n_won / n_closed if n_closed >= MIN_DEALS else float("nan")
        ended = stays.loc[stays["stage"] == stage, "days"].dropna()
        days = float(ended.median()) if len(ended) >= MIN_DEALS else float("nan")
        here = ~own["moved"]
        counts = (
            len(own),
            int(own["moved"].sum()),
            int((here & is_over & ~own["won"]).sum()),
            int((here & ~is_over).sum()),
        )
        rows.append((float(own["since"].mean()), stage, *counts, n_won, share, days))
    frame = pd.DataFrame(sorted(rows), columns=["since", *(name for name in CONVERSIONS if name != "place")])
    return frame.assign(place=np.arange(1, len(frame) + 1))[CONVERSIONS]


def speed(deals: Deals, window: Window, n_quarters: int) -> pd.DataFrame:
    """Sum up quarters before the current one: SPEED, one row each; days from opening to close, of those closed."""
    rows, out = deals.rows, []
    for back in range(n_quarters, 0, -1):
        one = earlier(window, back)
        begin, _, _ = one.numbers
        end = earlier(window, back - 1).numbers[0]
        closed = rows[(rows["closed"] >= begin) & (rows["closed"] < end)]
        n_opened = int(((rows["opened"] >= begin) & (rows["opened"] < end)).sum())
        if closed.empty and not n_opened:
            continue
        enough = len(closed) >= MIN_DEALS
        out.append(
            (
                one.starts_on,
                n_opened,
                len(closed),
                float(closed["won"].mean()) if enough else float("nan"),
                float(closed.loc[closed["won"], "amount_cents"].fillna(0).sum()),
                float((closed["closed"] - closed["opened"]).median()) if enough else float("nan"),
            )
        )
    return pd.DataFrame(out, columns=SPEED)


def stuck_after(deals: Deals, quantile: float) -> float:
    """Return the age in days that the given share of won opportunities never exceeded; NaN of too few."""
    won = deals.rows[deals.rows["won"] & deals.rows["opened"].notna()]
    return float(np.quantile(won["closed"] - won["opened"], quantile)) if len(won) >= MIN_DEALS else float("nan")


def stuck_in_stage(deals: Deals, stages: pd.Series, quantile: float) -> np.ndarray:
    """Return the same of the days in each of some stages, of stays of opportunities that were won; shape (n,)."""
    if deals.changes is None:
        return np.full(len(stages), np.nan)
    won = deals.rows.loc[deals.rows["won"], ["opportunity_id", "closed"]]
    changes = deals.changes.merge(won, on="opportunity_id").dropna(subset="stage")
    begun = changes[changes["stage"] != changes.groupby("opportunity_id")["stage"].shift()]
    left = begun.groupby("opportunity_id")["day"].shift(-1).fillna(begun["closed"])
    stays = pd.DataFrame({"stage": begun["stage"], "days": left - begun["day"]}).groupby("stage")["days"]
    bounds = stays.quantile(quantile)[stays.size() >= MIN_DEALS]
    return stages.map(bounds).astype(np.float64).to_numpy()
