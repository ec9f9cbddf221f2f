"""Acceptance: which groups can be used, test by test."""

from functools import cached_property
from pathlib import Path

import pandas as pd

from crmwb import storage
from crmwb.contract.segments import ACCEPTANCE
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Finding, Passage, Term, Value, loads
from crmwb.plots import acceptance as plots
from crmwb.segmentation import acceptance


class Acceptance:
    """The eight tests of step 5 on every cluster."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def tests(self) -> pd.DataFrame:
        """One row per cluster and test: number, threshold, is_passed (NULL: could not be made), meaning (a finding)."""
        rows = storage.read(ACCEPTANCE, root=self._root)
        order = rows["test"].map({test: place for place, test in enumerate(plots.ORDER)})
        rows = rows.assign(order=order).sort_values(["cluster", "order"], ignore_index=True)
        return rows.drop(columns="order").assign(meaning=rows["meaning"].map(loads))

    @property
    def verdicts(self) -> pd.DataFrame:
        """One row per cluster: n_tested, n_passed, failed, not_available, is_accepted."""
        return acceptance.verdicts(self.tests)

    @property
    def finding(self) -> Finding | Passage:
        """Which groups can be used, and what the others fail."""
        return acceptance.finding(self.tests)

    @property
    def not_available(self) -> list[Value]:
        """What could not be tested of any group, and what would make it possible."""
        nobody = self.tests.groupby("test", sort=False)["is_passed"].apply(lambda passed: passed.isna().all())
        first = self.tests.drop_duplicates("test").set_index("test")["meaning"]
        return [
            Finding("acceptance.not_available", {"test": Term("acceptance_test", str(test)), "why": first[test]})
            for test in nobody[nobody].index
        ]

    def of(self, name: str) -> pd.DataFrame:
        """Return the tests of one cluster: test, is_passed, meaning."""
        return self.tests.loc[self.tests["cluster_name"] == name, ["test", "is_passed", "meaning"]].reset_index(
            drop=True
        )

    def plot_table(self) -> Picture:
        """Draw segments × tests."""
        return draw(plots.table, self.tests, self.currency, alt=Finding("acceptance.alt.table"), reason=self.finding)

    def _repr_html_(self) -> str:
        rows = self.verdicts
        named = {name: rows[name].map(acceptance.terms) for name in ("failed", "not_available")}
        return tables.html(rows.assign(**named), caption=self.finding, currency=self.currency)
