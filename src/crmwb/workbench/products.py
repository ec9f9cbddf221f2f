"""Products: what customers buy next, and which products lead to which."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmwb import layout, storage
from crmwb.contract import named
from crmwb.contract.recommend import ARTEFACTS
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Unavailable, from_json
from crmwb.plots import recommend as plots
from crmwb.recommend.findings import reason
from crmwb.recommend.names import product_names

BASELINES = ("gp_topfreq", "popularity")
SIGNIFICANT = 0.05


class Products:
    """What the recommend stage made. Products are shown by name, where they have one."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def findings(self) -> dict[str, list[Finding | Unavailable]]:
        """What can be said, by section: again, new, together, entry, last."""
        content = storage.read_json(self._root / layout.RECOMMEND_FINDINGS)
        return {section: [from_json(one) for one in statements] for section, statements in content.items()}

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of products by id."""
        return product_names(self._root / layout.CLEAN)

    @cached_property
    def tests(self) -> pd.DataFrame:
        """How good each list was on orders not seen, its baseline below it: recall, ndcg, hit_rate, n_customers."""
        tests = self._table("tests")
        order = tests.assign(is_baseline=tests["method"].isin(BASELINES))
        return order.sort_values(["list", "is_baseline"], ignore_index=True).drop(columns="is_baseline")

    @cached_property
    def again(self) -> pd.DataFrame:
        """One row per customer and product to buy again: rank, product_id, reason, chance, n_days, last_on."""
        return self._table("again")

    @cached_property
    def new(self) -> pd.DataFrame:
        """One row per customer and product new to them: rank, product_id, because_product_id, reason."""
        return self._table("new")

    @property
    def together(self) -> pd.DataFrame:
        """Pairs of products in one order more often than by chance, the surest first."""
        frame = self._table("together")
        frame = frame.assign(product=self._named(frame["product_id"]), other=self._named(frame["other_id"]))
        weight = frame["n_both"] * np.log(frame["low"])
        keyed = frame.assign(weight=weight).sort_values(
            ["weight", "product_id", "other_id"], ascending=[False, True, True], ignore_index=True
        )
        return keyed.drop(columns="weight")

    def compared(self, page: str) -> pd.DataFrame:
        """Return products of first orders (`entry`) or of orders that no other followed (`last`), the surest first."""
        frame = self._table(page)
        frame = frame.sort_values(["p_value", "n", "product_id"], ascending=[True, False, True], ignore_index=True)
        return frame.assign(product=self._named(frame["product_id"]))

    def proven(self, page: str, n: int) -> pd.DataFrame:
        """Return the first `n` products of a page that differ from comparable orders beyond chance."""
        frame = self.compared(page)
        return frame[frame["p_value"] < SIGNIFICANT].head(n).reset_index(drop=True)

    def most_listed(self, which: str, n: int) -> pd.DataFrame:
        """Return the products that stand in most customers' lists: product, n_listed, and n_due of the list `again`."""
        rows = self.again if which == "again" else self.new
        is_due = rows["reason"] == "due"
        sums = rows.assign(is_due=is_due).groupby("product_id").agg(n_listed=("rank", "size"), n_due=("is_due", "sum"))
        top = (
            sums.reset_index()
            .sort_values(["n_listed", "product_id"], ascending=[False, True], ignore_index=True)
            .head(n)
        )
        return top.assign(product=self._named(top["product_id"]))

    def example(self, which: str, customer_id: str | None = None) -> pd.DataFrame:
        """Return one customer's list with reasons; where not given, of the first customer with the longest list."""
        rows = self.again if which == "again" else self.new
        if customer_id is None and len(rows):
            customer_id = str(rows.groupby("customer_id").size().sort_values(ascending=False, kind="stable").index[0])
        own = rows[rows["customer_id"] == customer_id].sort_values("rank", ignore_index=True)
        reasons = [reason(row, self.names, self._as_of) for row in own.to_dict("records")]
        return own.assign(product=self._named(own["product_id"]), reason=pd.Series(reasons, dtype=object))

    def plot_tests(self) -> Picture:
        """Draw the recall of both lists beside their baselines."""
        return draw(plots.recall, self.tests, alt=Finding("recommend.alt.tests"))

    def plot_together(self, n: int) -> Picture:
        """Draw the pairs that stand together most surely."""
        rows = self.together.head(n)
        return draw(plots.together, rows, alt=Finding("recommend.alt.together", {"n": Count(len(rows), "pair")}))

    def plot_compared(self, page: str, n: int) -> Picture:
        """Draw the products of a page that differ from comparable orders."""
        rows = self.proven(page, n)
        words = Finding("recommend.alt.compared", {"n": Count(len(rows), "product")})
        return draw(plots.compared, rows, page, alt=words)

    @cached_property
    def _as_of(self) -> pd.Timestamp:
        observed: dict[str, Any] = storage.read_json(self._root / layout.OBSERVATION)
        return pd.Timestamp(observed["as_of"])

    def _named(self, ids: pd.Series) -> pd.Series:
        return ids.map(lambda product_id: self.names.get(product_id) or product_id)

    def _table(self, name: str) -> pd.DataFrame:
        return storage.read(named(ARTEFACTS, name), root=self._root)
