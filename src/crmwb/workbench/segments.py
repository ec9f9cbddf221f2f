"""The segments: RFM segments, value tiers and clusters, with what speaks for them."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.segments import CUSTOMERS as SEGMENTS
from crmwb.contract.segments import PROFILES
from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Listing, Share, Term, from_json
from crmwb.plots import segments as plots

if TYPE_CHECKING:  # these take long to import
    from crmwb.workbench.acceptance import Acceptance
    from crmwb.workbench.cards import Cards
    from crmwb.workbench.clusters import Clusters
    from crmwb.workbench.needs import Needs
    from crmwb.workbench.tiers import Tiers
    from crmwb.workbench.views import Views


class Segments:
    """Who belongs together: three schemes, `rfm_segment`, `tier` and `cluster_name`."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: scores, rfm_segment, value_class, cluster, cluster_name."""
        return storage.read(SEGMENTS, root=self._root)

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """One row per scheme and segment, in each scheme's own order: size, money, how they typically buy."""
        return storage.read(PROFILES, root=self._root)

    @cached_property
    def model(self) -> dict[str, Any]:
        """How the segments were made: cuts, weights, centres, evidence."""
        content: dict[str, Any] = storage.read_json(self._root / layout.SEGMENT_MODEL)
        return content

    @cached_property
    def views(self) -> "Views":
        """Step 1: what customers can be told apart by in this source."""
        from crmwb.workbench.views import Views

        return Views(self._root, self.currency)

    @cached_property
    def tiers(self) -> "Tiers":
        """Step 2: value tiers, the second scheme, and both side by side."""
        from crmwb.workbench.tiers import Tiers

        return Tiers(self._root, self.currency)

    @cached_property
    def needs(self) -> "Needs":
        """Step 3: what each segment wants more of than others, and the marketing mix for it."""
        from crmwb.workbench.needs import Needs

        return Needs(self._root, self.currency)

    @cached_property
    def clusters(self) -> "Clusters":
        """Step 4: the clusters, what speaks for them, and others to try."""
        from crmwb.workbench.clusters import Clusters

        return Clusters(self._root)

    @cached_property
    def cards(self) -> "Cards":
        """What each cluster is, what sets it apart, and how to tell its customers."""
        from crmwb.workbench.cards import Cards

        return Cards(self._root, self.currency)

    @cached_property
    def acceptance(self) -> "Acceptance":
        """Step 5: which clusters stand the eight tests."""
        from crmwb.workbench.acceptance import Acceptance

        return Acceptance(self._root, self.currency)

    @property
    def verdict(self) -> Finding:
        """Whether there are natural segments."""
        verdict: Finding = from_json(self.model["clusters"]["verdict"])
        return verdict

    @property
    def grounds(self) -> Finding | None:
        """The figures that the verdict rests on; None where nothing was tried."""
        content = self.model["clusters"].get("grounds")
        return None if content is None else from_json(content)

    @property
    def rfm_finding(self) -> Finding | None:
        """Which RFM segment brings most revenue; None where nobody brought any."""
        rows = self.profile("rfm_segment").sort_values("revenue_share", ascending=False, kind="stable")
        if rows.empty or pd.isna(rows["revenue_share"].iloc[0]):
            return None
        most = rows.iloc[0]
        values = {
            "segment": Term("rfm_segment", str(most["segment"])),
            "customers": Share(most["customer_share"]),
            "revenue": Share(most["revenue_share"]),
        }
        return Finding("segmentation.rfm", values)

    @property
    def rfm_classes(self) -> pd.DataFrame:
        """One row per class of the eight: rfm_class, recency, frequency, money (high or low), size, revenue, value."""
        from crmwb.segmentation.rfm.classes import CLASSES  # takes long to import

        level = {True: "high", False: "low"}
        rows = [(c.name, level[c.recency], level[c.frequency], level[c.money]) for c in CLASSES]
        definition = pd.DataFrame(rows, columns=["rfm_class", "recency", "frequency", "money"])
        own = ["segment", "n_customers", "customer_share", "revenue_cents", "revenue_share", "mean_clv_cents"]
        profiled = self.profiles.loc[self.profiles["scheme"] == "rfm_class", own].rename(
            columns={"segment": "rfm_class"}
        )
        return definition.merge(profiled, on="rfm_class", how="left").fillna({"n_customers": 0, "customer_share": 0.0})

    @property
    def evidence(self) -> pd.DataFrame:
        """One row per method and number of clusters: overlap, stability, sizes, and whether it passes."""
        return pd.DataFrame(self.model["clusters"]["evidence"])

    @property
    def centres(self) -> pd.DataFrame:
        """Each cluster's centre, in standard deviations from the average customer; the index holds their names."""
        clusters = self.model["clusters"]["clusters"]
        return pd.DataFrame([c["centre"] for c in clusters], index=[c["name"] for c in clusters])

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
        values = {
            "scheme": Term("column", scheme),
            "segment": Term(scheme, str(best["segment"])),
            "share": Share(best["revenue_share"]),
        }
        return draw(plots.segment_shares, self.profiles, scheme, alt=Finding("segmentation.alt.shares", values))

    def plot_tiers(self) -> Picture:
        """Draw the value tiers as two bars: all customers, all revenue."""
        tiers = self.profile("tier")
        parts = tuple(
            Finding(
                "segmentation.alt.tier",
                {"tier": Term("tier", segment), "customers": Share(customers), "revenue": Share(revenue)},
            )
            for segment, customers, revenue in tiers[["segment", "customer_share", "revenue_share"]].to_numpy()
        )
        alt = Finding("segmentation.alt.tiers", {"tiers": Listing(parts)})
        return draw(plots.tier_shares, self.profiles, alt=alt)

    @property
    def rfm_grid(self) -> pd.DataFrame:
        """One row per pair of RFM scores that somebody has: n_customers, revenue_cents, clv_cents, and shares."""
        from crmwb.segmentation import rfm

        return rfm.grid(self._with_money)

    def plot_rfm_grid(self) -> Picture:
        """Draw customers and revenue by RFM score."""
        return draw(plots.rfm_grid, self._with_money, alt=Finding("segmentation.alt.rfm_grid"))

    def plot_clusters(self) -> Picture:
        """Draw what sets the clusters apart."""
        return self.clusters.plot_centres()

    def plot_evidence(self) -> Picture:
        """Draw what speaks for each method and number of clusters."""
        return self.clusters.plot_evidence()

    @cached_property
    def _with_money(self) -> pd.DataFrame:
        money = [
            storage.read(artefact, ["customer_id", column], root=self._root)
            for artefact, column in ((FEATURES, "revenue_cents"), (VALUE, "clv_cents"))
        ]
        joined = self.frame
        for frame in money:
            joined = joined.merge(frame, on="customer_id", validate="one_to_one")
        return joined

    def _repr_html_(self) -> str:
        shown = ["segment", "n_customers", "customer_share", "revenue_cents", "revenue_share", "mean_revenue_cents"]
        return "".join(
            tables.html(self.profile(scheme)[shown], caption=Term("column", scheme), currency=self.currency)
            for scheme in self.profiles["scheme"].unique()
        )
