"""What stops the pipeline: a critical failure, in a message that says what, where, how much and what to do."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from crmwb import layout
from crmwb.contract import Severity
from crmwb.errors import CrmwbError
from crmwb.quality.account import Account
from crmwb.quality.quarantine import commonest_reasons
from crmwb.quality.verdicts import Verdict

NEEDS_ROWS = ("customers", "transactions")  # a source that has one of these tables, but nothing in it, says nothing
MOST_COUNTABLE = 2**63 - 1
N_RULES = 8  # the most broken rules that a message lists


def stop_on_wrong_shape(file: Path, verdicts: Iterable[Verdict]) -> None:
    """Stop where a column is missing or of another type than the contract says.

    Raises
    ------
    CrmwbError
        One is.
    """
    wrong = [v for v in verdicts if v.failed]
    if wrong:
        columns = "\n".join(f"  {v.check.words.reason}, but is {v.examples[0][str(v.check.column)]}" for v in wrong)
        raise CrmwbError(
            f"{file}: {_n(len(wrong), 'column')} not as the contract (src/crmwb/contract/canonical) says:\n{columns}\n"
            "  Run `dvc repro -f -s ingest` to make the table anew."
        )


def stop_on_critical(file: Path, verdicts: Iterable[Verdict]) -> None:
    """Stop where a critical rule is broken.

    Raises
    ------
    CrmwbError
        It is.
    """
    broken = [v for v in verdicts if v.failed and v.check.severity is Severity.CRITICAL]
    if broken:
        raise CrmwbError(
            f"{file}: {_n(len(broken), 'critical rule')} broken:\n{_listed(broken)}\n"
            "  Mend the source or its mapping, then run `dvc repro` again."
        )


def stop_on_nothing_usable(
    file: Path, account: Account, verdicts: Iterable[Verdict], unreadable: ir.Table | None
) -> None:
    """Stop where a table that everything rests on has no usable row.

    Raises
    ------
    CrmwbError
        It has none.
    """
    if file.stem not in NEEDS_ROWS or account.clean:
        return
    if not account.ingested:
        raise CrmwbError(f"{file}: the table has no rows; check the source's files, and its mapping's filters.")
    raise CrmwbError(
        f"{file}: none of {_n(account.ingested, 'row')} is usable:\n{_why(account, verdicts, unreadable)}\n"
        "  Mend the source or its mapping: there is nothing left to analyse."
    )


def stop_on_too_much_quarantined(
    file: Path, account: Account, verdicts: Iterable[Verdict], unreadable: ir.Table | None, limit: float
) -> None:
    """Stop where more than the share `limit` of a table's rows would stay behind.

    Raises
    ------
    CrmwbError
        More would; the message says which rules they break, and which param lets them.
    """
    share = account.quarantined_share
    if share > limit:
        raise CrmwbError(
            f"{file}: {account.quarantined:,} of {_n(account.ingested, 'row')} ({share:.1%}) would be quarantined; "
            f"quality.max_quarantined_share allows {limit:.1%}:\n{_why(account, verdicts, unreadable)}\n"
            "  Mend the source or its mapping; or, where the analysis may do without these rows, set "
            f"quality.max_quarantined_share in {layout.PARAMS} to {_at_least(share)} or more."
        )


def stop_on_uncountable_money(file: Path, volumes: Mapping[str, int]) -> None:
    """Stop where amounts add up to more than an int64 holds, as all later sums of them would break.

    Raises
    ------
    CrmwbError
        They do, in some column.
    """
    for column, cents in volumes.items():
        if cents > MOST_COUNTABLE:
            raise CrmwbError(
                f"{file}: column {column} adds up to {cents / 100:,.0f}, more than can be counted in hundredths "
                f"({MOST_COUNTABLE / 100:,.0f}); check the unit of these amounts in the mapping."
            )


def _why(account: Account, verdicts: Iterable[Verdict], unreadable: ir.Table | None) -> str:
    """Say why rows would be quarantined, one reason in a line."""
    broken = [v for v in verdicts if v.failed and v.check.severity is not Severity.WARNING]
    lines = [_listed(broken)] if broken else []
    if unreadable is not None and account.unreadable:
        lines.append(f"  {_n(account.unreadable, 'row')} could not be read as what the contract says, most often:")
        lines += [
            f"    {_n(why['n_rows'], 'row')}: {why['reason']} (first: {why['source_file']} row {why['source_row']:,})"
            for why in commonest_reasons(unreadable, N_RULES)
        ]
    return "\n".join(lines)


def _listed(verdicts: list[Verdict]) -> str:
    """Say which rules are broken, the worst first, one in a line."""
    worst = sorted(verdicts, key=lambda v: -v.failed)
    lines = [f"  {_in_words(v)}" for v in worst[:N_RULES]]
    if len(worst) > N_RULES:
        lines.append(f"  and {_n(len(worst) - N_RULES, 'more rule')}")
    return "\n".join(lines)


def _in_words(verdict: Verdict) -> str:
    where = f"column {verdict.check.column}, " if verdict.check.column else ""
    examples = "; ".join(_example(example) for example in verdict.examples)
    return f"{where}rule {verdict.check.rule}: {verdict.check.words.reason}: {_n(verdict.failed, 'row')}" + (
        f", for example {examples}" if examples else ""
    )


def _example(example: dict[str, Any]) -> str:
    values = ", ".join(
        f"{name} {'unknown' if value is None else value}" for name, value in example.items() if name != "row"
    )
    return f"row {example['row']:,} ({values})"


def _n(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _at_least(share: float) -> str:
    """Round a share up to what a person would type."""
    return f"{min(1.0, math.ceil(share * 100) / 100):g}"
