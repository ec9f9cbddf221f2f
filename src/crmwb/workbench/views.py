"""The views: what customers can be told apart by in this source, and what was done to each column."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmwb import layout, params, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.params import ViewsParams
from crmwb.plots import views as plots
from crmwb.segmentation import views
from crmwb.segmentation.views.blocks import LEFT_OUT
from crmwb.segmentation.views.labels import label

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
        made = [layout.CUSTOMER_FEATURES, layout.CUSTOMER_VALUE]
        everyone = storage.read_joined(KEY, *(self._root / path for path in made))
        bought = everyone[everyone["n_purchase_days"] > 0]
        known = everyone if bought.empty else bought  # a source without transactions
        most = params.load(self._root / layout.PARAMS).segmentation.clusters.fit_rows
        picked = np.linspace(0, len(known) - 1, min(len(known), most)).round().astype(int)
        return known.iloc[picked].reset_index(drop=True)

    @cached_property
    def interests(self) -> pd.DataFrame:
        """One row per customer and category: n_lines, n_orders, revenue_cents, revenue_share."""
        return storage.read_frame(self._root / layout.INTERESTS)

    @cached_property
    def model(self) -> dict[str, Any]:
        """What was learnt: columns, dropped, views, report."""
        return views.fit(self.customers, self.params, list(self.params.declared), interests=self.interests)

    @property
    def available(self) -> pd.DataFrame:
        """One row per view: why it is there, its weight, n_columns, is_available, and the reason where it is not."""
        return pd.DataFrame(self.model["views"])

    @property
    def report(self) -> pd.DataFrame:
        """One row per view and column: known_share, zero_share, skewness, winsorised_share, is_kept, why."""
        return pd.DataFrame(self.model["report"])

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
    def finding(self) -> str:
        """Which views tell customers apart here, and what was left out."""
        rows, report = self.available, self.report
        there = [
            f"{v} ({words.plural(n, 'column')})"
            for v, n in rows.loc[rows["is_available"], ["view", "n_columns"]].to_numpy()
        ]
        absent = list(rows.loc[~rows["is_available"], "view"])
        said = (
            f"{len(there)} of {words.plural(len(rows), 'view')} tell customers apart: {words.listing(there)}."
            if there
            else "No view tells customers apart in this source."
        )
        if absent and there:
            said += f" Not available: {words.listing(absent)}."
        sensitive = int((report["why"] == LEFT_OUT).sum())
        if sensitive:
            said += f" {words.plural(sensitive, 'sensitive column')} left out, as nobody allowed them."
        return said

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
        alt = (
            f"Dots: skewness of {words.plural(len(rows), 'column')}; beyond 1 for {strong['skew_before']} as they were "
            f"and {strong['skew_after']} prepared."
        )
        return draw(plots.preparation, rows, [words.label(label(c)) for c in rows["column"]], alt=alt)

    def plot_correlations(self, *chosen: str) -> Picture:
        """Draw which prepared columns of some views go together; all views where none is named."""
        x = self.prepared(*chosen)
        called = views.labels(self.model)
        correlation = x.corr().rename(index=called, columns=called)
        between = np.tril(correlation.to_numpy(dtype=float), k=-1)
        alt = "Heat map of the correlation between prepared columns."
        if between.size > 1:
            one, other = np.unravel_index(np.abs(between).argmax(), between.shape)
            names = list(correlation.columns)
            alt += f" The closest are {names[one]} and {names[other]} ({between[one, other]:.2f})."
        return draw(plots.correlations, correlation, alt=alt)

    def plot_interests(self) -> Picture:
        """Draw the categories that most customers buy."""
        rows = self.categories.head(N_CATEGORIES)
        top = (
            ""
            if rows.empty
            else f"; first {rows['category'][0]} ({words.share(rows['customer_share'][0])} of customers)"
        )
        return draw(plots.interests, rows, alt=f"Bars: the categories that most customers buy{top}.")

    def _repr_html_(self) -> str:
        shown = self.available[["view", "why", "n_columns", "is_available", "reason"]]
        return tables.html(shown, caption="Views", labels={"is_available": "Available"})
