"""Writing what customers buy next: data/recommend/ and metrics/recommend.json."""

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.recommend import AGAIN, ENTRY, LAST, NEW, TESTS, TOGETHER
from crmwb.engine import Backend
from crmwb.findings import Unavailable, to_json
from crmwb.recommend.build import Recommendations
from crmwb.recommend.findings import findings
from crmwb.recommend.tested import Judged, Tested


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
    for rows, artefact in ((recommendations.lists.again, AGAIN), (recommendations.lists.new, NEW)):
        if rows is None:
            storage.write(artefact.schema.empty_table().to_pandas(), artefact)
        else:
            storage.stream(con, rows.select(*artefact.names), artefact)
    tests = pd.DataFrame(list(_tests(recommendations.lists.tested)), columns=TESTS.names)
    frames = {
        TESTS: tests,
        TOGETHER: recommendations.together,
        ENTRY: recommendations.entry,
        LAST: recommendations.last,
    }
    for artefact, frame in frames.items():
        known = artefact.schema.empty_table().to_pandas() if isinstance(frame, Unavailable) else frame
        storage.write(_rounded(known), artefact)
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
