"""What a source cannot fill gives way to one line that says which table would bring it."""

import nbformat
import pytest
from written_notebooks import write

from crmwb import layout, storage
from crmwb.reporting.execute import execute
from crmwb.reporting.make import available_in
from crmwb.reporting.sections import fitting


def cell(source, *tags):
    new = nbformat.v4.new_markdown_cell if source.startswith("#") else nbformat.v4.new_code_cell
    return new(source, metadata={"tags": list(tags)} if tags else {})


@pytest.fixture
def notebook():
    return nbformat.v4.new_notebook(
        cells=[
            cell("# Report"),
            cell("sums = 1", "needs-transactions"),
            cell("## Sales", "needs-transactions"),
            cell("a = 1"),
            cell("### By month"),
            cell("b = 1"),
            cell("## Debts", "needs-invoices"),
            cell("c = 1"),
            cell("## Names"),
            cell("d = 1"),
            cell("## Baskets", "needs-transactions", "needs-products"),
            cell("e = 1"),
            cell("## Instead", "without-transactions"),
            cell("f = 1"),
        ]
    )


def sources(notebook):
    return [c.source for c in notebook.cells]


def test_with_everything_only_what_stands_in_for_it_goes(notebook):
    before = sources(notebook)
    assert sources(fitting(notebook, {"transactions", "invoices", "products"})) == before[:-2]


def test_sections_go_whole_and_leave_one_line_per_table(notebook):
    kept = sources(fitting(notebook, {"invoices", "products"}))
    assert kept[0] == "# Report"
    assert "page.missing_sections(['Sales', 'Baskets'], 'transactions')" in kept[1]
    assert kept[2:] == ["## Debts", "c = 1", "## Names", "d = 1", "## Instead", "f = 1"]


def test_one_missing_table_of_two_is_enough(notebook):
    kept = sources(fitting(notebook, {"transactions", "invoices"}))
    assert kept[-1] == "from crmwb.display import page\n\npage.missing_sections(['Baskets'], 'products')"
    assert "## Sales" in kept


def test_the_line_reads_well_on_the_page(tmp_path):
    path = write(tmp_path / "a.ipynb", "# Report", "## Sales", "1 / 0", "## Rest", "x = 1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata["tags"] = ["needs-campaign_members"]
    nbformat.write(notebook, path)
    done = execute(path, {}, tmp_path, available={"customers"})
    texts = [output["data"]["text/plain"] for c in done.cells for output in c.get("outputs", [])]
    assert texts == ["Not available in this source: “Sales” would need the table campaign members."]


def test_where_customer_numbers_were_replaced_what_follows_customers_gives_way(tmp_path):
    path = write(tmp_path / "a.ipynb", "# Report", "## Stages", "1 / 0", "## Rest", "x = 1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata["tags"] = ["needs-linked_customers"]
    nbformat.write(notebook, path)
    done = execute(path, {}, tmp_path, available={"transactions"})
    texts = [output["data"]["text/plain"] for c in done.cells for output in c.get("outputs", [])]
    assert texts == ["Not available in this source: “Stages” would need a list of old and new customer numbers."]
    (tmp_path / layout.MANIFEST).parent.mkdir(parents=True)
    storage.write_json({"tables": ["transactions"]}, tmp_path / layout.MANIFEST)
    (tmp_path / layout.CIRCUMSTANCES).parent.mkdir(parents=True)
    for circumstance, is_linked in (([], True), ([{"code": "circumstances.ids_replaced"}], False)):
        storage.write_json({"findings": circumstance}, tmp_path / layout.CIRCUMSTANCES)
        assert ("linked_customers" in available_in(tmp_path)) == is_linked
