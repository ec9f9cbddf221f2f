"""How monthly forecasts came true on real and simulated histories: writes docs/forecasts.md.

`python benchmarks/forecast_accuracy.py [FOLDER]`: FOLDER holds the real data sets (by default shared/data beside the
project). Each history is cut at several days; the pipeline's own forecast is made from what came before the cut alone,
and held against the whole months after it. About ten CPU minutes.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import forecast_page
import ibis.expr.types as ir
import numpy as np
from accuracy import SETS, DataSet, _params
from simulated_months import KINDS, LENGTHS, SEEDS, series

from crmwb import engine, storage
from crmwb.calendar import month_of, start_of
from crmwb.engine import Backend
from crmwb.params import Params
from crmwb.progress import step
from crmwb.quality.validation import validate
from crmwb.sources import ingest
from crmwb.value import equity
from crmwb.value.equity.activity import histories_at, read_activity
from crmwb.value.equity.cohorts import MEASURES, Cohorts
from crmwb.value.equity.monthly import CUSTOMER_MODELS
from crmwb.value.forecast import Forecast, Rolling, Total, forecast, replay
from crmwb.value.models import BetaGeoNBD, GammaGamma, PurchaseSummary
from crmwb.value.potential.clv import Terms
from crmwb.value.potential.total import TotalRange

PROJECT = Path(__file__).parents[1]
TERMS = Terms(horizon_days=365, annual_rate=0.1, margin_share=0.25)
UNTESTED = TotalRange(1.0, 1.0, 0)  # of customer equity, which is not looked at here
AHEAD = 12
CUTS = {
    "CDNOW master": (7, 5, 3),
    "Online Retail": (5, 3, 2, 0),
    "Superstore": (24, 18, 12, 6),
    "Complete Journey": (5, 3),
    "b2b_demo": (18, 12, 6),
}
"""How many whole months are held out, for each cut of a history."""


class Known(NamedTuple):
    """What is forecast from: title, cut, measure, and the whole months known before the cut."""

    title: str
    cut: str
    measure: str
    n_months: int


@dataclass(frozen=True)
class Outcome:
    """One forecast of one measure beside what came.

    Attributes
    ----------
    title, cut, measure : str
        The history, where it was cut, and what was forecast.
    n_months : int
        Whole months known before the cut.
    method : str
        Which forecast.
    within : list of bool
        Whether each month that came lay within its 80% range, as far as months were forecast.
    total_months : int or None
        Months of the total stated; None where it was withheld.
    error : float or None
        The relative error of all months that were forecast and came together, stated as a total or not.
    total_error : float or None
        The total's relative error (plus is too high); None where it was withheld or its months are not over.
    models_error : float or None
        The relative error of the customer models' sum over as many of the next twelve months as came.
    models_months : int
        So many.
    """

    title: str
    cut: str
    measure: str
    n_months: int
    method: str
    within: list[bool]
    error: float | None
    total_months: int | None
    total_error: float | None
    models_error: float | None = None
    models_months: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT.parent / "shared" / "data")
    parser.add_argument("--only", nargs="*", help="titles of data sets; the page is then printed, not written")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        sys.exit(f"{asked.folder}: no such folder; name the one with the real data sets: make forecasts SHARED=…")
    real = [
        outcome
        for data in SETS
        if data.title in CUTS and (not asked.only or data.title in asked.only)
        for outcome in _real(data, asked.folder)
    ]
    simulated = [] if asked.only else list(_simulated())
    page = forecast_page.write(real, simulated)
    if asked.only:
        print(page)
    else:
        storage.write_text(page, PROJECT / "docs" / "forecasts.md")


def _real(data: DataSet, shared: Path) -> Iterator[Outcome]:
    p = _params(data, shared)
    with (
        step(data.title),
        tempfile.TemporaryDirectory(prefix="crmwb-forecasts-") as temporary,
        engine.connect(p.engine) as con,
    ):
        folder = Path(temporary)
        for name in ("clean", "quarantine"):
            (folder / name).mkdir()
        ingest(p, folder / "canonical")
        validate(con, folder / "canonical", folder / "clean", folder / "quarantine", p.quality)
        transactions = storage.open_tables(con, folder / "clean")["transactions"]
        after = transactions.ordered_at.max().to_pyarrow().as_py().date() + timedelta(days=1)
        history = History(data.title, con, transactions, Cohorts.of(read_activity(con, transactions, after), after), p)
        for held_out in CUTS[data.title]:
            yield from history.outcomes(start_of(month_of(after) - held_out), month_of(after))


@dataclass(frozen=True)
class History:
    """A data set's purchases.

    Attributes
    ----------
    title : str
        Its name.
    con : Backend
        The engine that holds the transactions.
    transactions : ir.Table
        Clean.
    whole : Cohorts
        All of it by month.
    params : Params
        The project's own.
    """

    title: str
    con: Backend
    transactions: ir.Table
    whole: Cohorts
    params: Params

    def outcomes(self, cut: date, end: int) -> Iterator[Outcome]:
        """Forecast customers and revenue from a cut; `end` is the first month that is not whole."""
        known = next(histories_at(read_activity(self.con, self.transactions, cut), [cut]))
        summary = PurchaseSummary.of(known.frequency, known.recency_days, known.age_days)
        models = BetaGeoNBD().fit(summary), GammaGamma().fit(known.frequency, known.monetary_cents)
        settings = self.params.value.equity.model_copy(update={"n_months": 1, "forecast_months": AHEAD})
        currency = self.params.source.currency
        built = equity.build(
            self.con, self.transactions, models, TERMS,
            total=UNTESTED, as_of=cut, params=settings, currency=currency,
        )  # fmt: skip
        for name in ("customers", "revenue_cents"):
            values = self.whole.by_month[:, MEASURES.index(name)].astype(float)
            first = month_of(cut) - self.whole.first_month
            came = values[first : end - self.whole.first_month]
            m = built.monthly.measures[name]
            known_then = Known(self.title, cut.isoformat(), name, first)
            sums = m.rolling.forecasts[CUSTOMER_MODELS][-1][: len(came)]
            error = float(sums.sum() / came[: len(sums)].sum() - 1) if len(came) else None
            yield replace(_outcome(known_then, m.now, m.lump, came), models_error=error, models_months=len(sums))


def _simulated() -> Iterator[Outcome]:
    for kind in KINDS:
        for n in LENGTHS:
            for seed in range(SEEDS):
                values, lump = series(kind, n + AHEAD, seed)
                rolling = Rolling.of(values[:n], np.full(n + 1, lump), range(3, n + 1), AHEAD)
                origins = rolling.origins[(rolling.origins >= 6) & (rolling.origins < n)][-24:]
                now = forecast(rolling, n, 0, replay(rolling, origins, n)[1])
                yield _outcome(Known(kind, f"{n} months", "series", n), now, lump, values[n:])


def _outcome(known: Known, now: Forecast, lump: float, came: np.ndarray) -> Outcome:
    low, high = now.ends(80, lump)
    n = min(len(came), len(low))
    within = [bool(a <= x <= b) for a, x, b in zip(low[:n], came[:n], high[:n], strict=True)]
    months, error = None, None
    if isinstance(now.total, Total):
        months = now.total.months
        if months <= len(came):
            error = float(now.total.expected / came[:months].sum() - 1)
    of_all = float(now.expected[:n].sum() / came[:n].sum() - 1) if n and came[:n].sum() > 0 else None
    return Outcome(*known, now.choice.method, within, of_all, months, error)


if __name__ == "__main__":
    main()
