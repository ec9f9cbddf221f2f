"""Exports that mislead are read right, or asked about: never a wrong sum that is called sure."""

import more_odd_exports
import odd_exports
import pytest
from mapping_exports import Mapped, revenue


@pytest.mark.parametrize("export", [*odd_exports.EVERY, *more_odd_exports.EVERY], ids=lambda export: export.__name__)
def test_revenue_is_equal_to_the_cent_or_asked(tmp_path, monkeypatch, export):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMWB_KEY", raising=False)
    project = Mapped(tmp_path)
    total, answers = export(project.raw)
    files = sorted(path.name for path in project.raw.iterdir())
    if answers:
        assert not project.map(*files)
        assert next(iter(answers)) in project.said
    assert project.map(*files, **answers), project.said
    assert round(100 * sum(revenue(project.ingest()).values())) == total
