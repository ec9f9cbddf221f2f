"""The blocks that a page is made of: typed, in no language, written as JSON by a notebook and rendered afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmwb.findings import codec
from crmwb.findings.say import Said

LINKED = "linked_customers"  # what a section may need besides tables: that customers have one number all along
MIME = "application/vnd.crmwb.block+json"


@dataclass(frozen=True)
class Heading:
    """A heading; level 2 begins a section, 3 a part of one."""

    title: Said
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph of prose."""

    content: Said


@dataclass(frozen=True)
class Statement:
    """A finding on the page; a headline also stands at its top and on the index page."""

    content: Said
    headline: bool = False


@dataclass(frozen=True)
class Note:
    """A remark in small type."""

    content: Said


@dataclass(frozen=True)
class Missing:
    """What cannot be told here, and what would be needed."""

    what: Said
    needs: Said


@dataclass(frozen=True)
class Tile:
    """A large number with its label and a remark; the remark may be empty."""

    label: Said
    value: Said
    remark: Said = ""


@dataclass(frozen=True)
class Tiles:
    """A row of large numbers."""

    items: tuple[Tile, ...]


@dataclass(frozen=True)
class Decision:
    """What somebody has to decide.

    Attributes
    ----------
    title : Said
        An action.
    stake, decide, owner, sure : Said
        The money in question, the choice, who makes it, and how sure the figures are.
    report : str
        The name of the report with the details.
    weight : float
        The money in cents, to rank by.
    is_assumed : bool
        What it would win is an assumption: it stands below those that are counted, tested or measured.
    """

    title: Said
    stake: Said
    decide: Said
    owner: Said
    sure: Said
    report: str
    weight: float = 0.0
    is_assumed: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        As in the frame.
    title : Said
        Its heading.
    kind : str
        How its values are written: money (cents), share, change, count, number, p_value, day, flag, term, said
        or text.
    unit : str
        The currency of money; the vocabulary of terms.
    decimals : int or None
        Of a number; as many throughout the column.
    """

    name: str
    title: Said
    kind: str
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True)
class Table:
    """A table of raw values, one tuple per row in the order of the columns; None is unknown."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    caption: Said = ""
    folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A figure, drawn once for each language: the image as SVG, by the language's code; `narrow` is for phones."""

    images: Mapping[str, str]
    alt: Said
    caption: Said = ""
    narrow: Mapping[str, str] = field(default_factory=dict)


Block = Heading | Text | Statement | Note | Missing | Tiles | Decision | Table | Figure

codec.register(Heading, Text, Statement, Note, Missing, Tile, Tiles, Decision, Column, Table, Figure)
