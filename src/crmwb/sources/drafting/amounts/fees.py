"""Fees: taken off by whoever pays out, or the only amount of a school or a clinic."""
# ruff: noqa: E501 - sentences are easier to read in one line

from dataclasses import replace

from crmwb.contract import Kind
from crmwb.sources.drafting.guess import Guess, Sure, best
from crmwb.sources.drafting.reading import served, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile

CENT = 0.005
MOSTLY = 0.8


def only_amount(free: list[Column], numbers: list[Column]) -> Guess | None:
    """Return fees or debits as the amount of a file that has no other; with a balance, it is an account with its payments."""
    charged = best(free, served.FEES, Kind.MONEY)
    has_credit = any(vocabulary.matches(c.words, served.CREDIT) for c in numbers)
    has_balance = any(vocabulary.matches(c.words, served.BALANCE) for c in numbers)
    amount = charged or (best(free, served.DEBIT, Kind.MONEY) if has_credit and not has_balance else None)
    return replace(amount, sure=Sure.LIKELY, why="the only amount") if amount else None


def is_after_fees(profile: Profile, net: Column, fee: Column | None, amount: Guess | None) -> bool:
    """Whether a net amount is what is left of another one after fees, and not one without tax."""
    if fee is None or amount is None or len(amount.sources) != 1 or amount.sources[0] is net:
        return False
    rows = [row for row in profile.number_rows(amount.sources[0], fee, net) if all(row)]
    fitting = sum(abs(abs(gross - left) - abs(cost)) < 2 * CENT for gross, cost, left in rows)
    return bool(rows) and fitting > MOSTLY * len(rows)
