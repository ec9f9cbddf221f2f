"""What an amount is beside other columns of money: a sum that holds tax, a part of a larger sum, the price of a unit.

SourceFile by what the rows come to, not by names; names only say which of the other columns are plainly no revenue.
"""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

CENT = 0.015
MOST_COLUMNS = 12
MOST_PARTS = 4
MOST_PRODUCTS = 6
MOST_ROWS = 200
LEAST_ROWS = 5
NEARLY_ALL = 0.95
NO_REVENUE = re.compile(
    r".*(\b(tax(es)?|vat|gst|hst|pst|qst|ust|mwst|iva|tva|btw|moms|kdv|dph|alv|mva|ipi|icms|iss|impostos?|tributos?|tips?|gratuity|trinkgeld|pourboire|deposit|kaution|\w*pfand\w*|borg|fianza|caution|deposito|cauzione"
    r"|shipping|freight|postage|delivery|versand(kosten)?|fracht(kosten)?|porto|livraison|envio|spedizione|verzendkosten|handling|dut(y|ies)|insurance)\b"
    r"|steuer).*|.*(税|运费|押金|送料|預り金).*"
)
NOT_YET = re.compile(
    r".*\b(outstanding|open|backlog|remaining|undelivered|unbilled|uninvoiced|unshipped|offene?r?|rest|ruckstand|restant|pendiente|da consegnare|openstaand)\b.*|.*(未发货|未开票|未出荷).*"
)
PAID = re.compile(r".*\b(paid|received|bezahlt|paye|pagado|pagato|betaald)\b.*|.*(已付|入金).*")
FEES = re.compile(  # what a seller pays: part of revenue
    r".*\b(fees?|commissions?|commissie|provision|gebuhr(en)?|commissione|comision|comissao|cost|costs|profit|margin)\b.*|.*(手续费|佣金|手数料).*"
)
WITHOUT = re.compile(
    r"\b(incl?|inclusive|including|excl?|ex|exclusive|excluding|without|before|after|net of|ohne|hors|sin|senza|inkl|exkl|zzgl|plus)( of)? (tax(es)?|vat|gst|mwst|ust|iva|tva|btw)\b"
    r"|\b(tax(es)?|vat|gst|mwst|ust|iva|tva|btw) (incl|inclusive|included|excl|exclusive|excluded)\b"
    r"|税(込|抜|別)み?き?|[不未]?含税(?=$|\W|金额|价|额)|价税(?=合计)|未税"
)
OFF = re.compile(
    r".*\b(discounts?|coupons?|\w*rabatt(betrag)?|remise|descuento|sconto|\w*korting|desconto|promo\w*|rebate|off)\b.*|.*(优惠|折扣|値引|割引).*"
)


@dataclass(frozen=True)
class Sum:
    """A column that is the sum of others in nearly all rows.

    Attributes
    ----------
    whole : Column
        The sum.
    parts : tuple of (Column, int)
        What it is made of, each with 1 where it is added, -1 where it is taken off.
    """

    whole: Column
    parts: tuple[tuple[Column, int], ...]

    @property
    def shown(self) -> str:
        """The sum, for a person."""
        first, *rest = sorted(self.parts, key=lambda part: -part[1])
        return f"{self.whole.name} is {first[0].name}" + "".join(
            f" {'plus' if sign > 0 else 'less'} {c.name}" for c, sign in rest
        )


def check(part: Part, roles: Modifiers) -> None:
    """Take what is plainly no revenue off an amount that holds it; ask of what else is added to it or taken off.

    Parameters
    ----------
    part : Part
        Purchases, before the sign of returns and discounts is put into the amount.
    roles : Modifiers
        What other columns of the file are.
    """
    revenue = part.guesses["revenue_cents"]
    if len(revenue.sources) != 1 or part.profile is None or not part.looked_at.holds(revenue.sources[0]):
        return
    amount = revenue.sources[0]
    money.ask_of_other_side(part, amount, roles)
    if not isinstance(revenue.value, str) or money.ask_of_running_total(part, amount):
        return
    if _is_price(part, amount) or _is_multiplied(part, amount):
        return
    for result in _sums(part, amount):
        if result.whole is amount:
            if _without_whatis_none(part, result, roles):
                return
        elif _ask_of_rest(part, amount, result, roles):
            return


def shows_shipping(part: Part, amount: Column, tax: Column, roles: Modifiers) -> bool:
    """Say whether an amount is a sum that holds its tax and more that is plainly no revenue, such as shipping."""
    shown = (each for each in _sums(part, amount) if each.whole is amount)
    first = next(shown, None)
    if first is None or any(is_fee(c, roles) for c, _ in first.parts):
        return False
    out = [c for c, sign in first.parts if sign > 0 and is_none(c, roles)]
    return tax in out and 1 < len(out) < len(first.parts)


def is_none(column: Column, roles: Modifiers) -> bool:
    """Say whether a column is plainly no revenue: tax, shipping, tips, deposits and the like."""
    named = {c.name for role in ("tax", "shipping") if (c := roles.get(role)) is not None}
    return column.name in named or NO_REVENUE.fullmatch(WITHOUT.sub("", column.words)) is not None


def is_fee(column: Column, roles: Modifiers) -> bool:
    """Say whether a column is what a seller pays, which is part of revenue."""
    fee = roles.get("fee")
    if is_none(column, roles):
        return False
    return (fee is not None and fee.name == column.name) or FEES.fullmatch(column.words) is not None


def _is_off(column: Column, roles: Modifiers) -> bool:
    names = ("order_discount", "line_discount", "refund")
    return column.name in {c.name for r in names if (c := roles.get(r)) is not None} or bool(
        OFF.fullmatch(column.words)
    )


def _sums(part: Part, amount: Column) -> list[Sum]:
    """Return sums that an amount is, or is part of, with the fewest parts first."""
    kept = {"customer_id", "order_id", "ordered_at", "product_id", "quantity", "store_id"}
    used = {c.name for name, guess in part.guesses.items() if name in kept for c in guess.sources}
    others = [
        c for c in part.looked_at.own
        if c is not amount and c.name not in used and c.is_number and c.scale == amount.scale and any(c.numbers)
    ]  # fmt: skip
    others = _telling(part, others)
    columns = [amount, *others[: MOST_COLUMNS - 1]]
    rows = [row for row in part.looked_at.number_rows(*columns)[:MOST_ROWS] if row[0]]
    if len(columns) < 3 or len(rows) < LEAST_ROWS:
        return []
    columns, rows = _different(*_with_products(columns, rows))
    result: list[Sum] = []
    for n in range(2, MOST_PARTS + 1):
        for others_ in combinations(range(1, len(columns)), n):
            wholes = (0, *others_)
            if not any({c.name for c in columns_of(s)} <= {columns[i].name for i in wholes} for s in result):
                result += _sum_of(columns, rows, wholes)
    return result


def _telling(part: Part, columns: list[Column]) -> list[Column]:
    """Return columns with different numbers, those with decimals first: a wide file has ids and copies beside its money."""
    rows = part.looked_at.number_rows(*columns)[:MOST_ROWS]
    kept = _different(columns, rows)[0] if rows else columns
    return sorted(kept, key=lambda c: all(n == int(n) for n in c.numbers))


def _with_products(
    columns: list[Column], rows: list[tuple[float, ...]]
) -> tuple[list[Column], list[tuple[float, ...]]]:
    """Add what whole numbers times others come to, such as days times a daily rate, under names that no column has."""
    whole = [i for i in range(1, len(columns)) if all(r[i] == int(r[i]) for r in rows) and any(r[i] > 1 for r in rows)]
    money = [i for i in range(1, len(columns)) if i not in whole]
    pairs = [(i, j) for i in whole for j in money][:MOST_PRODUCTS]
    names = [f"{columns[i].name} times {columns[j].name}" for i, j in pairs]
    products = [Column(name, len(rows), Counter(), ()) for name in names]
    return [*columns, *products], [(*row, *(row[i] * row[j] for i, j in pairs)) for row in rows]


def _is_price(part: Part, amount: Column) -> bool:
    """Multiply by the quantity where only so an amount makes a sum with others: then it is the price of a unit."""
    units = part.guesses["quantity"].sources
    if len(units) != 1 or not part.looked_at.holds(units[0]) or not any(n not in {0, 1} for n in units[0].numbers):
        return False
    used = {c.name for name, guess in part.guesses.items() if name != "discount_cents" for c in guess.sources}
    others = [c for c in part.looked_at.own if c.name not in used and c.is_number and any(c.numbers)][:MOST_COLUMNS]
    every = [row for row in part.looked_at.number_rows(amount, units[0], *others)[:MOST_ROWS] if row[1] not in {0, 1}]
    if len(every) < LEAST_ROWS or any(result.whole is amount for result in _sums(part, amount)):
        return False
    columns, rows = _different([amount, *others], [(row[0] * row[1], *row[2:]) for row in every])
    for n in range(1, MOST_PARTS):
        for chosen in combinations(range(len(columns)), n + 1):
            result = next(iter(_sum_of(columns, rows, chosen)), None) if chosen[0] == 0 else None
            if result is not None:
                expression = f"{syntax.column(units[0].name)} * {syntax.column(amount.name)}"
                shown = result.shown.replace(amount.name, f"{units[0].name} times {amount.name}")
                revenue = part.guesses["revenue_cents"]
                part.guesses["revenue_cents"] = revenue.computed(expression, shown, (units[0], amount), Sure.LIKELY)
                return True
    return False


def _is_multiplied(part: Part, amount: Column) -> bool:
    """Take the column that is a whole number of an amount in nearly all rows: then the amount is that of one unit."""
    used = {
        c.name
        for name, guess in part.guesses.items()
        if name not in {"quantity", "discount_cents"}
        for c in guess.sources
    }
    numbers = [c for c in part.looked_at.own if c.name not in used and c.is_number and any(c.numbers)]
    units = [c for c in numbers if all(n == int(n) for n in c.numbers) and any(n > 1 for n in c.numbers)]
    for each in units[:MOST_PARTS]:
        for whole in numbers[:MOST_COLUMNS]:
            if whole is each:
                continue
            rows = [row for row in part.looked_at.number_rows(amount, each, whole)[:MOST_ROWS] if row[0]]
            telling = [row for row in rows if row[1] not in {0, 1}]
            every = (
                sum(abs(row[0] * row[1] - row[2]) < CENT for row in some) >= NEARLY_ALL * len(some)
                for some in (rows, telling)
            )
            if len(telling) >= LEAST_ROWS and all(every):
                why = f"{whole.name} is {each.name} times {amount.name}"
                part.guesses["revenue_cents"] = Guess(whole.name, Sure.LIKELY, why, (whole,))
                if not part.guesses["quantity"].sources:
                    part.guesses["quantity"] = Guess(each.name, Sure.LIKELY, why, (each,))
                return True
    return False


def columns_of(result: Sum) -> list[Column]:
    """Return all columns of a sum."""
    return [result.whole, *(column for column, _ in result.parts)]


def _different(columns: list[Column], rows: list[tuple[float, ...]]) -> tuple[list[Column], list[tuple[float, ...]]]:
    """Leave out columns that say the same as an earlier one, but for their sign."""
    kept: list[int] = []
    for i in range(len(columns)):
        if not any(all(abs(abs(r[i]) - abs(r[j])) < CENT for r in rows) for j in kept) and any(r[i] for r in rows):
            kept.append(i)
    return [columns[i] for i in kept], [tuple(row[i] for i in kept) for row in rows]


def _sum_of(columns: list[Column], rows: list[tuple[float, ...]], chosen: tuple[int, ...]) -> Iterator[Sum]:
    """Yield how the chosen columns add up to one of them in nearly all rows; the amount itself is never taken off."""
    telling = [row for row in rows if all(row[i] for i in chosen)] or rows
    for signs in product((1, -1), repeat=len(chosen) - 1):
        signed = ((chosen[0], 1), *zip(chosen[1:], signs, strict=True))
        if not all(abs(sum(sign * row[i] for i, sign in signed)) < CENT for row in telling[:3]):
            continue
        fitting = sum(abs(sum(sign * row[i] for i, sign in signed)) < CENT for row in rows)
        if fitting < NEARLY_ALL * len(rows):
            continue
        # amount ± … = 0: the whole is the amount, where all others have the same sign, else the largest on the other side
        against = [i for i, sign in signed if sign < 0]
        beside = [i for i, sign in signed if sign > 0 and i != 0]
        if not beside:
            yield Sum(columns[0], tuple((columns[i], 1) for i in against))
        elif against:
            size = {i: sum(abs(row[i]) for row in rows) for i in chosen}
            whole = max(against, key=lambda i: size[i])
            if size[0] >= size[whole]:  # the amount less what was taken off
                yield Sum(columns[0], (*((columns[i], 1) for i in against), *((columns[i], -1) for i in beside)))
            else:
                rest = [(columns[i], -1) for i in against if i != whole]
                yield Sum(columns[whole], ((columns[0], 1), *((columns[i], 1) for i in beside), *rest))
        return


def _without_whatis_none(part: Part, result: Sum, roles: Modifiers) -> bool:
    """Take tax, shipping, tips and deposits off an amount that is the sum of them and others; ask of a discount before it."""
    amount = result.whole
    if any(is_fee(c, roles) for c, _ in result.parts):
        return False
    out = [c for c, sign in result.parts if sign > 0 and is_none(c, roles)]
    rest = [(c, sign) for c, sign in result.parts if c not in out]
    name = syntax.column(amount.name)
    if out and any(sign > 0 for _, sign in rest):
        expression = " - ".join([name, *(f"coalesce({syntax.column(c.name)}, 0)" for c in out)])
        names = " and ".join(c.name for c in out)
        why = f"without {names}, for {result.shown}"
        part.guesses["revenue_cents"] = part.guesses["revenue_cents"].computed(
            expression, why, (amount, *out), Sure.LIKELY
        )
        return True
    later = [c for c, sign in rest if sign > 0 and NOT_YET.fullmatch(c.words)]
    done = [c for c, sign in rest if sign > 0 and c not in later and c.n_known and not PAID.fullmatch(c.words)]
    if len(later) == 1 and len(done) == 1:
        _ask_of_two(part, result, amount, done[0], f"{later[0].name} is not sold yet")
        return True
    after = [c for c, sign in rest if sign > 0 and not is_none(c, roles)]
    off = [c for c, sign in rest if sign > 0 and _is_off(c, roles) and _is_on_its_side(part, c, amount)]
    left = [c for c in after if c not in off]
    if off and len(left) == 1 and len(rest) == len(off) + 1 and not _is_off(left[0], roles):
        names = " and ".join(c.name for c in off)
        _ask_of_two(
            part, result, amount, left[0], f"{amount.name} is before {names}, and {left[0].name} is what is left"
        )
        return True
    return False


def _is_on_its_side(part: Part, column: Column, amount: Column) -> bool:
    """Say whether a number is mostly above zero where an amount is, and below where that is, as on returns."""
    signs = [own * whole > 0 for own, whole in part.looked_at.number_rows(column, amount) if own and whole]
    return 2 * sum(signs) > len(signs)


def _ask_of_rest(part: Part, amount: Column, result: Sum, roles: Modifiers) -> bool:
    """Ask of what stands beside an amount in a larger sum, where nothing says that it is no revenue."""
    beside = [(c, sign) for c, sign in result.parts if c is not amount]
    if all(sign > 0 and is_fee(c, roles) for c, sign in beside):
        fees = " and ".join(c.name for c, _ in beside)
        why = f"{amount.name} is what is left after {fees}, which a seller pays of the revenue, or {fees} comes on top of it"
        _ask_of_two(part, result, amount, result.whole, why)
        return True
    rest = [(c, sign) for c, sign in beside if not (is_none(c, roles) or _is_off(c, roles) or is_fee(c, roles))]
    if not rest or any(sign < 0 or not c.n_known for c, sign in rest):
        return False
    names = " and ".join(c.name for c, _ in rest)

    def answer(given: str) -> None:
        if given == "add":
            expression = " + ".join([f"coalesce({syntax.column(c.name)}, 0)" for c in (amount, *(c for c, _ in rest))])
            sources = (amount, *(c for c, _ in rest))
            revenue = part.guesses["revenue_cents"]
            part.guesses["revenue_cents"] = revenue.computed(expression, "all of it, as you said", sources)

    text = f"{result.shown}, and {amount.name} is taken: is {names} revenue too (add), or not (leave_out)?"
    part.questions.append(
        Question(
            syntax.slug(f"revenue beside {amount.words}"), text, answer, ("add", "leave_out"), columns=(amount.name,)
        )
    )
    return True


def _ask_of_two(part: Part, result: Sum, amount: Column, other: Column, why: str) -> None:
    def answer(given: str) -> None:
        if given == syntax.slug(other.name):
            revenue = part.guesses["revenue_cents"]
            part.guesses["revenue_cents"] = revenue.computed(
                syntax.column(other.name), "you said so", (other,), Sure.SURE
            )

    choices = (syntax.slug(other.name), syntax.slug(amount.name))
    text = f"{result.shown}: {why}; which of them is revenue?"
    part.questions.append(
        Question(syntax.slug(f"amount {amount.words}"), text, answer, choices, columns=(amount.name,))
    )
