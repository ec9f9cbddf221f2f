"""The chance to buy of customers who buy in winter: that of the time of the year, not that of a mean quarter."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lifecycle.test_risk import PARAMS, entries
from lifecycle.test_seasons import FIRST, seasons_of, shifted, winter_days

from crmwb.calendar import month_ends
from crmwb.lifecycle.risk.watch import Watch
from crmwb.lifecycle.seasons import Seasons
from crmwb.predict.customers import moments
from crmwb.predict.customers.features import Features
from crmwb.predict.customers.propensity import BUYS, RISK, Propensity, cases, propensity

DAYS = 90


@pytest.fixture(scope="module")
def winter():
    later = {who: own for who, own in winter_days(4_000, 5).items() if own}
    return dict(enumerate(later.values()))


def chances(days: dict[int, list[int]], now: date, folder, *, in_season: bool) -> tuple[np.ndarray, Propensity]:
    """Return who is forecast, and the chances to buy within DAYS as of `now`."""
    until = (now - FIRST).days
    known = {who: [at for at in own if at < until] for who, own in days.items()}
    ids = np.array([f"{who:05d}" for who in known], dtype=object)
    ends = month_ends(FIRST, now)
    seasons = seasons_of(known) if in_season else Seasons.none(len(ids))
    watch = Watch(entries(shifted(known)), ends, len(ids), PARAMS, seasons)
    own = list(watch.moments(until / 3))
    seen = watch.as_seen_at(own, until / 3)
    snapshots = [pd.DataFrame({"customer_id": ids, "age_days": 1.0}).assign(as_of=end) for end in ends]
    path = folder / f"{now}.parquet"
    pq.write_table(pa.Table.from_pandas(pd.concat(snapshots), preserve_index=False), path)

    def fixed(place: int) -> list[moments.Known]:
        return [moments.within(one, DAYS, seasons.time_at(own[place].as_of)) for one in seen(place)]

    every = [moments.within(one, DAYS, watch.now) for one in own]
    now = folder / f"{now}_now.parquet"
    pd.DataFrame({"customer_id": ids, "age_days": 1.0}).to_parquet(now)
    of = cases(BUYS, every, fixed, path, Features(now), n_origins=2)
    learned = propensity(of, 2)
    assert isinstance(learned, Propensity)
    return own[-1].customer, learned


@pytest.mark.parametrize("now", [date(2023, 12, 1), date(2024, 3, 1)])
def test_chances_follow_the_time_of_the_year(winter, tmp_path, now):
    customers, learned = chances(winter, now, tmp_path, in_season=True)
    begins = (now - FIRST).days
    came = np.array([any(begins <= at < begins + DAYS for at in winter[i]) for i in customers])
    assert learned.chosen == RISK
    assert learned.now.mean() == pytest.approx(came.mean(), abs=0.06)
    _, plain = chances(winter, now, tmp_path, in_season=False)
    assert not abs(plain.now.mean() - came.mean()) < 0.12  # NaN where it is withheld
    assert len(came) > 1_000
