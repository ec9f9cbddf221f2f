"""Needs: what each segment wants more or less of than everyone else, and the marketing mix that answers it."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.plots import needs as plots

STANDARD = "standard"


class Needs:
    """What segments want, by any of the schemes of segmentation.needs.schemes in params.yaml."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per scheme, segment, measure and item: value, everyone_else, lift and its interval, sentence."""
        return storage.read_frame(self._root / layout.SEGMENT_NEEDS)

    @cached_property
    def mix(self) -> pd.DataFrame:
        """One row per advice: scheme, segment, p, position, advice, because, cannot_tell, rule."""
        return storage.read_frame(self._root / layout.SEGMENT_MIX)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Level of the intervals, compared (by scheme and kind), not_available (and why), cannot_tell."""
        content: dict[str, Any] = storage.read_json(self._root / layout.NEEDS_FACTS)
        return content

    @property
    def compared(self) -> pd.DataFrame:
        """One row per scheme and kind: n_compared, n_clear, by_chance_alone (were each judged by itself at 95%)."""
        return pd.DataFrame(
            self.facts["compared"], columns=["scheme", "kind", "n_compared", "n_clear", "by_chance_alone"]
        )

    @property
    def not_available(self) -> pd.DataFrame:
        """One row per need that this source cannot tell of: need, and why."""
        rows = sorted(self.facts["not_available"].items())
        return pd.DataFrame([(words.name(need), why) for need, why in rows], columns=["need", "why"])

    @property
    def cannot_tell(self) -> str:
        """What none of it can tell."""
        return str(self.facts["cannot_tell"])

    def segments(self, scheme: str = "cluster_name") -> list[str]:
        """Return the segments of a scheme, in the order of its profiles, which colours follow.

        Raises
        ------
        CrmwbError
            The scheme was not measured.
        """
        schemes = sorted(self.mix["scheme"].unique())
        if scheme not in schemes:
            raise CrmwbError(
                f"{layout.SEGMENT_MIX}: no scheme {scheme!r}; there are {words.listing(schemes) or 'none'}. "
                "params.yaml: segmentation.needs.schemes says which are measured."
            )
        profiles = storage.read_frame(self._root / layout.SEGMENT_PROFILES, ["scheme", "position", "segment"])
        of_scheme = profiles[profiles["scheme"] == scheme].sort_values("position")
        every = sorted(self.mix.loc[self.mix["scheme"] == scheme, "segment"].unique())
        ordered = [segment for segment in of_scheme["segment"] if segment in every]
        return ordered + [segment for segment in every if segment not in ordered]

    def of(self, segment: str, scheme: str = "cluster_name", n: int = plots.N_SHOWN) -> pd.DataFrame:
        """Return the surest needs of one segment: measure, item, value, everyone_else, lift, lower, upper, sentence."""
        if segment not in self.segments(scheme):
            raise CrmwbError(
                f"{layout.SEGMENT_NEEDS}: {scheme} has no segment {segment!r}; there are "
                f"{words.listing(self.segments(scheme))}."
            )
        own = self.frame[(self.frame["scheme"] == scheme) & (self.frame["segment"] == segment)]
        return plots.strongest(own, n).drop(columns=["scheme", "segment", "is_clear"])

    def finding(self, scheme: str = "cluster_name") -> str:
        """Say in a sentence or two which segment differs most and how many differences are clear."""
        self.segments(scheme)
        of_scheme = self.compared[self.compared["scheme"] == scheme]
        n, n_clear = int(of_scheme["n_compared"].sum()), int(of_scheme["n_clear"].sum())
        if not n:
            return "Nothing could be compared between the segments: too few customers, or the source knows too little."
        if not n_clear:
            return f"None of {words.plural(n, 'comparison')} shows a clear difference: the segments want the same."
        rows = self.frame[(self.frame["scheme"] == scheme) & self.frame["is_clear"]]
        more = rows[rows["lift"] > 1]
        top = plots.strongest(more if len(more) else rows, 1).iloc[0]
        by_chance = f"{of_scheme['by_chance_alone'].sum():,.0f}"
        return (
            f"{words.label(top['segment'])} stand out most: {words.within(top['sentence'])} "
            f"Of {words.plural(n, 'comparison')}, {words.count(n_clear)} are clear, by intervals that hold together; "
            f"judged one by one at 95%, some {by_chance} would seem so by chance."
        )

    def table(self, scheme: str = "cluster_name") -> pd.DataFrame:
        """Return the mix as a table: one row per segment, one column per P, its advices joined."""
        rows = self.mix[self.mix["scheme"] == scheme].sort_values(["segment", "p", "position"])
        wide = rows.groupby(["segment", "p"])["advice"].agg(" ".join).unstack("p")
        return wide.reindex(self.segments(scheme))[["product", "price", "place", "promotion"]].reset_index()

    def advices(self, segment: str, scheme: str = "cluster_name") -> pd.DataFrame:
        """Return one segment's advices: p, advice, because, cannot_tell."""
        rows = self.mix[(self.mix["scheme"] == scheme) & (self.mix["segment"] == segment)]
        order = {"product": 0, "price": 1, "place": 2, "promotion": 3}
        ordered = rows.assign(at=rows["p"].map(order)).sort_values(["at", "position"], ignore_index=True)
        return ordered[["p", "advice", "because", "cannot_tell"]]

    def mix_finding(self, scheme: str = "cluster_name") -> str:
        """Say how many segments get an offer of their own, and how many the standard one."""
        self.segments(scheme)
        rows = self.mix[self.mix["scheme"] == scheme]
        own = (rows["rule"] != STANDARD).groupby(rows["segment"]).any()
        n, n_own = len(own), int(own.sum())
        if not n_own:
            return f"Nothing sets the {words.plural(n, 'segment')} apart enough for an offer of their own: one for all."
        standard = n - n_own
        rest = "" if not standard else f", {words.plural(standard, 'segment')} the standard offer"
        return f"{words.plural(n_own, 'segment')} of {n} get an offer of their own{rest}."

    def plot_lifts(self, scheme: str = "cluster_name") -> Picture:
        """Draw the surest needs of every segment."""
        alt = f"Dots with intervals, a panel for each segment. {self.finding(scheme)}"
        return draw(plots.lifts, self.frame, scheme, self.segments(scheme), alt=alt)

    def _repr_html_(self) -> str:
        scheme = str(self.mix["scheme"].iloc[0]) if len(self.mix) else ""
        if not scheme:
            return "<p>Nothing was measured: no scheme holds a segment.</p>"
        return tables.html(self.table(scheme), caption=f"Marketing mix by {words.name(scheme)}")
