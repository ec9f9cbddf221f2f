"""Journals of double entry: the rows of each document balance, and a sale stands in them on several accounts.

Sums show it, and no word: per document, what is debited is what is credited. Which accounts are revenue is asked.
"""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from crmwb.contract import Kind
from crmwb.sources.drafting.guess import Guess, Part, Sure, best, of_column
from crmwb.sources.drafting.questions import Question, listed
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.rows import row_kinds

KEY = "revenue_accounts"
CENT = 0.015
LEAST_DOCUMENTS = 5
NEARLY_ALL = 0.95
MOST_LONE = 0.1  # of the rows with an amount, in documents of one row
MOST_COLUMNS = 8
MOST_SHOWN = 12
ACCOUNT = re.compile(
    r".*\b((gl|g l|ledger|nominal|general ledger)? ?accounts?|\w*konto|compte|comptenum|cuenta|conto|rekening|conta)\b.*|.*(科目|勘定).*"
)
LINE = re.compile(r".*\b(line|pos|position|zeile|seq|row|ligne|item no)\b.*|.*(行号|分录号|序号).*")
PARTNER = (
    rf"{vocabulary.CUSTOMER}|(business |trading )?partner( (id|no|name|code|number))?|entity|third party|tiers|往来单位|客商|辅助核算",
    vocabulary.PERSON,
)


@dataclass(frozen=True)
class Journal:
    """What makes a file a journal.

    Attributes
    ----------
    document, account : Column
        What balances, and what tells its rows apart.
    amounts : tuple of Column
        One with a sign, or what is debited and what is credited.
    n_documents : int
        How many documents of several rows there are.
    """

    document: Column
    account: Column
    amounts: tuple[Column, ...]
    n_documents: int

    @property
    def columns(self) -> set[str]:
        """Names of columns that are no customer."""
        return {c.name for c in (self.document, self.account, *self.amounts)}

    def amount(self, *, is_credited: bool = True) -> Guess:
        """Return what is credited less what is debited, or the other way round."""
        names = [f"coalesce({syntax.column(c.name)}, 0)" for c in self.amounts[:: -1 if is_credited else 1]]
        expression = " - ".join(names) if len(names) > 1 else f"{'' if is_credited else '0 - '}{names[0]}"
        return Guess({"expression": expression}, Sure.LIKELY, "of accounts of revenue", self.amounts)


def find(profile: Profile) -> Journal | None:
    """Return what makes a file a journal of double entry; None where it is none.

    Parameters
    ----------
    profile : Profile
        A file.
    """
    for amounts, numbers in _amounts(profile):
        balanced = [(c, n) for c in profile.own if c not in amounts and (n := _n_balanced(profile, c, numbers))]
        for document, n in sorted(balanced, key=lambda pair: -pair[1]):
            account = _account(profile, document, amounts, numbers)
            if account is not None:
                return Journal(document, account, amounts, n)
    return None


def customer(profile: Profile, journal: Journal) -> Guess | None:
    """Return the customer of a journal's rows: never an account or a document."""
    return best([c for c in profile.own if c.name not in journal.columns or c.called], PARTNER, Kind.ID)


def ask(part: Part, journal: Journal) -> None:
    """Read what each document books as one order, and ask on which accounts revenue is booked.

    Parameters
    ----------
    part : Part
        Purchases with a customer and a date.
    journal : Journal
        What makes their file a journal.
    """
    part.guesses["order_id"] = of_column(journal.document, Kind.ID, Sure.SURE, "its rows balance")
    part.guesses["revenue_cents"] = journal.amount()
    part.guesses["is_return"] = Guess({"constant": False}, Sure.LIKELY, "the amount's sign tells it")
    accounts, numbers = part.looked_at.texts(journal.account), _numbers(part.looked_at, journal.amounts)
    who = part.guesses["customer_id"].sources[0]
    by_account: dict[str, list[float]] = defaultdict(list)
    for account, number in zip(accounts, numbers, strict=True):
        if account and number:
            by_account[account].append(number)

    def answer(given: str) -> None:
        values = listed(given, by_account)
        if strange := sorted(set(values) - by_account.keys()):
            raise ValueError(
                f"{journal.account.name} is never {strange[0]!r}; write its values on which revenue is booked"
            )
        lone = sum(not w for w, a in zip(part.looked_at.texts(who), accounts, strict=True) if a in values)
        if lone and not _stands_above(part.looked_at, journal, who, values):
            raise ValueError(
                f"{lone:,} rows of these accounts name no {who.name}; export them with it, or an invoice list instead"
            )
        if lone:
            part.options["fill_down"] = {"columns": [who.name], "within": journal.document.name}
        amount = journal.amount(is_credited=sum(sum(by_account[value]) for value in values) > 0)
        part.guesses["revenue_cents"] = amount
        part.guesses["is_return"] = Guess({"expression": f"{amount.value['expression']} < 0"}, Sure.SURE, "below zero")
        row_kinds.leave_out(part, syntax.is_in(journal.account.name, sorted(values)))

    largest = sorted(by_account, key=lambda value: -sum(map(abs, by_account[value])))
    shown = ", ".join(
        f"{value} ({len(by_account[value]):,} rows, {sum(by_account[value]):,.2f})" for value in largest[:MOST_SHOWN]
    )
    more = f" and {len(largest) - MOST_SHOWN:,} more" if len(largest) > MOST_SHOWN else ""
    text = (
        f"The rows of each of {journal.n_documents:,} {journal.document.name} balance, as in a journal of double entry, where one sale stands on several "
        f"accounts, beside tax and payments. On which values of {journal.account.name} is revenue booked (several by commas)? There are, credited less debited, {shown}{more}."
    )
    part.questions.append(Question(KEY, text, answer, columns=(journal.account.name,)))


def _amounts(profile: Profile) -> Iterator[tuple[tuple[Column, ...], list[float]]]:
    """Yield two columns of which one holds money in nearly each row, and columns with a sign, with what is credited less debited."""
    every = [c for c in profile.own if c.is_number and not c.is_flag and not c.is_date and any(c.numbers)]
    money = sorted(every, key=lambda c: all(n == int(n) for n in c.numbers))[:MOST_COLUMNS]
    values = {c.name: [n or 0.0 for n in profile.numbers(c)] for c in money}
    for debit, credit in combinations(sorted(money, key=profile.own.index), 2):
        rows = [(a != 0, b != 0) for a, b in zip(values[debit.name], values[credit.name], strict=True)]
        known = sum(a or b for a, b in rows)
        one = sum(a != b for a, b in rows)
        if known and one >= NEARLY_ALL * known and 0 < sum(a for a, _ in rows) < known:
            yield (debit, credit), _numbers(profile, (debit, credit))
    for column in money:
        if min(column.numbers) < 0 < max(column.numbers):
            yield (column,), values[column.name]


def _numbers(profile: Profile, amounts: Sequence[Column]) -> list[float]:
    """Return what each row credits, below zero where it debits."""
    every = [[n or 0.0 for n in profile.numbers(c)] for c in amounts]
    return every[0] if len(every) == 1 else [b - a for a, b in zip(*every, strict=True)]


def _groups(profile: Profile, column: Column) -> dict[str, list[int]]:
    result: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(profile.texts(column)):
        if text:
            result[text].append(i)
    return result


def _n_balanced(profile: Profile, document: Column, numbers: Sequence[float]) -> int:
    """Return how many documents of several rows a column tells apart, where nearly all balance on one day; else 0."""
    if document.is_date or document.is_unique or len(document.counts) < LEAST_DOCUMENTS:
        return 0
    every = [[i for i in rows if numbers[i]] for rows in _groups(profile, document).values()]
    several = [rows for rows in every if len(rows) > 1]
    n_lone = sum(len(rows) for rows in every if len(rows) == 1)
    fitting = [rows for rows in several if abs(sum(numbers[i] for i in rows)) < CENT]
    if len(several) < LEAST_DOCUMENTS or len(fitting) < NEARLY_ALL * len(several):
        return 0
    if n_lone > MOST_LONE * sum(map(bool, numbers)):
        return 0
    days = [profile.texts(c) for c in profile.own if c.is_date]
    one_day = any(sum(len({d[i] for i in rows}) == 1 for rows in fitting) >= NEARLY_ALL * len(fitting) for d in days)
    return len(several) if one_day else 0


def _account(profile: Profile, document: Column, amounts: Sequence[Column], numbers: Sequence[float]) -> Column | None:
    """Return what tells the rows of nearly all documents apart, by its name where an amount has a sign."""
    groups = [[i for i in rows if numbers[i]] for rows in _groups(profile, document).values()]
    groups = [rows for rows in groups if len(rows) > 1]
    fitting = []
    for column in profile.own:
        if (
            column is document
            or column in amounts
            or column.is_date
            or column.is_unique
            or LINE.fullmatch(column.words)
        ):
            continue
        texts = profile.texts(column)
        if sum(len({texts[i] for i in rows}) > 1 for rows in groups) >= NEARLY_ALL * len(groups):
            fitting.append(column)
    named = [c for c in fitting if ACCOUNT.fullmatch(c.words)]
    return next(iter(named or (fitting if len(amounts) > 1 else [])), None)


def _stands_above(profile: Profile, journal: Journal, who: Column, values: Sequence[str]) -> bool:
    """Say whether each document that books on some accounts names its customer, and does so in its first row."""
    texts, accounts = profile.texts(who), profile.texts(journal.account)
    groups = [rows for rows in _groups(profile, journal.document).values() if any(accounts[i] in values for i in rows)]
    return bool(groups) and all(len({texts[i] for i in rows} - {None}) == 1 and texts[rows[0]] for rows in groups)
