"""Codes of documents in the files of their heads, discounts as share and amount, ways to pay, fields of SAP."""

from mapping_exports import total, write
from workbooks import write_workbook

N = 60


def day(i: int) -> str:
    return f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}"


def cents(i: int, k: int = 0) -> int:
    return 1500 + 210 * ((7 * i + 3 * k) % 29)


def money(amount: float) -> str:
    return f"{amount / 100:.2f}"


def test_documents_that_cancel_others_and_discounts_of_whole_invoices(project):
    heads = ["DocEntry,DocNum,DocDate,CardCode,CANCELED,DiscSum,TotalExpns,VatSum,DpmAmnt,DocTotal"]
    lines, sold = ["DocEntry,LineNum,ItemCode,Quantity,LineTotal"], 0
    for i in range(4 * N):
        code = "Y" if i % 20 == 4 else "C" if i % 20 == 5 else "N"
        each = [cents(i - (code == "C"), k) for k in range(1 + i % 2)]
        off, freight, advance = (0, 250)[i % 3 == 1], (0, 900)[i % 4 == 1], (0, 700)[i % 12 == 7]
        vat = round(0.16 * (sum(each) - off + freight))
        whole = sum(each) - off + freight + vat - advance
        sold += sum(each) - off if code == "N" else 0
        shown = ",".join(map(money, (off, freight, vat, advance, whole)))
        heads.append(f"{500 + i},{20500 + i},{day(i)},C{i % 17:05},{code},{shown}")
        lines += [f"{500 + i},{k},I{k},1,{money(amount)}" for k, amount in enumerate(each)]
    write(project, "OINV.csv", heads)
    write(project, "INV1.csv", lines)
    assert len(project.draft()) == 2
    assert project.draft(kinds_of_canceled="Y=none,C=none", orders_less_dpm_amnt="leave") == []
    assert total(project) == sold / 100


def test_a_side_of_the_books_in_the_file_of_invoices(project):
    heads, lines, sold = ["NUM_FACTURE;REF_CLIENT;DT_EMISSION;SENS"], ["NUM_FACTURE;NUM_LIGNE;MT_HT"], 0
    for i in range(N):
        is_back = i % 10 == 4
        heads.append(f"{i:08};{100 + i % 17:06};{day(i)};{'C' if is_back else 'D'}")
        for k, amount in enumerate((cents(i), cents(i, 1), -200)):  # a discount stands below zero on both sides
            sold += -amount if is_back else amount
            lines.append(f"{i:08};{k + 1};{money(amount).replace('.', ',')}")
    write(project, "T_FACTURE.csv", heads)
    write(project, "T_LIGNE.csv", lines)
    (asked,) = project.draft()
    assert "SENS" in asked
    assert project.draft(side="C") == []
    assert total(project) == sold / 100


def test_an_item_paid_in_two_ways_counts_once_and_nothing_that_is_free(project):
    lines = ["Sale Date,Client ID,Sale ID,Item name,Item price,Quantity,Discount %,Discount amount,Payment Method"]
    sold = 0
    for i in range(2 * N):
        price, share = cents(i) // 100 * 100, (0, 20)[i % 3 == 1]
        ways = ["Comp"] if i % 15 == 6 else ["Cash", "Card"] if i % 7 == 2 else ["Card"]
        sold += 0 if ways == ["Comp"] else price - price * share // 100
        off = f"{share},{money(price * share // 100)}"
        lines += [f"{day(i)},{100 + i % 17:05},{3000 + i},Class {i % 5},{money(price)},1,{off},{way}" for way in ways]
    write(project, "sales.csv", lines)
    left = project.draft()
    assert not any("discount_share" in each for each in left)
    answers = {"payment_method_what_costs_the_customer_nothing": "leave_out", "versions_by_payment_method": "last"}
    assert project.draft(**answers) == []
    assert total(project) == sold / 100


def test_a_triangle_is_a_minus_sign(project):
    lines = ["注文番号,注文日,顧客番号,商品名,金額"]
    lines += [
        f"J{i},{day(i)},{100 + i % 17:06},みどりの茶わん,{'△' if i % 9 == 4 else ''}{cents(i) // 10}" for i in range(N)
    ]
    write(project, "orders.csv", lines, encoding="cp932")
    assert project.draft() == []
    assert total(project) == sum((-1 if i % 9 == 4 else 1) * (cents(i) // 10) for i in range(N))


def test_names_of_fields_of_sap(project):
    heads = ["VBELN;FKDAT;KUNAG;WAERK;KURRF;FKSTO"]
    items, sold = ["VBELN;POSNR;MATNR;FKIMG;NETWR"], 0.0
    for i in range(N):
        code, rate = ("USD", "0,90000") if i % 4 == 1 else ("EUR", "1,00000")
        heads.append(f"{90000 + i:010};{day(i)};{100 + i % 17:010};{code};{rate};{'X' if i % 12 == 5 else ''}")
        for k in range(1 + i % 2):
            amount = money(cents(i, k)).replace(".", ",")
            items.append(f"{90000 + i:010};{10 + 10 * k:06};P-{i % 7};1;{amount}")
            sold += 0 if i % 12 == 5 else cents(i, k) * (0.9 if i % 4 == 1 else 1)
    write(project, "VBRK.csv", heads)
    write(project, "VBRP.csv", items)
    left = project.draft()
    answers = {"by_exchange_rate": "multiply", "currency": "EUR"} | (
        {"kinds_of_cancelled": "X=none"} if any("kinds_of_cancelled" in each for each in left) else {}
    )
    assert project.draft(**answers) == [], left
    assert abs(total(project) - sold / 100) < 0.3


def test_lines_of_one_of_several_exports_do_not_replace_its_orders(project):
    sold = 0
    for year in (2023, 2024, 2025):
        heads, lines = ["order_id,order_date,customer_id,total"], ["order_id,item,list_price,quantity"]
        for i in range(N):
            number = f"{year}{i:03}"
            sold += cents(i)
            heads.append(f"{number},{day(i).replace('2024', str(year))},C{i % 17},{money(cents(i))}")
            lines.append(f"{number},I{i % 5},{money(cents(i) + 300)},1")
        write(project, f"orders_{year}.csv", heads)
        write(project, f"details_{year}.csv", lines)
    assert project.draft() == []
    assert total(project) == sold / 100


def test_the_number_of_a_year_is_not_that_of_another(project):
    sheets = {}
    for year, who, name in ((2024, "Cliente", "Importo"), (2025, "Compratore", "Imponibile €")):
        rows = [["Data", "Numero", who, name]]
        for i in range(N):
            amount = -cents(i) if i % 20 == 7 else cents(i)
            rows.append([day(i).replace("2024", str(year)), i + 1, f"Bar {i % 17}", amount / 100])
        sheets[str(year)] = rows
    write_workbook(project.raw / "vendite.xlsx", sheets)
    left = project.draft()
    assert not any("went back to customers" in asked for asked in left)
    assert not any("that of these orders again" in remark for remark in project.printed.splitlines())


def test_the_total_of_the_goods_is_nothing_that_is_taken_off(project):
    lines, sold = ["order_no,order_date,customer_no,sku,price,quantity,goods_total,sent_total,shipping,grand_total"], 0
    for i in range(2 * N):
        prices, shipping = [cents(i, k) for k in range(1 + i % 3)], (0, 660)[i % 2]
        whole = sum(prices) + shipping
        sent = whole if i % 30 else whole // 2  # of each address
        sold += sum(prices)
        shown = ",".join(map(money, (sum(prices), sent, shipping, whole)))
        lines += [f"{i},{day(i)},{100 + i % 17:05},S{k},{money(each)},1,{shown}" for k, each in enumerate(prices)]
    write(project, "orders.csv", lines)
    project.draft()
    assert "goods_total" not in next(line for line in project.mapping.splitlines() if "revenue_cents:" in line)
    assert total(project) == sold / 100


def test_a_second_type_of_document_is_asked_about_too(project):
    lines, sold = ["number,date,customer_no,billing_type,document_type,amount"], 0
    for i in range(N):
        kind = ("M", "O", "U")[(i % 9 == 4) + 2 * (i % 9 == 7)]
        sold += {"M": 1, "O": -1, "U": 0}[kind] * cents(i)
        lines.append(f"{i},{day(i)},{100 + i % 17:05},F{i % 3 + 1},{kind},{money(cents(i))}")
    write(project, "billing.csv", lines)
    assert any("document_type" in asked for asked in project.draft())
    project.draft(kinds_of_document_type="O=return,U=none")
    assert total(project) == sold / 100


def test_tests_that_are_to_be_ignored(project):
    lines = ["id,date,customer_no,description,amount"]
    lines += [
        f"{i},{day(i)},{100 + i % 17:05},{'TEST please ignore' if i % 20 == 3 else 'Lessons'},{money(cents(i))}"
        for i in range(N)
    ]
    write(project, "payments.csv", lines)
    (asked,) = project.draft()
    assert "TEST please ignore" in asked
