"""How a file is written, found by looking at it: encoding, delimiter, rows above the header, header, sheet."""

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crmwb.errors import CrmwbError
from crmwb.sources.drafting.reading import typed_numbers
from crmwb.sources.drafting.reading.notation import is_value
from crmwb.sources.drafting.reading.words import came_back, names_credit_notes
from crmwb.sources.formats import excel, json_lines, open_file, packed
from crmwb.sources.mapping import WHITESPACE, TableMapping
from crmwb.sources.source_files import PARQUET, SourceFile

N_LINES = 200
N_SHEET_ROWS = 20_000  # of a workbook, looked at for other tables below
MOST_ROWS_ABOVE = 30
DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 18
FORMULA = re.compile(r'="[^"]*"')
YEAR = re.compile(r"(19|20)\d\d")
MOSTLY = 0.8
LEAST_CZECH = 3  # of ø, and of ì, è and ù, which no other language has both
THAI, FEW_DIGITS = 0.2, 0.05  # of its letters: consonants, and digits of its own
NEARLY_ALL = 0.97
HALF = 0.5
LEAST_FIXED = 4  # columns at fixed places
LEAST_PAIRS = 12  # of bytes, that Korean is told from Chinese by
FILLED = 0.7  # of the cells that a usual row fills, a header fills so many


@dataclass(frozen=True)
class Shape:
    """How a file is written.

    Attributes
    ----------
    options : dict
        What a mapping must say of it, beyond what holds where it says nothing.
    remarks : list of str
        What a person should know of it.
    is_delimited : bool
        It is text with a delimiter.
    second_table : str
        What seems to be another table below it, in words; empty where there is none, or a mapping can leave it out.
    titles : tuple of str
        What stands above the header.
    of_year : tuple of str
        What may say of which year the file is: its titles, and its name.
    other_sheets : tuple of str
        Of a workbook, sheets that are other tables.
    unlike_titles : tuple of str
        What stands above sheets that are read as one table, where it is not the same but for numbers.
    typed_number : str
        Of a workbook: a number typed as text of which nothing tells whether it is thousands or decimals; else empty.
    repeated_records : str
        Of records that hold lists of lines: numbers that stand in several of them, in words.
    record : tuple of str
        Of such records: the column of their numbers, and one that tells each from the others of its number, where the
        last in the file is the latest.
    """

    options: dict[str, Any]
    remarks: list[str] = field(default_factory=list)
    is_delimited: bool = False
    second_table: str = ""
    titles: tuple[str, ...] = ()
    of_year: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()
    unlike_titles: tuple[str, ...] = ()
    typed_number: str = ""
    repeated_records: str = ""
    record: tuple[str, ...] = ()

    def mapping(self, file: str) -> TableMapping:
        """Return a mapping that reads the file, without columns yet."""
        return TableMapping.model_validate({"file": file, "columns": {}, **self.options})


def sniff(file: SourceFile, sheet: str | None = None) -> Shape:
    """Look at a file.

    Parameters
    ----------
    file : SourceFile
        The file.
    sheet : str, optional
        Of a workbook, the sheet to look at; without it, the one that is fullest.

    Raises
    ------
    CrmwbError
        It is empty, damaged, or no table.
    """
    if file.suffix in PARQUET or file.suffix in json_lines.SUFFIXES:
        shape = Shape({})
        open_file(file, shape.mapping(file.name))
        return shape
    return _workbook(file, sheet) if file.suffix in excel.SUFFIXES else _text(file)


def _workbook(file: SourceFile, sheet: str | None = None) -> Shape:
    cells = excel.first_cells(file, N_SHEET_ROWS)
    sheets = {name: [[excel.as_text(cell) or "" for cell in row] for row in rows] for name, rows in cells.items()}
    filled = {name: sum(bool(cell) for row in rows for cell in row) for name, rows in sheets.items()}
    first = sheet or max(filled, key=lambda name: filled[name], default="")
    if not filled or not filled[first]:
        raise CrmwbError(f"{file.name}: every sheet is empty; save it again.")
    above = {name: _rows_above(rows) for name, rows in sheets.items() if filled[name]}
    headers = {name: sheets[name][n] for name, n in above.items()}
    alike = [name for name in headers if headers[name] == headers[first] and above[name] == above[first]]
    alike = [name for name in alike if _takes_back(name) == _takes_back(first)]  # credit notes are no sales
    others = [name for name in sheets if name not in alike and filled[name]]
    options: dict[str, Any] = {"sheet": alike if len(alike) > 1 else first} if len(sheets) > 1 else {}
    remarks = (
        [f"its sheets {' and '.join(alike)} have the same header and are read as one table"] if len(alike) > 1 else []
    )
    if any(any(row) for row in sheets[first][: above[first]]):
        options["skip_rows"] = above[first]
    below = {name: second_table(sheets[name], above[name]) for name in alike}
    if (other := below[first]) is not None and len(alike) == 1:
        options["last_row"] = other[0] - 1
        remarks.append(f"what stands below, from row {other[0]} on, is another table ({other[1]}), and is left out")
    several = [
        f"sheet {name}, row {result[0]} ({result[1]})" for name, result in below.items() if result and len(alike) > 1
    ]
    remarks += _tables_beside(sheets[first], above[first])
    titles = _texts(sheets[first][: above[first]])
    by_words = {
        re.sub(r"\d+", "", " ".join(each)): each for name in alike if (each := _texts(sheets[name][: above[name]]))
    }
    unlike = tuple(" ".join(each) for each in by_words.values()) if len(by_words) > 1 else ()
    typed = typed_numbers.of_rows(row for name in alike for row in cells[name][above[name] + 1 :])
    if typed.decimal != ".":
        options["decimal"] = typed.decimal
    return Shape(
        options,
        remarks,
        second_table="; ".join(several),
        titles=titles,
        other_sheets=tuple(others),
        unlike_titles=unlike,
        typed_number=typed.unclear,
    )


def _takes_back(sheet: str) -> bool:
    """Say whether a sheet is called after credit notes or returns."""
    return names_credit_notes(sheet) or came_back(sheet)


def _texts(rows: list[list[str]]) -> tuple[str, ...]:
    return tuple(cell.strip() for row in rows for cell in row if cell.strip())


def _rows_above(rows: list[list[str]]) -> int:
    """Return how many rows stand above the header: titles fill fewer cells than the table below them."""
    counts = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = sorted(n for n in counts if n)[len([n for n in counts if n]) // 2]
    return next((i for i, n in enumerate(counts) if n >= FILLED * usual and n >= min(usual, 2)), 0)


def second_table(rows: list[list[str]], header: int) -> tuple[int, str] | None:
    """Return the row in which another table begins below blank rows, counted from 1, and its first names."""
    for i in range(header + 2, len(rows) - 1):
        cells = [cell for cell in rows[i] if cell.strip()]
        is_header = len(cells) > 1 and not any(is_value(cell) for cell in cells) and len(set(cells)) == len(cells)
        if is_header and not any(rows[i - 1]) and rows[i] != rows[header] and any(map(is_value, rows[i + 1])):
            return i + 1, ", ".join(cells[:4])
    return None


def _tables_beside(rows: list[list[str]], header: int) -> list[str]:
    """Name what looks like a table of its own beside a blank column."""
    names = rows[header]
    last = max(i for i, name in enumerate(names) if name.strip())
    gaps = [
        i
        for i in range(last)
        if not names[i].strip() and not any(row[i].strip() for row in rows[header:] if len(row) > i)
    ]
    if not gaps or not any(name.strip() for name in names[: gaps[0]]):
        return []
    beside = [name for name in names[gaps[0] :] if name.strip()]
    return [f"beside a blank column stands another table ({', '.join(beside[:4])}): move it to a sheet of its own"]


def _text(file: SourceFile) -> Shape:
    encoding = _encoding(file)
    head = next(packed.blocks(file))[:HEAD_BYTES]
    lines = codecs.getincrementaldecoder(encoding)("ignore").decode(head).removeprefix("\ufeff").splitlines()
    lines = lines[: -1 if len(head) == HEAD_BYTES else None][:N_LINES]
    delimiter, rows = _split(lines)
    if delimiter == WHITESPACE:
        _refuse_print_list(file, lines, rows)
    width = Counter(len(row) for row in rows if row).most_common(1)[0][0] if any(rows) else 0
    even = [row if len(row) == width else [] for row in rows]
    above = _rows_above(even) if any(even) else 0
    options: dict[str, Any] = {} if encoding == "utf-8" else {"encoding": encoding}
    if delimiter != ",":
        options["delimiter"] = delimiter
    if any(FORMULA.fullmatch(cell) for row in rows[above:] for cell in row):
        options["formulas"] = True
    remarks = []
    if 0 < above <= MOST_ROWS_ABOVE:
        options["skip_rows"] = above
        remarks.append(f"{above} {'row stands' if above == 1 else 'rows stand'} above its header")
    first = [cell.strip() for cell in rows[above]] if rows else []
    if any(is_value(cell) and not YEAR.fullmatch(cell) for cell in first):
        options["column_names"] = [f"column_{i}" for i in range(1, len(first) + 1)]
        remarks.append("it has no header, so its columns are called column_1, column_2, …: give them better names")
    result = second_table(rows, above) if rows else None
    below = f"line {result[0]} ({result[1]})" if result and above <= MOST_ROWS_ABOVE else ""
    titles = _texts(rows[:above]) if above <= MOST_ROWS_ABOVE else ()
    return Shape(options, remarks, is_delimited=True, second_table=below, titles=titles)


def _refuse_print_list(file: SourceFile, lines: list[str], rows: list[list[str]]) -> None:
    """Refuse columns at fixed places whose values hold blanks, or are absent: blanks do not tell them apart.

    Raises
    ------
    CrmwbError
        Most lines have gaps, and many another number of values than the commonest.
    """
    filled = [row for row in rows if row]
    share, width = _evenness(rows)
    n_gaps = sum(re.search(r"\S {2,}\S", line) is not None for line in lines)
    if width < LEAST_FIXED or share >= MOSTLY or n_gaps < HALF * len(filled):
        return
    n_others = sum(len(row) != width for row in filled)
    raise CrmwbError(
        f"{file.name}: its columns seem to stand at fixed places, as in a list for the printer: of its first "
        f"{len(filled):,} lines, {n_others:,} have another number of values than the others, and blanks do not tell "
        f"which are absent. Export it as CSV or as a workbook, with every value in each row."
    )


def _encoding(file: SourceFile) -> str:
    """Return the encoding: UTF-8 where the whole file is such, UTF-16 by its mark, else by what its letters make."""
    first = next(packed.blocks(file), b"")
    if not first:
        raise CrmwbError(f"{file.name}: the file is empty (0 bytes of text); export it again.")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in first[:1000]:
        return "utf-16-le" if first[1:2] == b"\0" else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    western = codecs.getincrementaldecoder("cp1252")("strict")
    is_utf8 = is_western = True
    for block in packed.blocks(file):
        is_utf8 = is_utf8 and _decodes(decoder, block)
        is_western = is_western and _decodes(western, block)
    if is_utf8:
        return "utf-8"
    pages = {"cp932": _is_japanese, "cp949": _is_korean, "cp874": _is_thai, "gb18030": _is_chinese}
    asian = next((page for page, is_written_in in pages.items() if is_written_in(first)), None)
    return asian or _european(first) or ("cp1252" if is_western else "latin-1")


def _european(block: bytes) -> str | None:
    """Return the code page of Central European, Turkish or Cyrillic letters; None where they are Western.

    Read as Western, Czech has Danish ø beside Italian ì, è and ù, Polish letters are signs such as ¹ and ³ within
    words, Turkish ones are Icelandic, without those vowels with accents that Icelandic has beside them, and Cyrillic
    words have accents on all their letters.
    """
    text = block.decode("latin-1")
    if re.search(r"[a-z][\xb9\xb3\xbf\x9c](?=[a-z])|[\xb9\xb3\xbf\x9c][a-z]{2}", text):
        return "cp1250"
    if re.search(r"[a-z][\xfe\xfd\xf0]|[\xfe\xde\xdd][a-z]", text) and not re.search(r"[\xe1\xed\xfa\xe6]", text):
        return "cp1254"
    czech = [len(re.findall(rf"(?i)[a-z]{letter}|{letter}[a-z]", text)) for letter in ("\xf8", "[\xec\xe8\xf9]")]
    if min(czech) >= LEAST_CZECH:
        return "cp1250"
    above = re.findall(r"[\x80-\xff]+", text)
    letters = sum(len(run) for run in above)
    return "cp1251" if letters and sum(len(run) for run in above if len(run) > 2) >= MOSTLY * letters else None


def _is_thai(block: bytes) -> bool:
    """Say whether a block is Thai: words of its consonants, and of none of its free places.

    Its consonants are where Cyrillic has hardly any letter, and where its most frequent ones are, digits.
    """
    above = b"".join(re.findall(rb"[\x80-\xff]{3,}", block))
    consonants, digits = (len(re.findall(pattern, above)) for pattern in (rb"[\xa1-\xbf]", rb"[\xf0-\xff]"))
    is_legal = re.search(rb"[\x81-\x84\x86-\x90\x98-\x9f\xdb-\xde\xfc-\xff]", above) is None
    return bool(above) and is_legal and consonants >= THAI * len(above) and digits < FEW_DIGITS * len(above)


def _is_korean(block: bytes) -> bool:
    """Say whether bytes are Korean text in EUC-KR: nearly all pairs are Hangul, which begins with B0 to C8 there.

    Chinese signs of GB 2312 are ordered by their sound, and begin with B0 to D7 alike.
    """
    above = re.findall(rb"[\x80-\xff]+", block)
    pairs = [run[i : i + 2] for run in above for i in range(0, len(run), 2)]
    n_hangul = sum(re.fullmatch(rb"[\xb0-\xc8][\xa1-\xfe]", pair) is not None for pair in pairs)
    return len(pairs) >= LEAST_PAIRS and n_hangul >= NEARLY_ALL * len(pairs)


def _is_chinese(block: bytes) -> bool:
    """Say whether bytes are Chinese text in GB 18030: read so, nearly all that is not ASCII is a common Chinese sign.

    GB 2312 puts its signs by use: those that begin with B0 to D7 are the common ones, and A1 and A3 are
    punctuation and digits. Western letters with accents stand alone between ASCII letters, and make no such pairs.
    """
    above = re.findall(rb"[\x80-\xff]+", block)
    n_bytes = sum(len(run) for run in above)
    pairs = [run[i : i + 2] for run in above for i in range(0, len(run), 2)]
    n_common = 2 * sum(re.fullmatch(rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]", pair) is not None for pair in pairs)
    return n_bytes > 0 and n_common >= MOSTLY * n_bytes


def _is_japanese(block: bytes) -> bool:
    """Say whether bytes are Japanese text in Shift JIS: read so, most of what is not ASCII is kana and common kanji.

    The first byte of a kana is 82 or 83 there, which common signs of GB 18030 and Western letters never have.
    """
    cut = block[: block.rfind(b"\n") + 1] or block
    try:
        text = cut.decode("cp932")
    except UnicodeDecodeError:
        return False
    of_amounts = {*map(chr, range(0xFFE0, 0xFFE7)), *"△▲"}  # signs of currencies, and those below zero
    above = [sign for sign in text if sign > "\x7f" and sign not in of_amounts]
    wide = sum("\u3040" <= sign <= "\u30ff" or "\u4e00" <= sign <= "\u9fff" for sign in above)
    narrow = sum("\uff61" <= sign <= "\uff9f" for sign in above)  # one byte each, as of other encodings read wrongly
    kana = re.findall(rb"[\x82\x83][\x40-\xf1]", cut)
    return bool(above) and bool(kana) and wide >= MOSTLY * len(above) and not narrow


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _split(lines: list[str]) -> tuple[str, list[list[str]]]:
    """Return the delimiter by which most lines have the same, largest number of columns, and the lines so split."""
    tried = {
        delimiter: list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)) for delimiter in DELIMITERS
    }
    tried[WHITESPACE] = [line.split() for line in lines]
    apart = {delimiter: _evenness(rows) for delimiter, rows in tried.items()}
    signs = [d for d in DELIMITERS if apart[d][1] > 1 and apart[d][0] >= MOSTLY]
    best = max(signs or tried, key=lambda delimiter: (*apart[delimiter], delimiter != WHITESPACE))
    return best, tried[best]


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    """Return the share of rows with the commonest number of columns (to 5%), and that number; 0 for one."""
    counts = Counter(len(row) for row in rows if row)
    if not counts:
        return 0.0, 0
    width, n = counts.most_common(1)[0]
    return (round(20 * n / sum(counts.values())) / 20, width) if width > 1 else (0.0, 1)
