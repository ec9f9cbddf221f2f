"""The segments: RFM segments, value tiers and clusters, with what speaks for them."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, params, storage
from crmwb.errors import CrmwbError
from crmwb.plots import clusters as cluster_plots
from crmwb.plots import segments as plots
from crmwb.reporting import tables, words
from crmwb.reporting.picture import Picture, draw


class Segments:
    """Who belongs together: three schemes, `rfm_segment`, `tier` and `cluster_name`."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: scores, rfm_segment, tier, tier_score, cluster, cluster_name."""
        return storage.read_frame(self._root / layout.CUSTOMER_SEGMENTS)

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """One row per scheme and segment, in each scheme's own order: size, money, how they typically buy."""
        return storage.read_frame(self._root / layout.SEGMENT_PROFILES)

    @cached_property
    def model(self) -> dict[str, Any]:
        """How the segments were made: cuts, weights, centres, evidence."""
        content: dict[str, Any] = storage.read_json(self._root / layout.SEGMENT_MODEL)
        return content

    @property
    def verdict(self) -> str:
        """What the evidence says of the clusters, in one sentence."""
        return str(self.model["clusters"]["verdict"])

    @property
    def evidence(self) -> pd.DataFrame:
        """One row per number of clusters k: silhouette, stability, sizes, and whether it passes."""
        return pd.DataFrame(self.model["clusters"]["evidence"])

    @property
    def centres(self) -> pd.DataFrame:
        """Each cluster's centre, in standard deviations from the average customer; the index holds their names."""
        found = self.model["clusters"]["clusters"]
        return pd.DataFrame([c["centre"] for c in found], index=[c["name"] for c in found])

    def profile(self, scheme: str) -> pd.DataFrame:
        """Return the profiles of one scheme, best first, without columns that nothing is known of.

        Raises
        ------
        CrmwbError
            There is no such scheme.
        """
        schemes = list(self.profiles["scheme"].unique())
        if scheme not in schemes:
            raise CrmwbError(f"{layout.SEGMENT_PROFILES}: no scheme {scheme!r}; there are {', '.join(schemes)}.")
        rows = self.profiles[self.profiles["scheme"] == scheme].sort_values("position")
        return rows.drop(columns=["scheme", "position"]).dropna(axis="columns", how="all").reset_index(drop=True)

    def plot_shares(self, scheme: str) -> Picture:
        """Draw each segment's share of customers beside its share of revenue."""
        best = self.profile(scheme).sort_values("revenue_share", ascending=False, kind="stable").iloc[0]
        alt = (
            f"Bars: share of customers and of revenue of each {words.name(scheme)}; most revenue comes from "
            f"{words.name(best['segment'])} ({words.share(best['revenue_share'])})."
        )
        return draw(plots.segment_shares, self.profiles, scheme, alt=alt)

    def plot_tiers(self) -> Picture:
        """Draw the value tiers as two bars: all customers, all revenue."""
        tiers = self.profile("tier")
        parts = [
            f"{words.name(segment)} {words.share(customers)} of customers and {words.share(revenue)}"
            for segment, customers, revenue in tiers[["segment", "customer_share", "revenue_share"]].to_numpy()
        ]
        return draw(plots.tier_shares, self.profiles, alt=f"Value tiers: {words.listing(parts)} of revenue.")

    def plot_rfm_grid(self) -> Picture:
        """Draw customers and revenue by RFM score."""
        revenue = storage.read_frame(self._root / layout.CUSTOMER_FEATURES, ["customer_id", "revenue_cents"])
        customers = self.frame.merge(revenue, on="customer_id", validate="one_to_one")
        return draw(plots.rfm_grid, customers, alt="Grid: customers and their share of revenue by RFM score.")

    def plot_clusters(self) -> Picture:
        """Draw what sets the clusters apart."""
        return draw(cluster_plots.cluster_map, self.centres, alt=f"Heat map of cluster centres. {self.verdict}")

    def plot_evidence(self) -> Picture:
        """Draw what speaks for each number of clusters."""
        least = params.load(self._root / layout.PARAMS).segmentation.clusters.min_stability
        k = self.model["clusters"]["k"]
        return draw(cluster_plots.evidence_by_k, self.evidence, k, least, alt=f"Evidence by k. {self.verdict}")

    def _repr_html_(self) -> str:
        shown = ["segment", "n_customers", "customer_share", "revenue_cents", "revenue_share", "mean_revenue_cents"]
        return "".join(
            tables.html(self.profile(scheme)[shown], caption=f"By {scheme}", currency=self.currency)
            for scheme in self.profiles["scheme"].unique()
        )
