"""The audits as a whole: which run, on what, and how they speak."""

from crmwb.contract.canonical import TABLES
from crmwb.findings import Finding, Name
from crmwb.findings.say import say
from crmwb.quality.audits import AUDITS, FILTERED, QUARANTINE, audited
from crmwb.quality.audits.audit import Auditor, found_among, some
from crmwb.quality.sums import SUMS

LOG = "customer_id ordered_at revenue product_id\na 2024-01-01 1.00 p1\na 2024-12-01 1.00 p9"


def test_an_audit_without_its_table_is_left_out(sales, opened):
    goods = opened("products", "product_id\np1")
    assert "returns" not in {audit.audit for audit in audited({"products": goods})}
    assert "unknown_links" not in {audit.audit for audit in audited({"transactions": sales(LOG)})}
    both = {"transactions": sales(LOG), "products": goods}
    assert ("unknown_links", "transactions") in {(audit.audit, audit.table) for audit in audited(both)}


def test_every_finding_bears_its_functions_name_and_needs_known_tables(sales, opened):
    tables = {"transactions": sales(LOG), "products": opened("products", "product_id\np1")}
    names = [auditor.audit.__name__ for auditor in AUDITS]
    audit_names = [finding.audit for finding in audited(tables)]
    assert len(set(names)) == len(names)
    assert set(audit_names) <= set(names)
    assert audit_names == sorted(audit_names, key=names.index)
    for auditor in AUDITS:
        if isinstance(auditor, Auditor):
            names = [*auditor.needs, *auditor.uses]
            for suffix in (QUARANTINE, FILTERED, *(each.name for each in SUMS)):
                names = [name.removesuffix(suffix) for name in names]
            assert set(names) <= TABLES.keys()


def test_empty_tables_have_nothing_to_find(opened):
    empty = {
        "customers": opened("customers", "customer_id\na", n_rows=0),
        "transactions": opened("transactions", LOG, n_rows=0),
        "products": opened("products", "product_id\np1", n_rows=0),
        "opportunities": opened("opportunities", "opportunity_id opened_on stage\no 2024-01-01 open", n_rows=0),
    }
    assert list(audited(empty)) == []


def test_harmless_findings_give_no_advice(sales, opened):
    tables = {"transactions": sales(LOG), "customers": opened("customers", "customer_id\na")}
    for audit in audited(tables):
        assert audit.advice or audit.severity == "note", audit
        assert say(audit.finding).endswith(".")
        if audit.advice and audit.severity == "note":
            assert audit.audit == "returns"  # that none is marked is a question in itself


def test_a_verb_agrees_with_its_number():
    def judged(n_found, n_all):
        return found_among("zero_revenue_lines", "transactions", n_found, n_all)

    assert say(judged(1, 3).finding) == "1 of 3 lines (33%) brings no revenue."
    assert say(judged(2, 3).finding) == "2 of 3 lines (67%) bring no revenue."
    assert say(judged(0, 3).finding) == "Each of 3 lines has revenue or a refund."
    assert judged(0, 0) is None
    assert (judged(1, 3).severity, judged(1, 3).advice) == (
        "warning",
        Finding("quality.advice.zero_revenue_lines", judged(1, 3).finding.values),
    )
    assert (judged(1, 300).severity, judged(1, 300).advice) == ("note", None)


def test_a_long_list_is_cut_short():
    assert say(some([Name("a"), Name("b")])) == "a and b"
    assert say(some([Name(letter) for letter in "abcde"])) == "a, b and c, and 2 more"


def test_every_table_has_a_noun():
    from crmwb.contract.canonical import TABLES
    from crmwb.quality.audits.audit import NOUNS

    assert NOUNS.keys() == TABLES.keys()
