"""Forgetting customers: adding them to the list of exclusions and removing them from the raw files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from crmwb import engine, layout, storage
from crmwb.errors import CrmwbError
from crmwb.files import owners
from crmwb.findings import Count, Finding, Name, Value
from crmwb.findings.say import say
from crmwb.params import Params
from crmwb.sources import mapping
from crmwb.sources.lines import Places
from crmwb.sources.mapping import Mapping
from crmwb.sources.privacy import forgotten, pseudonyms, raw_copies, secret
from crmwb.sources.privacy.forgotten import KEY
from crmwb.sources.privacy.search import Part, Search, parts
from crmwb.sources.source_files import is_export


def forget(customers: Sequence[str], p: Params, *, sure: bool = False) -> Iterator[str]:
    """Forget customers, and yield what was done, line by line, without their names.

    Parameters
    ----------
    customers : sequence of str
        Their ids, as the customer mart has them or as the source writes them.
    p : Params
        `source` says where the data came from.
    sure : bool
        Forget ids too that the canonical tables do not hold.

    Raises
    ------
    CrmwbError
        One is not in the canonical tables; there is no secret key; or a source cannot be read.
    """
    is_mapped = p.source.mapping is not None and p.source.kind in {"files", "database"}
    described = mapping.load(Path(str(p.source.mapping))) if is_mapped else None
    names = _Names([] if described is None else list(parts(described[0])))
    ids = {given: names.of(given) for given in customers}
    present = _present({one for every in ids.values() for one in every})
    listed = forgotten.listed()
    unknown = [g for g, every in ids.items() if not every & present and listed.isdisjoint(names.codes(every))]
    if unknown and not sure:
        raise CrmwbError(
            f"{', '.join(unknown)}: not in {layout.CANONICAL}; mend the id, run `dvc repro` where the data is newer, "
            f"or add --yes to forget them all the same."
        )
    gone = sorted({one for every in ids.values() for one in (every & present or every)})
    n_new = forgotten.add(gone)
    for kept in (layout.KEPT_ROWS, layout.KEPT_VERDICTS):  # among what was read of the files before are their rows
        owners.remove(kept)
    yield _text("added", file=Name(str(layout.FORGOTTEN)), codes=Count(n_new, "pseudonym"))
    if described is None:
        yield _text("no_raw_copies", source=Name(p.source.kind))
    else:
        called = set(gone) | {given.strip() for given in customers}
        is_one = lambda text: not called.isdisjoint({text.strip(), *names.of(text)})  # noqa: E731
        yield from _raw_copies(gone, is_one, *described, p)
    yield _text("next")


class _Names:
    """What customers are called: how parts of a mapping read their ids."""

    def __init__(self, read: Iterable[Part]) -> None:
        self._key = secret.key()
        self._readers = [(m, part.mapping.null_values) for part in read for m in part.mapping.columns.values()]

    def of(self, text: str) -> set[str]:
        """Return what the canonical tables may call a customer: as given, and as the mapping reads it."""
        given = text.strip()
        read = {(pseudonyms.as_id(given, m, null_values) or given, m.pseudonym) for m, null_values in self._readers}
        coded = {one for plain, is_coded in read if is_coded for one in self.codes([plain])}
        # where ids are pseudonyms, what was given as no code must not stand anywhere
        return coded | ({given} if secret.CODE.fullmatch(given) else set()) if coded else {given, *(i for i, _ in read)}

    def codes(self, ids: Iterable[str]) -> list[str]:
        """Return the codes of some ids."""
        return secret.codes(ids, self._key)


def _raw_copies(
    gone: list[str], is_one: Callable[[str], bool], described: Mapping, places: Places, p: Params
) -> Iterator[str]:
    directory = Path(p.source.directory or layout.RAW)
    read: list[str] = []
    with owners.scratch("forget") as folder, engine.connect(p.engine) as con:
        search = Search(con, gone, folder)
        for result in raw_copies.remove(search, described, places, directory, is_one):
            read.append((directory / result.name).as_posix())
            if result.advice:
                yield f"{result.name}: {result.advice}"
            elif result.n_removed or result.n_emptied:
                values = {"rows": Count(result.n_removed, "row"), "mentions": Count(result.n_emptied, "mention")}
                yield _text("emptied" if result.n_emptied else "removed", file=Name(result.name), **values)
    there = [f.as_posix() for f in layout.RAW.rglob("*") if f.is_file() and is_export(f)]
    n_others = sum(1 for path in there if not any(f"{name}/".startswith(f"{path}/") for name in read))
    if n_others:
        yield _text("others", folder=Name(str(layout.RAW)), n=Count(n_others, "file"))


def _text(key: str, **values: Value) -> str:
    return say(Finding(f"sources.forget.{key}", values))


def _present(ids: set[str]) -> set[str]:
    """Return those of some ids that the canonical tables hold."""
    result: set[str] = set()
    wanted = pc.SetLookupOptions(value_set=pa.array(sorted(ids), pa.string()))
    tables = storage.tables_in(layout.CANONICAL) if layout.CANONICAL.is_dir() else {}
    for path in (part for table in tables.values() for part in storage.parts(table)):
        with storage.open_file(path) as table:
            if KEY in table.schema_arrow.names:
                for batch in table.iter_batches(columns=[KEY]):
                    held = batch.column(0)
                    result |= set(held.filter(pc.is_in(held, options=wanted)).to_pylist())
    return result
