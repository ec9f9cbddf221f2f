"""Needs: what each segment wants more or less of than everyone else, and the marketing mix that answers it."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.segments import MIX as SEGMENT_MIX
from crmwb.contract.segments import NEEDS as SEGMENT_NEEDS
from crmwb.contract.segments import PROFILES
from crmwb.display import html, tables
from crmwb.display.blocks import Text
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Passage, Term, Value, from_json, loads
from crmwb.plots import needs as plots
from crmwb.segmentation.model import NEVER_BOUGHT
from crmwb.segmentation.needs.measures import finding
from crmwb.segmentation.needs.mix import STANDARD
from crmwb.segmentation.needs.rules import PS


class Needs:
    """What segments want, by any of the schemes of segmentation.needs.schemes in params.yaml."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per scheme, segment, measure and item: value, everyone_else, lift and its interval, is_clear."""
        return storage.read(SEGMENT_NEEDS, root=self._root)

    @cached_property
    def mix(self) -> pd.DataFrame:
        """One row per advice: scheme, segment, p, position, advice and because (as they are said), rule."""
        frame = storage.read(SEGMENT_MIX, root=self._root)
        return frame.assign(**{name: _column(map(loads, frame[name])) for name in ("advice", "because")})

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Level of the intervals, compared (by scheme and kind), not_available (and why, a finding as JSON)."""
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
        """One row per need that this source cannot measure: need, and why."""
        rows = sorted(self.facts["not_available"].items())
        return pd.DataFrame(
            {"need": _column(Term("need", need) for need, _ in rows), "why": _column(from_json(why) for _, why in rows)}
        )

    @property
    def cannot_tell(self) -> Finding:
        """What none of it can tell."""
        return Finding("needs.associations")

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
                f"{layout.SEGMENT_MIX}: no scheme {scheme!r}; there are {', '.join(schemes) or 'none'}. "
                "params.yaml: segmentation.needs.schemes says which are measured."
            )
        profiles = storage.read(PROFILES, ["scheme", "position", "segment"], root=self._root)
        of_scheme = profiles[profiles["scheme"] == scheme].sort_values("position")
        every = sorted(self.mix.loc[self.mix["scheme"] == scheme, "segment"].unique())
        ordered = [segment for segment in of_scheme["segment"] if segment in every]
        return ordered + [segment for segment in every if segment not in ordered]

    def of(self, segment: str, scheme: str = "cluster_name", n: int = plots.N_SHOWN) -> pd.DataFrame:
        """Return the surest needs of one segment: measure, item, value, everyone_else, lift, lower, upper, sentence.

        `sentence` holds findings.
        """
        self._require(segment, scheme)
        own = self.frame[(self.frame["scheme"] == scheme) & (self.frame["segment"] == segment)]
        rows = plots.strongest(own, n)
        sentences = _column(finding(row, self.currency) for row in rows.to_dict("records"))
        return rows.drop(columns=["scheme", "segment", "is_clear"]).assign(sentence=sentences)

    def finding(self, scheme: str = "cluster_name") -> Value:
        """Return which segment differs most and how many differences are clear."""
        self.segments(scheme)
        of_scheme = self.compared[self.compared["scheme"] == scheme]
        n, n_clear = int(of_scheme["n_compared"].sum()), int(of_scheme["n_clear"].sum())
        if not n:
            return Finding("needs.none_compared")
        compared = Count(n, "comparison")
        if not n_clear:
            return Finding("needs.none_clear", {"n": compared})
        rows = self.frame[(self.frame["scheme"] == scheme) & self.frame["is_clear"]]
        rows = _without_the_most(rows, self.frame[self.frame["scheme"] == scheme])
        more = rows[rows["lift"] > 1]
        top = plots.strongest(more if len(more) else rows, 1).iloc[0].to_dict()
        by_chance = Count(float(of_scheme["by_chance_alone"].sum()))
        counts = {"n": compared, "n_clear": Count(n_clear), "by_chance": by_chance}
        return Passage(
            (
                Finding("needs.stands_out", {"segment": Term(scheme, str(top["segment"]))}),
                finding(top, self.currency),
                Finding("needs.compared", counts),
            )
        )

    def table(self, scheme: str = "cluster_name") -> pd.DataFrame:
        """Return the mix as a table: one row per segment, one column per P, its advices one after the other."""
        rows = self.mix[self.mix["scheme"] == scheme].sort_values(["segment", "p", "position"])
        advices = {key: Passage(tuple(own)) for key, own in rows.groupby(["segment", "p"])["advice"]}
        segments = self.segments(scheme)
        wide = {p: _column(advices[segment, p] for segment in segments) for p in PS}
        return pd.DataFrame({"segment": segments} | wide)

    def advices(self, segment: str, scheme: str = "cluster_name") -> pd.DataFrame:
        """Return one segment's advices: p, advice, because, cannot_tell."""
        self._require(segment, scheme)
        rows = self.mix[(self.mix["scheme"] == scheme) & (self.mix["segment"] == segment)]
        ordered = rows.assign(at=rows["p"].map(PS.index)).sort_values(["at", "position"], ignore_index=True)
        limits = [STANDARD if rule == STANDARD else p for p, rule in zip(ordered["p"], ordered["rule"], strict=True)]
        in_words = {
            "p": _column(Term("marketing_mix", p) for p in ordered["p"]),
            "cannot_tell": _column(Finding(f"needs.limits.{limit}") for limit in limits),
        }
        return ordered.assign(**in_words)[["p", "advice", "because", "cannot_tell"]]

    def mix_finding(self, scheme: str = "cluster_name") -> Finding:
        """Return how many segments of buyers get an offer of their own, and how many the standard one."""
        self.segments(scheme)
        rows = self.mix[(self.mix["scheme"] == scheme) & (self.mix["segment"] != NEVER_BOUGHT.get(scheme))]
        own = (rows["rule"] != STANDARD).groupby(rows["segment"]).any()
        n, n_own = len(own), int(own.sum())
        counts = {"n": Count(n, "segment"), "n_own": Count(n_own), "n_rest": Count(n - n_own)}
        code = "needs.no_own_offers" if not n_own else "needs.own_offers" if n == n_own else "needs.own_offers_rest"
        return Finding(code, counts)

    def plot_lifts(self, scheme: str = "cluster_name") -> Picture:
        """Draw the surest needs of every segment."""
        alt, reason = Finding("needs.alt.lifts"), self.finding(scheme)
        return draw(plots.lifts, self.frame, scheme, self.segments(scheme), alt=alt, reason=reason)

    def _require(self, segment: str, scheme: str) -> None:
        if segment not in self.segments(scheme):
            raise CrmwbError(
                f"{layout.SEGMENT_NEEDS}: {scheme} has no segment {segment!r}; there are "
                f"{', '.join(self.segments(scheme))}."
            )

    def _repr_html_(self) -> str:
        scheme = str(self.mix["scheme"].iloc[0]) if len(self.mix) else ""
        if not scheme:
            return html.html(Text(Finding("needs.nothing")))
        caption = Finding("needs.table", {"scheme": Term("column", scheme)})
        return tables.html(self.table(scheme), caption=caption)


def _without_the_most(rows: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Leave out the segment that holds most customers, where others differ clearly: they differ from it."""
    sizes = every.groupby("segment")["n_customers"].max()
    left = rows[rows["segment"].map(sizes) * 2 <= sizes.sum()]
    return left if len(left) else rows


def _column(values: Iterable[Value]) -> "pd.Series[Any]":
    return pd.Series(list(values), dtype=object)
