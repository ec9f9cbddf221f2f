"""The whole segment model: every customer once, money to the cent, who never bought apart, the stage's artefacts."""

import json
import runpy
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from project import PROJECT, change_params
from segment_frames import CHOICES, PLANTED_FEATURES, SEED, choices, people, planted
from threadpoolctl import threadpool_limits

from crmwb import layout, segmentation, storage
from crmwb.contract import features, value
from crmwb.contract.segments import ARTEFACTS, CUSTOMERS
from crmwb.errors import CrmwbError
from crmwb.findings import from_json
from crmwb.findings.say import say

AS_OF = "2024-07-01"
NAMES = [level.name for level in CHOICES.value.scorecard.levels]


def mixed() -> pd.DataFrame:
    """Planted customers, and four who never bought: two of them only returned something."""
    buyers, _ = planted(n=300)
    never = people(
        "customer_id n_purchase_days days_since_last revenue_cents\nn1 0 - 0\nn2 0 - 0\nn3 0 - -5\nn4 0 - -7"
    )
    out = pd.concat([never, buyers], ignore_index=True)
    tier = np.select([out["revenue_cents"] > 15_000, out["revenue_cents"] > 5_000], ["vip", "important"], "small")
    return out.assign(tier=np.where(out["n_purchase_days"] > 0, tier, "potential"))


@pytest.fixture(scope="module")
def fitted() -> tuple[pd.DataFrame, dict, pd.DataFrame]:
    features = mixed()
    model = segmentation.fit(features, AS_OF, choices(features=PLANTED_FEATURES), SEED)
    return features, model, segmentation.score(features, model)


def test_every_customer_is_scored_once_in_the_order_given(fitted):
    features, model, customers = fitted
    assert customers["customer_id"].tolist() == features["customer_id"].tolist()
    assert customers.columns.tolist() == CUSTOMERS.names
    assert (model["n_customers"], model["n_buyers"], model["as_of"]) == (304, 300, AS_OF)


def test_who_never_bought_has_no_scores_and_is_potential(fitted):
    _, _, customers = fitted
    never = customers[customers.customer_id.str.startswith("n")]
    assert set(never["rfm_segment"]) == {"never_bought"}
    assert set(never["cluster_name"]) == {"never_bought"}
    scores = ["recency_score", "frequency_score", "monetary_score", "frequency_monetary_score", "cluster"]
    assert never[scores].isna().all(axis=None)
    assert customers.drop(never.index)[scores].notna().all(axis=None)


def test_profiles_add_up_to_all_customers_and_all_revenue_to_the_cent(fitted):
    features, model, customers = fitted
    profiles = segmentation.profiles(features, customers, model, NAMES)
    by_scheme = profiles.groupby("scheme")
    assert set(by_scheme.groups) == {"rfm_segment", "rfm_class", "tier", "cluster_name"}
    assert set(by_scheme["n_customers"].sum()) == {304}
    assert set(by_scheme["revenue_cents"].sum()) == {int(features["revenue_cents"].sum())}
    assert by_scheme["customer_share"].sum().tolist() == pytest.approx([1] * 4, abs=1e-5)
    assert by_scheme["revenue_share"].sum().tolist() == pytest.approx([1] * 4, abs=1e-5)


def test_a_profile_is_what_a_person_counts(fitted):
    features, model, customers = fitted
    profiles = segmentation.profiles(features, customers, model, NAMES).set_index(["scheme", "segment"])
    best = profiles.loc[("cluster_name", model["clusters"]["clusters"][0]["name"])]
    own = features[features["revenue_cents"] == 20_000]
    assert best["position"] == 1
    assert best["n_customers"] == len(own)
    assert best["mean_revenue_cents"] == 20_000
    assert best["mean_order_cents"] == round(20_000 * len(own) / own["n_orders"].sum())
    assert best["median_days_since_last"] == own["days_since_last"].median()
    assert best["mean_discount_share"] == pytest.approx(own["discount_share"].mean(), abs=1e-6)
    assert pd.isna(best["margin_cents"])
    never = profiles.loc[("tier", "potential")]
    assert (never["n_customers"], never["revenue_cents"]) == (4, -12)
    assert pd.isna(never["mean_order_cents"])


def test_tiers_and_segments_come_in_the_order_of_params(fitted):
    features, model, customers = fitted
    profiles = segmentation.profiles(features, customers, model, NAMES)
    tiers = profiles[profiles.scheme == "tier"].sort_values("position")["segment"].tolist()
    named = NAMES
    assert tiers == [*(name for name in named if name in tiers), "potential"]
    assert len(tiers) > 2


def test_a_model_read_back_from_json_scores_the_same(fitted):
    features, model, customers = fitted
    pd.testing.assert_frame_equal(segmentation.score(features, json.loads(json.dumps(model))), customers)


def test_customers_score_the_same_alone_as_together(fitted):
    features, model, customers = fitted
    some = features.iloc[[0, 10, 200]]
    pd.testing.assert_frame_equal(segmentation.score(some, model), customers.iloc[[0, 10, 200]].reset_index(drop=True))


def test_the_order_of_rows_changes_nothing(fitted):
    features, model, customers = fitted
    shuffled = features.sample(frac=1, random_state=1)
    again = segmentation.fit(shuffled, AS_OF, choices(features=PLANTED_FEATURES), SEED)
    assert json.dumps(again) == json.dumps(model)
    scored = segmentation.score(shuffled, again)
    same = scored.set_index("customer_id").loc[customers["customer_id"]].reset_index()
    pd.testing.assert_frame_equal(same, customers)
    pd.testing.assert_frame_equal(
        segmentation.profiles(shuffled, scored, again, NAMES), segmentation.profiles(features, customers, model, NAMES)
    )


@pytest.mark.parametrize(
    "text",
    ["n_purchase_days days_since_last revenue_cents\n4 10 900", "revenue_cents\n" + "700\n" * 30],
    ids=["one customer", "identical customers"],
)
def test_customers_who_do_not_differ_are_in_the_middle_of_everything(text):
    features = people(text)
    model = segmentation.fit(features, AS_OF, choices(features=("n_orders", "days_since_last")), SEED)
    customers = segmentation.score(features, model)
    assert set(customers["recency_score"]) == set(customers["frequency_monetary_score"]) == {3}
    assert set(customers["rfm_segment"]) == {"need_attention"}
    assert set(customers["cluster_name"]) == {"all_customers"}
    profiles = segmentation.profiles(features, customers, model, NAMES)
    assert set(profiles["revenue_share"]) == {1}
    numbers = segmentation.metrics(customers, model)
    assert numbers["clusters"]["kind"] == "none"
    json.dumps(numbers, allow_nan=False)


def test_all_bought_once_score_the_same_frequency_and_differ_by_money():
    features = people(
        "revenue_cents days_since_last mean_gap_days\n" + "".join(f"{i * 100} {i} -\n" for i in range(1, 41))
    )
    model = segmentation.fit(features, AS_OF, choices(features=("revenue_cents", "mean_gap_days")), SEED)
    customers = segmentation.score(features, model)
    assert set(customers["frequency_score"]) == {3}
    assert customers["monetary_score"].value_counts().to_dict() == {1: 8, 2: 8, 3: 8, 4: 8, 5: 8}
    assert [(d["column"], say(from_json(d["why"]))) for d in model["clusters"]["dropped"]] == [
        ("mean_gap_days", "Unknown for all customers. Required data: the table transactions.")
    ]


def test_revenue_that_adds_up_to_nothing_has_no_shares():
    features = people("revenue_cents\n500\n-500")
    model = segmentation.fit(features, AS_OF, choices(features=("n_orders", "days_since_last")), SEED)
    assert segmentation.profiles(features, segmentation.score(features, model), model, ())["revenue_share"].isna().all()


def test_nobody_bought_is_refused():
    with pytest.raises(CrmwbError, match="none of 2 customers bought anything before 2024-07-01"):
        segmentation.fit(people("n_purchase_days\n0\n0"), AS_OF, choices(), SEED)


def test_a_missing_column_is_named():
    with pytest.raises(
        CrmwbError, match=r"customers.parquet: no column days_since_last, revenue_cents; run `dvc repro"
    ):
        segmentation.fit(
            people("n_purchase_days\n1").drop(columns=["days_since_last", "revenue_cents"]), AS_OF, choices(), 1
        )


def test_scoring_only_customers_who_never_bought(fitted):
    _, model, _ = fitted
    never = mixed().head(4)
    assert set(segmentation.score(never, model)["rfm_segment"]) == {"never_bought"}


@pytest.fixture
def project(built_project, tmp_path, monkeypatch) -> Path:
    """What the stage reads of a built project, in a folder of its own; as the working directory."""
    for name in ("params.yaml", "marketing_mix.yaml"):
        shutil.copy(built_project / name, tmp_path)
    (tmp_path / "data").mkdir()
    for folder in ("features", "snapshots", "value", "lifecycle", "quality"):
        (tmp_path / "data" / folder).symlink_to(built_project / "data" / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


OUTPUTS = (layout.SEGMENT_MODEL, layout.SEGMENT_METRICS, *(artefact.path for artefact in ARTEFACTS))


def run_the_stage() -> int:
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(PROJECT / "pipeline" / "segment.py"), run_name="__main__")
    return ended.value.code


def test_the_stage_writes_its_artefacts_with_their_schemas_and_the_same_bytes_at_one_thread_and_two(project):
    written = []
    for threads in (1, 2):
        change_params(project, lambda content, n=threads: content["engine"].update(threads=n))
        with threadpool_limits(threads):
            assert run_the_stage() == 0
        written.append({path: path.read_bytes() for path in OUTPUTS})
    assert written[0] == written[1]
    for artefact in ARTEFACTS:
        assert pq.read_schema(artefact.path).equals(artefact.schema), artefact.path
    customers = storage.read_frame(layout.CUSTOMER_SEGMENTS)
    numbers = storage.read_json(layout.SEGMENT_METRICS)
    assert numbers["n_customers"] == sum(numbers["rfm_segments"].values()) == len(customers) == 2357
    assert (customers["rfm_segment"] == "never_bought").sum() == 8
    assert 0 <= numbers["rfm"]["monthly_change_share"] <= 1
    assert numbers["segments"]["accepted"] <= numbers["segments"]["k"] == numbers["clusters"]["k"]
    model = storage.read_json(layout.SEGMENT_MODEL)
    again = segmentation.score(storage.read_joined("customer_id", features.CUSTOMERS, value.CUSTOMERS), model)
    assert again["cluster"].equals(customers["cluster"].astype("Int64"))
    assert again["value_class"].fillna("").tolist() == customers["value_class"].fillna("").tolist()


def test_the_stage_stops_with_one_sentence_at_a_column_that_is_none(project, capsys):
    unknown = {"column": "n_purchases", "transform": "log"}
    change_params(project, lambda c: c["segmentation"]["views"]["declared"]["behavioural"]["columns"].append(unknown))
    assert run_the_stage() == 1
    message = " ".join(capsys.readouterr().err.split())
    assert "segmentation.views.declared.behavioural: n_purchases: no such column; did you mean" in message
    assert not any(path.exists() for path in OUTPUTS)


def test_a_source_without_transactions_has_no_segments_and_says_what_it_needs():
    features = people("customer_id n_purchase_days days_since_last revenue_cents n_orders\na - - - -\nb - - - -")
    model = segmentation.fit(features, AS_OF, choices(), SEED)
    customers = segmentation.score(features, json.loads(json.dumps(model)))
    assert say(from_json(model["clusters"]["verdict"])) == (
        "There are no segments: segments need purchases, and this source has none (table transactions)."
    )
    assert customers.columns.tolist() == CUSTOMERS.names
    assert customers.drop(columns="customer_id").isna().all(axis=None)
    assert segmentation.profiles(features, customers, model, NAMES).empty
    assert segmentation.metrics(customers, model)["n_buyers"] == 0
