"""Fees: taken off by whoever pays out, or the only amount of a school or a clinic."""
# ruff: noqa: E501 - sentences are easier to read in one line

import re
from dataclasses import replace
from itertools import combinations

from crmwb.contract import Kind
from crmwb.sources.drafting.guess import Guess, Sure, best
from crmwb.sources.drafting.reading import served, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile

CENT = 0.005
MOSTLY = 0.8
FEE = re.compile(
    r"\b(fees?|commissions?|gebuhr(en)?|provision|comision(es)?|commissioni|kosten|taxa|tarifa)\b|手续费|佣金|服务费|手数料"
)


def only_amount(free: list[Column], numbers: list[Column]) -> Guess | None:
    """Return fees or debits as the amount of a file that has no other; with a balance, it is an account with its payments."""
    charged = best(free, served.FEES, Kind.MONEY)
    has_credit = any(vocabulary.matches(c.words, served.CREDIT) for c in numbers)
    has_balance = any(vocabulary.matches(c.words, served.BALANCE) for c in numbers)
    amount = charged or (best(free, served.DEBIT, Kind.MONEY) if has_credit and not has_balance else None)
    return replace(amount, sure=Sure.LIKELY, why="the only amount") if amount else None


def before_fees(profile: Profile, net: Column, fee: Column | None, amount: Guess | None) -> Column | None:
    """Return the amount that a net one is what is left of after fees, the one guessed first; None where none is."""
    named = [c for c in profile.columns if c.is_number and (c is fee or FEE.search(c.words)) and any(c.numbers)]
    sets = [[c] for c in named] + ([named] if len(named) > 1 else []) + [list(pair) for pair in combinations(named, 2)]
    guessed = [c for c in (amount.sources if amount is not None and len(amount.sources) == 1 else ()) if c is not net]
    others = [c for c in profile.own if c.is_number and c is not net and c not in (*named, *guessed)]
    pairs = ((gross, costs) for gross in [*guessed, *others] for costs in sets)
    return next((gross for gross, costs in pairs if _is_less(profile, gross, net, costs)), None)


def _is_less(profile: Profile, gross: Column, net: Column, costs: list[Column]) -> bool:
    """Say whether a net amount is a gross one less some costs, in most rows that have any."""
    rows = [row for row in profile.number_rows(gross, net, *costs) if row[0] and any(row[2:])]
    fitting = sum(abs(abs(whole) - abs(left) - sum(map(abs, rest))) < 2 * CENT for whole, left, *rest in rows)
    return bool(rows) and fitting > MOSTLY * len(rows)
