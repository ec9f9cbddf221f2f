"""A report from notebook to page, card and index, in a project that holds just what the lineage needs."""

import hashlib
import json
import re
import shutil

import pytest
import yaml
from project import PROJECT, run_stage
from written_notebooks import write

from crmwb import layout, params
from crmwb.errors import CrmwbError
from crmwb.reporting import lineage, make

REPORT = """
from pathlib import Path
from crmwb.display import page
page.finding(f"{Path('data/features/observation.json').stat().st_size} bytes.", headline=True)
"""


@pytest.fixture
def small(tmp_path):
    """A project with a manifest, an observation, a mart and the notebook of one report."""
    content = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    content["reports"] = {"first": {"title": "The first", "audience": "all", "parameters": {"top": 3}}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    for path, text in (
        (layout.MANIFEST, json.dumps({"source": {"name": "Corner shop"}, "tables": {}})),
        (layout.OBSERVATION, json.dumps({"as_of": "2024-03-01"})),
        (layout.CUSTOMER_MART, "a mart"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    write(tmp_path / layout.report_notebook("first"), "# The first\n", "## A heading", REPORT, parameters="top = 1")
    return tmp_path


def test_a_report_writes_its_page_its_card_and_the_index_alike_each_time(small):
    chosen = params.load(small / "params.yaml")
    seen = set()
    for _ in range(2):
        make.reports(chosen, ["first"], small)
        make.index(chosen, small)
        files = [layout.report_html("first"), layout.report_card("first"), layout.REPORT_INDEX]
        seen.add(hashlib.sha256(b"".join((small / path).read_bytes() for path in files)).hexdigest())
    assert len(seen) == 1
    card = json.loads((small / layout.report_card("first")).read_text())
    assert card["title"] == "The first"
    assert card["as_of"] == "2024-03-01"
    assert card["headlines"] == ["23 bytes."]  # {"as_of": "2024-03-01"}
    assert card["lineage"]["params_hash"] == chosen.fingerprint()
    for page in (layout.report_html("first"), layout.REPORT_INDEX):
        text = (small / page).read_text(encoding="utf-8")
        assert "23 bytes." in text
        assert str(small) not in text
        assert str(PROJECT) not in text


def test_a_report_that_params_do_not_know_is_refused(small):
    with pytest.raises(CrmwbError, match=r"reports has no 'second' \(it has: first\)"):
        make.reports(params.load(small / "params.yaml"), ["second"], small)


def test_a_failing_report_leaves_the_old_pages_which_say_so_and_why(small):
    chosen = params.load(small / "params.yaml")
    make.reports(chosen, ["first"], small)
    pages = [small / layout.report_html("first", code) for code in ("en", "zh")]
    before = [page.read_text(encoding="utf-8") for page in pages]
    good = (small / layout.report_notebook("first")).read_text()
    write(small / layout.report_notebook("first"), "1 / 0", parameters="top = 1")
    for _ in range(2):
        with pytest.raises(CrmwbError, match="ZeroDivisionError"):
            make.reports(chosen, ["first"], small)
        marked = [page.read_text(encoding="utf-8") for page in pages]
        for old, new, sentence in zip(
            before, marked, ("This page is of an earlier run.", "本页为此前运行的结果"), strict=True
        ):
            (note,) = re.findall(r'<p class="stale" role="status">.*?</p>', new)
            assert new.replace(note, "") == old
            assert sentence in note
            assert "cell 2" in note
            assert "ZeroDivisionError" in note
    (small / layout.report_notebook("first")).write_text(good)
    make.reports(chosen, ["first"], small)
    assert [page.read_text(encoding="utf-8") for page in pages] == before


def test_only_what_changed_is_made_again(small):
    chosen = params.load(small / "params.yaml")
    second = chosen.reports["first"].model_copy(update={"title": "The second"})
    chosen = chosen.model_copy(update={"reports": {"first": chosen.reports["first"], "second": second}})
    write(small / layout.report_notebook("second"), "# The second\n", "## A heading", REPORT, parameters="top = 1")
    make.reports(chosen, root=small)
    files = [small / layout.report_html(name, code) for name in chosen.reports for code in ("en", "zh")]

    def made_again() -> list[str]:
        before = [file.stat().st_ino for file in files]
        make.reports(chosen, root=small)
        return [file.name for file, inode in zip(files, before, strict=True) if file.stat().st_ino != inode]

    assert made_again() == []
    assert json.loads((small / layout.REPORT_PARTS / "parts.json").read_text()) == []
    write(small / layout.report_notebook("second"), "# The second\n", REPORT, parameters="top = 2")
    assert made_again() == ["second.html", "second.html"]
    files[0].write_text("written over")
    assert made_again() == ["first.html", "first.html"]
    (small / "data/actions").mkdir()
    (small / "data/actions/list.parquet").write_text("new")
    assert made_again() == ["first.html", "first.html", "second.html", "second.html"]


def test_a_stage_of_which_a_report_fails_keeps_the_others_and_marks_its_last_page(small):
    shutil.copytree(PROJECT / "pipeline", small / "pipeline")
    shutil.copy(PROJECT / "dvc.yaml", small)
    content = yaml.safe_load((small / "params.yaml").read_text(encoding="utf-8"))
    content["reports"]["second"] = {"title": "The second", "audience": "all", "parameters": {}}
    (small / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    page = small / layout.report_html("second")
    page.parent.mkdir()
    page.write_text("<main>an old page</main>")
    write(small / layout.report_notebook("second"), "1 / 0")
    done = run_stage(small, "report")
    assert done.returncode == 1
    assert "second.ipynb: cell 1" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert "23 bytes." in (small / layout.report_html("first")).read_text(encoding="utf-8")
    assert "This page is of an earlier run." in page.read_text(encoding="utf-8")
    assert not list(small.rglob("*.part"))


def test_the_index_needs_every_report(small):
    with pytest.raises(CrmwbError, match=r"data/reports/first\.json: not there yet"):
        make.index(params.load(small / "params.yaml"), small)


def test_the_lineage_follows_data_and_choices(small):
    chosen = params.load(small / "params.yaml")
    before = lineage.trace(chosen, small)
    (small / layout.CUSTOMER_MART).write_text("another mart")
    assert lineage.trace(chosen, small).data_hash != before.data_hash
    other = lineage.trace(chosen.model_copy(update={"seed": chosen.seed + 1}), small)
    assert other.params_hash != before.params_hash
    assert other.code_hash == before.code_hash


def test_the_code_hash_follows_code_and_templates_but_not_what_python_leaves_behind(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "b.css").write_text("2")
    first = lineage.code_hash(tmp_path)
    (tmp_path / "__pycache__" / "a.pyc").write_text("3")
    assert lineage.code_hash(tmp_path) == first
    (tmp_path / "b.css").write_text("4")
    second = lineage.code_hash(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "c.py")
    assert len({first, second, lineage.code_hash(tmp_path)}) == 3


def test_a_report_without_data_says_how_to_make_it(small):
    (small / layout.CUSTOMER_MART).unlink()
    with pytest.raises(CrmwbError, match=r"data/marts/customers\.parquet: not there yet; run `dvc repro`"):
        make.reports(params.load(small / "params.yaml"), ["first"], small)
