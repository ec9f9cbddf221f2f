"""A part of the company's customers: one region, one owner, one segment; and what of it may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Name, Term, Value
from crmwb.marts.suppression import LEAST, hidden, hidden_groups

COLUMNS = (
    *("region", "country", "city", "industry", "company_size", "kind", "owner", "acquisition_channel"),
    *("tier", "rfm_segment", "rfm_class", "value_class", "cluster_name", "stage", "top_category", "top_channel"),
)  # fmt: skip

VOCABULARIES = ("tier", "rfm_segment", "rfm_class", "value_class", "cluster_name", "stage", "kind")


@dataclass(frozen=True)
class Part:
    """Customers of one value of a column of the mart."""

    column: str
    value: str

    def of(self, customers: pd.DataFrame) -> pd.DataFrame:
        """Return the customers of the part."""
        return customers[customers[self.column] == self.value].reset_index(drop=True)

    @property
    def label(self) -> Value:
        """The part as readers know it."""
        return Term(self.column, self.value) if self.column in VOCABULARIES else Name(self.value)

    @property
    def titled(self) -> Finding:
        """The part with what it is a part by, for titles: 'region “North”'."""
        return Finding("part.named", {"column": Term("column", self.column), "part": self.label})

    def __str__(self) -> str:
        return f"{self.column}={self.value}"


def parse(text: str) -> Part:
    """Read "region=North".

    Raises
    ------
    CrmwbError
        It is no column with a value, or a column that customers are not cut by.
    """
    column, equals, value = text.partition("=")
    if not equals or not value:
        raise CrmwbError(f"cut {text!r}: write a column and a value, such as region=North.")
    return Part(known(column), value)


def known(column: str) -> str:
    """Return a column that customers may be cut by.

    Raises
    ------
    CrmwbError
        They are not cut by it.
    """
    if column not in COLUMNS:
        raise CrmwbError(f"cut by {column!r}: customers are not cut by it (they are by: {', '.join(COLUMNS)}).")
    return column


def shown_parts(customers: pd.DataFrame, column: str, least: int = LEAST) -> list[Part]:
    """Return the parts by a column that may have pages of their own, by name.

    A part of fewer than `least` customers has none; where it would be the only one, the next smallest has none either.
    """
    counts = customers.groupby(known(column)).size().sort_index()
    small = set(hidden_groups(counts, least))
    return [Part(column, str(name)) for name in counts.index if str(name) not in small]


def require(part: Part, customers: pd.DataFrame, least: int = LEAST) -> None:
    """Refuse a part that is not there, or may not be shown.

    Raises
    ------
    CrmwbError
        Nobody belongs to it, or so few that a page would speak of persons.
    """
    names = sorted(customers[part.column].dropna().astype(str).unique())
    if part.value not in names:
        there = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
        raise CrmwbError(
            f"cut {part}: no customer has it ({part.column} is one of: {there or 'unknown for everybody'})."
        )
    if part not in shown_parts(customers, part.column, least):
        raise CrmwbError(
            f"cut {part}: fewer than {least} customers, or needed to hide a part that has so few; "
            "a page would show what single customers do, so name another part."
        )


def hidden_rows(whole: pd.DataFrame, part: Part, rows: str, order: Sequence[str], least: int = LEAST) -> pd.Series:
    """Return which rows of a part's table by the column `rows` must not be shown, by `order`.

    The pages of all parts, and of the whole, can be laid side by side: cells are hidden in the table of all of them.
    """
    counts = pd.crosstab(whole[part.column], whole[rows]).reindex(columns=list(order), fill_value=0)
    table = hidden(counts, least)
    return pd.Series(table.loc[[part.value]].to_numpy()[0], index=table.columns)
