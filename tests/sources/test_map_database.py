"""`crmwb map --database`: tables, keys and foreign keys of real databases, and the same sums as from files."""

import shutil
from contextlib import closing

import pytest
import yaml
from exporting import Ingested, project_params
from mapping_exports import run_map
from project import PROJECT
from relational_shop import FOREIGN, KEYS, shop
from storing import _opened
from typer.testing import CliRunner

from crmwb import params
from crmwb.cli import app
from crmwb.sources import catalogue, database, ingest

TYPES = {"quantity": "integer", "score": "integer", "order_date": "timestamp", "paid_at": "timestamp"}


OF_OTHER_TESTS = ("sales",)  # they use the same server


def fill_shop(url: str, *, keys: bool, money: str = "numeric(12, 2)") -> None:
    """Put the tables of the shop into a database."""
    quote = "`" if url.startswith("mysql") else '"'
    sign = "?" if url.partition("://")[0] in database.FILES else "%s"
    order = ["categories", "customers", "addresses", "products", "orders", "order_items", "payments", "reviews"]
    with closing(_opened(url)) as con, closing(con.cursor()) as cursor:
        if url.startswith("postgresql"):
            cursor.execute("DROP SCHEMA IF EXISTS shop CASCADE")
        for table in [*OF_OTHER_TESTS, *reversed(order)]:
            cursor.execute(f"DROP TABLE IF EXISTS {quote}{table}{quote}")
        for table in order:
            rows = shop().tables[table]
            columns = []
            for name in rows[0]:
                is_money = name.endswith(("price", "amount", "total"))
                columns.append(f"{quote}{name}{quote} {money if is_money else TYPES.get(name, 'varchar(40)')}")
            if keys:
                columns.append(f"PRIMARY KEY ({KEYS[table]})")
                columns += [
                    f"FOREIGN KEY ({column}) REFERENCES {to} ({KEYS[to]})"
                    for (of, column), to in FOREIGN.items()
                    if of == table
                ]
            cursor.execute(f"CREATE TABLE {quote}{table}{quote} ({', '.join(columns)})")
            signs = ", ".join([sign] * len(rows[0]))
            cursor.executemany(
                f"INSERT INTO {quote}{table}{quote} VALUES ({signs})", [tuple(row.values()) for row in rows]
            )
        con.commit()


@pytest.fixture
def mapped(request, tmp_path, monkeypatch):
    """Draft a mapping of a database in a project of its own and ingest by it; return that, tables and what was said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    (tmp_path / "dvc.yaml").touch()
    monkeypatch.setenv(database.URL, "")  # set by the command, and put back afterwards

    def read(kind, **options):
        if kind in database.FILES:
            url = f"{kind}:///{tmp_path}/shop.{kind}"
        else:
            url = request.getfixturevalue("mysql") if kind == "mysql" else request.getfixturevalue("postgres").url
        fill_shop(url, **options)
        done = run_map("--database", url, "--yes")
        assert done.exit_code == 0, done.output
        source = params.load(tmp_path / "params.yaml").source
        assert source.kind == "database"
        text = (tmp_path / str(source.mapping)).read_text()
        assert "s3cret" not in text + done.output + (tmp_path / "params.yaml").read_text()
        ingest(project_params(kind="database", mapping=source.mapping, directory=None))
        return Ingested(tmp_path / "data" / "canonical"), yaml.safe_load(text)["tables"], text

    return read


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "sqlite", "duckdb"])
def test_a_shop_with_keys_is_joined_by_a_query_with_the_same_sums(mapped, kind, tmp_path):
    truth = shop()
    ingested, tables, _ = mapped(kind, keys=True)
    rows = ingested.table("transactions")
    assert rows.groupby("customer_id").revenue_cents.sum().to_dict() == truth.revenue_cents
    assert len(rows) == truth.n_lines
    assert set(ingested.table("products").line) == {"Toys", "Tools", "Food", "Books"}
    query = (tmp_path / "mappings" / tables["transactions"]["query"]).read_text()
    assert 'LEFT JOIN "orders" AS "orders" ON "base"."order_id" = "orders"."order_id"' in query
    assert tables["transactions"]["order_by"] == ["order_item_id"]


def test_without_keys_rows_are_joined_where_multiplying_is_refused_and_floats_are_warned_of(mapped):
    ingested, tables, text = mapped("sqlite", keys=False, money="double")
    assert tables["transactions"]["join"] == {"orders": {"table": "orders", "key": "order_id"}}
    assert ingested.table("transactions").groupby("customer_id").revenue_cents.sum().to_dict() == shop().revenue_cents
    assert "order_items.unit_price is double, no exact number" in text
    assert "orders.discount_amount is double, no exact number" in text


def test_keys_that_names_do_not_tell_are_found_by_what_the_database_says(tmp_path):
    url = f"duckdb:///{tmp_path}/a.duckdb"
    with closing(_opened(url)) as con:
        con.execute("CREATE TABLE persons (pid INTEGER PRIMARY KEY, mail VARCHAR UNIQUE)")
        con.execute("CREATE TABLE deals (nr INTEGER, buyer INTEGER REFERENCES persons (pid), PRIMARY KEY (nr, buyer))")
    with database.connect(url) as con:
        deals, persons = catalogue.tables(con)
    assert deals.foreign_keys == [catalogue.ForeignKey("buyer", "persons", "pid")]
    assert deals.key == ("nr", "buyer")
    assert persons.unique == {"pid", "mail"}


def test_a_database_that_does_not_answer_is_said_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    (tmp_path / "dvc.yaml").touch()
    monkeypatch.setenv(database.URL, "")
    done = CliRunner().invoke(app, ["map", "--database", "mysql://shop:s3cret@127.0.0.1:1/shop", "--yes"])
    assert done.exit_code == 1
    assert done.output.count("the database says") == 1
    assert "s3cret" not in done.output
    both = CliRunner().invoke(app, ["map", "a.csv", "--database", "env"])
    assert "name files, or a database" in both.output
