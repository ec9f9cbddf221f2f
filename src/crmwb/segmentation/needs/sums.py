"""Customers' parts and wholes summed up by segment, with the squares that a standard error needs; all in the engine.

Squares are summed as integers too, so that they are the same at any number of threads: values are first divided by a
round number that brings the largest within 30 bits.
"""

from collections.abc import Sequence

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.engine import Backend
from crmwb.segmentation.needs.blocks import Block, Measure, keep

COLUMNS = ("n", "x", "xx", "n_with", "y", "yy", "xy")
MOST = 2**30


def by_segment(con: Backend, block: Block, assigned: ir.Table, schemes: Sequence[str]) -> pd.DataFrame:
    """Sum up a block.

    Parameters
    ----------
    con : Backend
        The engine.
    block : Block
        What to sum up.
    assigned : ir.Table
        customer_id and a column per scheme; customers with NULL are left out of that scheme.
    schemes : sequence of str
        Which.

    Returns
    -------
    DataFrame
        One row per scheme, segment, measure and item, those without a part included: kind and, as floats, n
        (customers with a whole), x and xx (sum of their wholes, and of the squares), n_with (customers with a part), y,
        yy and xy.
    """
    units = _units(con, block)
    of_wholes, of_parts = _wholes(con, block, assigned, schemes, units), _parts(con, block, assigned, schemes, units)
    sums = []
    for scheme in schemes:
        wholes, parts = of_wholes[scheme], of_parts[scheme]
        sums += [_joined(wholes, parts, m).assign(scheme=scheme, measure=m.name) for m in block.measures]
    return pd.concat(sums, ignore_index=True).assign(kind=block.kind)


def _units(con: Backend, block: Block) -> dict[str, int]:
    """Return by what the values of each column are divided before they are squared."""
    out: dict[str, int] = {}
    for table, names in (
        (block.parts, sorted({m.part for m in block.measures})),
        (block.wholes, sorted({m.whole for m in block.measures})),
    ):
        most = engine.batches(con, table.aggregate(**{name: table[name].max() for name in names})).read_all()
        out |= {name: max(1, int(most[name][0].as_py() or 0) // MOST) for name in names}
    return out


def _wholes(
    con: Backend, block: Block, assigned: ir.Table, schemes: Sequence[str], units: dict[str, int]
) -> dict[str, pd.DataFrame]:
    joined = block.wholes.join(assigned, "customer_id")
    keys = ["item"] if "item" in block.wholes.columns else []
    sums = {}
    for m in block.measures:
        scaled = _scaled(joined[m.whole], units[m.whole])
        sums[f"{m.name}:n"] = joined.count(where=joined[m.whole] > 0)
        sums[f"{m.name}:x"] = joined[m.whole].sum()
        sums[f"{m.name}:xx"] = (scaled * scaled).sum()
    frames = _by_scheme(con, joined.group_by(*schemes, *keys).aggregate(**sums), schemes, keys)
    for frame in frames.values():
        for m in block.measures:
            frame[f"{m.name}:xx"] *= float(units[m.whole]) ** 2
    return frames


def _parts(
    con: Backend, block: Block, assigned: ir.Table, schemes: Sequence[str], units: dict[str, int]
) -> dict[str, pd.DataFrame]:
    keys = ["customer_id", *(["item"] if "item" in block.wholes.columns else [])]
    joined = block.parts.join(block.wholes, keys).join(assigned, "customer_id")
    joined = joined.filter(joined.item.notnull())
    sums = {}
    for m in block.measures:
        part, whole = _scaled(joined[m.part], units[m.part]), _scaled(joined[m.whole], units[m.whole])
        sums[f"{m.name}:n_with"] = joined.count(where=joined[m.part] > 0)
        sums[f"{m.name}:y"] = joined[m.part].sum()
        sums[f"{m.name}:yy"] = (part * part).sum()
        sums[f"{m.name}:xy"] = (part * whole).sum()
    frames = _by_scheme(con, joined.group_by(*schemes, "item").aggregate(**sums), schemes, ["item"])
    for frame in frames.values():
        for m in block.measures:
            frame[f"{m.name}:yy"] *= float(units[m.part]) ** 2
            frame[f"{m.name}:xy"] *= float(units[m.part]) * units[m.whole]
    return frames


def _by_scheme(con: Backend, query: ir.Table, schemes: Sequence[str], keys: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Evaluate sums by the segments of all schemes at once, and add up those of each scheme."""
    summed = keep(con, query, "by_all_schemes")
    names = [name for name in query.columns if name not in {*schemes, *keys}]
    frames = {}
    for scheme in schemes:
        known = summed.filter(summed[scheme].notnull()).mutate(segment=summed[scheme])
        sums = known.group_by("segment", *keys).aggregate(**{name: known[name].sum() for name in names})
        frames[scheme] = _frame(con, sums, ["segment", *keys])
    return frames


def _scaled(values: ir.Value, unit: int) -> ir.IntegerValue:
    return (values.cast("float64") / unit).floor().cast("int64")


def _frame(con: Backend, query: ir.Table, keys: list[str]) -> pd.DataFrame:
    """Evaluate sums: DuckDB's of integers are 128 bits wide, and become floats only here."""
    table = engine.batches(con, query).read_all()
    columns = [table[name] if name in keys else table[name].cast(pa.float64()) for name in table.column_names]
    frame: pd.DataFrame = pa.table(columns, names=table.column_names).to_pandas()
    return frame.sort_values(keys, ignore_index=True)


def _joined(wholes: pd.DataFrame, parts: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Put the sums of one measure beside each other, for every segment and item."""
    by_item = "item" in wholes
    every = wholes if by_item else wholes.merge(parts[["item"]].drop_duplicates(), how="cross")
    out = every.merge(parts, on=["segment", "item"], how="left")
    out = out.rename(columns={f"{measure.name}:{name}": name for name in COLUMNS})
    out = out[["segment", "item", *COLUMNS]].fillna(dict.fromkeys(COLUMNS, 0.0))
    return out[out["x"] > 0]
