"""Month ends in, moves out: nobody is lost, money adds up, and reasons can be checked."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmwb import layout, migration, params, storage
from crmwb.contract.migration import CHANGES, TRANSITIONS
from crmwb.findings import Count, Days, Finding, dumps, language
from crmwb.findings.say import say
from crmwb.migration import changes
from crmwb.segmentation import rfm
from crmwb.workbench.migration import Migration

PROJECT = Path(__file__).parents[2]
P = params.load(PROJECT / "params.yaml")
ENDS = [date(2024, month, 1) for month in (2, 3, 4, 5)]
NO_PURCHASE = dumps(Finding("migration.reason.no_purchase", {"days": Days(32)}))
NOBODY = {"clusters": [], "columns": [], "evidence": [], "k": 0}
N = 200


def month_ends() -> pd.DataFrame:
    """Two hundred customers, a tenth of whom come at each month end; each buys by its number, and one falls silent.

    Customer c000 bought every day until the third month end, and never again.
    """
    frames = []
    rng = np.random.default_rng(5)
    orders = np.zeros(N, dtype=np.int64)
    for i, end in enumerate(ENDS):
        bought = rng.poisson(np.linspace(8, 0.5, N)) + (orders == 0)
        bought[0] = 40 if i < 3 else 0
        orders = orders + bought
        known = np.arange(N) < N * (0.7 + 0.1 * i)
        silent = np.where(bought > 0, rng.integers(1, 25, N), 31 + 30 * i)
        silent[0] = 1 if i < 3 else 32
        frame = pd.DataFrame(
            {
                "as_of": end,
                "customer_id": [f"c{c:03d}" for c in range(N)],
                "n_purchase_days": orders,
                "n_orders": orders,
                "days_since_last": silent,
                "revenue_cents": orders * 1_000,
                "mean_gap_days": 30 / np.maximum(orders, 1),
                "frequency": orders - 1,
                "recency_days": 30 * i,
                "age_days": 30 * i + 30,
            }
        )
        frames.append(frame[known])
    return pd.concat(frames, ignore_index=True)


def tier_months(every: pd.DataFrame) -> pd.DataFrame:
    """Tiers by revenue, cut at each month end, and by the cuts of the month end before."""
    names = np.array([level.name for level in P.value.scorecard.levels])
    frames, before = [], None
    for end in ENDS:
        rows = every[every["as_of"] == end]
        cuts = np.quantile(rows["revenue_cents"], [0.95, 0.8, 0.5])
        tier, by_former = (
            names[(rows["revenue_cents"].to_numpy()[:, None] < at).sum(axis=1)]
            for at in (cuts, cuts if before is None else before)
        )
        frames.append(rows[["as_of", "customer_id"]].assign(tier=tier, tier_by_former_definition=by_former))
        before = cuts
    return pd.concat(frames, ignore_index=True)


def sources(folder: Path, **changed: Path) -> migration.Sources:
    paths = {"snapshots": folder / "snapshots.parquet", "stages": folder / "stages.parquet"} | changed
    written = {"tier": folder / "tiers.parquet", "rfm_segment": folder / "rfm.parquet"}
    return migration.Sources(paths["snapshots"], paths["stages"], written)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("migration")
    every = month_ends()
    every.to_parquet(folder / "snapshots.parquet", index=False)
    stage = np.where(every["days_since_last"] > 30, "lapsed", "growth")
    months = every[["as_of", "customer_id"]].assign(stage=stage, revenue_cents=0)
    months.to_parquet(folder / "stages.parquet", index=False)
    last = every[every["as_of"] == ENDS[-1]]
    s = P.segmentation
    classic = s.rfm.model_copy(update={"recency_step_days": 1, "hysteresis_points": 0})
    ids = pa.array(sorted(every["customer_id"].unique()), type=pa.string())
    followed = rfm.follow(folder / "snapshots.parquet", date(2024, 6, 1), classic, ids)
    pq.write_table(pa.Table.from_batches(followed.months.batches()), folder / "rfm.parquet")
    tier_months(every).to_parquet(folder / "tiers.parquet", index=False)
    model = {"rfm": rfm.fit(last, s.rfm), "clusters": NOBODY}
    build = migration.build(sources(folder), model, P, "2024-01-05", "EUR")
    return every, build, model, folder


def test_every_customer_is_in_one_move_a_month_and_all_money_too(migrated):
    every, build, _, _ = migrated
    for _, rows in build.transitions.groupby(["scheme", "definition"]):
        counts = rows.groupby("as_of")["n_customers"].sum()
        assert counts.tolist() == [160, 180, 200]
        assert rows[rows["from_segment"] == "new"].groupby("as_of")["n_customers"].sum().tolist() == [20, 20, 20]
        cents = rows.groupby("as_of")["revenue_cents"].sum()  # the history is younger than twelve months
        assert cents.tolist() == every[every["as_of"] > ENDS[0]].groupby("as_of")["revenue_cents"].sum().tolist()


def test_those_who_moved_did_so_for_one_reason_and_a_frozen_definition_moves_nobody(migrated):
    transitions = migrated[1].transitions
    moved = (transitions["from_segment"] != transitions["to_segment"]) & (transitions["from_segment"] != "new")
    causes = transitions[["n_behaviour", "n_redefinition", "n_both"]]
    assert (causes.sum(axis=1) == transitions["n_customers"].where(moved, 0)).all()
    frozen = transitions["definition"] == "frozen"
    assert (causes[frozen][["n_redefinition", "n_both"]] == 0).all(axis=None)
    assert causes[~frozen]["n_redefinition"].sum() > 0  # cuts by shares follow the base


def test_files_with_rows_in_any_order_say_the_same(migrated, tmp_path):
    _, build, model, folder = migrated
    for file in folder.glob("*.parquet"):
        pd.read_parquet(file).sample(frac=1, random_state=7).to_parquet(tmp_path / file.name, index=False)
    again = migration.build(sources(tmp_path), model, P, "2024-01-05", "EUR")
    for name in ("transitions", "shares", "changes", "long_run"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(build, name))


def test_a_reason_that_many_share_is_written_once(migrated, monkeypatch):
    _, build, model, folder = migrated
    written = []
    monkeypatch.setattr(changes, "dumps", lambda reason: written.append(reason) or dumps(reason))
    again = migration.build(sources(folder), model, P, "2024-01-05", "EUR")
    assert again.changes["reason"].tolist() == build.changes["reason"].tolist()
    assert len(written) < len(build.changes)


def test_probabilities_and_long_run_shares_add_up_to_one(migrated):
    build = migrated[1]
    sums = build.probabilities.groupby(["scheme", "definition", "from_segment"])["probability"].sum()
    assert np.allclose(sums, 1, atol=1e-4)
    shares = build.long_run.groupby(["scheme", "definition"])[
        ["now_share", "long_run_share", "long_run_with_new_share"]
    ].sum()
    assert np.allclose(shares, 1)


def test_annual_revenue_is_that_of_the_month_after_twelve_times(migrated):
    every, build, _, _ = migrated
    before, bought, n = None, 0, 0
    for end in ENDS:
        now = every[every["as_of"] == end].set_index("customer_id")
        if before is not None:
            lapsed = before.index[before["days_since_last"] > 30]
            bought += int((now["revenue_cents"][lapsed] - before["revenue_cents"][lapsed]).sum())
            n += len(lapsed)
        before = now
    annual = build.long_run.query("scheme == 'stage' and segment == 'lapsed'")["annual_revenue_cents"].item()
    assert annual == pytest.approx(12 * bought / n)


def test_the_best_customer_who_fell_silent_moved_down_for_that_reason(migrated):
    changed = migrated[1].changes
    first = changed[changed["customer_id"] == "c000"].set_index("scheme")
    assert set(first["direction"]) == {"down"}
    assert first.loc["stage", "reason"] == NO_PURCHASE
    assert first.loc["rfm_segment", "reason"] == NO_PURCHASE
    assert changed["position"].tolist() == list(range(1, len(changed) + 1))
    assert changed["revenue_cents"].is_monotonic_decreasing


def test_changes_are_the_transitions_of_the_last_month(migrated):
    build = migrated[1]
    rows = build.transitions[
        (build.transitions["as_of"] == ENDS[-1]) & build.transitions["direction"].isin(["up", "down", "across"])
    ]
    for scheme, definition in build.facts["headline"].items():
        of_scheme = build.changes[build.changes["scheme"] == scheme]
        counted = rows[(rows["scheme"] == scheme) & (rows["definition"] == definition)]
        assert len(of_scheme) == counted["n_customers"].sum()
        assert of_scheme["revenue_cents"].sum() == counted["revenue_cents"].sum()


def test_a_chain_says_how_many_customers_change_in_a_month(migrated):
    build = migrated[1]
    for chain in build.facts["chains"]:
        of = (build.transitions["scheme"] == chain["scheme"]) & (build.transitions["definition"] == chain["definition"])
        rows = build.transitions[of & (build.transitions["from_segment"] != "new")]
        moved = rows.loc[rows["from_segment"] != rows["to_segment"], "n_customers"].sum()
        assert chain["moved_a_month"] == pytest.approx(moved / rows["n_customers"].sum(), abs=1e-6)


def test_what_is_missing_is_said(migrated, tmp_path):
    _, build, model, folder = migrated
    assert {row["scheme"] for row in build.facts["not_available"]} == {"cluster_name"}
    without = migration.build(sources(folder, stages=tmp_path / "none.parquet"), model, P, "2024-01-05", "EUR")
    assert {row["scheme"] for row in without.facts["not_available"]} == {"cluster_name", "stage"}


@pytest.mark.parametrize("case", ["one month end", "no purchases"])
def test_where_no_customer_can_change_the_tables_are_empty_and_the_facts_hold_why(
    migrated, tmp_path, monkeypatch, case
):
    every, _, model, folder = migrated
    if case == "one month end":
        every[every["as_of"] == ENDS[0]].to_parquet(tmp_path / "snapshots.parquet", index=False)
    else:
        model = {"rfm": None, "clusters": NOBODY}
    snapshots = tmp_path / "snapshots.parquet" if case == "one month end" else folder / "snapshots.parquet"
    build = migration.build(
        sources(folder, snapshots=snapshots, stages=tmp_path / "none.parquet"), model, P, "2024-01-05", "EUR"
    )
    monkeypatch.chdir(tmp_path)
    migration.write(build)
    assert storage.read_frame(layout.MIGRATION_TRANSITIONS).columns.tolist() == TRANSITIONS.names
    view = Migration(tmp_path, "EUR")
    assert view.schemes == []
    assert view.finding.code == "migration.unavailable.history"
    assert "two month ends" in say(view.finding)


def test_the_order_of_rows_changes_nothing(migrated, tmp_path):
    every, build, model, folder = migrated
    every.sample(frac=1, random_state=1).to_parquet(tmp_path / "snapshots.parquet", index=False)
    again = migration.build(sources(folder, snapshots=tmp_path / "snapshots.parquet"), model, P, "2024-01-05", "EUR")
    pd.testing.assert_frame_equal(again.changes, build.changes)
    pd.testing.assert_frame_equal(again.transitions, build.transitions)


def test_the_workbench_says_it_in_both_languages_and_draws_it(migrated, tmp_path, monkeypatch):
    build = migrated[1]
    monkeypatch.chdir(tmp_path)
    migration.write(build)
    (tmp_path / "params.yaml").write_text((PROJECT / "params.yaml").read_text())
    report = {"psi": [{"kind": "feature", "name": "n_orders", "psi": 0.3}], "verdict": "Time to look."}
    storage.write_json(report, tmp_path / layout.REFIT_REPORT)
    view = Migration(tmp_path, "EUR")
    assert view.schemes == ["tier", "rfm_segment", "stage"]
    assert view.changes.columns.tolist() == CHANGES.names
    up = build.facts["last_month"]["tier"]["up"]["n_customers"]
    assert view.finding.values["n_up"] == Count(up, "customer")
    assert say(view.finding).startswith(f"In the last month, {up} customers moved up")
    with language.using("zh"):
        assert say(view.finding).startswith(f"上月按价值等级，{up}位客户上升")
        assert say(view.long_run_finding("tier")).endswith("。")
        assert say(view.stability("tier")).endswith("。")
    assert len(view.last_transitions("stage"))
    first = view.largest_changes("stage", "down", 3).iloc[0]
    assert first["customer_id"] == "c000"
    assert say(first["reason"]) == "No purchase for 32 days"
    for picture in (
        view.plot_flows(),
        view.plot_net_flows(),
        view.plot_shares(),
        view.plot_long_run(),
        view.plot_drift(),
    ):
        assert "<img" in picture._repr_html_() or "<svg" in picture._repr_html_()
    assert "tier" in view._repr_html_()
