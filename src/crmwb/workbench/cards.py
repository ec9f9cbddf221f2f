"""Profile cards: what each segment is, what it brings, what sets it apart and how to tell its customers."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.segments import CARDS, RULES, TRAITS
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Listing, Share, Term, Value, loads
from crmwb.plots import cards as plots
from crmwb.plots import colours
from crmwb.segmentation.cards.traits import finding, words


class Cards:
    """One card per cluster; traits of every scheme (cluster_name, tier, rfm_segment, stage)."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per cluster: description and rule (findings), size, money, stages, channels, categories."""
        return _with_findings(storage.read(CARDS, root=self._root), "description", "rule")

    @cached_property
    def traits(self) -> pd.DataFrame:
        """One row per scheme, segment and trait: value, everyone, index with its interval, sentence, label."""
        frame = storage.read(TRAITS, root=self._root)
        rows = frame.to_dict("records")
        return frame.assign(
            sentence=_column(finding(row, self.currency) for row in rows), label=_column(_label(row) for row in rows)
        )

    @cached_property
    def rules(self) -> pd.DataFrame:
        """One row per cluster: the rule as a finding and in SQL, precision and recall on customers held out."""
        return _with_findings(storage.read(RULES, root=self._root), "rule")

    @property
    def names(self) -> list[str]:
        """The clusters, by their numbers."""
        return list(self.frame.sort_values("cluster")["cluster_name"])

    @property
    def finding(self) -> Finding:
        """Which cluster earns most."""
        if self.frame.empty:
            return Finding("cards.none")
        column = "profit_share" if self.frame["profit_share"].notna().any() else "revenue_share"
        best = self.frame.sort_values([column, "cluster"], ascending=[False, True]).iloc[0]
        values = {
            "segment": Term("cluster_name", best["cluster_name"]),
            "share": Share(best[column]),
            "basis": Term("basis", best["profit_basis"] if column == "profit_share" else "revenue"),
            "customers": Share(best["customer_share"]),
        }
        return Finding("cards.earns_most", values)

    @property
    def descriptions(self) -> list[Finding]:
        """What each cluster is, by their numbers."""
        rows = self.frame.sort_values("cluster")
        return [
            Finding("cards.card", {"segment": Term("cluster_name", name), "what": description})
            for name, description in zip(rows["cluster_name"], rows["description"], strict=True)
        ]

    @property
    def rules_finding(self) -> Finding:
        """How many clusters a rule identifies, and how precise the least precise is."""
        known = self.rules.dropna(subset=["precision"])
        if known.empty:
            return Finding("cards.no_rules")
        values = {
            "n": Count(len(known)),
            "segments": Count(len(self.rules), "segment"),
            "precision": Share(known["precision"].min()),
        }
        return Finding("cards.rules", values)

    def mix(self, name: str, column: str) -> pd.DataFrame:
        """Return the largest shares of one cluster's `stages`, `channels` or `categories`: name, share.

        Raises
        ------
        CrmwbError
            There is no such cluster.
        """
        content = self._card(name)[column]
        shares: dict[str, float] = json.loads(content) if isinstance(content, str) else {}
        return pd.DataFrame({"name": list(shares), "share": list(shares.values())})

    def sentences(self, name: str, scheme: str = "cluster_name") -> list[Finding]:
        """Return what sets one segment apart, the strongest first."""
        own = self.traits[(self.traits["scheme"] == scheme) & (self.traits["segment"] == name)]
        return list(own.sort_values("position")["sentence"])

    def plot_card(self, name: str) -> Picture:
        """Draw one cluster's card: what it over- and under-indexes on.

        Raises
        ------
        CrmwbError
            There is no such cluster.
        """
        self._card(name)
        own = self._of("cluster_name")
        own = own[own["segment"] == name].sort_values("position").reset_index(drop=True)
        colour = colours.of_clusters(self.names)[name]
        segment, sentences = Term("cluster_name", name), self.sentences(name)
        values = {"segment": segment, "traits": Listing(tuple(sentences))}
        alt = Finding("cards.alt.card" if sentences else "cards.alt.card_no_trait", values)
        return draw(plots.card, own, segment, colour, alt=alt)

    def plot_cards(self, scheme: str = "cluster_name") -> Picture:
        """Draw the cards of all segments of a scheme."""
        own = self._of(scheme)
        segments = self.names if scheme == "cluster_name" else list(dict.fromkeys(own["segment"]))
        alt = Finding("cards.alt.cards", {"scheme": Term("column", scheme)})
        return draw(plots.cards, own, segments, scheme, alt=alt, reason=self.finding)

    def plot_money(self) -> Picture:
        """Draw what a customer of each cluster has brought and will bring."""
        return draw(plots.money, self.frame, self.currency, alt=Finding("cards.alt.money"), reason=self.finding)

    def _of(self, scheme: str) -> pd.DataFrame:
        return self.traits[self.traits["scheme"] == scheme].reset_index(drop=True)

    def _card(self, name: str) -> "pd.Series[Any]":
        rows = self.frame[self.frame["cluster_name"] == name]
        if rows.empty:
            raise CrmwbError(f"{layout.SEGMENT_CARDS}: no cluster {name!r}; there are {', '.join(self.names)}.")
        return rows.iloc[0]

    def _repr_html_(self) -> str:
        shown = [
            "cluster_name",
            "n_customers",
            "customer_share",
            "revenue_share",
            "mean_clv_cents",
            "rule",
            "precision",
        ]
        return tables.html(self.frame[shown], caption=Finding("cards.table"), currency=self.currency)


def _label(trait: Mapping[Any, Any]) -> Value:
    """Return the words beside a bar: "orders per year", "region: North", "buys beer"."""
    if trait["kind"] == "number":
        return Term("column", trait["column"])
    return Finding(f"cards.label.{trait['kind']}", words(trait))


def _with_findings(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return an artefact with its columns of JSON as findings; None where there is none."""
    return frame.assign(**{c: _column(loads(t) if isinstance(t, str) else None for t in frame[c]) for c in columns})


def _column(values: Iterable[Value | None]) -> "pd.Series[Any]":
    return pd.Series(list(values), dtype=object)
