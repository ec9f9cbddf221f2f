"""Amounts whose sign stands behind them as letters, such as 47.61 CR: asked, what the letters mean."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import number_notation, syntax
from crmwb.sources.drafting.rows import taking_back

MARK = re.compile(r"(?P<n>\S.*?) ?(?P<mark>CR|Cr|cr|DR|Dr|dr|C|D|H|S)\.?")


def ask(part: Part) -> None:
    """Ask whether amounts with letters behind them went back to customers; without the letters they are numbers."""
    revenue = part.guesses["revenue_cents"]
    if len(revenue.sources) != 1 or not isinstance(revenue.value, str):
        return
    amount = revenue.sources[0]
    marked = {
        text: match
        for text in amount.counts
        if (match := MARK.fullmatch(text)) and number_notation.is_number_like(match["n"], None)
    }
    marks = {match["mark"] for match in marked.values()}
    if len(marks) != 1:
        return
    mark, name = marks.pop(), syntax.column(amount.name)
    condition = f"ends_with({name}, {syntax.value(mark)})"
    bare = f"number(trim(replace({name}, {syntax.value(mark)}, '')))"

    def answer(given: str) -> None:
        sign = "-" if given == "returns" else ""
        now = part.guesses["revenue_cents"]
        text = f"(case when {condition} then {sign}{bare} else number({name}) end)"
        part.guesses["revenue_cents"] = now.with_text(name, text, f"{now.why}; {mark} behind it, as you said")
        if given == "returns":
            taking_back.mark(part, condition, (amount,))

    n = sum(amount.counts[text] for text in marked)
    text = (
        f"{amount.name} has {mark} behind {n:,} amounts ({min(marked)}): did these go back to customers (returns), or are they sales like "
        f"the others (sales)?"
    )
    part.questions.append(
        Question(syntax.slug(f"marked {amount.own_words}"), text, answer, ("returns", "sales"), columns=(amount.name,))
    )
