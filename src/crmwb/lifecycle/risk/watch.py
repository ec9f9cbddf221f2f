"""Past moments, each seen as it was seen then or as it is seen now, in the time of the season that was known."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from crmwb.features.seasonal_time import SeasonalTime
from crmwb.lifecycle.activity import Entries
from crmwb.lifecycle.risk.panel import Known, panel
from crmwb.lifecycle.seasons import Seasons
from crmwb.params import RiskParams

FITTED_CUSTOMERS = 20_000


@dataclass(frozen=True)
class Watch:
    """What past moments are looked at with.

    Attributes
    ----------
    purchases : Entries
        What was bought before the last of `ends`.
    ends : sequence of date
        Ascending month ends without a gap; the last one is now.
    n_customers : int
        How many there are, with those who never bought.
    params : RiskParams
        The bounds of horizons.
    seasons : Seasons
        What the season of each moment is learned from.
    """

    purchases: Entries
    ends: Sequence[date]
    n_customers: int
    params: RiskParams
    seasons: Seasons

    @cached_property
    def now(self) -> SeasonalTime:
        """The time of the season that is known now."""
        return self.seasons.time_at(self.ends[-1])

    @property
    def step(self) -> int:
        """Of many customers every n-th is learned from; this is n."""
        return max(-(-self.n_customers // FITTED_CUSTOMERS), 1)

    def moments(self, most_days: float) -> Iterator[Known]:
        """Return all moments as they are seen now, ascending, all but the latest of a sample of many customers.

        No horizon is longer than `most_days`.
        """
        seasonal = self.seasons.gaps(time) if (time := self.now).pace else None
        return panel(
            self.purchases, self.ends, self.n_customers, self.params, most_days, seasonal=seasonal, step=self.step
        )

    def can_forecast(self, moment: Known) -> bool:
        """Whether nothing is missing to forecast from a moment: a season that there is now was known then."""
        return not self.now.pace or bool(self.seasons.time_at(moment.as_of).pace)

    def as_seen_at(self, moments: Sequence[Known], most_days: float) -> Callable[[int], Sequence[Known]]:
        """Return what returns the moments up to one as they were seen at it, of a sample of many customers.

        It takes a place in `moments`, and returns none where that moment cannot be forecast from.
        """
        if not self.now.pace:
            return lambda place: moments[: place + 1]
        step = self.step
        purchases, seasons = self.purchases.every(step), self.seasons.every(step)

        def seen(place: int) -> Sequence[Known]:
            then = moments[place].as_of
            if not self.can_forecast(moments[place]):
                return []
            ends = [end for end in self.ends if end <= then]
            gaps = seasons.gaps(seasons.time_at(then))
            every = list(panel(purchases, ends, seasons.n_customers, self.params, most_days, seasonal=gaps))
            every = [replace(moment, customer=moment.customer * step) for moment in every]
            return every if every and every[-1].as_of == then else []

        return seen
