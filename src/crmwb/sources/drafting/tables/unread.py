"""Columns of few values of which a draft reads nothing: asked about where the rows show that they matter, else named."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from collections import Counter, defaultdict

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import charged_shares, identities, money, taken_off, unread_numbers
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.modifier_words import MODIFIERS
from crmwb.sources.drafting.reading.profile import FALSE, Column
from crmwb.sources.drafting.reading.vocabulary import NAMES_OF_PEOPLE, PRODUCTS, TRANSACTIONS, matches
from crmwb.sources.drafting.rows import (
    below_zero,
    cancelling,
    codes_of_rows,
    journals,
    references,
    row_kinds,
    without_money,
)

MOST_KINDS = 20
LEAST_REPEATS = 3  # rows for each value
LEAST_GROUPS = 5
NEARLY_ALL = 0.9
MOST_CODES = 8
LONGEST_CODE = 3
NUMBERED = "nothing tells what these numbers stand for: some may be orders that are no sales"
PLAINLY = 2  # how well a name must match
DID_NOT = re.compile(
    r"\b(not|non|no|nicht|kein\w*|never|niet|pas|nao|nie)\b|\b(no ?shows?|absent\w*|missed|dropped|withdrawn|nicht erschienen)\b|未|没"
)
KIND_OF_ROW = re.compile(  # of a line, or of who pays: no way to pay, and no place in a document
    r"(pos(ition)?s?|item|line|row|record|entry|pay|payer|payor|charge|billing) ?(type|art|typ|kind|tp)|(positions|zeilen|satz|buchungs)art|type de (ligne|poste)|tipo (de )?(linea|linha|riga|posicion)"
)
LEAST_CODE = 100  # of numbers: smaller ones count something
MOST_MIRRORED = 4
MOST_PRICES = 2  # of one product
PLANNED = re.compile(
    r"budget\w*|forecast\w*|plan\w*|target|outlook|simulation|scenario|vorschau|prognose|soll|ziel\w*|previsions?|presupuesto|prevision|previsto|begroting"
    r"|预算|计划|预测|目标|予算|計画|予測|예산|계획"
)
NUMBER_OF = re.compile(r" (id|no|nr|num|number|code|key|nummer)$")
DISPUTED = re.compile(
    r".*\b(disputed?|charge ?backs?|charged back|contested|fraud\w*|lost|reklamiert|bestritten|betrug|conteste\w*|impugnad\w*|disputad\w*)\b.*|.*(拒付|争议|欺诈).*"
)
FREE = re.compile(
    r".*\b(billable|chargeable|waived|written off|pro bono|abrechenbar|verrechenbar|erlassen|facturable|fatturabile|free|complimentary|gratis|kostenlos|gratuite?|samples?|muster|giveaway|comp|internal|interne?|interno|dummy|demo|training|staff|own use|intercompany|omaggi[oo]?|campion[ei]|muestra|regalo"
    r"|echantillon|cadeau|(proef)?monster|probka|gratisy?|amostra|brinde)\b.*|.*(免费|赠品|样品|试用|内部|無料|サンプル|見本|社内).*"
)
TELLS_SOMETHING_ELSE = re.compile(
    r".*\b(pay|payment|tender|zahl\w*|paiement|pago|pagamento|betaal\w*|ship\w*|deliver\w*|versand\w*|liefer\w*|carrier|device|browser|platform|lang\w*|sprache|country|land|pays|pais"
    r"|state|province|region|area|zone|gender|sex|geschlecht|priority|channel|kanal|store|shop|branch|filiale|outlet|location|warehouse|lager|plant|werk|sales ?(person|rep|man)|rep|agent|owner|team"
    r"|segment|discount|rabatt|voucher|gutschein|class|klasse|group|gruppe|size|colou?r|farbe|brand|marke|season|currency|wahrung|terms|source|medium|campaign|coupon|promo\w*|category|department|tax (code|class|rate)|uom|unit|units|einheit|me"
    r"|line|line no|pos|position|item|month|year|quarter|week|day|weekday|hour|incoterms?|company|firma|division|org\w*)\b.*"
    r"|.*(支付|付款|支払|配送|物流|快递|渠道|来源|地区|省|国家|性别|门店|店铺|仓库|部门|颜色|尺码|品牌|类别)(方式|方法)?.*"
)


def ask(parts: list[Part]) -> None:
    """Ask of columns that may tell which rows are sales, by what the rows show; name the others.

    Parameters
    ----------
    parts : list of Part
        All parts of a draft; questions and remarks are put into those of purchases.
    """
    read = {c.name for p in parts for guess in p.guesses.values() for c in guess.sources}
    sold = {c.name for p in parts if p.table == "transactions" for guess in p.guesses.values() for c in guess.sources}
    seen: list[Part] = []
    for part in (p for p in parts if p.table == "transactions" and p.profile is not None and not p.is_stand_in):
        if any(part.profile is other.profile for other in seen):
            continue
        seen.append(part)
        if any(question.key == journals.KEY for question in part.questions):
            continue  # accounts tell which rows are sales
        condition = part.condition
        roles = modifiers.find(part.looked_at)
        known = read | roles.columns
        currency = roles.get("currency")
        left = [
            c for c in part.looked_at.own
            if c is not currency and c.name not in condition and (c.name not in read or (c.name not in sold and _is_code(c)))
        ]  # fmt: skip
        kinds = [c for c in part.looked_at.own if c.name not in read and c is not currency and _may_be_a_kind(part, c)]
        if not cancelling.ask(part):
            below_zero.ask(part, kinds)
        never_paid = without_money.ask(part, [c for c in left if _may_be_numbered(part, c)])
        asked = [
            c for c in left if c is never_paid or _ask(part, c) or (c.name not in known and _ask_of_number(part, c))
        ]
        asked += [c for c in left if any(c.name in question.columns for question in part.questions)]
        _ask_of_joined(part, condition)
        unread = [c.name for c in left if c not in asked and c.name not in read and _may_tell(c)]
        if unread:
            part.remarks.append(
                f"not read: {', '.join(unread)}; where one of them tells what is no sale, write a filter"
            )
        numbers = [
            c.name
            for c in left
            if c not in asked
            and c.name not in [*known, *unread]
            and unread_numbers.may_matter(c)
            and not _is_price(part, c)
        ]
        if numbers:
            part.remarks.append(
                f"numbers not read: {', '.join(numbers)}; where one of them is money of customers too, or is to be taken off, "
                f"revenue is wrong by it: write it into revenue_cents as an expression"
            )


def _is_price(part: Part, column: Column) -> bool:
    """Say whether a column is a price that is in the amount already."""
    return not part.guesses["revenue_cents"].is_product and matches(column.words, TRANSACTIONS["unit_price"]) > 0


def _ask_of_number(part: Part, column: Column) -> bool:
    return any(each.ask(part, column) for each in (charged_shares, taken_off, unread_numbers))


def _may_tell(column: Column) -> bool:
    """Say whether a column could tell kinds of rows apart: a few values that come again, and no names of people."""
    is_mark = column.is_flag and 0 < column.n_known < column.n_rows
    return (not column.is_number or column.is_flag) and (_is_of_few(column) or is_mark)


def _ask_of_joined(part: Part, condition: str) -> None:
    """Ask of columns of files that are joined, such as that of the orders, whose codes tell what is no sale."""
    for column in part.looked_at.columns:
        if part.looked_at.holds(column) or column.name in condition:
            continue
        if _is_numbered_status(column):
            row_kinds.ask_of_kinds(part, column, sorted(column.counts), NUMBERED)
        elif codes_of_rows.tell_cancelled(column):
            row_kinds.ask_of_kinds(part, column, sorted(column.counts), codes_of_rows.CANCELLED)


def _is_of_few(column: Column) -> bool:
    is_plain = not (column.is_date or NAMES_OF_PEOPLE.fullmatch(column.words))
    repeats = column.n_known >= LEAST_REPEATS * len(column.counts)
    return is_plain and 1 < len(column.counts) <= MOST_KINDS and repeats


def _ask(part: Part, column: Column) -> bool:
    """Ask of a column that matters by what stands in the rows; say whether it did."""
    why = codes_of_rows.CANCELLED if codes_of_rows.tell_cancelled(column) else _why(part, column)
    if why is not None:
        is_corrected = _is_mirrored(part, column) or _is_mark(part, column)
        then = (references.count_with_what_they_correct,) if is_corrected else ()
        row_kinds.ask_of_kinds(part, column, sorted(column.counts), why, then)
    return why is not None


def _why(part: Part, column: Column) -> str | None:
    """Return why a column is asked about; None where nothing says that it matters."""
    if _is_mark(part, column):
        return "the others are blank: such a mark may tell what was deleted or cancelled"
    if (
        len(column.counts) <= MOST_KINDS
        and 0 < column.n_known < column.n_rows
        and words.REASON.fullmatch(column.words)
        and not _is_of_left_out(part, column)
    ):
        return "such reasons may tell what came to nothing"
    if column.is_flag and FREE.fullmatch(column.words) and len(column.counts) > 1 and _brings_money(part, column):
        return "what is given away brings nothing"
    has_money = (refund := modifiers.find(part.looked_at).get("refund")) is not None and any(refund.numbers)
    if (
        column.is_flag
        and column.true_values
        and not has_money
        and (taken_off.is_named(column) or DISPUTED.fullmatch(column.words))
        and not taken_off.UNITS.fullmatch(column.words)
    ):
        return "such a flag may tell what came back or was cancelled"
    if not _is_of_few(column) or _is_of(part, column) or row_kinds.is_asked(part, part.looked_at.texts(column)):
        return None
    codes = modifiers.codes(column) if any(map(words.is_plainly_a_currency, column.counts)) else Counter[str]()
    planned = sorted(v for v in column.counts if PLANNED.fullmatch(words.simple(v)))
    is_named = column in modifiers.find(part.looked_at).by_role.values() or matches(
        column.words, TRANSACTIONS["revenue_cents"]
    )
    is_money = column.is_number and bool(is_named)
    names_other = TELLS_SOMETHING_ELSE.fullmatch(column.words) and not KIND_OF_ROW.fullmatch(column.words)
    is_code = _is_code(column) and not is_money and not names_other
    above = part.looked_at.filled.columns if part.looked_at.filled else ()
    is_foreign = any(_is_unknown(c) and c.name not in above for c in part.looked_at.own) and not column.is_number
    has_returns = bool(part.guesses["is_return"].sources)
    reasons = (
        (
            0 < codes.total() < column.n_known and (len(codes) > 1 or 2 * codes.total() > column.n_known),
            f"amounts in {' and '.join(sorted(codes))} and in other units are no one sum",
        ),
        (0 < len(planned) < len(column.counts), f"{' and '.join(planned)} may be plans, which are no sales"),
        (
            _is_mirrored(part, column),
            "nearly every day of a customer has as many rows of each, as where the same business is told several times",
        ),
        (
            _is_status(column),
            "of such a status, a value that says what did not happen may tell what is no sale",
        ),
        (
            _is_numbered_status(column) and not _is_told_by_filter(part, column),
            NUMBERED,
        ),
        (is_code and not has_returns, "no amount is below zero, so that such codes may tell returns from sales"),
        (
            is_code and has_returns and codes_of_rows.tell_signs(part, column),
            "it tells amounts above zero from those below, which may be returns, or payments of what was sold",
        ),
        (is_code and has_returns and codes_of_rows.tell_returns(part, column), "one of them is that of the returns"),
        (
            is_foreign
            and not TELLS_SOMETHING_ELSE.fullmatch(column.words)
            and not matches(column.words, PRODUCTS["name"])
            and not _has_prices(part, column),
            "nothing tells what these are, for the words of this file are not all known",
        ),
    )
    return next((why for holds, why in reasons if holds), None)


def _is_unknown(column: Column) -> bool:
    """Say whether only a person could say what a column is, and not its name too."""
    own = re.sub(r" \d+$", "", column.own_words)  # of columns whose name stands twice
    return column.called is not None and not any(
        matches(own, each) and matches(column.called, each) for each in TRANSACTIONS.values()
    )


def _brings_money(part: Part, column: Column) -> bool:
    """Say whether any row that a flag marks brings something, as far as that is known."""
    amount = part.guesses["revenue_cents"].sources
    if not amount or any(c not in part.looked_at.own for c in amount):
        return True
    rows = zip(part.looked_at.texts(column), money.of_rows(part), strict=True)
    return any(number for text, number in rows if text in column.true_values)


def _is_of_left_out(part: Part, column: Column) -> bool:
    """Say whether a column that the filter names tells in which rows another is known: why orders failed, say."""
    condition = part.condition
    labels = ["known" if text else None for text in part.looked_at.texts(column)]
    named = (c for c in part.looked_at.own if syntax.column(c.name) in condition and len(c.counts) <= MOST_KINDS)
    return any(row_kinds.is_told_by(labels, part.looked_at.texts(c)) for c in named)


def _is_mark(part: Part, column: Column) -> bool:
    """Say whether a column holds one short mark in a few rows, and nothing in the others."""
    is_one = len(column.counts) == 1 and 0 < column.n_known * 2 < column.n_rows
    if (
        not is_one
        or "%" in column.name
        or len(next(iter(column.counts))) > LONGEST_CODE
        or TELLS_SOMETHING_ELSE.fullmatch(column.words)
    ):
        return False
    texts, order = part.looked_at.texts(column), part.guesses["order_id"].sources
    orders = part.looked_at.texts(order[0]) if len(order) == 1 else []
    marked = {key for key, text in zip(orders, texts, strict=False) if text}
    says_no = next(iter(column.counts)).lower() in FALSE
    is_head = bool(orders) and marked == set(orders)  # stands on one line of every order
    return not (says_no or is_head or column.is_date or _is_of(part, column) or row_kinds.is_asked(part, texts))


def _is_of(part: Part, column: Column) -> bool:
    """Say whether a column says something of customers, products or stores rather than of the row."""
    texts = part.looked_at.texts(column)
    for name in ("customer_id", "product_id", "store_id", "channel"):
        sources = part.guesses[name].sources if name in part.guesses else ()
        if len(sources) != 1 or not (keys := part.looked_at.texts(sources[0])):
            continue
        by_key: dict[str | None, set[str | None]] = defaultdict(set)
        for key, text in zip(keys, texts, strict=True):
            by_key[key].add(text)
        if len(by_key) < len(texts) and all(len(values) == 1 for values in by_key.values()):
            return True
    return False


def _has_prices(part: Part, column: Column) -> bool:
    """Say whether a column names goods: by the numbers there is a price of a unit, and one or two for each of its values."""
    line = identities.line(part.looked_at)
    if line is None:
        return False
    by_value: dict[str | None, set[float | None]] = defaultdict(set)
    for text, price in zip(part.looked_at.texts(column), part.looked_at.numbers(line.price), strict=True):
        by_value[text].add(price)
    n_few = sum(len(prices) <= MOST_PRICES for prices in by_value.values())
    return len(by_value) >= LEAST_GROUPS and n_few >= NEARLY_ALL * len(by_value)


def _is_mirrored(part: Part, column: Column) -> bool:
    """Say whether nearly every day of a customer has as many rows of each value of a column, in orders of their own.

    Where the column is blank in other rows, they may be of one order, as what was billed and what should have been.
    """
    who, when, order = (part.guesses[name].sources for name in ("customer_id", "ordered_at", "order_id"))
    if len(who) != 1 or len(when) != 1 or not 1 < len(column.counts) <= MOST_MIRRORED:
        return False
    if not part.looked_at.holds(who[0], when[0]):
        return False
    if column.n_known == column.n_rows and len(order) == 1 and not order[0].is_unique:  # lines of one order
        return False
    days = [text and text[:10] for text in part.looked_at.texts(when[0])]
    groups: dict[tuple[str | None, str | None], Counter[str | None]] = defaultdict(Counter)
    rows = zip(part.looked_at.texts(who[0]), days, part.looked_at.texts(column), strict=False)
    for customer, day, label in rows:
        if label is not None:
            groups[customer, day][label] += 1
    even = sum(len(c) == len(column.counts) and len(set(c.values())) == 1 for c in groups.values())
    return len(groups) >= LEAST_GROUPS and even >= NEARLY_ALL * len(groups)


def _may_be_a_kind(part: Part, column: Column) -> bool:
    """Say whether a column may tell kinds of rows, and says nothing of customers, products, ways to pay or why."""
    is_text = not (column.is_number or column.is_date or NAMES_OF_PEOPLE.fullmatch(column.words))
    names_other = TELLS_SOMETHING_ELSE.fullmatch(column.words) or words.REASON.fullmatch(column.words)
    return is_text and not names_other and not _is_of(part, column)


def _may_be_numbered(part: Part, column: Column) -> bool:
    """Say whether a column may tell kinds of rows by words or by numbers."""
    if _is_numbered_status(column):
        return True
    is_other = column.is_date or NAMES_OF_PEOPLE.fullmatch(column.words) or TELLS_SOMETHING_ELSE.fullmatch(column.words)
    return (column.is_flag or not column.is_number) and not is_other and not _is_of(part, column)


def _is_numbered_status(column: Column) -> bool:
    """Say whether a column is called a status, and holds numbers that stand for states."""
    name = NUMBER_OF.sub("", column.words)
    is_called = matches(name, MODIFIERS["status"]) == PLAINLY
    return is_called and column.is_number and not column.is_flag and all(n == int(n) for n in column.numbers)


def _is_told_by_filter(part: Part, column: Column) -> bool:
    """Say whether the filter names a column that tells another."""
    condition = part.condition
    read = (c for c in part.looked_at.own if syntax.column(c.name) in condition and len(c.counts) <= MOST_KINDS)
    return any(row_kinds.is_told_by(part.looked_at.texts(column), part.looked_at.texts(c)) for c in read)


def _is_status(column: Column) -> bool:
    """Say whether a column is called a status, and some of its values say what did not happen: Not attending, no show."""
    is_called = matches(column.words, MODIFIERS["status"]) == PLAINLY and not TELLS_SOMETHING_ELSE.fullmatch(
        column.words
    )
    return is_called and any(DID_NOT.search(words.simple(v)) for v in column.counts)


def _is_code(column: Column) -> bool:
    """Say whether a column holds a few short codes, or a few numbers that count nothing."""
    if len(column.counts) > MOST_CODES or column.is_flag:
        return False
    if column.is_number:
        return all(n == int(n) and n >= LEAST_CODE for n in column.numbers)
    return all(
        len(value) <= LONGEST_CODE and value.isascii() and words.outcome(value) is words.Outcome.UNKNOWN
        for value in column.counts
    )
