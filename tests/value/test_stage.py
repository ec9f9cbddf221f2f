"""The stage from its inputs to its artefacts, in a folder of its own, on the CDNOW sample."""

import importlib.util
import json
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from builders import canonical

from crmwb import layout, processes, storage
from crmwb.contract.value import BACKTEST, CUSTOMERS
from crmwb.contract.value_customers import POTENTIAL
from crmwb.errors import CrmwbError
from crmwb.findings import Count, from_json
from crmwb.value import apart, valuation
from crmwb.value.models import load
from crmwb.value.potential import customers as potential

PROJECT = Path(__file__).parents[2]
ARTEFACTS = (
    layout.CUSTOMER_VALUE, layout.BACKTEST, layout.TRACKING, layout.EQUITY, layout.EQUITY_BRIDGE, layout.FORECAST,
    layout.PAST_FORECASTS, layout.VALUE_MODELS, layout.VALUE_FACTS, layout.VALUE_METRICS,
)  # fmt: skip

start = processes.Other.start


def run_stage(name="value"):
    spec = importlib.util.spec_from_file_location(f"{name}_stage", PROJECT / "pipeline" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()


def prepare(folder: Path, log: pd.DataFrame) -> None:
    """Write the stage's inputs: clean tables (one customer never bought), and what the features stage makes of them."""
    text = log.assign(ordered_at=log["ordered_at"].dt.strftime("%Y-%m-%d")).to_csv(sep=" ", index=False)
    write_inputs(folder, ["never", *log["customer_id"].unique()], transactions=canonical("transactions", text))


def write_inputs(folder: Path, customers: list[str], **tables: pa.Table) -> None:
    tables["customers"] = canonical("customers", "\n".join(["customer_id", *customers]))
    (folder / layout.CLEAN).mkdir(parents=True)
    for name, table in tables.items():
        pq.write_table(table, folder / layout.CLEAN / f"{name}.parquet")
    content = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    content["features"] |= {
        "min_customers": 2,
        "n_snapshots": 3,
    }  # too few customers is what the value stage says itself
    (folder / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run_stage("features")
        run_stage("contracts")


def cdnow_log() -> pd.DataFrame:
    path = PROJECT / "tests" / "fixtures" / "cdnow_sample.txt"
    log = pd.read_csv(path, sep=r"\s+", names=["customer_id", "id", "day", "n", "dollars"], dtype=str)
    return pd.DataFrame({
        "customer_id": log["customer_id"],
        "ordered_at": pd.to_datetime(log["day"], format="%Y%m%d"),
        "revenue_cents": (log["dollars"].astype(float) * 100).round().astype(int),
    })  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("value")
    prepare(folder, cdnow_log())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run_stage()
    return folder


def read(built, artefact):
    return json.loads((built / artefact).read_text(encoding="utf-8"))


def test_every_customer_is_there_and_every_buyer_is_valued(built):
    customers = pd.read_parquet(built / layout.CUSTOMER_VALUE)
    assert pq.read_schema(built / layout.CUSTOMER_VALUE) == CUSTOMERS.schema
    assert customers["customer_id"].tolist() == sorted([*cdnow_log()["customer_id"].unique(), "never"])
    assert customers["realised_revenue_cents"].sum() == cdnow_log()["revenue_cents"].sum()
    ids = cdnow_log().query("revenue_cents > 0")["customer_id"].unique()
    bought = customers["customer_id"].isin(ids)
    buyers, others = customers[bought], customers[~bought]
    assert buyers["p_alive"].between(0, 1).all()
    assert (buyers["clv_cents"] >= 0).all()
    assert buyers["tier"].isin(["vip", "important", "ordinary", "small"]).all()
    assert others[["p_alive", "clv_cents", "value_score"]].isna().all(axis=None)
    assert set(others["tier"]) == {"potential"}


@pytest.mark.parametrize("threads", [1, 2])
def test_results_do_not_depend_on_whether_a_second_process_works_beside(built, tmp_path, monkeypatch, threads):
    folder = tmp_path / "again"
    shutil.copytree(built, folder)
    for name in ("data/value", layout.VALUE_METRICS):
        shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()
    content = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    content["engine"]["threads"] = threads
    (folder / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(valuation, "FIT_CUSTOMERS", 1_000)
    given = []
    monkeypatch.setattr(processes.Other, "start", lambda self, work: given.append(work.func) or start(self, work))
    run_stage()
    assert given == ([] if threads == 1 else [apart.judged_apart, apart.tiers_apart])
    for artefact in (*ARTEFACTS, layout.TIER_MONTHS):
        assert (folder / artefact).read_bytes() == (built / artefact).read_bytes(), artefact


def test_facts_add_up_with_the_customers(built):
    customers, facts = pd.read_parquet(built / layout.CUSTOMER_VALUE), read(built, layout.VALUE_FACTS)
    assert facts["realised"]["basis"] == facts["realised"]["whale"]["basis"] == "revenue"
    assert facts["realised"]["totals"]["revenue_cents"] == customers["realised_revenue_cents"].sum()
    tiers = facts["scorecard"]["pyramid"]["tiers"]
    assert sum(tier["clv_cents"] for tier in tiers) == customers["clv_cents"].sum()
    assert facts["equity"]["equity"]["cents"] == pytest.approx(customers["clv_cents"].sum(), rel=1e-4)
    months = pd.read_parquet(built / layout.EQUITY)
    assert months["equity_cents"].iloc[-1] == facts["equity"]["equity"]["cents"]


def test_equity_is_the_customers_values_to_a_cent_each_however_much_they_are_worth(tmp_path, monkeypatch):
    log = cdnow_log()
    log = log[log["customer_id"].isin(sorted(log["customer_id"].unique())[:300])]
    prepare(tmp_path, log.assign(revenue_cents=log["revenue_cents"] * 10_000))
    monkeypatch.chdir(tmp_path)
    run_stage()
    values = pd.read_parquet(layout.CUSTOMER_VALUE)["clv_cents"].dropna()
    assert values.mean() > 1e6
    assert abs(pd.read_parquet(layout.EQUITY)["equity_cents"].iloc[-1] - values.sum()) <= len(values)


def test_a_source_without_transactions_has_customers_of_unknown_value(tmp_path, monkeypatch):
    invoices = canonical(
        "invoices", "customer_id issued_on due_on amount_cents\na 2024-01-01 2024-02-01 100", invoice_id="i"
    )
    write_inputs(tmp_path, ["a", "b"], invoices=invoices)
    monkeypatch.chdir(tmp_path)
    run_stage()
    customers = pd.read_parquet(layout.CUSTOMER_VALUE)
    assert pq.read_schema(layout.CUSTOMER_VALUE) == CUSTOMERS.schema
    assert customers["customer_id"].tolist() == ["a", "b"]
    assert customers.drop(columns="customer_id").isna().all(axis=None)
    assert pd.read_parquet(layout.FORECAST).empty
    assert storage.read_json(layout.VALUE_FACTS)["not_available"]["code"] == "value.no_purchases"


def test_clv_is_discounted_margin(built):
    customers = pd.read_parquet(built / layout.CUSTOMER_VALUE)
    customers = customers[customers["clv_cents"].notna()]
    undiscounted = customers["expected_purchases"] * customers["expected_spend_cents"] * 0.25
    some = customers["clv_cents"] > 100
    ratio = customers["clv_cents"][some] / undiscounted[some]
    assert ratio.between(1 / 1.10 - 0.005, 1.005).all()


def test_models_say_how_they_were_made(built):
    models = read(built, layout.VALUE_MODELS)
    assert models["purchases"]["unit"] == "days"
    assert models["purchases"]["verdict"]["status"] == "ok"
    assert load(models["purchases"]).alpha_ == models["purchases"]["parameters"]["alpha"]["estimate"]
    assert models["choice"]["model"] == models["purchases"]["model"]
    assert models["choice"]["by"] == "likelihood_on_holdouts"
    assert sum(models["choice"]["weights"].values()) == pytest.approx(1, abs=1e-5)
    assert [row["model"] for row in models["choice"]["candidates"]][:4] == ["bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"]
    assert models["dropout"]["is_identified"]
    assert {row["rule"] for row in models["money"]["candidates"]} > {"gamma_gamma", "gamma_gamma_all", "past_total"}
    assert models["total_purchases"]["lower_80"] < models["total_purchases"]["expected"]
    assert models["data_window"]["first_purchase"] == "1997-01-01"
    assert models["margin"] == {"share": 0.25, "is_assumed": True, "n_customers_with_costs": 0}
    assert [c for c in models["caveats"] if c["code"] == "value.caveat.assumed_margin"]
    calibration = models["backtest"]["calibration"]
    assert {(row["forecaster"], row["group"]) for row in calibration} >= {("bg_nbd", 1), ("bg_nbd", 10), ("rate", 5)}


def test_backtest_and_metrics_agree(built):
    scores = pd.read_parquet(built / layout.BACKTEST)
    metrics = read(built, layout.VALUE_METRICS)
    assert pq.read_schema(built / layout.BACKTEST) == BACKTEST.schema
    means = scores.groupby("forecaster")["normalised_gini"].mean()
    assert metrics["backtest"]["mean_over_origins"]["bg_nbd"]["normalised_gini"] == pytest.approx(means["bg_nbd"])
    ok = scores.groupby("forecaster")["verdict"].agg(lambda verdicts: (verdicts == "ok").all())
    kinds = scores.groupby("forecaster")["kind"].first()
    assert metrics["backtest"]["model_beats_rules"] == bool(
        means[ok & (kinds != "rule")].max() > means[kinds == "rule"].max()
    )
    assert metrics["valued_by"] == "stack"
    customers = pd.read_parquet(built / layout.CUSTOMER_VALUE)
    assert metrics["clv_cents"] == customers["clv_cents"].sum()


def test_a_second_run_writes_the_same_bytes(built, monkeypatch, tmp_path):
    before = {artefact: (built / artefact).read_bytes() for artefact in ARTEFACTS}
    monkeypatch.chdir(built)
    run_stage()
    assert {artefact: (built / artefact).read_bytes() for artefact in ARTEFACTS} == before


@pytest.mark.parametrize("n_repeaters", [0, 6])
def test_too_few_who_came_back_mean_no_forecast_and_everything_else(tmp_path, monkeypatch, n_repeaters):
    log = cdnow_log().query("revenue_cents > 0")
    days = log.groupby("customer_id")["ordered_at"].nunique()
    back, once = days[days > 2].index[:n_repeaters], days[days == 1].index[: 160 - n_repeaters]
    prepare(tmp_path, log[log["customer_id"].isin([*back, *once])])
    monkeypatch.chdir(tmp_path)
    run_stage()
    customers, models = pd.read_parquet(layout.CUSTOMER_VALUE), storage.read_json(layout.VALUE_MODELS)
    assert pq.read_schema(layout.CUSTOMER_VALUE) == CUSTOMERS.schema
    unknown = [name for name in POTENTIAL.names if name != "customer_id"]
    assert customers[unknown].isna().all(axis=None)
    assert (
        customers["realised_revenue_cents"].sum() == log["revenue_cents"][log["customer_id"].isin([*back, *once])].sum()
    )
    assert customers["value_score"].notna().sum() == 160
    why = from_json(models["unavailable"])
    assert why.code == "value.no_forecast"
    assert why.values == {"has": Count(n_repeaters), "of": Count(160), "needs": Count(10)}
    assert all((tmp_path / artefact).exists() for artefact in ARTEFACTS)


def test_one_extreme_spend_changes_nobody_else(built, tmp_path, monkeypatch):
    log = cdnow_log()
    log.loc[log.index[40], "revenue_cents"] = 10**11
    prepare(tmp_path, log)
    monkeypatch.chdir(tmp_path)
    run_stage()
    wild, plain = (pd.read_parquet(f / layout.CUSTOMER_VALUE) for f in (tmp_path, built))
    assert wild["expected_spend_cents"].mean() == pytest.approx(plain["expected_spend_cents"].mean(), rel=0.05)
    assert wild["clv_cents"].sum() == pytest.approx(plain["clv_cents"].sum(), rel=0.05)
    extreme = storage.read_json(layout.VALUE_MODELS)["extreme_spends"]
    assert (extreme["n_purchases"], extreme["n_customers"]) == (1, 1)


def test_nobody_bought_stops(tmp_path):
    customers = pd.DataFrame({"customer_id": ["a"], "frequency": [None]})
    with pytest.raises(CrmwbError, match="no customer has a purchase before as_of"):
        potential.buyers_of(customers)


def test_a_short_window_is_valued_without_a_backtest(tmp_path, monkeypatch):
    log = cdnow_log()
    prepare(tmp_path, log[log["ordered_at"] < log["ordered_at"].min() + timedelta(days=60)])
    monkeypatch.chdir(tmp_path)
    run_stage()
    assert pd.read_parquet(layout.BACKTEST).empty
    backtest = storage.read_json(layout.VALUE_MODELS)["backtest"]
    assert backtest["champion"] is None
    assert len(backtest["skipped"]) == 3
    assert backtest["finding"]["code"] == "proof.nothing_tested"


def test_most_customers_at_the_left_edge_is_a_caveat(tmp_path, monkeypatch):
    log = cdnow_log()
    first = log.groupby("customer_id")["ordered_at"].transform("min")
    january = log[first < "1997-01-31"]
    february = log[(first >= "1997-02-10") & (log["customer_id"].str[-1] == "0")]
    prepare(tmp_path, pd.concat([january, february]))
    monkeypatch.chdir(tmp_path)
    run_stage()
    assert "value.caveat.left_edge" in [c["code"] for c in storage.read_json(layout.VALUE_MODELS)["caveats"]]


def test_the_stack_values_the_customers_and_says_how_it_was_made(built):
    models, customers = read(built, layout.VALUE_MODELS), pd.read_parquet(built / layout.CUSTOMER_VALUE)
    assert models["valued_by"] == "stack"
    stack = models["stack"]
    assert stack["why_not"] is None
    assert [holdout["days"] for holdout in stack["holdouts"]] == [90] * 5
    assert 0 <= stack["trust_in_corrections"] <= 1
    assert bool(models["importance"]) == (stack["trust_in_corrections"] > 0)
    assert models["backtest"]["versus_model"]["lower"] < models["backtest"]["versus_model"]["upper"]
    buyers = customers[customers["p_alive"].notna()]
    assert buyers["p_purchase"].between(0, 1).all()
    assert (buyers["p_purchase"] <= buyers["p_alive"]).all()
    for unit, middle in (("purchases_{}", "expected_purchases"), ("clv_{}_cents", "clv_cents")):
        ends = buyers[[unit.format(end) for end in potential.ENDS]].to_numpy()
        assert (np.diff(ends, axis=1) >= 0).all()
        assert (buyers[middle] <= ends[:, -1] + 1).mean() > 0.99


def test_tracking_is_written_week_by_week(built):
    tracking, scores = pd.read_parquet(built / layout.TRACKING), pd.read_parquet(built / layout.BACKTEST)
    assert (tracking.sort_values("week").groupby(["origin", "forecaster"])["purchases"].diff().dropna() >= 0).all()
    last = tracking.groupby(["origin", "forecaster"]).last()["purchases"]
    assert last.equals(
        scores.set_index(["origin", "forecaster"])["actual_total"].reindex(last.index).rename("purchases")
    )


def test_without_a_mean_of_their_own_customers_are_expected_to_spend_what_all_do():
    buyers = pd.DataFrame({"frequency": [0, 1, 3], "monetary_cents": [np.nan, 400.0, 2000.0]})
    model = potential.GammaGamma().fit(buyers["frequency"].to_numpy(), buyers["monetary_cents"].to_numpy())
    assert not model.verdict_.is_ok  # three customers are too few to tell
    assert potential.expected_spend(buyers, model).tolist() == [(400 + 3 * 2000) / 4] * 3
