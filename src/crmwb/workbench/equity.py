"""Customer equity: what all customers are worth through time, what moved it, and what the next months will bring."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.plots import equity as plots

MEASURES = ("customers", "purchases", "revenue_cents", "margin_cents")


class Equity:
    """The customer base as an asset.

    Attributes
    ----------
    facts : dict
        equity, bridge, forecast, proof (each with its finding), definitions, caveats.
    """

    def __init__(self, root: Path, facts: dict[str, Any], currency: str) -> None:
        self._root = root
        self.facts = facts
        self.currency = currency

    @cached_property
    def months(self) -> pd.DataFrame:
        """One row per month end, the last one now: as_of, n_buyers, n_active, n_alive, equity_cents."""
        return storage.read_frame(self._root / layout.EQUITY)

    @cached_property
    def bridges(self) -> pd.DataFrame:
        """One row per component of a change: span (month, year), begins, ends, component, n_customers, equity_cents."""
        return storage.read_frame(self._root / layout.EQUITY_BRIDGE)

    @property
    def bridge(self) -> pd.DataFrame:
        """What moved equity over the last year, or over what there is of it; no rows with one moment only."""
        of_year = self.bridges[self.bridges["span"] == "year"]
        return of_year.set_index("component").reindex(list(self.facts["definitions"])).dropna().reset_index()

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """One row per measure and month, past (actual) and ahead (expected, newcomers, low_50 … high_95)."""
        return storage.read_frame(self._root / layout.FORECAST)

    @cached_property
    def past_forecasts(self) -> pd.DataFrame:
        """One row per measure, origin and month forecast then: actual, expected, bounds, last_month, last_year."""
        return storage.read_frame(self._root / layout.PAST_FORECASTS)

    @property
    def totals(self) -> pd.DataFrame:
        """What the months ahead bring in all: measure, expected, low_80, high_80, newcomers, before (as many)."""
        found = self.facts["forecast"]["measures"]
        rows = [{"measure": name, **found[name]} for name in MEASURES if name in found]
        return pd.DataFrame(rows)[["measure", "expected", "low_80", "high_80", "newcomers", "before"]]

    @property
    def proof(self) -> pd.DataFrame:
        """How past forecasts came true, beside rules of thumb: one row per measure; none where none could be tested.

        measure, error_share (what a month was missed by, on average), last_month_error_share and
        last_year_error_share (by going by the last month, or the same month a year before), covered_80_share (of the
        months, within the interval that was to hold 80%).
        """
        found = self.facts["proof"]["measures"]
        columns = ["measure", "error_share", "last_month_error_share", "last_year_error_share", "covered_80_share"]
        rows = [
            (words.name(name.removesuffix("_cents")), *(of[c] for c in columns[1:4]), of["covered_80"])
            for name, of in ((name, found[name]) for name in MEASURES if name in found)
        ]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))

    def plot_months(self) -> Picture:
        """Draw customer equity through time."""
        return draw(plots.equity_over_time, self.months, self.currency, alt=self.facts["equity"]["finding"])

    def plot_bridge(self) -> Picture:
        """Draw what moved customer equity over the last year."""
        alt = (self.facts["bridge"] or {}).get("finding", "Customer equity is known at one moment only.")
        return draw(plots.equity_bridge, self.bridge, self.currency, alt=alt)

    def plot_forecast(self, measure: str = "revenue_cents") -> Picture:
        """Draw what came month by month and what is expected: customers, purchases, revenue_cents or margin_cents."""
        alt = f"Lines: {words.name(measure.removesuffix('_cents'))} by month, with what is expected and its intervals."
        return draw(plots.forecast_fan, self.forecast, measure, self.currency, alt=alt)

    def _repr_html_(self) -> str:
        return tables.html(self.months.tail(12), caption="Customer equity, latest months", currency=self.currency)
