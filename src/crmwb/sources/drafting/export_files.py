"""Which files a draft is made from: those of folders and archives, and whether files of an archive hold the same orders."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from crmwb.errors import CrmwbError
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.sniff import sniff
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
from crmwb.sources.formats import Opened, open_file, packed
from crmwb.sources.source_files import PARQUET, SourceFile, is_export, members_of

MOST_BYTES = 20_000_000  # packed, that are looked at for orders in several files
SQLITE, DUCKDB = b"SQLite format 3\x00", b"DUCK"  # what such a file begins with; of DuckDB, after eight bytes
LEAST_SHARED = 5  # rows of files without numbers of orders

Row = tuple[str | None, ...]


def on_disk(path: Path) -> Path:
    """Return the file that a path stands for: of one within a zip archive, the archive.

    Examples
    --------
    >>> on_disk(Path("orders.csv")).name
    'orders.csv'
    """
    return next((p for p in path.parents if p.suffix.lower() == ".zip" and p.is_file()), path)


def of_path(path: Path) -> list[Path]:
    """Return the files of an archive, or of a folder and those within it; a folder of one table in Parquet stays whole.

    Raises
    ------
    CrmwbError
        There is no file in the folder, one cannot be read, or one is a database.

    Examples
    --------
    >>> of_path(Path("orders.csv"))[0].name
    'orders.csv'
    """
    files = _below(path)
    if not files:
        raise CrmwbError(f"{path}: a folder without files; name the one that your exports lie in.")
    return files


def _below(path: Path) -> list[Path]:
    _refuse_database(path)
    if path.suffix.lower() == ".zip" and path.is_file():
        return _packed(path)
    if not path.is_dir() or _is_one_table(path):
        return [path]
    return [file for below in sorted(path.iterdir()) if is_export(below) for file in _below(below)]


def _is_one_table(folder: Path) -> bool:
    """Whether a folder holds Parquet files alone, beside marks such as _SUCCESS, none with other columns than the rest."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and is_export(p) and not p.name.startswith("_")]
    if not files or any(file.suffix.lower() not in PARQUET for file in files):
        return False
    columns = [set(_opened(SourceFile(file, str(file.relative_to(folder)))).columns) for file in files]
    widest = max(columns, key=len)
    return all(names <= widest for names in columns)


def _refuse_database(path: Path) -> None:
    """Stop with the command to use, where a file is a database of SQLite or DuckDB, whatever it is called."""
    if not path.is_file():
        return
    with path.open("rb") as opened:
        start = opened.read(16)
    kind = "sqlite" if start == SQLITE else "duckdb" if start[8:12] == DUCKDB else None
    if kind:
        raise CrmwbError(
            f"{path} is a database, and no file of rows: crmwb map --database {kind}:///{path} reads its tables."
        )


def _packed(path: Path) -> list[Path]:
    """Return what to read of a zip archive: all files at once where they have the same header and no order in common."""
    members = members_of(path, path.name, None, "crmwb map", several=True)
    suffixes = {Path(member).suffix for member in members}
    if len(members) == 1:
        return [path]
    folders = {Path(member).parent for member in members}
    is_alike = len(suffixes) == len(folders) == 1 and len({_first_line(path, member) for member in members}) == 1
    if is_alike and not _overlap(path, members):
        return [path / folders.pop() / f"*{suffixes.pop()}"]
    return [path / member for member in members]


def _member(path: Path, member: str) -> SourceFile:
    return SourceFile(path, f"{path.name}/{member}", member)


def _first_line(path: Path, member: str) -> bytes:
    return next(packed.blocks(_member(path, member)), b"").partition(b"\n")[0].strip()


def _overlap(path: Path, members: Sequence[str]) -> bool:
    """Say whether two files hold the same orders, or rows where no column numbers orders: exports of months overlap."""
    if path.stat().st_size > MOST_BYTES:
        return False
    rows = [set(_keys(_member(path, member))) for member in members]
    return any(_is_same(one, other) for one, other in combinations(rows, 2))


def _is_same(one: set[Row], other: set[Row]) -> bool:
    shared = one & other
    return len(shared) >= LEAST_SHARED or any(len(row) == 1 for row in shared)


def _keys(file: SourceFile) -> Iterator[Row]:
    """Yield the numbers of orders in a file; whole rows where no column is called one of them."""
    opened = _opened(file)
    plainly = [i for i, name in enumerate(opened.columns) if matches(plain_words(name), TRANSACTIONS["order_id"]) == 2]
    wanted = plainly[:1] or list(range(len(opened.columns)))
    for batch in opened.batches(wanted):
        for row in zip(*(batch.column(i).to_pylist() for i in range(len(wanted))), strict=True):
            if any(row):
                yield row


def _opened(file: SourceFile) -> Opened:
    return open_file(file, sniff(file).mapping(file.name))
