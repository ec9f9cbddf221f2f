"""Whether an amount is that of one unit or of the whole line, and what its units count: by the rows, by names, or asked."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import math
import re
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

from crmwb.sources.drafting.amounts import identities
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

CENT = 0.015
LEAST_PRODUCTS = 3  # with several quantities
LEAST_SINGLE = 10  # rows of one unit, which tell how often a price is whole cents for each of several by chance
MOSTLY = 0.8
NEARLY_ALL = 0.98
MOST_LIKELY_CHANCE = math.log(1e-6)
DOZEN = re.compile(
    r".*\b(doz|dozens?|dz|dtzd|dutzend|douzaines?|docenas?|dozzine|duzias?|tuzin\w*)\b.*|.*(打|ダース).*"
)
PACKS = re.compile(
    r".*\b(ve|packs?|packages?|cases?|cartons?|kartons?|box(es)?|kisten|pallets?|paletten|colis|cajas?|colli)\b.*|.*(箱|ケース).*"
)
OF_A_PIECE = re.compile(
    r".*\b(pc|pcs|piece|each|ea|stuck|stk|st|piezas?|pezzo|pz|stuks?|szt\w*|peca|einzel\w*|stuck\w*)\b.*|.*(个|個|件|枚|本).*"
)
UNITS_OF_A_PACK = re.compile(
    r"(units|pieces|items|pcs|each) (per|in a) (case|pack|package|carton|box|bundle)"
    r"|(pack|case|carton) (size|quantity|qty)|(stuck|inhalt) (je|pro) (karton|packung|ve)|(unites|pieces) par (colis|carton)"
    r"|(unidades|piezas) por (caja|paquete)|pezzi per (scatola|confezione)|stuks per (doos|krat)|装箱数|入数|每箱数量"
)


def check(part: Part) -> None:
    """Multiply an amount that is the price of one unit, take one that is of the whole line as it is, and ask where nothing tells.

    Parameters
    ----------
    part : Part
        Purchases, before anything is put into the amount.
    """
    revenue, units = part.guesses["revenue_cents"], part.guesses["quantity"].sources
    if len(units) != 1 or not any(n not in {0, 1} for n in units[0].numbers):
        return
    if revenue.is_product:
        price = revenue.sources[1]
        means = _by_products(part, units[0], price)
        has_single = sum(n == 1 for n in part.looked_at.numbers(units[0])) >= LEAST_SINGLE
        if means == "line" or (means is None and has_single and _is_of_line(part, units[0], price)):
            _ask(part, units[0], price)
        _in_packs(part, units[0], price)
    elif len(revenue.sources) == 1 and isinstance(revenue.value, str):
        amount = revenue.sources[0]
        expression = _by_products(part, units[0], amount)
        if expression == "unit":
            why = f"{amount.name} of a product is the same for any {units[0].name}, so it is the price of one"
            part.guesses["revenue_cents"] = _product(units[0], amount, why)
            _in_packs(part, units[0], amount)
        elif expression is None and amount.called and not _is_product(part, units[0], amount):
            _ask(part, units[0], amount)


def _is_product(part: Part, units: Column, amount: Column) -> bool:
    """Say whether amounts are units times a price, by a column of prices or by whole cents for each unit."""
    line = identities.line(part.looked_at)
    return (line is not None and line.amount is amount) or _is_of_line(part, units, amount)


def _is_of_line(part: Part, units: Column, amount: Column) -> bool:
    """Say whether amounts are whole cents for each unit, more often than by chance: so they are units times a price.

    By chance as many are as of amounts of single units, which may be round.
    """
    every = [(n, round(100 * money)) for n, money in part.looked_at.number_rows(units, amount) if n == int(n) and money]
    rows = [(int(n), cents) for n, cents in every if n > 1]
    single = [cents for n, cents in every if n == 1] or [1]
    by_chance = {n: (sum(cents % n == 0 for cents in single) + 1) / (len(single) + 1) for n in {n for n, _ in rows}}
    chance = sum(math.log(max(by_chance[n], 1 / n)) for n, _ in rows)
    odd = sum(cents % n != 0 for n, cents in rows)
    return chance < MOST_LIKELY_CHANCE and odd <= (1 - NEARLY_ALL) * len(rows)


def _product(units: Column, price: Column, why: str) -> Guess:
    return Guess({"expression": _product_of(units, price)}, Sure.LIKELY, why, (units, price))


def _product_of(units: Column, price: Column) -> str:
    return f"{syntax.column(units.name)} * {syntax.column(price.name)}"


def _put(part: Part, old: str, new: str, why: str, *more: Column) -> None:
    """Put an expression in the place of another one within an amount, whatever else was put into it."""
    revenue = part.guesses["revenue_cents"]
    changed = revenue.with_text(old, new, f"{revenue.why}; {why}", *more)
    part.guesses["revenue_cents"] = replace(changed, sure=min(revenue.sure, Sure.LIKELY))


def _by_products(part: Part, units: Column, amount: Column) -> str | None:
    """Return "unit" where products cost the same however many are bought, "line" where what one of them costs is the same."""
    product = part.guesses["product_id"].sources if "product_id" in part.guesses else ()
    if len(product) != 1 or not part.looked_at.holds(product[0], units, amount):
        return None
    by_product: dict[str, list[tuple[float, float]]] = defaultdict(list)
    numbers = zip(*(part.looked_at.numbers(c) for c in (units, amount)), strict=True)
    for key, (n, money) in zip(part.looked_at.texts(product[0]), numbers, strict=True):
        if key and n and money and n > 0 and money > 0:
            by_product[key].append((n, money))
    pairs = [  # one after the other, for prices change
        (*one, *other) for rows in by_product.values() for one, other in pairwise(rows) if one[0] != other[0]
    ]
    if sum(len({n for n, _ in rows}) > 1 for rows in by_product.values()) < LEAST_PRODUCTS:
        return None
    same = sum(abs(a - b) < CENT for _, a, _, b in pairs)
    scaled = sum(abs(a / m - b / n) < CENT / min(m, n) + CENT for m, a, n, b in pairs)
    if same >= MOSTLY * len(pairs) and same > scaled:
        return "unit"
    return "line" if scaled >= MOSTLY * len(pairs) and scaled > same else None


def _ask(part: Part, units: Column, amount: Column) -> None:
    """Ask whether an amount is that of one unit, or of all of a line."""
    revenue = part.guesses["revenue_cents"]

    product, name = _product_of(units, amount), syntax.column(amount.name)

    def answer(given: str) -> None:
        if given == "all" and revenue.is_product:
            _put(part, product, name, "of the whole line, as you said")
        elif given == "one" and not revenue.is_product:
            _put(part, name, product, "of one unit, as you said", units)

    text = f"{units.name} is above 1 in some rows: is {amount.name} that of one unit, or of all of its row?"
    part.questions.append(
        Question(syntax.slug(f"amount of {amount.words}"), text, answer, ("one", "all"), columns=(amount.name,))
    )


def _in_packs(part: Part, units: Column, price: Column) -> None:
    """Multiply by the units of a pack where the price is that of a piece; ask where names do not say it of both."""
    fitting = (c for c in part.looked_at.columns if UNITS_OF_A_PACK.fullmatch(c.words) and c.is_number)
    pack = next((c for c in fitting if any(n > 1 for n in c.numbers)), None)
    is_dozen = DOZEN.fullmatch(units.own_words) is not None
    if pack is None and not is_dozen and not PACKS.fullmatch(units.own_words):
        return
    if pack is not None and _counts_pieces(part, units, pack):
        return
    size = syntax.column(pack.name) if pack is not None else "12" if is_dozen else None
    product = _product_of(units, price)

    def answer(given: str) -> None:
        if given == "piece" and size is None:
            raise ValueError(
                f"nothing says how many pieces one of {units.name} holds: export that too, or the amount of each row"
            )
        if given == "piece":
            _put(part, product, f"{product} * {size}", f"times {size}", *([pack] if pack is not None else []))

    if pack is not None and (PACKS.fullmatch(units.own_words) or OF_A_PIECE.fullmatch(price.own_words)):
        _put(part, product, f"{product} * {size}", f"times {pack.name}", pack)
        return
    of = (
        f"{pack.name} says how many pieces a pack holds"
        if pack is not None
        else f"{units.name} seems to count {'dozens' if is_dozen else 'packs'}"
    )
    text = f"{of}: is {price.name} the price of one piece, or of one of {units.name}?"
    part.questions.append(
        Question(syntax.slug(f"price of {price.words}"), text, answer, ("piece", "pack"), columns=(price.name,))
    )


def _counts_pieces(part: Part, units: Column, pack: Column) -> bool:
    """Say whether units are a column of packs times what one holds in nearly all rows: then they are pieces."""
    for packs in part.looked_at.own:
        if packs in {units, pack} or not packs.is_number or packs.is_flag:
            continue
        rows = [row for row in part.looked_at.number_rows(units, packs, pack) if row[0]]
        telling = sum(row[1] not in {0, 1} and row[2] not in {0, 1} for row in rows)
        fitting = sum(abs(row[1] * row[2] - row[0]) < CENT for row in rows)
        if telling >= LEAST_PRODUCTS and fitting >= NEARLY_ALL * len(rows):
            return True
    return False
