"""Migration: who moves between segments from month to month, why, where that leads, and whether definitions hold."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, params, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.plots import migration as plots

SCHEMES = {"tier": "tiers", "rfm_segment": "RFM segments", "cluster_name": "clusters", "stage": "stages of life"}


class Migration:
    """Moves between the segments of a scheme: `tier`, `rfm_segment`, `cluster_name` or `stage`."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def moves(self) -> pd.DataFrame:
        """One row per scheme, definition, month end, from and to: customers, money, direction, causes."""
        return storage.read_frame(self._root / layout.MIGRATION_MOVES)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """One row per scheme, definition, month end and segment: customers and revenue of twelve months."""
        return storage.read_frame(self._root / layout.MIGRATION_SHARES)

    @cached_property
    def chances(self) -> pd.DataFrame:
        """One row per scheme, definition, from and to: the chance to move in a month, whole and by halves."""
        return storage.read_frame(self._root / layout.MIGRATION_CHANCES)

    @cached_property
    def steady(self) -> pd.DataFrame:
        """One row per scheme, definition and segment: what it is worth, its share now and what it tends to."""
        return storage.read_frame(self._root / layout.MIGRATION_STEADY)

    @cached_property
    def movers(self) -> pd.DataFrame:
        """One row per customer and scheme moved in the last month, most revenue first, with the reason."""
        return storage.read_frame(self._root / layout.MIGRATION_MOVERS)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Headline definitions, chains and their tests, the last month, what is not available and why."""
        content: dict[str, Any] = storage.read_json(self._root / layout.MIGRATION_FACTS)
        return content

    @cached_property
    def refit(self) -> dict[str, Any]:
        """What the new model changes against the accepted one: verdict, reasons, matching, moves, psi."""
        content: dict[str, Any] = storage.read_json(self._root / layout.REFIT_REPORT)
        return content

    @property
    def schemes(self) -> list[str]:
        """The schemes that month ends can be told in."""
        there = set(self.moves["scheme"])
        return [scheme for scheme in SCHEMES if scheme in there]

    @property
    def not_available(self) -> list[str]:
        """What cannot be told, and why."""
        return [f"{words.name(row['what'])}: {row['why']}" for row in self.facts["not_available"]]

    @property
    def finding(self) -> str:
        """What happened to the value tiers in the last month, in plain words."""
        if not self.schemes:
            return f"Nothing is known of migration: {'; '.join(self.not_available)}."
        return self.says(self.schemes[0])

    def says(self, scheme: str) -> str:
        """Return what happened in a scheme in the last month: up, down, worth a year, and why."""
        self._rows(self.moves, scheme)
        found = self.facts["last_month"].get(scheme)
        if found is None:
            return f"In the last month nobody moved between {SCHEMES[scheme]}."
        up, down = found["up"], found["down"]
        first = (
            f"In the last month {words.count(up['n_customers'])} customers moved up between {SCHEMES[scheme]} and "
            f"{words.count(down['n_customers'])} down, worth {self._money(up['expected_change_cents'])} and "
            f"{self._money(down['expected_change_cents'])} a year."
        )
        causes = found["causes"]
        if not causes["redefinition"] + causes["both"]:
            return first
        total = sum(causes.values())
        return (
            f"{first} {words.share(causes['behaviour'] / total)} of them moved because they changed, the others "
            "because the cuts between segments did, wholly or in part."
        )

    def tends(self, scheme: str) -> str:
        """Return what the base tends to, and whether the chances to move are steady enough to believe it."""
        rows = self._rows(self.steady, scheme)
        gain = rows["steady_with_new_share"] - rows["now_share"]
        most = rows.iloc[int(gain.abs().to_numpy().argmax())]
        test = next(
            row
            for row in self.facts["chains"]
            if row["scheme"] == scheme and row["definition"] == self.facts["headline"][scheme]
        )
        was, tends = words.share(most["now_share"]), words.share(most["steady_with_new_share"])
        where = "every share stays about as it is"
        if was != tends:
            where = f"the share of {words.name(most['segment'])} goes from {was} to {tends} of customers"
        first = f"If customers keep moving and coming as they do, {where}."
        if test["is_steady"] is None:
            return f"{first} The months are too few to say whether the chances to move are steady."
        kept = "steady" if test["is_steady"] else "not steady, so read this as a direction"
        return (
            f"{first} The chances to move are {kept}: by those of the other half of the months, "
            f"{words.share(test['mean_change'])} of customers would go elsewhere."
        )

    def last_moves(self, scheme: str) -> pd.DataFrame:
        """Return the moves of the last month, the most money first; those who stayed are left out."""
        rows = self._last(scheme)
        moved = rows[rows["from_segment"] != rows["to_segment"]]
        kept = ["from_segment", "to_segment", "direction", "n_customers", "from_share", "n_behaviour", "n_redefinition"]
        ordered = moved.sort_values(["revenue_cents", "from_segment", "to_segment"], ascending=[False, True, True])
        return ordered[[*kept, "n_both", "revenue_cents", "expected_change_cents"]].reset_index(drop=True)

    def top_movers(self, scheme: str, direction: str = "down", n: int = 10) -> pd.DataFrame:
        """Return the movers with most revenue, with the reason; direction is up, down or across."""
        rows = self.movers[(self.movers["scheme"] == scheme) & (self.movers["direction"] == direction)]
        kept = [
            "customer_id",
            "from_segment",
            "to_segment",
            "cause",
            "reason",
            "revenue_cents",
            "expected_change_cents",
        ]
        return rows.sort_values("position")[kept].head(n).reset_index(drop=True)

    def plot_flows(self, scheme: str = "tier") -> Picture:
        """Draw who moved where in the last month."""
        rows = self._last(scheme)
        return draw(plots.flows, rows, self._order(scheme), self.currency, alt=f"Heat table. {self.says(scheme)}")

    def plot_net_flows(self, scheme: str = "tier") -> Picture:
        """Draw the revenue that came to and left each segment in the last month."""
        alt = f"Bars: revenue that came and left. {self.says(scheme)}"
        return draw(plots.net_flows, self._last(scheme), self._order(scheme), self.currency, alt=alt)

    def plot_shares(self, scheme: str = "stage") -> Picture:
        """Draw the shares of segments by month end; those of tiers and RFM segments are cut anew each month."""
        rows = self._rows(self.shares, scheme)
        first, last = min(rows["as_of"]), max(rows["as_of"])
        alt = f"Areas: share of customers in each of the {SCHEMES[scheme]}, {first} to {last}."
        return draw(plots.shares, rows, scheme, alt=alt)

    def plot_steady(self, scheme: str = "tier") -> Picture:
        """Draw where the base tends."""
        return draw(plots.steady, self._rows(self.steady, scheme), alt=self.tends(scheme))

    def plot_drift(self) -> Picture:
        """Draw how far features and segments are from the accepted model's.

        Raises
        ------
        CrmwbError
            No model was accepted yet.
        """
        if not self.refit["psi"]:
            raise CrmwbError(f"{layout.REFIT_REPORT}: {self.refit['verdict']}")
        most = params.load(self._root / layout.PARAMS).segmentation.refit.max_psi
        return draw(plots.drift, pd.DataFrame(self.refit["psi"]), most, alt=self.refit["verdict"])

    def _rows(self, frame: pd.DataFrame, scheme: str) -> pd.DataFrame:
        """Return the rows of a scheme by its headline definition."""
        if scheme not in self.schemes:
            there = ", ".join(self.schemes) or words.NOTHING
            raise CrmwbError(f"{layout.MIGRATION_MOVES}: no moves in the scheme {scheme!r}; there are {there}.")
        kept = (frame["scheme"] == scheme) & (frame["definition"] == self.facts["headline"][scheme])
        found: pd.DataFrame = frame[kept].reset_index(drop=True)
        return found

    def _last(self, scheme: str) -> pd.DataFrame:
        rows = self._rows(self.moves, scheme)
        found: pd.DataFrame = rows[rows["as_of"] == rows["as_of"].max()].reset_index(drop=True)
        return found

    def _order(self, scheme: str) -> list[str]:
        names: list[str] = self.facts["segments"][f"{scheme}, {self.facts['headline'][scheme]}"]
        return names

    def _money(self, cents: int) -> str:
        return words.money(cents, self.currency)

    def _repr_html_(self) -> str:
        return "".join(
            tables.html(self.last_moves(scheme), caption=f"By {words.name(scheme)}", currency=self.currency)
            for scheme in self.schemes
        )
