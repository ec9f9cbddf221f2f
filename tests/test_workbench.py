"""The notebook's door, on a built project: everything adds up, shows itself, and says what is missing."""

import re
import subprocess
import sys
from operator import attrgetter

import pandas as pd
import pytest
from project import copy_project

import crmwb
from crmwb.errors import CrmwbError
from crmwb.findings.say import say
from crmwb.workbench import Workbench

PICTURES = {
    "customers": [("plot_revenue", ()), ("plot_buyers", ())],
    "segments": [("plot_shares", ("rfm_segment",)), ("plot_shares", ("tier",)), ("plot_tiers", ()),
                 ("plot_rfm_grid", ()), ("plot_clusters", ()), ("plot_evidence", ())],
    "value": [("plot_whale", ()), ("plot_clv", ()), ("plot_clv_by", ("tier",)), ("plot_p_alive", ()),
              ("plot_worth", ("tier",)), ("plot_recency_frequency", ()), ("plot_backtest", ()),
              ],
    "value.realised": [("plot_whale", ()), ("plot_unprofitable", ()), ("plot_payback", ())],
    "value.scorecard": [("plot_pyramid", ()), ("plot_certainty", ()), ("plot_dimensions", ()),
                        ("plot_sensitivity", ())],
    "value.equity": [("plot_months", ()), ("plot_bridge", ()), ("plot_forecast", ()),
                     ("plot_forecast", ("customers",))],
    "value.wallet": [("plot_headroom", (["vip", "small"],))],
    "quality": [("plot_quarantined", ()), ("plot_checks", ()), ("plot_completeness", ()),
                ("plot_departments", ())],
}  # fmt: skip
UNKNOWN_HERE = {"plot_customers_known"}  # the sample knows nothing of its customers but what they bought


@pytest.fixture(scope="module")
def wb(built_project):
    return Workbench(built_project)


def test_crmwb_gives_the_workbench():
    assert crmwb.Workbench is Workbench
    with pytest.raises(AttributeError, match="no attribute 'Workshop'"):
        _ = crmwb.Workshop


def test_opening_it_reads_nothing(built_project, monkeypatch):
    monkeypatch.chdir(built_project / "notebooks" / "explore")
    assert Workbench().root == built_project.resolve()


def test_outside_a_project_it_says_so(tmp_path):
    with pytest.raises(CrmwbError, match="no crmwb project here or above"):
        Workbench(tmp_path)


@pytest.mark.parametrize(
    ("ask", "artefact"),
    [
        (lambda wb: wb.customers, "data/canonical/manifest.json"),
        (lambda wb: wb.source, "data/canonical/manifest.json"),
    ],
)
def test_before_the_pipeline_ran_it_says_how_to_run_it(tmp_path, ask, artefact):
    for name in ("params.yaml", "dvc.yaml"):
        (tmp_path / name).touch()
    with pytest.raises(CrmwbError, match=f"{artefact}: not there yet; run `dvc repro`"):
        ask(Workbench(tmp_path))


def test_an_artefact_that_is_gone_is_named(built_project, tmp_path):
    copied = copy_project(built_project, tmp_path / "project")
    (copied / "data/marts/customers.parquet").unlink()
    wb = Workbench(copied)
    assert len(wb.segments.frame) > 0
    with pytest.raises(CrmwbError, match=r"data/marts/customers\.parquet: not there yet"):
        _ = wb.customers.frame


def test_every_stage_tells_the_same_revenue_to_the_cent(wb):
    revenue = wb.customers.frame["revenue_cents"].sum()
    assert revenue > 0
    assert revenue == wb.quality.revenue["clean"] == wb.quality.revenue_before(wb.source.as_of)
    assert revenue == wb.value.frame["realised_revenue_cents"].sum()
    assert revenue == wb.value.realised.facts["totals"]["revenue_cents"]
    assert wb.customers.buyers["revenue_cents"].sum() == wb.value.buyers["realised_revenue_cents"].sum()
    assert set(wb.segments.profiles.groupby("scheme")["revenue_cents"].sum()) == {revenue}
    assert wb.value.by("tier")["clv_cents"].sum() == wb.value.frame["clv_cents"].sum()


def test_every_place_tells_the_same_worth(wb):
    worth = wb.value.frame["clv_cents"].sum()
    assert worth > 0
    assert worth == wb.value.scorecard.tiers["clv_cents"].sum()
    equity = wb.value.equity.months["equity_cents"].iloc[-1]
    assert abs(worth - equity) <= len(wb.value.buyers)  # a cent each: every worth is rounded
    assert equity == wb.value.equity.bridge.set_index("component").loc["closing", "equity_cents"]
    counts = wb.value.scorecard.tiers.set_index("tier")["n_customers"]
    assert counts.to_dict() == wb.value.buyers["tier"].value_counts().to_dict()


def test_months_are_what_the_transactions_say(wb, built_project):
    lines = pd.read_parquet(built_project / "data/quality/clean/transactions")
    lines = lines[lines["ordered_at"] < pd.Timestamp(wb.customers.months["month"].max()) + pd.offsets.MonthBegin(1)]
    month = lines["ordered_at"].dt.to_period("M").dt.to_timestamp()
    expected = lines.groupby(month).agg(revenue=("revenue_cents", "sum"), orders=("order_id", "nunique"))
    sales = lines[lines["revenue_cents"] > 0]
    buyers = sales.groupby(sales["ordered_at"].dt.to_period("M").dt.to_timestamp())["customer_id"].nunique()
    months = wb.customers.months.set_index("month")
    # Revenue of customers who have not bought yet (only zero-value lines) does not exist, so sums agree.
    assert months["revenue_cents"].tolist() == expected["revenue"].tolist()
    assert months["n_buyers"].tolist() == buyers.tolist()
    assert months["n_new"].sum() == sales["customer_id"].nunique()


def test_customers_at_risk_are_counted_by_the_one_risk(wb):
    buyers = wb.customers.buyers
    groups = wb.customers.at_risk()
    assert groups["n_at_risk"].sum() == buyers["risk_class"].isin(["at_risk", "likely_lost"]).sum()
    assert groups["n_customers"].sum() == len(buyers)
    assert (
        len(buyers) == len(wb.value.buyers) < len(wb.value.frame) == len(wb.customers.frame)
    )  # the sample has customers with free orders only
    per_head = wb.segments.profile("tier").set_index("segment")["mean_revenue_cents"].loc[groups["tier"].tolist()]
    assert groups["tier"].tolist() == per_head.sort_values(ascending=False).index.tolist()


def test_one_customer_shows_what_is_known_with_its_meaning(wb):
    first = wb.customers.frame.iloc[0]
    known = wb.customers.one(first["customer_id"]).set_index("column")
    assert known.loc["revenue_cents", "value"] == first["revenue_cents"]
    assert known["meaning"].notna().all()
    assert known["value"].notna().all()
    with pytest.raises(CrmwbError, match="no customer 'nobody'"):
        wb.customers.one("nobody")


def test_a_scheme_that_is_not_there_is_refused(wb):
    with pytest.raises(CrmwbError, match=r"no scheme 'tiers'; there are .*tier"):
        wb.segments.profile("tiers")


def test_the_whale_curve_ends_at_all_customers_and_all_money(wb):
    end = wb.value.whale().iloc[-1]
    assert end["customer_share"] == 1
    assert wb.value.law["basis"] == "revenue"
    assert end["cumulative_cents"] == wb.value.frame["realised_revenue_cents"].sum()


def test_trust_is_said_from_the_backtest(wb):
    tested = wb.value.models["backtest"]
    text = say(wb.value.trust())
    assert f"{tested['n_origins']} past period" in text
    assert all(f"{named} " in text for named in ("Gini", "MAE", "RMSE"))
    assert ("no better than" in text) == (not tested["model_beats_rules"])


@pytest.mark.parametrize("room", ["source", "value.influence", *PICTURES])
def test_each_shows_itself_as_a_table(wb, room):
    assert "<table" in attrgetter(room)(wb)._repr_html_()


@pytest.mark.parametrize(
    ("room", "plot", "arguments"), [(room, *plot) for room, plots in PICTURES.items() for plot in plots]
)
def test_each_picture_shows_itself_with_words(wb, room, plot, arguments):
    picture = getattr(attrgetter(room)(wb), plot)(*arguments)
    html = picture._repr_html_()
    assert re.match("[A-Z][a-z]+ ([a-z]+ ){0,2}of ", say(picture.alt))
    assert re.match(
        r'<figure[^>]*><div class="scroll [^"]*" tabindex="0" [^>]*><div class="image" role="img" aria-label=', html
    )
    assert len(html) < 400_000


@pytest.mark.parametrize("room", ["value.influence", *PICTURES])
def test_every_picture_is_tried_here(wb, room):
    plots = {name for name in vars(type(attrgetter(room)(wb))) if name.startswith("plot_")}
    assert plots - UNKNOWN_HERE == {name for name, _ in PICTURES.get(room, [])}
    for name in plots & UNKNOWN_HERE:
        with pytest.raises(CrmwbError, match="knows no attribute of its customers"):
            getattr(attrgetter(room)(wb), name)()


def test_every_table_of_the_contract_says_what_it_would_bring():
    from crmwb.contract.canonical import TABLES
    from crmwb.findings.catalogue import find

    assert all(find(f"terms.{kind}.{table}", "en") for kind in ("table", "unlocks") for table in TABLES)


def test_importing_the_workbench_leaves_heavy_packages_alone():
    code = "import sys; from crmwb import Workbench; print(*{m.split('.')[0] for m in sys.modules})"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"great_expectations", "papermill", "nbconvert", "sklearn"} & set(modules)
