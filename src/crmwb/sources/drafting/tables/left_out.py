"""Files that a draft does not read though they hold money of customers that it knows: asked, with what they lack."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median

from crmwb.sources.drafting import roles
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.tables import purchases

HALF = 0.5
MOST_DAYS = 200  # from an order to what was paid of it or came back
LEAST = 5  # values that stand in both


def why(looked_at: Profile, parts: Iterable[Part]) -> str:
    """Return why a file of the orders of another brings no more revenue; empty of other files."""
    if not _money(looked_at):
        return ""
    for part, column, n in _shared(looked_at, parts, "order_id"):
        if n < HALF * len(column.counts) or not are_of_those_days(looked_at, column, part):
            continue  # most of its orders are its own
        return (
            f"its {column.name} names the orders of {part.options['file']}, so that its money, such as {_money(looked_at)}, is "
            f"that of these orders again, as payments are"
        )
    return ""


def are_of_those_days(looked_at: Profile, link: Column, part: Part) -> bool:
    """Say whether rows that name orders are of the days of these, and not of another year whose numbers are the same."""
    key, when = (part.guesses[name].sources for name in ("order_id", "ordered_at"))
    day = next((c for c in looked_at.own if c.is_date), None)
    if len(key) != 1 or len(when) != 1 or not part.looked_at.holds(*key, *when) or day is None:
        return True
    bought = dict(zip(part.looked_at.texts(key[0]), _days(part.looked_at, when[0]), strict=True))
    rows = zip(looked_at.texts(link), _days(looked_at, day), strict=True)
    apart = [abs((on - at).days) for order, on in rows if on and (at := bought.get(order))]
    return not apart or median(apart) <= MOST_DAYS


def _days(looked_at: Profile, column: Column) -> list[datetime | None]:
    read = column.dates_read.values if column.dates_read else {}
    return [read.get(text or "") for text in looked_at.texts(column)]


def questions(files: Iterable[Profile], parts: Sequence[Part]) -> list[Question]:
    """Return what is asked of files that are not read."""
    return [asked for looked_at in files if (asked := _question(looked_at, parts)) is not None]


def _question(looked_at: Profile, parts: Iterable[Part]) -> Question | None:
    """Return what is asked of a file with money of customers whom purchases name; None of other files."""
    money = _money(looked_at)
    shared = next((s for s in _shared(looked_at, parts, "customer_id") if not s[1].is_unique), None)
    if not money or shared is None:
        return None
    part, column, n = shared

    def answer(_given: str) -> None:
        return

    lacking = roles.advice(looked_at, purchases.missing(looked_at)) or "its rows are no purchases as they stand"
    text = (
        f"{looked_at.file.name} is not read, though its {column.name} names {n:,} customers of {part.options['file']} and its {money} "
        f"holds money: {lacking}. Say which column it is (--answer date=COLUMN, customer=, amount= or order=), or leave the file out."
    )
    return Question(syntax.slug(f"file {looked_at.file.name}"), text, answer, ("leave_out",))


def _money(looked_at: Profile) -> str:
    """Return the name of a column that holds money; empty without one."""
    numbers = [c for c in looked_at.columns if c.is_number and not c.is_flag and len(c.counts) > 1]
    names = ("revenue_cents", "unit_price")
    named = (c for c in numbers if any(vocabulary.matches(c.words, vocabulary.TRANSACTIONS[name]) for name in names))
    exact = (c for c in numbers if any(n != int(n) for n in c.numbers))
    column = next(named, None) or next(exact, None)
    return column.name if column else ""


def _shared(looked_at: Profile, parts: Iterable[Part], key: str) -> list[tuple[Part, Column, int]]:
    """Return the columns of a file that hold the customers or orders of purchases, and how many of them."""
    result = []
    for part in parts:
        sources = part.guesses[key].sources if part.table == "transactions" and key in part.guesses else ()
        if len(sources) != 1:
            continue
        for column in looked_at.columns:
            n = len(column.counts.keys() & sources[0].all_values)
            is_key = not (column.is_date or column.is_flag or any(x != int(x) for x in column.numbers))
            if is_key and n >= LEAST and n >= HALF * min(len(column.counts), len(sources[0].counts)):
                result.append((part, column, n))
    return sorted(result, key=lambda each: -each[2])
