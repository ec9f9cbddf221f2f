"""A table in one file that is as it was is not judged again, and what was found in it and is written stays the same."""

import shutil

import pytest
from builders import canonical
from validating import LENIENT, unreadable, write_canonical

from crmwb.quality import kept_audits, validation
from crmwb.quality.summary import metrics, summary

PEOPLE = (
    "customer_id region parent_id acquired_on\na north - 2020-01-01\nb - a 1066-01-01\nb - a 2021-01-01\nc south x -"
)
GOODS = "product_id category\np1 tea\np2 -"
LOG = "customer_id ordered_at revenue product_id\na 2024-01-01 1.00 p1\nz 2024-01-02 2.00 p9"
LOST = unreadable([("people.csv", 7, "acquired_on", "no date", "{}")])


class Source:
    """Tables that are validated with what earlier runs kept, or without."""

    def __init__(self, con, folder):
        self.con, self.folder = con, folder
        self.texts = {"customers": PEOPLE, "products": GOODS, "transactions": LOG}
        self.lost, self.params = {"customers": LOST}, LENIENT

    def validate(self, *, kept=True):
        """Return what is written, summary and metrics included."""
        shutil.rmtree(self.folder / "run", ignore_errors=True)
        tables = {name: canonical(name, text) for name, text in self.texts.items()}
        place = write_canonical(self.folder / "run" / "canonical", tables, self.lost)
        clean, quarantine = place.parent / "clean", place.parent / "quarantine"
        clean.mkdir()
        quarantine.mkdir()
        known = self.folder / "kept" if kept else None
        outcome = validation.validate(self.con, place, clean, quarantine, self.params, kept=known)
        files = {str(f.relative_to(place.parent)): f.read_bytes() for f in sorted(place.parent.rglob("*.parquet"))}
        return files | {"summary": summary(outcome), "metrics": metrics(outcome)}


@pytest.fixture
def judged(monkeypatch):
    """Return a list of the tables that are judged."""
    names = []
    judge = validation.judge
    monkeypatch.setattr(validation, "judge", lambda name, *rest: names.append(name.split()[0]) or judge(name, *rest))
    return names


@pytest.fixture
def made(monkeypatch):
    """Return a list of the audits that are made, each with its table where it is made of several."""
    names = []
    of = kept_audits.KeptAudits.of
    monkeypatch.setattr(
        kept_audits.KeptAudits,
        "of",
        lambda self, name, tables, audit: of(self, name, tables, lambda: names.append(name) or audit()),
    )
    return names


def have_another_customer(source):
    source.texts["customers"] += "\nz east - -"


def have_another_product(source):
    source.texts["products"] += "\np9 milk"


def read_the_lost_row_otherwise(source):
    source.lost = {"customers": unreadable([("people.csv", 8, "acquired_on", "no date", "{}")])}


def show_one_example(source):
    source.params = LENIENT.model_copy(update={"n_examples": 1})


def have_no_products(source):
    source.texts.pop("products")


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda _: None, set()),
        (have_another_customer, {"customers", "transactions"}),
        (have_another_product, {"products", "transactions"}),
        (read_the_lost_row_otherwise, {"customers"}),
        (show_one_example, {"customers", "products", "transactions"}),
        (have_no_products, {"customers", "transactions"}),
    ],
)
def test_what_is_found_is_what_is_found_anew(con, tmp_path, judged, change, again):
    source = Source(con, tmp_path)
    first = source.validate()
    assert set(judged) == {"customers", "products", "transactions"}
    assert first["metrics"]["tables"]["customers"]["quarantined"] == 2
    change(source)
    judged.clear()
    stepped = source.validate()
    assert set(judged) == again
    assert stepped == source.validate(kept=False)
    judged.clear()
    assert source.validate() == stepped
    assert not judged


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda _: None, set()),
        (have_another_customer, {"customers", "transactions"}),
        (have_another_product, {"products", "transactions"}),
        (read_the_lost_row_otherwise, set()),
    ],
)
def test_audits_are_made_again_of_tables_that_changed(con, tmp_path, made, change, again):
    source = Source(con, tmp_path)
    source.validate()
    assert {"labels_nearly_the_same customers", "labels_nearly_the_same products", "returns"} < set(made)
    change(source)
    made.clear()
    source.validate()
    of_each = "labels_nearly_the_same "
    assert {name.removeprefix(of_each) for name in made if name.startswith(of_each)} == again
    assert ("returns" in made) is (change is have_another_customer)  # one of whom there is a line


def test_what_other_code_found_or_what_is_damaged_is_not_used(con, tmp_path, judged, monkeypatch):
    source = Source(con, tmp_path)
    first = source.validate()
    for damage in (
        lambda: monkeypatch.setattr("crmwb.quality.kept_findings.MODULES", ("calendar.py",)),
        lambda: (tmp_path / "kept" / "customers.json").write_text("{"),
        (tmp_path / "kept" / "customers.parquet").unlink,
    ):
        damage()
        judged.clear()
        assert source.validate() == first
        assert "customers" in judged
