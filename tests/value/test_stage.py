"""The stage from its inputs to its artefacts, in a folder of its own, on the CDNOW sample."""

import importlib.util
import json
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from builders import canonical

from crmwb import layout, storage, value
from crmwb.errors import CrmwbError
from crmwb.value.models import load

PROJECT = Path(__file__).parents[2]
ARTEFACTS = (layout.CUSTOMER_VALUE, layout.BACKTEST, layout.VALUE_MODELS, layout.VALUE_METRICS)


def run_stage():
    spec = importlib.util.spec_from_file_location("value_stage", PROJECT / "pipeline" / "value.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()


def features_of(log: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Describe the buyers of a log (customer_id, ordered_at, revenue_cents), as the features stage does."""
    days = log.groupby(["customer_id", "ordered_at"], as_index=False)["revenue_cents"].sum()
    days = days[days["revenue_cents"] > 0]
    span = days.groupby("customer_id")["ordered_at"].agg(["min", "max", "size"])
    repeat = days[days["ordered_at"] > days["customer_id"].map(span["min"])]
    frame = pd.DataFrame({
        "first_purchase_on": span["min"].dt.date,
        "frequency": span["size"] - 1,
        "recency_days": (span["max"] - span["min"]).dt.days,
        "age_days": (as_of - span["min"]).dt.days,
        "monetary_cents": repeat.groupby("customer_id")["revenue_cents"].mean(),
        "revenue_cents": log.groupby("customer_id")["revenue_cents"].sum(),
        "margin_cents": np.nan,
    })  # fmt: skip
    never = pd.DataFrame(index=pd.Index(["never"], name="customer_id"), columns=frame.columns)
    return pd.concat([frame, never.assign(revenue_cents=0)]).rename_axis("customer_id").reset_index()


def prepare(folder: Path, log: pd.DataFrame) -> None:
    """Write the stage's inputs."""
    as_of = log["ordered_at"].max() + pd.Timedelta(days=1)
    text = log.assign(ordered_at=log["ordered_at"].dt.strftime("%Y-%m-%d")).to_csv(sep=" ", index=False)
    (folder / layout.CLEAN).mkdir(parents=True)
    pq.write_table(canonical("transactions", text), folder / layout.CLEAN / "transactions.parquet")
    storage.write_frame(
        features_of(log, as_of)
        .astype({"frequency": "Int64", "recency_days": "Int64", "age_days": "Int64"})
        .astype({"monetary_cents": "float64", "revenue_cents": "int64", "margin_cents": "float64"}),
        folder / layout.CUSTOMER_FEATURES,
        ["customer_id"],
    )
    storage.write_json({"as_of": as_of.date().isoformat()}, folder / layout.OBSERVATION)
    shutil.copy(PROJECT / "params.yaml", folder)


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


def test_every_buyer_is_valued_and_nobody_else(built):
    customers = pd.read_parquet(built / layout.CUSTOMER_VALUE)
    assert pq.read_schema(built / layout.CUSTOMER_VALUE) == value.CUSTOMERS_SCHEMA
    buyers = cdnow_log().query("revenue_cents > 0")["customer_id"]
    assert customers["customer_id"].tolist() == sorted(buyers.unique())
    assert customers["realised_revenue_cents"].sum() == cdnow_log()["revenue_cents"].sum()
    assert customers["p_alive"].between(0, 1).all()
    assert (customers["clv_cents"] >= 0).all()
    assert customers.notna().all().all()


def test_clv_is_discounted_margin(built):
    customers = pd.read_parquet(built / layout.CUSTOMER_VALUE)
    undiscounted = customers["expected_purchases"] * customers["expected_spend_cents"] * 0.25
    some = customers["clv_cents"] > 100
    ratio = customers["clv_cents"][some] / undiscounted[some]
    assert ratio.between(1 / 1.10 - 0.005, 1.005).all()


def test_models_say_how_they_were_made(built):
    models = read(built, layout.VALUE_MODELS)
    assert models["purchases"]["unit"] == "days"
    assert models["purchases"]["verdict"]["status"] == "ok"
    assert load(models["purchases"]).alpha_ == models["purchases"]["parameters"]["alpha"]["estimate"]
    assert models["choice"]["model"] == models["purchases"]["model"] == models["backtest"]["best_model"]
    assert models["choice"]["by"] == "backtest"
    assert [row["model"] for row in models["choice"]["candidates"]] == ["bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"]
    assert models["data_window"]["first_purchase"] == "1997-01-01"
    assert models["margin"] == {"share": 0.25, "is_assumed": True, "n_customers_with_costs": 0}
    assert models["whale"]["basis"] == "revenue"
    assert [c for c in models["caveats"] if "no costs" in c]
    calibration = models["backtest"]["calibration"]
    assert {(row["forecaster"], row["group"]) for row in calibration} >= {("bg_nbd", 1), ("bg_nbd", 10), ("rate", 5)}


def test_backtest_and_metrics_agree(built):
    scores = pd.read_parquet(built / layout.BACKTEST)
    metrics = read(built, layout.VALUE_METRICS)
    assert pq.read_schema(built / layout.BACKTEST) == value.BACKTEST_SCHEMA
    means = scores.groupby("forecaster")["normalised_gini"].mean()
    assert metrics["backtest"]["mean_over_origins"]["bg_nbd"]["normalised_gini"] == pytest.approx(means["bg_nbd"])
    ok = scores.groupby("forecaster")["verdict"].agg(lambda verdicts: (verdicts == "ok").all())
    is_model = scores.groupby("forecaster")["kind"].first() == "model"
    assert metrics["backtest"]["model_beats_rules"] == bool(means[ok & is_model].max() > means[~is_model].max())
    assert metrics["purchases_model"] == means[ok & is_model].idxmax()
    customers = pd.read_parquet(built / layout.CUSTOMER_VALUE)
    assert metrics["clv_cents"] == customers["clv_cents"].sum()


def test_a_second_run_writes_the_same_bytes(built, monkeypatch, tmp_path):
    before = {artefact: (built / artefact).read_bytes() for artefact in ARTEFACTS}
    monkeypatch.chdir(built)
    run_stage()
    assert {artefact: (built / artefact).read_bytes() for artefact in ARTEFACTS} == before


def stop(folder, log, monkeypatch):
    prepare(folder, log)
    monkeypatch.chdir(folder)
    with pytest.raises(CrmwbError) as stopped:
        run_stage()
    assert not any((folder / artefact).exists() for artefact in ARTEFACTS)
    return str(stopped.value)


def test_one_purchase_each_stops_with_what_to_do(tmp_path, monkeypatch):
    said = stop(tmp_path, cdnow_log().drop_duplicates("customer_id"), monkeypatch)
    assert said.startswith("value: no repeat purchase by any of 2,3")
    assert "use a longer history" in said


def test_one_customer_stops_with_what_to_do(tmp_path, monkeypatch):
    log = cdnow_log()
    said = stop(tmp_path, log[log["customer_id"] == "00004"], monkeypatch)
    assert "only 1 of 1 customers made a repeat purchase" in said


def test_nobody_bought_stops(tmp_path):
    customers = pd.DataFrame({"customer_id": ["a"], "frequency": [None]})
    with pytest.raises(CrmwbError, match="no customer has a purchase before as_of"):
        value.buyers_of(customers)


def test_a_short_window_is_valued_without_a_backtest(tmp_path, monkeypatch):
    log = cdnow_log()
    prepare(tmp_path, log[log["ordered_at"] < log["ordered_at"].min() + timedelta(days=60)])
    monkeypatch.chdir(tmp_path)
    run_stage()
    assert pd.read_parquet(layout.BACKTEST).empty
    backtest = storage.read_json(layout.VALUE_MODELS)["backtest"]
    assert backtest["champion"] is None
    assert len(backtest["skipped"]) == 3
    assert "could be tested" in backtest["finding"]


def test_most_customers_at_the_left_edge_is_a_caveat(tmp_path, monkeypatch):
    log = cdnow_log()
    first = log.groupby("customer_id")["ordered_at"].transform("min")
    january = log[first < "1997-01-31"]
    february = log[(first >= "1997-02-10") & (log["customer_id"].str[-1] == "0")]
    prepare(tmp_path, pd.concat([january, february]))
    monkeypatch.chdir(tmp_path)
    run_stage()
    assert any("first seen in the first 30 days" in c for c in storage.read_json(layout.VALUE_MODELS)["caveats"])


def test_spends_of_no_mean_are_valued_by_each_customers_own():
    buyers = pd.DataFrame({"frequency": [0, 1, 3], "monetary_cents": [np.nan, 400.0, 2000.0]})
    frequency, spend = buyers["frequency"].to_numpy(), buyers["monetary_cents"].to_numpy()
    model = value.potential.customers.GammaGamma().fit(frequency, spend)
    assert not model.verdict_.is_ok
    # who has no repeat purchase gets the mean over all four repeat purchases
    assert value.potential.customers.expected_spend(buyers, model).tolist() == [(400 + 3 * 2000) / 4, 400, 2000]
