"""The stages month by month: of each customer, and counted with what they brought."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.contract import lifecycle as declared
from crmwb.files.behind import behind
from crmwb.lifecycle.activity import Entries
from crmwb.lifecycle.names import STAGES, UNKNOWN
from crmwb.lifecycle.timeline import Timeline, net_cents

NOW_ONLY = ("clv_cents", "profit_cents", "p_alive")


def write_customer_months(timeline: Timeline, purchases: Entries, ids: pa.Array, path: Path) -> int:
    """Write who was in which stage at each moment and what they brought in the month that ended, sorted by both keys.

    Few rows are in memory at a time, and written while others are made. Who was not known then has no row.

    Returns
    -------
    int
        Rows written.
    """
    n_rows, names, schema = 0, pa.array(STAGES), declared.MONTHS.schema
    with (
        storage.replacing(path) as beside,
        storage.parquet_writer(beside, schema) as file,
        behind() as later,
    ):
        for i, end in enumerate(timeline.ends):
            known = np.flatnonzero(timeline.stages[i] != UNKNOWN)
            cents = net_cents(purchases, timeline.month_before(i), len(ids))
            for begins in range(0, len(known), storage.ROW_GROUP_ROWS):
                own = known[begins : begins + storage.ROW_GROUP_ROWS]
                columns = [
                    pa.repeat(pa.scalar(end, pa.date32()), len(own)),
                    ids.take(pa.array(own)),
                    names.take(pa.array(timeline.stages[i][own])),
                    pa.array(cents[own], pa.int64()),
                ]
                later(file.write_table, pa.Table.from_arrays(columns, schema=schema), storage.ROW_GROUP_ROWS)
            n_rows += len(known)
    return n_rows


def stages(timeline: Timeline, purchases: Entries, customers: pd.DataFrame, *, first_is_whole: bool) -> pd.DataFrame:
    """Count every stage at every moment.

    Parameters
    ----------
    timeline : Timeline
        Up to now.
    purchases : Entries
        What was bought.
    customers : DataFrame
        One row per customer, by their numbers: clv_cents, profit_cents and p_alive where they are known.
    first_is_whole : bool
        The first month of the timeline was watched in full.

    Returns
    -------
    DataFrame
        Columns of `declared.STAGES`, all stages at all moments: customers, their share, what they brought in the month
        that ended, and at the last moment what they are worth, their profit and mean probability of being a customer;
        unknown before, for the models that tell it are today's.
    """
    n = len(STAGES)
    rows = []
    for i, end in enumerate(timeline.ends):
        code = timeline.stages[i]
        known = code != UNKNOWN
        count = np.bincount(code[known], minlength=n)
        cents = np.zeros(n, dtype=np.int64)
        np.add.at(cents, code[known], net_cents(purchases, timeline.month_before(i), len(code))[known])
        rows.append(
            pd.DataFrame(
                {
                    "as_of": end,
                    "position": np.arange(1, n + 1),
                    "stage": STAGES,
                    "is_whole_month": i < timeline.n_whole and (i > 0 or first_is_whole),
                    "n_customers": count,
                    "customer_share": count / max(int(count.sum()), 1),
                    "revenue_cents": cents,
                }
            )
        )
    frame = pd.concat(rows, ignore_index=True)
    joined = frame.merge(_worth(timeline, customers), on=["as_of", "stage"], how="left")
    return pd.DataFrame(joined, columns=declared.STAGES.names)


def _worth(timeline: Timeline, customers: pd.DataFrame) -> pd.DataFrame:
    """Add up what the customers of each stage are worth now; unknown where it is of none of them."""
    code = timeline.stages[-1]
    frame = pd.DataFrame({"stage": np.array([*STAGES, None], dtype=object)[code]})
    for column in NOW_ONLY:
        values = customers[column] if column in customers else pd.Series(np.nan, index=range(len(code)))
        frame[column] = pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    by_stage = frame.dropna(subset="stage").groupby("stage", sort=True)
    sums = by_stage[["clv_cents", "profit_cents"]].sum(min_count=1).round().astype("Int64")
    worth: pd.DataFrame = sums.assign(p_alive=by_stage["p_alive"].mean(), as_of=timeline.ends[-1]).reset_index()
    return worth
