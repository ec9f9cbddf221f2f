"""`crmwb trace`: from what a report shows to the code, artefacts and sources behind it."""

from pathlib import Path

import pytest

from crmwb.errors import CrmwbError
from crmwb.workbench import origins

KNOWN = origins.classes(Path(origins.HERE))


def traced(*cells: str) -> list[origins.Origin]:
    return list(origins.origins([("code", cell) for cell in cells], KNOWN))


def test_a_figure_is_followed_through_the_workbench_to_the_artefact_that_it_reads():
    (origin,) = traced("wb = Workbench()", 'page.heading("value.heading.x")', "page.figure(wb.lifecycle.plot_bucket())")
    assert (origin.section, origin.cell, origin.shows) == ("value.heading.x", 3, "figure")
    assert "data/lifecycle/bucket.parquet" in origin.artefacts
    assert any(place.startswith("src/crmwb/workbench/lifecycle.py:") for place in origin.code)


def test_names_that_cells_give_to_parts_are_followed():
    (origin,) = traced(
        "wb = Workbench()", "life, value = wb.lifecycle, wb.value", "stages = life.history", "page.table(stages)"
    )
    assert origin.artefacts == {"data/lifecycle/stages.parquet"}


def test_what_a_function_of_ours_makes_names_its_file():
    cells = ("from crmwb.workbench.decisions import decisions", "wb = Workbench()", "page.decisions(decisions(wb))")
    (origin,) = traced(*cells)
    assert origin.code == ["src/crmwb/workbench/decisions.py"]


def test_a_report_that_is_not_there_names_those_that_are(tmp_path):
    notebooks = tmp_path / "notebooks" / "reports"
    notebooks.mkdir(parents=True)
    (notebooks / "value.ipynb").write_text("{}")
    with pytest.raises(CrmwbError, match="the reports are value"):
        origins.trace("nothing", tmp_path)
