"""Cards: figures add up, indices have right intervals, and what a card says is what the raw data says."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from segment_frames import CHOICES, SEED

from crmwb import layout, params, storage
from crmwb.contract import features, value
from crmwb.contract.segments import CARDS, RULES, TRAITS
from crmwb.errors import CrmwbError
from crmwb.findings import language, loads
from crmwb.findings.say import say
from crmwb.segmentation import cards, rules
from crmwb.segmentation.cards import index
from crmwb.workbench.cards import Cards

PARAMS = CHOICES.segmentation


def company() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """400 customers, half in cluster 1: these have twice the orders and mostly live in the north."""
    n = 400
    rng = np.random.default_rng(SEED)
    first = np.arange(n) % 2 == 0
    ids = [f"c{i:04d}" for i in range(n)]
    customers = pd.DataFrame(
        {
            "customer_id": ids,
            "n_purchase_days": 3,
            "n_orders": np.where(first, 20, 10) + rng.integers(-2, 3, n),
            "discount_share": rng.uniform(0.1, 0.3, n),
            "region": np.where(rng.random(n) < np.where(first, 0.8, 0.2), "north", "south"),
            "gender": np.where(first, "f", "m"),
            "revenue_cents": np.where(first, 3_000, 1_000),
            "profit_cents": np.where(first, 500.0, -100.0),
            "clv_cents": 1_000,
        }
    )
    segments = pd.DataFrame(
        {"customer_id": ids, "cluster": np.where(first, 1, 2), "cluster_name": np.where(first, "often", "rarely")}
    )
    interests = pd.DataFrame(
        {"customer_id": [*ids, *ids[::2]], "category": ["bread"] * n + ["beer"] * (n // 2), "revenue_cents": 100}
    )
    return customers, segments, interests


@pytest.fixture(scope="module")
def described():
    customers, segments, interests = company()
    rule_table = rules.fit(customers, segments, PARAMS, SEED)
    spending = cards.Spending([interests], pa.array(customers["customer_id"], pa.string()))
    traits = cards.traits(customers, segments, PARAMS, interests=spending)
    table = cards.cards(customers, segments, rule_table, traits, interests=spending, currency="USD")
    return customers, segments, traits, table


def test_figures_add_up_and_are_those_of_the_customers(described):
    _, _, _, table = described
    assert table["n_customers"].tolist() == [200, 200]
    assert table["revenue_cents"].tolist() == [600_000, 200_000]
    assert table["revenue_share"].tolist() == [0.75, 0.25]
    assert table["profit_cents"].tolist() == [100_000, -20_000]
    assert table["profit_share"].tolist() == [1.25, -0.25]
    assert table["clv_share"].tolist() == [0.5, 0.5]
    assert table["mean_profit_cents"].tolist() == [500, -100]
    assert set(table["profit_basis"]) == {"profit"}


def test_a_trait_says_what_a_person_would_count(described):
    customers, _, traits, _ = described
    own = traits[(traits["segment"] == "often") & (traits["column"] == "region")].set_index("level")
    north = (customers["region"] == "north").to_numpy()
    assert own.loc["north", "value"] == pytest.approx(north[::2].mean(), abs=1e-6)
    assert own.loc["north", "everyone"] == pytest.approx(north.mean(), abs=1e-6)
    assert own.loc["north", "index"] == pytest.approx(north[::2].mean() / north.mean(), abs=1e-6)
    orders = traits[(traits["segment"] == "often") & (traits["column"] == "n_orders")].iloc[0]
    assert say(cards.finding(orders)) == "Orders 1.3× the average (20.2 against 15.1)"
    beer = traits[(traits["segment"] == "often") & (traits["level"] == "beer")].iloc[0]
    assert say(cards.finding(beer)) == "share of spend on beer 2.0× the average (50% against 25%)"
    with language.using("zh"):
        assert say(cards.finding(beer)) == "“beer”在客户消费中的平均占比为全体的2.0倍（50%，全体25%）"


def test_what_is_the_same_for_all_or_sensitive_is_not_said(described):
    _, _, traits, _ = described
    assert not traits["column"].isin(["discount_share", "gender"]).any()
    assert (traits.loc[traits["level"] == "bread", "unit"] == "share").all()
    assert ((traits["lower"] > 1) | (traits["upper"] < 1)).all()


@pytest.mark.parametrize(("of_its_own", "is_trait"), [(0, False), (3, True)])
def test_what_more_orders_bring_with_them_is_no_trait(of_its_own, is_trait):
    rng = np.random.default_rng(SEED)
    often = np.arange(2000) % 2 == 0
    orders = rng.poisson(np.where(often, 6, 4)) + 1
    shop = rng.binomial(orders, 0.6) * 2 > orders  # of many, the commonest wins
    categories = 1 + rng.binomial(orders, 0.5) + of_its_own * often
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in range(2000)],
            "n_purchase_days": orders,
            "n_orders": orders,
            "n_categories": categories,
            "top_category_share": 1 / categories,
            "top_channel": np.where(shop, "shop", "web"),
        }
    )
    segments = customers[["customer_id"]].assign(cluster=1 + often, cluster_name=np.where(often, "a", "b"))
    traits = cards.traits(customers, segments, PARAMS)
    own = traits[traits["segment"] == "a"].set_index("column")
    assert "n_orders" in own.index
    assert ("n_categories" in own.index) is is_trait
    assert "top_channel" not in own.index
    if is_trait:
        breadth = own.index.get_loc("n_categories")
        assert own.loc["n_categories", "everyone"] > customers["n_categories"].mean() + 0.3
        assert "the average of customers with as many orders (" in say(cards.finding(own.reset_index().iloc[breadth]))


def test_strata_hold_customers_with_as_many_orders():
    orders = np.repeat([1.0, 2.0, 3.0, 50.0, np.nan], [40, 20, 20, 10, 5])
    assert np.repeat([0, 1, -1], [40, 50, 5]).tolist() == index.strata_of(orders).tolist()


def test_rfm_segments_are_not_said_to_differ_in_what_they_are_made_from(described):
    customers, segments, _, _ = described
    named = segments.assign(rfm_segment=segments["cluster_name"])
    traits = cards.traits(customers, named, PARAMS)
    columns = {scheme: set(rows["column"]) for scheme, rows in traits.groupby("scheme")}
    assert "n_orders" in columns["cluster_name"]
    assert columns["rfm_segment"] == {"region"}


def test_mixes_are_shares_by_name(described):
    _, _, _, table = described
    assert json.loads(table["categories"][0]) == {"beer": 0.5, "bread": 0.5}
    assert json.loads(table["categories"][1]) == {"bread": 1.0}
    assert table["stages"].isna().all()


def test_the_description_holds_the_figures(described):
    _, _, _, table = described
    assert say(loads(table["description"][0])).startswith(
        "200 customers (50% of all who bought) bring 75% of revenue and 125% of profit. "
        "12-month customer value: USD\u00a010 on average. What sets them apart: "
    )
    with language.using("zh"):
        assert say(loads(table["description"][0])).startswith(
            "共200位客户，占全部购买客户的50%，贡献75%的收入和125%的利润。"
        )


def test_an_interval_covers_the_truth_as_often_as_it_says():
    # two segments of one population: every index is 1 in truth
    rng = np.random.default_rng(11)
    codes = np.repeat([0, 1], [60, 240])
    covered = 0
    for _ in range(400):
        estimate = index.of_numbers(rng.lognormal(0, 0.6, 300), codes, 2, 0.9)
        covered += int(estimate.lower[0] <= 1 <= estimate.upper[0])
    assert 0.86 <= covered / 400 <= 0.94


def test_an_index_agrees_with_a_bootstrap():
    rng = np.random.default_rng(2)
    values, codes = rng.gamma(2.0, 3.0, 500), np.repeat([0, 1], [150, 350])
    values[codes == 0] *= 1.5
    estimate = index.of_numbers(values, codes, 2, 0.95)
    drawn = []
    for _ in range(2000):
        picked = rng.integers(0, 500, 500)
        x, c = values[picked], codes[picked]
        drawn.append(np.log(x[c == 0].mean() / x.mean()))
    error = np.log(estimate.upper[0] / estimate.index[0]) / 1.959964
    assert error == pytest.approx(np.std(drawn), rel=0.1)


def test_a_standardised_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(
        12
    )  # in each stratum, segments are alike; they differ in how they are spread over these
    strata = np.repeat([0, 1, 2], [400, 400, 400])
    covered = 0
    for _ in range(400):
        codes = (rng.random(1200) < np.array([0.8, 0.5, 0.1])[strata]).astype(int)
        estimate = index.of_numbers(rng.gamma(2.0, 1.0 + 2 * strata), codes, 2, 0.9, strata)
        covered += int(estimate.lower[0] <= 1 <= estimate.upper[0])
    assert 0.86 <= covered / 400 <= 0.94


def test_everybody_as_one_segment_has_index_one_and_no_doubt():
    estimate = index.of_counts(np.array([30]), np.array([100]), 0.95)
    assert (estimate.value[0], estimate.index[0], estimate.lower[0], estimate.upper[0]) == (0.3, 1.0, 1.0, 1.0)


def test_a_source_that_knows_nothing_makes_no_claims():
    customers, segments, _ = company()
    bare = customers[["customer_id", "n_purchase_days", "revenue_cents"]]
    traits = cards.traits(bare, segments, PARAMS)
    table = cards.cards(bare, segments, rules.fit(bare, segments, PARAMS, SEED), traits)
    assert traits.empty
    assert table[["profit_cents", "clv_cents", "channels"]].isna().all(axis=None)
    assert say(loads(table["description"][0])).endswith(
        "bring 75% of revenue. No trait sets them apart from all customers."
    )
    nobody = segments.assign(cluster=pd.array([None] * 400, dtype="Int64"), cluster_name=None)
    assert cards.cards(bare, nobody, rules.fit(bare, nobody, PARAMS, SEED), traits).empty


RAW = {  # what a trait's number is for one customer, from order lines alone
    "n_orders": "count(DISTINCT order_id) FILTER (NOT is_return)",
    "mean_order_cents": "sum(revenue_cents) FILTER (NOT is_return) / count(DISTINCT order_id) FILTER (NOT is_return)",
    "lines_per_order": "count(*) FILTER (NOT is_return) / count(DISTINCT order_id) FILTER (NOT is_return)",
    "days_since_last": "date_diff('day', max(ordered_at) FILTER (revenue_cents > 0)::DATE, DATE '{as_of}')",
    "age_days": "date_diff('day', min(ordered_at) FILTER (revenue_cents > 0)::DATE, DATE '{as_of}')",
    "revenue_cents": "sum(revenue_cents)",
}


def test_the_claims_of_the_cards_are_those_of_the_raw_data(built_project, con):
    p = params.load(built_project / layout.PARAMS)
    customers = storage.read_joined("customer_id", features.CUSTOMERS, value.CUSTOMERS, root=built_project)
    segments = storage.read_frame(built_project / layout.CUSTOMER_SEGMENTS)
    segments["cluster"] = segments["cluster"].astype("Int64")
    traits = cards.traits(customers, segments, p.segmentation)
    table = cards.cards(customers, segments, rules.fit(customers, segments, p.segmentation, p.seed), traits)
    as_of = storage.read_json(built_project / layout.OBSERVATION)["as_of"]
    lines = storage.open_table(con, built_project / layout.CLEAN / "transactions", "lines").get_name()
    storage.open_table(con, built_project / layout.CUSTOMER_SEGMENTS, "segments")
    columns = ", ".join(f"{sql.format(as_of=as_of)} AS {name}" for name, sql in RAW.items())
    raw = con.con.sql(
        f"WITH each AS (SELECT customer_id, {columns} FROM {lines} GROUP BY customer_id) "
        "SELECT * FROM each JOIN segments USING (customer_id) WHERE cluster IS NOT NULL"
    ).df()
    raw["orders_a_year"] = raw["n_orders"] * 365.25 / raw["age_days"].clip(lower=90)
    checked = 0
    for claim in traits[traits["kind"] == "number"].itertuples():
        if claim.column in raw:
            own = raw.loc[raw[claim.scheme] == claim.segment, claim.column].mean()
            assert claim.value == pytest.approx(own, rel=1e-5), claim.sentence
            assert claim.everyone == pytest.approx(raw[claim.column].mean(), rel=1e-5), claim.sentence
            checked += 1
    assert checked >= 4
    for card in table.itertuples():
        mine = raw[raw["cluster_name"] == card.cluster_name]
        assert card.n_customers == len(mine)
        assert card.revenue_cents == mine["revenue_cents"].sum()


def test_the_door_says_and_draws_what_the_cards_hold(described, tmp_path):
    customers, segments, traits, table = described
    rule_table = rules.fit(customers, segments, PARAMS, SEED)
    storage.write(table, CARDS, tmp_path / CARDS.path)
    storage.write(traits, TRAITS, tmp_path / TRAITS.path)
    storage.write(rule_table, RULES, tmp_path / RULES.path)
    opened = Cards(tmp_path, "USD")
    assert say(opened.finding).startswith("“often” brings 125% of profit with 50% of all customers who bought.")
    assert opened.mix("often", "categories")["name"].tolist() == ["beer", "bread"]
    drawn = opened.plot_card("often").drawn
    own = traits[traits["segment"] == "often"].sort_values("position")
    assert [bar.get_width() for bar in drawn.patches] == pytest.approx(np.log2(own["index"]).tolist())
    assert [t.get_text() for t in drawn.get_yticklabels()][:1] == [say(opened.traits["label"][0])]
    shown = [ax.get_title(loc="left") for ax in opened.plot_cards().drawn.axes]
    assert shown == ["often", "rarely"]
    bars = opened.plot_money().drawn.patches
    assert [bar.get_width() for bar in bars] == [500, -100, 1_000, 1_000]
    assert "often" in opened._repr_html_()
    with pytest.raises(CrmwbError, match="no cluster 'gold'; there are often, rarely"):
        opened.plot_card("gold")
