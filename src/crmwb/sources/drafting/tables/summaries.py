"""Files with one row per customer, summed up elsewhere: what each spent, how often, when last, and in which categories."""

# ruff: noqa: E501 - a list of names is easier to read in one line

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.amounts import styles
from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure, best, fill, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import Patterns, matches

ALL = r"(total|lifetime|life time|overall|all time|cumulative|accumulated|sum of|gesamt|累计|总)"
SUMMARIES: dict[str, Patterns] = {
    "revenue_cents": (rf"({ALL} ?)(spent|spend|spending|sales|revenue|turnover|purchases?( (value|amount))?|order(s)? (value|amount)|amount( spent)?|umsatz|消费(金额|额)?|购买金额|消费总额)( (value|amount))?|monetary( value)?|amount spent|money spent|gesamtumsatz|消费总额|累计消费金额", r"(spent|spending)"),
    "n_orders": (rf"({ALL} |number of |num |n |count of )(of )?(orders?|purchases?)( count)?|(orders?|purchases?) count|orders|frequency|(anzahl )?bestellungen|(累计)?(订单|购买|消费)(数|数量|次数)", r"purchases"),
    "days_since_last": (r"recency( days)?|days since (the )?(last|latest) (order|purchase|visit|transaction)|days since last|tage seit (der )?letzte[rmn]? (bestellung|kauf)|(距)?(最近|上次)(一次)?(购买|消费)天数", r"inactive days"),
    "tenure_days": (r"(tenure|age|customer age) (in )?days|days as customer", r"days since (first|sign ?up).*"),
    "clv_cents": (r"(clv|cltv|ltv|customer lifetime value|lifetime value|客户终身价值)", r"customer value"),
    "n_complaints": (r"(number of |num |n )?(complain|complaints?|beschwerden?)|投诉(次数)?", r"claims"),
}  # fmt: skip
LAST = rf"(date of )?(the )?(last|latest|letzte[rn]?) (order|purchase|transaction|sale|bestellung|kauf)( ?{vocabulary.DATE})?|(最近|最后|上次)(一次)?(购买|消费|下单)({vocabulary.DATE})?"
SINCE = r"dt customer|(customer since|sign ?up|registered|registration|joined|acquired|kunde seit|first seen|created)( (date|on|at))?|注册(日期|时间)"
CAMPAIGN = re.compile(
    r"(accepted|responded|answered)( (cmp|campaign|offer))? ?\d+|(cmp|campaign) ?\d+( (accepted|response|responded))?"
)
LAST_CAMPAIGN = re.compile(r"response|accepted (last|latest)( campaign)?")
OF_CATEGORY = re.compile(
    r"(mnt|amt|amount|spend|spent|spending|sales|revenue|umsatz|ausgaben)( (on|in|of|for))? (?P<name>.+)"
)
OF_CHANNEL = re.compile(r"(num|number of|n) (?!.*(deal|discount|promo|visit))(?P<name>\w+) (purchases|orders)")
PARTS_OF_ALL = re.compile(r"(total|all|overall|sum|regular|avg|average|mean|max|min|last|first|prods?|products?)( .*)?")
LEAST_SIGNS = 2
CENT = 0.015
FEW = 0.05
MOST_CATEGORIES = 40


def summaries(profile: Profile) -> list[Part]:
    """Take a file as customers summed up that names each customer once and tells two things or more of their purchases.

    A file with orders, or a day of each row's purchase, is none. What is taken may be spending (in all or by category),
    orders (in all or by channel), the last purchase (a day or days ago) and a given customer value.
    """
    who = best(profile.columns, (vocabulary.CUSTOMER, vocabulary.PERSON + "|id"), Kind.ID)
    if who is None or not who.sources[0].is_unique or _has_orders(profile):
        return []
    others = [c for c in profile.columns if c is not who.sources[0]]
    result = fill(TABLES["customer_summaries"], others, SUMMARIES)
    read = {c.name for guess in result.values() for c in guess.sources}
    by_category = _named([c for c in others if c.name not in read], OF_CATEGORY)
    by_channel = {} if "n_orders" in result else _named(others, OF_CHANNEL)
    last = best(others, (LAST, LAST), Kind.DATE) if "days_since_last" not in result else None
    signs = result.keys() & {"revenue_cents", "n_orders", "days_since_last", "clv_cents"}
    if len(signs) + bool(by_category) + bool(by_channel) + (last is not None) < LEAST_SIGNS:
        return []
    result["customer_id"] = who
    stated = result.get("revenue_cents")
    if by_category and stated is None:
        result["revenue_cents"] = _sum(list(by_category.values()), "the sum over categories")
    if by_channel:
        result["n_orders"] = _sum(list(by_channel.values()), "the sum over channels")
    result |= _answers(others)
    part = _part(profile, result, last, best(others, (SINCE, SINCE), Kind.DATE))
    if by_category and stated is not None:
        part.remarks += _compared(profile, stated.sources[0], list(by_category.values()))
    return [part, *_categories(profile, who, by_category)]


def _compared(profile: Profile, total: Column, parts: list[Column]) -> list[str]:
    """Say where the categories of customers do not come to what is stated of them in all."""
    rows = profile.number_rows(total, *parts)
    off = sum(abs(whole - sum(rest)) > CENT for whole, *rest in rows)
    if off <= FEW * len(rows):
        return []
    names = ", ".join(c.name for c in parts)
    text = (
        f"{names} do not come to {total.name} in {off:,} of {len(rows):,} rows: {total.name} is the revenue, and they say what it "
        f"was spent on; where that is wrong, change revenue_cents"
    )
    return [text]


def _has_orders(profile: Profile) -> bool:
    """Whether a file plainly has numbers of orders, or the day of a purchase that is not the last."""
    order, day = vocabulary.TRANSACTIONS["order_id"], vocabulary.TRANSACTIONS["ordered_at"]
    is_order = any(matches(c.words, order) == 2 and not c.is_number for c in profile.columns)
    return is_order or any(
        c.is_date and matches(c.words, day) == 2 and not re.fullmatch(SINCE, c.words) for c in profile.columns
    )


def _named(columns: list[Column], pattern: re.Pattern[str]) -> dict[str, Column]:
    """Return columns of numbers that are called like parts of one sum, by the name of the part."""
    result = {}
    for column in columns:
        match = pattern.fullmatch(column.words)
        if match and column.is_number and not PARTS_OF_ALL.fullmatch(match["name"]):
            result[match["name"]] = column
    return result if 1 < len(result) <= MOST_CATEGORIES else {}


def _sum(columns: list[Column], why: str) -> Guess:
    expression = " + ".join(f"coalesce(number({syntax.column(c.name)}), 0)" for c in columns)
    return Guess({"expression": expression}, Sure.LIKELY, why, tuple(columns))


def _answers(columns: list[Column]) -> dict[str, Guess]:
    """Return how many campaigns customers answered, of those that the file has a column for."""
    answered = [c for c in columns if CAMPAIGN.fullmatch(c.words) and set(c.counts) <= {"0", "1"}]
    if not answered:
        return {}
    answered += [c for c in columns if LAST_CAMPAIGN.fullmatch(c.words) and set(c.counts) <= {"0", "1"}]
    why = f"{len(answered)} columns of campaigns"
    received = Guess({"constant": len(answered)}, Sure.GUESS, f"{why}, which all customers may have received")
    return {"n_campaigns_received": received, "n_campaigns_answered": _sum(answered, why)}


def _part(profile: Profile, result: dict[str, Guess], last: Guess | None, since: Guess | None) -> Part:
    """Return the summaries, and ask on which day they were written: everything in them is as of that day."""
    part = Part("customer_summaries", syntax.file_options(profile), {}, profile)

    def answer(given: str) -> None:
        day = date.fromisoformat(given).isoformat()  # ValueError: "Invalid isoformat string"
        guesses = {**result, "summarised_on": Guess({"constant": day}, Sure.SURE, "you said so")}
        for name, of in (("days_since_last", last), ("tenure_days", since)):
            if of is not None and name not in result:
                guesses[name] = _days(of, day)
        part.guesses = {c.name: guesses[c.name] for c in TABLES["customer_summaries"].columns if c.name in guesses}
        styles.write_numbers(part)

    latest = _latest(profile)
    answer(latest or "2000-01-01")
    if not latest:
        part.guesses["summarised_on"] = Guess({"constant": None}, Sure.GUESS, "nothing says it")
    hint = f" (the latest day in it is {latest})" if latest else ""
    text = f"{profile.file.name} sums up each customer as of one day{hint}: which, as YYYY-MM-DD?"
    part.questions.append(Question("summarised_on", text, _day_of(answer)))
    ids.check(part)
    return part


def _day_of(answer: Callable[[str], None]) -> Callable[[str], None]:
    def checked(given: str) -> None:
        try:
            answer(given)
        except ValueError:
            raise ValueError("write a day as YYYY-MM-DD, such as 2024-12-31") from None

    return checked


def _days(of: Guess, day: str) -> Guess:
    """Return the days from a column's day to the day of the summary."""
    column = of.sources[0]
    formats = of.value.get("format") if isinstance(of.value, dict) else None
    written = syntax.column(column.name) + (f", '{formats}'" if isinstance(formats, str) else "")
    expression: dict[str, Any] = {"expression": f"date('{day}') - date({written})"}
    return Guess(expression, Sure.LIKELY, f"days from {column.name}", (column,))


def _latest(profile: Profile) -> str | None:
    """Return the latest day that stands in the file."""
    days = [at for c in profile.columns if c.dates_read is not None for at in c.dates_read.values.values()]
    return max(days).date().isoformat() if days else None


def _categories(profile: Profile, who: Guess, by_category: dict[str, Column]) -> list[Part]:
    """Return what customers spent in each category, a part for each column."""
    parts = []
    for name, column in by_category.items():
        guesses = {
            "customer_id": who,
            "category": Guess({"constant": name}, Sure.LIKELY, f"of {column.name}"),
            "revenue_cents": of_column(column, Kind.MONEY, Sure.LIKELY, "its name says so"),
        }
        parts.append(Part("category_summaries", syntax.file_options(profile), guesses, profile))
    return parts
