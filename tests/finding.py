"""Is a text anywhere in a folder? Every file is searched, unpacked where it is packed."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq


def traces(folder: Path, *texts: str) -> list[str]:
    """Return where one of the texts stands, in any case of letters: in a file's name, its bytes, or its content."""
    assert folder.is_dir()
    wanted = [text.lower() for text in texts]
    return [
        f"{path.relative_to(folder)}: {text}"
        for path in sorted(folder.rglob("*"))
        for text in wanted
        if text in str(path.relative_to(folder)).lower() or any(text in content for content in _contents(path))
    ]


def _contents(path: Path) -> Iterator[str]:
    """Yield what a file holds, in small letters: as bytes, and as its kind reads it."""
    if not path.is_file():
        return
    raw = path.read_bytes()
    yield raw.decode("utf-8", errors="replace").lower()
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw).decode("utf-8", errors="replace").lower()
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        yield str(table.schema.metadata).lower()
        for column in table.columns:
            yield "\n".join(str(value) for value in column.to_pylist()).lower()
