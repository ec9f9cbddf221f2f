"""Exports of ledgers, tills, wholesalers and hotels with a trap in each: what a unit is, what counts, for whom, and in what.

Each writes files, enters the truth into the book, and returns what a person has to answer.
"""
# ruff: noqa: E501 - headers and rows are easier to compare in one line

from datetime import timedelta

from book import Book, comma, point, sales
from tool_exports import Refused

Answers = dict[str, str]


def packs_at_a_price_per_piece(b: Book) -> Answers:
    lines = ["Kundennr;Auftrag;Datum;Artikel;Menge VE;Stück je VE;Preis je Stück"]
    for s in sales(201):
        size = 6 + 6 * (s.no % 3)
        lines.append(f"K{s.who};A{s.no};{s.day:%d.%m.%Y};P{s.no % 7};{s.n};{size};{comma(s.price)}")
        b.sold(f"K{s.who}", size * s.cents, s.day)
    b.write("auftraege.csv", lines)
    return {}


def dozens_at_a_price_per_piece(b: Book) -> Answers:
    lines = ["Order,Customer,Date,Item,Qty (doz),Price/pc USD"]
    for s in sales(202):
        lines.append(f"{s.no},{s.who},{s.day},{'pens' if s.no % 2 else 'cups'},{s.n},{point(s.price)}")
        b.sold(str(s.who), 12 * s.cents, s.day)
    b.write("orders.csv", lines)
    return {"price_of_price_pc": "piece"}


def units_returned_beside_units_sold(b: Book) -> Answers:
    lines = ["Ticket,Date,Customer,SKU,Qty sold,Qty ret.,Unit price GBP"]
    for s in sales(203):
        back = int(s.n > 1 and s.no % 3 == 0)
        lines.append(f"{s.no},{s.day:%d/%m/%Y},L{s.who},S{s.no % 5},{s.n},{back},{point(s.price)}")
        b.sold(f"L{s.who}", (s.n - back) * s.price, s.day)
    b.write("till.csv", lines)
    return {"off_by_qty_ret": "take_off"}


def an_amount_that_is_a_price(b: Book) -> Answers:
    lines = ["Order,Customer,Date,Product,Quantity,Amount"]
    for s in sales(204, 60):
        price = 100 * (s.no % 4 + 3)
        lines.append(f"{s.no},{s.who},{s.day},P{s.no % 4},{s.n},{point(price)}")
        b.sold(str(s.who), s.n * price, s.day)
    b.write("orders.csv", lines)
    return {}


def vouchers_sold(b: Book) -> Answers:
    lines = ["Pedido;Fecha;Cliente;Artículo;Importe;Forma de pago"]
    for s in sales(205):
        is_card = s.no % 6 == 0
        lines.append(
            f"{s.no};{s.day:%d/%m/%Y};{s.who};{'Tarjeta regalo' if is_card else 'Camisa'};{comma(s.cents)};{'Tarjeta regalo' if s.no % 5 == 1 else 'Efectivo'}"
        )
        if not is_card:
            b.sold(str(s.who), s.cents, s.day)
    b.write("ventas.csv", lines)
    return {"articulo_vouchers_sold": "leave_out"}


def deposits_charged_and_returned(b: Book) -> Answers:
    lines = ["Bonnr;Datum;Klantnr;Omschrijving;Aantal;Bedrag"]
    for s in sales(206):
        head = f"{s.no};{s.day:%d-%m-%Y};{s.who}"
        lines += [
            f"{head};{'Pils' if s.no % 3 else 'Cola'} krat;{s.n};{comma(s.cents)}",
            f"{head};Statiegeld krat;{s.n};{comma(s.n * 390)}",
        ]
        lines += [f"{head};Retour emballage;-1;{comma(-390)}"] if s.no % 2 else []
        b.sold(str(s.who), s.cents, s.day)
    b.write("bonnen.csv", lines)
    return {"omschrijving_deposits": "leave_out"}


def sister_companies(b: Book) -> Answers:
    lines = ["Order,Date,Customer,Customer group,Amount"]
    for s in sales(207):
        is_own = s.who == 3
        lines.append(f"{s.no},{s.day},{s.who},{'Intercompany' if is_own else 'Retail'},{point(s.cents)}")
        if not is_own:
            b.sold(str(s.who), s.cents, s.day)
    b.write("orders.csv", lines)
    return {"customer_group_own": "leave_out"}


def own_accounts_in_the_file_of_customers(b: Book) -> Answers:
    lines = ["order_no,account_id,order_date,net_amount"]
    for s in sales(208):
        lines.append(f"{s.no},AC-{s.who},{s.day},{point(s.cents)}")
        if s.who not in {2, 5}:
            b.sold(f"AC-{s.who}", s.cents, s.day)
    b.write("orders.csv", lines)
    kinds = {2: "Internal", 5: "Test account"}
    b.write(
        "accounts.csv",
        ["account_id,account_type,country", *(f"AC-{i},{kinds.get(i, 'Customer')},US" for i in range(1, 11))],
    )
    return {"account_type_own": "leave_out"}


def merged_records(b: Book) -> Answers:
    into = {3: 4, 4: 7, 9: 1}
    lines = ["order_id,customer_id,order_date,amount"]
    for s in sales(209):
        lines.append(f"{s.no},{s.who},{s.day},{point(s.cents)}")
        left = into.get(into.get(s.who, s.who), into.get(s.who, s.who))
        b.sold(str(left), s.cents, s.day)
    b.write("orders.csv", lines)
    b.write("customers.csv", ["customer_id,city,merged_into", *(f"{i},York,{into.get(i, '')}" for i in range(1, 11))])
    return {}


def pages_that_cut_orders(b: Book) -> Answers:
    head, rows = "order_id,line_id,created_at,user_id,amount_eur", []
    for s in sales(210):
        for j in range(2):
            rows.append(f"o{s.no},l{s.no}-{j},{s.day},u{s.who},{point(s.cents + j)}")
            b.sold(f"u{s.who}", s.cents + j, s.day)
    b.write("page_1.csv", [head, *rows[:45]])
    b.write("page_2.csv", [head, *rows[35:]])
    return {"same_orders_page_1_csv": "each_line_once"}


def the_year_first_in_two_digits(b: Book) -> Answers:
    lines = ["伝票番号,売上日,顧客番号,売上金額"]
    for s in sales(211, 90):
        day = s.day.replace(year=2022) + timedelta(days=s.no % 3 * 365)
        lines.append(f"{s.no},{day:%y/%m/%d},{s.who},{s.cents // 100}")
        b.sold(str(s.who), s.cents // 100 * 100, day)
    b.write("uriage.csv", lines)
    return {}


def thousands_by_the_title(b: Book) -> Answers:
    lines = ["Ventes aux grands comptes (en milliers d'euros);;;", "", "Facture;Date;Client;Montant"]
    for s in sales(212):
        lines.append(f"{s.no};{s.day:%d/%m/%Y};{s.who};{comma(s.cents)}")
        b.sold(str(s.who), 1000 * s.cents, s.day)
    b.write("ventes.csv", lines)
    return {"scale": "scaled"}


def rates_that_divide(b: Book) -> Answers:
    lines = ["invoice,date,customer,currency,amount,fx_rate"]
    for s in sales(213):
        code, rate = (("USD", 1), ("EUR", 0.8))[s.no % 2]
        lines.append(f"{s.no},{s.day},{s.who},{code},{point(4 * s.cents)},{rate}")
        b.sold(str(s.who), 4 * s.cents if code == "USD" else 5 * s.cents, s.day)
    b.write("invoices.csv", lines)
    return {"by_fx_rate": "divide"}


def a_price_for_each_currency(b: Book) -> Answers:
    lines = ["Nr,Data sprzedaży,Kontrahent,Ilość,Cena PLN,Cena EUR,Waluta"]
    for s in sales(214):
        code = "EUR" if s.no % 3 == 0 else "PLN"
        lines.append(f"{s.no},{s.day},{s.who},{s.n},{point(5 * s.price)},{point(s.price)},{code}")
        b.sold(str(s.who), s.cents * (4 if code == "EUR" else 5), s.day)
    b.write("sprzedaz.csv", lines)
    return {"rate_EUR": "4"}


def an_amount_in_one_of_two_currencies(b: Book) -> Answers:
    lines = ["Order,Customer,Date,Amount EUR,Amount USD"]
    for s in sales(215):
        is_euro = s.no % 3 > 0
        lines.append(f"{s.no},{s.who},{s.day},{point(s.cents) if is_euro else ''},{'' if is_euro else point(s.cents)}")
        b.sold(str(s.who), s.cents if is_euro else 2 * s.cents, s.day)
    b.write("orders.csv", lines)
    return {"rate_USD": "2"}


def an_amount_told_in_two_currencies(b: Book) -> Answers:
    lines = ["Order,Customer,Date,Amount EUR,Amount USD"]
    for s in sales(216):
        lines.append(f"{s.no},{s.who},{s.day},{point(s.cents)},{point(s.cents * 11 // 10)}")
        b.sold(str(s.who), s.cents, s.day)
    b.write("orders.csv", lines)
    return {"currency_of_amount": "EUR"}


def money_beside_money(b: Book) -> Answers:
    lines = ["Booking,Arrival date,Customer,Nights,Avg Rate,Sales amount,F&B revenue,City tax"]
    for s in sales(217):
        food = s.price // 3 if s.no % 2 else 0
        lines.append(f"{s.no},{s.day},{s.who},{s.n},{point(s.price)},{point(s.cents)},{point(food)},{point(s.n * 250)}")
        b.sold(str(s.who), s.cents + food, s.day)
    b.write("stays.csv", lines)
    return {"beside_f_b_revenue": "add"}


def a_gift_credited_to_two(b: Book) -> Answers:
    lines = ["Order,Date,Customer,Credit,Amount"]
    for s in sales(218, 60):
        lines.append(f"{s.no},{s.day},{s.who},Hard,{point(s.cents)}")
        lines += [f"{s.no},{s.day},{s.who + 50},Soft,{point(s.cents)}"] if s.no % 8 == 0 else []
        b.sold(str(s.who), s.cents, s.day)
    b.write("gifts.csv", lines)
    return {"counts_by_credit": "Hard"}


def cents_less_whole_units(b: Book) -> Answers:
    lines = ["order_id,customer_id,ordered_at,amount_cents,cancelled_value"]
    for s in sales(219):
        off = s.price // 2 if s.no % 4 == 0 else 0
        lines.append(f"{s.no},{s.who},{s.day},{s.cents},{point(off)}")
        b.sold(str(s.who), s.cents - off, s.day)
    b.write("orders.csv", lines)
    return {"off_by_cancelled_value": "take_off"}


def cents_and_refunds_in_whole_units(b: Book) -> Answers:
    lines = ["order_id,customer_id,ordered_at,amount_cents,refunded_amount"]
    for s in sales(227):
        off = s.price // 2 if s.no % 4 == 0 else 0
        lines.append(f"{s.no},{s.who},{s.day},{s.cents},{point(off)}")
        b.sold(str(s.who), s.cents, s.day)
        b.back(str(s.who), off)
    b.write("orders.csv", lines)
    return {}


def ids_as_formulas(b: Book) -> Answers:
    lines = ["Customer,Order,Date,Amount"]
    for s in sales(220):
        lines.append(f'="00{s.who}","=""{s.no}""",{s.day},{point(s.cents)}')
        b.sold(f"00{s.who}", s.cents, s.day)
    b.write("orders.csv", lines)
    b.write("customers.csv", ["Customer,City", *(f'="00{i}",York' for i in range(1, 11))])
    return {}


def weeks_as_columns(b: Book) -> Answers:
    weeks = [f"KW{i:02}/2024" for i in range(1, 9)]
    b.write("wochen.csv", [";".join(["Kunde", *weeks]), *(f"K{i};" + ";".join(["10,00"] * 8) for i in range(20))])
    raise Refused("8 columns (KW01/2024 to KW08/2024)")


def customers_of_two_companies(b: Book) -> Answers:
    lines = ["Mandant;Belegnr;Datum;Kundennr;Nettobetrag"]
    for s in sales(221):
        lines.append(f"0{1 + s.no % 2};{s.no};{s.day:%d.%m.%Y};{s.who};{comma(s.cents)}")
        b.sold(f"0{1 + s.no % 2}-{s.who}", s.cents, s.day)
    b.write("belege.csv", lines)
    return {"customers_by_mandant": "apart"}


def decimals_left_out(b: Book) -> Answers:
    lines = ["TXN|DATE|CUSTOMER|AMOUNT"]
    for s in sales(222):
        lines.append(f"{s.no}|{s.day:%Y%m%d}|{s.who}|{s.cents:011}")
        b.sold(str(s.who), s.cents, s.day)
    b.write("extract.txt", lines)
    return {"decimals_of_amount": "hundredths"}


def credits_marked_behind_amounts(b: Book) -> Answers:
    lines = ["Transaction,Date,Customer,Amount"]
    for s in sales(223):
        is_back = s.no % 8 == 0
        lines.append(f"{s.no},{s.day},{s.who},{point(s.cents)}{' CR' if is_back else ''}")
        if is_back:
            b.back(str(s.who), s.cents)
        else:
            b.sold(str(s.who), s.cents, s.day)
    b.write("transactions.csv", lines)
    return {"marked_amount": "returns"}


def items_of_an_order_in_columns(b: Book) -> Answers:
    lines = ["order_id,order_date,customer_id,item1_sku,item1_qty,item1_price,item2_sku,item2_qty,item2_price"]
    for s in sales(224):
        second = f"B{s.no % 3},1,{point(s.price + 1)}" if s.no % 2 else ",,"
        lines.append(f"{s.no},{s.day},{s.who},A{s.no % 5},{s.n},{point(s.price)},{second}")
        b.sold(str(s.who), s.cents + (s.price + 1 if s.no % 2 else 0), s.day)
    b.write("orders.csv", lines)
    return {}


def subtotals_and_cash_of_a_till(b: Book) -> Answers:
    lines = ["レシート番号,日付,会員番号,区分,金額"]
    for s in sales(225):
        head, off = f"{s.no},{s.day:%Y/%m/%d},M{s.who}", 10 * (s.no % 2)
        lines += [f"{head},商品,{s.price}", f"{head},商品,{s.price + 50}"] + ([f"{head},値引,-{off}"] if off else [])
        whole = 2 * s.price + 50 - off
        lines += [f"{head},小計,{whole}", f"{head},預り,{whole + 100}", f"{head},釣り,100"]
        b.sold(f"M{s.who}", 100 * (whole + off), s.day)
        b.back(f"M{s.who}", 100 * off)
    b.write("journal.csv", lines)
    return {}


def grams_and_kilograms(b: Book) -> Answers:
    lines = ["Ticket;Date;Client;Produit;Quantité;Unité;Prix au kg"]
    for s in sales(226):
        is_gram = s.no % 2
        lines.append(
            f"{s.no};{s.day:%d/%m/%Y};{s.who};P{s.no % 3};{s.n * 200 if is_gram else s.n};{'g' if is_gram else 'kg'};{comma(s.price)}"
        )
        b.sold(str(s.who), s.cents // 5 if is_gram else s.cents, s.day)
    b.write("caisse.csv", lines)
    return {"price_by_unite": "kg"}


EVERY = [
    packs_at_a_price_per_piece, dozens_at_a_price_per_piece, units_returned_beside_units_sold, an_amount_that_is_a_price, vouchers_sold,
    deposits_charged_and_returned, sister_companies, own_accounts_in_the_file_of_customers, merged_records, pages_that_cut_orders,
    the_year_first_in_two_digits, thousands_by_the_title, rates_that_divide, a_price_for_each_currency, an_amount_in_one_of_two_currencies,
    an_amount_told_in_two_currencies, money_beside_money, a_gift_credited_to_two, cents_less_whole_units, cents_and_refunds_in_whole_units, ids_as_formulas, weeks_as_columns,
    customers_of_two_companies, decimals_left_out, credits_marked_behind_amounts, items_of_an_order_in_columns, subtotals_and_cash_of_a_till, grams_and_kilograms,
]  # fmt: skip
