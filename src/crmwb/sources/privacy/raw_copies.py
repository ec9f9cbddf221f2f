"""The rows of some customers taken out of the files that a company brought, and all else left as it stands."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crmwb import layout, storage
from crmwb.errors import CrmwbError
from crmwb.sources.formats import READERS, open_file
from crmwb.sources.lines import Places
from crmwb.sources.mapping import WHITESPACE, Mapping, TableMapping
from crmwb.sources.privacy import records
from crmwb.sources.privacy.search import Held, Part, Search, joined_only, parts, together
from crmwb.sources.source_files import PARQUET, SourceFile, find

N_NAMED = 20  # rows that a message names


@dataclass(frozen=True)
class Outcome:
    """What became of one source: how many rows went, and where only a name was emptied; or what a person must do."""

    name: str
    n_removed: int = 0
    n_emptied: int = 0
    advice: str | None = None


def remove(
    search: Search, described: Mapping, places: Places, directory: Path, is_one: Callable[[str], bool]
) -> Iterator[Outcome]:
    """Take customers out of every file that can be written again, and yield what became of each source.

    Parameters
    ----------
    search : Search
        Knows who they are.
    described, places : Mapping, Places
        The mapping, and where its keys stand.
    directory : Path
        Where its files lie.
    is_one : callable
        Whether a text names one of them: of what is no row, all that can be told.

    Raises
    ------
    CrmwbError
        A file is missing or cannot be read.
    """
    files: dict[str, list[tuple[SourceFile, Part]]] = {}
    for part in parts(described):
        where = places.of(part.key)
        if part.mapping.stored:
            yield Outcome(getattr(part.mapping, part.mapping.stored), advice="delete their rows in the database.")
        elif part.mapping.rows:
            held = search.in_mapping(part, places)
            yield Outcome(where, advice=None if held.is_empty else f"{_to_delete(held)}.")
        else:
            try:
                there = find(directory, str(part.mapping.file), where)
            except CrmwbError as error:  # they are on the list all the same, and what is left can be looked through
                yield Outcome(str(part.mapping.file), advice=f"no raw file to take them out of ({error})")
                continue
            for file in there:
                files.setdefault(file.name, []).append((file, part))
    for key, joined in joined_only(described):
        yield Outcome(
            str(joined.file or joined.table or joined.query),
            advice=f"{places.of(key)} names customers only by what is joined: delete its rows that now meet none.",
        )
    for name in sorted(files):
        yield _remove(search, [part for _, part in files[name]], files[name][0][0], is_one)


def _remove(search: Search, readers: list[Part], file: SourceFile, is_one: Callable[[str], bool]) -> Outcome:
    """Take them out of one file; what is written is read again before it takes the file's place."""
    every = [search.in_file(file, part) for part in readers]
    held = together(every)
    advice = _by_hand(file, readers, held)
    if held.is_empty and (advice or not held.malformed):
        return Outcome(file.name)
    if advice:
        return Outcome(file.name, advice=advice)
    write = _write_parquet if file.suffix in PARQUET else partial(_write_delimited, is_one=is_one)
    try:
        with storage.replacing(file.path, lasting=True) as beside:
            n_malformed = write(file, readers[0].mapping, beside, held)
            for part, before in zip(readers, every, strict=True):
                _check(search, SourceFile(beside, file.name), part, before.n_rows - len(held.own))
            if held.is_empty and not n_malformed:
                shutil.copyfile(file.path, beside)  # of a gzipped file too, the very bytes
    except records.NotExactError:
        return Outcome(file.name, advice=f"cannot be written again exactly: {_to_delete(held)}.")
    return Outcome(file.name, len(held.own) + n_malformed, sum(len(numbers) for numbers in held.mentions.values()))


def _check(search: Search, written: SourceFile, part: Part, n_rows: int) -> None:
    if n_rows:
        held = search.in_file(written, part)
        if not held.is_empty or held.n_rows != n_rows:
            raise records.NotExactError


def _by_hand(file: SourceFile, readers: list[Part], held: Held) -> str | None:
    """Say what a person must do with a file that is not written again; None where it is."""
    mappings = [part.mapping for part in readers]
    plain = {mapped.column for m in mappings for mapped in m.columns.values()}
    ways = {(m.delimiter, m.encoding, m.quote, m.skip_rows, m.column_names) for m in mappings}
    is_plain = len(ways) == 1 and held.mentions.keys() <= plain
    if any(part.by_row for part in readers):
        return (
            f"tells customers apart by their row only: empty {_named(held.own)}, but leave the others in their place."
        )
    if file.member is not None:
        return f"lies in an archive: {_to_delete(held)}, and pack it again."
    if not file.path.resolve().is_relative_to(layout.RAW.resolve()):
        return f"lies outside {layout.RAW}: {_to_delete(held)}."
    if file.suffix in READERS.keys() - PARQUET:
        return f"is of a kind that is not written again here: {_to_delete(held)}."
    if not is_plain or (held.mentions and mappings[0].delimiter == WHITESPACE):
        return f"is not read plainly enough to write it again: {_to_delete(held)}."
    return None


def _to_delete(held: Held) -> str:
    every = [f"delete {_named(held.own)}"] if held.own else []
    every += [f"empty {column} in {_named(numbers)}" for column, numbers in sorted(held.mentions.items())]
    return " and ".join(every)


def _named(numbers: set[int]) -> str:
    shown = ", ".join(str(number) for number in sorted(numbers)[:N_NAMED])
    rest = f" and {len(numbers) - N_NAMED:,} more" if len(numbers) > N_NAMED else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {shown}{rest}"


def _write_delimited(
    file: SourceFile, mapping: TableMapping, to: Path, held: Held, *, is_one: Callable[[str], bool]
) -> int:
    """Write a delimited file without their records; return how many of them were no rows."""
    columns = open_file(file, mapping).columns
    emptied = {columns.index(column): numbers for column, numbers in held.mentions.items()}
    n_malformed = 0

    def changed(record: records.Record) -> str:
        nonlocal n_malformed
        if record.number in held.own:
            return ""
        if record.number in held.malformed and any(is_one(text) for text in record.fields):
            n_malformed += 1
            return ""
        positions = [i for i, numbers in emptied.items() if record.number in numbers]
        return record.without_fields(positions) if positions else record.text

    records.rewrite(file, mapping, to, changed)
    return n_malformed


def _write_parquet(file: SourceFile, mapping: TableMapping, to: Path, held: Held) -> int:  # noqa: ARG001 - as for text
    """Write a Parquet file without their rows, row group by row group; 0, for it has none that are no rows."""
    with pq.ParquetFile(file.path) as opened:
        schema = opened.schema_arrow
        n_groups = opened.num_row_groups
        packing = opened.metadata.row_group(0).column(0).compression if n_groups else "NONE"
        if not held.mentions.keys() <= {f.name for f in schema if f.nullable}:
            raise records.NotExactError
        begin = 0
        with pq.ParquetWriter(to, schema, compression=packing) as writer:
            for group in range(n_groups):
                table = opened.read_row_group(group)
                for column, numbers in held.mentions.items():
                    places = [None if begin + i + 1 in numbers else i for i in range(table.num_rows)]
                    emptied = pc.take(table[column], pa.array(places, pa.int64()))
                    table = table.set_column(schema.names.index(column), schema.field(column), emptied)
                kept = [begin + i + 1 not in held.own for i in range(table.num_rows)]
                begin += table.num_rows
                writer.write_table(_without_unused_words(table.filter(pa.array(kept, pa.bool_()))))
    return 0


def _without_unused_words(table: pa.Table) -> pa.Table:
    """Make dictionaries anew: a word stays in them, and in the file, when the last row that uses it goes."""
    for i, of in enumerate(table.schema):
        if pa.types.is_dictionary(of.type):
            used = table[i].cast(of.type.value_type).combine_chunks().dictionary_encode()
            numbers = used.indices.cast(of.type.index_type)
            again = pa.DictionaryArray.from_arrays(numbers, used.dictionary, ordered=of.type.ordered)
            table = table.set_column(i, of, again)
    return table
