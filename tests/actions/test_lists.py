"""What owners and other systems get: files that run nothing, in both languages, and only of those who agreed."""

import re
from datetime import date

import pandas as pd
import pytest
from planning import COLUMNS, customers, listed, plan
from python_calamine import CalamineWorkbook

from crmwb import engine
from crmwb.actions import exports, list_files, owner_files, reasons
from crmwb.errors import CrmwbError
from crmwb.files.csv_file import FORMULA, disarmed
from crmwb.findings import dumps, loads
from crmwb.findings.say import say

AS_OF = date(2024, 7, 1)
FORMULAS = (
    "=1+1",
    "＝1+1",
    "\t=1+1",
    "\r=1+1",
    " +cmd",
    "＋cmd",
    "-2+3",
    "−2+3",
    "＠SUM",
    "@SUM(A1)",
    "\u3000=1",
    "\ufeff=1",
)


def the_list(con, frame, chosen):
    rows = listed(con, frame, chosen)[0].rows
    mart = engine.open_arrow(con, frame, "mart")
    why = reasons.reasons(con, mart, COLUMNS, chosen, rows=rows, currency="EUR")
    return rows.assign(reason=[dumps(reason) for reason in why])


def test_the_reason_states_what_is_known(con, tmp_path):
    chosen = plan(tmp_path)
    frame = customers(clv_cents=[100_000, 100_000], days_since_contact=[100, None])
    mart = engine.open_arrow(con, frame, "mart")
    rows = listed(con, frame, chosen)[0].rows
    texts = [say(reason) for reason in reasons.reasons(con, mart, COLUMNS, chosen, rows=rows, currency="EUR")]
    assert texts == [
        "12-month customer value EUR\u00a01k and days since last contact 100 days",
        "12-month customer value EUR\u00a01k",
    ]


def test_customers_with_the_same_reason_share_it(con, tmp_path):
    chosen = plan(tmp_path)
    frame = customers(clv_cents=[100_000, 200_000, 100_000])
    rows = listed(con, frame, chosen)[0].rows.sort_values("customer_id")
    mart = engine.open_arrow(con, frame, "mart")
    one, other, again = reasons.reasons(con, mart, COLUMNS, chosen, rows=rows, currency="EUR")
    assert one is again
    assert one != other


def test_owner_files_run_no_formula_and_are_the_same_each_time(con, tmp_path):
    chosen = plan(tmp_path)
    frame = customers(customer_id=list(FORMULAS), owner=["=ann()"] * len(FORMULAS))
    rows = the_list(con, frame, chosen)
    for name in ("one", "two"):
        owner_files.write(rows, chosen, tmp_path / name, AS_OF)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert [str(file) for file in files] == ["ann.csv", "ann.xlsx", "zh/ann.csv", "zh/ann.xlsx"]
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    cells = CalamineWorkbook.from_path(tmp_path / "one" / "ann.xlsx").get_sheet_by_index(0).to_python()
    assert [row[0] for row in cells[1:]] == sorted(FORMULAS)  # as text
    as_csv = pd.read_csv(tmp_path / "one" / "ann.csv", dtype=str, keep_default_na=False)
    assert all(disarmed(cell) == cell for cell in as_csv["Customer"])


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(con, tmp_path):
    import zipfile

    chosen = plan(tmp_path)
    rows = the_list(con, customers(customer_id=["=1+1", "https://a.example", "mailto:x"]), chosen)
    owner_files.write(rows, chosen, tmp_path / "out", AS_OF)
    with zipfile.ZipFile(tmp_path / "out" / "ann.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet
        assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode()


def test_each_language_says_all_of_it(con, tmp_path):
    chosen = plan(tmp_path)
    owner_files.write(the_list(con, customers(clv_cents=[100_000]), chosen), chosen, tmp_path / "out", AS_OF)
    english = pd.read_csv(tmp_path / "out" / "ann.csv").iloc[0]
    chinese = pd.read_csv(tmp_path / "out" / "zh" / "ann.csv").iloc[0]
    assert (english["What to do"], english["Due"], english["Expected gain"]) == ("Call.", "2024-07-08", 100.0)
    assert (chinese["具体做法"], chinese["原因"]) == ("致电。", "12个月客户价值1,000欧元和距最近一次互动天数100天")


def test_owners_with_names_alike_get_files_of_their_own():
    assert owner_files.file_names(["", "../a", "A", "a b", "a/b", "王 芳"]) == [
        "team",
        "a",
        "A-2",
        "a_b",
        "a_b-2",
        "王_芳",
    ]


def test_an_export_holds_only_whom_an_action_contacts_and_none_held_out(con, tmp_path):
    chosen = plan(tmp_path, hold_out=0.3)
    n = 200
    frame = customers(clv_cents=[100_000] * n, contactable=[i % 4 > 0 for i in range(n)], overdue_cents=[90_000] * n)
    rows = the_list(con, frame, chosen)
    mart = pd.DataFrame({"customer_id": frame["customer_id"].to_pylist(), "stage": frame["stage"].to_pylist()})
    table = exports.table(rows, mart, chosen, chosen.exports["contacts"])
    assert set(rows["action"]) == {"call", "remind"}
    assert len(table) == ((rows["action"] == "call") & ~rows["is_held_out"]).sum() > 50
    agreed = {f"c{i:04d}" for i in range(n) if i % 4}
    assert set(table["Number"]) <= agreed - set(rows.loc[rows["is_held_out"], "customer_id"])
    assert table.iloc[0].drop("Number").tolist() == ["call", "falling", "New"]


def test_an_export_of_an_unknown_column_is_named(tmp_path):
    chosen = plan(tmp_path)
    assert exports.wanted(chosen, COLUMNS) == ["stage"]
    with pytest.raises(CrmwbError, match=r"exports\.contacts\.columns\.Stage: neither the list .* a column stage"):
        exports.wanted(chosen, {})


def test_files_do_not_depend_on_how_many_are_written_at_a_time(con, tmp_path, monkeypatch):
    monkeypatch.setattr(list_files, "LEAST_ROWS", 1)
    chosen = plan(tmp_path)
    frame = customers(clv_cents=[100_000] * 3, owner=["ann", "bob", "ann"])
    rows = the_list(con, frame, chosen)
    mart = pd.DataFrame({"customer_id": frame["customer_id"].to_pylist(), "stage": frame["stage"].to_pylist()})
    for name, n_at_once in (("one", 1), ("two", 2)):
        list_files.write(rows, mart, chosen, tmp_path / name, as_of=AS_OF, n_at_once=n_at_once)
    files = {p.relative_to(tmp_path / "one"): p.read_bytes() for p in (tmp_path / "one").rglob("*.*")}
    assert len(files) == 9
    assert files == {p.relative_to(tmp_path / "two"): p.read_bytes() for p in (tmp_path / "two").rglob("*.*")}


def test_a_reason_that_many_share_is_read_once_in_each_language(con, tmp_path, monkeypatch):
    chosen = plan(tmp_path)
    rows = the_list(con, customers(clv_cents=[100_000] * 50, owner=["ann"] * 50), chosen)
    read = []
    monkeypatch.setattr(owner_files, "loads", lambda text: read.append(text) or loads(text))
    owner_files.write(rows, chosen, tmp_path / "out", AS_OF)
    assert len(read) == 2 * rows["reason"].nunique() == 2


def test_no_formula_begins_with_a_letter_or_a_digit():
    signs = [chr(code) for code in range(0x20000) if chr(code).isalnum()]
    assert not [sign for sign in signs if any(re.match(FORMULA, sign + rest) for rest in ("", "=1", "-x"))]
