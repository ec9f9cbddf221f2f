"""The tier of each customer, and the classes by what they brought and will bring, side by side."""

from functools import cached_property
from pathlib import Path

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.segments import CROSSWALK
from crmwb.contract.segments import CUSTOMERS as SEGMENTS
from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Share, Term, Unavailable
from crmwb.plots import crosswalk as plots
from crmwb.segmentation.value_classes import CLASSES

SURE = 0.9  # the probability of its tier from which a customer counts as surely in it


class Tiers:
    """The tier (`tier`), the class by money brought and to come (`value_class`), and who is where in both."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: value_score, tier, tier_probability, is_tier_held, value_class."""
        columns = ["customer_id", "value_score", "tier", "tier_probability", "is_tier_held"]
        value = storage.read(VALUE, columns, root=self._root)
        classes = storage.read(SEGMENTS, ["customer_id", "value_class"], root=self._root)
        return value.merge(classes, on="customer_id", how="left", validate="one_to_one")

    @cached_property
    def all_crosswalks(self) -> pd.DataFrame:
        """One row per pair of segments of two schemes: n_customers, share_of_segment, revenue_cents, clv_cents."""
        return storage.read(CROSSWALK, root=self._root)

    @cached_property
    def names(self) -> list[str]:
        """The tiers of those who bought, best first."""
        return [level["name"] for level in storage.read_json(self._root / layout.VALUE_FACTS)["scorecard"]["levels"]]

    @property
    def certainty(self) -> pd.DataFrame:
        """One row per tier: n_customers, mean_probability, sure_share (nine in ten or surer), held_share."""
        bought = self.frame.dropna(subset=["value_score"])
        by_tier = bought.groupby("tier").agg(
            n_customers=("tier", "size"),
            mean_probability=("tier_probability", "mean"),
            sure_share=("tier_probability", lambda p: (p >= SURE).mean()),
            held_share=("is_tier_held", lambda held: held.astype(float).mean()),
        )
        return by_tier.reindex([name for name in self._order("tier") if name in by_tier.index]).reset_index()

    @property
    def finding(self) -> Finding | Unavailable:
        """How sure the tiers are."""
        bought = self.frame.dropna(subset=["value_score"])
        if bought.empty:
            return Unavailable("segmentation.no_tiers", (Term("table", "transactions"),))
        held = int(bought["is_tier_held"].astype(float).sum())
        sure = {"sure": Share(float((bought["tier_probability"] >= SURE).mean())), "least": Share(SURE)}
        return Finding("segmentation.tiers_sure", sure | {"held": Count(held, "customer")})

    @property
    def class_finding(self) -> Finding | Unavailable:
        """What the second scheme adds to the first."""
        known = self.frame["value_class"].dropna()
        if known.empty:
            return Unavailable("segmentation.no_classes")
        n = known.value_counts()
        counts = {name: Count(int(n.get(name, 0)), "customer") for name in ("potential", "general")}
        return Finding("segmentation.classes", counts)

    def crosswalk(self, scheme: str = "tier", other: str = "value_class") -> pd.DataFrame:
        """Return who of one scheme is where in another, customers: one row per segment of `scheme`."""
        rows = self.all_crosswalks
        rows = rows[(rows["scheme"] == scheme) & (rows["other_scheme"] == other)]
        wide = rows.pivot_table(index="segment", columns="other_segment", values="n_customers", aggfunc="sum")
        ordered = wide.reindex(index=self._in(scheme, wide.index), columns=self._in(other, wide.columns))
        return ordered.fillna(0).astype(int)

    def plot_crosswalk(self, scheme: str = "tier", other: str = "value_class") -> Picture:
        """Draw two schemes against each other."""
        named = {"scheme": Term("column", scheme), "other": Term("column", other)}
        alt = Finding("segmentation.alt.crosswalk", named)
        return draw(plots.crosswalk, self.crosswalk(scheme, other), scheme, other, alt=alt, reason=self.class_finding)

    def _order(self, scheme: str) -> list[str]:
        return list(CLASSES) if scheme == "value_class" else self.names

    def _in(self, scheme: str, there: pd.Index) -> list[str]:
        order = self._order(scheme)
        return [n for n in order if n in there] + sorted(n for n in there if n not in order)

    def _repr_html_(self) -> str:
        return tables.html(self.certainty, caption=self.finding, currency=self.currency)
