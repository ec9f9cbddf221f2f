"""What Great Expectations finds: the checks of a table judged on its partitions, and the findings put together."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crmwb.quality.checks import Check
from crmwb.quality.expectations import (
    EphemeralDataContext,
    ExpectationSuiteValidationResult,
    ProgressBarsConfig,
    gx,
)

# The positions of broken rows and nothing else: with named indexes or values Great Expectations builds one dict per
# broken row, ten times as slow.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
    "partial_unexpected_count": 0,
}


@dataclass(frozen=True, eq=False)
class Verdict:
    """What became of one check.

    Attributes
    ----------
    check : Check
        What was judged.
    checked : int
        Rows whose value was known, or all where being known is the question.
    rows : ndarray of int64
        Row ids of those that break it, ascending.
    examples : tuple of dict
        The first few of them: the row's position in the file (from 1), its key and what shows why.
    """

    check: Check
    checked: int
    rows: np.ndarray
    examples: tuple[dict[str, Any], ...] = ()

    @property
    def failed(self) -> int:
        """How many rows break it."""
        return len(self.rows)


def suite(name: str, checks: Iterable[Check]) -> gx.ExpectationSuite:
    """Return the checks as a Great Expectations suite."""
    return gx.ExpectationSuite(name=name, expectations=[check.expectation for check in checks])


def judge_shape(checks: Iterable[Check], types: pd.DataFrame) -> list[Verdict]:
    """Judge the checks of `shape_checks` on what `partitions.shape` returned: one row, quicker looked at than judged.

    Great Expectations takes a hundredth of a second for each, and there are as many as columns.
    """
    return [
        Verdict(
            check, 1, np.flatnonzero(~types[check.judged].isin(check.expectation.configuration.kwargs["value_set"]))
        )
        for check in checks
    ]


def judge(name: str, checks: Sequence[Check], frames: Iterable[pd.DataFrame]) -> list[Verdict]:
    """Judge checks on the partitions of a table.

    Parameters
    ----------
    name : str
        What the suite is called.
    checks : sequence of Check
        What must hold.
    frames : iterable of DataFrame
        The partitions, in any order: row ids as index, and every column that the checks judge.

    Returns
    -------
    list of Verdict
        One per check, in their order, without examples.
    """
    context = gx.get_context(mode="ephemeral")
    definition = _definition(context, name, checks)
    checked = dict.fromkeys((check.rule for check in checks), 0)
    rows: dict[str, list[np.ndarray]] = {check.rule: [np.array([], dtype=np.int64)] for check in checks}
    for frame in frames:
        result = definition.run(batch_parameters={"dataframe": frame}, result_format=RESULT_FORMAT)
        _forget(context)
        for rule, n_checked, broken in _findings(result):
            checked[rule] += n_checked
            rows[rule].append(broken)
    return [Verdict(check, checked[check.rule], np.sort(np.concatenate(rows[check.rule]))) for check in checks]


def with_examples(
    verdicts: Iterable[Verdict], key: Sequence[str], n_examples: int, look_up: Callable[[list[int]], pd.DataFrame]
) -> list[Verdict]:
    """Give each verdict its first broken rows as examples.

    Parameters
    ----------
    verdicts : iterable of Verdict
        What `judge` returned.
    key : sequence of str
        Columns that examples name a row by, before those that show why it breaks the check.
    n_examples : int
        How many to give each.
    look_up : callable
        Row ids (ascending) in; out their rows, with the ids as index.
    """
    verdicts = list(verdicts)
    wanted = sorted({row for verdict in verdicts for row in verdict.rows[:n_examples].tolist()})
    frame = look_up(wanted) if wanted else pd.DataFrame()
    return [
        replace(
            verdict,
            examples=tuple(
                _example(frame, row, list(dict.fromkeys([*key, *verdict.check.shows])))
                for row in verdict.rows[:n_examples].tolist()
            ),
        )
        for verdict in verdicts
    ]


def _definition(context: EphemeralDataContext, name: str, checks: Iterable[Check]) -> gx.ValidationDefinition:
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("partitions").add_dataframe_asset(name)
    return context.validation_definitions.add(
        gx.ValidationDefinition(
            name=name,
            data=asset.add_batch_definition_whole_dataframe("partition"),
            suite=context.suites.add(suite(name, checks)),
        )
    )


def _findings(result: ExpectationSuiteValidationResult) -> Iterator[tuple[str, int, np.ndarray]]:
    """Yield of each check its rule, how many rows were judged, and the ids of those that break it."""
    for outcome in result.results:
        counts = outcome.result
        if outcome.expectation_config is None or "element_count" not in counts:
            raise RuntimeError(f"Great Expectations could not judge {result.suite_name}: {outcome}")
        n_judged = counts["element_count"] - counts.get("missing_count", 0)
        yield outcome.expectation_config.meta["rule"], n_judged, np.sort(np.array(counts["unexpected_index_list"], int))


def _forget(context: EphemeralDataContext) -> None:
    """Empty the store in which Great Expectations would keep every result, in memory, to the end."""
    store = context.validation_results_store
    for key in store.list_keys():
        store.remove_key(key)  # type: ignore[no-untyped-call] # Great Expectations does not annotate it


def _example(frame: pd.DataFrame, row: int, columns: list[str]) -> dict[str, Any]:
    return {"row": row + 1} | {name: _plain(frame.at[row, name]) for name in columns}


def _plain(value: Any) -> Any:
    """Return a cell as JSON knows it: unknown is None, a whole number an int, a day without a time its date."""
    if pd.isna(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return int(value) if value.is_integer() else value if math.isfinite(value) else str(value)
    return value if isinstance(value, bool | int | str) else str(value).removesuffix(" 00:00:00")
