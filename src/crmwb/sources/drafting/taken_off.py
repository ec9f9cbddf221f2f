"""Columns beside an amount that say how much of it was returned or cancelled: taken off, where a person says so."""

from crmwb.sources.drafting import said, words
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.profile import Column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.words import Outcome

OFF = {Outcome.CANCELLED, Outcome.REFUNDED, Outcome.PARTLY}


def ask(part: Part, column: Column) -> bool:
    """Ask of an amount or a number of units that came back or was cancelled, by its name; say whether it did.

    Parameters
    ----------
    part : Part
        Purchases.
    column : Column
        One of which nothing is read.
    """
    amount, units = part.guesses["revenue_cents"].sources, part.guesses["quantity"].sources
    is_off = words.outcome(column.words) in OFF and column.is_number
    is_asked = any(column.name in question.columns for question in part.questions)
    if not is_off or is_asked or not any(column.numbers) or not amount or column not in part.looked_at.own:
        return False
    is_money = any(n != int(n) for n in column.numbers)
    if not is_money and len(units) != 1:
        return False
    name = said.column(column.name)

    def answer(given: str) -> None:
        if given != "take_off":
            return
        revenue = part.guesses["revenue_cents"]
        own = revenue.value.get("expression") if isinstance(revenue.value, dict) else None
        own = own or said.column(amount[0].name)
        if is_money:
            told = f"({own}) - abs(coalesce({name}, 0))"
        else:
            share = f"abs(coalesce({name}, 0)) / nullif({said.column(units[0].name)}, 0)"
            told = f"({own}) * (1 - coalesce({share}, 0))"
        part.guesses["revenue_cents"] = revenue.computed(
            told, f"{revenue.why}, less {column.name}", (*revenue.sources, column)
        )

    n = sum(column.counts[text] for text, number in _read(column).items() if number)
    what = "money" if is_money else "units"
    text = (
        f"{column.name} holds {what} in {n:,} rows, which may have come back or been cancelled: is that still in "
        f"{' and '.join(c.name for c in amount)} and to be taken off, or not?"
    )
    key = said.slug(f"off by {column.words or column.name}")
    part.questions.append(Question(key, text, answer, ("take_off", "leave"), columns=(column.name,)))
    return True


def _read(column: Column) -> dict[str, float]:
    return column.numbers_read.values if column.numbers_read else {}
