"""Exports that mislead are read right, or asked about: never a wrong sum that is called sure."""

import more_odd_exports
import odd_exports
import pytest
import tool_exports
from book import Book
from mapping_exports import Mapped, revenue
from tool_exports import Refused


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMWB_KEY", raising=False)
    return Mapped(tmp_path)


def mapped(project, answers):
    """Map what lies there with the answers; without them, the first question must stop it."""
    files = sorted(path.name for path in project.raw.iterdir())
    if answers:
        assert not project.map(*files) or f"--answer {next(iter(answers))}" in project.said
        assert next(iter(answers)) in project.said
        for path in (project.root / "mappings").glob("*.yaml"):
            path.unlink()
    assert project.map(*files, **answers), project.said
    return project.ingest()


def refuses(project, said):
    assert not project.map(*sorted(path.name for path in project.raw.iterdir()))
    assert said in project.said


@pytest.mark.parametrize("export", [*odd_exports.EVERY, *more_odd_exports.EVERY], ids=lambda export: export.__name__)
def test_revenue_is_equal_to_the_cent_or_asked(project, export):
    total, answers = export(project.raw)
    assert round(100 * sum(revenue(mapped(project, answers)).values())) == total


@pytest.mark.parametrize("export", tool_exports.EVERY, ids=lambda export: export.__name__)
def test_customers_and_days_are_right_or_asked(project, export):
    book = Book(project.raw)
    try:
        answers = export(book)
    except Refused as refused:
        refuses(project, str(refused))
        return
    rows = mapped(project, answers).table("transactions")
    assert rows.groupby("customer_id").revenue_cents.sum().to_dict() == book.revenue
    bought = rows[~rows.is_return & (rows.revenue_cents > 0)]
    assert set(zip(bought.customer_id, bought.ordered_at.dt.date, strict=True)) == book.days
