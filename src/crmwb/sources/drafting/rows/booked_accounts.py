"""Bookings of one account against another: which of them are revenue is asked; who stands opposite is the customer."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question, listed
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import journals, row_kinds

CONTRA = re.compile(
    r"gegen ?konto.*|(contra|offset(ting)?|counter|bal(ancing)?|opposite|corresponding) ?(g l )?(account|acct)( (no|number|code|id))?|compte (de )?contrepartie"
    r"|(cuenta|conto) (de |di )?contrapartida?|contropartita|tegenrekening|konto przeciwstawne|proti ?ucet|motkonto|对方科目|相手科目"
)
DEBIT = re.compile(r"s|soll|d|dr|debit|debe|dare|debet|wn|md|借方?|借")
CREDIT = re.compile(r"h|haben|c|cr|credit|haber|avere|credito|ma|dal|贷方?|貸方?|贷")
KEY = "accounts_of_revenue"
NEEDLESS = ("contra_", "counts_by_", "repeated_")  # of rows on other accounts, such as payments
MOST_SHOWN = 14


@dataclass(frozen=True)
class Bookings:
    """What makes a file bookings of an account against another.

    Attributes
    ----------
    part : Part
        Purchases.
    account, contra, side : Column
        Both accounts, and on which side the first one is booked.
    debit : str
        The value of the side that debits the first account.
    amount : Column
        Without a sign.
    """

    part: Part
    account: Column
    contra: Column
    side: Column
    debit: str
    amount: Column

    def rows(self) -> list[tuple[str, str, bool, float]]:
        """Return both accounts, whether the first one is debited, and the amount of each row that has all of them."""
        p = self.part.looked_at
        every = zip(
            p.texts(self.account), p.texts(self.contra), p.texts(self.side), p.numbers(self.amount), strict=True
        )
        return [(a, b, side == self.debit, n) for a, b, side, n in every if a and b and side and n]


def ask(parts: list[Part]) -> None:
    """Ask on which accounts revenue is booked, where one row holds an account, another one and a side of the books.

    Parameters
    ----------
    parts : list of Part
        All parts of a draft. An answer counts for all files of bookings; the sides need no question then.
    """
    every = [own for part in parts if part.table == "transactions" and (own := _bookings(part)) is not None]
    if not every:
        return
    credited: dict[str, float] = defaultdict(float)
    for bookings in every:
        for account, contra, is_debited, n in bookings.rows():
            credited[account] += -n if is_debited else n
            credited[contra] += n if is_debited else -n
    people = _people(every)
    ledger = {account: n for account, n in credited.items() if account not in people}

    largest = sorted(ledger, key=lambda account: -abs(ledger[account]))[:MOST_SHOWN]
    shown = ", ".join(f"{account} ({ledger[account]:,.2f})" for account in largest)
    for bookings in every:
        asked = bookings.part.questions
        asked[:] = [q for q in asked if bookings.side.name not in q.columns and not q.key.startswith(NEEDLESS)]
        asked.insert(0, _question(bookings, shown, credited.keys(), sorted(ledger)))


def _question(bookings: Bookings, shown: str, booked: Collection[str], ledger: list[str]) -> Question:
    def answer(given: str) -> None:
        accounts = sorted(listed(given, booked))
        if strange := sorted(set(accounts) - set(booked)):
            raise ValueError(f"no row is booked on {strange[0]!r}; write accounts of revenue, several by commas")
        _take(bookings, accounts, ledger)

    columns = (bookings.account.name, bookings.contra.name, bookings.side.name)
    text = (
        f"Each row books {columns[0]} against {columns[1]}: sales, payments, purchases and others. On which accounts is revenue "
        f"booked, with what lowers it, such as discounts (several by commas)? There are, credited less debited, {shown}."
    )
    return Question(KEY, text, answer, columns=columns)


def _bookings(part: Part) -> Bookings | None:
    amount = part.guesses["revenue_cents"].sources if "revenue_cents" in part.guesses else ()
    if part.profile is None or not amount or not part.looked_at.holds(amount[0]):
        return None
    own = [c for c in part.looked_at.own if not c.is_date and c is not amount[0]]
    contra = next((c for c in own if CONTRA.fullmatch(c.own_words)), None)
    account = next((c for c in own if c is not contra and journals.ACCOUNT.fullmatch(c.own_words)), None)
    sides = ((c, d) for c in own if (d := _debit(c)))
    side, debit = next(sides, (None, ""))
    if contra is None or account is None or side is None or min(amount[0].numbers, default=0) < 0:
        return None
    return Bookings(part, account, contra, side, debit, amount[0])


def _debit(column: Column) -> str:
    """Return which of a column's two values debits; empty where it does not tell sides."""
    if len(column.counts) != 2:
        return ""
    simple = {value: words.simple(value) for value in column.counts}
    debit = [value for value, text in simple.items() if DEBIT.fullmatch(text)]
    credit = [value for value, text in simple.items() if CREDIT.fullmatch(text)]
    return debit[0] if len(debit) == len(credit) == 1 else ""


def _people(every: list[Bookings]) -> set[str]:
    """Return accounts of customers and suppliers: longer ones than those of the ledger, where there are many of them."""
    accounts = {account for bookings in every for a, b, *_ in bookings.rows() for account in (a, b)}
    lengths = Counter(len(account) for account in accounts)
    longest = max(lengths, default=0)
    return {account for account in accounts if len(account) == longest} if len(lengths) > 1 else set()


def _take(bookings: Bookings, accounts: list[str], ledger: list[str]) -> None:
    """Read bookings on accounts of revenue as sales, to whom stands opposite: nobody known where that is the ledger's own."""
    part = bookings.part
    account, contra, amount = (syntax.column(c.name) for c in (bookings.account, bookings.contra, bookings.amount))
    here, there = syntax.is_in(bookings.account.name, accounts), syntax.is_in(bookings.contra.name, accounts)
    back = f"({here}) = ({syntax.is_in(bookings.side.name, [bookings.debit])})"
    sources = (bookings.amount, bookings.account, bookings.contra, bookings.side)
    revenue = part.guesses["revenue_cents"]
    part.guesses["revenue_cents"] = revenue.computed(
        f"case when {back} then 0 - {amount} else {amount} end", "credited on accounts of revenue", sources
    )
    part.guesses["is_return"] = Guess({"expression": back}, Sure.SURE, "debited on accounts of revenue", sources[1:])
    booked = {*bookings.account.counts, *bookings.contra.counts}
    known = [value for value in ledger if value in booked and value not in accounts]
    opposite = [
        f"case when not {syntax.is_in(c.name, known)} then {name} end" if known else name
        for c, name in ((bookings.contra, contra), (bookings.account, account))
    ]
    who = f"case when {here} then {opposite[0]} when {there} then {opposite[1]} else 'none' end"
    part.guesses["customer_id"] = Guess({"expression": who}, Sure.SURE, "who stands opposite", sources[1:3])
    row_kinds.leave_out(part, f"({here}) <> ({there})")
    if known:
        of_people = [f"not {syntax.is_in(c.name, known)}" for c in (bookings.account, bookings.contra)]
        row_kinds.leave_out(part, f"({' and '.join(of_people)})")
        part.remarks.append(
            "sales against accounts of the ledger, such as a till, name no customer: left out, and counted with their revenue"
        )
