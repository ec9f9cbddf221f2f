"""Pages that somebody asks for: the card of a customer, and parts of the customers."""

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from project import PROJECT, copy_project

from crmwb import layout, params, storage
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.errors import CrmwbError
from crmwb.marts import subjects
from crmwb.reporting import asked, make
from crmwb.reporting.asked import Wanted
from crmwb.reporting.execute import known_parameters


def text_of(page) -> str:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").main.get_text(" ")


@pytest.fixture(scope="module")
def project(built_project, tmp_path_factory):
    """A copy of the built project whose buyers live in two regions, and three of them in a third."""
    root = tmp_path_factory.mktemp("asked") / "project"
    copy_project(built_project, root)
    mart = root / layout.CUSTOMER_MART
    mart.chmod(0o644)
    frame = pd.read_parquet(mart)
    buyers = frame["n_purchase_days"] > 0
    names = [("north", "south")[i % 2] for i in range(len(frame))]
    frame["region"] = pd.Series(names, index=frame.index).where(buyers)
    frame.loc[frame.index[buyers][:3], "region"] = "west"
    frame["gender"] = "unsayable"
    mart.unlink()
    storage.write(frame, MART, mart)
    return root


def test_a_card_shows_one_customer_without_personal_data(project, monkeypatch):
    monkeypatch.chdir(project)
    mart = pd.read_parquet(layout.CUSTOMER_MART)
    best = mart.sort_values("revenue_cents").iloc[-1]
    english, chinese = asked.write(Wanted("customer_card", customer_id=best["customer_id"]), params.load())
    assert english.parent == layout.CUSTOMER_PAGES
    shown = text_of(english)
    assert best["customer_id"] in shown
    assert "Where they stand" in shown
    assert "What to do next" in shown
    assert "unsayable" not in shown
    assert "当前状况" in text_of(chinese)
    assert f"{best['revenue_cents'] / 100:.2f}" in english.read_text(encoding="utf-8")


def test_every_region_has_its_page_by_one_line_in_params_but_none_that_would_show_persons(project, monkeypatch):
    monkeypatch.chdir(project)
    chosen = params.load()
    report = chosen.reports["customers_at_risk"].model_copy(update={"cut": {"by": "region"}})
    make.reports(chosen.model_copy(update={"reports": {"customers_at_risk": report}}))
    pages = json.loads((layout.REPORT_PARTS / "parts.json").read_text())
    regions = pd.read_parquet(layout.CUSTOMER_MART, columns=["region"])["region"].value_counts()
    cut = f"region={regions.idxmax()}"  # west has three, and the smaller of the others hides them
    assert {page["cut"] for page in pages} == {cut}
    english = layout.REPORT_PARTS / pages[0]["page"]
    assert cut.removeprefix("region=") in text_of(english)
    for code, way in (("en", "parts/"), ("zh", "../parts/")):
        soup = BeautifulSoup(layout.report_html("index", code).read_text(encoding="utf-8"), "html.parser")
        (link,) = soup.select(".card .parts a")
        assert link["href"].startswith(f"{way}customers_at_risk/region=")
        assert (layout.report_html("index", code).parent / link["href"]).is_file()
    home = BeautifulSoup(english.read_text(encoding="utf-8"), "html.parser").find("a", class_="home")["href"]
    assert (english.parent / home).resolve() == (project / layout.REPORT_INDEX).resolve()


WHOLE = Wanted("customers_at_risk", cut="region=south")


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (Wanted("customer_card"), "needs --id"),
        (Wanted("customer_card", customer_id="x", cut="by=region"), "knows no --cut"),
        (Wanted("nothing", cut="by=region"), r"no report 'nothing' \(there is: customer_card, executive_summary"),
        (Wanted("customers_at_risk"), "needs --cut"),
        (replace(WHOLE, lang="fr"), r"no language 'fr' \(there is: en, zh\)"),
        (replace(WHOLE, cut="gender=f"), "customers are not cut by it"),
        (
            Wanted("model_card", cut="tier=vip"),
            "model_card: is not made for a part of the customers, for the models are",
        ),
        (Wanted("value", compare_to="all"), "--compare-to goes with --cut"),
    ],
)
def test_what_is_not_known_is_refused_in_a_sentence(wanted, reason, tmp_path):
    for path, content in ((layout.MANIFEST, {"tables": {}}), (layout.VALUE_MODELS, {})):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(json.dumps(content))
    shutil.copytree(PROJECT / layout.NOTEBOOKS / "reports", tmp_path / layout.NOTEBOOKS / "reports")
    with pytest.raises(CrmwbError, match=reason):
        asked.write(wanted, params.load(PROJECT / "params.yaml"), tmp_path)


def test_a_part_of_any_report_has_a_page_in_the_language_asked_for_and_no_customers_for_leadership(
    project, monkeypatch
):
    monkeypatch.chdir(project)
    chosen = params.load()
    cut = f"region={pd.read_parquet(layout.CUSTOMER_MART)['region'].value_counts().idxmax()}"
    (page,) = asked.write(Wanted("value", cut=cut, audience="leadership", lang="zh"), chosen)
    assert page.name.endswith(".zh.html")
    shown = text_of(page)
    assert "该部分的规模" in shown
    assert "全部客户" in shown
    assert "面向管理层" not in shown  # nothing was to be left out
    (page,) = asked.write(Wanted("actions_and_alerts", audience="leadership", lang="en"), chosen)
    assert "Single customers are not listed for leadership." in text_of(page)


def test_every_report_either_has_parts_or_says_why_not(tmp_path):
    for path, content in ((layout.MANIFEST, {"tables": {}}), (layout.VALUE_MODELS, {})):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(json.dumps(content))
    shutil.copytree(PROJECT / layout.NOTEBOOKS / "reports", tmp_path / layout.NOTEBOOKS / "reports")
    chosen = params.load(PROJECT / "params.yaml")
    own = {"customers_at_risk"}
    assert chosen.reports.keys() == subjects.SUBJECTS.keys() | subjects.WHOLE_ONLY.keys() | own
    for name in chosen.reports.keys() - subjects.WHOLE_ONLY.keys():
        run = make.run_of_part(name, {"cut": "tier=vip"}, chosen, tmp_path)
        assert run.notebook.stem == (name if name in own else "part_of_customers")
        assert run.parameters.keys() <= set(known_parameters(run.notebook))
