"""Blocks of a page as HTML, in the language in use."""

import unicodedata
from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

from crmwb.display.blocks import Block, Column, Decision, Figure, Heading, Missing, Note, Statement, Table, Text, Tiles
from crmwb.findings import Change, Count, Days, Finding, Money, Name, Number, Share, Term, Times, language, numbers
from crmwb.findings.say import Said, say

PLAIN = "mathjax_ignore"  # JupyterLab typesets $…$ elsewhere, and a formula in the data may be a link that runs code
SHORT = 24  # letters that stay on one line; a Chinese character counts as two
TIGHT = 12  # letters that stay on one line of paper too
SHORT_TABLE = 15  # rows that stay on one sheet of paper
MEASURES = (Money, Share, Change, Count, Days, Number, Times)
RIGHT = ("money", "share", "change", "count", "number", "p_value")
# Vocabularies of a column that may hold any segment.
GENERAL = ("tier", "rfm_segment", "rfm_class", "stage", "value_class", "cluster_name")
DECISION = ("stake", "decide", "owner", "sure")  # the parts below its title
WRITERS: dict[str, Callable[[Column, Any], str]] = {
    "money": lambda column, cents: _money(cents / 100, column.decimals),
    "share": lambda _, part: numbers.share(part),
    "change": lambda _, part: numbers.change(part),
    "count": lambda _, n: numbers.count(n),
    "number": lambda column, value: numbers.number(value, column.decimals),
    "p_value": lambda _, chance: numbers.p_value(chance),
    "day": lambda _, iso: numbers.day(date.fromisoformat(iso), short=True),
    "month": lambda _, iso: numbers.month(date.fromisoformat(iso), short=True),
    "flag": lambda _, is_so: numbers.yes_no(is_so),
    "term": lambda column, key: _term(column.unit, key),
    "said": lambda _, value: say(value),
    "text": lambda _, text: text,
}


def html(block: Block) -> str:  # noqa: PLR0911  # one line per kind of block
    """Return a block as HTML that needs nothing else."""
    match block:
        case Heading(title, level):
            return f"<h{level}>{_text(title)}</h{level}>"
        case Text(content):
            return f"<p>{_text(content)}</p>"
        case Statement(content):
            return f'<p class="finding">{_text(content)}</p>'
        case Note(content):
            return f'<p class="note">{_text(content)}</p>'
        case Missing():
            return f'<p class="note">{escape(_missing(block))}</p>'
        case Tiles():
            return _tiles(block)
        case Decision():
            return _decision(block)
        case Table():
            return _folding_table(block) if block.folded else table(block)
        case Figure():
            return _figure(block)


def notebook(block: Block) -> str:
    """Return a block as HTML for JupyterLab, which is to show texts from the data as they stand."""
    return f'<div class="{PLAIN}">{html(block)}</div>'


def plain(block: Block) -> str:  # noqa: PLR0911  # one line per kind of block
    """Return a block as plain text: what golden pages and terminals show."""
    match block:
        case Heading(title, level):
            return f"{'#' * level} {say(title)}"
        case Text(content) | Statement(content) | Note(content):
            return say(content)
        case Missing():
            return _missing(block)
        case Tiles(items):
            return "\n".join(" · ".join(filter(None, map(say, (i.label, i.value, i.remark)))) for i in items)
        case Decision():
            return "\n".join([say(block.title), *(f"  {label}: {text}" for label, text in _parts(block))])
        case Table():
            return _plain_table(block)
        case Figure(_, alt, caption):
            return "\n".join(filter(None, (f"[{say(alt)}]", say(caption))))


def cell(column: Column, value: Any) -> str:
    """Write one value of a table."""
    if numbers.is_unknown(value):
        return numbers.UNKNOWN
    return WRITERS[column.kind](column, value)


def figure_html(image: str, alt: str, caption: str = "", narrow: str = "") -> str:
    """Return a figure as HTML that needs nothing else, with words for readers who do not see it.

    A page's style sheet shows `narrow` in place of the image on a phone; without it, a reader moves the image sideways,
    and the sheet says so there.
    """
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    shown = f'<div class="image" role="img" aria-label="{escape(alt)}">{image}</div>'
    if narrow:
        slim = f'<div class="image narrow" role="img" aria-label="{escape(alt)}" style="display:none">{narrow}</div>'
        return f'<figure class="both">{shown}{slim}{below}</figure>'
    return f'<figure data-sideways="{escape(say(Finding("page.sideways")))}">{_scrolling(shown, alt)}{below}</figure>'


def _scrolling(content: str, label: str) -> str:
    """Return content that moves sideways where it is too wide: a keyboard reaches it, and a screen reader names it."""
    return f'<div class="scroll {PLAIN}" tabindex="0" role="group" aria-label="{escape(label)}">{content}</div>'


def title(column: Column) -> str:
    """Return the heading of a column, with the currency of money."""
    heading = _capital(say(column.title))
    if column.kind == "money" and column.unit:
        unit = Name(numbers.currency_name(column.unit))
        return say(Finding("common.with_unit", {"what": Name(heading), "unit": unit}))
    return heading


def table(block: Table) -> str:
    """Return a table as HTML: numbers right-aligned (inline: JupyterLab has no style sheet)."""
    texts = [[cell(column, row[i]) for row in block.rows] for i, column in enumerate(block.columns)]
    sides = [
        "right" if _is_of_numbers(column, [row[i] for row in block.rows]) else "left"
        for i, column in enumerate(block.columns)
    ]
    unbroken = [";white-space:nowrap" if all(_width(text) <= SHORT for text in column) else "" for column in texts]
    head = "".join(
        f'<th scope="col" style="text-align:{side}">{escape(title(column))}</th>'
        for column, side in zip(block.columns, sides, strict=True)
    )
    styles = [f' style="text-align:{side}{keep}"' for side, keep in zip(sides, unbroken, strict=True)]
    tight = [' class="tight"' if all(_width(text) <= TIGHT for text in column) else "" for column in texts]
    raw = [[_sorts_by(column, row[i]) for row in block.rows] for i, column in enumerate(block.columns)]
    cells = [
        [f"<td{kept}{style}{sorts_by}>{escape(text)}</td>" for sorts_by, text in zip(*column, strict=True)]
        for kept, style, *column in zip(tight, styles, raw, texts, strict=True)
    ]
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    caption = f"<caption>{_text(block.caption)}</caption>" if block.caption and not block.folded else ""
    content = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    label = say(block.caption) or say(Finding("common.table"))
    short = " short" if len(block.rows) <= SHORT_TABLE else ""
    return _scrolling(f'<table class="numbers{short}">{caption}{content}</table>', label)


def _money(amount: float, decimals: int | None) -> str:
    return numbers.decimal(amount, decimals) if decimals else numbers.count(amount)


def _is_of_numbers(column: Column, values: list[Any]) -> bool:
    """Return whether a column holds numbers: by its kind, or all of its values."""
    known = [value for value in values if not numbers.is_unknown(value)]
    return column.kind in RIGHT or (bool(known) and all(isinstance(value, MEASURES) for value in known))


def _sorts_by(column: Column, value: Any) -> str:
    """Return the raw value of a cell as an attribute: what a table is sorted by, and what its CSV file holds."""
    if numbers.is_unknown(value):
        return ' data-v=""'
    if column.kind == "money":
        return f' data-v="{value / 100:.2f}"'
    if column.kind in RIGHT or column.kind in {"day", "month"}:
        return f' data-v="{value}"'
    if isinstance(value, Money):
        return f' data-v="{value.cents / 100:.2f}"' if value.cents is not None else ' data-v=""'
    if isinstance(value, Share | Change | Count | Days | Number | Times):
        return f' data-v="{"" if value.value is None else value.value}"'
    return ""


def _folding_table(block: Table) -> str:
    return f"<details><summary>{_text(block.caption)}</summary>{table(block)}</details>"


def _plain_table(block: Table) -> str:
    lines = [" | ".join(title(column) for column in block.columns)]
    lines += [" | ".join(cell(c, v) for c, v in zip(block.columns, row, strict=True)) for row in block.rows]
    return "\n".join(filter(None, [say(block.caption), *lines]))


def _tiles(block: Tiles) -> str:
    cells = "".join(
        f'<div class="tile"><span class="label">{escape(_capital(say(item.label)))}</span>'
        f'<span class="value">{_text(item.value)}</span><span class="remark">{_text(item.remark)}</span></div>'
        for item in block.items
    )
    return f'<div class="tiles">{cells}</div>'


def _parts(block: Decision) -> list[tuple[str, str]]:
    return [(say(Finding(f"decisions.label.{part}")), _capital(say(getattr(block, part)))) for part in DECISION]


def _decision(block: Decision) -> str:
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in _parts(block))
    title = _text(block.title)
    if block.report:
        title = f'<a href="{escape(block.report)}.html">{title}</a>'
    return f'<section class="decision"><h2>{title}</h2><dl>{rows}</dl></section>'


def _figure(block: Figure) -> str:
    code = language.current().code
    image = block.images.get(code) or next(iter(block.images.values()))
    return figure_html(image, say(block.alt), say(block.caption), block.narrow.get(code, ""))


def _missing(block: Missing) -> str:
    return say(Finding("common.missing", {"what": Name(say(block.what)), "needs": Name(say(block.needs))}))


def _term(vocabulary: str, key: str) -> str:
    if vocabulary:
        return say(Term(vocabulary, key))
    plain_key = key.replace("_", " ")
    terms = (say(Term(kind, key)) for kind in GENERAL)
    return next((text for text in terms if text != plain_key), plain_key)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _text(content: Said) -> str:
    return escape(say(content))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
