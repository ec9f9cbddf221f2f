"""Audits of labels: categories written in two ways."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from itertools import combinations

import ibis
import ibis.expr.types as ir

from crmwb.contract import Kind, Table
from crmwb.findings import Count, Finding, Name, Value
from crmwb.quality.audits.audit import Audit, found_among, quoted, some

# The commonest labels of a column: more are a list of names, and comparing each with each takes its square.
MOST_LABELS = 400
# "technolgy" and "technology" share 95% of their letters, "Ireland" and "Iceland" 86%, "Austria" and "Australia" 88%.
ALIKE = 0.9
SHORT = 6  # letters; shorter words differ by one and mean something else


def labels_nearly_the_same(table: Table, tables: Mapping[str, ir.Table]) -> Audit | None:
    """Find labels of one column that differ by case, blanks, signs or a letter, and likely mean the same."""
    rows = tables[table.name]
    columns = [c for c in table.columns if c.kind is Kind.CATEGORY and c.allowed is None]
    n_found, examples = 0, list[Value]()
    for column in columns:
        counts = _counts(rows, column.name)
        twins = alike(counts)
        n_found += sum(min(counts[one], counts[other]) for one, other in twins)
        examples += [
            Finding(
                "quality.labels_alike",
                {
                    "column": Name(column.name),
                    "one": quoted(one),
                    "n_one": Count(counts[one]),
                    "other": quoted(other),
                    "n_other": Count(counts[other]),
                },
            )
            for one, other in twins
        ]
    if not columns:
        return None
    n_rows = rows.count().to_pyarrow().as_py()
    return found_among(
        "labels_nearly_the_same",
        table.name,
        min(n_found, n_rows),
        n_rows,
        noticeable=0,
        values={"examples": some(examples)},
    )


def alike(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return pairs of labels that likely mean the same, the rarer first, most rows first.

    Labels are alike where nothing but case, blanks and signs tells them apart, or hardly a letter in long ones: after
    the first, which nobody mistypes, and no digit ("Q1" and "Q2" differ).

    Parameters
    ----------
    counts : mapping of str to int
        Labels and their rows.
    """
    plain = {label: _plain(label) for label in counts}
    # in order of length, so that those compared are neighbours
    ordered = sorted((label for label in counts if plain[label]), key=lambda label: (len(plain[label]), label))
    pairs = [(one, other) for one, other in combinations(ordered, 2) if _is_alike(plain[one], plain[other])]
    turned = [(a, b) if (counts[a], b) <= (counts[b], a) else (b, a) for a, b in pairs]
    return sorted(turned, key=lambda pair: (-counts[pair[0]], pair))


def _is_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < SHORT or one[0] != other[0] or _digits(one) != _digits(other):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _plain(label: str) -> str:
    return re.sub(r"[\W_]+", "", label.casefold())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _counts(rows: ir.Table, column: str) -> dict[str, int]:
    """Return the commonest labels with their rows."""
    named = rows.select(label=column).filter(ibis._.label.notnull())
    counts = named.group_by("label").aggregate(n=named.count()).order_by(ibis.desc("n"), "label").limit(MOST_LABELS)
    return {row["label"]: row["n"] for row in counts.to_pyarrow().to_pylist()}
