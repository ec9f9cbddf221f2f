"""Profile cards: what each segment is, what it brings, what sets it apart and how to tell its customers."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.plots import cards as plots
from crmwb.plots import colours
from crmwb.segmentation import vocabulary


class Cards:
    """One card per cluster; traits of every scheme (cluster_name, tier, rfm_segment, stage)."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per cluster: description, size, money, rule, stages, channels, categories, over, under."""
        return storage.read_frame(self._root / layout.SEGMENT_CARDS)

    @cached_property
    def traits(self) -> pd.DataFrame:
        """One row per scheme, segment and trait: value, everyone, index with its interval, sentence, label."""
        found = storage.read_frame(self._root / layout.SEGMENT_TRAITS)
        return found.assign(
            label=[_label(*row) for row in zip(found["kind"], found["column"], found["level"], strict=True)]
        )

    @cached_property
    def rules(self) -> pd.DataFrame:
        """One row per cluster: the rule in words and in SQL, precision and recall on customers held out."""
        return storage.read_frame(self._root / layout.SEGMENT_RULES)

    @property
    def names(self) -> list[str]:
        """The clusters, by their numbers."""
        return list(self.frame.sort_values("cluster")["cluster_name"])

    @property
    def finding(self) -> str:
        """What the cluster that earns most is, and how well rules tell clusters, in two sentences."""
        if self.frame.empty:
            return "There are no segments to describe: this source has no transactions."
        column = "profit_share" if self.frame["profit_share"].notna().any() else "revenue_share"
        best = self.frame.sort_values([column, "cluster"], ascending=[False, True]).iloc[0]
        what = best["profit_basis"] if column == "profit_share" else "revenue"
        said = f"“{best['cluster_name']}” brings {words.share(best[column])} of {what} with "
        said += f"{words.share(best['customer_share'])} of the customers who bought."
        told = self.rules.dropna(subset=["precision"])
        if len(told):
            least = told.sort_values(["precision", "cluster"]).iloc[0]
            said += (
                f" Rules of at most three features tell {len(told)} of {len(self.rules)} segments on customers they "
            )
            said += (
                f"were not found on; the least sure is right for {words.share(least['precision'])} of those it picks."
            )
        return said

    def mix(self, name: str, column: str) -> pd.DataFrame:
        """Return the largest shares of one cluster's `stages`, `channels` or `categories`: name, share.

        Raises
        ------
        CrmwbError
            There is no such cluster.
        """
        found = self._card(name)[column]
        shares: dict[str, float] = json.loads(found) if isinstance(found, str) else {}
        return pd.DataFrame({"name": list(shares), "share": list(shares.values())})

    def sentences(self, name: str, scheme: str = "cluster_name") -> list[str]:
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
        alt = f"{name}: {'; '.join(self.sentences(name)) or 'like everybody'}."
        return draw(plots.card, own, name, colour, alt=alt)

    def plot_cards(self, scheme: str = "cluster_name") -> Picture:
        """Draw the cards of all segments of a scheme."""
        own = self._of(scheme)
        segments = self.names if scheme == "cluster_name" else list(dict.fromkeys(own["segment"]))
        alt = f"Bars: how many times everybody's each {words.name(scheme)} has of what sets it apart. {self.finding}"
        return draw(plots.cards, own, segments, scheme, alt=alt)

    def plot_money(self) -> Picture:
        """Draw what a customer of each cluster has brought and will bring."""
        return draw(plots.money, self.frame, self.currency, alt=f"Bars: money per customer by cluster. {self.finding}")

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
        return tables.html(self.frame[shown], caption="Segments", currency=self.currency)


def _label(kind: str, column: str, level: str | None) -> str:
    """Return the words beside a bar: "orders a year", "region: North", "buys beer"."""
    if kind == "number":
        return vocabulary.label(column)
    return f"buys {level}" if kind == "category" else f"{vocabulary.label(column)}: {words.name(str(level))}"
