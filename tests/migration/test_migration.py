"""Month ends in, moves out: nobody is lost, money adds up, and reasons can be checked."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmwb import layout, migration, params, storage
from crmwb.migration.artefacts import MOVERS_SCHEMA, MOVES_SCHEMA
from crmwb.segmentation import rfm
from crmwb.workbench.migration import Migration

PROJECT = Path(__file__).parents[2]
P = params.load(PROJECT / "params.yaml")
ENDS = [date(2024, month, 1) for month in (2, 3, 4, 5)]
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
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("migration")
    every = month_ends()
    every.to_parquet(folder / "snapshots.parquet", index=False)
    stage = np.where(every["days_since_last"] > 30, "lapsed", "growth")
    months = every[["as_of", "customer_id"]].assign(stage=stage, revenue_cents=0)
    months.to_parquet(folder / "stages.parquet", index=False)
    last = every[every["as_of"] == ENDS[-1]]
    s = P.segmentation
    classic = s.rfm.model_copy(update={"recency_step_days": 1, "hysteresis_points": 0})
    rfm.follow(folder / "snapshots.parquet", date(2024, 6, 1), classic).months.to_parquet(folder / "rfm.parquet")
    tier_months(every).to_parquet(folder / "tiers.parquet", index=False)
    model = {"rfm": rfm.fit(last, s.rfm), "clusters": NOBODY}
    build = migration.build(sources(folder), model, P, "2024-01-05")
    return every, build, model, folder


def test_every_customer_is_in_one_move_a_month_and_all_money_too(made):
    every, build, _, _ = made
    for _, rows in build.moves.groupby(["scheme", "definition"]):
        counts = rows.groupby("as_of")["n_customers"].sum()
        assert counts.tolist() == [160, 180, 200]
        assert rows[rows["from_segment"] == "new"].groupby("as_of")["n_customers"].sum().tolist() == [20, 20, 20]
        cents = rows.groupby("as_of")["revenue_cents"].sum()  # the history is younger than twelve months
        assert cents.tolist() == every[every["as_of"] > ENDS[0]].groupby("as_of")["revenue_cents"].sum().tolist()


def test_those_who_moved_did_so_for_one_reason_and_a_frozen_definition_moves_nobody(made):
    moves = made[1].moves
    moved = (moves["from_segment"] != moves["to_segment"]) & (moves["from_segment"] != "new")
    causes = moves[["n_behaviour", "n_redefinition", "n_both"]]
    assert (causes.sum(axis=1) == moves["n_customers"].where(moved, 0)).all()
    frozen = moves["definition"] == "frozen"
    assert (causes[frozen][["n_redefinition", "n_both"]] == 0).all(axis=None)
    assert causes[~frozen]["n_redefinition"].sum() > 0  # cuts by shares follow the base


def test_chances_add_up_to_one_and_steady_shares_too(made):
    build = made[1]
    sums = build.chances.groupby(["scheme", "definition", "from_segment"])["chance"].sum()
    assert np.allclose(sums, 1, atol=1e-4)
    shares = build.steady.groupby(["scheme", "definition"])[
        ["now_share", "steady_share", "steady_with_new_share"]
    ].sum()
    assert np.allclose(shares, 1)


def test_a_segment_is_worth_what_its_customers_bring_in_the_month_after(made):
    every, build, _, _ = made
    before, bought, n = None, 0, 0
    for end in ENDS:
        now = every[every["as_of"] == end].set_index("customer_id")
        if before is not None:
            lapsed = before.index[before["days_since_last"] > 30]
            bought += int((now["revenue_cents"][lapsed] - before["revenue_cents"][lapsed]).sum())
            n += len(lapsed)
        before = now
    worth = build.steady.query("scheme == 'stage' and segment == 'lapsed'")["worth_cents"].item()
    assert worth == pytest.approx(12 * bought / n)


def test_the_best_customer_who_fell_silent_moved_down_and_the_reason_says_so(made):
    movers = made[1].movers
    first = movers[movers["customer_id"] == "c000"].set_index("scheme")
    assert set(first["direction"]) == {"down"}
    assert first.loc["stage", "reason"] == "no purchase for 32 days"
    assert first.loc["rfm_segment", "reason"] == "no purchase for 32 days"
    assert movers["position"].tolist() == list(range(1, len(movers) + 1))
    assert movers["revenue_cents"].is_monotonic_decreasing


def test_movers_are_the_moves_of_the_last_month(made):
    build = made[1]
    rows = build.moves[(build.moves["as_of"] == ENDS[-1]) & build.moves["direction"].isin(["up", "down", "across"])]
    for scheme, definition in build.facts["headline"].items():
        found = build.movers[build.movers["scheme"] == scheme]
        counted = rows[(rows["scheme"] == scheme) & (rows["definition"] == definition)]
        assert len(found) == counted["n_customers"].sum()
        assert found["revenue_cents"].sum() == counted["revenue_cents"].sum()


def test_what_is_missing_is_said(made, tmp_path):
    _, build, model, folder = made
    assert {row["what"] for row in build.facts["not_available"]} == {"cluster_name"}
    without = migration.build(sources(folder, stages=tmp_path / "none.parquet"), model, P, "2024-01-05")
    assert {row["what"] for row in without.facts["not_available"]} == {"cluster_name", "stage"}


@pytest.mark.parametrize("case", ["one month end", "no purchases"])
def test_where_nobody_can_move_the_tables_are_empty_and_the_reason_is_told(made, tmp_path, monkeypatch, case):
    every, _, model, folder = made
    if case == "one month end":
        every[every["as_of"] == ENDS[0]].to_parquet(tmp_path / "snapshots.parquet", index=False)
    else:
        model = {"rfm": None, "clusters": NOBODY}
    snapshots = tmp_path / "snapshots.parquet" if case == "one month end" else folder / "snapshots.parquet"
    build = migration.build(
        sources(folder, snapshots=snapshots, stages=tmp_path / "none.parquet"), model, P, "2024-01-05"
    )
    monkeypatch.chdir(tmp_path)
    migration.write(build)
    assert storage.read_frame(layout.MIGRATION_MOVES).columns.tolist() == MOVES_SCHEMA.names
    door = Migration(tmp_path, "EUR")
    assert door.schemes == []
    assert "two month ends" in door.finding


def test_the_order_of_rows_changes_nothing(made, tmp_path):
    every, build, model, folder = made
    every.sample(frac=1, random_state=1).to_parquet(tmp_path / "snapshots.parquet", index=False)
    again = migration.build(sources(folder, snapshots=tmp_path / "snapshots.parquet"), model, P, "2024-01-05")
    pd.testing.assert_frame_equal(again.movers, build.movers)
    pd.testing.assert_frame_equal(again.moves, build.moves)


def test_the_door_says_it_in_words_and_draws_it(made, tmp_path, monkeypatch):
    build = made[1]
    monkeypatch.chdir(tmp_path)
    migration.write(build)
    (tmp_path / "params.yaml").write_text((PROJECT / "params.yaml").read_text())
    report = {"psi": [{"kind": "feature", "name": "n_orders", "psi": 0.3}], "verdict": "Time to look."}
    storage.write_json(report, tmp_path / layout.REFIT_REPORT)
    door = Migration(tmp_path, "EUR")
    assert door.schemes == ["tier", "rfm_segment", "stage"]
    assert door.movers.columns.tolist() == MOVERS_SCHEMA.names
    up = build.facts["last_month"]["tier"]["up"]["n_customers"]
    assert door.finding.startswith(f"In the last month {up} customers moved up between tiers")
    assert "EUR" in door.finding
    assert len(door.last_moves("stage"))
    assert door.top_movers("stage", "down", 3)["customer_id"].iloc[0] == "c000"
    for picture in (
        door.plot_flows(),
        door.plot_net_flows(),
        door.plot_shares(),
        door.plot_steady(),
        door.plot_drift(),
    ):
        assert "<img" in picture._repr_html_() or "<svg" in picture._repr_html_()
    assert "tier" in door._repr_html_()
