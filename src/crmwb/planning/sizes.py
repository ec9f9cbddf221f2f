"""How many order lines and customers a source holds: counted where it was read already, else estimated."""

import gzip
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from crmwb import layout, storage
from crmwb.errors import CrmwbError
from crmwb.params import SourceParams
from crmwb.sources import mapping

LINES_PER_CUSTOMER = 20  # where nothing tells
LINES_A_YEAR = 12.0  # of a customer of the simulated company
SAMPLE_BYTES = 1_000_000
TEXT = (".csv", ".txt", ".tsv", ".jsonl")
GIVEN, COUNTED, SIMULATED, ESTIMATED = "given", "counted", "simulated", "estimated"


@dataclass(frozen=True)
class Size:
    """Order lines, customers, and where the numbers are from: GIVEN, COUNTED, SIMULATED or ESTIMATED."""

    n_lines: int
    n_customers: int
    how: str


def size_of(
    source: SourceParams, root: Path = Path(), n_lines: int | None = None, n_customers: int | None = None
) -> Size:
    """Return the size of a source.

    Parameters
    ----------
    source : SourceParams
        The source that params name.
    root : Path
        The project's root.
    n_lines, n_customers : int, optional
        What is known better: of data that is yet to come, for one.

    Raises
    ------
    CrmwbError
        The source was never read, and its lines cannot be estimated.
    """
    if n_lines is not None:
        return Size(n_lines, n_customers or max(1, n_lines // LINES_PER_CUSTOMER), GIVEN)
    size = _counted(source, root) or _simulated(source) or _estimated(source, root)
    return size if n_customers is None else replace(size, n_customers=n_customers)


def tables_of(source: SourceParams, root: Path = Path()) -> set[str] | None:
    """Return the tables that a source has, as far as that is known: it was read, or its mapping names them."""
    if (root / layout.MANIFEST).exists():
        manifest = storage.read_json(root / layout.MANIFEST)
        if manifest["source"]["kind"] == source.kind:
            return set(manifest["tables"])
    if source.kind in {"files", "database"} and source.mapping:
        return set(mapping.load(root / source.mapping)[0].tables)
    return None


def _counted(source: SourceParams, root: Path) -> Size | None:
    if not (root / layout.MANIFEST).exists():
        return None
    manifest = storage.read_json(root / layout.MANIFEST)
    tables = manifest["tables"]
    if manifest["source"]["kind"] != source.kind or "transactions" not in tables:
        return None
    n_lines = tables["transactions"]["rows"]
    n_customers = tables.get("customers", {}).get("rows") or max(1, n_lines // LINES_PER_CUSTOMER)
    return Size(n_lines, n_customers, COUNTED)


def _simulated(source: SourceParams) -> Size | None:
    if source.kind != "b2b_demo":
        return None
    demo = source.b2b_demo
    return Size(int(demo.n_customers * demo.years * LINES_A_YEAR), demo.n_customers, SIMULATED)


def _estimated(source: SourceParams, root: Path) -> Size:
    if source.kind == "files" and source.mapping and source.directory:
        described, _ = mapping.load(root / source.mapping)
        named = [part.file for part in described.tables.get("transactions", ()) if part.file]
        files = [file for pattern in named for file in sorted((root / source.directory).glob(pattern))]
        if files and all(rows is not None for rows in map(rows_in, files)):
            n_lines = sum(rows_in(file) or 0 for file in files)
            return Size(n_lines, max(1, n_lines // LINES_PER_CUSTOMER), ESTIMATED)
    raise CrmwbError(
        f"{layout.PARAMS}: source: how much it holds is not known before `dvc repro ingest` has read it; name it with "
        "--lines and --customers."
    )


def rows_in(file: Path) -> int | None:
    """Estimate the rows of a file from its beginning; None where its kind does not tell."""
    if file.suffix == ".parquet":
        return int(pq.read_metadata(file).num_rows)
    is_packed = file.suffix == ".gz"
    if (file.with_suffix("") if is_packed else file).suffix.lower() not in TEXT:
        return None
    with file.open("rb") as raw, gzip.open(raw) if is_packed else raw as rows:
        sample = rows.read(SAMPLE_BYTES)
        read = raw.tell()
    if len(sample) < SAMPLE_BYTES:
        return sample.count(b"\n")
    return int(sample.count(b"\n") * file.stat().st_size / read)
