"""An amount before tax that a total beside it shows to be before discounts too, which no column holds. Asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from crmwb.sources.drafting.amounts import sums
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

CENT = 0.0101
LEAST_ROWS, FEW, HALF = 3, 0.01, 0.5


def ask(part: Part, roles: Modifiers) -> None:
    """Ask where an amount and its tax come to a total in most rows, and to more than it in some: less what was taken off.

    Parameters
    ----------
    part : Part
        Purchases whose amount is one column.
    roles : Modifiers
        What other columns of the file are.
    """
    revenue, tax = part.guesses["revenue_cents"], roles.get("tax")
    amount = revenue.sources[0] if len(revenue.sources) == 1 and not revenue.is_product else None
    if amount is None or tax is None or not part.looked_at.holds(amount, tax) or not any(tax.numbers):
        return
    named = (c for c in part.looked_at.own if c.is_number and c not in (amount, tax) and not sums.is_none(c, roles))
    for total in (c for c in named if matches(c.words, TRANSACTIONS["revenue_cents"])):
        rows = [row for row in part.looked_at.number_rows(amount, tax, total) if row[0] > 0 and row[2]]
        off = [whole + taxed - left for whole, taxed, left in rows]
        n_less, n_more = sum(x > CENT for x in off), sum(x < -CENT for x in off)
        if n_less >= LEAST_ROWS and n_more <= FEW * len(rows) and n_less < HALF * len(rows):
            _ask(part, amount, tax, total, n_less)
            return


def _ask(part: Part, amount: Column, tax: Column, total: Column, n: int) -> None:
    def answer(given: str) -> None:
        if given == "before":
            return
        name = syntax.column(amount.name)
        left = f"({syntax.column(total.name)} - coalesce({syntax.column(tax.name)}, 0))"
        revenue = part.guesses["revenue_cents"]
        why = f"{total.name} less {tax.name}, after what was taken off, as you said"
        part.guesses["revenue_cents"] = revenue.with_text(name, left, why, total, tax)

    text = (
        f"{amount.name} with {tax.name} is {total.name} in most rows, and more than that in {n:,}, as where a coupon or discount was taken off: "
        f"is revenue {total.name} less {tax.name} (after), or {amount.name} (before)?"
    )
    key = syntax.slug(f"discounts of {amount.words}")
    part.questions.append(Question(key, text, answer, ("after", "before"), columns=(amount.name, total.name)))
