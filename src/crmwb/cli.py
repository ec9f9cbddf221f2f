"""The command line: `crmwb --help`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmwb import layout, stage
from crmwb.contract.actions import LIST as ACTION_LIST

if TYPE_CHECKING:
    from crmwb.findings import Value

app = typer.Typer(help="Customer value from your own CRM tables.", no_args_is_help=True, add_completion=False)


@app.callback()
def options(debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False) -> None:
    """Options for every command."""
    if debug:
        os.environ[stage.DEBUG] = "1"


@app.command("params")
def check_params() -> None:
    """Check params.yaml and show its values, and check that DVC can read dvc.lock, without running the pipeline."""
    from rich.pretty import pprint

    from crmwb import params
    from crmwb.files import dvc_lock

    def check() -> None:
        pprint(params.load(layout.root() / layout.PARAMS), expand_all=True)
        dvc_lock.check(layout.root() / layout.LOCK)
        dvc_lock.check_running(layout.root() / dvc_lock.RUNNING)

    stage.run(check)


@app.command("source")
def choose_source(kind: Annotated[str, typer.Argument(help="complete_journey, b2b_demo, files or database")]) -> None:
    """Choose the data source: write source.kind into params.yaml."""
    from crmwb import params
    from crmwb.progress import console

    def choose() -> None:
        path = layout.root() / layout.PARAMS
        before = params.choose({"source.kind": kind}, path)["source.kind"]
        if before != kind:
            console.print(_sentence("source", file=str(layout.PARAMS), now=kind, before=before))

    stage.run(choose, work="crmwb source")


@app.command("map")
def draft_mapping(
    files: Annotated[
        list[Path] | None, typer.Argument(help="the export files that belong together, or their folder")
    ] = None,
    *,
    database: Annotated[
        str | None, typer.Option(help="draft from a database: its address, or env for CRMWB_DATABASE_URL")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="path of the mapping; mappings/NAME.yaml by default")] = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="ask nothing, accept what changes no totals, write nothing where more is asked"),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="replace a mapping that was edited")] = False,
    answer: Annotated[list[str] | None, typer.Option(help="KEY=ANSWER to one question; repeatable")] = None,
    control_total: Annotated[
        list[str] | None,
        typer.Option(help="PERIOD=REVENUE by your own books, 2024=1234567.89, to compare with; repeatable"),
    ] = None,
) -> None:
    """Draft a mapping from files or a database: the meaning of each column, how certain it is, and why."""

    def draft() -> None:
        from crmwb.errors import CrmwbError
        from crmwb.sources import books
        from crmwb.sources.database import address
        from crmwb.sources.drafting import session

        if bool(files) == bool(database):
            raise CrmwbError("crmwb map: name files, or a database with --database.")
        url = address(None if database == "env" else database) if database else None
        pairs = [text.partition("=") for text in answer or []]
        answers = {key.strip(): given.strip() for key, _, given in pairs}
        stated = books.parse(control_total or [])
        session.run(files or [], output, yes=yes, answers=answers, stated=stated, url=url, force=force)

    stage.run(draft, work="crmwb map")


@app.command("check")
def check_mapping(
    mapping: Annotated[Path | None, typer.Argument(help="a mapping; the one in params.yaml by default")] = None,
    directory: Annotated[Path | None, typer.Option(help="folder of the files; source.directory by default")] = None,
    rows: Annotated[
        int | None,
        typer.Option(min=1, help="rows to read from each file; 1,000, or a million where params states control totals"),
    ] = None,
) -> None:
    """Check a mapping and try it on the first rows of its files, without running the pipeline."""
    from crmwb import params
    from crmwb.errors import CrmwbError

    def check() -> None:
        from crmwb.sources import checking, preview

        p = params.load()
        path = mapping or (p.source.mapping and Path(p.source.mapping))
        if not path:
            raise CrmwbError("No mapping to check: name one, such as crmwb check mappings/shop.yaml.")
        most = p.quality.max_quarantined_share
        where = directory or Path(p.source.directory or layout.RAW)
        n_rows = rows or (checking.N_ROWS_COMPARED if p.source.control_totals else checking.N_ROWS)
        checked = checking.check(path, where, p.source, p.engine, n_rows, most_unreadable=most)
        for line in preview.lines(checked):
            typer.echo(line)
        if checked.mistakes:
            raise CrmwbError("\n".join(checked.mistakes))

    stage.run(check)


@app.command("key")
def make_key() -> None:
    """Create the secret key for pseudonyms in the file .crmwb_key, readable only by you."""
    from crmwb.sources.privacy import secret

    def make() -> None:
        os.chdir(layout.root())
        secret.make_key()
        typer.echo(_sentence("key", file=str(secret.KEY_FILE)))

    stage.run(make, work="crmwb key")


@app.command("forget")
def forget_customers(
    customers: Annotated[list[str], typer.Argument(help="ids of the customers, as in the customer mart or the source")],
    yes: Annotated[bool, typer.Option("--yes", help="also forget ids that the last run does not contain")] = False,
) -> None:
    """Forget customers: exclude them from every run and remove them from the files in data/raw."""
    from crmwb import params
    from crmwb.actions import ledger
    from crmwb.findings import Count
    from crmwb.sources.privacy import forgetting, forgotten

    def forget() -> None:
        os.chdir(layout.root())
        lines = list(forgetting.forget(customers, params.load(), sure=yes))  # nothing is said of half the work
        if n := ledger.forget(layout.ACTION_LEDGER, forgotten.listed()):
            lines.insert(1, _sentence("ledger", file=str(layout.ACTION_LEDGER), rows=Count(n, "row")))
        for line in lines:
            typer.echo(line)

    stage.run(forget, work="crmwb forget")


@app.command("schema")
def write_schema() -> None:
    """Write mappings/mapping.schema.json, with which editors complete and check mappings."""
    from crmwb.sources import schema

    stage.run(lambda: schema.write(layout.root() / layout.MAPPING_SCHEMA))


@app.command("dictionary")
def write_dictionary() -> None:
    """Write docs/data_dictionary.md from the data contract."""
    from crmwb import storage
    from crmwb.contract import dictionary

    stage.run(lambda: storage.write_text(dictionary.text(), layout.root() / layout.DATA_DICTIONARY))


@app.command("trace")
def trace_report(report: Annotated[str, typer.Argument(help="name of a report, such as value")]) -> None:
    """Show where the figures of a report come from: code, artefacts, stages with params, and source files."""
    from crmwb.workbench import origins

    stage.run(lambda: typer.echo(origins.trace(report, layout.root())))


@app.command("report")
def make_report(
    name: Annotated[str, typer.Argument(help="customer_card, or a report of params.yaml, such as value")],
    *,
    customer: Annotated[str | None, typer.Option("--id", help="the customer, for customer_card")] = None,
    cut: Annotated[str | None, typer.Option(help="region=North: that part of the customers; by=region: each")] = None,
    audience: Annotated[str | None, typer.Option(help="leadership: no customer is listed")] = None,
    compare_to: Annotated[str | None, typer.Option(help="all, or another part, region=South, beside the part")] = None,
    lang: Annotated[str | None, typer.Option(help="en or zh; both by default")] = None,
) -> None:
    """Write a report of one customer, of a part of the customers, or for one audience or language."""

    def write() -> None:
        from crmwb import params
        from crmwb.reporting import asked

        os.chdir(layout.root())
        wanted = asked.Wanted(name, customer or "", cut or "", audience or "", compare_to or "", lang or "")
        for page in asked.write(wanted, params.load()):
            typer.echo(_sentence("report", page=str(page)))

    stage.run(write, work="crmwb report")


@app.command("pdf")
def print_reports(
    pages: Annotated[
        list[str] | None, typer.Argument(help="reports, or .html files of reports/; all by default")
    ] = None,
    *,
    lang: Annotated[str | None, typer.Option(help="en or zh; both by default")] = None,
) -> None:
    """Print reports to PDF files in reports/pdf, by Chromium, Chrome or Edge, else WeasyPrint (extra `pdf`)."""

    def write() -> None:
        from crmwb import params
        from crmwb.reporting import pdf

        os.chdir(layout.root())
        for file in pdf.write(pages or [], params.load(), lang or ""):
            typer.echo(_sentence("report", page=str(file)))

    stage.run(write, work="crmwb pdf")


@app.command("plan")
def plan_run(
    lines: Annotated[
        int | None, typer.Option(min=1, help="order lines to plan for; those of the source by default")
    ] = None,
    customers: Annotated[
        int | None, typer.Option(min=1, help="customers to plan for; those of the source by default")
    ] = None,
) -> None:
    """Show what a run takes on this machine: time, memory and disk of each stage, and how much data it can hold."""
    from crmwb import params

    def show() -> None:
        from crmwb.planning import page, plan, rates, sizes

        os.chdir(layout.root())
        p = params.load()
        measured = rates.measured(sizes.tables_of(p.source))
        here = plan.machine(Path(), measured, rates.calibrate())
        size = sizes.size_of(p.source, n_lines=lines, n_customers=customers)
        typer.echo("\n".join(page.lines(plan.plan(size, measured, here, p.engine, len(p.reports)))))

    stage.run(show)


@app.command("quarantine")
def show_quarantine(
    table: Annotated[str | None, typer.Argument(help="only this table")] = None,
    rule: Annotated[str | None, typer.Option(help="only rows that broke this rule")] = None,
    export: Annotated[
        Path | None, typer.Option(help="write the rows with their original values to this CSV file, for the data owner")
    ] = None,
) -> None:
    """Show the quarantined rows, the reasons, and how to correct them."""
    from crmwb.quality import review

    stage.run(lambda: typer.echo(review.shown(layout.root(), table, rule, export)))


@app.command("accept")
def accept_run() -> None:
    """Accept the last run: later runs are compared with its rows, figures and forecast, and segments keep their ids."""
    from dataclasses import asdict

    from crmwb.actions import headlines
    from crmwb.findings.say import say
    from crmwb.quality.runs import accepted

    def accept() -> None:
        root = layout.root()
        figures = headlines.headlines(root)
        lines = [say(accepted.accept(root, asdict(figures) if figures else None))]
        if (root / layout.SEGMENT_MODEL).exists():
            from crmwb.segmentation import refit

            lines.append(say(refit.accept(root)))
        else:
            lines.append(_sentence("no_segments", file=str(layout.SEGMENT_MODEL)))
        if (root / layout.FORECAST).exists():
            from crmwb.actions import accepted as accepted_actions

            lines.append(say(accepted_actions.accept(root)))
        typer.echo("\n".join(lines))

    stage.run(accept, work="crmwb accept")


@app.command("issue")
def issue_actions() -> None:
    """Record that the list of actions was handed to its owners, so that later runs measure it and avoid repeats."""

    def issue() -> None:
        from datetime import date

        from crmwb import storage
        from crmwb.actions import ledger
        from crmwb.findings import Count, Day

        os.chdir(layout.root())
        as_of = date.fromisoformat(storage.read_json(layout.OBSERVATION)["as_of"])
        n = ledger.issue(storage.read(ACTION_LIST), as_of, layout.ACTION_LEDGER)
        typer.echo(_sentence("issued", file=str(layout.ACTION_LEDGER), n=Count(n, "action"), as_of=Day(as_of)))

    stage.run(issue, work="crmwb issue")


def _sentence(key: str, **values: "Value | str") -> str:
    """Return a message of the command line in the language in use; a str is a name."""
    from crmwb.findings import Finding, Name
    from crmwb.findings.say import say

    named = {name: Name(value) if isinstance(value, str) else value for name, value in values.items()}
    return say(Finding(f"cli.{key}", named))
