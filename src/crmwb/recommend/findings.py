"""What the lists and the pages of products show, as findings."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from crmwb.findings import Count, Days, Finding, Interval, Name, Number, Share, Times, Unavailable, Value
from crmwb.recommend.build import Recommendations, chance_holds
from crmwb.recommend.tested import Judged, Tested

N_NAMED = 3  # products or pairs named
SIGNIFICANT = 0.05
Statements = list[Finding | Unavailable]


def findings(recommendations: Recommendations, names: Mapping[str, str]) -> dict[str, Statements]:
    """Return what can be said, by section of the report: again, new, together, entry, last.

    Parameters
    ----------
    recommendations : Recommendations
        Lists and pages.
    names : mapping of str to str
        Of products, by id; ids stand for those without.
    """
    tested = recommendations.lists.tested
    if isinstance(tested, Unavailable):
        lists: dict[str, Statements] = {"again": [tested], "new": [tested]}
    else:
        lists = {"again": _again(tested), "new": _new(tested)}
    return lists | {
        "together": _together(recommendations.together, names),
        "entry": _page(recommendations.entry, "entry", names),
        "last": _page(recommendations.last, "last", names),
    }


def _again(tested: Tested) -> Statements:
    if isinstance(tested.again, Unavailable):
        return [tested.again]
    model, judged = tested.again
    values = _values(judged, tested.holdout_days)
    if model.method == "frequency":
        return [Finding("recommend.again_frequent", values)]
    statements: Statements = [Finding(f"recommend.again_{_verdict(judged)}", values)]
    if not chance_holds(judged):
        hits = {"bought": Count(judged.n_hits), "expected": Count(judged.expected_hits)}
        statements.append(Finding("recommend.chance_withheld", hits))
    return statements


def _new(tested: Tested) -> Statements:
    if isinstance(tested.new, Unavailable):
        return [tested.new]
    model, judged = tested.new
    values = _values(judged, tested.holdout_days)
    if model.method == "popularity":
        return [Finding("recommend.new_popular", values)]
    ratio = judged.model.recall / judged.baseline.recall if judged.baseline.recall else None
    return [Finding(f"recommend.new_{_verdict(judged)}", values | {"times": Times(ratio)})]


def _verdict(judged: Judged) -> str:
    _, low, high = judged.gain
    return "better" if low > 0 else "worse" if high < 0 else "equal"


def _values(judged: Judged, holdout_days: int) -> dict[str, Value]:
    _, low, high = judged.gain
    return {
        "n": Count(judged.model.n_customers, "customer"),
        "days": Days(holdout_days),
        "recall": Share(judged.model.recall),
        "baseline": Share(judged.baseline.recall),
        "hit_rate": Share(judged.model.hit_rate),
        "range": Interval(Number(round(100 * low, 2)), Number(round(100 * high, 2))),
    }


def _together(frame: pd.DataFrame | Unavailable, names: Mapping[str, str]) -> Statements:
    if isinstance(frame, Unavailable):
        return [frame]
    if frame.empty:
        return [Finding("recommend.together_none")]
    return [
        Finding(
            "recommend.together",
            {
                "one": _name(row["product_id"], names),
                "other": _name(row["other_id"], names),
                "n": Count(row["n_both"], "order"),
                "lift": Times(row["lift"]),
                "range": Interval(Number(row["low"]), Number(row["high"])),
            },
            weight=float(round(row["n_both"] - row["expected"])),
        )
        for row in frame.head(N_NAMED).to_dict("records")
    ]


def _page(frame: pd.DataFrame | Unavailable, page: str, names: Mapping[str, str]) -> Statements:
    """Say which products are followed by a second order, or by none, more or less often than orders usually are."""
    if isinstance(frame, Unavailable):
        return [frame]
    proven = frame[frame["p_value"] < SIGNIFICANT]
    n = Count(len(frame), "product")
    if proven.empty:
        return [Finding(f"recommend.{page}_none", {"n": n})]
    statements: Statements = [Finding(f"recommend.{page}", {"n": n, "n_proven": Count(len(proven))})]
    directions: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
        "more": lambda d: d["ratio"] > 1,
        "less": lambda d: d["ratio"] < 1,
    }
    for direction, holds in directions.items():
        rows = proven[holds(proven)].head(N_NAMED)
        statements += [
            Finding(
                f"recommend.{page}_{direction}",
                {
                    "product": _name(row["product_id"], names),
                    "n": Count(row["n"], "order"),
                    "share": Share(row["share"]),
                    "expected": Share(row["expected_share"]),
                },
                weight=float(row["n"]),
            )
            for row in rows.to_dict("records")
        ]
    return statements


def reason(row: Mapping[Any, Any], names: Mapping[str, str], as_of: pd.Timestamp) -> Finding:
    """Return why a product stands in a customer's list, from its row.

    Parameters
    ----------
    row : mapping
        Of artefacts AGAIN or NEW.
    names : mapping of str to str
        Of products, by id.
    as_of : Timestamp
        The day that the lists were made for.
    """
    code = str(row["reason"])
    if code == "popular":
        return Finding("recommend.reason_popular")
    if code == "alike":
        return Finding("recommend.reason_alike", {"product": _name(str(row["because_product_id"]), names)})
    values: dict[str, Value] = {
        "n": Count(row["n_days"], "order"),
        "ago": Days((as_of - pd.Timestamp(row["last_on"])).days),
        "interval": Days(round(float(row["interval_days"]))),
    }
    return Finding(f"recommend.reason_{code}", values)


def _name(product_id: str, names: Mapping[str, str]) -> Value:
    return Name(names.get(product_id) or product_id)
