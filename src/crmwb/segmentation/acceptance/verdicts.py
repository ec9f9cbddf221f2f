"""What the tests say together: which clusters are accepted, and whether the pipeline goes on."""

from typing import Any

import pandas as pd

from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Listing, Passage, Term
from crmwb.params import AcceptanceParams

ALL = {1: "one", 2: "both"}  # how all of so many are said


def verdicts(tests: pd.DataFrame) -> pd.DataFrame:
    """Sum the tests up: a cluster is accepted that fails none of the tests that could be made.

    Parameters
    ----------
    tests : DataFrame
        From `test`.

    Returns
    -------
    DataFrame
        One row per cluster: cluster, cluster_name, n_tested, n_passed, failed (the tests, comma between; empty where
        none), not_available (likewise), is_accepted.
    """
    rows = []
    for number, own in tests.groupby("cluster", sort=True):
        tested = own[own["is_passed"].notna()]
        failed = list(tested.loc[~tested["is_passed"].astype(bool), "test"])
        rows.append(
            {
                "cluster": int(str(number)),
                "cluster_name": own["cluster_name"].iloc[0],
                "n_tested": len(tested),
                "n_passed": len(tested) - len(failed),
                "failed": ", ".join(failed),
                "not_available": ", ".join(own.loc[own["is_passed"].isna(), "test"]),
                "is_accepted": bool(len(tested)) and not failed,
            }
        )
    columns = ["cluster", "cluster_name", "n_tested", "n_passed", "failed", "not_available", "is_accepted"]
    return pd.DataFrame(rows, columns=columns)


def metrics(tests: pd.DataFrame) -> dict[str, Any]:
    """Return the numbers to track: clusters, those accepted, and how many fail each test (tests made of somebody)."""
    tested = tests[tests["is_passed"].notna()]
    failed = (
        tested.assign(n=~tested["is_passed"].astype(bool)).groupby("test")["n"].sum() if len(tested) else pd.Series()
    )
    summary = verdicts(tests)
    return {
        "k": len(summary),
        "accepted": int(summary["is_accepted"].sum()) if len(summary) else 0,
        "failed": {str(name): int(n) for name, n in sorted(failed.items())},
    }


def finding(tests: pd.DataFrame) -> Finding | Passage:
    """Return which clusters are usable, and what the others fail."""
    summary = verdicts(tests)
    if summary.empty:
        return Finding("acceptance.no_groups")
    accepted, others = summary[summary["is_accepted"]], summary[~summary["is_accepted"]]
    counts = {"accepted": Count(len(accepted)), "groups": Count(len(summary), "group")}
    if others.empty:
        return Finding(f"acceptance.{ALL.get(len(summary), 'all')}_usable", counts)
    fails = [
        Finding("acceptance.fails", {"name": Term("cluster_name", name), "tests": terms(failed)})
        if failed
        else Finding("acceptance.untested", {"name": Term("cluster_name", name)})
        for name, failed in others[["cluster_name", "failed"]].itertuples(index=False)
    ]
    some = "acceptance.some_usable" if len(accepted) else "acceptance.none_usable"
    return Passage((Finding(some, counts), *fails))


def terms(tests: str) -> Listing:
    """Return the names of tests, comma between as in `verdicts`, as values of a finding."""
    return Listing(tuple(Term("acceptance_test", name) for name in tests.split(", ") if name))


def stop_if_wanted(tests: pd.DataFrame, params: AcceptanceParams) -> None:
    """Stop the pipeline where a cluster is not accepted and params say that this is a failure.

    Raises
    ------
    CrmwbError
        `on_failure` is stop, and a cluster fails a test.
    """
    summary = verdicts(tests)
    if params.on_failure == "stop" and not summary["is_accepted"].all():
        others = summary.loc[~summary["is_accepted"], ["cluster_name", "failed"]].itertuples(index=False)
        named = "; ".join(f"{name}: {failed or 'no test could be made'}" for name, failed in others)
        raise CrmwbError(
            f"data/segments/acceptance.parquet: these groups fail tests of usability: {named}. Change the views or "
            "clusters in params.yaml, or the thresholds under segmentation.acceptance, or set on_failure: report."
        )
