"""Lines that are sales by themselves, of orders in another file that alone tells which orders are none: left out with these."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Sequence

from crmwb.sources import expressions
from crmwb.sources.drafting.guess import HEAD, Guess, Lines, Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.links import agrees, order_key
from crmwb.sources.drafting.rows import below_zero

NUMBERS = {"transactions": "order_id", "invoices": "invoice_id"}
BY = "no sales of"  # the key of the question


def follow(parts: Sequence[Part]) -> None:
    """Let lines follow their orders: what a person says is no sale of these is none of the lines; what is left out already is asked.

    Parameters
    ----------
    parts : sequence of Part
        All parts of a draft; those of files with a row for each order learn of their lines.
    """
    numbered = [(p, key) for p in parts if p.table in NUMBERS and p.profile and (key := _number(p)) is not None]
    heads = [(p, key) for p, key in numbered if key.sources[0].is_unique]
    sales = [(p, key) for p, key in numbered if p.table == "transactions" and not p.through]
    for part, key in heads:
        for lines, order in sales:
            is_other = lines.options["file"] != part.options["file"] and not order.sources[0].is_unique
            here, there = order.sources[0], key.sources[0]
            if (
                is_other
                and order_key(here, part.looked_at) is there
                and agrees(lines.looked_at, here, part.looked_at, there)
            ):
                names = {here.name: there.name}
                _let_follow(part, Lines(lines, part, names, _brought(part, lines)))


def _number(part: Part) -> Guess | None:
    """Return what numbers the orders of a file, where that is one column of its own."""
    number = part.guesses.get(NUMBERS[part.table])
    is_plain = number is not None and len(number.sources) == 1 and part.looked_at.holds(*number.sources)
    return number if is_plain else None


def _brought(part: Part, lines: Part) -> dict[str, str]:
    """Return what columns of orders are called by the join, those that lines do not have themselves."""
    own = {c.words for c in lines.looked_at.own}
    return {c.name: f"{HEAD}.{c.name}" for c in part.looked_at.own if c.words not in own}


def _let_follow(part: Part, lines: Lines) -> None:
    """Let lines follow what a person says of their orders; ask of orders that are left out already."""
    joined = {option["file"] for name, option in lines.part.options.get("join", {}).items() if name != HEAD}
    if part.options["file"] in joined:
        return
    part.lines.append(lines)
    known = {c.name for guess in part.guesses.values() for c in guess.sources}
    condition, n_out = part.condition, sum(below_zero.left_out(part))
    names = {name: there for name, there in lines.names.items() if name not in known}
    if not condition or not n_out or expressions.renamed(condition, names) is None:
        return
    by = [name for name in names if syntax.column(name) in condition]

    def answer(given: str) -> None:
        if given == "leave_out":
            lines.leave_out(condition, known)

    text = (
        f"{n_out:,} orders of {part.options['file']} are no sales by {' and '.join(by)}, and {lines.part.options['file']} holds lines of them, which do not say so: "
        f"leave these lines out too (leave_out), or keep them, as where credit notes take them back (keep)?"
    )
    key = syntax.slug(f"{BY} {lines.part.options['file']}")
    lines.part.questions.append(Question(key, text, answer, ("leave_out", "keep"), columns=tuple(by)))
