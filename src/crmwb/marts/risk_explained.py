"""How stage, silence and RFM explain the risk: one count of customers at risk, seen from three sides."""

from pathlib import Path

import numpy as np
import pandas as pd

from crmwb import storage
from crmwb.contract.marts import RISK

UNKNOWN = "unknown"
SCHEMES = ("stage", "silence", "rfm_segment")
ONCE = "bought_once"
SILENCES = ("up_to_1_gap", "up_to_2_gaps", "up_to_3_gaps", "over_3_gaps")

READ = [
    *("risk_class", "stage", "rfm_segment", "silence_ratio", "n_purchase_days"),
    *("revenue_cents", "clv_cents", "margin_at_stake_cents"),
]


def silences(silence_ratio: pd.Series) -> pd.Series:
    """Return how long each customer has been silent, in their own usual gaps; those without a gap bought once."""
    ratio = pd.to_numeric(silence_ratio).to_numpy(dtype=float, na_value=np.nan)
    named = np.array(SILENCES, dtype=object)[np.searchsorted([1, 2, 3], np.nan_to_num(ratio), side="left")]
    return pd.Series(np.where(np.isnan(ratio), ONCE, named), index=silence_ratio.index, dtype=object)


def explained(customers: pd.DataFrame) -> pd.DataFrame:
    """Count the classes of risk by stage, by RFM segment and by silence; each of the three adds up to all buyers.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, columns of READ. Those who never bought are left out.

    Returns
    -------
    DataFrame
        Columns of `contract.marts.RISK`, one row per scheme (of SCHEMES), segment and class that somebody is in; a
        class is "unknown" where the history is too short for a risk.
    """
    bought = customers[pd.to_numeric(customers["n_purchase_days"]).fillna(0) > 0]
    frame = pd.DataFrame(
        {
            "stage": bought["stage"].fillna(UNKNOWN),
            "rfm_segment": bought["rfm_segment"].fillna(UNKNOWN),
            "silence": silences(bought["silence_ratio"]),
            "risk_class": bought["risk_class"].fillna(UNKNOWN),
            "n_customers": 1,
        }
    )
    sums = ["n_customers", "revenue_cents", "clv_cents", "margin_at_stake_cents"]
    for name in sums[1:]:
        frame[name] = pd.to_numeric(bought[name]).astype("Int64")
    out = []
    for scheme in SCHEMES:
        rows = frame.groupby([scheme, "risk_class"], sort=True)[sums].sum(min_count=1).reset_index()
        rows = rows.rename(columns={scheme: "segment"}).assign(scheme=scheme)
        out.append(rows.assign(position=range(1, len(rows) + 1)))
    return pd.concat(out, ignore_index=True).reindex(columns=RISK.names)


def write(customers: pd.DataFrame, path: Path) -> None:
    """Write what `explained` returns."""
    storage.write(explained(customers), RISK, path)
