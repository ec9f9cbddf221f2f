"""Making reports and the page that leads to them."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from nbformat import NotebookNode

from crmwb import layout, storage
from crmwb.errors import CrmwbError
from crmwb.findings import Term, language
from crmwb.findings.say import Said, say
from crmwb.marts.part import Part, known, parse, shown_parts
from crmwb.params import Params, ReportParams
from crmwb.reporting import card, render
from crmwb.reporting.execute import Parameter, execute
from crmwb.reporting.lineage import Lineage, trace

CONTRACTS = "contracts"
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
    try:
        notebook = _executed(name, shown.parameters, root)
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


def available_in(root: Path) -> list[str]:
    """Return what sections of reports may need: the tables that the source has, and "forecast" where there is one."""
    available = [*storage.read_json(root / layout.MANIFEST)["tables"]]
    if CONTRACTS in available and not storage.read_json(root / layout.CONTRACT_FACTS)["is_available"]:
        available.remove(CONTRACTS)  # none has begun yet
    models = root / layout.VALUE_MODELS
    if not models.exists() or "unavailable" not in storage.read_json(models):
        available.append(FORECAST)
    return available


def apart(
    name: str,
    title: Said,
    parameters: Mapping[str, Parameter],
    params: Params,
    folder: Path,
    *,
    audience: str = "",
    languages: Sequence[str] = tuple(language.LANGUAGES),
    root: Path = Path(),
) -> list[Path]:
    """Run the notebook of the report `name` with parameters of one's own and write its pages apart from the others.

    Parameters
    ----------
    name : str
        The report's: a notebook in notebooks/reports, which params.yaml need not name.
    title : Said
        What the pages add to the report's title, such as the part of the customers; they are named for it.
    parameters : mapping
        For the notebook, on top of those in params.yaml.
    params : Params
        params.yaml.
    folder : Path
        Where to, within the project.
    audience : str, optional
        Whom the page says that it is for; as in params.yaml where not given.
    languages : sequence of str
        Which pages; their names end with the language.
    root : Path
        The project's folder.

    Raises
    ------
    CrmwbError
        There is no such notebook, it does not know a parameter, or it fails.
    """
    listed = params.reports.get(name)
    notebook = _executed(name, {**(listed.parameters if listed else {}), **parameters}, root)
    findings, lineage = card.headlines(notebook), trace(params, root)
    file, written = _file_name(say(title)), []
    for code in languages:
        with language.using(code):
            report_title = render.in_language(listed.title) if listed else say(Term("report", name))
            shown = ReportParams(
                title=f"{report_title}: {say(title)}",
                audience=audience or (listed.audience if listed else "sales and marketing"),
                parameters={},
            )
            depth = len((root / folder).resolve().relative_to((root / layout.REPORTS).resolve()).parts)
            up = "../" * depth
            home = up + layout.report_html("index", code).relative_to(layout.REPORTS).as_posix()
            others = [(other, f"{file}.{its}.html") for its, other in language.LANGUAGES.items() if its in languages]
            others = [(other, href) for other, href in others if other.code != code]
            page = render.report(notebook, name, shown, findings, lineage, apart=render.Apart(home, others))
        path = folder / f"{file}.{code}.html"
        storage.write_text(page, root / path)
        written.append(path)
    return written


def parts(params: Params, root: Path = Path()) -> None:
    """Write the pages of parts of the customers that params.yaml asks for (`cut`), and a list of them.

    Raises
    ------
    CrmwbError
        Customers are not cut that way, or a notebook does not know parts.
    """
    customers = root / layout.CUSTOMER_MART
    pages = []
    with storage.replacing_folder(root / layout.REPORT_PARTS) as folder:
        for name, shown in params.reports.items():
            for part in cut_into(shown.cut, customers):
                target = folder / name
                given: dict[str, Parameter] = {"cut": str(part)}
                made = apart(name, part.said, given, params, target, root=root)
                pages += [{"report": name, "cut": str(part), "page": f"{name}/{path.name}"} for path in made]
        storage.write_json(pages, folder / "parts.json")


def cut_into(cut: Mapping[str, str] | None, customers: Path) -> list[Part]:
    """Return the parts that a `cut` asks for: {by: region} all that may be shown, {region: North} one, None none."""
    if not cut:
        return []
    ((how, value),) = cut.items()
    if how != "by":
        return [parse(f"{how}={value}")]
    frame = storage.read_frame(customers, [known(value), "n_purchase_days"])
    return shown_parts(frame[frame["n_purchase_days"].fillna(0) > 0], value)


def _executed(name: str, parameters: Mapping[str, Parameter], root: Path) -> NotebookNode:
    """Run the notebook of a report, without the sections that the source cannot fill."""
    return execute(root / layout.report_notebook(name), parameters, root, available_in(root))


def _file_name(title: str) -> str:
    """Return a name for a file: letters and digits stay; what may not, or is long, is told apart by a hash."""
    plain = re.sub(r"[^\w=.-]+", "_", title).strip("._")[:60]
    return plain if plain == title else f"{plain}-{sha256(title.encode()).hexdigest()[:6]}"


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
