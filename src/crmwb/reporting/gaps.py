"""One list of what a report cannot tell: sections that hold nothing else give way to it."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from crmwb.display.blocks import MIME, Block, Column, Heading, Missing, Note, Statement, Table
from crmwb.findings import Finding, Name, Unavailable, codec
from crmwb.findings.say import Said

HEADING = "page.gaps.heading"  # where a notebook has this heading, the list stands below it, else at the end
COLUMNS = (
    Column("section", Finding("page.gaps.section"), "said"),
    Column("gap", Finding("page.gaps.gap"), "said"),
)


@dataclass
class _Section:
    """A heading, the blocks up to the next, and the sections within it."""

    heading: Heading
    place: tuple[int, int]
    content: list[tuple[Block, tuple[int, int]]] = field(default_factory=list)
    within: list["_Section"] = field(default_factory=list)

    def is_gap(self) -> bool:
        """Return whether it, with all within it, tells nothing but what cannot be told."""
        blocks = [block for block, _ in self.content]
        return bool(blocks or self.within) and all(map(_is_gap, blocks)) and all(one.is_gap() for one in self.within)

    def gaps(self) -> Iterator["_Section"]:
        """Yield the sections to leave out: itself, or those within it."""
        if self.is_gap():
            yield self
        else:
            for one in self.within:
                yield from one.gaps()

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield where its blocks stand: cell and output."""
        yield self.place
        yield from (place for _, place in self.content)
        for one in self.within:
            yield from one.places()

    def rows(self) -> Iterator[tuple[Said, Said]]:
        """Yield its title with each thing that cannot be told."""
        for block, _ in self.content:
            yield self.heading.title, _content(block)
        for one in self.within:
            yield from one.rows()


def gathered(notebook: NotebookNode) -> NotebookNode:
    """Return an executed notebook in which one list stands in the place of sections that tell nothing.

    Parameters
    ----------
    notebook : NotebookNode
        With outputs; it is not changed.

    Returns
    -------
    NotebookNode
        A copy without the headings below which there are only results that are not available, and with a section that
        lists them. A notebook without such headings comes back as it is.
    """
    sections = list(_sections(notebook))
    gaps = [gap for section in sections for gap in section.gaps()]
    if not gaps:
        return notebook
    left_out = {place for gap in gaps for place in gap.places()}
    known = [value for block in blocks(notebook) if isinstance(block, Table) for row in block.rows for value in row]
    listed = [_output(block) for block in _list([row for gap in gaps for row in gap.rows()], known)]
    there = next((s.place for s in _all(sections) if s.heading.title == Finding(HEADING)), None)
    kept = copy.deepcopy(notebook)
    for number, cell in enumerate(kept.cells):
        outputs = []
        for place, output in enumerate(cell.get("outputs", [])):
            if (number, place) not in left_out:
                outputs.append(output)
            if (number, place) == there:
                outputs += listed
        if "outputs" in cell:
            cell.outputs = outputs
    if there is None and listed:
        outputs = [_output(Heading(Finding(HEADING))), *listed]
        kept.cells.append(new_code_cell("", id="gaps", outputs=outputs))  # type: ignore[no-untyped-call]  # nbformat has no types
    return kept


def _sections(notebook: NotebookNode) -> Iterator[_Section]:
    """Yield the sections of level 2; what stands before the first is none of them."""
    open_: list[_Section] = []
    for number, cell in enumerate(notebook.cells):
        for place, output in enumerate(cell.get("outputs", [])):
            if MIME not in output.get("data", {}):
                continue
            block = codec.from_json(output.data[MIME])
            if not isinstance(block, Heading):
                if open_:
                    open_[-1].content.append((block, (number, place)))
                continue
            section = _Section(block, (number, place))
            while open_ and open_[-1].heading.level >= block.level:
                done = open_.pop()
                if not open_:
                    yield done
            if open_:
                open_[-1].within.append(section)
            open_.append(section)
    if open_:
        yield open_[0]


def blocks(notebook: NotebookNode) -> Iterator[Block]:
    """Yield the blocks that an executed notebook shows, in its order."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    yield from (codec.from_json(output.data[MIME]) for output in outputs if MIME in output.get("data", {}))


def _all(sections: Sequence[_Section]) -> Iterator[_Section]:
    for section in sections:
        yield section
        yield from _all(section.within)


def _is_gap(block: Block) -> bool:
    is_unavailable = isinstance(block, Statement | Note) and isinstance(block.content, Unavailable)
    return is_unavailable or isinstance(block, Missing)


def _content(block: Block) -> Said:
    if isinstance(block, Missing):
        named = (Name(part) if isinstance(part, str) else part for part in (block.what, block.needs))
        return Finding("common.missing", dict(zip(("what", "needs"), named, strict=True)))
    return block.content if isinstance(block, Statement | Note) else ""


def _list(rows: Sequence[tuple[Said, Said]], known: Sequence[Said]) -> list[Block]:
    """Return the list, without what a table of the page says already."""
    listed: list[tuple[Said, Said]] = []
    for title, content in rows:
        if content not in known and (title, content) not in listed:
            listed.append((title, content))
    return [Table(COLUMNS, tuple(listed))] if listed else []


def _output(block: Block) -> NotebookNode:
    output: NotebookNode = new_output("display_data", data={MIME: codec.to_json(block)})  # type: ignore[no-untyped-call]  # as above
    return output
