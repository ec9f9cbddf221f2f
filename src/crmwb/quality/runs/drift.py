"""Whether a run is like the accepted one, as checks: its rows, its last day, how its values are distributed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from crmwb.contract import Severity
from crmwb.findings import Count, Day, Days, Finding, Name, Number, Share
from crmwb.params import QualityParams
from crmwb.quality.checks import Check, Words, details
from crmwb.quality.expectations import ExpectColumnValuesToBeBetween
from crmwb.quality.runs.accepted import comparable
from crmwb.quality.runs.stability import stability_index
from crmwb.quality.verdicts import Verdict, judge, with_examples

Facts = dict[str, Any]


def judged(profile: Facts, accepted: Facts | None, params: QualityParams) -> list[tuple[str, Verdict]]:
    """Judge a run as a whole.

    Every table with events must reach about as far as the newest. Where a run of the same source was accepted, tables
    must have about as many rows as then, end no earlier, and their values be distributed alike.

    Parameters
    ----------
    profile, accepted : dict
        Of this run and of the accepted one, if there is one.
    params : QualityParams
        How far apart is too far.

    Returns
    -------
    list of (str, Verdict)
        Table and verdict. None is critical and no row is quarantined: whether a change is right, people must say.
    """
    before = (comparable(profile, accepted) or {"tables": {}})["tables"]
    ends = [date.fromisoformat(table["last"]) for table in profile["tables"].values() if table["is_dated"]]
    judgements = []
    for name, table in profile["tables"].items():
        facts = list(_freshness(table, max(ends, default=None), params))
        if name in before:
            facts += [*_volume(table, before[name], params), *_distributions(table, before[name], params)]
        if facts:
            checks = [check for check, _ in facts]
            frame = pd.DataFrame({key: [value] for _, row in facts for key, value in row.items()})
            verdicts = with_examples(judge(f"{name}_as_a_whole", checks, [frame]), (), 1, frame.loc.__getitem__)
            judgements += [(name, _without_row(verdict)) for verdict in verdicts]
    return judgements


def _freshness(table: Facts, newest: date | None, params: QualityParams) -> Iterator[tuple[Check, Facts]]:
    if not table["is_dated"] or newest is None:
        return
    most = params.max_lag_days
    words = Words(
        "is_up_to_date",
        Finding("quality.rule.is_up_to_date", {"days": Days(most)}),
        f"its last day is more than {most} days before that of the newest table",
        Severity.WARNING,
    )
    facts = {"last": table["last"], "days_behind": (newest - date.fromisoformat(table["last"])).days}
    yield _check(words, None, "days_behind", most, ("last",)), facts


def _volume(table: Facts, before: Facts, params: QualityParams) -> Iterator[tuple[Check, Facts]]:
    most = params.max_row_change
    words = Words(
        "has_as_many_rows_as_accepted",
        Finding(
            "quality.rule.has_as_many_rows_as_accepted", {"most": Share(most), "rows": Count(before["rows"], "row")}
        ),
        f"its rows are not within {most:.0%} of the accepted run's ({before['rows']:,})",
        Severity.WARNING,
    )
    change = abs(table["rows"] - before["rows"]) / max(before["rows"], 1)
    yield _check(words, None, "row_change", most, ("rows",)), {"row_change": change, "rows": table["rows"]}
    if table["is_dated"] and before["last"]:
        words = Words(
            "ends_no_earlier_than_accepted",
            Finding("quality.rule.ends_no_earlier_than_accepted", {"last": Day(before["last"])}),
            f"its last day is before the accepted run's ({before['last']})",
            Severity.WARNING,
        )
        lost = (date.fromisoformat(before["last"]) - date.fromisoformat(table["last"])).days
        yield _check(words, None, "days_lost", 0, ("days_lost",)), {"days_lost": lost}


def _distributions(table: Facts, before: Facts, params: QualityParams) -> Iterator[tuple[Check, Facts]]:
    for column, shares in table["columns"].items():
        if column not in before["columns"]:
            continue
        words = Words(
            f"{column}_is_distributed_as_accepted",
            Finding(
                "quality.rule.is_distributed_as_accepted", {"column": Name(column), "most": Number(params.max_drift)}
            ),
            f"{column} is distributed otherwise than in the accepted run",
            Severity.WARNING,
        )
        key = f"{column}_stability_index"
        yield (
            _check(words, column, key, params.max_drift, ()),
            {key: stability_index(shares, before["columns"][column])},
        )


def _check(words: Words, column: str | None, fact: str, most: float, shows: tuple[str, ...]) -> Check:
    expectation = ExpectColumnValuesToBeBetween(column=fact, max_value=most, **details(words))
    return Check(words, column, expectation, (*shows, fact))


def _without_row(verdict: Verdict) -> Verdict:
    """Leave out the row that an example stands in: there is but one."""
    examples = tuple({k: v for k, v in example.items() if k != "row"} for example in verdict.examples)
    return replace(verdict, examples=examples)
