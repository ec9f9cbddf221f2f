"""Pages that do not lie beside the reports: of parts of the customers, and of one customer."""

import copy
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from nbformat import NotebookNode

from crmwb import layout, storage
from crmwb.display.blocks import MIME, Block, Note, Table
from crmwb.findings import Finding, Name, Term, codec, language
from crmwb.findings.say import Said, say
from crmwb.marts.part import Part, known, parse, shown_parts
from crmwb.params import Params, ReportParams
from crmwb.reporting import card, render
from crmwb.reporting.lineage import Lineage

LANGUAGES = tuple(language.LANGUAGES)
LEADERSHIP = "leadership"  # who is shown no single customer
AUDIENCE = "sales and marketing"


def pages(
    name: str,
    title: Said,
    notebook: NotebookNode,
    params: Params,
    lineage: Lineage,
    *,
    folder: Path,
    file: str,
    audience: str = "",
    languages: Sequence[str] = LANGUAGES,
) -> dict[Path, str]:
    """Render an executed notebook to pages that lie apart.

    Parameters
    ----------
    name : str
        The report's.
    title : Said
        What the pages add to the report's title, such as the part of the customers.
    notebook : NotebookNode
        With its outputs.
    params, lineage
        As of `render.report`.
    folder : Path
        Where the pages are to lie, within the project.
    file : str
        What they are named for.
    audience : str, optional
        Whom the pages say that they are for; as in params.yaml where not given.
    languages : sequence of str
        Which pages; their names end with the language.

    Returns
    -------
    dict of Path to str
        Each page by where it is to lie.
    """
    listed = params.reports.get(name)
    if audience == LEADERSHIP:
        notebook = _without_customers(notebook)
    findings = card.headlines(notebook)
    up = "../" * len(folder.relative_to(layout.REPORTS).parts)
    rendered = {}
    for code in languages:
        with language.using(code):
            report_title = render.in_language(listed.title) if listed else say(Term("report", name))
            shown = ReportParams(
                title=_with(report_title, title) if title else report_title,
                audience=audience or (listed.audience if listed else AUDIENCE),
                parameters={},
            )
            home = up + layout.report_html("index", code).relative_to(layout.REPORTS).as_posix()
            others = [(language.get(other), page_name(file, other)) for other in languages if other != code]
            page = render.report(notebook, name, shown, findings, lineage, apart=render.Apart(home, others))
        rendered[folder / page_name(file, code)] = page
    return rendered


def _with(report_title: str, part: Said) -> str:
    return say(Finding("part.title", {"report": Name(report_title), "part": Name(say(part))}))


def _without_customers(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without its tables of single customers."""
    kept = copy.deepcopy(notebook)
    for cell in kept.cells:
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}) and _lists_customers(codec.from_json(output.data[MIME])):
                output.data[MIME] = codec.to_json(Note(Finding("part.not_listed")))
    return kept


def _lists_customers(block: Block) -> bool:
    return isinstance(block, Table) and any(column.name == "customer_id" for column in block.columns)


def page_name(text: str, code: str) -> str:
    """Return a name for a page: letters and digits of the text stay; what may not, or is long, is told apart by a hash.

    >>> page_name("North", "en")
    'North.en.html'
    """
    plain = re.sub(r"[^\w=.-]+", "_", text).strip("._")[:60]
    named = plain if plain == text else f"{plain}-{sha256(text.encode()).hexdigest()[:6]}"
    return f"{named}.{code}.html"


def cut_into(cut: Mapping[str, str] | None, customers: Path) -> list[Part]:
    """Return the parts that a `cut` asks for: {by: region} all that may be shown, {region: North} one, None none."""
    if not cut:
        return []
    ((how, value),) = cut.items()
    if how != "by":
        return [parse(f"{how}={value}")]
    frame = storage.read_frame(customers, [known(value), "n_purchase_days"])
    return shown_parts(frame[frame["n_purchase_days"].fillna(0) > 0], value)
