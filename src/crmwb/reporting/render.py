"""From an executed notebook to a page of our own that opens without a network, in the language in use.

The notebook holds the blocks of the page in no language; they are said here. Only prose and outputs are taken from the
notebook, so run times, cell ids and papermill's notes never reach the page: the same outputs give the same bytes.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from crmwb.display import contrast, fonts, html
from crmwb.display.blocks import MIME
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Name, Term, codec, language, numbers
from crmwb.findings.catalogue import message
from crmwb.findings.say import Said, say
from crmwb.params import ReportParams
from crmwb.reporting import gaps
from crmwb.reporting.lineage import Lineage

TEMPLATES = Path(__file__).parent / "templates"
DARK = "/* colours of the pictures */"  # the place in the style sheet for their definitions on a dark page
CHINESE = "/* font of Chinese characters */"  # the place for the font that holds those of the page
SCRIPT_WORDS = ("filter", "shown", "download", "saved", "ascending", "descending", "none")
LINKS = ("src", "href", "srcset", "poster", "data", "action")


@dataclass(frozen=True)
class Heading:
    """One line of the table of contents."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Apart:
    """Where a page leads that lies apart: to the index page, and to its like in other languages."""

    home: str
    others: list[tuple[language.Language, str]]


def report(
    notebook: NotebookNode,
    name: str,
    shown: ReportParams,
    headlines: Sequence[Said],
    lineage: Lineage,
    *,
    reports: Mapping[str, ReportParams] | None = None,
    apart: Apart | None = None,
) -> str:
    """Render an executed notebook as a page with title, table of contents and lineage.

    Parameters
    ----------
    notebook : NotebookNode
        With outputs.
    name : str
        The report's.
    shown : ReportParams
        Title and audience.
    headlines : sequence of Said
        What the page is about, for those who search or link it; readers see each where it is borne out.
    lineage : Lineage
        What the numbers come from; for the head and the foot of the page.
    reports : mapping of str to ReportParams, optional
        All reports by name: a page of decisions leads to the others.
    apart : Apart, optional
        Where a page leads that does not lie beside the others.

    Raises
    ------
    CrmwbError
        The page would need a network.
    """
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]  # nbconvert has no types
        template_name="cells", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True
    )
    lead, body, headings = _parts(exporter.from_notebook_node(_rendered(gaps.gathered(notebook)))[0])
    page = _fill(
        "report.html.j2",
        f"{name}.html",
        lineage,
        title=in_language(shown.title),
        audience=say(Term("audience", shown.audience)),
        headlines=[say(headline) for headline in headlines],
        headings=headings,
        lead=lead,
        body=body,
        name=name,
        is_brief='class="decision"' in body,
        further=[(other, in_language(its.title)) for other, its in (reports or {}).items() if other != name],
        script=_Ready((TEMPLATES / "tables.js").read_text(encoding="utf-8")) if "<table" in body else "",
        **({"home": apart.home, "others": apart.others} if apart else {}),
    )
    return _offline(page, in_language(shown.title))


def stale(page: str, cause: str) -> str:
    """Return a page that says that it is of an earlier run, and why the last one failed."""
    text = escape(say(Finding("page.stale", {"cause": Name(cause)})))
    note = f'<p class="stale" role="status">{text}</p>'
    return re.sub(r'(<main[^>]*>)(<p class="stale".*?</p>)?', lambda match: match[1] + note, page, count=1)


def index(
    cards: Sequence[Mapping[str, Any]], lineage: Lineage, parts: Mapping[str, Sequence[tuple[Said, str]]] | None = None
) -> str:
    """Render the page that leads to every report.

    Parameters
    ----------
    cards : sequence of mapping
        What `card.make` returned for each report, in the order of the page.
    lineage : Lineage
        What the reports come from.
    parts : mapping, optional
        By report, the pages of parts of the customers: what each is a part by, and the way to it.
    """
    shown = [
        dict(card)
        | {
            "title": in_language(card["title"]),
            "audience": say(Term("audience", card["audience"])),
            "headlines": [_stored(h) for h in card["headlines"]],
            "parts": [(say(part), href) for part, href in (parts or {}).get(card["name"], ())],
        }
        for card in cards
    ]
    return _offline(
        _fill("index.html.j2", "index.html", lineage, cards=shown, name="", script=""), "reports/index.html"
    )


def in_language(text: str | Mapping[Any, str]) -> str:
    """Return a text of params.yaml in the language in use; one without that language as it stands."""
    if isinstance(text, str):
        return text
    return text.get(language.current().code) or next(iter(text.values()))


def link(path: str, code: str) -> str:
    """Return the way from a page in the language in use to `path` in another: English pages lie above the others."""
    here, there = language.current().code, language.get(code).code
    up, down = "" if here == "en" else "../", "" if there == "en" else f"{there}/"
    return path if here == there else f"{up}{down}{path}"


def _rendered(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with its blocks as HTML in the language in use."""
    rendered = copy.deepcopy(notebook)
    for cell in rendered.cells:
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}):
                output.data["text/html"] = html.html(codec.from_json(output.data[MIME]))
    return rendered


def _stored(content: str | Mapping[str, Any]) -> str:
    """Say what an artefact holds: a finding as JSON, or text."""
    return say(codec.from_json(content) if isinstance(content, Mapping) else content)


def _text(code: str) -> str:
    return say(Finding(code))


def _fill(template: str, path: str, lineage: Lineage, **content: Any) -> str:
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
    here = language.current()
    shown = {
        "css": _Ready(css),
        "lineage": lineage,
        "caveat": _stored(lineage.caveat or ""),
        "as_of": _day(lineage.as_of),
        "text": _text,
        "words": _Ready(
            json.dumps({word: message(f"page.table.{word}", here.code) for word in SCRIPT_WORDS}, ensure_ascii=False)
        ),
        "language": here,
        "home": "index.html",
        "others": [(other, link(path, other.code)) for other in language.LANGUAGES.values() if other != here],
    }
    page = unbroken(places.get_template(template).render(shown | content))
    return page.replace(DARK, contrast.dark_variables(page)).replace(CHINESE, fonts.face(page))


def unbroken(text: str) -> str:
    """Keep each amount with its currency on one line: "USD 4.6m" gets a space that does not break."""
    return re.sub(r"\b([A-Z]{3}) (?=[\d−])", "\\1\u00a0", text)


class _Ready(str):
    """HTML or CSS of our own that templates take as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def _day(iso: str) -> str:
    """Write a date in ISO form for people."""
    return numbers.day(date.fromisoformat(iso))


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
        taken = {heading.id for heading in headings} | {"report"}
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
