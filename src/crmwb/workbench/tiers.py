"""The value tiers: two schemes and the score card's, side by side."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.plots import crosswalk as plots
from crmwb.segmentation.tiers import CLASSES

NAMES = {"tier": "value tiers", "value_class": "value classes", "value_tier": "tiers of the score card"}


class Tiers:
    """Tiers by worth so far (`tier`), classes by worth so far and to come (`value_class`), and who is where in both."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer: tier, tier_score, tier_probability, tier_is_held, value_class."""
        columns = ["customer_id", "tier", "tier_score", "tier_probability", "tier_is_held", "value_class"]
        return storage.read_frame(self._root / layout.CUSTOMER_SEGMENTS, columns)

    @cached_property
    def all_crosswalks(self) -> pd.DataFrame:
        """One row per pair of segments of two schemes: n_customers, share_of_segment, revenue_cents, clv_cents."""
        return storage.read_frame(self._root / layout.TIER_CROSSWALK)

    @cached_property
    def model(self) -> dict[str, Any]:
        """How tiers are made: signs with their weights, levels, cut, classes."""
        content: dict[str, Any] = storage.read_json(self._root / layout.SEGMENT_MODEL)["tiers"]
        return content

    @property
    def signs(self) -> pd.DataFrame:
        """One row per column that tiers are made from: sign, column, weight, known_share."""
        return pd.DataFrame(self.model["signs"])[["sign", "column", "weight", "known_share"]]

    @property
    def certainty(self) -> pd.DataFrame:
        """One row per tier: n_customers, mean_probability, sure_share (nine in ten or surer), held_share."""
        bought = self.frame.dropna(subset=["tier_score"])
        found = bought.groupby("tier").agg(
            n_customers=("tier", "size"),
            mean_probability=("tier_probability", "mean"),
            sure_share=("tier_probability", lambda p: (p >= 0.9).mean()),
            held_share=("tier_is_held", lambda held: held.astype(float).mean()),
        )
        return found.reindex([name for name in self._order("tier") if name in found.index]).reset_index()

    @property
    def finding(self) -> str:
        """How sure the tiers are, in one sentence."""
        bought = self.frame.dropna(subset=["tier_score"])
        if bought.empty:
            return "Tiers need purchases, and this source has none."
        sure = float((bought["tier_probability"] >= 0.9).mean())
        held = int(bought["tier_is_held"].astype(float).sum())
        return (
            f"{words.share(sure)} of customers are in their tier with a probability of nine in ten or more; "
            f"{words.plural(held, 'customer')} just beyond a boundary {'keeps' if held == 1 else 'keep'} the tier of "
            "before."
        )

    @property
    def class_finding(self) -> str:
        """What the second scheme adds to the first, in one sentence."""
        known = self.frame["value_class"].dropna()
        if known.empty:
            return "What customers will bring is not known, so there is no second scheme."
        n = known.value_counts()
        ahead, behind = (int(n.get(name, 0)) for name in ("potential", "general"))
        return (
            f"{words.plural(ahead, 'customer')} {'has' if ahead == 1 else 'have'} potential: much is to come from them "
            f"that their past does not show. {words.plural(behind, 'customer')} brought much and "
            f"{'is' if behind == 1 else 'are'} expected to bring less."
        )

    def crosswalk(self, scheme: str = "tier", other: str = "value_class") -> pd.DataFrame:
        """Return who of one scheme is where in another, customers: one row per segment of `scheme`."""
        rows = self.all_crosswalks
        rows = rows[(rows["scheme"] == scheme) & (rows["other_scheme"] == other)]
        wide = rows.pivot_table(index="segment", columns="other_segment", values="n_customers", aggfunc="sum")
        ordered = wide.reindex(index=self._in(scheme, wide.index), columns=self._in(other, wide.columns))
        return ordered.fillna(0).astype(int)

    def plot_crosswalk(self, scheme: str = "tier", other: str = "value_class") -> Picture:
        """Draw two schemes against each other."""
        alt = f"Heat table: {NAMES[scheme]} against {NAMES[other]}, customers. {self.class_finding}"
        return draw(plots.crosswalk, self.crosswalk(scheme, other), NAMES[scheme], NAMES[other], alt=alt)

    def _order(self, scheme: str) -> list[str]:
        return list(CLASSES) if scheme == "value_class" else [level["name"] for level in self.model["levels"]]

    def _in(self, scheme: str, there: pd.Index) -> list[str]:
        order = self._order(scheme)
        return [n for n in order if n in there] + sorted(n for n in there if n not in order)

    def _repr_html_(self) -> str:
        return tables.html(self.certainty, caption=self.finding, currency=self.currency)
