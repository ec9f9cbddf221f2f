"""Texts of columns, read as the pipeline reads them: in each style of numbers or format of dates that is tried."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import ibis
import pyarrow as pa

from crmwb import engine
from crmwb.engine import Backend
from crmwb.sources import steps, values
from crmwb.sources.values import NARROW, NOTHING, WIDE, NumberStyle

LEAST_SHARE = 0.8  # of a column's rows, or it is no column of numbers or dates


@cache
def plain(text: str) -> str:
    """Return a text in signs of plain width."""
    return text.translate(str.maketrans(WIDE, NARROW, NOTHING)).strip()


def tried(
    con: Backend, texts_of: Mapping[str, list[str]], ways: Mapping[str, NumberStyle | str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the texts of columns, and what each style of numbers or format of dates makes of them."""
    names = list(texts_of)
    rows = [{"c": i, "text": text} for i, name in enumerate(names) for text in texts_of[name]]
    engine.open_arrow(con, pa.Table.from_pylist(rows, TRIED.schema().to_pyarrow()), TRIED.get_name())
    key = tuple(ways.items())
    query = _queries.get(key)
    if query is None:  # compiling takes longer than running
        text = TRIED.text.strip()
        read = {
            to: values.moment(text, (how,)) if isinstance(how, str) else values.number(text, how).cast("float64")
            for to, how in key
        }
        query = engine.compiled(con, steps.mutate(TRIED, read).select("c", "text", *read), in_steps=True)
        _queries[key] = query
    result: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for row in engine.run_on(con, query).read_all().to_pylist():
        result[names[row["c"]]].append(row)
    return result


TRIED = ibis.table({"c": "int64", "text": "string"}, name="tried")
_queries: dict[tuple[tuple[str, NumberStyle | str], ...], engine.Query] = {}
