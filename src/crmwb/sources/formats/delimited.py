"""Delimited text (CSV and its relatives) as Arrow batches of text, every row with its number in the file.

Rows are numbered as a spreadsheet shows them: from 1, the header included, a quoted line break not starting a new one.
"""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from pyarrow import compute

from crmwb.errors import CrmwbError
from crmwb.sources.formats import packed, text
from crmwb.sources.formats.opened import ROW
from crmwb.sources.mapping import WHITESPACE, TableMapping
from crmwb.sources.source_files import SourceFile

MAX_ROW_BYTES = 16 << 20  # one row must fit into a block
FORMULA = r'^="([^"]*)"$'
DIVIDER = re.compile(r"[-=_*+|~\s]{3,}")  # a line drawn between the pages or blocks of a list
NO_ROW = "a line of dashes"
MAX_MALFORMED = 1_000_000  # more than this is a wrong mapping, not a few bad rows


@dataclass
class Delimited:
    """One delimited file, opened: its columns are known, its rows are not read yet.

    Attributes
    ----------
    columns : list of str
        From the header, or from the mapping where the file has none.
    malformed : list of (int, str)
        Number and fault of the rows that have too few or too many fields, in the order of the file, `NO_ROW` of lines
        that hold nothing; complete once `batches` is exhausted.
    """

    name: str
    columns: list[str]
    malformed: list[tuple[int, str]] = field(default_factory=list)
    _parts: Iterator[bytes] = field(default_factory=lambda: iter(()), repr=False)
    _delimiter: str = ","
    _quote: str | None = '"'
    _has_header: bool = True
    _n_above: int = 0
    _has_formulas: bool = False

    def batches(self, wanted: list[int]) -> Iterator[pa.RecordBatch]:
        """Yield the rows with as many fields as there are columns.

        Parameters
        ----------
        wanted : list of int
            Positions of the columns to keep.

        Yields
        ------
        RecordBatch
            The wanted columns as text, in the order of `wanted` and named by position, then `source_row` (int64).
            Rows that are no such rows are added to `malformed` instead.

        Raises
        ------
        CrmwbError
            A quote is opened and never closed; a row is too long to be one; the file is not what its mapping says.
        """
        end = _end_of_file(len(self.columns), self._delimiter)
        ended = False

        def keep(row: pc.InvalidRow) -> str:
            nonlocal ended
            if row.text == end:
                ended = True
            elif len(self.malformed) < MAX_MALFORMED:
                is_line = DIVIDER.fullmatch(row.text or "") is not None
                fault = NO_ROW if is_line else f"{row.actual_columns} fields instead of {row.expected_columns}"
                self.malformed.append((row.number + self._n_above, fault))
            return "skip"

        names = [str(i) for i in range(len(self.columns))]
        kept = [names[i] for i in wanted]
        stream = io.BufferedReader(text.Stream(text.with_last_line(self._parts, f"{end}\n")), packed.BLOCK_BYTES)
        last_row = self._n_above + int(self._has_header)
        try:
            reader = pc.open_csv(
                pa.PythonFile(stream, mode="r"),
                pc.ReadOptions(
                    use_threads=False,  # rows are numbered only then
                    block_size=MAX_ROW_BYTES,
                    column_names=names,
                    skip_rows_after_names=int(self._has_header),
                ),
                pc.ParseOptions(
                    delimiter=self._delimiter,
                    quote_char=self._quote or False,
                    newlines_in_values=self._quote is not None,
                    ignore_empty_lines=False,  # else the rows below would be numbered wrongly
                    invalid_row_handler=keep,
                ),
                pc.ConvertOptions(
                    include_columns=kept or names[:1],  # none would mean all
                    column_types=dict.fromkeys(kept, pa.string()),
                    strings_can_be_null=False,
                    check_utf8=False,  # `text.blocks` did
                ),
            )
            for batch in reader:
                self._refuse_too_many_malformed()
                rows = _numbers(last_row, batch.num_rows, self.malformed)
                last_row = int(rows[-1]) if batch.num_rows else last_row
                texts = batch.columns[: len(kept)]
                if self._has_formulas:
                    texts = [compute.replace_substring_regex(column, FORMULA, r"\1") for column in texts]
                yield pa.record_batch([*texts, pa.array(rows)], names=[*kept, ROW])
        except pa.ArrowInvalid as error:
            if "straddl" not in str(error):
                phrase = " ".join(str(error).split())
                raise CrmwbError(
                    f"{self.name}: not readable as delimited text ({phrase}); check delimiter and quote in the mapping."
                ) from None
            raise CrmwbError(
                f"{self.name}: after row {last_row:,} a row is longer than {MAX_ROW_BYTES >> 20} MB, so a quote is "
                f"probably opened there and never closed; mend the file, or set quote: null in the mapping."
            ) from None
        self._refuse_too_many_malformed()
        if not ended:
            raise CrmwbError(
                f"{self.name}: in row {last_row:,} a quote is opened and never closed; mend the file, or set "
                f"quote: null in the mapping."
            )

    def _refuse_too_many_malformed(self) -> None:
        if len(self.malformed) == MAX_MALFORMED:
            number, fault = self.malformed[0]
            raise CrmwbError(
                f"{self.name}: {MAX_MALFORMED:,} rows have a wrong number of fields (row {number:,}: {fault}); check "
                f"delimiter, quote and column_names in the mapping."
            )


def open_delimited(file: SourceFile, mapping: TableMapping) -> Delimited:
    """Open a delimited file and find its columns.

    Parameters
    ----------
    file : SourceFile
        The file, plain or packed.
    mapping : TableMapping
        Says encoding, delimiter, quote, how many rows stand above the header and, for files without one, the columns.

    Raises
    ------
    CrmwbError
        The file is empty or its text cannot be read.
    """
    parts = text.without_first_lines(text.blocks(file, mapping.encoding), mapping.skip_rows)
    delimiter, quote = mapping.delimiter, mapping.quote
    if delimiter == WHITESPACE:
        parts, delimiter, quote = text.tab_separated(parts), "\t", None
    first = next(parts, b"")
    columns = list(mapping.column_names or _header(first.decode(), delimiter, quote))
    if not any(columns):
        raise CrmwbError(
            f"{file.name}: the first row is empty, so no column has a name; export it again with a header, or say in "
            f"the mapping how many rows stand above it (skip_rows)."
        )
    return Delimited(
        file.name,
        columns,
        [],
        itertools.chain([first], parts),
        delimiter,
        quote,
        _has_header=mapping.column_names is None,
        _n_above=mapping.skip_rows,
        _has_formulas=mapping.formulas,
    )


def _header(beginning: str, delimiter: str, quote: str | None) -> list[str]:
    lines = io.StringIO(beginning, newline="")
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    header = next(csv.reader(lines, delimiter=delimiter, quotechar=quote or '"', quoting=quoting), [])
    return [column.strip() for column in header]


def _end_of_file(n_columns: int, delimiter: str) -> str:
    """Return a last line with a wrong number of fields: if it is not met as a row, the text ended within a quote."""
    return "(end of file)" + delimiter * n_columns


def _numbers(
    last_row: int, n_rows: int, malformed: list[tuple[int, str]]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the numbers of the next `n_rows` well-formed rows after `last_row`."""
    skipped = [number for number, _ in itertools.takewhile(lambda row: row[0] > last_row, reversed(malformed))]
    candidates = np.arange(last_row + 1, last_row + 1 + n_rows + len(skipped), dtype=np.int64)
    return np.setdiff1d(candidates, skipped, assume_unique=True)[:n_rows]
