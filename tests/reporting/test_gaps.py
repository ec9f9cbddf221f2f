"""Sections that tell nothing give way to one list of what the data cannot show."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from crmwb.display.blocks import MIME, Column, Heading, Missing, Note, Statement, Table
from crmwb.findings import Finding, Name, Term, Unavailable, codec
from crmwb.reporting import gaps

NO_COSTS = Unavailable("realised.payback.not_known", (Name("transactions.cost_cents"),))
NO_INVOICES = Unavailable("realised.payback.not_known", (Term("table", "invoices"),))
KNOWN = Finding("page.gaps.gap")


def notebook(*blocks):
    outputs = [new_output("display_data", data={MIME: codec.to_json(block)}) for block in blocks]
    return new_notebook(cells=[new_code_cell("", outputs=outputs[:1]), new_code_cell("", outputs=outputs[1:])])


def shown(page):
    return [codec.from_json(o.data[MIME]) for cell in page.cells for o in cell.outputs]


def titles(page):
    return [block.title for block in shown(page) if isinstance(block, Heading)]


def lists(page):
    return [block.rows for block in shown(page) if isinstance(block, Table) and block.columns == gaps.COLUMNS]


def test_a_section_that_tells_nothing_is_a_row_of_the_list_at_the_end():
    page = gaps.gathered(
        notebook(Heading("Costs"), Statement(NO_COSTS, headline=True), Heading("Sales"), Statement(KNOWN))
    )
    assert titles(page) == ["Sales", Finding(gaps.HEADING)]
    assert lists(page) == [(("Costs", NO_COSTS),)]
    assert Statement(NO_COSTS, headline=True) not in shown(page)


def test_the_list_stands_below_its_heading_where_there_is_one():
    page = gaps.gathered(
        notebook(Heading("Costs"), Note(NO_COSTS), Heading(Finding(gaps.HEADING)), Note(KNOWN), Heading("Terms"))
    )
    assert [type(block) for block in shown(page)] == [Heading, Table, Note, Heading]


def test_a_section_stays_where_it_or_a_part_of_it_tells_something():
    telling = [Heading("Costs"), Statement(NO_COSTS), Statement(KNOWN)]
    part = [Heading("Debts"), Note(NO_INVOICES), Heading("Limits", 3), Statement(KNOWN)]
    page = notebook(*telling, *part)
    assert gaps.gathered(page) is page


def test_a_part_goes_alone_and_a_section_with_all_its_parts():
    part = [Heading("Sales"), Statement(KNOWN), Heading("Costs", 3), Statement(NO_COSTS)]
    whole = [Heading("Debts"), Heading("Overdue", 3), Note(NO_INVOICES), Heading("Limits", 3), Missing("a", "b")]
    page = gaps.gathered(notebook(*part, *whole))
    assert titles(page) == ["Sales", Finding(gaps.HEADING)]
    ((costs, overdue, limits),) = lists(page)
    assert (costs, overdue) == (("Costs", NO_COSTS), ("Overdue", NO_INVOICES))
    assert limits[1] == Finding("common.missing", {"what": Name("a"), "needs": Name("b")})


def test_what_a_table_of_the_page_says_is_not_listed_again():
    table = Table((Column("gap", "Gap", "said"),), ((NO_COSTS,),))
    page = gaps.gathered(notebook(Heading("Costs"), Statement(NO_COSTS), Heading(Finding(gaps.HEADING)), table))
    assert titles(page) == [Finding(gaps.HEADING)]
    assert lists(page) == []


@pytest.mark.parametrize("blocks", [[Statement(KNOWN)], [Heading("Empty"), Heading("Sales"), Statement(KNOWN)]])
def test_what_has_no_gaps_is_left_as_it_is(blocks):
    page = notebook(*blocks)
    assert gaps.gathered(page) is page
