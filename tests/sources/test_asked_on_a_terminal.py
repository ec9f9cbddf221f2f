"""`crmwb map` on a terminal: what a person is asked, and what follows from the revenue that their books state."""

import pytest
import yaml
from mapping_exports import Mapped
from typer.testing import CliRunner

from crmwb.cli import app
from crmwb.sources.drafting import session


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(session, "_is_a_terminal", lambda: True)
    company = Mapped(tmp_path)
    lines = ["Order ID,Customer ID,Order date,Total (EUR),Channel"]
    lines += [
        f"A{i},C{i % 30},{2023 + i % 2}-{i % 12 + 1:02d}-11,{20 + i % 7}.50,{'own' if i % 5 else 'market'}"
        for i in range(200)
    ]
    (company.raw / "orders.csv").write_text("\n".join(lines))
    return company


def revenue(year, channels):
    return sum(20.5 + i % 7 for i in range(200) if 2023 + i % 2 == year and ("own" if i % 5 else "market") in channels)


def run(*lines):
    """Answer what is asked first with what Enter stands for, and the question on the books with the lines."""
    for n in range(12):
        done = CliRunner().invoke(
            app, ["map", "data/raw/orders.csv", "--force"], input="\n" * n + "\n".join(lines) + "\n"
        )
        if "by your own books, such as" in done.output and lines[0] in done.output.split("(Enter to leave it out)")[1]:
            return done
    raise AssertionError(done.output)


def test_books_that_agree_are_written_and_compared_on_each_run(project):
    year = max((2023, 2024), key=lambda y: revenue(y, {"own", "market"}))
    done = run(f"{revenue(year, {'own', 'market'}):.2f}", "y")
    assert done.exit_code == 0, done.output
    stated = yaml.safe_load((project.root / "params.yaml").read_text())["source"]["control_totals"]
    assert {str(k): v for k, v in stated.items()} == {str(year): revenue(year, {"own", "market"})}


def test_books_that_differ_stop_it_and_name_what_comes_to_the_difference(project):
    year = max((2023, 2024), key=lambda y: revenue(y, {"own", "market"}))
    done = run(f"{revenue(year, {'own'}):.2f}")
    assert done.exit_code != 0
    assert "Channel" in done.output
    assert "market" in done.output
    assert not yaml.safe_load((project.root / "params.yaml").read_text())["source"].get("control_totals")


def test_what_is_no_amount_is_asked_again(project):
    done = run("much", "", "n")
    assert "no amount" in done.output
    assert done.exit_code == 0, done.output
