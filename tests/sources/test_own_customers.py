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


def test_own_customers_are_left_out_where_their_numbers_have_leading_zeros_in_one_file(project):
    bought = [(f"A{i:04}", 1 + i * 7 % 40, f"2024-{1 + i % 12:02}-11", 15 + i) for i in range(160)]
    rows = [f"{no},{who:06},{day},{amount}.50" for no, who, day, amount in bought]
    write(project, "orders.csv", ["Order No,Customer No,Order date,Amount", *rows])
    people = [f"{i},T{i % 5},{'Staff' if i % 13 == 4 else 'Retail'}" for i in range(1, 41)]
    write(project, "customers.csv", ["Customer No,Town,Kind", *people])
    assert project.draft(kind_own="leave_out") == [], project.printed
    assert total(project) == sum(a + 0.5 for _, who, _, a in bought if who % 13 != 4)


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


def test_a_remark_of_tests_and_own_use_alone_is_asked_about(project):
    remarks = {5: "测试", 17: "内部领用", 29: "内部领用"}
    days = [f"2024-{1 + i // 28:02}-{1 + i % 28:02} 10:00:00" for i in range(80)]
    rows = [f"A{i},M{i % 9},{days[i]},{20 + i % 7}.50,{remarks.get(i, '')}" for i in range(80)]
    write(project, "orders.csv", ["订单编号,会员编号,下单时间,实付金额,商家备注", *rows])
    asked = project.draft(currency="CNY")
    assert any("商家备注 is '内部领用' or '测试' in 3 rows" in each for each in asked), asked
    assert project.draft(currency="CNY", 商家备注_own="leave_out") == []
    assert total(project) == sum(20.5 + i % 7 for i in range(80) if i not in remarks)


def test_goods_lent_that_came_back_are_no_refund(project):
    states = ["Archivée", "Retournée", "Archivée", "Annulée"]
    money = [f"{70 + i % 7},50 €;{i % 3},10 €;300,00 €" for i in range(80)]
    days = [f"{1 + i % 28:02}/{1 + i // 28:02}/2024 15:35" for i in range(80)]
    rows = [f"#{i:04};{states[i % 4]};c{i % 9}@mail.example;{days[i]};{money[i]}" for i in range(80)]
    write(project, "commandes.csv", ["Numéro;Statut;E-mail;Créée le;Total HT;TVA;Caution", *rows])
    asked = project.draft()
    assert any("Statut is 'Archivée' or 'Retournée'" in each for each in asked), asked
    assert project.draft(no_sales_by_statut="none", currency="EUR") == []
    assert total(project) == sum(70.5 + i % 7 for i in range(80) if i % 4 != 3)
    assert "constant: person" in project.mapping  # an amount of tax is no tax number
