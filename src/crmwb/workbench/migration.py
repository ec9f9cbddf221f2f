"""Migration: who changes segment from month to month, why, the shares in the long run, and drift of definitions."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, params, storage
from crmwb.contract.migration import CHANGES, LONG_RUN, PROBABILITIES, SHARES, TRANSITIONS
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Money, Month, Share, Term, Unavailable, from_json, loads
from crmwb.plots import migration as plots

SCHEMES = ("tier", "rfm_segment", "cluster_name", "stage")
LEAST = 30  # customers of a segment of which a share in the long run is stated
SMALLEST_CHANGE = 0.01  # of a share of customers; less may read as the same percentage
CHANGE = ["customer_id", "from_segment", "to_segment", "cause", "reason", "revenue_cents", "expected_change_cents"]
COUNTS = ["n_customers", "from_share", "n_behaviour", "n_redefinition", "n_both"]


class Migration:
    """Transitions between the segments of a scheme: `tier`, `rfm_segment`, `cluster_name` or `stage`."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def transitions(self) -> pd.DataFrame:
        """One row per scheme, definition, month end, from and to: customers, revenue, direction, causes."""
        return storage.read(TRANSITIONS, root=self._root)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """One row per scheme, definition, month end and segment: customers and revenue of twelve months."""
        return storage.read(SHARES, root=self._root)

    @cached_property
    def transition_probabilities(self) -> pd.DataFrame:
        """One row per scheme, definition, from and to: the probability of the transition in a month, and by halves."""
        return storage.read(PROBABILITIES, root=self._root)

    @cached_property
    def long_run(self) -> pd.DataFrame:
        """One row per scheme, definition and segment: annual revenue per customer, share now and in the long run."""
        return storage.read(LONG_RUN, root=self._root)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """One row per customer and scheme whose segment changed in the last month, largest revenue first."""
        return storage.read(CHANGES, root=self._root)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Headline definitions, chains and their tests, the last month, what is not available and why."""
        content: dict[str, Any] = storage.read_json(self._root / layout.MIGRATION_FACTS)
        return content

    @cached_property
    def refit(self) -> dict[str, Any]:
        """Changes of the new model against the accepted one: verdict, reasons, matching, moves, psi."""
        content: dict[str, Any] = storage.read_json(self._root / layout.REFIT_REPORT)
        return content

    @property
    def schemes(self) -> list[str]:
        """The schemes known at month ends."""
        known = set(self.transitions["scheme"])
        return [scheme for scheme in SCHEMES if scheme in known]

    @property
    def not_available(self) -> dict[str, Unavailable]:
        """Why a scheme is not available, by scheme; "migration" for all of them."""
        return {row["scheme"]: from_json(row["why"]) for row in self.facts["not_available"]}

    @property
    def finding(self) -> Finding | Unavailable:
        """The changes of the first scheme, the tiers, in the last month."""
        if self.schemes:
            return self.last_month(self.schemes[0])
        return next(iter(self.not_available.values()), Unavailable("migration.unavailable.history"))

    def last_month(self, scheme: str) -> Finding:
        """Return how many customers of a scheme changed up and down in the last month, and the revenue of that."""
        self._rows(self.transitions, scheme)
        name = Term("scheme", scheme)
        known = self.facts["last_month"].get(scheme)
        if known is None:
            return Finding("migration.last_month.none", {"scheme": name})
        values = {
            "scheme": name,
            **{f"n_{way}": Count(known[way]["n_customers"], "customer") for way in ("up", "down", "across")},
            **{way: Money(abs(known[way]["expected_change_cents"]), self.currency) for way in ("up", "down")},
        }
        return Finding(f"migration.last_month.{'across' if _only_across(known) else 'directed'}", values)

    def causes(self, scheme: str) -> Finding | None:
        """Return the share of last month's changes that customers made, not boundaries; None where all were."""
        known = self.facts["last_month"].get(scheme)
        if known is None or not known["causes"]["redefinition"] + known["causes"]["both"]:
            return None
        n = known["causes"]
        return Finding("migration.causes", {"behaviour": Share(n["behaviour"] / sum(n.values()))})

    def long_run_finding(self, scheme: str) -> Finding | Unavailable:
        """Return the share that changes most in the long run, of segments that are not too small for it."""
        n = int(self._last(scheme)["n_customers"].sum())
        rows = self._rows(self.long_run, scheme)
        rows = rows[rows["now_share"] * n >= LEAST]
        if rows.empty:
            return Unavailable("migration.unavailable.few", values={"n": Count(n, "customer")})
        gain = (rows["long_run_with_new_share"] - rows["now_share"]).abs().to_numpy()
        most = rows.iloc[int(gain.argmax())]
        code = "change" if gain.max() >= SMALLEST_CHANGE else "same"
        values = {"now": Share(most["now_share"]), "then": Share(most["long_run_with_new_share"])}
        return Finding(f"migration.long_run.{code}", values | {"segment": Term(scheme, most["segment"])})

    def stability(self, scheme: str) -> Finding:
        """Return whether the transition probabilities are stable enough to believe the long run."""
        headline = self.facts["headline"][scheme]
        test = next(row for row in self.facts["chains"] if (row["scheme"], row["definition"]) == (scheme, headline))
        if test["is_stable"] is None:
            return Finding("migration.stability.unknown")
        code = "stable" if test["is_stable"] else "unstable"
        return Finding(f"migration.stability.{code}", {"share": Share(test["mean_change"])})

    def last_transitions(self, scheme: str) -> pd.DataFrame:
        """Return the transitions of the last month without customers who stayed, the largest revenue first."""
        rows = self._last(scheme)
        changed = rows[rows["from_segment"] != rows["to_segment"]]
        kept = ["from_segment", "to_segment", "direction", *COUNTS, "revenue_cents", "expected_change_cents"]
        order = ["revenue_cents", "from_segment", "to_segment"]
        return changed.sort_values(order, ascending=[False, True, True])[kept].reset_index(drop=True)

    def largest_changes(self, scheme: str, direction: str = "down", n: int = 10) -> pd.DataFrame:
        """Return the changed customers with the largest revenue; direction is up, down or across.

        Returns
        -------
        DataFrame
            customer_id, from_segment, to_segment, cause, reason (a finding), revenue_cents, expected_change_cents.
        """
        rows = self.changes[(self.changes["scheme"] == scheme) & (self.changes["direction"] == direction)]
        largest = rows.sort_values("position")[CHANGE].head(n).reset_index(drop=True)
        return largest.assign(reason=pd.Series([loads(text) for text in largest["reason"]], dtype=object))

    def plot_flows(self, scheme: str = "tier") -> Picture:
        """Draw the transitions of the last month."""
        alt = self._alt("flows", scheme)
        return draw(plots.flows, self._last(scheme), scheme, self._order(scheme), self.currency, alt=alt)

    def plot_net_flows(self, scheme: str = "tier") -> Picture:
        """Draw the revenue that joined and left each segment in the last month."""
        alt = self._alt("net_flows", scheme)
        return draw(plots.net_flows, self._last(scheme), scheme, self._order(scheme), self.currency, alt=alt)

    def plot_shares(self, scheme: str = "stage") -> Picture:
        """Draw the shares of segments by month end; tiers and RFM segments have boundaries of their own each month."""
        rows = self._rows(self.shares, scheme)
        months = {"first": Month(min(rows["as_of"])), "last": Month(max(rows["as_of"]))}
        alt = Finding("migration.alt.shares", {"scheme": Term("scheme", scheme), **months})
        return draw(plots.shares, rows, scheme, alt=alt)

    def plot_long_run(self, scheme: str = "tier") -> Picture:
        """Draw the shares of segments now and in the long run."""
        return draw(plots.long_run, self._rows(self.long_run, scheme), scheme, alt=self._alt("long_run", scheme))

    def plot_drift(self) -> Picture:
        """Draw how far features and segments are from the accepted model's.

        Raises
        ------
        CrmwbError
            No model was accepted yet.
        """
        if not self.refit["psi"]:
            raise CrmwbError(f"{layout.REFIT_REPORT}: no segments were accepted yet; run `crmwb accept` once they are.")
        most = params.load(self._root / layout.PARAMS).segmentation.refit.max_psi
        return draw(plots.drift, pd.DataFrame(self.refit["psi"]), most, alt=Finding("migration.alt.drift"))

    def _rows(self, frame: pd.DataFrame, scheme: str) -> pd.DataFrame:
        """Return the rows of a scheme by its headline definition."""
        if scheme not in self.schemes:
            known = ", ".join(self.schemes) or "none"
            raise CrmwbError(f"{layout.MIGRATION_TRANSITIONS}: no scheme {scheme!r}; known schemes: {known}.")
        kept = (frame["scheme"] == scheme) & (frame["definition"] == self.facts["headline"][scheme])
        rows: pd.DataFrame = frame[kept].reset_index(drop=True)
        return rows

    def _last(self, scheme: str) -> pd.DataFrame:
        rows = self._rows(self.transitions, scheme)
        last: pd.DataFrame = rows[rows["as_of"] == rows["as_of"].max()].reset_index(drop=True)
        return last

    def _order(self, scheme: str) -> list[str]:
        names: list[str] = self.facts["segments"][f"{scheme}, {self.facts['headline'][scheme]}"]
        return names

    def _alt(self, figure: str, scheme: str) -> Finding:
        return Finding(f"migration.alt.{figure}", {"scheme": Term("scheme", scheme)})

    def _repr_html_(self) -> str:
        return "".join(
            tables.html(
                self.last_transitions(scheme),
                caption=Finding("migration.caption.transitions", {"scheme": Term("scheme", scheme)}),
                currency=self.currency,
            )
            for scheme in self.schemes
        )


def _only_across(known: dict[str, Any]) -> bool:
    """Whether segments of the scheme have no order, so that every change is across."""
    return not known["up"]["n_customers"] + known["down"]["n_customers"]
