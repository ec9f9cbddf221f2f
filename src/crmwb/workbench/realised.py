"""What customers brought so far: who earns it, who destroys profit and why, how fast winning them pays back."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.plots import profit as plots
from crmwb.plots import value as whale_plots

LAW = (
    ("top_20_share", "brought by the best 20% of customers", 0.8),
    ("bottom_30_share", "brought by the worst 30% of customers", None),
    ("lost_share", "lost again after the peak, of the peak", 0.5),
)


class Realised:
    """What is behind us.

    Attributes
    ----------
    frame : DataFrame
        One row per customer, as `Value.frame`.
    facts : dict
        basis, not_available, totals, n_incomplete, whale, destroyers, first_orders, payback, each with its finding.
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
        """The figures of the 20/80/30 law with their 95% intervals, and the verdict in words."""
        figures: dict[str, Any] = self.facts["whale"]
        return figures

    @property
    def law_figures(self) -> pd.DataFrame:
        """One row per figure of the law: figure (in words), here_share, low_share, high_share, law_share.

        By revenue, nothing can be lost, so only the first figure is there; none where customers brought nothing.
        """
        known = LAW if self.basis != "revenue" else LAW[:1]
        rows = [(what, *(self.law[name][k] for k in ("value", "low", "high")), says) for name, what, says in known]
        columns = ["figure", "here_share", "low_share", "high_share", "law_share"]
        return pd.DataFrame(rows, columns=columns).dropna(subset="here_share").astype(dict.fromkeys(columns[1:], float))

    @property
    def destroyers(self) -> dict[str, Any] | None:
        """Who destroys profit: n_customers, loss_cents, by_reason, finding …; None where goods have no known cost."""
        found: dict[str, Any] | None = self.facts["destroyers"]
        return found

    @property
    def reasons(self) -> pd.DataFrame:
        """One row per reason for which profit is destroyed: reason, words, n_customers, loss_cents, loss_share."""
        columns = ["reason", "words", "n_customers", "loss_cents", "loss_share"]
        return pd.DataFrame((self.destroyers or {}).get("by_reason", []), columns=columns)

    def n_destroying(self, tier: str) -> int:
        """Return how many customers of a value tier destroy profit."""
        return int((self.frame["loss_cents"].notna() & (self.frame["tier"] == tier)).sum())

    def loss_finding(self, tier: str) -> str:
        """Say in one sentence who destroys profit, how much, and how many of them are in a value tier."""
        lost = self.destroyers
        if lost is None:
            return "Who costs more than they bring cannot be told: the source does not say what goods cost."
        if not lost["n_customers"]:
            return str(lost["finding"])
        customers = f"{words.plural(lost['n_customers'], 'customer')} ({words.share(lost['customer_share'])})"
        start = "" if self.facts["totals"]["unpaid_cents"] is None else "With overdue invoices taken off, "
        against = lost["loss_share_of_earned"]
        part = "" if against is None else f", {words.share(against)} of what the others earn"
        n = self.n_destroying(tier)
        among = f"{words.count(n) if n else 'none'} of them {'are' if n > 1 else 'is'} in the {words.name(tier)} tier"
        loss = words.money(lost["loss_cents"], self.currency)
        return f"{start}{customers} cost {loss} more than they brought{part}; {among}."

    def largest_losses(self, n: int) -> pd.DataFrame:
        """Return the customers who destroy most profit, without saying who they are.

        Returns
        -------
        DataFrame
            place (from 1), tier, loss_reason (in words), realised_revenue_cents, profit_cents, loss_cents (what
            is overdue taken off) and clv_cents; at most n rows.
        """
        from crmwb.value.realised.destroyers import WORDS

        lost = self.frame[self.frame["loss_cents"].notna()]
        top = lost.sort_values(["loss_cents", "customer_id"], ascending=[False, True]).head(n)
        shown = ["tier", "loss_reason", "realised_revenue_cents", "profit_cents", "loss_cents", "clv_cents"]
        top = top[shown].assign(loss_reason=top["loss_reason"].map(WORDS))
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
        return draw(whale_plots.whale_curve, self.whale(), self.basis, alt=self.law["verdict"])

    def plot_destroyers(self) -> Picture:
        """Draw what is lost with customers who destroy profit, by reason."""
        finding = (self.destroyers or {}).get("finding", "What goods cost is not known, so who destroys profit is not.")
        return draw(plots.destroyers, self.reasons, self.currency, alt=finding)

    def plot_payback(self) -> Picture:
        """Draw the share of customers who have paid back what winning and serving them cost, by month."""
        first = self.facts["first_orders"]
        finding = (self.facts["payback"] or {}).get("finding", "What winning customers cost is not known.")
        return draw(plots.payback, self.payback, first and first["loss_share"], alt=finding)

    def _repr_html_(self) -> str:
        sums = pd.DataFrame([self.facts["totals"]], dtype="Int64").dropna(axis="columns")
        return tables.html(sums, caption="What customers brought so far", currency=self.currency)
