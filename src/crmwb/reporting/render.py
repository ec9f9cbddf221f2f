"""From an executed notebook to a page of our own that opens without a network.

Only prose and outputs are taken from the notebook, so run times, cell ids and papermill's notes never reach the page:
the same outputs give the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from crmwb.errors import CrmwbError
from crmwb.params import ReportParams
from crmwb.reporting import words
from crmwb.reporting.lineage import Lineage

TEMPLATES = Path(__file__).parent / "templates"
LINKS = ("src", "href", "srcset", "poster", "data", "action")


@dataclass(frozen=True)
class Heading:
    """One line of the table of contents."""

    level: int
    id: str
    text: str


def report(notebook: NotebookNode, shown: ReportParams, headlines: Sequence[str], lineage: Lineage) -> str:
    """Render an executed notebook as a page with title, key findings, table of contents and lineage.

    Parameters
    ----------
    notebook : NotebookNode
        With outputs.
    shown : ReportParams
        Title and audience.
    headlines : sequence of str
        The findings for the top of the page.
    lineage : Lineage
        What the numbers come from; for the head and the foot of the page.

    Raises
    ------
    CrmwbError
        The page would need a network.
    """
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]  # nbconvert has no types
        template_name="cells", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True
    )
    lead, body, headings = _parts(exporter.from_notebook_node(notebook)[0])
    content = {"report": shown, "headlines": list(headlines), "headings": headings, "lead": lead, "body": body}
    page = _fill("report.html.j2", lineage, **content)
    return _offline(page, shown.title)


def index(cards: Sequence[Mapping[str, Any]], lineage: Lineage) -> str:
    """Render the page that leads to every report.

    Parameters
    ----------
    cards : sequence of mapping
        What `card.make` returned for each report, in the order of the page.
    lineage : Lineage
        What the reports come from.
    """
    return _offline(_fill("index.html.j2", lineage, cards=cards), "reports/index.html")


def _fill(template: str, lineage: Lineage, **content: Any) -> str:
    """Fill one of our templates; what is not in it by name is an error, not an empty place."""
    places = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    places.filters["day"] = _day
    css = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    shown = {"css": _Ready(css), "lineage": lineage, "as_of": _day(lineage.as_of)}
    return words.unbroken(places.get_template(template).render(shown | content))


class _Ready(str):
    """HTML or CSS of our own that templates take as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def _day(iso: str) -> str:
    """Write a date in ISO form for people."""
    return words.day(date.fromisoformat(iso))


def _parts(html: str) -> tuple[_Ready, _Ready, list[Heading]]:
    """Return what stands before the first heading, the rest with an id for every heading, and the headings.

    The notebook's own title goes, for the page has one.
    """
    soup = BeautifulSoup(html, "html.parser")
    for title in soup.find_all("h1"):
        title.decompose()
    headings: list[Heading] = []
    for tag in soup.find_all(["h2", "h3"]):
        text = " ".join(tag.get_text().split())
        taken = {heading.id for heading in headings} | {"in-short", "report"}
        tag["id"] = next(name for name in _names(text) if name not in taken)
        headings.append(Heading(int(tag.name[1]), str(tag["id"]), text))
    first = soup.find("h2")
    before = [node.extract() for node in list(first.previous_siblings)[::-1]] if first else []
    return _Ready("".join(map(str, before)).strip()), _Ready(str(soup).strip()), headings


def _names(text: str) -> Iterator[str]:
    """Yield ids for a heading: its words, then its words with a number."""
    slug = "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split()) or "section"
    yield slug
    n = 1
    while True:
        n += 1
        yield f"{slug}-{n}"


def _offline(page: str, what: str) -> str:
    """Return the page, or refuse it where it would load or link anything from a network."""
    for tag in BeautifulSoup(page, "html.parser").find_all(_is_tag):
        for name in LINKS:
            target = str(tag.get(name, "")).strip().lower()
            if target.startswith(("http:", "https:", "//", "ftp:")):
                raise CrmwbError(
                    f"{what}: the page refers to {target}; reports open without a network, so take the reference out."
                )
    return page


def _is_tag(element: object) -> bool:
    return isinstance(element, Tag)
