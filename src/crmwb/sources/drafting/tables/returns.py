"""What marks a return in a file of purchases, and the sign that its amounts have: told by the file, or asked."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds, taking_back
from crmwb.sources.drafting.tables import sales

KIND_SAYS = "by its"
STATUS = re.compile(r".*(status|state|状态|ステータス)|.*\b(estado|etat|statut|stato|situacao|zustand)\b.*")
CAME_BACK_ON = re.compile(
    r"(return(ed)?|refund(ed)?|came back|ruckgabe|retour(niert|ne|nee)?|rendu|devuelt[oa]|devolvid[oa]|devolucion|devolucao|reso|restituit[oa]|zwrot|zwrocono|vraceno|returnerad|returneret|palautettu|iade)"
    r"( (on|at|date|day|am|datum|le|el|il|em|dnia|dne|den|tarihi|time))?|(date|data|fecha) (de |du |di |del )?(retour|devolucion|devolucao|reso|zwrotu|vraceni)|(返品|退货|退款)(日|日期|时间)?"
)
CREDIT = re.compile(r"credit|gutschrift|\bavoir\b|abono|nota|korrektur|kredit|dobropis|红冲|冲正")
HALF = 0.5
LEAST_BACK, FEW = 5, 0.25  # rows of returns, and the share of them with their sales beside them


def marked(result: dict[str, Guess], kinds: list[Column]) -> Guess:
    """Return what marks a return: a column that says so, a quantity or an amount below zero, or a row's kind."""
    if "is_return" in result:
        return result["is_return"]
    below = [
        result[name].sources[0]
        for name in ("quantity", "revenue_cents")
        if len(result[name].sources) == 1 and any(number < 0 for number in result[name].sources[0].numbers)
    ]
    if result["revenue_cents"].is_product:
        below += [c for c in result["revenue_cents"].sources[1:] if any(n < 0 for n in c.numbers)]
    if below:
        negative = " or ".join(f"{syntax.column(column.name)} < 0" for column in below)
        return Guess({"expression": negative}, Sure.LIKELY, "some are below zero", tuple(below))
    for column in kinds:
        if (values := sorted(filter(sales.is_return, column.counts))) and not STATUS.fullmatch(column.words):
            is_back = syntax.is_in(column.name, values)
            expression = {"expression": syntax.holds(is_back, column.name, may_be_blank=column.n_known < column.n_rows)}
            return Guess(expression, Sure.LIKELY, f"{KIND_SAYS} {column.name}", (column,))
    return Guess({"constant": False}, Sure.LIKELY, "no quantity and no amount is below zero")


def signed(result: dict[str, Guess]) -> Guess:
    """Return the amount, below zero for what came back: files often tell kinds of rows apart and not their signs."""
    amount, came_back = result["revenue_cents"], result["is_return"]
    if amount.is_product:
        return amount
    own = amount.text
    by_units = came_back.sources == result["quantity"].sources != ()
    if by_units and not any(n < 0 for n in amount.sources[0].numbers):
        why = "below zero where the quantity is, for it has no sign"
        expression = f"case when {came_back.value['expression']} then -({own}) else {own} end"
        return amount.computed(expression, why, amount.sources, Sure.LIKELY)
    if not came_back.why.startswith(KIND_SAYS):
        return amount
    expression = f"case when {came_back.value['expression']} then -abs({own}) else {own} end"
    return amount.computed(expression, "below zero for returns", amount.sources, Sure.LIKELY)


def ask_of_kind(part: Part) -> None:
    """Ask of rows that are returns by their kind where hardly one has its sale beside it: the sale may be the row itself."""
    came_back, amount = part.guesses["is_return"], part.guesses["revenue_cents"].sources
    if not came_back.why.startswith(KIND_SAYS) or len(amount) != 1 or any(n < 0 for n in amount[0].numbers):
        return
    kind, who = came_back.sources[0], part.guesses["customer_id"].sources
    what = [amount[0], *(part.guesses["product_id"].sources if "product_id" in part.guesses else ())]
    if len(who) != 1 or not part.looked_at.holds(kind, *who, *what) or words.REASON.fullmatch(kind.words):
        return
    values = sorted(filter(sales.is_return, kind.counts))
    is_back = [text in values for text in part.looked_at.texts(kind)]
    pairs = [list(zip(*map(part.looked_at.texts, (*who, column)), strict=True)) for column in what]
    sold = [{pair for pair, back in zip(each, is_back, strict=True) if not back} for each in pairs]
    n_with = sum(
        back and any(each[i] in of for each, of in zip(pairs, sold, strict=True)) for i, back in enumerate(is_back)
    )
    n = sum(is_back)
    is_document = any(
        CREDIT.search(words.simple(value)) for value in values
    )  # one of its own, whatever stands beside it
    if not LEAST_BACK <= n < len(is_back) or n_with > FEW * n or is_document:
        return

    def answer(given: str) -> None:
        if given == "nothing":
            row_kinds.leave_out(part, row_kinds.not_in(kind, values))
            part.guesses["is_return"] = Guess({"constant": False}, Sure.SURE, "what came back is left out, as you said")

    text = (
        f"{kind.name} is {' or '.join(map(repr, values))} in {n:,} rows, and {n - n_with:,} of them have no sale of the customer beside "
        f"them: are these sales that came back, of which nothing remains (nothing), or rows of returns beside their sales (returns)?"
    )
    key = syntax.slug(f"returned by {kind.words}")
    part.questions.append(Question(key, text, answer, ("nothing", "returns"), columns=(kind.name,)))


def ask_of_flag(part: Part) -> None:
    """Ask of a flag of what came back beside amounts above zero: sales of which nothing remains, or returns of their own."""
    came_back, amount = part.guesses["is_return"], part.guesses["revenue_cents"]
    flag = came_back.sources[0] if len(came_back.sources) == 1 else None
    if flag is None or not flag.is_flag or not flag.true_values or len(amount.sources) != 1:
        return
    if flag not in part.looked_at.own or amount.sources[0] not in part.looked_at.own:
        return
    rows = zip(part.looked_at.texts(flag), part.looked_at.numbers(amount.sources[0]), strict=True)
    back = [number for text, number in rows if text in flag.true_values and number]
    if not back or any(number < 0 for number in back):
        return
    condition = syntax.is_in(flag.name, sorted(flag.true_values))

    def answer(given: str) -> None:
        if given == "returns":
            taking_back.take_back(part, (flag,), condition)
        elif given == "sales":
            part.guesses["is_return"] = Guess({"constant": False}, Sure.SURE, "other columns tell what came back")
        else:
            row_kinds.leave_out(part, row_kinds.not_in(flag, flag.true_values))
            part.guesses["is_return"] = Guess({"constant": False}, Sure.SURE, "what came back is left out, as you said")

    text = (
        f"{flag.name} is {' or '.join(map(repr, flag.true_values))} in {len(back):,} rows whose amounts are above zero: are these "
        f"sales that came back, of which nothing remains (nothing), rows of returns beside their sales (returns), or sales, for other columns tell what and how "
        f"much came back (sales)?"
    )
    part.questions.append(
        Question(syntax.slug(f"flag {flag.words}"), text, answer, ("nothing", "returns", "sales"), columns=(flag.name,))
    )


def ask_of_day(part: Part) -> None:
    """Ask of a day of return beside amounts above zero, which stands only in rows of what came back."""
    amount = part.guesses["revenue_cents"].sources
    days = [c for c in part.looked_at.own if c.is_date and CAME_BACK_ON.fullmatch(c.words)]
    day = next((c for c in days if 0 < c.n_known < HALF * c.n_rows), None)
    if day is None or not amount or day in part.guesses["ordered_at"].sources or not part.looked_at.holds(amount[0]):
        return
    rows = zip(part.looked_at.texts(day), part.looked_at.numbers(amount[0]), strict=True)
    back = [number for text, number in rows if text and number]
    if not back or any(number < 0 for number in back):
        return

    def answer(given: str) -> None:
        if given == "nothing":
            row_kinds.leave_out(part, f"{syntax.column(day.name)} is null")

    text = (
        f"{day.name} stands in {len(back):,} rows whose amounts are above zero: are these sales that came back, of which nothing "
        f"remains (nothing), or sales all the same, as where rows of their own take them back (sales)?"
    )
    part.questions.append(Question(syntax.slug(day.words), text, answer, ("nothing", "sales"), columns=(day.name,)))


def ask_of_sides(part: Part, roles: Modifiers) -> None:
    """Ask which side of the books takes money back, where a column tells sides apart and no sign of amounts does.

    Of a file of orders that is joined, signs of lines tell nothing: a discount stands below zero on both sides.
    """
    side, amount = roles.get("side"), part.guesses["revenue_cents"]
    if side is None or len(amount.sources) != 1:
        return
    if part.looked_at.holds(side) and any(number < 0 for number in amount.sources[0].numbers):
        return

    def answer(given: str) -> None:
        back, name = syntax.is_in(side.name, [given]), syntax.column(amount.sources[0].name)
        expression = f"case when {back} then -{name} else {name} end"
        why, now = "below zero on the side that you named", part.guesses["revenue_cents"]
        part.guesses["revenue_cents"] = now.with_text(name, f"({expression})", why)
        part.guesses["is_return"] = Guess({"expression": back}, Sure.SURE, "you said so", (side,))

    text = (
        f"{side.name} tells {' from '.join(sorted(side.counts))}, and no sign of amounts does: which of them marks what "
        f"went back to customers (credit notes)?"
    )
    part.questions.append(Question("side", text, answer, tuple(sorted(side.counts)), columns=(side.name,)))


def ask_of_signs(part: Part) -> None:
    """Ask what amounts below zero are where most of them are: returns, or sales as a ledger writes them."""
    amount = part.guesses["revenue_cents"]
    if len(amount.sources) != 1 or not isinstance(amount.value, str) or amount.sources[0].numbers_read is None:
        return
    column = amount.sources[0]
    numbers = [n for n in part.looked_at.numbers(column) if n]
    below = sum(n < 0 for n in numbers)
    if below <= HALF * len(numbers):
        return

    def answer(given: str) -> None:
        if given == "sales":
            name = syntax.column(column.name)
            now = part.guesses["revenue_cents"]
            part.guesses["revenue_cents"] = now.computed(f"0 - {name}", "sales stand below zero", now.sources)
            part.guesses["is_return"] = Guess(
                {"expression": f"{name} > 0"}, Sure.SURE, "sales stand below zero", (column,)
            )

    text = (
        f"{column.name} is below zero in {below:,} of {len(numbers):,} rows: are these sales, as ledgers write them, or "
        f"returns?"
    )
    part.questions.append(Question("below_zero", text, answer, ("sales", "returns")))
