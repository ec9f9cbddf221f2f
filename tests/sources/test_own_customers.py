"""Files of customers that say who belongs to the company itself: asked about, and their purchases left out."""

import pytest
from mapping_exports import Mapped, total, write

from crmwb.sources.drafting.rows import no_business


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def customers(header, of):
    return [f"Customer No,Town,{header}", *(f"{7000 + i},T{i % 5},{of(i)}" for i in range(40))]


@pytest.mark.parametrize(
    ("header", "of", "key"),
    [
        ("is_internal", lambda i: str(i % 13 == 4).lower(), "is_internal_own"),
        ("Test account", lambda i: "1" if i % 13 == 4 else "0", "test_account_own"),
        ("Category", lambda i: "INT" if i % 13 == 4 else "RES" if i % 3 else "PRO", "category_own"),
        ("Kind", lambda i: "Staff" if i % 13 == 4 else "Retail", "kind_own"),
    ],
)
@pytest.mark.parametrize("is_joined", [False, True])
def test_purchases_of_own_customers_are_left_out_where_a_person_says_so(project, header, of, key, is_joined):
    bought = [(f"A{i:04}", 7000 + i * 7 % 40, f"2024-{1 + i % 12:02}-11", 15 + i) for i in range(160)]
    if is_joined:  # the customer stands with the order, the amount with its lines
        write(
            project,
            "orders.csv",
            ["Order No,Customer No,Order date", *(f"{no},{who},{day}" for no, who, day, _ in bought)],
        )
        lines = [f"{no},{n},{amount + n}.50" for no, _, _, amount in bought for n in (1, 2)]
        write(project, "order_lines.csv", ["Order No,Quantity,Line total", *lines])
    else:
        rows = [f"{no},{who},{day},{amount}.50" for no, who, day, amount in bought]
        write(project, "orders.csv", ["Order No,Customer No,Order date,Amount", *rows])
    write(project, "customers.csv", customers(header, of))
    assert any(key in text for text in project.draft())
    assert project.draft(**{key: "leave_out"}) == []
    brought = [2 * a + 4 if is_joined else a + 0.5 for _, who, _, a in bought if (who - 7000) % 13 != 4]
    assert total(project) == sum(brought)


def test_what_says_nothing_of_own_customers():
    assert no_business.own_customers("newsletter", ["true", "false"]) == []
    assert no_business.own_customers("is internal", ["false"]) == []
    assert no_business.own_customers("town", ["INT", "RES"]) == []


def test_a_remark_that_stands_in_tests_only_is_asked_about(project):
    memo = ["テスト注文" if i % 40 == 9 else "" for i in range(120)]
    rows = [f"A{i:04},{7000 + i % 31},2024-{1 + i % 12:02}-11,{15 + i}.50,{memo[i]}" for i in range(120)]
    lines = ["Order No,Customer No,Order date,Amount,Shop memo", *rows]
    write(project, "orders.csv", lines)
    assert any("shop_memo_no_sales=leave_out|keep" in text for text in project.draft())
    assert project.draft(shop_memo_no_sales="leave_out") == []
    assert total(project) == sum(15.5 + i for i in range(120) if i % 40 != 9)
