"""What customers brought so far: who earns it, who is unprofitable and why, how fast acquisition is paid back."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Money, Share, Term, Unavailable, from_json
from crmwb.plots import profit as plots
from crmwb.plots import value as whale_plots

LAW = (("top_20_share", 0.8), ("bottom_30_share", None), ("lost_share", 0.5))
NO_COSTS = Unavailable("realised.unprofitable.not_known")


class Realised:
    """Realised value.

    Attributes
    ----------
    frame : DataFrame
        One row per customer, as `Value.frame`.
    facts : dict
        basis, not_available, totals, n_incomplete, whale, unprofitable, first_orders, payback, with their findings.
    """

    def __init__(self, frame: pd.DataFrame, facts: dict[str, Any], currency: str) -> None:
        self.frame = frame
        self.facts = facts
        self.currency = currency

    @property
    def basis(self) -> str:
        """What customers are judged by: "profit", "margin" where only goods have a known cost, or "revenue"."""
        return str(self.facts["basis"])

    @property
    def cents(self) -> pd.Series:
        """What each customer brought, by the basis, on the index customer_id; without those of whom it is unknown."""
        from crmwb.value.realised.profit import basis_cents

        return basis_cents(self.frame.set_index("customer_id"), self.facts["basis"]).dropna()

    @property
    def law(self) -> dict[str, Any]:
        """The figures of the 20/80/30 law with their 95% intervals, and the verdict: a finding, as JSON holds it."""
        figures: dict[str, Any] = self.facts["whale"]
        return figures

    @property
    def verdict(self) -> Finding:
        """Whether the 20/80/30 law holds."""
        verdict: Finding = from_json(self.law["verdict"])
        return verdict

    @property
    def law_figures(self) -> pd.DataFrame:
        """One row per figure of the law: figure (a finding), here_share, low_share, high_share, law_share.

        By revenue, nothing can be lost, so only the first figure is there; none where customers brought nothing.
        """
        known = LAW if self.basis != "revenue" else LAW[:1]
        rows = [
            (Finding(f"realised.law.{name}"), *(self.law[name][k] for k in ("value", "low", "high")), by_law)
            for name, by_law in known
        ]
        columns = ["figure", "here_share", "low_share", "high_share", "law_share"]
        return pd.DataFrame(rows, columns=columns).dropna(subset="here_share").astype(dict.fromkeys(columns[1:], float))

    @property
    def unprofitable(self) -> dict[str, Any] | None:
        """Unprofitable customers: n_customers, loss_cents, by_reason, …; None where goods have no known cost."""
        unprofitable: dict[str, Any] | None = self.facts["unprofitable"]
        return unprofitable

    @property
    def reasons(self) -> pd.DataFrame:
        """One row per main reason of losses: reason, n_customers, loss_cents, loss_share."""
        columns = ["reason", "n_customers", "loss_cents", "loss_share"]
        return pd.DataFrame((self.unprofitable or {}).get("by_reason", []), columns=columns)

    def n_unprofitable(self, tier: str) -> int:
        """Return how many customers of a value tier are unprofitable."""
        return int((self.frame["loss_cents"].notna() & (self.frame["tier"] == tier)).sum())

    def loss_finding(self, tier: str) -> Finding | Unavailable:
        """Return how many customers are unprofitable, how much is lost, and how many of them are in a value tier."""
        lost = self.unprofitable
        if lost is None:
            return NO_COSTS
        if not lost["n_customers"]:
            return Finding("realised.unprofitable.none")
        n, of_tier = self.n_unprofitable(tier), Term("tier", tier)
        among = {"n": Count(n), "tier": of_tier}
        values = {
            "customers": Count(lost["n_customers"], "customer"),
            "share": Share(lost["customer_share"]),
            "loss": Money(lost["loss_cents"], self.currency),
            "part": Share(lost["loss_share_of_earned"]),
            "among": Finding(f"realised.unprofitable.{'in_tier' if n else 'none_in_tier'}", among),
        }
        overdue = "" if self.facts["totals"]["unpaid_cents"] is None else "_overdue"
        earned = "" if lost["loss_share_of_earned"] is None else "_of_earned"
        return Finding(f"realised.unprofitable.loss{overdue}{earned}", values)

    def largest_losses(self, n: int) -> pd.DataFrame:
        """Return the customers with the largest losses, without their ids.

        Returns
        -------
        DataFrame
            place (from 1), tier, loss_reason, realised_revenue_cents, profit_cents, loss_cents (what
            is overdue taken off) and clv_cents; at most n rows.
        """
        lost = self.frame[self.frame["loss_cents"].notna()]
        top = lost.sort_values(["loss_cents", "customer_id"], ascending=[False, True]).head(n)
        shown = ["tier", "loss_reason", "realised_revenue_cents", "profit_cents", "loss_cents", "clv_cents"]
        top = top[shown]
        top.insert(0, "place", np.arange(1, len(top) + 1))
        return top.reset_index(drop=True)

    def whale(self) -> pd.DataFrame:
        """Return the whale curve: customer_share, cumulative_cents, cumulative_share, best customer first."""
        from crmwb.value.realised import whale

        return whale.curve(self.cents.to_numpy())

    @property
    def payback(self) -> pd.DataFrame:
        """One row per month since the first purchase: month, n_observed, paid_back_share; none without costs."""
        curve = (self.facts["payback"] or {}).get("curve", [])
        return pd.DataFrame(curve, columns=["month", "n_observed", "paid_back_share"])

    def plot_whale(self) -> Picture:
        """Draw the whale curve."""
        alt = Finding("realised.alt.whale", {"basis": Term("basis", self.basis)})
        return draw(whale_plots.whale_curve, self.whale(), self.basis, alt=alt, reason=self.verdict)

    def plot_unprofitable(self) -> Picture:
        """Draw what is lost with unprofitable customers, by main reason."""
        reason = from_json(self.unprofitable["finding"]) if self.unprofitable else NO_COSTS
        alt = Finding("realised.alt.unprofitable")
        return draw(plots.unprofitable, self.reasons, self.currency, alt=alt, reason=reason)

    def plot_payback(self) -> Picture:
        """Draw the share of customers who have paid back the cost of acquiring and serving them, by month."""
        first, payback = self.facts["first_orders"], self.facts["payback"]
        reason = from_json(payback["finding"]) if payback else Unavailable("realised.payback.not_known")
        alt = Finding("realised.alt.payback")
        return draw(plots.payback, self.payback, first and first["loss_share"], alt=alt, reason=reason)

    def _repr_html_(self) -> str:
        sums = pd.DataFrame([self.facts["totals"]], dtype="Int64").dropna(axis="columns")
        return tables.html(sums, caption=Finding("realised.caption.totals"), currency=self.currency)
