"""Predictions: opportunities, the quarter's sales, who buys, who is like the best, and what more money brings."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract import named
from crmwb.contract.predict import ARTEFACTS
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Listing, Term, Unavailable, from_json
from crmwb.findings.say import say
from crmwb.plots import predict as plots
from crmwb.predict.words import column_of, reason

STATED = "stated"
N_DRIVERS = 8
DRIVERS = ["driver_1", "effect_1", "driver_2", "effect_2"]


class Predictions:
    """What the predict stage made."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def findings(self) -> dict[str, list[Finding | Unavailable]]:
        """What can be said, by section."""
        content: dict[str, Any] = storage.read_json(self._root / layout.PREDICT_FINDINGS)
        return {section: [from_json(one) for one in statements] for section, statements in content.items()}

    @cached_property
    def opportunities(self) -> pd.DataFrame:
        """One row per open opportunity, the largest expected value first, then the largest value."""
        frame = self._table("opportunities")
        return frame.sort_values(
            ["expected_cents", "amount_cents", "opportunity_id"], ascending=[False, False, True], ignore_index=True
        )

    @cached_property
    def customers(self) -> pd.DataFrame:
        """One row per customer of whom anything is predicted."""
        return self._table("customers")

    @property
    def win_tests(self) -> pd.DataFrame:
        """How good chances to win were on earlier quarters, by method."""
        return self._in_order("win_tests", "n_opportunities")

    @cached_property
    def quarters(self) -> pd.DataFrame:
        """One row per quarter and method: the forecast with its interval, and what was won."""
        return self._table("quarters").sort_values(["starts_on", "origin", "method"], ignore_index=True)

    @property
    def chosen_quarters(self) -> pd.DataFrame:
        """The quarters by the method that is used; no rows where no forecast is stated."""
        chosen = self.metrics.get("win.chosen")
        rows = self.quarters[self.quarters["method"] == chosen]
        return rows.reset_index(drop=True) if rows["high_cents"].notna().any() else rows.head(0)

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The numbers that runs are compared by."""
        content: dict[str, Any] = storage.read_json(self._root / layout.PREDICT_METRICS)
        return content

    @property
    def stages(self) -> pd.DataFrame:
        """One row per stage: how many entered, moved on and were lost, and how long they stayed."""
        return self._table("stages").sort_values("place", ignore_index=True)

    @property
    def speed(self) -> pd.DataFrame:
        """One row per quarter: opportunities opened and closed, win rate and days to close."""
        return self._table("speed").sort_values("starts_on", ignore_index=True)

    @property
    def leakage(self) -> pd.DataFrame:
        """One row per column: what is known of it of open, won and lost opportunities, and whether it may be used."""
        return self._table("leakage").sort_values(["verdict", "column"], ignore_index=True)

    @property
    def stuck_by_owner(self) -> pd.DataFrame:
        """Stuck opportunities by owner, the largest value first; without owners, no row."""
        rows = self.opportunities[self.opportunities["is_stuck"].fillna(False).astype(bool)]
        sums = (
            rows[rows["owner"].notna()].groupby("owner").agg(n=("stage", "size"), amount_cents=("amount_cents", "sum"))
        )
        return sums.reset_index().sort_values(["amount_cents", "owner"], ascending=[False, True], ignore_index=True)

    @property
    def propensity_tests(self) -> pd.DataFrame:
        """How good forecasts of buying and leaving were at earlier moments, by method."""
        return self._in_order("propensity_tests", "n_customers", ["target"])

    @property
    def likely_buyers(self) -> pd.DataFrame:
        """Customers by their chance to buy, highest first: customer_id, buy_probability; reason where there is any."""
        rows = self.customers[self.customers["buy_probability"].notna()]
        rows = rows.sort_values(["buy_probability", "customer_id"], ascending=[False, True], ignore_index=True)
        reasons = [_reasons(row) for row in rows[DRIVERS].to_dict("records")]
        likely = rows[["customer_id", "buy_probability"]]
        return likely.assign(reason=pd.Series(reasons, dtype=object)) if any(reasons) else likely

    @property
    def buy_drivers(self) -> pd.DataFrame:
        """What moves the chance to buy most: column, weight, the largest first."""
        rows = self._table("buy_drivers")
        return (
            rows.assign(size=-rows["weight"].abs())
            .sort_values(["size", "column"], ignore_index=True)
            .drop(columns="size")
        )

    @property
    def win_drivers(self) -> pd.DataFrame:
        """What moves the chance to be won most: column (as a value), weight."""
        rows = self._table("win_drivers")
        rows = rows.assign(size=-rows["weight"].abs()).sort_values(["size", "column"], ignore_index=True)
        names = pd.Series([column_of(name) for name in rows["column"]], dtype=object)
        return rows.assign(column=names).drop(columns="size")

    @property
    def lookalike_tests(self) -> pd.DataFrame:
        """How good sorting new customers was on later ones, by method."""
        return self._in_order("lookalike_tests", "n_customers")

    def listed(self, *, prospects: bool, n: int) -> pd.DataFrame:
        """Return the new customers, or prospects, listed first: likeness_rank, customer_id and their chance."""
        rows = self.customers[self.customers["likeness_rank"].notna()]
        rows = (
            rows[rows["is_prospect"].astype(bool) == prospects].sort_values("likeness_rank", ignore_index=True).head(n)
        )
        return rows[["likeness_rank", "customer_id", "best_customer_probability"]]

    @property
    def spending(self) -> pd.DataFrame:
        """Margin per unit of money for marketing contacts, by tier; `all` first."""
        rows = self._table("spending")
        rows = rows.assign(place=rows["tier"] != "all").sort_values(["place", "tier"], ignore_index=True)
        names = [Finding("predict.all_tiers") if tier == "all" else Term("tier", tier) for tier in rows["tier"]]
        return rows.drop(columns="place").assign(tier=pd.Series(names, dtype=object))

    def plot_spending(self) -> Picture:
        """Draw what campaigns with a control group added for what they spent; only where `spending` has rows."""
        points = self._table("spending_points")
        points = points[(points["tier"] == "all") & (points["margin_error_cents"] > 0)].reset_index(drop=True)
        line = self._table("spending").set_index("tier")["per_unit"]
        words = Finding("predict.alt.spending", {"n": Count(len(points), "campaign")})
        return draw(plots.spending, points, float(line["all"]), self.currency, alt=words)

    def plot_quarters(self, targets: Mapping[str, float] | None = None) -> Picture:
        """Draw what quarters won beside their forecasts, and beside `predict.targets` of params.yaml where given."""
        rows = self.chosen_quarters
        people = self.quarters[(self.quarters["method"] == STATED) & self.quarters["starts_on"].isin(rows["starts_on"])]
        names = {day: f"{day.year}-Q{(day.month + 2) // 3}" for day in rows["starts_on"]}
        plan = {day: targets[name] * 100 for day, name in names.items() if targets and name in targets}
        return draw(plots.quarters, rows, people, self.currency, plan, alt=Finding("predict.alt.quarters"))

    def plot_drivers(self) -> Picture:
        """Draw what moves the chance to buy most."""
        rows = self.buy_drivers.head(N_DRIVERS)
        return draw(_drivers, list(rows["column"]), list(rows["weight"]), alt=Finding("predict.alt.drivers"))

    def _in_order(self, name: str, n: str, first: list[str] | None = None) -> pd.DataFrame:
        """Return the tests of methods, the smallest log loss, or the largest lift, first; n as n_tested."""
        rows = self._table(name).rename(columns={n: "n_tested"})
        by, up = ("log_loss", True) if "log_loss" in rows else ("lift", False)
        order = [*(first or []), by, "method"]
        return rows.sort_values(order, ascending=[True] * len(first or []) + [up, True], ignore_index=True)

    def _table(self, name: str) -> pd.DataFrame:
        return storage.read(named(ARTEFACTS, name), root=self._root)


def _reasons(row: dict[Any, Any]) -> Listing | None:
    """Return what moves a customer's chance most; None where the chance is that of the risk alone."""
    reasons = [
        reason(row[name], row[effect]) for name, effect in (DRIVERS[:2], DRIVERS[2:]) if isinstance(row[name], str)
    ]
    return Listing(tuple(reasons)) if reasons else None


def _drivers(columns: list[str], weights: list[float], **axes: Any) -> Any:
    """Draw columns by their names in the language in use."""
    return plots.drivers([say(column_of(name)) for name in columns], weights, **axes)
