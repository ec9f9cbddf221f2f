"""What a flat file of order lines says of products and channels, in the words of several languages."""

import pytest
from mapping_exports import revenue

GOODS = ("Tea", "Coffee", "Cocoa")


def written(project, header):
    """Write two lines of each of 40 orders of eight customers; return what each brought, in whole units."""
    lines, truth = [header], {}
    for i in range(40):
        for line in range(2):
            who, amount, goods = f"K{i % 8}", 10 + 3 * (i % 7) + line, GOODS[(i + line) % 3]
            reference, way = f"A-{(i + line) % 9:03}", ("web", "shop")[i % 2]
            lines.append(f"B{i + 500},{who},2024-05-{i % 28 + 1:02},{reference},{goods},{way},{amount}.50")
            truth[who] = truth.get(who, 0) + amount + 0.5
    (project.raw / "lines.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return truth


@pytest.mark.parametrize(
    "header",
    [
        "N° commande,Code client,Date,Référence,Catégorie,Canal de vente,Montant",
        "Nº pedido,Cliente,Fecha,Código artículo,Familia de productos,Canal de venta,Importe",
        "Ordine,Codice cliente,Data,Codice articolo,Categoria,Canale di vendita,Importo",
        "Auftragsnummer,Kundennummer,Datum,Artikelnummer,Warengruppe,Vertriebskanal,Betrag",
        "Sales order,Customer no,Order date,Item code,Product group,Order channel,Net value",
        "订单编号,会员编号,下单时间,商品编号,商品类目,下单渠道,实付金额",
    ],
)
def test_products_their_lines_and_channels_are_read(project, header):
    truth = written(project, header)
    assert project.draft() == []
    ingested = project.ingest()
    assert revenue(ingested) == truth
    assert set(ingested.table("transactions").channel) == {"web", "shop"}
    assert ingested.table("products").product_id.nunique() == 9
    assert set(ingested.table("products").line) <= set(GOODS)


@pytest.mark.parametrize("header", ["Product group", "Catégorie", "商品类目", "Warengruppe"])
def test_where_no_number_tells_products_apart_their_kind_does(project, header):
    truth = written(project, f"Order,Customer,Order date,Colour code,{header},Channel,Amount")
    assert project.draft() == []
    ingested = project.ingest()
    assert revenue(ingested) == truth
    assert set(ingested.table("products").product_id) == set(GOODS)
    assert set(ingested.table("products").line) == set(GOODS)


def test_a_reference_of_its_own_in_every_row_is_no_product(project):
    rows = "".join(f"B{i},K{i % 5},2024-05-{i % 28 + 1:02},P-{i:05},{10 + i % 9}.00\n" for i in range(60))
    (project.raw / "paid.csv").write_text(f"Order,Customer,Date,Reference,Amount\n{rows}", encoding="utf-8")
    assert project.draft() == []
    assert project.ingest().table("transactions").product_id.isna().all()
