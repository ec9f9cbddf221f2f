"""The views: what customers can be distinguished by in this source, and what was done to each column."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmwb import layout, params, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.features import INTERESTS
from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Listing, Name, Number, Passage, Share, Term, from_json
from crmwb.params import ViewsParams
from crmwb.plots import views as plots
from crmwb.segmentation import views
from crmwb.segmentation.views.blocks import LEFT_OUT

KEY = "customer_id"
N_CATEGORIES = 15


class Views:
    """Every view of params.yaml, learnt from the customers who bought; a sample where there are many.

    Parameters
    ----------
    root : Path
        The project's folder.
    currency : str
        Of every amount.
    declared : ViewsParams, optional
        Views to try instead of those of params.yaml.
    """

    def __init__(self, root: Path, currency: str, declared: ViewsParams | None = None) -> None:
        self._root = root
        self.currency = currency
        self._declared = declared

    @cached_property
    def params(self) -> ViewsParams:
        """The views, and how columns are prepared."""
        return self._declared or params.load(self._root / layout.PARAMS).segmentation.views

    @cached_property
    def customers(self) -> pd.DataFrame:
        """The customers that views are learnt from, with features and value: those who bought, evenly sampled."""
        customers = storage.read_joined(KEY, FEATURES, VALUE, root=self._root)
        bought = customers[customers["n_purchase_days"] > 0]
        known = customers if bought.empty else bought  # a source without transactions
        most = params.load(self._root / layout.PARAMS).segmentation.clusters.fit_rows
        picked = np.linspace(0, len(known) - 1, min(len(known), most)).round().astype(int)
        return known.iloc[picked].reset_index(drop=True)

    @cached_property
    def interests(self) -> pd.DataFrame:
        """One row per customer and category: n_lines, n_orders, revenue_cents, revenue_share."""
        return storage.read(INTERESTS, root=self._root)

    @cached_property
    def model(self) -> dict[str, Any]:
        """What was learnt: columns, dropped, views, report."""
        return views.fit(self.customers, self.params, list(self.params.declared), interests=self.interests)

    @property
    def available(self) -> pd.DataFrame:
        """One row per view: why it is there, its weight, n_columns, is_available, and the reason where it is not."""
        return _with_findings(pd.DataFrame(self.model["views"]), "why", "reason")

    @property
    def report(self) -> pd.DataFrame:
        """One row per view and column: known_share, zero_share, skewness, winsorised_share, is_kept, why (findings)."""
        return _with_findings(pd.DataFrame(self.model["report"]), "why")

    @property
    def categories(self) -> pd.DataFrame:
        """One row per category, that most customers buy first: n_customers, customer_share, revenue_share.

        `customer_share` is of the customers of whom any category is known.
        """
        rows = self.interests
        sums = rows.groupby("category", as_index=False).agg(
            n_customers=(KEY, "nunique"), revenue_cents=("revenue_cents", "sum")
        )
        sums["customer_share"] = sums["n_customers"] / max(int(rows[KEY].nunique()), 1)
        sums["revenue_share"] = sums["revenue_cents"] / max(int(rows["revenue_cents"].sum()), 1)
        return sums.sort_values(["n_customers", "category"], ascending=[False, True], ignore_index=True)

    @property
    def finding(self) -> Passage:
        """Which views can distinguish customers here, and what was left out."""
        rows, report = self.available, self.report
        there = rows[rows["is_available"]]
        parts = [
            Finding("views.part", {"view": Term("view", view), "columns": Count(n, "column")})
            for view, n in zip(there["view"], there["n_columns"], strict=True)
        ]
        absent = tuple(Term("view", view) for view in rows.loc[~rows["is_available"], "view"])
        values = {"n": Count(len(parts)), "views": Count(len(rows), "view"), "parts": Listing(tuple(parts))}
        findings = [Finding("views.some", values) if parts else Finding("views.none")]
        if absent and parts:
            findings.append(Finding("views.absent", {"views": Listing(absent)}))
        n_sensitive = sum(LEFT_OUT in why.items for why in report["why"])
        if n_sensitive:
            findings.append(Finding("views.sensitive", {"n": Count(n_sensitive, "sensitive_column")}))
        return Passage(tuple(findings))

    def prepared(self, *names: str) -> pd.DataFrame:
        """Return the prepared columns of some views as clusters would see them; of all views where none is named.

        One row per row of `customers`, on its customer_id.
        """
        chosen = list(names or self.params.declared)
        model = views.fit(self.customers, self.params, chosen, interests=self.interests)
        x = views.apply(self.customers, model, interests=self.interests)
        return pd.DataFrame(x, columns=views.features(model), index=pd.Index(self.customers[KEY]))

    def plot_preparation(self) -> Picture:
        """Draw each column's skewness before and after."""
        rows = self.report.dropna(subset=["skew_before", "skew_after"]).query("is_kept")
        strong = (rows[["skew_before", "skew_after"]].abs() > 1).sum()
        counts = {"before": Count(strong["skew_before"]), "after": Count(strong["skew_after"])}
        alt = Finding("views.alt.preparation", {"n": Count(len(rows), "column")} | counts)
        return draw(plots.preparation, rows, [Term("column", c) for c in rows["column"]], alt=alt)

    def plot_correlations(self, *chosen: str) -> Picture:
        """Draw the correlations between the prepared columns of some views; all views where none is named."""
        correlation = self.prepared(*chosen).corr()
        labels = views.labels(self.model)
        names = [labels[str(feature)] for feature in correlation.columns]
        between = np.tril(correlation.to_numpy(dtype=float), k=-1)
        alt = Finding("views.alt.correlations")
        if between.size > 1:
            one, other = np.unravel_index(np.abs(between).argmax(), between.shape)
            closest = {"one": names[one], "other": names[other], "r": Number(between[one, other])}
            alt = Finding("views.alt.correlations_closest", closest)
        return draw(plots.correlations, correlation, names, alt=alt)

    def plot_interests(self) -> Picture:
        """Draw the categories that most customers buy."""
        rows = self.categories.head(N_CATEGORIES)
        if rows.empty:
            return draw(plots.interests, rows, alt=Finding("views.alt.no_interests"))
        first = {"category": Name(str(rows["category"][0])), "share": Share(rows["customer_share"][0])}
        return draw(plots.interests, rows, alt=Finding("views.alt.interests", first))

    def _repr_html_(self) -> str:
        shown = self.available[["view", "why", "n_columns", "is_available", "reason"]]
        return tables.html(shown, caption=Finding("views.table"), labels={"is_available": Finding("views.available")})


def _with_findings(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return a frame with its columns of JSON as findings; None where there is none."""
    decoded = {c: [None if content is None else from_json(content) for content in frame[c]] for c in columns}
    return frame.assign(**{c: pd.Series(values, dtype=object) for c, values in decoded.items()})
