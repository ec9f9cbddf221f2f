"""Work of the value stage that needs little of the rest of it, so that another process can do it beside."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from crmwb.engine import memory
from crmwb.features.purchase_days import PurchaseDays
from crmwb.params import Params
from crmwb.processes import Other
from crmwb.value import scorecard
from crmwb.value.challenger import Past, Traits
from crmwb.value.customers import ids_of
from crmwb.value.opened import Open, Opened
from crmwb.value.proof.backtest import Backtest, backtest
from crmwb.value.proof.champion import champion
from crmwb.value.realised.margin import Margin


@dataclass(frozen=True)
class Tested:
    """How forecasts came true, and which of them to trust.

    Attributes
    ----------
    backtest : Backtest
        Without its trials, which hold all customers tested.
    champion : dict
        As `champion.champion` returns it.
    """

    backtest: Backtest
    champion: dict[str, Any]


@dataclass(frozen=True)
class Apart:
    """Another process, which opens by itself what it reads.

    Attributes
    ----------
    other : Other
        The process.
    open_inputs : callable
        Opens the clean tables and the snapshots.
    """

    other: Other
    open_inputs: Open
    _waiting: list[Callable[[], Any]] = field(default_factory=list, repr=False)

    def start(self, work: Callable[..., Any], *given: Any, **named: Any) -> Callable[[], Any]:
        """Start `work(open_inputs, *given, **named)`, and return what waits for its result."""
        self._waiting.append(self.other.start(partial(work, self.open_inputs, *given, **named)))
        return self._waiting[-1]

    def start_last(self, work: Callable[..., Any], *given: Any, **named: Any) -> Callable[[], Any]:
        """Do as `start` does; the process ends, and its memory is free, once the result is there."""
        result = self.start(work, *given, **named)

        def last() -> Any:
            for each in self._waiting:
                each()
            self.other.end()
            memory.give_back()
            return result()

        return last


def judged(past: Past, as_of: date, params: Params, *, step: int | None = None) -> Tested:
    """Test forecasts on time not seen, and name the best; arguments as for `backtest`."""
    result = backtest(past, as_of, params.value.backtest, step=step)
    best = champion(result, params.value.backtest.score, n_bootstrap=params.value.n_bootstrap, seed=params.seed)
    return Tested(replace(result, trials=()), best)


def judged_apart(open_inputs: Open, days: PurchaseDays, as_of: date, params: Params) -> Tested:
    """Do as `judged` does, with the purchase days of those customers alone who are tested."""
    with open_inputs() as inputs:
        traits = Traits.of(inputs.con, inputs.snapshots, days.ids).every(1)
        return judged(Past(days, traits), as_of, params, step=1)


def tiers_apart(
    open_inputs: Open,
    first: date,
    as_of: date,
    *,
    margin: Margin,
    forecast: scorecard.Forecast | None,
    params: Params,
    file: Path,
) -> scorecard.Past:
    """Do as `tiers` does, of what this process opens by itself; other arguments as for `scorecard.Source.of`."""
    with open_inputs() as inputs:
        source = scorecard.Source.of(
            inputs.con, inputs.tables, first=first, margin=margin, params=params, ids=ids_of(inputs.features)
        )
        return tiers(inputs, source, as_of, forecast=forecast, params=params, file=file)


def tiers(
    inputs: Opened,
    source: scorecard.Source,
    as_of: date,
    *,
    forecast: scorecard.Forecast | None,
    params: Params,
    file: Path,
) -> scorecard.Past:
    """Follow tiers up to today, and write them to a file; arguments as for `scorecard.followed`."""
    features = scorecard.features_placed(inputs.features, source.ids)
    return scorecard.followed(
        source, inputs.snapshots, features, as_of, forecast=forecast, params=params.value.scorecard, file=file
    )
