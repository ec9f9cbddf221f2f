"""What a file's columns hold: how many values are known and different, and how dates and numbers are written."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow.compute as pc

from crmwb.errors import CrmwbError
from crmwb.sources.drafting import dates, numbers
from crmwb.sources.drafting.sniff import Shape
from crmwb.sources.formats import open_file
from crmwb.sources.found import Found
from crmwb.sources.values import NumberStyle

N_ROWS = 20_000
N_VALUES = 2_000  # different values that dates and numbers are judged by
CHINESE = "[\u4e00-\u9fff]"
TRUE = {"yes", "true", "1", "y", "ja", "oui", "si", "是"}
FALSE = {"no", "false", "0", "n", "nein", "non", "否"}
UNKNOWN = {"", "null", "none", "nan", "n/a", "na", "#n/a", "-", "?", "\\n"}


@dataclass(frozen=True)
class Column:
    """One column of a file, as its first rows show it.

    Attributes
    ----------
    name : str
        As the file calls it.
    n_rows : int
        Rows that were looked at.
    counts : Counter
        Its known values, without blanks around them, and how often each stands there.
    null_values : tuple of str
        What stands for "unknown" in it.
    """

    name: str
    n_rows: int
    counts: Counter[str]
    null_values: tuple[str, ...]

    @cached_property
    def words(self) -> str:
        """Its name in small letters and plain words: "customer id" of "CustomerID", "stuck" of "Stück"."""
        apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", self.name)
        plain = "".join(c for c in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(c)).lower()
        return " ".join(re.findall(rf"[a-z]+|\d+|{CHINESE}+", plain))

    @cached_property
    def n_known(self) -> int:
        """Rows in which it is known."""
        return self.counts.total()

    @cached_property
    def values(self) -> list[str]:
        """Some of its different values, the commonest first."""
        return [value for value, _ in self.counts.most_common(N_VALUES)]

    @cached_property
    def is_unique(self) -> bool:
        """It is known everywhere and never the same twice."""
        return self.n_known == self.n_rows == len(self.counts) > 1

    @cached_property
    def formats(self) -> list[str]:
        """Formats in which all its values are dates; none where it holds no dates."""
        return dates.formats(self.values)

    @cached_property
    def style(self) -> NumberStyle | None:
        """How its numbers are written; None where it holds no numbers."""
        return numbers.style(self.values)

    @cached_property
    def numbers(self) -> list[float]:
        """Its different values as numbers; none where it holds no numbers."""
        return [] if self.style is None else [numbers.number(value, self.style) for value in self.values]

    @property
    def is_date(self) -> bool:
        """It holds dates."""
        return bool(self.formats)

    @property
    def is_number(self) -> bool:
        """It holds numbers that are no dates."""
        return self.style is not None and not self.is_date

    @cached_property
    def is_flag(self) -> bool:
        """It holds two values, such as yes and no, or one of them."""
        return {value.lower() for value in self.counts} <= TRUE | FALSE

    def shown(self, n_values: int = 3) -> str:
        """Return its commonest values, for a person."""
        return ", ".join(repr(value) for value in self.values[:n_values]) or "nothing"


@dataclass(frozen=True)
class Profile:
    """A file's columns, and how it is written."""

    file: Found
    shape: Shape
    n_rows: int
    columns: list[Column]


def profile(file: Found, shape: Shape) -> Profile:
    """Look at the first `N_ROWS` rows of a file.

    Raises
    ------
    CrmwbError
        It has none.
    """
    opened = open_file(file, shape.mapping(file.name))
    counts: list[Counter[str]] = [Counter() for _ in opened.columns]
    n_rows = 0
    for batch in opened.batches(list(range(len(opened.columns)))):
        part = batch.slice(0, N_ROWS - n_rows)
        n_rows += part.num_rows
        for counted, texts in zip(counts, part.columns[:-1], strict=True):
            found = pc.value_counts(pc.utf8_trim_whitespace(texts)).to_pylist()
            counted.update({value["values"]: value["counts"] for value in found if value["values"] is not None})
        if n_rows == N_ROWS:
            break
    if n_rows == 0:
        raise CrmwbError(f"{file.name}: a header but no rows; export it again.")
    return Profile(file, shape, n_rows, list(_columns(opened.columns, counts, n_rows)))


def _columns(names: list[str], counts: list[Counter[str]], n_rows: int) -> Iterator[Column]:
    for name, counted in zip(names, counts, strict=True):
        if name and names.count(name) == 1:
            unknown = [value for value in counted if value.lower() in UNKNOWN]
            known = Counter({value: n for value, n in counted.items() if value not in unknown})
            yield Column(name, n_rows, known, tuple(sorted(value for value in unknown if value)))
