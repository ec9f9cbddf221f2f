"""Needs of segments: every number is one that a person can count in needs_tables.py."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from builders import canonical
from needs_tables import AS_OF, CUSTOMERS, PRODUCTS, SALES, choices, opened, shop

from crmwb import engine, params, storage
from crmwb.contract.segments import NEEDS
from crmwb.errors import CrmwbError
from crmwb.findings import from_json, language
from crmwb.findings.say import say
from crmwb.segmentation import needs
from crmwb.segmentation.needs import orders
from crmwb.segmentation.needs.blocks import SCRATCH, sweep
from crmwb.segmentation.needs.lifts import lifts
from crmwb.segmentation.needs.measure import _Source
from crmwb.segmentation.needs.measures import MEASURES, finding
from crmwb.segmentation.needs.prices import price, usual_prices

SEED = 7


@pytest.fixture(scope="module")
def known_needs():
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as con:
        return needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices())


def why(known_needs, need: str) -> str:
    return say(from_json(known_needs.facts["not_available"][need]))


def row(
    known_needs: needs.Needs, measure: str, item: str = "", segment: str = "a", scheme: str = "cluster_name"
) -> pd.Series:
    rows = known_needs.frame.set_index(["scheme", "segment", "measure", "item"])
    return rows.loc[(scheme, segment, measure, item)]


def test_the_frame_is_what_its_schema_says(known_needs):
    table = pa.Table.from_pandas(known_needs.frame, schema=NEEDS.schema, preserve_index=False)
    assert table.num_rows == len(known_needs.frame) > 0
    assert not known_needs.frame.duplicated(["scheme", "segment", "measure", "item"]).any()


@pytest.mark.parametrize(
    ("measure", "item", "a", "b"),
    [
        ("category_spend_share", "tea", 460 / 1060, 100 / 1600),
        ("line_spend_share", "drinks", 460 / 1060, 1600 / 1600),
        ("brand_spend_share", "own", 1060 / 1060, 100 / 1600),
        ("product_order_share", "Assam (p1)", 4 / 4, 1 / 6),
        ("bundle_order_share", "biscuits + tea", 2 / 4, 0 / 6),
        ("price_index", "", 460 / 500, 1600 / 1700),  # p1 usually 1.00, p2 2.00; p3 was sold too seldom
        ("below_usual_share", "", 1 / 4, 1 / 6),
        ("bulk_line_share", "", 1 / 4, 1 / 6),
        ("discount_share", "", 40 / 1100, 100 / 1700),
        ("discounted_line_share", "", 1 / 6, 1 / 6),
        ("order_cents", "", 1060 / 4, 1600 / 6),
        ("lines_per_order", "", 6 / 4, 6 / 6),
        ("weekend_order_share", "weekend", 1 / 4, 1 / 6),
        ("hour_order_share", "morning", 3 / 4, 2 / 6),
        ("channel_order_share", "web", 3 / 4, 2 / 6),
        ("store_order_share", "s2", 1 / 4, 4 / 6),
        ("response_share", "", 2 / 2, 1 / 3),  # the held-back do not count; an answer after as_of is not known yet
        ("campaign_response_share", "mail", 2 / 2, 1 / 2),
    ],
)
def test_each_measure_is_a_part_of_a_whole(known_needs, measure, item, a, b):
    one, other = row(known_needs, measure, item, "a"), row(known_needs, measure, item, "b")
    assert one["value"] == pytest.approx(a)
    assert one["everyone_else"] == pytest.approx(b)
    assert (other["value"], other["everyone_else"]) == pytest.approx((b, a))
    if a and b:
        assert one["lift"] == pytest.approx(a / b)
    else:
        assert (one["lift"] < 1 < other["lift"]) if b else (other["lift"] < 1 < one["lift"])


def test_what_fewer_customers_than_asked_buy_is_left_out(con):
    few = needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices(min_customers=3))
    items = set(few.frame.loc[few.frame["measure"] == "category_spend_share", "item"])
    assert items == {"tea", "coffee"}  # two customers bought biscuits


@pytest.mark.parametrize(
    ("n_orders", "n_lines", "chance", "is_clear"),
    [((12, 2), (1, 1), (0.1, 0.1), False), ((4, 4), (12, 2), (0.1, 0.1), False), ((4, 4), (2, 2), (0.3, 0.1), True)],
    ids=["orders more often", "larger orders", "likes it more"],
)
def test_who_orders_more_often_or_more_at_once_has_no_other_taste(con, n_orders, n_lines, chance, is_clear):
    rng = np.random.default_rng(SEED)
    lines, customers = ["customer_id order_id ordered_at product_id revenue"], []
    for segment, of_orders, of_lines, p1 in zip("ab", n_orders, n_lines, chance, strict=True):
        for c in range(150):
            customers.append((f"{segment}{c}", segment))
            for o in range(of_orders):
                others = rng.integers(2, 9, of_lines)
                products = np.where(rng.random(of_lines) < p1, 1, others)
                lines += [f"{segment}{c} {segment}{c}o{o} 2024-01-02 p{p} 1.00" for p in products]
    sales = canonical("transactions", "\n".join(lines))
    who = pd.DataFrame(customers, columns=["customer_id", "cluster_name"])
    frame = needs.measure(con, opened(con, transactions=sales), who, AS_OF, choices(min_customers=30)).frame
    p1 = frame[(frame["measure"] == "product_order_share") & (frame["item"] == "p1")]
    assert p1["is_clear"].eq(is_clear).all()
    assert len(p1) == 2
    pairs = frame[frame["measure"] == "bundle_order_share"]
    assert len(pairs) > 0 or max(n_lines) < 12
    assert is_clear or not pairs["is_clear"].any()


def test_a_pair_stands_together_oftener_than_chance_would_have_it(known_needs):
    # of a's four orders, four hold tea, two biscuits and two both: 2·4 / (4·2) = 1
    assert row(known_needs, "bundle_order_share", "biscuits + tea")["affinity"] == pytest.approx(1.0)


def test_any_scheme_will_do(con):
    both_schemes = needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices(schemes=("tier", "cluster_name")))
    assert row(both_schemes, "product_order_share", "Assam (p1)", "vip", "tier")["value"] == 1.0
    assert row(both_schemes, "product_order_share", "Assam (p1)", "small", "tier")["value"] == 2 / 7
    alone = needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices(schemes=("cluster_name",)))
    both = both_schemes.frame[both_schemes.frame["scheme"] == "cluster_name"].reset_index(drop=True)
    pd.testing.assert_frame_equal(both, alone.frame)


def test_schemes_that_are_measured_together_are_measured_as_each_alone(con):
    customers = CUSTOMERS.assign(stage=["growth", "lapsed"] * (len(CUSTOMERS) // 2) + ["growth"] * (len(CUSTOMERS) % 2))
    customers.loc[0, "stage"] = None  # in one scheme and not in the other
    both = needs.measure(con, shop(con), customers, AS_OF, choices(schemes=("cluster_name", "stage"))).frame
    for scheme in ("cluster_name", "stage"):
        alone = needs.measure(con, shop(con), customers, AS_OF, choices(schemes=(scheme,))).frame
        pd.testing.assert_frame_equal(both[both["scheme"] == scheme].reset_index(drop=True), alone)


def test_nothing_at_or_after_as_of_counts(con, known_needs):
    later = canonical(
        "transactions",
        """
        customer_id  order_id  ordered_at           product_id  quantity  revenue  discount_cents  channel  store_id
        b1           o50       2024-07-01T00:00:00  p1          9         90.00    10              web      s1
        b2           o51       2024-08-01T00:00:00  p3          9         90.00    10              web      s1
        """,
    )
    tables = shop(con) | opened(con, transactions=pa.concat_tables([SALES, later]))
    again = needs.measure(con, tables, CUSTOMERS, AS_OF, choices())
    pd.testing.assert_frame_equal(again.frame, known_needs.frame)


def test_what_is_summed_up_makes_room_for_what_comes(con):
    left = {}
    for block in _Source(con, shop(con), AS_OF, choices(), ()).blocks():
        tables = con.raw_sql("SELECT table_name FROM information_schema.tables WHERE table_type <> 'VIEW'").fetchall()
        left[block.kind] = {name.removeprefix(SCRATCH) for (name,) in tables}
    sweep(con)
    assert {"bought", "category", "line"} <= left["line"] | left["category"]
    assert {"bought", "category"} <= left["product"]
    assert not {"line", "line_wholes", "brand", "brand_wholes"} & left["product"]
    assert not {"bought", "category", "product", "bundle"} & left["basket"]
    assert not {"orders", "timing_month"} & left["price"]
    assert {"masks", "usual_price_near"} <= left["price"]


def test_the_same_at_one_thread_and_at_two(b2b_demo):
    def measured(threads: int) -> pd.DataFrame:
        with engine.connect(params.EngineParams(threads=threads, memory_limit_gb=2)) as con:
            tables = {
                name: storage.open_table(con, storage.table_in(b2b_demo, name), name)
                for name in ("transactions", "products", "campaign_members", "campaigns")
            }
            who = pd.read_parquet(b2b_demo / "customers.parquet", columns=["customer_id", "region"])
            return needs.measure(con, tables, who, date(2026, 1, 1), choices(schemes=("region",))).frame

    pd.testing.assert_frame_equal(measured(1), measured(2), check_exact=True)


def test_a_scheme_that_customers_do_not_have_is_refused(con):
    with pytest.raises(CrmwbError, match=r"segmentation\.needs\.schemes: customers have no column stage"):
        needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices(schemes=("stage",)))


def test_a_scheme_without_segments_brings_no_rows(con):
    nobody = CUSTOMERS.assign(cluster_name=pd.Series([None] * 7, dtype="str"))
    empty = needs.measure(con, shop(con), nobody, AS_OF, choices())
    assert empty.frame.empty
    assert list(empty.frame.columns) == NEEDS.names


def test_without_sales_it_says_which_table_would_tell(con):
    known_needs = needs.measure(con, {}, CUSTOMERS, AS_OF, choices())
    assert known_needs.frame.empty
    assert "transactions" in why(known_needs, "price")
    assert "campaign members" in why(known_needs, "response")


def test_what_a_source_does_not_know_is_said_and_not_guessed(con):
    bare = canonical(
        "transactions",
        """
        customer_id  ordered_at  revenue
        a1           2024-01-06  1.00
        a2           2024-01-07  1.00
        b1           2024-01-08  1.00
        b2           2024-01-09  1.00
        """,
    )
    known_needs = needs.measure(con, opened(con, transactions=bare), CUSTOMERS, AS_OF, choices())
    missing = known_needs.facts["not_available"]
    known = {"order_cents", "lines_per_order", "weekend_order_share"}
    assert set(known_needs.frame["measure"]) == known
    assert {"category", "bundle", "price", "promotion", "channel", "store", "response"} <= set(missing)
    assert "time of day" in why(known_needs, "hour_order_share")
    assert "a full year" in why(known_needs, "month_order_share")


def test_where_no_price_varies_price_is_not_available(con):
    flat = canonical(
        "transactions",
        "customer_id ordered_at product_id revenue\n"
        + "\n".join(f"{c} 2024-01-0{d} p1 1.00" for c in ("a1", "a2", "b1", "b2") for d in range(1, 6)),
    )
    known_needs = needs.measure(con, opened(con, transactions=flat, products=PRODUCTS), CUSTOMERS, AS_OF, choices())
    assert "several prices" in why(known_needs, "price")
    assert not {"price_index", "below_usual_share"} & set(known_needs.frame["measure"])


def sums(parts: dict[str, list[float]], wholes: dict[str, list[float]]) -> pd.DataFrame:
    """Sum up parts and wholes of customers by segment, the plain way."""
    rows = []
    for segment, of_customers in parts.items():
        y, x = np.array(of_customers), np.array(wholes[segment])
        rows.append(
            {"scheme": "s", "kind": "k", "measure": "m", "item": "i", "segment": segment, "n": len(x), "x": x.sum(),
             "xx": (x**2).sum(), "n_with": (y > 0).sum(), "y": y.sum(), "yy": (y**2).sum(), "xy": (x * y).sum()}
        )  # fmt: skip
    return pd.DataFrame(rows)


def test_the_interval_of_two_shares_is_that_of_a_risk_ratio():
    # 60 of 100 against 30 of 100: Katz et al. (1978): exp(log 2 ± 1.96 √(0.4/60 + 0.7/30)), with n - 1 instead of n
    share = {"a": [1] * 60 + [0] * 40, "b": [1] * 30 + [0] * 70}
    lifted = lifts(sums(share, {"a": [1] * 100, "b": [1] * 100}), 0.95, 2).set_index("segment")
    error = np.sqrt((0.4 / 60 + 0.7 / 30) * 100 / 99)
    two_compared = 2.2414027276  # z of 1 - 0.05 / 2 / 2
    assert lifted.loc["a", "lift"] == 2.0
    assert lifted.loc["a", "lower"] == pytest.approx(2 * np.exp(-two_compared * error))
    assert lifted.loc["a", "upper"] == pytest.approx(2 * np.exp(two_compared * error))
    assert lifted["is_clear"].all()


def test_what_nobody_else_does_counts_as_half_a_customer_of_theirs():
    lifted = lifts(sums({"a": [1] * 40 + [0] * 60, "b": [0] * 100}, {"a": [1] * 100, "b": [1] * 100}), 0.95, 2)
    a, b = lifted.iloc[0], lifted.iloc[1]
    assert (a["value"], a["everyone_else"], a["lift"]) == (0.4, 0.0, pytest.approx(0.4 / 0.005))
    assert b["lift"] == pytest.approx(1 / a["lift"])
    assert lifted["is_clear"].all()


def test_one_customer_with_many_lines_is_no_strong_evidence():
    # the same sums, from many customers and from one: only the many are clear
    many = lifts(sums({"a": [3] * 50, "b": [1, 2] * 25}, {"a": [5] * 50, "b": [5] * 50}), 0.95, 2)
    one = lifts(sums({"a": [150] + [0] * 49, "b": [1, 2] * 25}, {"a": [5] * 50, "b": [5] * 50}), 0.95, 1)
    assert many["is_clear"].all()
    assert one["lift"].tolist() == many["lift"].tolist()
    assert not one["is_clear"].any()


def test_a_segment_too_small_to_judge_has_a_lift_and_no_interval():
    few = lifts(sums({"a": [1, 1], "b": [1] * 20}, {"a": [1, 2], "b": [2] * 20}), 0.95, 5).set_index("segment")
    assert few.loc["a", "lift"] == pytest.approx((2 / 3) / 0.5)
    assert few[["lower", "upper"]].isna().all(axis=None)
    assert not few["is_clear"].any()


def test_where_segments_are_alike_next_to_nothing_is_clear():
    # 100 items, no difference: judged one by one some 10 of 200 would be clear; all together hold in 95 of 100 cases
    false_alarms = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rows = [
            sums({s: rng.binomial(1, 0.3, 200) for s in "ab"}, {s: np.ones(200) for s in "ab"}).assign(item=f"i{i:03}")
            for i in range(100)
        ]
        false_alarms += lifts(pd.concat(rows), 0.95, 30)["is_clear"].any()
    assert false_alarms <= 3


def test_sums_that_a_few_customers_bring_are_not_compared():
    rng = np.random.default_rng(3)
    even = {s: rng.gamma(20.0, scale, 300) for s, scale in (("a", 10.0), ("b", 5.0))}
    uneven = {"a": np.append(even["b"], [60_000.0] * 5), "b": even["b"]}
    for spent, is_clear in ((even, True), (uneven, False)):
        compared = lifts(sums(spent, {s: np.ones(len(values)) for s, values in spent.items()}), 0.95, 30)
        assert compared["is_clear"].eq(is_clear).all()
        assert compared["lower"].notna().eq(is_clear).all()


def test_a_price_is_usual_when_half_the_lines_of_its_quarter_are_at_or_below_it(con):
    prices = {"2024-01-01": [100, 100, 120, 150, 200, 300], "2024-04-01": [230] * 5}  # of six, the lower middle one
    lines = "\n".join(
        f"{day}{i} {day} p1 {2 * cents / 100} 2" for day, every in prices.items() for i, cents in enumerate(every)
    )
    sales = canonical("transactions", "customer_id ordered_at product_id revenue quantity\n" + lines)
    usual = engine.batches(con, usual_prices(con, opened(con, transactions=sales)["transactions"])).read_all()
    assert sorted((row["quarter"].isoformat(), row["usual"], row["n_values"]) for row in usual.to_pylist()) == [
        ("2024-01-01", 120_000, 5),
        ("2024-04-01", 230_000, 1),
    ]


def test_what_is_sold_at_any_price_has_no_usual_one(con):
    rows = [f"c{i} 2024-01-{i + 1:02} {goods} {cents / 100} 1" for goods, every in
            (("category", range(500, 3_000, 250)), ("product", [980, 1_000, 1_000, 1_000, 1_000, 1_020, 700, 1_500]))
            for i, cents in enumerate(every)]  # fmt: skip
    sales = canonical("transactions", "customer_id ordered_at product_id revenue quantity\n" + "\n".join(rows))
    usual = engine.batches(con, usual_prices(con, opened(con, transactions=sales)["transactions"])).read_all()
    assert usual["product_id"].to_pylist() == ["product"]


def test_who_bought_before_prices_rose_did_not_buy_below_the_usual_price(con):
    days = {"early": ("2023-02-01", 100), "late": ("2024-02-01", 112)}
    rows = [f"{who}{i} {day} p1 {cents / 100} 1" for who, (day, cents) in days.items() for i in range(6)]
    rows += ["early0 2023-02-02 p1 0.90 1", "late0 2024-02-02 p1 1.00 1"]  # so that each quarter has several prices
    sales = canonical("transactions", "customer_id ordered_at product_id revenue quantity\n" + "\n".join(rows))
    lines = opened(con, transactions=sales)["transactions"]
    block = price(con, lines, usual_prices(con, lines))
    below = {row["customer_id"]: row["below"] for row in engine.batches(con, block.parts).read_all().to_pylist()}
    assert below == {f"{who}{i}": int(i == 0) for who in days for i in range(6)}


def test_months_of_joining_and_leaving_are_no_season(con):
    days = [f"{year}-{month:02}-01" for year in (2022, 2023) for month in range(1, 13)][:18]  # then the customer left
    rows = [f"old o{i} {day} p1 1.00 1" for i, day in enumerate(days)] + ["new n1 2023-05-01 p1 1.00 1"]
    sales = canonical("transactions", "customer_id order_id ordered_at product_id revenue quantity\n" + "\n".join(rows))
    placed = orders.orders(con, opened(con, transactions=sales)["transactions"])
    parts = engine.batches(con, orders.months(con, placed).parts).read_all().to_pylist()
    assert {row["item"]: row["orders"] for row in parts} == dict.fromkeys(orders.MONTHS, 1)


def test_sentences_carry_the_figures(known_needs):
    rows = known_needs.frame[known_needs.frame["segment"] == "a"].set_index(["measure", "item"], drop=False)
    tea = finding(rows.loc[("product_order_share", "Assam (p1)")], "EUR")
    assert say(tea).startswith("100% of their orders contain Assam (p1), against 17% for other customers: 6 times (")
    order = finding(rows.loc[("order_cents", "")], "EUR")
    assert "EUR\u00a02.65" in say(order)
    with language.using("zh"):
        assert say(tea).startswith("100%的订单包含Assam (p1)，其他客户为17%，是其他客户的6倍（区间")
        assert "2.65欧元" in say(order)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_measure_is_said_in_every_case(measure, code):
    about = MEASURES[measure]
    name = about.items[0] if about.items else "tea" if about.has_items else ""
    sure = {"measure": measure, "item": name, "value": 0.4, "everyone_else": 0.2, "lift": 2.0, "is_clear": True}
    sure |= {"lower": 1.5, "upper": 2.5}
    cases = [sure, sure | {"lift": np.nan}, sure | {"lower": np.nan}, sure | {"everyone_else": 0.0}]
    cases += [sure | {"value": 0.0}, sure | {"value": np.nan}]
    with language.using(code):
        sentences = [say(finding(case | {"is_clear": is_clear}, "EUR")) for case in cases for is_clear in (True, False)]
        assert all(text[-1] in ".。" and "{" not in text for text in sentences)
        assert ("tea" in sentences[0]) is (about.has_items and not about.items)


def test_facts_say_how_much_was_compared_and_what_chance_alone_would_bring(known_needs):
    tested = known_needs.frame[known_needs.frame["lower"].notna()]
    assert sum(of["n_compared"] for of in known_needs.facts["compared"]) == len(tested)
    for of in known_needs.facts["compared"]:
        assert of["by_chance_alone"] == round(0.05 * of["n_compared"], 1)


@pytest.mark.parametrize(
    ("audit", "severity", "is_measured"),
    [("quiet_hours", "warning", False), ("quiet_hours", "note", True), ("calendar_gaps", "warning", True)],
)
def test_hours_are_not_measured_where_an_audit_warns_of_the_clock(con, audit, severity, is_measured):
    audits = [{"audit": audit, "table": "transactions", "severity": severity}]
    known_needs = needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices(), audits=audits)
    assert ("hour_order_share" in set(known_needs.frame["measure"])) is is_measured
    assert ("hour_order_share" in known_needs.facts["not_available"]) is not is_measured
    assert "weekend_order_share" in set(known_needs.frame["measure"])
