"""Numbers beside an amount of which a draft reads nothing: asked about where they may be money of customers, else named."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, product
from statistics import median

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.amounts.taken_off import UNITS
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

CENT = 0.015
NEARLY_ALL = 0.9
HALF = 0.5
MANY, NEAR = 0.3, 0.5  # rows in which another number is the amount; how near it is in the others
MOST_ASKED = 6  # of a file; the others are named
LEAST_ROWS = 3
MOST_BESIDE = 8  # columns, two of which are tried
MOST_ROWS = 200
OF_ORDER = "_of_order"
CORRECTED = re.compile(
    r".*\b(adjusted|corrected|revised|amended|after (refunds?|returns?|adjustments?|cancellations?)|bereinigt\w*|korrigiert\w*|angepasst\w*|corrige\w*|ajuste\w*|rectifie\w*|corregid\w*|ajustad\w*|corrett\w*|aangepast\w*|gecorrigeerd\w*)\b.*"
    r"|(.* )?(aanneemsom|vaste prijs|pauschal(e|preis|betrag|summe)?|festpreis|fixed (price|fee|amount)|agreed (price|fee|amount)|lump sum|contract sum|forfait|(prix|montant) forfaitaire|precio (fijo|cerrado|pactado)|prezzo (fisso|concordato)|ryczalt|fast ?pris|urakkahinta)"
    r"|.*(调整后|更正|修正後|訂正).*"
)
PLAINLY = 2  # how well a name must match
MONEY = re.compile(
    r".*\b(amounts?|revenue|sales|turnover|income|charges?|surcharges?|premium|extras?|aufgeld|opgeld|exch(ange)? value|trade ?ins?|inzahlungnahme|spend|umsatz|\w*erlose?|\w*betrag|zuschlag|montant|supplement|ca|importe|ingresos?|recargo"
    r"|importo|ricav[io]|supplemento|bedrag|omzet|toeslag|kwota|wartosc|przychod\w*|valor|receita|acrescimo)\b.*|.*(金额|收入|销售额|附加费|売上|金額|料金|利用額|値引額?|割引額?).*"
)
TOTAL = re.compile(r"(grand|order|invoice|document|sales) totals?( .*)?")
ADDED = re.compile(
    r"\b(surcharges?|premium|extras?|zuschlag|aufgeld|supplement|recargo|supplemento|toeslag|opgeld)\b|附加费"
)
NO_REVENUE = re.compile(
    r".*\b(costs?|cogs|profit|margin|gross|brutto|brut|bruto|lordo|incl\w*|inkl|ttc|tax\w*|vat|mwst|ust|tva|iva|btw|kdv|vergi\w*|steuer\w*|duty|limit|budget\w*|target|forecast|plan\w*|ziel|soll"
    r"|balance|saldo|solde|kontostand|due|open|offen\w*|outstanding|remaining|rest\w*|paid|received|bezahlt|paye|pagado|pagato|betaald|list\w*|catalog\w*|uvp|rrp|before|original|old|insured|deposit"
    r"|kaution|pfand|fees?|payouts?|repasse|uitbetaling|auszahlung\w*|settlement|proceeds|reversement|commission|provision|gebuhr\w*|comis\w*|commissi\w*|shipping|freight|versand\w*|fracht\w*|delivery|porto|points?|punkte|count|number|weight|kg|running|cumulative|ytd|last|previous|prior"
    r"|vorjahr\w*|unit|each|per|average|avg|mean|max|min|rate|kurs|cents?)\b.*|.*(成本|利润|税|余额|预算|目标|运费|手续费|佣金|原価|税込|残高).*"
)


def ask(part: Part, column: Column) -> bool:
    """Ask of money beside an amount that is neither explained by it nor by its name; say whether it did.

    Parameters
    ----------
    part : Part
        Purchases.
    column : Column
        One of which nothing is read.
    """
    amount = part.guesses["revenue_cents"].sources
    is_corrected = column.is_number and CORRECTED.fullmatch(column.words) is not None
    if (
        not amount
        or not part.looked_at.holds(column, *amount)
        or not (is_corrected or (may_matter(column) and _may_be_the_amount(part, column)))
    ):
        return False
    if sum(question.key.startswith("beside_") for question in part.questions) >= MOST_ASKED:
        return False
    if any(column.name in question.columns or column.name in question.text for question in part.questions):
        return False
    is_rival = matches(column.words, TRANSACTIONS["revenue_cents"]) == PLAINLY and not is_corrected
    if is_rival and _is_chosen(part, amount):
        return False  # the same sale with tax, or in its own currency
    every, own = money.of_rows(part), part.looked_at.numbers(column)
    pairs = [(a, b) for a, b in zip(every, own, strict=True) if a and b]
    is_of_most = len(pairs) > HALF * sum(map(bool, every))  # else it tells of some rows only, however they agree there
    is_tax = is_of_most and _is_multiple(pairs) and ADDED.search(column.words) is None
    is_same = len(pairs) < LEAST_ROWS or is_tax or _is_of_order(part, every, own)
    if is_same or (is_of_most and _is_explained(part, every, own, column)):
        return False
    _ask(part, column, amount, len(pairs))
    return True


def _is_chosen(part: Part, amount: Sequence[Column]) -> bool:
    """Say whether the amount was taken before others, as the one net of tax, paid, or converted."""
    roles = modifiers.find(part.looked_at)
    return any(roles.get(role) in amount for role in ("converted_amount", "net", "paid"))


def may_matter(column: Column) -> bool:
    """Say whether a column holds numbers that may be amounts or units: no ids, no flags, not always the same."""
    is_named = any(pattern.fullmatch(column.words) for pattern in (MONEY, UNITS, TOTAL))
    has_decimals = any(n != int(n) for n in column.numbers)
    return bool(is_named or has_decimals) and (
        column.is_number
        and not column.is_flag
        and not column.is_unique
        and len(column.counts) > 1
        and any(column.numbers)
    )


def _may_be_the_amount(part: Part, column: Column) -> bool:
    """Say whether a number is money by its name, the total of an order where each row is one, or mostly the amount."""
    order = part.guesses["order_id"].sources if "order_id" in part.guesses else ()
    is_total = TOTAL.fullmatch(column.words) is not None and len(order) == 1 and order[0].is_unique
    return is_total or _is_money(column) or _is_mostly_the_amount(part, column)


def _is_mostly_the_amount(part: Part, column: Column) -> bool:
    """Say whether a number, whatever its name, is the amount in many rows and near it in nearly all: after a discount."""
    if NO_REVENUE.fullmatch(column.words):
        return False
    every, own = money.of_rows(part), part.looked_at.numbers(column)
    pairs = [(a, b) for a, b in zip(every, own, strict=True) if a and b is not None]
    same = sum(abs(a - b) < CENT for a, b in pairs)
    near = sum(NEAR * abs(a) < abs(b) < abs(a) / NEAR for a, b in pairs)
    is_apart = len(pairs) - same >= LEAST_ROWS
    return is_apart and same > MANY * len(pairs) and near > NEARLY_ALL * len(pairs)


def _is_money(column: Column) -> bool:
    is_named = MONEY.fullmatch(column.words) or words.currency_of_name(column.name)
    return bool(is_named) and NO_REVENUE.fullmatch(column.words) is None


def _is_multiple(pairs: Sequence[tuple[float, float]]) -> bool:
    """Say whether a number is the same multiple of the amount in nearly all rows, as of an amount with tax."""
    ratio = median(b / a for a, b in pairs)
    return sum(abs(b - ratio * a) < max(CENT, abs(b) / 500) for a, b in pairs) >= NEARLY_ALL * len(pairs)


def _is_explained(part: Part, every: Sequence[float | None], own: Sequence[float | None], column: Column) -> bool:
    """Say whether a number is the amount with a third one, as where tax stands beside both, or that of one unit."""
    amount = part.guesses["revenue_cents"].sources
    others = [c for c in part.looked_at.own if c is not column and c not in amount and c.is_number]
    if _is_sum_of_three(part, every, own, [c for c in others if any(n != int(n) for n in c.numbers)]):
        return True
    for other in others:
        rows = [
            (a, b, c) for a, b, c in zip(every, own, part.looked_at.numbers(other), strict=True)
            if a is not None and b and c is not None
        ]  # fmt: skip
        fitting = sum(min(abs(a + c - b), abs(a - c - b), abs(a - b * c)) < CENT for a, b, c in rows)
        if rows and fitting >= NEARLY_ALL * len(rows) and any(c for *_, c in rows):
            return True
        times = [abs(a - b * c) < CENT for a, b, c in rows if c]  # a rate may stand on the first line of an order only
        if len(times) >= LEAST_ROWS and sum(times) >= NEARLY_ALL * len(times):
            return True
    return False


def _is_sum_of_three(
    part: Part, every: Sequence[float | None], own: Sequence[float | None], others: Sequence[Column]
) -> bool:
    """Say whether a number is the amount with two others on top of it or taken off: a payout with shipping, less a fee."""
    numbers = [part.looked_at.numbers(c) for c in others[:MOST_BESIDE]]
    for (one, two), (first, second) in product(combinations(numbers, 2), product((1, -1), repeat=2)):
        rows = [row for row in zip(every, own, one, two, strict=True) if row[0] and row[1] and None not in row]
        telling = sum(bool(c) and bool(d) for _, _, c, d in rows)
        fitting = sum(
            abs((a or 0) + first * (c or 0) + second * (d or 0) - (b or 0)) < CENT for a, b, c, d in rows[:MOST_ROWS]
        )
        if telling >= LEAST_ROWS and fitting >= NEARLY_ALL * len(rows[:MOST_ROWS]):
            return True
    return False


def _is_of_order(part: Part, every: Sequence[float | None], own: Sequence[float | None]) -> bool:
    """Say whether a number is the sum of the amounts of each order, on all of its lines or on the first."""
    order = part.guesses["order_id"].sources if "order_id" in part.guesses else ()
    if len(order) != 1 or order[0] not in part.looked_at.own or order[0].is_unique:
        return False
    sums: dict[str, float] = defaultdict(float)
    totals: dict[str, set[float]] = defaultdict(set)
    for key, amount, total in zip(part.looked_at.texts(order[0]), every, own, strict=True):
        if key:
            sums[key] += amount or 0.0
            totals[key] |= {total} if total else set()
    fitting = sum(len(totals[key]) == 1 and abs(min(totals[key]) - whole) < CENT for key, whole in sums.items())
    return fitting >= NEARLY_ALL * len(sums)


def _before_correction(part: Part, column: Column) -> Column | None:
    """Return the column that one corrects, as Adjusted Order Total does Order Total, where the amount is another one."""
    amount = part.guesses["revenue_cents"].sources
    words_of = {c: c.words for c in part.looked_at.own if c.is_number and c not in {column, *amount}}
    return next(
        (c for c, own in words_of.items() if column.words in {f"adjusted {own}", f"corrected {own}", f"revised {own}"}),
        None,
    )


def _take_share_of(returns: Part, before: Column, amount: Column) -> None:
    """Take refunds, of which an amount's share of a total is read, as those of another amount."""
    back = returns.guesses["revenue_cents"]
    share = f"* number({syntax.column(before.name)}) / "
    if share in back.text:
        text = back.text.replace(share, f"* number({syntax.column(amount.name)}) / ")
        returns.guesses["revenue_cents"] = back.computed(text, back.why, back.sources)


def _ask(part: Part, column: Column, amount: Sequence[Column], n: int) -> None:
    beside = money.in_unit_of(part, column)
    is_other = words.in_other_currencies(column.name, amount[0].name)

    def answer(given: str) -> None:
        if given == "leave_out":
            return
        if is_other:
            raise ValueError(
                f"it is in another currency than {amount[0].name}; export the amounts in one, or write the mapping by hand"
            )
        revenue = part.guesses["revenue_cents"]
        plain = revenue.text
        sign = "+" if given.startswith("add") or all(n <= 0 for n in column.numbers) else "-"  # △500 is off already
        is_once = given.endswith(OF_ORDER)
        own_share = (money.share_of_the_row if is_once else money.of_the_row)(part, column, beside)
        text = f"({plain}) {sign} {own_share}"
        if given == "instead":
            was = _before_correction(part, column)
            now = (
                own_share
                if was is None
                else f"{plain} - ({money.of_the_row(part, was, syntax.column(was.name))} - {own_share})"
            )
            text = f"case when {syntax.column(column.name)} is not null then {now} else {plain} end"
            for returns in part.twins:
                _take_share_of(returns, amount[0], column)
        part.guesses["revenue_cents"] = revenue.computed(
            text, f"{revenue.why}; {given} {column.name}, as you said", (*revenue.sources, column)
        )

    is_product = part.guesses["revenue_cents"].is_product
    shown = " times ".join(c.name for c in amount) if is_product else amount[0].name
    text = (
        f"{column.name} holds money in {n:,} rows beside {shown}, and nothing tells what it is: is it revenue too (add), still to be "
        f"taken off (take_off), the amount itself where it is known (instead), or none of these (leave_out)?"
    )
    choices = ("leave_out",) if is_other else ("add", "take_off", "instead", "leave_out")
    if not is_other and money.is_of_order(part, column, 1) and not money.is_of_order(part, column):
        text += f" It is the same on every line of an order: where it counts once for each order, add {OF_ORDER} (take_off{OF_ORDER})."
        choices = (*choices, f"add{OF_ORDER}", f"take_off{OF_ORDER}")
    part.questions.append(
        Question(
            syntax.slug(f"beside {column.own_words or column.name}"), text, answer, choices, columns=(column.name,)
        )
    )
