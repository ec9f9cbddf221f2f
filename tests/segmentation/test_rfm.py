"""RFM scores and segments, against what a person works out on paper."""

import json
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from segment_frames import CHOICES, PROJECT, cdnow, people, rfm_params

from crmwb import engine, storage
from crmwb.contract.segments import RFM_MONTHS
from crmwb.features import customers as features
from crmwb.findings import Term, language
from crmwb.findings.say import say
from crmwb.params import RfmBreaks, RfmSegment
from crmwb.segmentation import rfm
from crmwb.sources import ingest

SCORE_OF = {
    "days_since_last": "recency_score",
    "n_purchase_days": "frequency_score",
    "revenue_cents": "monetary_score",
}
# rows: recency 5 down to 1; columns: frequency and money 1 to 5
NAMES = """
    new_customers   potential_loyalists potential_loyalists champions       champions
    promising       potential_loyalists potential_loyalists loyal_customers loyal_customers
    about_to_sleep  about_to_sleep      need_attention      loyal_customers loyal_customers
    hibernating     hibernating         at_risk             at_risk         at_risk
    lost            lost                at_risk             at_risk         cannot_lose_them
"""
NAME_OF = {
    (5 - row, column + 1): name
    for row, line in enumerate(NAMES.strip().splitlines())
    for column, name in enumerate(line.split())
}


def scored(customers, **changes):
    return rfm.score(customers, rfm.fit(customers, rfm_params(**changes)))


def scores_of(column: str, values: list[int], n_bins: int = 5) -> list[int]:
    """The scores that customers with these values get in the score read from `column`."""
    customers = people("days_since_last\n" + "\n".join(["1"] * len(values)))
    customers[column] = values
    return scored(customers, n_bins=n_bins)[SCORE_OF[column]].tolist()


def test_ten_different_customers_fill_five_scores_two_by_two():
    assert scores_of("revenue_cents", [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_who_bought_last_scores_best():
    assert scores_of("days_since_last", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_after_a_heavy_tie_the_rest_are_split_evenly():
    # 12 of 20 bought once: they all score 1, and the other eight share the four scores above
    days = [1] * 12 + [2, 3, 4, 5, 6, 7, 8, 9]
    assert scores_of("n_purchase_days", days) == [1] * 12 + [2, 2, 3, 3, 4, 4, 5, 5]


def test_a_tie_in_the_middle_stays_together_on_the_nearer_side():
    # a fifth of ten is 2: with the tie of four it would be 5, without it is 1, which is nearer. The five after the tie
    # are shared by three scores: 2 is nearer to 5/3 than 1 is; of the three left, 1 and 2 are as near to 3/2
    assert scores_of("revenue_cents", [1, 2, 2, 2, 2, 3, 4, 5, 6, 7]) == [1, 2, 2, 2, 2, 3, 3, 4, 5, 5]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([7, 7, 7], [3, 3, 3]), ([1, 1, 9], [1, 1, 5]), ([1, 5, 9], [1, 3, 5]), ([1, 2, 3, 4], [1, 2, 4, 5]), ([3], [3])],
)
def test_fewer_values_than_scores_are_spread_over_them(values, expected):
    assert scores_of("revenue_cents", values) == expected


def test_frequency_and_money_are_averaged_with_halves_rounded_up():
    customers = people("""
        n_purchase_days  revenue_cents
        1                20
        2                10
        3                30
        4                50
        5                40
    """)
    out = scored(customers)
    assert out["frequency_score"].tolist() == [1, 2, 3, 4, 5]
    assert out["monetary_score"].tolist() == [2, 1, 3, 5, 4]
    assert out["frequency_monetary_score"].tolist() == [2, 2, 3, 5, 5]


def test_the_25_cells_are_named_by_the_rules_of_params():
    cells = [(r, fm) for r in range(1, 6) for fm in range(1, 6)]
    customers = people("days_since_last\n" + "\n".join(str(6 - r) for r, _ in cells))
    customers["n_purchase_days"] = customers["revenue_cents"] = [fm for _, fm in cells]
    out = scored(customers)
    named = dict(zip(zip(out.recency_score, out.frequency_monetary_score, strict=True), out.rfm_segment, strict=True))
    assert named == NAME_OF
    assert set(named.values()) == {rule.name for rule in CHOICES.segmentation.rfm.segments}


def test_the_first_rule_that_fits_names_the_customer():
    rules = (
        RfmSegment(name="all_but_the_best", recency=(1, 5), frequency_monetary=(1, 4)),
        RfmSegment(name="rest", recency=(1, 5), frequency_monetary=(1, 5)),
    )
    customers = people("revenue_cents n_purchase_days\n1 1\n2 2\n3 3\n4 4\n5 5")
    assert scored(customers, segments=rules)["rfm_segment"].tolist() == ["all_but_the_best"] * 4 + ["rest"]


def test_new_customers_score_like_the_nearest_worse_value_that_was_seen():
    model = rfm.fit(people("days_since_last revenue_cents\n10 100\n20 200\n30 300\n40 400\n50 500"), rfm_params())
    new = people("days_since_last revenue_cents\n9 99\n15 250\n99 9999")
    out = rfm.score(new, model)
    assert out["recency_score"].tolist() == [5, 4, 1]
    assert out["monetary_score"].tolist() == [1, 2, 5]


def test_nested_scores_part_purchases_within_recency_and_money_within_both():
    customers = people("""
        days_since_last  n_purchase_days  revenue_cents
        1                10               100
        1                10               200
        1                20               50
        1                30               70
        50               1                9
        50               2                8
        90               1                5
        90               1                6
    """)
    out = scored(customers, n_bins=3, method="nested")
    assert out["recency_score"].tolist() == [3, 3, 3, 3, 2, 2, 1, 1]
    # the best: 10, 20 and 30 are 1, 2 and 3; the next: two values are 1 and 3; the last: one value is the middle
    assert out["frequency_score"].tolist() == [1, 1, 2, 3, 1, 3, 2, 2]
    # money parts only those who share both scores; who is alone gets the middle
    assert out["monetary_score"].tolist() == [1, 3, 2, 2, 2, 2, 1, 3]
    assert scored(customers, n_bins=3)["frequency_score"].tolist() == [2, 2, 3, 3, 1, 2, 1, 1]


FIXED = {
    "method": "fixed",
    "breaks": RfmBreaks(
        days_since_last=(30, 90, 180, 365),
        n_purchase_days=(2, 3, 5, 10),
        revenue_cents=(5000, 20000, 50000, 100000),
    ),
}


def test_at_fixed_breaks_a_value_equal_to_one_has_the_better_score():
    customers = people("""
        days_since_last  n_purchase_days  revenue_cents
        1                1                -10
        30               2                4999
        31               3                5000
        90               4                20000
        91               5                49999
        180              9                50000
        365              10               100000
        366              99               100001
    """)
    out = scored(customers, **FIXED)
    assert out["recency_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 1]
    assert out["frequency_score"].tolist() == [1, 2, 3, 3, 4, 4, 5, 5]
    assert out["monetary_score"].tolist() == [1, 1, 2, 3, 3, 4, 5, 5]


def test_fixed_breaks_do_not_depend_on_who_else_is_there():
    customers = people("days_since_last n_purchase_days revenue_cents\n10 1 100\n100 7 30000\n400 12 900000")
    together = scored(customers, **FIXED)
    alone = pd.concat([scored(customers[i : i + 1], **FIXED) for i in range(3)])
    pd.testing.assert_frame_equal(together, alone)


@pytest.mark.parametrize("breaks", [(1, 2, 3), (1, 2, 3, 3), (4, 3, 2, 1), (1, 2, 3, 4, 5)])
def test_breaks_that_do_not_part_the_scores_are_refused(breaks):
    wrong = FIXED["breaks"].model_copy(update={"n_purchase_days": breaks})
    with pytest.raises(ValueError, match=r"breaks: n_purchase_days needs 4 rising numbers, one less than n_bins"):
        rfm_params(method="fixed", breaks=wrong)


@pytest.mark.parametrize("method", ["independent", "nested", "fixed"])
def test_a_model_gives_the_same_scores_after_a_round_trip_through_json(method):
    buyers = cdnow().query("n_purchase_days > 0")
    model = rfm.fit(buyers, rfm_params(method=method))
    again = json.loads(json.dumps(model, allow_nan=False))
    pd.testing.assert_frame_equal(rfm.score(buyers, again), rfm.score(buyers, model))


@pytest.mark.parametrize("method", ["independent", "nested", "fixed"])
def test_the_grid_adds_up_to_all_who_bought(method):
    customers = cdnow()
    buyers = customers[customers.n_purchase_days > 0]
    whole = customers.join(scored(buyers, method=method)).assign(clv_cents=100)
    rows = rfm.grid(whole)
    assert not rows.duplicated(["recency_score", "frequency_monetary_score"]).any()
    assert rows.n_customers.sum() == len(buyers) < len(customers)
    assert rows.revenue_cents.sum() == buyers.revenue_cents.sum()
    assert rows.clv_cents.sum() == 100 * len(buyers)
    assert rows.customer_share.sum() == pytest.approx(1)
    assert rows.revenue_share.sum() == pytest.approx(1)
    best = rows.iloc[0]
    inside = (whole.recency_score == best.recency_score) & (
        whole.frequency_monetary_score == best.frequency_monetary_score
    )
    assert (best.recency_score, best.frequency_monetary_score) == (5, 5)
    assert best.n_customers == inside.sum()


def test_what_is_to_come_is_left_open_where_nobody_knows_it():
    rows = rfm.grid(people("revenue_cents\n1\n2").assign(recency_score=3, frequency_monetary_score=[1, 5]))
    assert rows.clv_cents.isna().all()
    assert rows.revenue_share.tolist() == [2 / 3, 1 / 3]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(3, 5))
def test_scores_follow_the_values(values, n_bins):
    given_scores = scores_of("revenue_cents", values, n_bins)
    by_value = dict(zip(values, given_scores, strict=True))
    assert [by_value[v] for v in values] == given_scores, "equal values, equal scores"
    rising = [by_value[v] for v in sorted(by_value)]
    assert rising == sorted(rising), "more is never worse"
    assert len(set(rising)) == min(n_bins, len(by_value)), "as many scores as there are values for"
    if len(by_value) > 1:
        assert (rising[0], rising[-1]) == (1, n_bins)


def by_counting(values: pd.Series, best_is_low: bool) -> pd.Series:
    """The same scores computed another way: value by value, each joining the score that it leaves nearer its share."""
    counts = values.value_counts().sort_index(ascending=not best_is_low)
    score, held, n_left, scores_left = 1, 0, len(values), 5
    out = {}
    for place, (value, n) in enumerate(counts.items()):
        share, values_left = n_left / scores_left, len(counts) - place
        full = held and (abs(held - share) <= abs(held + n - share) or values_left < scores_left)
        if full and scores_left > 1:
            score, n_left, scores_left, held = score + 1, n_left - held, scores_left - 1, 0
        out[value], held = score, held + n
    return values.map(out)


def test_cdnow_agrees_with_an_independent_computation():
    customers = cdnow()
    buyers = customers[customers.n_purchase_days > 0].reset_index(drop=True)
    out = scored(buyers)
    r = by_counting(buyers.days_since_last, best_is_low=True)
    f = by_counting(buyers.n_purchase_days, best_is_low=False)
    m = by_counting(buyers.revenue_cents, best_is_low=False)
    assert (out.recency_score == r).all()
    assert (out.frequency_score == f).all()
    assert (out.monetary_score == m).all()
    fm = np.floor((f + m) / 2 + 0.5)
    champions = int(((r == 5) & (fm >= 4)).sum())
    lost = int(((r == 1) & (fm <= 2)).sum())
    assert (out.rfm_segment == "champions").sum() == champions
    assert (out.rfm_segment == "lost").sum() == lost
    assert (champions, lost) == (390, 412)


def test_cdnow_money_hardly_tied_scores_as_quintiles():
    buyers = cdnow().query("n_purchase_days > 0")
    quintiles = pd.qcut(buyers.revenue_cents, 5, labels=False) + 1
    assert (scored(buyers).monetary_score == quintiles).mean() > 0.98


def test_cdnow_more_than_half_bought_once_and_score_1():
    buyers = cdnow().query("n_purchase_days > 0")
    out = scored(buyers)
    assert (buyers.n_purchase_days == 1).mean() > 0.5
    assert (out.frequency_score[buyers.n_purchase_days == 1] == 1).all()
    assert set(out.frequency_score) == {1, 2, 3, 4, 5}


@pytest.fixture
def retail(con, shared_data, tmp_path):
    """The buyers of Online Retail as the pipeline describes them, as of the day after the last invoice."""
    source = CHOICES.source.model_copy(
        update={
            "kind": "files",
            "mapping": str(PROJECT / "mappings" / "online_retail.yaml"),
            "directory": str(shared_data / "online_retail"),
        }
    )
    ingest(CHOICES.model_copy(update={"source": source}), tmp_path)
    tables = {
        name: storage.open_table(con, storage.table_in(tmp_path, name), name) for name in ("customers", "transactions")
    }
    described = features.customers(tables, date(2011, 12, 10), CHOICES.features).select("customer_id", *SCORE_OF)
    table = engine.batches(con, described).read_all().to_pandas()
    return table[table.n_purchase_days > 0].sort_values("customer_id", ignore_index=True)


@pytest.fixture
def retail_by_pandas(shared_data):
    """The same from the raw file: lines that name a customer, cancellations taken off, cents rounded line by line."""
    lines = pd.read_csv(shared_data / "online_retail" / "online_retail.csv.gz", dtype={"InvoiceNo": str})
    lines = lines[lines.CustomerID.notna()]
    assert lines.InvoiceDate.max()[:10] == "2011-12-09"
    exact = lines.Quantity * (lines.UnitPrice * 1000).round().astype("int64")  # prices have up to three decimals
    lines["cents"] = np.sign(exact) * ((exact.abs() + 5) // 10)
    lines["day"] = pd.to_datetime(lines.InvoiceDate.str[:10])
    lines["customer_id"] = lines.CustomerID.astype("int64").astype(str)
    bought = lines[~lines.InvoiceNo.str.startswith("C") & (lines.cents > 0)].groupby("customer_id").day
    return pd.DataFrame(
        {
            "days_since_last": (pd.Timestamp(2011, 12, 10) - bought.max()).dt.days,
            "n_purchase_days": bought.nunique(),
            "revenue_cents": lines.groupby("customer_id").cents.sum()[list(bought.groups)],
        }
    ).sort_index()


def test_online_retail_has_as_many_in_each_segment_as_an_independent_computation(retail, retail_by_pandas):
    theirs = retail_by_pandas
    assert retail.customer_id.tolist() == theirs.index.tolist()
    r = by_counting(theirs.days_since_last, best_is_low=True)
    f = by_counting(theirs.n_purchase_days, best_is_low=False)
    m = by_counting(theirs.revenue_cents, best_is_low=False)
    cells = zip(r, (f + m + 1) // 2, strict=True)
    expected = pd.Series([NAME_OF[cell] for cell in cells]).value_counts().to_dict()
    assert scored(retail).rfm_segment.value_counts().to_dict() == expected
    assert len(retail) == sum(expected.values()) == 4338  # who have at least one paid line that was not cancelled


def test_recency_is_told_apart_in_whole_steps():
    buyers = people("days_since_last\n0\n29\n30\n59\n60\n")
    steps = scored(buyers, recency_step_days=30)
    assert steps["recency_score"].tolist() == [5, 5, 3, 3, 1]
    assert scored(buyers)["recency_score"].tolist() == [5, 4, 3, 2, 1]


def test_a_score_is_kept_near_its_boundary_and_left_beyond_it():
    """Twenty customers, the scores hold 20 percentiles each; the mid rank of customer i is 2.5 + 5 i."""
    buyers = people("revenue_cents\n" + "\n".join(map(str, range(1, 21))))
    model = rfm.fit(buyers, rfm_params(hysteresis_points=4))
    before = rfm.score(buyers, model)[list(rfm.SCORES)]
    before["monetary_score"] = [1, 1, 1, 2, 1, 1] + [2] * 14
    kept = rfm.score(buyers, model, before=before)["monetary_score"].tolist()
    fresh = rfm.score(buyers, model)["monetary_score"].tolist()
    assert fresh == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4
    assert kept[3:6] == [2, 1, 2]  # 17.5 and 22.5 are 2.5 beyond 20; 27.5 is 7.5 beyond
    assert kept[8] == 2  # 42.5 is 2.5 beyond 40
    assert kept[9:] == fresh[9:]
    new = pd.DataFrame(index=buyers.index, columns=list(rfm.SCORES), dtype=float)  # of customers who had not bought
    assert rfm.score(buyers, model, before=new)["monetary_score"].tolist() == fresh


def test_month_ends_are_named_in_the_order_of_time_by_one_rule(tmp_path):
    rng = np.random.default_rng(0)
    revenue, frames = rng.integers(100, 900, 60), []
    for month in (2, 3, 4):
        revenue = revenue + rng.integers(0, 60, 60)
        frame = pd.DataFrame({"revenue_cents": revenue, "days_since_last": 1, "n_purchase_days": 3})
        frame.insert(0, "customer_id", [f"c{i:02d}" for i in range(60)])
        frames.append(frame.assign(as_of=date(2024, month, 1)))
    pd.concat(frames).sample(frac=1, random_state=1).to_parquet(tmp_path / "snapshots.parquet", index=False)
    p, ids = rfm_params(hysteresis_points=10), pa.array([f"c{i:02d}" for i in range(60)])
    followed = rfm.follow(tmp_path / "snapshots.parquet", date(2024, 5, 1), p, ids)
    months, every = pa.Table.from_batches(followed.months.batches()).to_pandas(), [None]
    assert months.columns.tolist() == RFM_MONTHS.names
    for frame in frames:
        placed = rfm.score(frame, rfm.fit(frame, p), before=every[-1])
        every.append(placed[list(rfm.SCORES)])
        rows = months[months["as_of"] == frame["as_of"].iloc[0]]
        assert rows["customer_id"].tolist() == frame["customer_id"].tolist()
        assert rows["rfm_segment"].tolist() == placed["rfm_segment"].tolist()
    assert followed.before.equals(every[-1])
    assert followed.history["n_before"].tolist() == [0, 60, 60]
    present = rfm.follow(tmp_path / "snapshots.parquet", date(2024, 4, 1), p, ids)  # is the last month end
    assert pa.Table.from_batches(present.months.batches()).to_pandas().equals(months)
    assert present.before.equals(every[-2])
    fewer = rfm.follow(tmp_path / "snapshots.parquet", date(2024, 5, 1), rfm_params(hysteresis_points=0), ids).history
    assert followed.history["n_changed"].sum() < fewer["n_changed"].sum()
    assert fewer["n_held"].sum() == 0


def test_the_eight_classes_are_those_of_chinese_practice():
    scores = pd.DataFrame(
        [(5, 5, 5), (1, 4, 5), (4, 1, 4), (2, 3, 4), (4, 4, 3), (1, 5, 1), (5, 1, 1), (1, 1, 1)],
        columns=["recency_score", "frequency_score", "monetary_score"],
    )
    with language.using("zh"):
        names = [say(Term("rfm_class", name)) for name in rfm.classes(scores, 5)]
    kinds = ("价值客户", "保持客户", "发展客户", "挽留客户")
    assert names == [f"重要{kind}" for kind in kinds] + [f"一般{kind}" for kind in kinds]


def test_a_score_in_the_middle_is_low_and_every_customer_has_one_class():
    every = pd.DataFrame(product(range(1, 6), repeat=3), columns=["recency_score", "frequency_score", "monetary_score"])
    classes = rfm.classes(every, 5)
    assert set(classes) == {c.name for c in rfm.CLASSES}
    assert classes[(every == 3).all(axis=1)].tolist() == ["general_win_back"]
    assert (classes == "important_value").sum() == 8  # scores 4 and 5 of each
