"""Making reports and the page that leads to them."""

from pathlib import Path

from crmwb import layout, storage
from crmwb.errors import CrmwbError
from crmwb.findings import language
from crmwb.params import Params
from crmwb.reporting import card, render
from crmwb.reporting.execute import execute
from crmwb.reporting.lineage import Lineage, trace

FORECAST = "forecast"  # what a section may need besides tables: values to come


def report(name: str, params: Params, root: Path = Path()) -> None:
    """Run the notebook of the report `name` once and write its page in every language, and its card.

    Where the notebook fails, the pages of the last run stay and say that they are old, and why.

    Raises
    ------
    CrmwbError
        params.yaml has no such report, its notebook cannot be run, or what it needs has not been made yet.
    """
    if name not in params.reports:
        raise CrmwbError(
            f"{layout.PARAMS}: reports has no {name!r} (it has: {', '.join(params.reports)}); add it or name another."
        )
    shown = params.reports[name]
    lineage = trace(params, root)
    available = [*storage.read_json(root / layout.MANIFEST)["tables"]]
    models = root / layout.VALUE_MODELS
    if not models.exists() or "unavailable" not in storage.read_json(models):
        available.append(FORECAST)
    try:
        notebook = execute(root / layout.report_notebook(name), shown.parameters, root, available)
    except CrmwbError as error:
        _mark_stale(name, str(error), root)
        raise
    findings = card.headlines(notebook)
    pages = {}
    for code in language.LANGUAGES:
        with language.using(code):
            pages[code] = render.report(notebook, name, shown, findings, lineage, reports=params.reports)
    for code, page in pages.items():
        storage.write_text(page, root / layout.report_html(name, code))
    storage.write_json(card.make(name, shown, findings, lineage), root / layout.report_card(name))


def _mark_stale(name: str, cause: str, root: Path) -> None:
    """Say on the pages of a report, where there are any, that they are of an earlier run, and why."""
    for code in language.LANGUAGES:
        path = root / layout.report_html(name, code)
        if path.is_file():
            with language.using(code):
                storage.write_text(render.stale(path.read_text(encoding="utf-8"), cause), path)


def index(params: Params, root: Path = Path()) -> None:
    """Write reports/index.html and its like in other languages: one card per report of params.yaml, in its order.

    Raises
    ------
    CrmwbError
        A report has not been made yet.
    """
    cards = [storage.read_json(root / layout.report_card(name)) for name in params.reports]
    lineage = Lineage.model_validate(cards[0]["lineage"])
    for code in language.LANGUAGES:
        with language.using(code):
            storage.write_text(render.index(cards, lineage), root / layout.report_html("index", code))
