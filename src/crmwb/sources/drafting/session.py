"""`crmwb map` from beginning to end: look, ask, write the mapping, try it, and point params.yaml to it."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from crmwb import layout, params
from crmwb.errors import CrmwbError
from crmwb.params import Params
from crmwb.sources import checking, database, preview
from crmwb.sources.checking import Checked
from crmwb.sources.drafting import drafted, roles
from crmwb.sources.drafting.ask import ask_about, ask_of_books
from crmwb.sources.drafting.customers import ids, names_of_people
from crmwb.sources.drafting.draft import Draft, draft
from crmwb.sources.drafting.questions import Question, settle
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.stored import draft_stored
from crmwb.sources.drafting.text import text
from crmwb.sources.privacy import secret
from crmwb.storage import write_text

N_ROWS_TRIED = 100_000  # of each file


def run(
    paths: list[Path],
    output: Path | None,
    *,
    yes: bool,
    answers: Mapping[str, str],
    stated: Mapping[str, float],
    url: str | None = None,
    force: bool = False,
) -> None:
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
        Ask nothing: guesses that change no sum are taken. Where only a person can answer, nothing is written.
    force : bool
        Replace a mapping that somebody has edited. One that nobody has edited since it was drafted is replaced anyway.
    answers : mapping of str to str
        Answers to questions, by their keys; what counts before a draft is made, by `roles.KEYS`.
    stated : mapping of str to float
        Revenue by the company's books, by year or month (`source.control_totals`).

    Raises
    ------
    CrmwbError
        The files cannot be read or used, the mapping is there and was edited, a question is open, or a person must mend it.

    Notes
    -----
    Where nothing is left to answer, params.yaml is pointed to the mapping; on a terminal, after asking.
    """
    talks = _is_a_terminal() and not yes
    if url is not None:
        os.environ[database.URL] = url  # for the check below; it is written nowhere
    named = {key: name for key, name in answers.items() if key in roles.KEYS}
    answers = {key: answer for key, answer in answers.items() if key not in named}
    proposal = _drafted(paths, named) if url is None else draft_stored(url)
    path = output or layout.MAPPINGS / f"{syntax.slug(proposal.name)}.yaml"
    for each in (path, *(path.parent / name for name in proposal.queries)):
        _refuse_edited(each, talks=talks, force=force)
    left = settle([q for q in proposal.questions if q.key in answers or not talks], answers)
    if talks:
        proposal.questions = [q for q in proposal.questions if q.key not in answers]
        ask_about(proposal, _prompt, typer.echo)
    if yes and left:
        raise CrmwbError(
            "\n".join(["Nothing was written, for --yes answers only what changes no sum:", *(q.shown() for q in left)])
        )
    names_of_people.become_codes(proposal.parts)
    ids.share_codes(proposal.parts)
    p = params.load()
    _make_key(proposal)
    _write_queries(proposal, path.parent)
    write_text(drafted.signed(text(proposal, path.as_posix(), left)), path, lasting=True)
    typer.echo(f"Wrote {path}; what it is not sure of is marked in it.")
    for line in (*dict.fromkeys(_notes(proposal)), *(f"Question: {question.shown()}" for question in left)):
        typer.echo(line)
    if not stated and p.source.mapping == path.as_posix():
        stated = p.source.control_totals  # of the same files, drafted again
    chosen: dict[str, Any] = {
        "currency": proposal.currency or p.source.currency,
        "time_zone": proposal.time_zone or p.source.time_zone,
        **({"control_totals": dict(stated)} if stated or p.source.control_totals else {}),
    }
    if not proposal.currency:
        typer.echo(
            f"Nothing in the files says which currency amounts are in; reports will say {p.source.currency}, as {layout.PARAMS} "
            f"does. Where that is wrong, change source.currency there (or answer with --answer currency=EUR)."
        )
    if not any(question.key.startswith("rate_") for question in left):
        chosen = _tried(path, proposal.directory, p, chosen, talks=talks)
    chosen = {
        "kind": "files" if url is None else "database",
        **chosen,
        "mapping": path.as_posix(),
        "directory": _directory(proposal),
    }
    _point_to(chosen, left, talks=talks)


def _is_a_terminal() -> bool:
    return sys.stdin.isatty()


def _prompt(question: str, default: str) -> str:
    return str(typer.prompt(question, default=default, show_default=bool(default)))


def _tried(path: Path, directory: Path, p: Params, chosen: dict[str, Any], *, talks: bool) -> dict[str, Any]:
    """Try a mapping on its files, show what comes out, and ask a person on a terminal for what their books say.

    Returns
    -------
    dict of str to object
        What is chosen for params.yaml, with the revenue that was stated.

    Raises
    ------
    CrmwbError
        It has mistakes, or the company's books differ.
    """
    result = _checked(path, directory, p, chosen)
    for line in preview.lines(result):
        typer.echo(line)
    if talks and not result.mistakes and result.totals is not None and not result.totals.is_stated:
        stated = ask_of_books(result.totals.largest_year, _prompt, typer.echo)
        if stated:
            chosen = {**chosen, "control_totals": stated}
            result = _checked(path, directory, p, chosen)
            for line in preview.compared(result.totals) if result.totals else ():
                typer.echo(line)
    if result.mistakes:
        raise CrmwbError("\n".join(result.mistakes))
    return chosen


def _checked(path: Path, directory: Path, p: Params, chosen: Mapping[str, Any]) -> Checked:
    source, most = p.source.model_copy(update=dict(chosen)), p.quality.max_quarantined_share
    n_rows = checking.N_ROWS_COMPARED if source.control_totals else N_ROWS_TRIED
    return checking.check(path, directory, source, p.engine, n_rows, most_unreadable=most)


def _drafted(paths: list[Path], named: Mapping[str, str]) -> Draft:
    """Draft a mapping; where columns are missing, say also what will be asked once they are named."""
    try:
        return draft(paths, given=named)
    except roles.MissingRolesError as error:
        raise CrmwbError("\n".join([str(error), *_asked_later(paths, named, error.likeliest)])) from None


def _asked_later(paths: list[Path], named: Mapping[str, str], likeliest: Mapping[str, str]) -> Iterator[str]:
    """Yield what is asked once missing columns are named, as if they were the likeliest: so that one run answers all."""
    if not likeliest or named.keys() & likeliest.keys():
        return
    try:
        proposal = draft(paths, given={**named, **likeliest})
    except CrmwbError:
        return
    left = [question for question in proposal.questions if not question.is_safe]
    if left:
        columns = " and ".join(f"{role}={name}" for role, name in likeliest.items())
        yield f"With {columns}, for example, this would be asked too; the answers may stand beside those:"
        yield from (question.shown() for question in left)


def _notes(proposal: Draft) -> Iterator[str]:
    """Yield what a person should know of a draft: what is left out, and what stands in for what the files do not say."""
    for part in proposal.parts:
        of = (
            f"{part.options['file']}: "
            if "file" in part.options and len({p.options.get("file") for p in proposal.parts}) > 2
            else ""
        )
        remarks = [*part.remarks, *(part.profile.shape.remarks if part.profile else [])]
        yield from (f"Note: {of}{remark}." for remark in remarks)
    yield from (f"Note: {remark}." for remark in proposal.unused)


def _refuse_edited(path: Path, *, talks: bool, force: bool) -> None:
    """Stop where a file is there that somebody wrote or edited, unless a person wants it replaced."""
    if not path.exists() or force or drafted.is_untouched(path):
        return
    if not (talks and typer.confirm(f"{path} is there already, and was edited. Replace it?")):
        raise CrmwbError(
            f"{path}: is there already, and was left as it is, for it was edited since crmwb map wrote it, or written by somebody; "
            f"replace it with --force, or name another with --output."
        )


def _write_queries(proposal: Draft, folder: Path) -> None:
    """Write the queries of a draft beside its mapping."""
    for name, query in proposal.queries.items():
        path = folder / name
        write_text(drafted.signed(query, "--"), path, lasting=True)
        typer.echo(f"Wrote {path}.")


def _make_key(proposal: Draft) -> None:
    """Make the secret key where ids become codes and there is none yet."""
    is_coded = any(
        "pseudonym" in g.value for part in proposal.parts for g in part.guesses.values() if isinstance(g.value, dict)
    )
    if is_coded and not secret.is_there():
        secret.make_key()
        typer.echo(
            f"E-mail addresses, phone numbers or names of people become codes by a secret key, made in {secret.KEY_FILE}: keep it safe and out of git."
        )


def _directory(proposal: Draft) -> str:
    here = Path.cwd()
    return str(proposal.directory.relative_to(here) if proposal.directory.is_relative_to(here) else proposal.directory)


def _point_to(chosen: Mapping[str, Any], left: Sequence[Question], *, talks: bool) -> None:
    """Say what params.yaml needs to use the mapping, and write it there: on a terminal after asking, never with open questions."""
    typer.echo(f"In {layout.PARAMS}, this makes it the source:\n")
    for line in ("source:", *(f"  {key}: {value}" for key, value in chosen.items())):
        typer.echo(line)
    if chosen["kind"] == "database":
        typer.echo(
            f"\nWrite the address into .env, which git ignores: {database.URL}=postgresql://user:password@host/shop"
        )
    elif not (Path(chosen["directory"]) / "x").is_relative_to(layout.RAW):
        typer.echo(
            f"\nDVC watches {layout.RAW} only; with files elsewhere, run dvc repro --force after a change there."
        )
    if left:
        typer.echo(f"{layout.PARAMS} was left as it is: run crmwb map again with an --answer to each question above.")
    elif not talks or typer.confirm(f"\nWrite it into {layout.PARAMS}?", default=True):
        params.choose({f"source.{key}": value for key, value in chosen.items()})
        typer.echo(f"Written. Now run make report (looks at {chosen['directory']}).")
