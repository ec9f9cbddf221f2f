"""Customer equity: what all customers are worth through time, what moved it, and what the next months will bring."""

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import storage
from crmwb.contract.value import EQUITY, EQUITY_BRIDGE, FORECAST, PAST_FORECASTS
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Day, Finding, Term, Unavailable, from_json
from crmwb.plots import equity as plots

COMPONENTS = (*plots.STEPS, "kept")
OF_ACTIVE = ("won_back", "lost")  # need to know who is active
INDEX_CENTS = 100_00  # the beginning of an index, written as an amount
MEASURES = ("customers", "new_customers", "purchases", "revenue_cents")


class Equity:
    """The customer base as an asset.

    Attributes
    ----------
    facts : dict
        equity, bridge, forecast, proof, check (each with its findings) and caveats, as `crmwb.value.equity` makes them.
    """

    def __init__(self, root: Path, facts: dict[str, Any], currency: str) -> None:
        self._root = root
        self.facts = facts
        self.currency = currency

    def findings(self, part: str) -> list[Finding | Unavailable]:
        """Return what equity, bridge, forecast, proof, check or caveats say, the main one first; none where nothing."""
        if part == "caveats":
            return [from_json(caveat) for caveat in self.facts["caveats"]]
        about = self.facts[part] or {}
        return [
            from_json(content) for content in about.get("findings", [about["finding"]] if "finding" in about else [])
        ]

    @cached_property
    def months(self) -> pd.DataFrame:
        """One row per month end, the last one now: as_of, n_buyers, n_active, n_alive, equity_cents.

        n_active and n_alive are unknown where it cannot be told who left.
        """
        return storage.read(EQUITY, root=self._root)

    @cached_property
    def bridges(self) -> pd.DataFrame:
        """One row per component of a change: span (month, year), begins, ends, component, n_customers, equity_cents."""
        return storage.read(EQUITY_BRIDGE, root=self._root)

    @property
    def bridge(self) -> pd.DataFrame:
        """What moved equity over the last year, or over what there is of it; no rows with one moment only."""
        of_year = self.bridges[self.bridges["span"] == "year"]
        return of_year.set_index("component").reindex(self._component_names).dropna().reset_index()

    @property
    def has_active(self) -> bool:
        """Whether it is known who is active; without it nobody counts as lost or won back."""
        return (self.facts["equity"] or {}).get("n_active") is not None

    @property
    def _component_names(self) -> list[str]:
        return [name for name in COMPONENTS if self.has_active or name not in OF_ACTIVE]

    @property
    def components(self) -> pd.DataFrame:
        """What the parts of a change are: part, meaning."""
        names = self._component_names
        meanings = [Finding(f"equity.component.{name}") for name in names]
        return pd.DataFrame({"part": [Term("component", name) for name in names], "meaning": meanings})

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """One row per measure and month, past (actual) and ahead as far as tested (expected, known, low_50 …)."""
        return storage.read(FORECAST, root=self._root)

    @cached_property
    def past_forecasts(self) -> pd.DataFrame:
        """One row per measure, origin and month: method, actual, expected, bounds, last_month, last_year."""
        return storage.read(PAST_FORECASTS, root=self._root)

    @property
    def totals(self) -> pd.DataFrame:
        """What is forecast in all: measure, method, horizon (months ahead), months (of the total), expected and bounds.

        Totals that the history does not support are unknown; `before` are the same months a year before.
        """
        measures = self.facts["forecast"]["measures"]
        columns = ["months", "expected", "low_80", "high_80", "before"]
        rows = [
            {"measure": name, "method": of["method"], "horizon": of["horizon"], **(of["total"] or {})}
            for name, of in ((name, measures[name]) for name in MEASURES)
        ]
        return pd.DataFrame(rows).reindex(columns=["measure", "method", "horizon", *columns])

    @property
    def methods(self) -> pd.DataFrame:
        """How methods of forecasting revenue compare: method, is_used, n_months, n_origins, error_share, used_share.

        error_share is what totals over n_months were off by on average, used_share the same of the method in use, from
        the same origins (in logs); unknown where they could not be compared.
        """
        of = self.facts["forecast"]["measures"]["revenue_cents"]
        rows = [{"method": of["method"], "is_used": True}]
        rows += [
            {
                "method": entry["method"],
                "is_used": False,
                "n_months": entry["n_months"],
                "n_origins": entry["n_origins"],
                "error_share": entry["error"],
                "used_share": entry["chosen_error"],
            }
            for entry in of["compared"]
        ]
        columns = ["method", "is_used", "n_months", "n_origins", "error_share", "used_share"]
        return pd.DataFrame(rows).reindex(columns=columns)

    @property
    def proof(self) -> pd.DataFrame:
        """How past forecasts came true, beside simple rules: one row per measure; none where none could be tested.

        measure, error_share (what a month was missed by, on average), last_month_error_share and
        last_year_error_share (by repeating the last month, or the same month a year before), covered_80_share (of the
        months, within their 80% range).
        """
        by_measure = self.facts["proof"]["measures"]
        columns = ["measure", "error_share", "last_month_error_share", "last_year_error_share", "covered_80_share"]
        rows = [
            (name.removesuffix("_cents"), *(of[c] for c in columns[1:4]), of["covered_80"])
            for name, of in ((name, by_measure[name]) for name in MEASURES if name in by_measure)
        ]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))

    def plot_months(self) -> Picture:
        """Draw customer equity through time."""
        return draw(
            plots.equity_over_time,
            *self._shown(self.months),
            alt=Finding("equity.alt.months"),
            reason=self.findings("equity")[0],
        )

    def plot_bridge(self) -> Picture:
        """Draw what moved customer equity over the last year."""
        reason = next(iter(self.findings("bridge")), Unavailable("equity.one_moment"))
        return draw(plots.equity_bridge, *self._shown(self.bridge), alt=Finding("equity.alt.bridge"), reason=reason)

    def _shown(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, str, Finding]:
        """Return rows of equity to draw, with currency and axis: an index where no single figure of it is stated."""
        of_year = self.bridge.set_index("component")["equity_cents"]
        opening = of_year.get("opening", 0)
        if (self.facts["equity"] or {}).get("is_stated", True) or opening <= 0:
            return rows, self.currency, plots.AXIS
        begins = Day(date.fromisoformat(self.facts["bridge"]["begins"]))
        index = rows.assign(equity_cents=rows["equity_cents"] * (INDEX_CENTS / opening))
        return index, "", Finding("equity.figure.index", {"begins": begins})

    def plot_forecast(self, measure: str = "revenue_cents") -> Picture:
        """Draw actual and expected months: customers, new_customers, purchases, revenue_cents or margin_cents."""
        alt = Finding("forecast.figure.alt", {"measure": Finding(f"forecast.measure.{measure}")})
        findings = self.findings("forecast") if measure == "revenue_cents" else []
        reason = findings[0] if findings else ""
        return draw(plots.forecast_fan, self.forecast, measure, self.currency, alt=alt, reason=reason)

    def _repr_html_(self) -> str:
        return tables.html(self.months.tail(12), caption=Finding("equity.caption.latest"), currency=self.currency)
