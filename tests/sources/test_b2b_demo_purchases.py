"""What was planted in how the simulated company's customers buy is found again in its tables."""

import numpy as np
import pandas as pd
import pytest
from b2b_company import END, START, within
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from crmwb.value.models.gamma_gamma import GammaGamma
from crmwb.value.models.pareto_nbd import ParetoNBD
from crmwb.value.models.summary import PurchaseSummary

POOL = "maintenance"


@pytest.fixture(scope="module")
def pool(b2b_company) -> pd.DataFrame:
    """Frequency, recency_days, age_days and mean repeat spend of the customers of the pool."""
    days = b2b_company.sales.query("segment == @POOL").groupby(["customer_id", "day"], as_index=False)
    days = days["revenue_cents"].sum()
    first = days.groupby("customer_id")["day"].transform("min")
    histories = days.groupby("customer_id").agg(first=("day", "min"), last=("day", "max"), n=("day", "size"))
    return pd.DataFrame(
        {
            "frequency": histories["n"] - 1.0,
            "recency_days": (histories["last"] - histories["first"]).dt.days.astype(float),
            "age_days": (END - histories["first"]).dt.days.astype(float),
            "spend": days[days["day"] > first].groupby("customer_id")["revenue_cents"].mean(),
        }
    )


def assert_recovered(model, planted):
    assert model.verdict_.is_ok
    for name, estimate in model.parameters_.items():
        assert within(estimate, planted[name], model.standard_errors_[name]), (name, estimate, planted[name])


def test_pareto_nbd_finds_its_parameters_in_the_pool(b2b_company, pool):
    summary = PurchaseSummary.of(*(pool[name].to_numpy() for name in ("frequency", "recency_days", "age_days")))
    assert_recovered(ParetoNBD().fit(summary), b2b_company.planted["segments"][POOL])


def test_gamma_gamma_finds_its_parameters_in_the_pool(b2b_company, pool):
    model = GammaGamma().fit(pool["frequency"].to_numpy(), pool["spend"].to_numpy())
    assert_recovered(model, b2b_company.planted["segments"][POOL])


def test_the_pool_knows_no_discount_no_return_and_no_second_order_a_day(b2b_company):
    lines = b2b_company.lines.query("segment == @POOL")
    assert not lines["is_return"].any()
    assert not lines.loc[lines["loss_reason"] != "discounts", "discount_cents"].any()
    assert not b2b_company.orders.query("segment == @POOL").duplicated(["customer_id", "day"]).any()


def test_p_alive_agrees_with_who_is_alive(b2b_company, pool):
    alive = b2b_company.truth.loc[pool.index, "is_alive"].to_numpy(dtype=bool)
    summary, row_of = PurchaseSummary.compress(
        *(pool[name].to_numpy() for name in ("frequency", "recency_days", "age_days"))
    )
    chance = ParetoNBD().fit(summary).p_alive(summary)[row_of]
    for low, high in ((0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.01)):
        among = (chance >= low) & (chance < high)
        error = np.sqrt((chance[among] * (1 - chance[among])).sum()) / among.sum()
        assert within(alive[among].mean(), chance[among].mean(), error, n_errors=4), (low, high)


@pytest.mark.parametrize(("segment", "is_seasonal"), [("bargain", True), ("stockists", True), (POOL, False)])
def test_orders_follow_the_season_where_one_was_planted(b2b_company, segment, is_seasonal):
    customers = b2b_company.customers.query("segment == @segment")
    days = pd.date_range(START, END, inclusive="left")
    stop = pd.to_datetime(customers["stopped_on"]).fillna(END)
    begin = pd.to_datetime(customers["acquired_on"])
    rate = customers["orders_per_day"].to_numpy()
    change = np.zeros(len(days) + 1)  # of how much is ordered a day: what newcomers add less what leavers take
    np.add.at(change, (begin - START).dt.days.to_numpy() + 1, rate)
    np.add.at(change, np.minimum((stop - START).dt.days.to_numpy() + 1, len(days)), -rate)
    season = np.array(b2b_company.planted["season"])[days.month - 1] if is_seasonal else np.ones(len(days))
    expected = pd.Series(np.cumsum(change)[:-1] * season, index=days)
    brought = pd.read_parquet(b2b_company.folder / "truth" / "campaign_members.parquet").query("answered")
    orders = b2b_company.orders.query("segment == @segment")
    repeats = orders[orders["day"] > orders["customer_id"].map(begin)]
    observed = repeats.groupby("day").size().reindex(days, fill_value=0)
    by_month = pd.DataFrame({"found": observed, "expected": expected}).groupby(days.month).sum()
    by_month["brought"] = 0.0
    if len(brought.query("customer_id in @customers.index")):
        starts = b2b_company.table("campaigns").set_index("campaign_id")["starts_on"]
        extra = brought[brought["customer_id"].isin(customers.index)]["campaign_id"].map(pd.to_datetime(starts))
        for begins, n in extra.value_counts().items():  # campaigns add orders, evenly over four weeks
            month = pd.date_range(begins, periods=28)[1:].month.value_counts(normalize=True)
            by_month["brought"] = by_month["brought"].add(month * n, fill_value=0)
    planned = by_month["expected"] + by_month["brought"]
    # beyond chance, the truth knows days but not hours: one in a hundred
    assert ((by_month["found"] - planned).abs() <= 4 * np.sqrt(planned) + 0.01 * planned).all()


def test_more_customers_are_won_each_year(b2b_company):
    won = pd.to_datetime(b2b_company.customers["acquired_on"]).dt.year.value_counts().sort_index()
    growth = 1 + b2b_company.planted["yearly_growth"]
    assert np.allclose(won.to_numpy()[1:] / won.to_numpy()[:-1], growth, atol=0.03)


def test_orders_bring_what_their_segment_was_planted_with(b2b_company):
    for name, planted in b2b_company.planted["segments"].items():
        orders = b2b_company.orders.query("segment == @name")
        by_customer = orders.groupby("customer_id")["revenue_cents"].mean()
        error = by_customer.std() / np.sqrt(len(by_customer))
        assert within(by_customer.mean(), planted["mean_order_cents"], error, n_errors=4), name
        expected = b2b_company.truth.loc[by_customer.index, "mean_order_cents"]
        assert abs((by_customer - expected).mean()) < 4 * (by_customer - expected).std() / np.sqrt(len(by_customer))


def test_planted_segments_are_found_by_what_their_customers_do(b2b_company):
    """Discount, lines of an order, its size and where it came in tell them apart; nobody says which is which."""
    sales = b2b_company.sales
    by = sales.groupby("customer_id")
    n_orders = by["order_id"].nunique()
    seen = pd.DataFrame(
        {
            "order": np.log(by["revenue_cents"].sum() / n_orders),
            "lines": np.log(by.size() / n_orders),
            "discount": by["discount_cents"].sum() / by["gross_cents"].sum(),
        }
    )
    alone = clusters(seen)
    channels = pd.crosstab(sales["customer_id"], sales["channel"], normalize="index")
    together = clusters(seen.join(channels))
    truth = b2b_company.truth.loc[seen.index, "segment"]
    assert adjusted_rand_score(truth, alone) >= 0.9
    assert adjusted_rand_score(truth, together) >= 0.95


def clusters(seen: pd.DataFrame) -> np.ndarray:
    with threadpool_limits(1):
        return KMeans(5, n_init=5, random_state=1).fit_predict((seen - seen.mean()) / seen.std())


def test_a_line_is_its_price_times_its_pieces(b2b_company):
    products = b2b_company.table("products").set_index("product_id")["unit_cost_cents"]
    sales = b2b_company.sales
    assert (sales["gross_cents"] - sales["discount_cents"] == sales["revenue_cents"]).all()
    unit_cost = sales["cost_cents"] / sales["quantity"]
    ratio = unit_cost / sales["product_id"].map(products)
    assert ratio.quantile(0.05) > 0.7
    assert ratio.quantile(0.95) < 1.4
    assert abs(ratio.median() - 1) < 0.02
