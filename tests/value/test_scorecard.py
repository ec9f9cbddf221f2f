"""The score card: points, weights, tiers with a memory, certainty and sensitivity."""

from datetime import date
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from builders import canonical
from hypothesis import given
from hypothesis import strategies as st
from world import FEATURE_PARAMS, described, opened

from crmwb import engine, storage
from crmwb.contract.value_customers import SCORECARD
from crmwb.features.observation import Observation
from crmwb.features.snapshots import write_snapshots
from crmwb.findings import Share, from_json
from crmwb.findings.say import say
from crmwb.params import DimensionWeights, EngineParams, ScorecardParams, Tier
from crmwb.tiers import boundaries, levels_of, place, probability
from crmwb.value import influence, realised, scorecard
from crmwb.value.potential import wallet
from crmwb.value.realised.margin import margin
from crmwb.value.rows import rows
from crmwb.value.scorecard import points as card_points
from crmwb.value.scorecard.certainty import Chance, errors, score_error
from crmwb.value.scorecard.credit import payments
from crmwb.value.scorecard.indicators import DIMENSIONS, INDICATORS
from crmwb.value.scorecard.months import follow
from crmwb.value.scorecard.scale import Linear, Percentile, PercentileAboveZero
from crmwb.value.scorecard.sensitivity import sensitivity

WEIGHTS = {"income": 5.0, "influence": 1.0, "credit": 2.0, "loyalty": 2.0}
LEVELS = tuple(
    Tier(name=name, share=share, revenue_share=share)
    for name, share in (("vip", 0.2), ("important", 0.3), ("small", 0.5))
)
PARAMS = ScorecardParams(
    weights=DimensionWeights(**WEIGHTS), cut="customers", levels=LEVELS, hysteresis_points=3.0, history_months=2
)


def indicators_of(n: int, **known) -> pd.DataFrame:
    index = pd.Index([f"{i:05d}" for i in range(n)], name="customer_id")
    return pd.DataFrame(
        {s.name: np.broadcast_to(known.get(s.name, np.nan), n).astype(float) for s in INDICATORS}, index
    )


def points_of(scale, values: np.ndarray) -> np.ndarray:
    return scale.points(values, scale.ranks(values))


def test_scales():
    assert points_of(Linear(30, 0), np.array([-5, 0, 15, 30, 90, np.nan])).tolist()[:5] == [100, 100, 50, 0, 0]
    assert points_of(Percentile(), np.array([1, 2, 2, 3])).tolist() == [12.5, 50, 50, 87.5]
    ranked = points_of(PercentileAboveZero(), np.array([0, 0, 5, 9, np.nan]))
    assert ranked.tolist()[:4] == [0, 0, 25, 75]
    assert np.isnan(ranked[4])
    assert np.isnan(Percentile().points(np.array([1.0]), Percentile().ranks(np.array([np.nan])))).all()


def test_what_is_unknown_is_weighted_away():
    indicators = indicators_of(3, terms=[0, 30, np.nan], overdue=[0, np.nan, np.nan], revenue=[3, 2, 1])
    dimensions = card_points.dimensions(card_points.points(indicators))
    assert dimensions["income"].tolist() == pytest.approx([250 / 3, 50, 50 / 3], abs=1e-3)
    assert dimensions["credit"].tolist()[:2] == [100, 0]
    assert dimensions[["influence", "loyalty"]].isna().all(axis=None)
    scores = card_points.score(dimensions, WEIGHTS)
    assert scores.tolist() == pytest.approx([(5 * 250 / 3 + 2 * 100) / 7, 5 * 50 / 7, 50 / 3], abs=1e-3)
    only_influence = {**dict.fromkeys(DIMENSIONS, 0.0), "influence": 1.0}
    assert card_points.score(dimensions, only_influence).isna().all()


def test_boundaries_lie_half_way_and_equals_share_a_tier():
    scores = np.array([10.0, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    bounds = boundaries(scores, np.array([0.2, 0.3, 0.5]))
    assert bounds.tolist() == [np.inf, 85, 55, -np.inf]
    assert levels_of(scores, bounds).tolist() == [2, 2, 2, 2, 2, 1, 1, 1, 0, 0]
    equal = boundaries(np.array([50.0] * 8 + [10.0] * 2), np.array([0.2, 0.3, 0.5]))
    assert levels_of(np.array([50.0, 10.0]), equal).tolist() == [1, 2]  # the middle of the eight is at 40%
    assert levels_of(np.array([7.0]), boundaries(np.array([7.0]), np.array([0.2, 0.3, 0.5]))).tolist() == [1]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_boundaries_fall_and_everyone_has_one_level(values):
    scores = np.array(values, dtype=float)
    bounds = boundaries(scores, np.array([0.05, 0.15, 0.3, 0.5]))
    assert (bounds[1:] <= bounds[:-1]).all()
    levels = levels_of(scores, bounds)
    inside = (scores >= bounds[levels + 1]) & (scores < bounds[levels])
    assert inside.all()


def test_a_customer_leaves_a_tier_only_beyond_the_margin():
    bounds = np.array([np.inf, 80.0, 50.0, -np.inf])
    before = pd.Series({"a": 0, "b": 0, "c": 1, "d": 1, "e": 2, "f": 1})
    scores = pd.Series({"a": 77.0, "b": 76.9, "c": 82.9, "d": 83.0, "e": 90.0, "f": 80.0, "new": 81.0})
    assert place(scores, bounds, before, 3.0).tolist() == [0, 1, 1, 0, 0, 1, 0]
    assert place(scores, bounds, before, 0.0).tolist() == levels_of(scores.to_numpy(), bounds).tolist()
    assert place(scores, bounds, None, 3.0).tolist() == levels_of(scores.to_numpy(), bounds).tolist()


def test_days_beyond_terms_and_what_is_open(con):
    invoices = canonical(
        "invoices",
        """
        invoice_id  customer_id  issued_on   due_on      paid_on     amount_cents
        i1          a            2024-01-01  2024-01-31  2024-02-10  10000
        i2          a            2024-01-01  2024-01-31  2024-01-27  20000
        i3          a            2024-02-01  2024-03-02  2024-04-01  40000
        i4          b            2024-02-01  2024-03-02  -            7000
        i5          b            2024-04-01  2024-05-01  -            9000
        """,
    )
    paid = payments(con, {"invoices": engine.open_arrow(con, invoices, "invoices")}, date(2024, 4, 1))
    assert paid.loc["a", ["n_paid", "days_beyond_terms", "open_cents"]].tolist() == [2, 3, 40000]
    assert paid.loc["a", "days_beyond_terms_error"] == pytest.approx(np.sqrt(98) / np.sqrt(2))  # 10 and -4 about 3
    assert paid.loc["b", "open_cents"] == 7000
    assert np.isnan(paid.loc["b", "days_beyond_terms"])
    assert payments(con, {}, date(2024, 4, 1)).empty


@pytest.mark.parametrize("mean_purchases", [10, 30])
def test_tiers_are_right_as_often_as_they_say(mean_purchases):
    """Customers of known worth buy by chance; their tiers by what they spent are compared with those by worth."""
    rng, n = np.random.default_rng(mean_purchases), 3000
    rate, amount = rng.gamma(1.5, mean_purchases / 1.5, n), rng.lognormal(9, 0.5, n)
    bought = [rng.gamma(4, a / 4, max(k, 1)) for a, k in zip(amount, rng.poisson(rate), strict=True)]
    revenue, squares = np.array([b.sum() for b in bought]), np.array([(b**2).sum() for b in bought])
    indicators = indicators_of(n, revenue=revenue)
    ids = indicators.index
    point_errors = scorecard_errors(indicators, revenue, pd.Series(np.sqrt(squares) / revenue, index=ids))
    dimensions = card_points.dimensions(card_points.points(indicators))
    scores = card_points.score(dimensions, WEIGHTS)
    shares = np.array([0.05, 0.15, 0.3, 0.5])
    bounds = boundaries(scores.to_numpy(), shares)
    level = place(scores, bounds, None, 0.0)
    certainty = probability(scores, score_error(point_errors, dimensions, indicators, WEIGHTS), level, bounds)
    true = (rate * amount).argsort().argsort() / n * 100
    is_right = levels_of(true, boundaries(true, shares)) == level.to_numpy()
    assert certainty.mean() == pytest.approx(is_right.mean(), abs=0.02)
    for low, high in ((0.5, 0.8), (0.8, 0.95), (0.95, 1.01)):
        band = ((certainty >= low) & (certainty < high)).to_numpy()
        assert is_right[band].mean() == pytest.approx(certainty[band].mean(), abs=0.06)


def scorecard_errors(indicators, revenue, noise):
    ids = indicators.index.to_list()
    features = pd.DataFrame({"customer_id": ids, "n_invoices": 0, "n_purchase_days": 1, "off_season_share": np.nan})
    features["n_campaigns_received"] = 0
    brought = pd.DataFrame({"customer_id": ids, "realised_revenue_cents": revenue, "realised_margin_cents": revenue})
    unpaid = pd.DataFrame({"days_beyond_terms_error": []}, index=pd.Index([], name="customer_id"), dtype=float)
    brought["profit_cents"] = np.nan
    return errors(indicators, Chance(features, brought, None, unpaid, noise, 1 / 3))


def test_the_forecast_interval_is_the_error_of_clv():
    indicators = indicators_of(100, clv=np.arange(100.0))
    ids = indicators.index.to_list()
    features = pd.DataFrame({"customer_id": ids, "n_invoices": 0, "n_purchase_days": 1, "off_season_share": np.nan})
    features["n_campaigns_received"] = 0
    brought = pd.DataFrame({"customer_id": ids, "realised_revenue_cents": 0.0, "realised_margin_cents": 0.0})
    brought["profit_cents"] = np.nan
    ends = pd.DataFrame(
        {"customer_id": ids, "clv_lower_80_cents": indicators["clv"] - 10, "clv_upper_80_cents": indicators["clv"] + 10}
    )
    unpaid = pd.DataFrame({"days_beyond_terms_error": []}, index=pd.Index([], name="customer_id"), dtype=float)
    errors_of = errors(indicators, Chance(features, brought, ends, unpaid, pd.Series(dtype=float), 1 / 3))
    assert errors_of["clv"].iloc[50] == pytest.approx(10 / 1.2815516, rel=1e-6)  # a cent of CLV is a point here
    assert errors_of.drop(columns="clv").to_numpy().max() == 0


def test_moving_a_weight_moves_who_depends_on_it():
    # ten customers; the first is best by income, the second by loyalty, the others follow on both
    both = np.linspace(60, 10, 8)
    dimensions = pd.DataFrame({
        "income": [90, 70, *both], "influence": np.nan, "credit": np.nan, "loyalty": [50, 99, *both],
    }, index=[f"c{i}" for i in range(10)])  # fmt: skip
    _, unmoved = sensitivity(dimensions, {**WEIGHTS, "income": 3.0}, np.array([0.1, 0.9]))
    assert not unmoved.any()  # 74.0 and 81.6: no quarter of any weight brings the first past the second
    table, is_sensitive = sensitivity(dimensions, WEIGHTS, np.array([0.1, 0.9]))  # 78.6 and 78.3
    changes = table.set_index(["dimension", "change"])
    moved = changes[changes["changed_share"] > 0]
    assert moved.index.tolist() == [("income", -0.25), ("loyalty", 0.25)]
    assert moved[["n_up", "n_down", "n_customers"]].to_numpy().tolist() == [[1, 1, 10]] * 2
    assert is_sensitive[is_sensitive].index.tolist() == ["c0", "c1"]


def company(con):
    """Forty shops over two years; who is larger buys more often, and the last ten pay late."""
    rng = np.random.default_rng(3)
    rows, bills = (
        ["customer_id ordered_at revenue cost_cents"],
        ["invoice_id customer_id issued_on due_on paid_on amount_cents"],
    )
    days = pd.date_range("2022-01-05", "2023-12-28", freq="D").strftime("%Y-%m-%d")
    for i in range(40):
        for place_ in sorted(rng.choice(len(days), 3 + i, replace=False)):
            cents = int(rng.integers(5_000, 20_000))
            rows.append(f"s{i:02d} {days[place_]} {cents / 100:.2f} {cents // 2}")
        for j in range(4):
            paid = f"2023-0{j + 2}-{28 if i >= 30 else 12}"
            bills.append(f"i{i:02d}{j} s{i:02d} 2023-0{j + 1}-01 2023-0{j + 2}-10 {paid} 1000")
    people = "\n".join(f"s{i:02d} {'north' if i % 2 else 'south'}" for i in range(40))
    return opened(con, {
        "transactions": canonical("transactions", "\n".join(rows)),
        "invoices": canonical("invoices", "\n".join(bills)),
        "customers": canonical("customers", f"customer_id region\n{people}\nnever north"),
    })  # fmt: skip


def make_card(con, tables, tmp_path, as_of="2024-01-01", *, params=PARAMS, now_by=1.0):
    """Return the card, its facts, and the tiers at month ends; customers of the former by their ids."""
    on, first = date.fromisoformat(as_of), date(2022, 1, 5)
    features = described(con, tables, as_of)
    seen = Observation(on, first, date(2023, 12, 28), len(features), len(features) - 1, "EUR")
    write_snapshots(con, tables, seen, FEATURE_PARAMS.model_copy(update={"n_snapshots": 3}), tmp_path / "snapshots")
    snapshots = storage.open_table(con, tmp_path / "snapshots", "snapshots")
    of_revenue = margin(features, 0.25)
    ids = pa.array(sorted(features["customer_id"]))
    source = scorecard.Source(con, tables, first, of_revenue, 0.5, (1, 2, 7, 8), ids)
    table = features
    read = scorecard.features_placed(lambda columns: table[list(columns)].copy(), ids)
    features = read(list(table))
    brought = realised.customers(con, tables, features, on, of_revenue, ids=ids)
    forecast = lambda f: f.assign(clv_cents=f["revenue_cents"] / 10)  # noqa: E731 - what CLV would be is not tested here
    potential = forecast(features[features["age_days"].notna()])[["customer_id", "clv_cents"]]
    potential["clv_cents"] = potential["clv_cents"] ** now_by
    clv = potential.set_index("customer_id")["clv_cents"]
    file = tmp_path / "tier_months.parquet"
    card = scorecard.card(
        source, read, on, realised=brought,
        potential=potential, influences=influence.customers(features, brought, clv, 0.5),
        wallets=wallet.customers(con, tables, features, on, first, ids=ids), params=params,
        past=partial(scorecard.followed, source, snapshots, read, on, forecast=forecast, params=params, file=file),
    )  # fmt: skip
    facts = scorecard.facts(card, brought, clv, "margin", params)
    card.customers["customer_id"] = ids.take(pa.array(card.customers["customer_id"])).to_pandas()
    pa.Table.from_pandas(card.customers, schema=SCORECARD.schema, preserve_index=False)
    return card, facts, storage.read_frame(file)


@pytest.fixture(scope="module")
def whole_card(tmp_path_factory):
    """Return the card of the company by PARAMS, and its facts; read it only."""
    with engine.connect(EngineParams(threads=2, memory_limit_gb=2)) as con:
        return make_card(con, company(con), tmp_path_factory.mktemp("card"))


def test_a_card_of_a_small_company(whole_card):
    card, facts, _ = whole_card
    rows = card.customers.set_index("customer_id")
    assert rows.loc["never", "tier"] == "potential"
    assert rows.loc["never"].drop(["tier"]).isna().all()
    scored = rows.drop("never")
    assert scored["n_dimensions_known"].eq(4).all()
    assert scored[["income_points", "credit_points", "value_score"]].stack().between(0, 100).all()
    assert scored.loc["s39", "credit_points"] < scored.loc["s29", "credit_points"]
    assert scored["tier_probability"].between(0, 1).all()
    assert scored["value_score"].corr(scored["income_points"]) > 0.9
    assert [tier["n_customers"] for tier in facts["pyramid"]["tiers"]] == scored["tier"].value_counts().reindex(
        ["vip", "important", "small"]
    ).tolist()
    assert sum(tier["brought_share"] for tier in facts["pyramid"]["tiers"]) == pytest.approx(1)
    assert [month["as_of"] for month in facts["memory"]["months"]] == ["2023-11-01", "2023-12-01", "2024-01-01"]
    assert facts["n_dimensions_known"] == {"1": 0, "2": 0, "3": 0, "4": 40}
    assert sum(band["n_customers"] for band in facts["certainty"]["bands"]) == 40
    assert len(facts["sensitivity"]["moves"]) == 8
    missing = [from_json(unavailable) for unavailable in facts["not_available"]]
    assert [(one.values["indicator"].key, one.needs[0].text) for one in missing] == [
        ("industry", "customers.industry"),
        ("referrals", "customers.referred_by"),
        ("disputes", "invoices.disputed"),
        ("limit_use", "customers.credit_limit_cents"),
        ("wallet", "customers.wallet_cents"),
        ("lines", "products.line"),
        ("response", "campaign_members"),
    ]
    assert say(missing[0]) == (
        "The indicator “rank in the industry by revenue” does not count: nothing is known of it. "
        "Required data: customers.industry."
    )


@pytest.mark.parametrize(("share", "tier"), [(1.0, "small"), (0.05, "vip")])
@pytest.mark.parametrize("cut", ["customers", "revenue"])
def test_who_brings_a_large_share_of_revenue_has_at_least_the_tier_of_income_alone(share, tier, cut):
    n = 100
    rank = np.arange(n, dtype=float)
    known = indicators_of(n, revenue=1_000 + rank, lines=rank[::-1], tenure=rank[::-1], off_season=rank[::-1] / n)
    known.iloc[-1, known.columns.get_loc("revenue")] = 20_000  # a sixth of all, and the least loyal
    params = PARAMS.model_copy(
        update={
            "income_alone_from": share,
            "cut": cut,
            "weights": DimensionWeights(income=2.0, influence=1.0, credit=2.0, loyalty=8.0),
        }
    )
    card = scorecard.card_of(known, pd.Series(known.index), date(2024, 1, 1), params)
    rows = card.customers.set_index("customer_id")
    assert rows["tier"].iloc[-1] == tier
    assert rows["is_tier_by_income"].iloc[-1] == (tier == "vip")
    others = scorecard.card_of(
        known, pd.Series(known.index), date(2024, 1, 1), params.model_copy(update={"income_alone_from": 1.0})
    )
    assert rows["tier"].iloc[:-1].equals(others.customers.set_index("customer_id")["tier"].iloc[:-1])
    assert not rows["is_tier_held"].any()


def test_income_alone_holds_at_month_ends_too_and_gives_way_when_it_is_small():
    rank = np.arange(100, dtype=float)
    large = indicators_of(100, revenue=1_000 + rank, lines=rank[::-1], tenure=rank[::-1])
    large.iloc[-1, large.columns.get_loc("revenue")] = 20_000
    weights = DimensionWeights(income=2.0, influence=1.0, credit=2.0, loyalty=8.0)
    params = PARAMS.model_copy(update={"income_alone_from": 0.05, "weights": weights})
    first = follow(date(2024, 1, 1), large, None, params)
    second = follow(date(2024, 2, 1), large, first, params)
    assert [placed.level.iloc[-1] for placed in (first, second)] == [0, 0]
    assert (second.level != second.fresh).sum() == 0
    small = large.assign(revenue=1_000 + rank)
    assert follow(date(2024, 3, 1), small, second, params).level.iloc[-1] == 2


def test_held_customers_are_those_whom_only_memory_keeps(con, tmp_path):
    wide = PARAMS.model_copy(update={"hysteresis_points": 50.0})
    card, _, _ = make_card(con, company(con), tmp_path, params=wide)
    assert card.history["n_up"].sum() + card.history["n_down"].sum() == 0  # nobody moves by fifty points
    none = PARAMS.model_copy(update={"hysteresis_points": 0.0})
    free, _, _ = make_card(con, company(con), tmp_path, params=none)
    assert not free.customers["is_tier_held"].eq(True).any()
    kept = card.customers["tier"] != free.customers["tier"]
    assert kept.any()
    assert card.customers["is_tier_held"].eq(True).equals(kept)


def test_tiers_at_month_ends_are_written_and_today_follows_them(whole_card):
    card, facts, months = whole_card
    assert months["as_of"].unique().tolist() == [date(2023, 11, 1), date(2023, 12, 1), date(2024, 1, 1)]
    assert months.groupby("as_of")["customer_id"].nunique().tolist() == [40, 40, 40]
    last = months[months["as_of"] == date(2023, 12, 1)].set_index("customer_id")["tier"]
    now = card.customers.set_index("customer_id")["tier"].drop("never")
    today = months[months["as_of"] == date(2024, 1, 1)].set_index("customer_id")["tier"]
    assert today.to_dict() == now.to_dict()  # the present is a month end
    changed = int((last.reindex(now.index) != now).sum())
    assert changed == card.history["n_up"].iloc[-1] + card.history["n_down"].iloc[-1]
    assert 0 <= facts["stability"]["monthly_change_share"] < 0.2
    assert facts["stability"]["agreement_share"] > 0.9


def test_another_model_of_value_today_moves_nobody_from_the_tier_of_last_month(con, tmp_path):
    none = PARAMS.model_copy(update={"hysteresis_points": 0.0})
    alike, _, months = make_card(con, company(con), tmp_path / "alike", params=none)
    other, facts, other_months = make_card(
        con, company(con), tmp_path / "other", params=none, now_by=-1.0
    )  # worth most, worth least
    assert (other.customers["tier"] != alike.customers["tier"]).any()
    counts = ["n_customers", "n_before", "n_up", "n_down"]
    assert other.history[counts].equals(alike.history[counts])
    assert other_months.equals(months)
    moved = other.history[["n_up", "n_down"]].iloc[-1].sum()
    assert from_json(facts["memory"]["finding"]).values["changed"] == Share(moved / 40)


def test_the_five_variables_are_components_of_the_score(whole_card):
    card, _, _ = whole_card
    rows = card.customers.set_index("customer_id").drop("never")
    assert rows["revenue_points"].rank().equals(rows["revenue_points"].rank(method="average"))
    assert rows[["response_points", "referrals_points"]].isna().all(axis=None)
    clv = rows["income_points"] * 3 - rows["revenue_points"] - rows["profit_points"]
    assert clv.between(-0.01, 100.01).all()  # income is the mean of revenue, profit and value to come


def test_tiers_may_be_cut_by_revenue(con, tmp_path, whole_card):
    by_revenue, _, _ = make_card(con, company(con), tmp_path, params=PARAMS.model_copy(update={"cut": "revenue"}))
    by_count, _, _ = whole_card
    n_vip = [(card.customers["tier"] == "vip").sum() for card in (by_revenue, by_count)]
    assert n_vip[0] < n_vip[1] == 8  # a fifth of revenue needs fewer than a fifth of forty


def test_a_source_of_orders_alone_has_a_card_and_says_what_it_lacks(con, tmp_path):
    tables = {name: table for name, table in company(con).items() if name in {"transactions", "customers"}}
    card, facts, _ = make_card(con, tables, tmp_path)
    assert card.customers["credit_points"].isna().all()
    assert card.customers["n_dimensions_known"].dropna().eq(3).all()
    assert say(from_json(facts["not_available"][2])) == (
        "The dimension “credit” does not count: nothing is known of it. These columns count in it: invoices.paid_on, "
        "invoices, invoices.disputed and customers.credit_limit_cents."
    )
    changes = card.sensitivity.set_index("dimension")["changed_share"]
    assert changes["credit"].eq(0).all()


def test_where_nobody_bought_nobody_is_scored(con, tmp_path):
    tables = {"customers": company(con)["customers"]}
    card, facts, _ = make_card(con, tables, tmp_path)
    assert card.customers["tier"].eq("potential").all()
    assert card.customers["value_score"].isna().all()
    assert (facts["n_scored"], facts["pyramid"]) == (0, None)
    assert len(facts["not_available"]) == 4


def test_something_must_count():
    with pytest.raises(ValueError, match="at least one weight must be above 0"):
        DimensionWeights(income=0.0, influence=0.0, credit=0.0, loyalty=0.0)


def test_rows_know_customers_by_their_places_where_ids_are_given(con):
    texts = pa.table({"customer_id": ["c", "a", "x", "b"], "cents": pa.array([3, 1, 9, 2], pa.int64())})
    table = engine.open_arrow(con, texts, "t")
    assert rows(con, table.filter(table.customer_id != "x"))["cents"].to_dict() == {"a": 1, "b": 2, "c": 3}
    placed = rows(con, table, pa.array(["a", "b", "c", "d"]))
    assert placed["cents"].to_dict() == {0: 1, 1: 2, 2: 3}
    assert placed.index.dtype == np.int64
