"""Reports as PDF files, by a real browser where there is one."""

import os
import re
import shutil
from pathlib import Path

import pytest

from crmwb import params
from crmwb.errors import CrmwbError
from crmwb.reporting import pdf

PARAMS = params.load(Path(__file__).parents[2] / "params.yaml")


@pytest.fixture
def root(tmp_path):
    page = "<!doctype html><html lang='en'><title>One</title><style>@page {size: A4}</style><h1>Value</h1>"
    for path in ("value.html", "zh/value.html", "asked/value/region=North.en.html"):
        (tmp_path / "reports" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "reports" / path).write_text(page + "<p style='page-break-before: always'>Two</p>")
    return tmp_path


def test_a_browser_prints_pages_in_every_language_and_pages_that_were_asked_for(root):
    if not any(map(shutil.which, pdf.BROWSERS)):
        assert not os.environ.get("CI"), "CI installs chromium; see .ci/run"
        pytest.skip("no browser on this machine")
    asked = "reports/asked/value/region=North.en.html"
    files = pdf.write(["value", asked], PARAMS, root=root)
    assert files == [
        Path("reports/pdf/value.pdf"), Path("reports/pdf/zh/value.pdf"),
        Path("reports/pdf/asked/value/region=North.en.pdf"),
    ]  # fmt: skip
    for file in files:
        content = (root / file).read_bytes()
        assert content.startswith(b"%PDF")
        assert len(re.findall(rb"/Type ?/Page\b", content)) == 2
    assert not list(root.rglob("*.part"))


def test_one_language_is_enough(root, monkeypatch):
    monkeypatch.setattr(pdf, "_printer", lambda: lambda page, file: file.write_text(page.name))
    assert pdf.write(["value"], PARAMS, "zh", root) == [Path("reports/pdf/zh/value.pdf")]


@pytest.mark.parametrize(
    ("asked", "lang", "says"),
    [
        (["no_report"], "", "no report 'no_report'"),
        (["value"], "fr", "no language 'fr'"),
        (["segments"], "", "reports/segments.html has not been made yet; run `make report` first"),
        (["data/marts/customers.html"], "", "no page below reports"),
        (["reports/../../secret.html"], "", "no page below reports"),
    ],
)
def test_what_cannot_be_printed_is_said(asked, lang, says, root):
    with pytest.raises(CrmwbError, match=re.escape(says)):
        pdf.write(asked, PARAMS, lang, root)
    assert not (root / "reports" / "pdf").exists()


def test_without_a_printer_the_message_names_what_to_install(root, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    with pytest.raises(CrmwbError, match="neither Chromium, Chrome or Edge nor WeasyPrint"):
        pdf.write(["value"], PARAMS, root=root)


def test_what_a_browser_could_not_do_leaves_no_file(root, monkeypatch):
    failing = shutil.which("false")
    monkeypatch.setattr(pdf.shutil, "which", lambda _: failing)
    with pytest.raises(CrmwbError, match="could not print it"):
        pdf.write(["value"], PARAMS, "en", root)
    assert not (root / "reports/pdf/value.pdf").exists()
