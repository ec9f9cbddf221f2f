"""`crmwb map` from beginning to end: look, ask, write the mapping, try it, and point params.yaml to it."""

import os
import sys
from pathlib import Path

import typer

from crmwb import layout, params
from crmwb.errors import CrmwbError
from crmwb.sources import checking, database, preview
from crmwb.sources.drafting import said
from crmwb.sources.drafting.ask import ask_about
from crmwb.sources.drafting.draft import Draft, draft
from crmwb.sources.drafting.stored import draft_stored
from crmwb.sources.drafting.text import text
from crmwb.storage import write_text


def run(paths: list[Path], output: Path | None, *, yes: bool, url: str | None = None) -> None:
    """Draft a mapping for files, and say how to use it.

    Parameters
    ----------
    paths : list of Path
        The files.
    output : Path or None
        Where the mapping goes; mappings/NAME.yaml, named for the first file, where not given.
    url : str, optional
        The address of a database to look at instead of files.
    yes : bool
        Ask nothing: every guess is taken, and params.yaml is pointed to the mapping. No file is ever overwritten so.

    Raises
    ------
    CrmwbError
        The files cannot be read or used, the mapping is there already, or a person must mend it.
    """
    talks = sys.stdin.isatty() and not yes
    if url is not None:
        os.environ[database.URL] = url  # for the check below; it is written nowhere
    made = draft(paths) if url is None else draft_stored(url)
    if talks:
        ask_about(made, lambda question, default: str(typer.prompt(question, default=default)), typer.echo)
    path = output or layout.MAPPINGS / f"{said.slug(made.name)}.yaml"
    if path.exists() and not (talks and typer.confirm(f"{path} is there already. Overwrite it?")):
        raise CrmwbError(f"{path}: is there already, and was left as it is; name another with --output.")
    _write_queries(made, path.parent, talks=talks)
    write_text(text(made, path.as_posix()), path, lasting=True)
    typer.echo(f"Wrote {path}; what it is not sure of is marked in it.")
    p = params.load()
    found = checking.check(path, made.directory, made.currency or p.source.currency, p.engine)
    for line in preview.lines(found):
        typer.echo(line)
    if found.mistakes:
        raise CrmwbError("\n".join(found.mistakes))
    _point_to(path, made, p, kind="files" if url is None else "database", talks=talks, yes=yes)


def _write_queries(made: Draft, folder: Path, *, talks: bool) -> None:
    """Write the queries of a draft beside its mapping."""
    for name, query in made.queries.items():
        path = folder / name
        if path.exists() and not (talks and typer.confirm(f"{path} is there already. Overwrite it?")):
            raise CrmwbError(f"{path}: is there already, and was left as it is; rename it, or use it in a mapping.")
        write_text(query, path, lasting=True)
        typer.echo(f"Wrote {path}.")


def _point_to(path: Path, made: Draft, p: params.Params, *, kind: str, talks: bool, yes: bool) -> None:
    """Say what params.yaml needs to use the mapping, and write it there where a person agrees."""
    here = Path.cwd()
    directory = made.directory.relative_to(here) if made.directory.is_relative_to(here) else made.directory
    currency = made.currency or p.source.currency
    typer.echo(f"In {layout.PARAMS}, this makes it the source:\n")
    for line in (
        "source:",
        f"  kind: {kind}",
        f"  currency: {currency}",
        f"  mapping: {path}",
        f"  directory: {directory}",
    ):
        typer.echo(line)
    if kind == "database":
        typer.echo(
            f"\nWrite the address into .env, which git ignores: {database.URL}=postgresql://user:password@host/shop"
        )
    elif not (directory / "x").is_relative_to(layout.RAW):
        typer.echo(
            f"\nDVC watches {layout.RAW} only; with files elsewhere, run dvc repro --force after a change there."
        )
    if yes or (talks and typer.confirm(f"\nWrite it into {layout.PARAMS}?")):
        chosen = {"kind": kind, "currency": currency, "mapping": path.as_posix(), "directory": str(directory)}
        params.choose({f"source.{key}": value for key, value in chosen.items()})
        typer.echo(f"Written. Now run make report (looks at {directory}).")
