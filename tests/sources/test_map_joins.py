"""`crmwb map` of several files that belong together: which are joined, and that no cent is lost or counted twice."""

import shutil

import pytest
import yaml
from exporting import Ingested, project_params
from mapping_exports import run_map
from project import PROJECT
from relational_shop import as_csv, shop

from crmwb import params
from crmwb.sources import ingest


@pytest.fixture
def drafted(tmp_path, monkeypatch):
    """Put files into a project, draft their mapping without a question and ingest them by it."""
    monkeypatch.chdir(tmp_path)
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    (tmp_path / "dvc.yaml").touch()

    def read(files):
        for name, content in files.items():
            (raw / name).write_text(content)
        done = run_map(str(raw), "--yes")
        assert done.exit_code == 0, done.output
        source = params.load(tmp_path / "params.yaml").source
        mapping = yaml.safe_load((tmp_path / str(source.mapping)).read_text())
        ingest(project_params(**source.model_dump(include={"kind", "currency", "mapping", "directory"})))
        return Ingested(tmp_path / "data" / "canonical"), mapping["tables"], done.output

    return read


def test_a_price_in_the_products_file(drafted):
    folder = PROJECT / "tests" / "fixtures" / "cases" / "price_in_other_file"
    ingested, tables, _ = drafted({file.name: file.read_text() for file in folder.glob("*.csv")})
    assert tables["transactions"]["join"] == {"products": {"file": "products.csv", "key": "ProductKey"}}
    rows = ingested.table("transactions")
    assert list(rows.revenue_cents) == [350_50, 67_28, 350_50]
    assert rows.cost_cents.sum() == 420_20


def test_a_shop_of_eight_tables(drafted):
    truth = shop()
    ingested, tables, _ = drafted({f"{name}.csv": as_csv(rows) for name, rows in truth.tables.items()})
    rows = ingested.table("transactions")
    assert rows.groupby("customer_id").revenue_cents.sum().to_dict() == truth.revenue_cents
    assert len(rows) == truth.n_lines
    assert "unreadable" not in [path.name for path in ingested.folder.iterdir()]
    assert set(tables["transactions"]["join"]) == {"orders"}
    assert set(ingested.table("customers").country.dropna()) >= {"DE", "FR"}
    assert set(ingested.table("customers").city) == {"Bonn", "Lyon"}
    assert set(ingested.table("products").line) == {"Toys", "Tools", "Food", "Books"}
    assert "payments.csv is left out" in (ingested.folder.parents[1] / "mappings" / "order_items.yaml").read_text()


OLIST = {  # the layout of a well-known Brazilian data set, of made-up rows
    "olist_customers_dataset.csv": "customer_id,customer_unique_id,customer_city,customer_state\n"
    + "".join(f"a{i:03},u{i % 17:02},city{i % 3},SP\n" for i in range(40)),
    "olist_orders_dataset.csv": "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at\n"
    + "".join(f"o{i:03},a{i:03},delivered,2018-01-{1 + i % 28:02} 10:00:00,2018-02-01 11:00:00\n" for i in range(40)),
    "olist_order_items_dataset.csv": "order_id,order_item_id,product_id,shipping_limit_date,price,freight\n"
    + "".join(f"o{i // 2:03},{1 + i % 2},p{i % 7},2018-03-01,{10 + i}.90,5.10\n" for i in range(80)),
    "olist_order_payments_dataset.csv": "order_id,payment_sequential,payment_type,payment_value\n"
    + "".join(f"o{i % 40:03},{1 + i // 40},card,{9 + i}.00\n" for i in range(60)),
    "olist_products_dataset.csv": "product_id,product_category_name\n"
    + "".join(f"p{i},{('kind0', 'kind1', 'kind2', '')[i % 4]}\n" for i in range(7)),
    "olist_order_reviews_dataset.csv": "review_id,order_id,review_score,review_creation_date\n"
    + "".join(f"r{i},o{i:03},5,2018-03-{1 + i % 28:02}\n" for i in range(36)),
    "olist_sellers_dataset.csv": "seller_id,seller_city\n" + "".join(f"s{i},city{i}\n" for i in range(5)),
    "olist_geolocation_dataset.csv": "geolocation_zip_code_prefix,geolocation_lat,geolocation_lng\n"
    + "".join(f"0{i // 2},-23.{i},-46.{i}\n" for i in range(12)),
    "product_category_name_translation.csv": "product_category_name,product_category_name_english\n"
     "kind0,toys\nkind1,tools\n",
}  # fmt: skip


def test_a_customer_whose_number_is_new_in_every_order(drafted):
    ingested, tables, _ = drafted(OLIST)
    rows = ingested.table("transactions")
    assert rows.revenue_cents.sum() == sum((10 + i) * 100 + 90 for i in range(80))
    assert rows.customer_id.nunique() == 17
    assert str(rows.ordered_at.max()) == "2018-01-28 10:00:00"
    assert list(tables["transactions"]["join"]) == ["orders", "customers"]
    assert tables["transactions"]["join"]["customers"]["key"] == {"orders.customer_id": "customer_id"}
    assert set(ingested.table("customers").city) == {"city0", "city1", "city2"}
    products = ingested.table("products")  # in English, where the translation has it; none is lost where it has not
    assert len(products) == 7
    assert set(products.line.dropna()) == {"toys", "tools", "kind2"}


def test_an_amount_that_only_the_order_has_is_spread_over_its_lines(drafted):
    ingested, tables, _ = drafted({
        "orders.csv": "order_id,customer_id,order_date,order_amount\no1,a,2024-01-01,10.00\no2,b,2024-01-02,7.00\n",
        "lines.csv": "line_id,order_id,product_id,quantity\n1,o1,p1,1\n2,o1,p2,2\n3,o2,p1,1\n",
    })  # fmt: skip
    rows = ingested.table("transactions")
    assert list(rows.revenue_cents) == [3_33, 6_67, 7_00]
    assert "spread" in tables["transactions"]


def test_lines_with_amounts_of_their_own_go_before_the_totals_of_their_orders(drafted):
    ingested, _, _ = drafted({
        "orders.csv": "order_id,customer_id,order_date,amount\no1,a,2024-01-01,12.00\no2,b,2024-01-02,8.40\n",
        "lines.csv": "order_id,product_id,quantity,amount\no1,p1,1,4.00\no1,p2,2,6.00\no2,p1,1,7.00\n",
    })  # fmt: skip
    assert list(ingested.table("transactions").revenue_cents) == [4_00, 6_00, 7_00]


def test_subscriptions_are_contracts(drafted):
    folder = PROJECT / "tests" / "fixtures" / "cases" / "subscriptions"
    ingested, tables, _ = drafted({file.name: file.read_text() for file in folder.glob("*.csv")})
    assert tables["contracts"]["columns"]["period_months"] == {"constant": 1}
    rows = ingested.table("contracts").set_index("contract_id")
    assert rows.amount_cents.to_dict() == {"s1": 49_00, "s2": 49_00, "s3": 19_00}
    assert list(rows.ends_on.isna()) == [False, True, True]
    assert list(ingested.table("customers").customer_id) == ["A", "B", "C"]


BILLED = (
    "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,"
    "Created (UTC),Start Date (UTC),Canceled At (UTC),Ended At (UTC)\n"
    "sub1,c1,Team,1,eur,month,10.00,active,2024-01-01 09:00,2024-01-02 09:00,,\n"
    "sub2,c2,Team,3,eur,month,30.00,canceled,2024-01-01 09:00,2024-01-01 09:00,2024-05-03 09:00,2024-06-01 09:00\n"
    "sub3,c3,Yearly,1,eur,year,100.00,past_due,2024-01-01 09:00,2024-01-01 09:00,,\n"
    "sub4,c4,Team,1,eur,month,10.00,trialing,2024-01-01 09:00,2024-01-01 09:00,,\n"
)


def test_subscriptions_of_a_billing_service_are_contracts_by_their_intervals(drafted):
    ingested, _, output = drafted({"subscriptions.csv": BILLED})
    rows = ingested.table("contracts").set_index("contract_id")
    assert rows.amount_cents.to_dict() == {"sub1": 10_00, "sub2": 30_00, "sub3": 100_00}
    assert rows.period_months.to_dict() == {"sub1": 1, "sub2": 1, "sub3": 12}
    assert str(rows.ends_on["sub2"])[:10] == "2024-06-01"
    assert "trialing" in output
