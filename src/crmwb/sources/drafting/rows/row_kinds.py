"""Kinds of rows: which are sales, which came back, which are neither, by a column of few values; asked where unknown."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from crmwb.sources import expressions
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question, pairs
from crmwb.sources.drafting.reading import syntax, vocabulary, words
from crmwb.sources.drafting.reading.headers import TOTAL
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.rows import heads, no_business, taking_back

BOUGHT = re.compile(r"(purchase|order|sale|sold|buy|bought|checkout|paid|transaction|kauf|购买|下单|成交).*")
LOOKED = re.compile(r"(.*view|click|search|visit|impression|wish|page|add|remove|.*cart|session|浏览|点击|加购|收藏).*")
NAMED = re.compile(r"type|kind|\w*(art|typ)\b|tipo|类型|category|区分|種別")
DESCRIBED = re.compile(r"description|beschreibung|bezeichnung|descripcion|descricao|descrizione|\btext\b|memo|摘要")
OFFER = re.compile(
    r"angebot\w*|(price |sales )?(quote|quotation|estimate|offer|proposal)|pro ?forma( \w+)?|kostenvoranschlag|devis|presupuesto"
    r"|cotizacion|preventivo|offerte?|orcamento|报价单?|見積書?|delivery note|lieferschein\w*|packing (slip|list)|bon de livraison"
    r"|albaran|pledges?( agreement)?|(spenden)?zusage|promesses?( de don)?|promesa( de donacion)?|认捐|送货单|出库单|mahnung|dunning( letter)?|reminder"
)
ORDERED = re.compile(
    r"(sales |customer |web )?orders?|auftrag\w*|bestellung|order confirmation|commande|pedido|ordine|bestelling|订单|注文|受注"
)
BILLED = re.compile(r"(sales |tax )?invoices?|bill|rechnung\w*|facture|factura|fattura|factuur|fatura|发票|請求書?")
BILLS = re.compile(r"invoice|rechnung|facture|factura|fattura|factuur|bill\b|发票|請求")
SOLD = re.compile(
    r".*\b(sales?|sold|order|purchase|invoice|charge|payment|capture|checkout|receipt|verkauf|rechnung|kauf|bestellung|vente|venta|vendita|verkoop|venda|principal|product|item)\b.*|.*(销售|购买|付款|收费|缴费|売上|販売).*"
)
PART_OF_PRICE = re.compile(
    r"((item|order|product|sales|import|shipping) )?(tax(es)?|vat|gst|mwst|mehrwertsteuer|umsatzsteuer|iva|tva|btw|税|消費税)"
    r"|((city|tourist|tourism|bed|lodging|occupancy|visitor) (tax|levy)|kurtaxe|kurbeitrag|ortstaxe|taxe de sejour|tasa turistica|tassa di soggiorno|toeristenbelasting|住宿税|宿泊税|入湯税)"
    r"|((item|order|product) )?(shipping|postage|freight|delivery|versand(kosten)?|fracht(kosten)?|porto|frais de port|gastos de envio|spedizione|verzendkosten|运费|送料)"
    r"( (charges?|fees?|costs?|amount))?"
)
OF_BOOKINGS = re.compile(  # columns that tell bookings from what takes them back, whatever their values are
    r"(transaction|record|entry|posting|document|movement|voucher|operation|booking) (type|kind|code)|(beleg|vorgangs|buchungs|dokument|bewegungs)(art|typ)"
    r"|type (de )?(transaction|mouvement|piece)|type d operation|tipo (de )?(transaccion|operacion|movimiento|documento|comprobante|operazione|movimento)"
    r"|(业务|交易|单据|记录|凭证)类型|取引(区分|種別)|伝票(区分|種別)"
)
TENDERED = re.compile(  # what was handed over at a till, and given back
    r"(cash )?(tender(ed)?|change( (due|given))?)|gegeben|(wechsel|ruck)geld|(monnaie )?rendue?|recu|entregado|cambio entregado|resto|vuelto|contanti ricevuti|wisselgeld|ontvangen"
    r"|お?預か?り(金)?|お?釣り?(銭)?|つり銭|找零|实收|收款"
)
TEST = re.compile(
    r"(is )?tests?( (order|mode|data|account|((payment|transaction) ?)?(gateway|provider|method|card)?))?( (please )?(ignore|delete))?|sandbox|test(bestellung|auftrag)|prueba|pedido de prueba|测试(订单)?|テスト(注文)?"
)
OF_TESTS = re.compile(r".*\b(mode|modus|environment|env|test|type|kind|typ|art)\b.*")
ANSWERS = {"sale", "return", "none"}
MOSTLY = 0.5
MUCH = 0.3
MOST_KINDS = 20
MOST_SHOWN = 6


def conditions(part: Part, roles: Modifiers, kinds: list[Column]) -> dict[str, str]:
    """Return conditions that keep purchases and what came back of them, with words for each; ask what nothing tells."""
    result: dict[str, str] = {}
    asked = _ask_of_no_business(part, roles)
    for column in kinds:
        values = {value: words.simple(value) for value in column.counts}
        looked = [v for v in values if LOOKED.fullmatch(v.lower()) and words.outcome(v) is not Outcome.CANCELLED]
        bought = [v for v in values if v not in looked and (BOUGHT.fullmatch(v.lower()) or words.came_back(v))]
        is_log = any(BOUGHT.fullmatch(v.lower()) for v in bought)  # of a shop's visitors: views, carts and purchases
        if looked and is_log and not DESCRIBED.search(column.words):
            result[syntax.is_in(column.name, sorted(bought))] = (
                f"of its {column.name}, {', '.join(sorted(bought))} are taken as purchases, and the others left out"
            )
            continue
        other = [v for v, simple in values.items() if _is_other(v, simple)]
        is_described = DESCRIBED.search(column.words) is not None
        much: list[str] = []
        is_row_type = column is roles.get("row_type") or NAMED.search(column.words) is not None or is_described
        if is_described and (perhaps := [v for v in other if not _is_plainly_other(v, values[v])]):
            other = [v for v in other if v not in perhaps]
            if len(perhaps) < len(values):
                ask_to_leave_out(
                    part, column, perhaps, "may be fees, transfers or the like, or goods of that name", "no money"
                )
        if is_row_type and (much := _much(part, column, [v for v in other if not _never_sold(v, values[v])])):
            other = [v for v in other if v not in much]
        if other and len(other) < len(values) and is_row_type:
            result[not_in(column, other)] = (
                f"its {column.name} is {' or '.join(sorted(other))} in {rows(column, other)}: offers, tax, shipping, fees, "
                f"payouts and the like are no sales, and are left out"
            )
        left = {v: simple for v, simple in values.items() if v not in [*other, *asked.get(column.name, [])]}
        result |= _tests(part, column, left)
        if is_row_type:
            _ask_of_documents(part, column, left)
        tells_rows = column is roles.get("row_type") or OF_BOOKINGS.fullmatch(column.words) is not None
        if tells_rows or any(map(words.came_back, left)) or much:
            _ask_of_unknown(part, column, left, much, knows_some=bool(other))
        elif not is_row_type:
            _ask_of_failed(part, column, left)
    return result


def _ask_of_no_business(part: Part, roles: Modifiers) -> dict[str, list[str]]:
    """Ask of rows that sound like vouchers sold, deposits, advances, own firms, staff; return their values by column."""
    skipped = {c.name for name in ("customer_id", "order_id") for c in part.guesses[name].sources}
    skipped |= {c.name for c in roles.by_role.values() if c is not roles.get("row_type")}
    result: dict[str, list[str]] = {}
    for column in part.looked_at.columns:
        if column.name in skipped or column.is_number or column.is_date or column.is_unique:
            continue
        for what, values in no_business.kinds(column.words, column.counts).items():
            if no_business.is_most(what, values, column.counts):
                continue
            ask_to_leave_out(part, column, values, f"sound like {what}", what.partition(",")[0])
            result.setdefault(column.name, []).extend(values)
        blanks = column.n_known < column.n_rows
        values = no_business.own_values(column.counts, blanks=blanks) if len(column.counts) <= MOST_KINDS else []
        if own := [v for v in values if not TEST.fullmatch(words.simple(v))]:
            own = values if len(values) == len(column.counts) else own
            ask_to_leave_out(part, column, own, "sound like your own company, its people or tests", "own")
            result.setdefault(column.name, []).extend(own)
        elif blanks and column.counts and all(TEST.fullmatch(words.simple(v)) for v in column.counts):
            ask_to_leave_out(part, column, sorted(column.counts), "sound like tests")
            result.setdefault(column.name, []).extend(column.counts)
    return result


def not_in(column: Column, values: list[str]) -> str:
    """Return the condition that a column holds no such value."""
    return f"({syntax.column(column.name)} is null or not {syntax.is_in(column.name, sorted(values))})"


def rows(column: Column, values: list[str]) -> str:
    """Return in how many rows a column holds one of some values, in words."""
    n = sum(column.counts[value] for value in values)
    return f"{n:,} {'row' if n == 1 else 'rows'}"


def is_asked(part: Part, labels: Sequence[str | None]) -> bool:
    """Say whether a question asks already about rows that a column's labels tell apart: it, or one that tells them."""
    own = {c.name: c for c in part.looked_at.own}
    asked = [
        [text if not q.rows_with or text in q.rows_with else "other" for text in part.looked_at.texts(own[n])]
        for q in part.questions
        for n in q.columns
        if n in own
    ]
    known = [["known" if text else None for text in texts] for texts in asked]
    few = [texts for texts in asked if len(set(texts)) <= MOST_KINDS]
    return any(is_told_by(labels, texts) for texts in (*few, *known))


def is_told_by(labels: Sequence[str | None], texts: Sequence[str | None]) -> bool:
    """Say whether what stands in a column tells the label of each row, and so splits them at least as finely."""
    return len(set(labels)) > 1 and len(set(zip(texts, labels, strict=False))) == len(set(texts))


def leave_out(part: Part, condition: str) -> None:
    """Leave rows out of a part, and of those made of the same rows."""
    for each in (part, *part.twins):
        each.keep_rows(condition)
    for each in part.refunds:
        each.keep_rows(expressions.renamed(condition, each.through))
    for lines in part.lines:
        lines.leave_out(condition)
    heads.fill_down(part, condition)


def _much(part: Part, column: Column, values: Sequence[str]) -> list[str]:
    """Return values whose amounts, above zero, are much of all that is above zero: words alone do not leave them out."""
    amount = part.guesses["revenue_cents"].sources
    if len(amount) != 1 or not values or not {amount[0], column} <= set(part.looked_at.own):
        return []
    rows = zip(part.looked_at.texts(column), part.looked_at.numbers(amount[0]), strict=True)
    of_value: dict[str, float] = defaultdict(float)
    for text, number in rows:
        if text and number and number > 0:
            of_value[text] += number
    total = sum(of_value.values())
    return sorted(v for v in values if of_value[v] > MUCH * total) if total else []


def _is_other(value: str, simple: str) -> bool:
    if words.came_back(value) or (words.brings_no_money(value) and BILLS.search(simple)):
        return False
    return words.brings_no_money(value) or _is_plainly_other(value, simple)


def _is_plainly_other(value: str, simple: str) -> bool:
    """Say whether a value as a whole names an offer, a part of a price, what was tendered, or a total."""
    is_part = OFFER.fullmatch(simple) or PART_OF_PRICE.fullmatch(simple) or TENDERED.fullmatch(simple)
    return bool(is_part) or TOTAL.fullmatch(value.strip()) is not None


def _never_sold(value: str, simple: str) -> bool:
    """Say whether a value as a whole names what is never sold, unlike freight, which a haulier sells."""
    return PART_OF_PRICE.fullmatch(simple) is None and _is_plainly_other(value, simple)


def _tests(part: Part, column: Column, values: dict[str, str]) -> dict[str, str]:
    """Return the condition that leaves tests out; of a column whose name says nothing of tests, ask."""
    out = [v for v, simple in values.items() if TEST.fullmatch(simple)]
    if not out or len(out) == len(values):
        return {}
    if OF_TESTS.fullmatch(column.words):
        return {not_in(column, out): f"left out as tests by {column.name}: {rows(column, out)}"}
    ask_to_leave_out(part, column, out, "sound like tests")
    return {}


def _ask_of_failed(part: Part, column: Column, values: dict[str, str]) -> None:
    """Ask of values that sound like orders that failed, in a column whose name does not say that it is a status."""
    if vocabulary.OF_A_PERSON.search(column.words):
        return  # "Floor copies" among last names is no status
    failed = [v for v in values if words.outcome(v) in {Outcome.CANCELLED, Outcome.UNPAID}]
    n = sum(column.counts[v] for v in failed)
    unknown = [v for v in values if words.outcome(v) is Outcome.UNKNOWN]
    if failed and unknown and n <= MOSTLY * column.n_known:
        ask_of_kinds(part, column, sorted([*failed, *unknown]), "some of these sound like orders that are no sales")
    elif failed and n <= MOSTLY * column.n_known:
        ask_to_leave_out(part, column, failed, "sound like orders that are no sales")


def ask_to_leave_out(part: Part, column: Column, values: list[str], why: str, what: str = "no sales") -> None:
    """Ask whether rows count in which a column is one of some values; `why` goes on from "rows, which"."""
    text = f"{column.name} is {few(values)} in {rows(column, values)}, which {why}: leave these rows out, or keep them?"
    ask_to_keep(part, f"{column.words} {what}", text, not_in(column, values), (column,))


def ask_to_keep(
    part: Part,
    key: str,
    text: str,
    condition: str,
    columns: Sequence[Column],
    *,
    rows_with: tuple[str | None, ...] = (),
) -> None:
    """Ask whether only rows of a condition count (`leave_out`: the others are left out), or all (`keep`).

    Parameters
    ----------
    part : Part
        What is asked about.
    key, text : str
        The question's key, in words, and the question.
    condition : str
        Holds in the rows that count in any case.
    columns : sequence of Column
        Those asked about.
    rows_with : tuple of str or None
        As in `Question`.
    """

    def answer(given: str) -> None:
        if given == "leave_out":
            leave_out(part, condition)

    names = tuple(column.name for column in columns)
    question = Question(syntax.slug(key), text, answer, ("leave_out", "keep"), columns=names, rows_with=rows_with)
    part.questions.append(question)


def few(values: Sequence[str]) -> str:
    """Return values for a person, the first of many."""
    shown = " or ".join(map(repr, sorted(values)[:MOST_SHOWN]))
    return f"{shown} or another of {len(values):,} such values" if len(values) > MOST_SHOWN else shown


def _ask_of_documents(part: Part, column: Column, values: dict[str, str]) -> None:
    """Ask which documents count, where the same sale stands as an order and again as an invoice."""
    ordered = [v for v, simple in values.items() if ORDERED.fullmatch(simple)]
    billed = [v for v, simple in values.items() if BILLED.fullmatch(simple)]
    if not ordered or not billed:
        return

    def answer(given: str) -> None:
        if given != "both":
            out = billed if given == "orders" else ordered
            leave_out(part, not_in(column, out))
            part.remarks.append(
                f"its {column.name} is {' or '.join(out)} in {rows(column, out)}: left out, as you said"
            )

    text = (
        f"{column.name} tells orders ({', '.join(ordered)}) from invoices ({', '.join(billed)}): where one sale stands as "
        f"both, it would count twice. Which of them count?"
    )
    part.questions.append(Question("documents", text, answer, ("invoices", "orders", "both"), columns=(column.name,)))


def _ask_of_unknown(
    part: Part, column: Column, values: dict[str, str], much: Sequence[str], *, knows_some: bool
) -> None:
    """Ask of kinds of rows of which no word of ours says anything, where others are plainly kinds of rows.

    Of `much`, words say that it is no sale, and its money that it may well be.
    """
    plain = [
        v
        for v, s in values.items()
        if not words.brings_no_money(v)
        and (words.came_back(v) or SOLD.fullmatch(s) or ORDERED.fullmatch(s) or BILLED.fullmatch(s))
    ]
    sent = _below_zero(part, column, [v for v in plain if not words.came_back(v)])
    plain = [v for v in plain if v not in sent]
    unknown = sorted(v for v in values if v in sent or (v not in plain and words.outcome(v) is Outcome.UNKNOWN))
    unknown += sorted(
        v for v in values if v not in [*plain, *unknown] and words.outcome(v) in {Outcome.CANCELLED, Outcome.UNPAID}
    )
    unknown += [v for v in much if v not in unknown]
    is_told = bool(part.guesses["is_return"].sources)
    is_plainly = OF_BOOKINGS.fullmatch(column.words) is not None and len(column.counts) > 1 and not is_told
    if unknown and (plain or knows_some or is_plainly or much):
        back = sorted(v for v in plain if words.came_back(v))
        known = f" ({few(back)}: taken as returns)" if back else ""
        ask_of_kinds(part, column, unknown, f"nothing tells what these are{known}")


def _below_zero(part: Part, column: Column, values: Sequence[str]) -> set[str]:
    """Return those values of which every amount is below zero, where amounts of others are above: money that was paid out."""
    amount = part.guesses["revenue_cents"].sources
    if len(amount) != 1 or not part.looked_at.holds(column, amount[0]):
        return set()
    signs: dict[str | None, set[bool]] = {}
    for text, n in zip(part.looked_at.texts(column), part.looked_at.numbers(amount[0]), strict=True):
        if n:
            signs.setdefault(text, set()).add(n > 0)
    is_mixed = any(True in each for each in signs.values())
    return {v for v in values if is_mixed and signs.get(v) == {False}}


def ask_of_kinds(
    part: Part, column: Column, values: Sequence[str], why: str, then: Sequence[Callable[[Part], None]] = ()
) -> None:
    """Ask which values of a column are sales, which returns, and which neither; what follows where some are returns."""

    def answer(given: str) -> None:
        said_of = pairs(given) if given != "sales" else {}
        if strange := sorted(set(said_of) - set(column.counts)):
            raise ValueError(
                f"{column.name} is never {strange[0]!r}; write VALUE=sale, VALUE=return or VALUE=none, or sales"
            )
        if strange := sorted(set(said_of.values()) - ANSWERS):
            raise ValueError(f"{strange[0]!r} is none of sale, return and none")
        if out := [v for v, what in said_of.items() if what == "none"]:
            leave_out(part, not_in(column, out))
        if sold := sorted(v for v, what in said_of.items() if what == "sale" and words.came_back(v)):
            taking_back.keep_as_sales(part, column, sold)
        if back := sorted(v for v, what in said_of.items() if what == "return"):
            taking_back.of_kinds(part, column, back)
            for each in then:
                each(part)

    others = ", ".join(sorted(set(column.counts) - set(values))) if len(column.counts) <= MOST_KINDS else ""
    text = (
        f"{column.name} is {' or '.join(map(repr, values))} in {rows(column, list(values))}, and {why}: "
        f"write VALUE=return, VALUE=none (no sale) or VALUE=sale, several by commas, or sales where all of them are.{f' Its other values: {others}.' if others else ''}"
    )
    part.questions.append(
        Question(
            syntax.slug(f"kinds of {column.words}"),
            text,
            answer,
            default="sales",
            columns=(column.name,),
            values=tuple(column.counts),
        )
    )
