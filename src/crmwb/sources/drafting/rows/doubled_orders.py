"""Orders that stand in a file more than once, with all their rows alike: typed in or exported twice, which is asked."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections import Counter, defaultdict

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax

MOSTLY = 0.5
NUMBER = "nth_copy"


def ask(part: Part) -> None:
    """Ask whether orders count once whose rows stand in the file again, alike in every column.

    Parameters
    ----------
    part : Part
        Purchases with a column of orders.
    """
    order = part.guesses["order_id"].sources
    if part.profile is None or len(order) != 1 or not part.looked_at.holds(order[0]) or part.looked_at.lists:
        return
    own = [c for c in part.looked_at.own if c is not order[0]]
    every = zip(*map(part.looked_at.texts, own), strict=True)
    copies: dict[str, Counter[tuple[str | None, ...]]] = defaultdict(Counter)  # rows of each order, and how often each
    for key, row in zip(part.looked_at.texts(order[0]), every, strict=False):
        if key:
            copies[key][row] += 1
    doubled = [key for key, rows in copies.items() if min(rows.values()) == max(rows.values()) > 1]
    in_part = [key for key, rows in copies.items() if min(rows.values()) < max(rows.values())]  # the same bought again
    has_several = any(len(copies[key]) > 1 for key in doubled)
    if len(doubled) <= len(in_part) or len(doubled) > MOSTLY * len(copies) or not (has_several or len(doubled) > 1):
        return
    varying = [c.name for j, c in enumerate(own) if any(len({row[j] for row in rows}) > 1 for rows in copies.values())]

    def answer(given: str) -> None:
        for each in (part, *part.twins) if given == "once" else ():
            within = [order[0].name, *varying]
            own_number = {NUMBER: {"within": within, "first": "first"}}
            each.options["numbered"] = {**each.options.get("numbered", {}), **own_number}
            for share in each.options.get("spread", {}).values():  # of the order itself, not of its copies too
                over = [share["over"]] if isinstance(share["over"], str) else share["over"]
                share["over"] = [*over, *(() if NUMBER in over else (NUMBER,))]
            each.keep_rows(f"{NUMBER} = 1", first=True)

    text = (
        f"{len(doubled):,} {order[0].name} ({', '.join(doubled[:2])} …) stand in {part.looked_at.file.name} more than once, all their rows alike in every "
        f"column: were they entered or exported again (once), or is each row of its own (twice)?"
    )
    key = syntax.slug(f"rows again {order[0].words}")
    part.questions.append(Question(key, text, answer, ("once", "twice"), columns=(order[0].name,)))
