"""States of customers from monthly snapshots: what is counted, what it is worth, and what is not looked at."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crmwb.contract.value import MARKOV_STATES
from crmwb.errors import CrmwbError
from crmwb.value.models import markov_states
from crmwb.value.models.markov_states import PRIOR

AS_OF = date(2024, 1, 1)
TERMS = {"margin_share": 0.5, "annual_rate": 0.1}


def snapshots(bought: np.ndarray, cents: int | np.ndarray = 1000, first: str = "2023-01-01") -> pd.DataFrame:
    """Write the snapshots of customers who all buy in the first month, and then in the middle of months as said.

    bought has one row per customer and one column per month; a purchase brings `cents`.
    """
    bought = np.asarray(bought, dtype=bool) | (np.arange(bought.shape[1]) == 0)
    n, m = bought.shape
    ends = pd.date_range(first, periods=m + 1, freq="MS")[1:]
    middles = (ends - pd.DateOffset(months=1) + pd.DateOffset(days=14)).to_numpy()
    last = middles[np.maximum.accumulate(np.where(bought, np.arange(m), 0), axis=1)]
    return pd.DataFrame(
        {
            "as_of": np.repeat(ends.date, n),
            "customer_id": np.tile([f"c{i:05d}" for i in range(n)], m),
            "days_since_last": ((ends.to_numpy()[np.newaxis, :] - last) // np.timedelta64(1, "D")).T.ravel(),
            "revenue_cents": np.cumsum(bought * cents, axis=1).T.ravel(),
            "frequency": (np.cumsum(bought, axis=1) - 1).T.ravel(),
        }
    )


def coins(n=3000, months=12, p=0.25, seed=0):
    """Every customer buys in every month with the same probability."""
    return np.random.default_rng(seed).random((n, months)) < p


def test_states_of_two_customers():
    # a buys every month, b never again; three month ends, so two moves each
    chain = markov_states(snapshots(np.array([[1, 1, 1], [1, 0, 0]])), date(2023, 4, 1), **TERMS, n_recency=3, cuts=())
    assert chain.states["state"].tolist() == ["1m", "2m", "3m+"]
    assert chain.states["n_observed"].tolist() == [3, 1, 0]
    assert chain.states["n_customers"].tolist() == [1, 0, 1]
    assert chain.customers["state"].tolist() == ["1m", "3m+"]
    # 2 of 3 bought again after a month with a purchase, 2 of 4 altogether, which counts as PRIOR more, by recency and
    # once more by state
    once = (2 + PRIOR * 0.5) / (3 + PRIOR)
    assert chain.states["p_purchase"].iloc[0] == pytest.approx((2 + PRIOR * once) / (3 + PRIOR))


def test_the_frame_is_as_its_schema_says():
    chain = markov_states(snapshots(coins(50)), AS_OF, **TERMS)
    table = pa.Table.from_pandas(chain.states, schema=MARKOV_STATES.schema, preserve_index=False)
    assert table.num_rows == len(chain.chain.states)
    assert chain.customers["customer_id"].is_monotonic_increasing
    assert chain.total_value_cents == pytest.approx(chain.customers["value_cents"].sum())
    assert chain.states["n_customers"].sum() == 50


def test_where_all_are_alike_every_state_is_worth_the_same():
    # 25% buy each month and bring 10.00 at a margin of a half: 1.25 a month, paid in its middle
    chain = markov_states(snapshots(coins()), AS_OF, **TERMS, cuts=())
    monthly = 1.1 ** (-1 / 12)
    worth = 125 * monthly**0.5 / (1 - monthly)
    states = chain.states
    assert states["p_purchase"].to_numpy() == pytest.approx(0.25, abs=4 * states["p_purchase_se"].max())
    assert states["value_cents"].to_numpy() == pytest.approx(worth, rel=0.05)
    assert (np.abs(states["value_cents"] - worth) < 4 * states["value_se_cents"]).all()


def test_standard_errors_are_those_of_an_estimate_from_many_samples():
    fits = [markov_states(snapshots(coins(400, seed=seed)), AS_OF, **TERMS, cuts=(), n_recency=3) for seed in range(60)]
    for column, error in (("p_purchase", "p_purchase_se"), ("value_cents", "value_se_cents")):
        spread = np.std([fit.states[column] for fit in fits], axis=0, ddof=1)
        stated = np.mean([fit.states[error] for fit in fits], axis=0)
        assert stated == pytest.approx(spread, rel=0.35)


def test_a_year_is_worth_its_twelve_months():
    data = snapshots(coins())
    year = markov_states(data, AS_OF, **TERMS, cuts=(), horizon_months=12).states["value_cents"]
    monthly = 1.1 ** (-1 / 12)
    assert year.to_numpy() == pytest.approx(125 * (monthly ** (np.arange(12) + 0.5)).sum(), rel=0.05)
    free = markov_states(data, AS_OF, margin_share=0.5, annual_rate=0, cuts=(), horizon_months=12)
    assert free.states["value_cents"].to_numpy() == pytest.approx(1500, rel=0.05)


def test_contact_stops_where_it_costs_more_than_it_brings():
    # half buy every month, half never again; contact costs 1.00
    bought = np.repeat([[True], [False]], 500, axis=0) & np.ones((1, 12), dtype=bool)
    chain = markov_states(snapshots(bought), AS_OF, **TERMS, contact_cost_cents=100)
    kept = chain.states.set_index("state")["keep_contacting"]
    now = chain.customers.set_index("customer_id")["state"]
    assert kept[now["c00000"]]
    assert not kept[now["c00999"]]
    assert chain.facts()["findings"][1]["values"]["n"]["value"] == 500
    assert now["c00999"] in chain.facts()["states_to_let_go"]
    assert markov_states(snapshots(bought), AS_OF, **TERMS).states["keep_contacting"].all()


def test_bands_tell_customers_of_equal_recency_apart():
    often = np.random.default_rng(0).random((600, 12)) < np.repeat([[0.1], [0.9]], 300, axis=0)
    chain = markov_states(snapshots(often), AS_OF, **TERMS, n_recency=2, cuts=(6,))
    assert chain.states["band"].tolist() == ["<6", ">=6"] * 2
    p = chain.states.set_index(["recency_months", "band"])["p_purchase"]
    assert p[1, ">=6"] > 0.8
    assert p[2, "<6"] < 0.25
    thirds = markov_states(snapshots(often), AS_OF, **TERMS, band_by="revenue_cents")
    assert thirds.states["band"].nunique() == 3


def test_what_is_known_later_changes_nothing():
    bought = coins(200)
    later = bought.copy()
    later[:, 8:] = True
    midway = date(2023, 9, 1)
    before, after = (markov_states(snapshots(b), midway, **TERMS) for b in (bought, later))
    pd.testing.assert_frame_equal(before.states, after.states)
    pd.testing.assert_frame_equal(before.customers, after.customers)


def test_the_order_of_rows_changes_nothing():
    data = snapshots(coins(200))
    mixed = data.sample(frac=1, random_state=1)
    a, b = (markov_states(frame, AS_OF, **TERMS) for frame in (data, mixed))
    pd.testing.assert_frame_equal(a.states, b.states)
    assert a.total_value_se_cents == b.total_value_se_cents


def test_returns_may_make_a_state_worth_less_than_nothing():
    # who buys once sends it back in the next month
    data = snapshots(np.zeros((50, 6)))
    data = pd.concat([data, snapshots(np.ones((50, 6)), 10).assign(customer_id=lambda d: "x" + d["customer_id"])])
    gone = data["customer_id"].str.startswith("c") & (data["as_of"] > date(2023, 2, 1))
    data.loc[gone, "revenue_cents"] = 0
    chain = markov_states(data, date(2023, 7, 1), **TERMS, cuts=(1,), horizon_months=3)
    values = chain.states["value_cents"]
    assert np.isfinite(values).all()
    assert values.iloc[0] < 0 < values.iloc[1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.drop(columns="frequency"), "lack the column 'frequency'"),
        (lambda d: d[d["as_of"] == date(2023, 2, 1)], "single month"),
        (lambda d: d[d["as_of"] > AS_OF], "no snapshot of 2024-01-01 or before"),
        (lambda d: d.drop(index=25), "lack a month"),
        (lambda d: d.drop(index=d.index[-1]), "lack a month"),
        (lambda d: pd.concat([d, d.head(1)]), "hold one twice"),
        (lambda d: d.assign(days_since_last=0), "at least 1"),
        (lambda d: d.assign(revenue_cents=np.nan), "every row needs a value"),
        (lambda d: d.assign(as_of=pd.to_datetime(d["as_of"]) + pd.Timedelta(days=1)), "first day of a month"),
    ],
)
def test_snapshots_that_do_not_fit_are_refused(change, says):
    with pytest.raises(CrmwbError, match=says):
        markov_states(change(snapshots(coins(10))), AS_OF, **TERMS)


def test_where_nobody_comes_back_there_is_nothing_to_count():
    with pytest.raises(CrmwbError, match="nobody buys again"):
        markov_states(snapshots(np.zeros((10, 6))), AS_OF, **TERMS)


@pytest.mark.parametrize("terms", [{"n_recency": 1}, {"cuts": (3, 1)}, {"cuts": (1, 1)}])
def test_states_that_cannot_be_are_refused(terms):
    with pytest.raises(CrmwbError, match="cuts that rise"):
        markov_states(snapshots(coins(10)), AS_OF, **TERMS, **terms)
