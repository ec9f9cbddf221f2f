"""Columns beside an amount that say how much of it was returned or cancelled: taken off, where a person says so."""

import re

from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import QUANTITY
from crmwb.sources.drafting.reading.words import Outcome

OFF = {Outcome.CANCELLED, Outcome.REFUNDED, Outcome.PARTLY}
SHORT = re.compile(  # of returned and cancelled, as names of columns have them
    r".*\b(ret|retd|rtn|rtv|rma|canc|cancl?d?|ruckl\w*|ruckgabe\w*|resi|reso|zwrot\w*|zwroc\w*|anulow\w*|devol\w*|annul\w*|retour\w*|short|shorted|lost|damaged|bad)\b.*|.*(返品|返却|退货?|取消)(数|量).*"
)


CHARGED = re.compile(  # of what is paid where nothing was delivered
    r".*\b(fees?|charges?|penalt(y|ies)|\w*gebuhr(en)?|frais|penalites?|cargos?|penalizacion|penale|multa|taxas?|kosten)\b.*|.*(费|手数料|料)"
)
MOSTLY = 0.75
UNITS = re.compile(rf".*\b({QUANTITY})\b.*|.*(数量|件数|个数|個数|点数)")


def is_named(column: Column) -> bool:
    """Say whether the name of a column tells of what came back or was cancelled."""
    return words.outcome(column.words) in OFF or SHORT.fullmatch(column.words) is not None


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
    n = sum(column.counts[text] for text, number in _read(column).items() if number)
    is_off = is_named(column) and column.is_number and n <= MOSTLY * column.n_rows  # not everything comes back
    is_asked = any(column.name in question.columns for question in part.questions)
    if not is_off or is_asked or not any(column.numbers) or not amount or column not in part.looked_at.own:
        return False
    if column.is_flag and not UNITS.fullmatch(column.words):
        return False
    is_money = column.is_in_cents or any(n != int(n) for n in column.numbers)
    is_money = is_money or len(units) != 1 or _is_above(part, column)
    name = syntax.column(column.name)
    factor = money.factor_to_unit(part, column) if is_money else 1

    def answer(given: str) -> None:
        if given == "leave":
            return
        if given == "instead":
            _take_instead(part, column)
            return
        revenue = part.guesses["revenue_cents"]
        own = revenue.text
        if is_money:
            times = {"take_off_whole": 100.0, "take_off_hundredths": 1.0}.get(given, factor or 1)
            scaled = name if times == 1 else f"{times:g} * {name}"
            text = f"({own}) - {money.of_the_row(part, column, f'coalesce(abs({scaled}), 0)')}"
        else:
            share = f"abs(coalesce({name}, 0)) / nullif({syntax.column(units[0].name)}, 0)"
            text = f"({own}) * (1 - coalesce({share}, 0))"
        why = f"{revenue.why}, less {column.name}"
        part.guesses["revenue_cents"] = revenue.computed(text, why, (*revenue.sources, column))

    what = "money" if is_money else "units"
    text = (
        f"{column.name} holds {what} in {n:,} rows, which may have come back or been cancelled: is that still in "
        f"{' and '.join(c.name for c in amount)} and to be taken off, or not"
    )
    is_charged = is_money and CHARGED.fullmatch(column.words) is not None
    text += ", or was it paid in place of that (instead), also of what was cancelled?" if is_charged else "?"
    key = syntax.slug(f"off by {column.words or column.name}")
    off = ("take_off",) if factor is not None else ("take_off_hundredths", "take_off_whole")
    choices = (*off, "instead", "leave") if is_charged else (*off, "leave")
    part.questions.append(Question(key, text, answer, choices, columns=(column.name,)))
    return True


def _take_instead(part: Part, column: Column) -> None:
    """Take a column as the amount where it holds money, in rows that are left out otherwise too."""
    name, revenue = syntax.column(column.name), part.guesses["revenue_cents"]
    is_paid = f"coalesce({name}, 0) <> 0"
    text = f"case when {is_paid} then {money.in_unit_of(part, column)} else {revenue.text} end"
    why = f"{revenue.why}; {column.name} where that was paid instead, as you said"
    part.guesses["revenue_cents"] = revenue.computed(text, why, (*revenue.sources, column))
    for each in (part, *part.twins):
        if each.condition:
            each.options["filter"] = f"(({each.condition}) or {is_paid})"


def _is_above(part: Part, column: Column) -> bool:
    """Say whether a number is above the units of its row in some rows, and so no part of them."""
    rows = part.looked_at.number_rows(column, part.guesses["quantity"].sources[0])
    return any(abs(n) > abs(units) for n, units in rows)


def _read(column: Column) -> dict[str, float]:
    return column.numbers_read.values if column.numbers_read else {}
