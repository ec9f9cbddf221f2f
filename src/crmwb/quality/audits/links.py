"""Audits of ids: written in two ways, of things that no table has, of customers whom nothing mentions."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from crmwb.contract import Column, Kind, Table
from crmwb.contract.canonical import TABLES
from crmwb.findings import Finding, Listing, Term, Value
from crmwb.quality.audits.audit import NOTICEABLE_SHARE, Audit, figures, found_among, quoted, some

# Numbers of events are their own; ids of people and things recur, come from several systems and are typed by hand.
EVENTS = {"order_id", "interaction_id", "invoice_id", "opportunity_id", "initiative_id"}


def ids_written_in_several_ways(table: Table, tables: Mapping[str, ir.Table]) -> Audit | None:
    """Find ids that differ only by case, blanks or a trailing ".0": one customer or product, counted as two."""
    rows = tables[table.name]
    columns = [c for c in table.columns if c.kind is Kind.ID and c.name not in EVENTS and not _is_known(c, tables)]
    if not columns:
        return None
    n_found, examples = 0, list[Value]()
    for column in columns:
        ids = _counted(rows, column.name).mutate(plain=lambda t: plain(t.id))
        ways = ids.group_by("plain").aggregate(n_ways=ids.count(), n=ids.n.sum(), one=ids.id.min(), other=ids.id.max())
        several = ways.filter(ways.n_ways > 1)
        n_found += figures(several.aggregate(n=several.n.sum().fill_null(0)))["n"]
        first = several.order_by(ibis.desc("n"), "plain").limit(3).to_pyarrow().to_pylist()
        examples += [_pair(way["one"], way["other"]) for way in first]
    n_rows = rows.count().to_pyarrow().as_py()
    return found_among(
        "ids_written_in_several_ways",
        table.name,
        min(n_found, n_rows),
        n_rows,
        noticeable=0,
        values={"examples": some(examples)},
    )


def unknown_links(table: Table, tables: Mapping[str, ir.Table]) -> Audit | None:
    """Find rows that point to something which its table lacks, and those of them that do only by their spelling."""
    rows = tables[table.name]
    columns = [c for c in table.columns if c.nullable and _is_known(c, tables)]
    if not columns:
        return None
    n_found, parents, twins = 0, list[str](), list[Value]()
    for column in columns:
        parent = str(column.references)
        keys = tables[parent].select(key=TABLES[parent].key[0])
        ids = _counted(rows, column.name)
        strange = ids.anti_join(keys, ids.id == keys.key)
        n_strange = figures(strange.aggregate(n=strange.n.sum().fill_null(0)))["n"]
        if n_strange:
            n_found += n_strange
            parents.append(parent)
            twins += _meant(strange, keys)
    n_rows = rows.count().to_pyarrow().as_py()
    where = Listing(
        tuple(Term("table", name) for name in dict.fromkeys(parents or [str(c.references) for c in columns]))
    )
    return found_among(
        "unknown_links",
        table.name,
        min(n_found, n_rows),
        n_rows,
        variant="_spelling" if twins else "",
        advice="_spelling" if twins else "",
        noticeable=0 if twins else NOTICEABLE_SHARE,
        values={"tables": where, "examples": some(twins)},
    )


def lines_without_product(transactions: ir.Table) -> Audit | None:
    """Find lines that name no product where others do."""
    counts = figures(transactions.aggregate(n=transactions.count(), n_found=transactions.product_id.isnull().sum()))
    if counts["n"] == counts["n_found"]:
        return None
    return found_among(
        "lines_without_product",
        "transactions",
        counts["n_found"],
        counts["n"],
    )


def customers_without_events(customers: ir.Table, *events: ir.Table | None) -> Audit | None:
    """Find customers whom no other table mentions: neither bought nor contacted nor invoiced."""
    mentions = [table.select("customer_id") for table in events if table is not None]
    if not mentions:
        return None
    seen = ibis.union(*mentions, distinct=True) if len(mentions) > 1 else mentions[0].distinct()
    n_silent = customers.anti_join(seen, "customer_id").count().to_pyarrow().as_py()
    return found_among(
        "customers_without_events",
        "customers",
        n_silent,
        customers.count().to_pyarrow().as_py(),
        noticeable=0.5,
    )


def strangers_but_for_the_spelling(customers: ir.Table, transactions_quarantine: ir.Table) -> Audit | None:
    """Find quarantined lines whose customer would be known if the id were written as the customers' table does."""
    of_strangers = transactions_quarantine.filter(
        transactions_quarantine.rule.contains("customer_id_is_in_customers")
    ).mutate(id=lambda t: t["values"].cast("json")["customer_id"].str)
    ids = of_strangers.group_by("id").aggregate(n=of_strangers.count())
    keys = customers.select(key="customer_id")
    twins = _meant(ids, keys)
    if not twins:
        return None
    spelt = keys.select(plain=plain(keys.key)).distinct()
    meant = ids.mutate(plain=plain(ids.id)).semi_join(spelt, "plain")
    return found_among(
        "strangers_but_for_the_spelling",
        "transactions",
        figures(meant.aggregate(n=meant.n.sum()))["n"],
        transactions_quarantine.count().to_pyarrow().as_py(),
        noun="quarantined_line",
        noticeable=0,
        values={"examples": some(twins)},
    )


def plain(text: ir.StringValue) -> ir.StringValue:
    """Return an id without what hands and spreadsheets change: case, blanks, a trailing ".0"."""
    return text.lower().re_replace(r"[\s\x{a0}]+", "").re_replace(r"\.0+$", "")


def _is_known(column: Column, tables: Mapping[str, ir.Table]) -> bool:
    """Tell whether an id's own table is there, so that its spelling is judged there."""
    return column.references in tables


def _counted(rows: ir.Table, column: str) -> ir.Table:
    """Return one row per known id: id, n."""
    named = rows.select(id=column).filter(ibis._.id.notnull())
    return named.group_by("id").aggregate(n=named.count())


def _pair(one: str, other: str) -> Finding:
    return Finding("quality.pair", {"one": quoted(one), "other": quoted(other)})


def _meant(strange: ir.Table, keys: ir.Table) -> list[Value]:
    """Return the most frequent strange ids that are keys but for the spelling, with what they likely mean."""
    spelt = keys.group_by(plain=plain(keys.key)).aggregate(key=keys.key.min())
    meant = strange.mutate(plain=plain(strange.id)).inner_join(spelt, "plain")
    first = meant.order_by(ibis.desc("n"), "id").limit(10).to_pyarrow().to_pylist()
    return [Finding("quality.meant", {"id": quoted(way["id"]), "key": quoted(way["key"])}) for way in first]
