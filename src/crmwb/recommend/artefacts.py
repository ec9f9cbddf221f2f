"""Writing what customers buy next: data/recommend/ and metrics/recommend.json."""

import math
from collections.abc import Iterator, Mapping

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.engine import Backend
from crmwb.findings import Unavailable, to_json
from crmwb.recommend.build import Recommendations
from crmwb.recommend.findings import findings
from crmwb.recommend.tested import Judged, Tested

TEXT, NUMBER, COUNT, DAY = pa.string(), pa.float64(), pa.int64(), pa.date32()
AGAIN = pa.schema(
    [
        ("customer_id", TEXT),
        ("rank", COUNT),
        ("product_id", TEXT),
        ("reason", TEXT),
        ("chance", NUMBER),
        ("n_days", COUNT),
        ("last_on", DAY),
        ("interval_days", NUMBER),
    ]
)
NEW = pa.schema(
    [
        ("customer_id", TEXT),
        ("rank", COUNT),
        ("product_id", TEXT),
        ("because_product_id", TEXT),
        ("reason", TEXT),
    ]
)
COMPARED = [
    ("product_id", TEXT),
    *((name, COUNT) for name in ("n", "n_events")),
    *((name, NUMBER) for name in ("share", "expected_share", "ratio", "low", "high", "p_value")),
]
SCHEMAS = {
    "tests": pa.schema(
        [
            ("list", TEXT),
            ("method", TEXT),
            *((name, COUNT) for name in ("holdout_days", "n_customers")),
            *((name, NUMBER) for name in ("recall", "ndcg", "hit_rate", "gain", "gain_low", "gain_high")),
        ]
    ),
    "together": pa.schema(
        [
            *((name, TEXT) for name in ("product_id", "other_id")),
            *((name, COUNT) for name in ("n_both", "n_product", "n_other", "n_orders")),
            *((name, NUMBER) for name in ("expected", "lift", "low", "high")),
        ]
    ),
    "entry": pa.schema(COMPARED),
    "last": pa.schema(COMPARED),
}
KEYS = {
    "tests": ["list", "method"],
    "together": ["product_id", "other_id"],
    "entry": ["product_id"],
    "last": ["product_id"],
}
LIST_KEY = ["customer_id", "rank"]


def write(con: Backend, recommendations: Recommendations, names: Mapping[str, str]) -> None:
    """Write both lists, the pages, the tests, findings and metrics; what cannot be given has no rows.

    Parameters
    ----------
    con : Backend
        The engine that holds the lists.
    recommendations : Recommendations
        What to write.
    names : mapping of str to str
        Of products, by id.
    """
    for name, rows, schema in (("again", recommendations.lists.again, AGAIN), ("new", recommendations.lists.new, NEW)):
        if rows is None:
            storage.write_frame(schema.empty_table().to_pandas(), layout.recommend(name), LIST_KEY, schema)
        else:
            storage.write_query(con, rows.select(*schema.names), layout.recommend(name), order_by=LIST_KEY)
    tests = pd.DataFrame(list(_tests(recommendations.lists.tested)), columns=SCHEMAS["tests"].names)
    frames = {
        "tests": tests,
        "together": recommendations.together,
        "entry": recommendations.entry,
        "last": recommendations.last,
    }
    for name, frame in frames.items():
        schema = SCHEMAS[name]
        known = schema.empty_table().to_pandas() if isinstance(frame, Unavailable) else frame
        storage.write_frame(_rounded(known), layout.recommend(name), KEYS[name], schema)
    statements = {
        section: [to_json(one) for one in all_of] for section, all_of in findings(recommendations, names).items()
    }
    storage.write_json(statements, layout.RECOMMEND_FINDINGS)
    storage.write_json(_metrics(tests), layout.RECOMMEND_METRICS)


def _tests(tested: Tested | Unavailable) -> Iterator[dict[str, object]]:
    """Yield the measures of each list and of its baseline."""
    if isinstance(tested, Unavailable):
        return
    for name, pair, baseline in (("again", tested.again, "gp_topfreq"), ("new", tested.new, "popularity")):
        if isinstance(pair, Unavailable):
            continue
        model, judged = pair
        method = baseline if model.method == "frequency" else model.method
        yield _row(name, method, judged, tested.holdout_days)
        if method != baseline:
            yield _row(name, baseline, judged, tested.holdout_days, is_baseline=True)


def _row(name: str, method: str, judged: Judged, days: int, *, is_baseline: bool = False) -> dict[str, object]:
    measured = judged.baseline if is_baseline else judged.model
    gain, low, high = (math.nan,) * 3 if is_baseline else judged.gain
    return {
        "list": name,
        "method": method,
        "holdout_days": days,
        "n_customers": measured.n_customers,
        "recall": measured.recall,
        "ndcg": measured.ndcg,
        "hit_rate": measured.hit_rate,
        "gain": gain,
        "gain_low": low,
        "gain_high": high,
    }


def _metrics(tests: pd.DataFrame) -> dict[str, float]:
    """Return the few numbers that runs are compared by."""
    return {
        f"{row.list}.{row.method}.{code}": getattr(row, code)
        for row in tests.itertuples()
        for code in ("recall", "ndcg")
    }


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep six digits: what is beyond differs between processors."""
    numbers = frame.select_dtypes("float").columns
    return frame.assign(**{name: [float(f"{value:.6g}") for value in frame[name]] for name in numbers})
