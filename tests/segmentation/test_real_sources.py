"""Segments where the truth is known, and on real data: found, or refused for a reason that is said."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from exporting import project_params
from project import PROJECT
from segment_frames import CHOICES, SEED, choices
from sklearn.metrics import adjusted_rand_score

from crmwb import engine, segmentation, storage
from crmwb.features.customers import customers
from crmwb.findings import Unavailable, from_json, loads
from crmwb.params import EngineParams
from crmwb.segmentation import acceptance, clusters, rules
from crmwb.sources import ingest


def described(folder: Path, as_of: date) -> pd.DataFrame:
    """Return the features of every customer, from canonical tables."""
    with engine.connect(EngineParams(threads=2, memory_limit_gb=2)) as con:
        tables = storage.open_tables(con, folder)
        frame = engine.batches(con, customers(tables, as_of, CHOICES.features)).read_pandas()
    return frame.sort_values("customer_id", ignore_index=True)


def test_the_planted_segments_of_the_simulated_company_are_found(b2b_company):
    customers = described(b2b_company.folder, date(2026, 1, 1))
    buyers = customers[customers["n_purchase_days"] > 0]
    model = clusters.fit(buyers, choices(k_max=6, n_bootstrap=6, methods=("kmeans",)), SEED)
    scored = clusters.score(buyers, model)["cluster"]
    planted = b2b_company.truth["segment"].reindex(buyers["customer_id"])
    assert adjusted_rand_score(planted.to_numpy(), scored.to_numpy()) >= 0.9
    assert (model["kind"], model["k"]) == ("natural", planted.nunique())


@pytest.mark.parametrize(("source", "as_of"), [("superstore", date(2017, 12, 31)), ("maven_crm", date(2018, 1, 1))])
def test_real_data_has_segments_that_stand_or_a_reason_why_not(shared_data, tmp_path, source, as_of):
    mapped = {"kind": "files", "mapping": str(PROJECT / "mappings" / f"{source}.yaml")}
    ingest(project_params(**mapped, directory=str(shared_data / source)), tmp_path)
    known, chosen = described(tmp_path, as_of), choices(n_bootstrap=4)
    model = segmentation.fit(known, as_of.isoformat(), chosen, SEED)
    clustering, segments = model["clusters"], segmentation.score(known, model)
    assert (from_json(clustering["verdict"]).code == "clusters.natural") == (clustering["kind"] == "natural")
    assert set(segments["cluster"].dropna()) == set(range(1, clustering["k"] + 1))
    rule_table = rules.fit(known, segments, chosen, SEED)
    tests = acceptance.test(known, segments, clustering, rule_table, chosen, later=None, actions=None, currency="USD")
    assert tests.groupby("cluster")["test"].nunique().tolist() == [8] * clustering["k"]
    unknown = tests["number"].isna()
    assert all(isinstance(loads(meaning), Unavailable) for meaning in tests.loc[unknown, "meaning"])
    assert tests.loc[~unknown, "is_passed"].notna().all()
    verdicts = acceptance.verdicts(tests)
    assert (verdicts["is_accepted"] | (verdicts["failed"] != "")).all()
