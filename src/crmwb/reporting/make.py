"""Making the reports of params.yaml, the pages of parts of the customers, and the page that leads to all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from crmwb import layout, storage
from crmwb.display import fonts
from crmwb.display.blocks import LINKED
from crmwb.errors import CrmwbError, IncompleteError
from crmwb.findings import Finding, language
from crmwb.marts import subjects
from crmwb.marts.part import Part, parse
from crmwb.params import Params
from crmwb.progress import console, track
from crmwb.reporting import apart, card, render
from crmwb.reporting.execute import Parameter, Run, execute_all, known_parameters
from crmwb.reporting.lineage import Lineage, inputs_hash, trace

CONTRACTS = "contracts"
FORECAST = "forecast"  # what a section may need besides tables: values to come
REPLACED = "circumstances.ids_replaced"  # the finding with which customers cannot be followed
PART = "part_of_customers"  # the notebook of reports of a part
PARTS_LIST = "parts.json"


@dataclass(frozen=True)
class _Wanted:
    """A report, whole or of a part of the customers."""

    name: str
    part: Part | None = None

    def run(self, params: Params, root: Path) -> Run:
        """Return the run of its notebook."""
        if self.part is None:
            return run_of(self.name, {}, params, root)
        return run_of_part(self.name, {"cut": str(self.part)}, params, root)

    def entry(self, code: str, made_from: str) -> dict[str, str]:
        """Return what the list of parts holds of its page in one language."""
        part = str(self.part)
        page = f"{self.name}/{apart.page_name(part, code)}"
        return {"report": self.name, "cut": part, "page": page, "made_from": made_from}


def reports(params: Params, names: Sequence[str] | None = None, root: Path = Path()) -> None:
    """Run the notebooks of reports side by side, each once, and write their pages in every language.

    What was made from the same inputs is left as it is. Where a notebook fails, the pages of its last run stay and say
    that they are old, and why; all else is made.

    Parameters
    ----------
    params : Params
        params.yaml.
    names : sequence of str, optional
        Which reports. Where not given, all of params.yaml, the pages of parts that it asks for, and the index page.
    root : Path
        The project's folder.

    Raises
    ------
    IncompleteError
        Notebooks cannot be run.
    CrmwbError
        params.yaml has no such report, or what it needs has not been made yet.
    """
    unknown = next((name for name in names or () if name not in params.reports), None)
    if unknown is not None:
        known = ", ".join(params.reports)
        raise CrmwbError(f"{layout.PARAMS}: reports has no {unknown!r} (it has: {known}); add it or name another.")
    lineage = trace(params, root)
    notebooks = {name: root / layout.report_notebook(name) for name in (*params.reports, PART)}
    made_from = {name: inputs_hash(lineage, notebook, root) for name, notebook in notebooks.items()}
    wholes = [_Wanted(name) for name in names or params.reports if not _is_current(name, made_from[name], root)]
    of_parts = [] if names else _parts(params, root)
    hashes = {one: made_from[one.run(params, root).notebook.stem] for one in of_parts}
    entries = [one.entry(code, hashes[one]) for one in of_parts for code in language.LANGUAGES]
    parts_are_current = bool(names) or _parts_are_current(entries, root)
    if fonts.font_file() is None:
        console.print(f"  {fonts.MISSING}")
    failed: dict[_Wanted, CrmwbError] = {}
    part_pages: dict[Path, str] = {}
    for one, done in _executed([*wholes, *([] if parts_are_current else of_parts)], params, root):
        if isinstance(done, CrmwbError):
            failed[one] = done
            if one.part is None:
                _mark_stale(one.name, str(done), root)
        elif one.part is None:
            pages, content = _pages(one.name, done, params, lineage)
            _write(one.name, pages, content | {"made_from": made_from[one.name]}, root)
        else:
            folder = layout.REPORT_PARTS / one.name
            part_pages |= apart.pages(
                one.name, one.part.titled, done, params, lineage, folder=folder, file=str(one.part)
            )
    if not parts_are_current and not any(one.part for one in failed):
        _write_parts(part_pages, entries, root)
    if not names and all((root / layout.report_card(name)).is_file() for name in params.reports):
        index(params, root)
    if failed:
        raise IncompleteError("\n".join(str(failed[one]) for one in [*wholes, *of_parts] if one in failed))


def run_of(name: str, parameters: Mapping[str, Parameter], params: Params, root: Path) -> Run:
    """Return the run of a report's notebook with parameters on top of those in params.yaml."""
    listed = params.reports.get(name)
    given = {**(listed.parameters if listed else {}), **parameters}
    return Run(root / layout.report_notebook(name), given, root, available_in(root))


def run_of_part(name: str, parameters: Mapping[str, Parameter], params: Params, root: Path) -> Run:
    """Return the run of a report of a part of the customers: of its own notebook where that knows parts.

    Raises
    ------
    CrmwbError
        The report says nothing of a part.
    """
    if "cut" in known_parameters(root / layout.report_notebook(name)):
        return run_of(name, parameters, params, root)
    subjects.check(name)
    listed = params.reports[name].parameters
    largest = {"n_largest": listed["n_largest"]} if "n_largest" in listed else {}
    return run_of(PART, {"subject": name, **largest, **parameters}, params, root)


def available_in(root: Path) -> list[str]:
    """Return what sections of reports may need: the tables that the source has, and what else there is.

    "forecast" where there is one; LINKED unless customer numbers were replaced, so that nobody knows who is the same.
    """
    available = [*storage.read_json(root / layout.MANIFEST)["tables"]]
    if CONTRACTS in available and not storage.read_json(root / layout.CONTRACT_FACTS)["is_available"]:
        available.remove(CONTRACTS)  # none has begun yet
    models = root / layout.VALUE_MODELS
    if not models.exists() or "unavailable" not in storage.read_json(models):
        available.append(FORECAST)
    known = root / layout.CIRCUMSTANCES
    if not known.exists() or REPLACED not in (
        circumstance["code"] for circumstance in storage.read_json(known)["findings"]
    ):
        available.append(LINKED)
    return available


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
            page = render.index(cards, lineage, _listed_parts(code, root))
        storage.write_text(page, root / layout.report_html("index", code))


def _listed_parts(code: str, root: Path) -> dict[str, list[tuple[Finding, str]]]:
    """Return the pages of parts in one language by report, as the index page leads to them."""
    listed = root / layout.REPORT_PARTS / PARTS_LIST
    by_report: dict[str, list[tuple[Finding, str]]] = {}
    for entry in storage.read_json(listed) if listed.is_file() else []:
        if entry["page"].endswith(f".{code}.html"):
            path = f"{layout.REPORT_PARTS.name}/{entry['page']}"
            by_report.setdefault(entry["report"], []).append(
                (parse(entry["cut"]).titled, path if code == "en" else f"../{path}")
            )
    return by_report


def _executed(wanted: list[_Wanted], params: Params, root: Path) -> Iterator[tuple[_Wanted, NotebookNode | CrmwbError]]:
    """Yield what came of each notebook, as they end; the longest begin first."""
    runs = {one: one.run(params, root) for one in wanted}
    ordered = sorted(wanted, key=lambda one: -_size(runs[one].notebook))
    if runs:
        for place, done in track(
            execute_all([runs[one] for one in ordered], params.engine.threads), "reports", len(runs)
        ):
            yield ordered[place], done


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _pages(
    name: str, notebook: NotebookNode, params: Params, lineage: Lineage
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the pages of a report by language, and its card."""
    shown = params.reports[name]
    findings = card.headlines(notebook)
    pages = {}
    for code in language.LANGUAGES:
        with language.using(code):
            pages[code] = render.report(notebook, name, shown, findings, lineage, reports=params.reports)
    return pages, card.make(name, shown, findings, lineage)


def _write(name: str, pages: Mapping[str, str], content: Mapping[str, Any], root: Path) -> None:
    """Write the pages of a report, and its card with their hashes."""
    for code, page in pages.items():
        storage.write_text(page, root / layout.report_html(name, code))
    hashes = {code: sha256(page.encode()).hexdigest() for code, page in pages.items()}
    storage.write_json({**content, "pages": hashes}, root / layout.report_card(name))


def _is_current(name: str, made_from: str, root: Path) -> bool:
    """Return whether a report was made from the same inputs and its pages are as they were written."""
    file = root / layout.report_card(name)
    if not file.is_file():
        return False
    card = storage.read_json(file)
    pages = {code: root / layout.report_html(name, code) for code in language.LANGUAGES}
    there = {code: sha256(page.read_bytes()).hexdigest() for code, page in pages.items() if page.is_file()}
    return bool(card.get("made_from") == made_from and card.get("pages") == there)


def _parts(params: Params, root: Path) -> list[_Wanted]:
    """Return the parts of the customers that params.yaml asks for, by report."""
    customers = root / layout.CUSTOMER_MART
    cuts = {name: apart.cut_into(shown.cut, customers) for name, shown in params.reports.items()}
    return [_Wanted(name, part) for name, its in cuts.items() for part in its]


def _parts_are_current(entries: list[dict[str, str]], root: Path) -> bool:
    folder = root / layout.REPORT_PARTS
    listed = folder / PARTS_LIST
    is_listed = listed.is_file() and storage.read_json(listed) == entries
    return is_listed and all((folder / entry["page"]).is_file() for entry in entries)


def _write_parts(pages: Mapping[Path, str], entries: list[dict[str, str]], root: Path) -> None:
    """Write the pages of all parts, and a list of them."""
    with storage.replacing_folder(root / layout.REPORT_PARTS) as folder:
        for path, page in pages.items():
            storage.write_text(page, folder / path.relative_to(layout.REPORT_PARTS))
        storage.write_json(entries, folder / PARTS_LIST)


def _mark_stale(name: str, cause: str, root: Path) -> None:
    """Say on the pages of a report, where there are any, that they are of an earlier run, and why."""
    for code in language.LANGUAGES:
        path = root / layout.report_html(name, code)
        if path.is_file():
            with language.using(code):
                storage.write_text(render.stale(path.read_text(encoding="utf-8"), cause), path)
