"""Model value: what customers bring by example, through referrals and their rank in industry and region."""

from typing import Any

import pandas as pd

from crmwb.display import tables
from crmwb.findings import Finding, Unavailable, from_json

GROUPS = ("industry", "region")


class Influence:
    """What customers bring beyond their own purchases.

    Attributes
    ----------
    frame : DataFrame
        One row per customer, as `Value.frame`.
    referrals : dict
        is_available, and where it is n_referrers, n_referred, value_cents, saved_cents, type_1_share …; finding.
    standing : dict
        Of "industry" and "region": is_available, n_ranked, n_small_groups, finding.
    """

    def __init__(self, frame: pd.DataFrame, facts: dict[str, Any], currency: str) -> None:
        self.frame = frame
        self.referrals: dict[str, Any] = facts["referrals"]
        self.standing: dict[str, Any] = facts["standing"]
        self.currency = currency

    def referrers(self, tiers: list[str]) -> pd.DataFrame:
        """Sum up referrals by value tier of the referrer.

        Returns
        -------
        DataFrame
            One row per tier of `tiers`: tier, n_customers (who brought others), n_referred, value_cents.
        """
        brought = self.frame[self.frame["n_referred"] > 0].groupby("tier")
        sums = brought.agg(
            n_customers=("customer_id", "size"),
            n_referred=("n_referred", "sum"),
            value_cents=("referral_value_cents", "sum"),
        )
        return sums.reindex(tiers, fill_value=0).rename_axis("tier").reset_index()

    @property
    def finding(self) -> Finding | Unavailable:
        """What referrals bring, or what is missing to say so."""
        finding: Finding | Unavailable = from_json(self.referrals["finding"])
        return finding

    def leaders(self) -> pd.DataFrame:
        """Count the customers with the most revenue of their industry or region: group, n_customers, n_ranked."""
        ranks = {group: self.frame[f"{group}_rank"].dropna() for group in GROUPS}
        rows = [(group, int((rank == 1).sum()), len(rank)) for group, rank in ranks.items() if len(rank)]
        return pd.DataFrame(rows, columns=["group", "n_customers", "n_ranked"])

    def _repr_html_(self) -> str:
        return tables.html(self.leaders(), caption=self.finding, currency=self.currency)
