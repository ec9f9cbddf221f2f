"""Files that say what happened: purchases, invoices, opportunities, a trial. Which is it, and which column is what?"""

import re

from crmwb.sources.drafting import vocabulary
from crmwb.sources.drafting.guess import Guess, Part, Sure, best, fill, of_column, only_date
from crmwb.sources.drafting.profile import Column, Profile
from crmwb.tables import TABLES, Kind

MOST_UNKNOWN_CUSTOMERS = 0.01
CONTROL = re.compile(r".*\b(control|kontroll\w*|none|holdout|hold out|no|not|without|ohne)\b.*")
WON = re.compile(r"(closed )?(won|gewonnen)")
LOST = re.compile(r"(closed )?(lost|verloren)")
MOST_ARMS = 6
MOST_STAGES = 20


def facts(profile: Profile) -> list[Part]:
    """Return what a file is as canonical tables of facts; nothing where it is none."""
    for guess in (opportunities, invoices, trial, transactions):
        parts = guess(profile)
        if parts:
            return parts
    return []


def opportunities(profile: Profile) -> list[Part]:
    """A file with stages: opportunities, of which the won ones are purchases too."""
    found = fill(TABLES["opportunities"], profile.columns, vocabulary.OPPORTUNITIES)
    stage, number = found.get("stage"), found.get("opportunity_id")
    if stage is None or number is None or len(stage.sources[0].counts) > MOST_STAGES:
        return []
    if not any(WON.fullmatch(value.lower()) for value in stage.sources[0].counts):
        return []
    won, lost = (_values(stage.sources[0], pattern) for pattern in (WON, LOST))
    told = f"case when {_is_in(stage, won)} then true" + (f" when {_is_in(stage, lost)} then false" if lost else "")
    found["won"] = Guess({"expression": f"{told} end"}, Sure.SURE, f"of {stage.sources[0].shown(6)}", stage.sources)
    found = {c.name: found[c.name] for c in TABLES["opportunities"].columns if c.name in found}
    parts = [Part("opportunities", _options(profile), found, profile)]
    if {"customer_id", "closed_on", "amount_cents"} <= found.keys():
        parts.append(_won(profile, found, _is_in(stage, won)))
    return parts


def _won(profile: Profile, found: dict[str, Guess], is_won: str) -> Part:
    why = "a won opportunity is a purchase"
    origins = {
        "customer_id": "customer_id",
        "order_id": "opportunity_id",
        "ordered_at": "closed_on",
        "product_id": "product_id",
        "revenue_cents": "amount_cents",
    }
    guesses = {to: found[name] for to, name in origins.items() if name in found}
    guesses["quantity"] = Guess({"constant": 1}, Sure.LIKELY, why)
    guesses["is_return"] = Guess({"constant": False}, Sure.LIKELY, why)
    ordered = {c.name: guesses[c.name] for c in TABLES["transactions"].columns if c.name in guesses}
    remark = "the source has no orders, so its won opportunities count as purchases"
    return Part("transactions", {**_options(profile), "filter": is_won}, ordered, profile, [remark])


def invoices(profile: Profile) -> list[Part]:
    """A file with due dates: invoices."""
    found = fill(TABLES["invoices"], profile.columns, vocabulary.INVOICES)
    needed = {"invoice_id", "customer_id", "issued_on", "due_on", "amount_cents"}
    return [Part("invoices", _options(profile), found, profile)] if needed <= found.keys() else []


def trial(profile: Profile) -> list[Part]:
    """A file with a control group and no dates: a trial, one campaign for each group but the control."""
    table = TABLES["campaign_members"]
    if any(column.is_date for column in profile.columns):
        return []
    found = fill(table, profile.columns, vocabulary.TRIAL, ["arm", "customer_id", "outcome_cents"])
    arm = found.get("arm")
    if arm is None or not 2 <= len(arm.sources[0].counts) <= MOST_ARMS:
        return []
    controls = [value for value in arm.sources[0].counts if CONTROL.fullmatch(value.lower())]
    if len(controls) != 1:
        return []
    control, name = controls[0], arm.sources[0].name
    who = found.get("customer_id") or Guess({"one_per": "row"}, Sure.LIKELY, "no customer number: every row is one")
    parts = []
    for treated in sorted(set(arm.sources[0].counts) - {control}):
        guesses = {
            "campaign_id": Guess({"constant": slug(treated)}, Sure.SURE, f"against {control!r}"),
            "customer_id": who,
            "arm": Guess(
                {"column": name, "replace": {treated: "treatment", control: "control"}}, Sure.LIKELY,
                f"{control!r} sounds like a control group", arm.sources,
            ),
            **({"outcome_cents": found["outcome_cents"]} if "outcome_cents" in found else {}),
        }  # fmt: skip
        kept = f"{_quoted(name)} in ({_text(treated)}, {_text(control)})"
        parts.append(Part("campaign_members", {**_options(profile), "filter": kept}, guesses, profile))
    parts[0].remarks.append(
        "no column of dates: add contacted_at: {constant: 2024-01-31} with the day of the mailing, without which the "
        "pipeline cannot tell time"
    )
    return parts


def transactions(profile: Profile) -> list[Part]:
    """A file with customers, dates and amounts: purchases."""
    table, columns, words = TABLES["transactions"], profile.columns, vocabulary.TRANSACTIONS
    found = fill(table, columns, {k: v for k, v in words.items() if k in {c.name for c in table.columns}})
    who = found.get("customer_id")
    when = found.get("ordered_at") or only_date(columns, Kind.TIMESTAMP)
    taken = [column for guess in found.values() for column in guess.sources]
    price = best(
        [c for c in columns if c not in taken or c in _of(found, "revenue_cents")], words["unit_price"], Kind.MONEY
    )
    revenue = _revenue(found, price)
    if who is None or when is None or revenue is None:
        return []
    found |= {"ordered_at": when, "revenue_cents": revenue}
    found["order_id"] = found.get("order_id") or _made_orders(who, when)
    found["quantity"] = found.get("quantity") or Guess({"constant": 1}, Sure.LIKELY, "no column of quantities")
    found["is_return"] = _returns(found)
    found |= _costs(best(columns, words["profit"], Kind.MONEY), found)
    remarks = _drop_discount_shares(found)
    options = _options(profile)
    unknown = 1 - who.sources[0].n_known / max(profile.n_rows, 1)
    if unknown > MOST_UNKNOWN_CUSTOMERS:
        options["filter"] = f"{_quoted(who.sources[0].name)} is not null"
        remarks.append(
            f"{unknown:.0%} of its rows name no customer: the filter leaves them out, and ingest counts them"
        )
    ordered = {c.name: found[c.name] for c in table.columns if c.name in found}
    return [Part("transactions", options, ordered, profile, remarks)]


def _of(found: dict[str, Guess], name: str) -> tuple[Column, ...]:
    return found[name].sources if name in found else ()


def _revenue(found: dict[str, Guess], price: Guess | None) -> Guess | None:
    """Return the amount of a line: a column of its own, or the quantity times the price of a unit."""
    amount, quantity = found.get("revenue_cents"), found.get("quantity")
    if price is None or quantity is None or (amount is not None and amount.sure is Sure.SURE):
        return amount
    units, each = quantity.sources[0], price.sources[0]
    product = f"{_quoted(units.name)} * {_quoted(each.name)}"
    return Guess(
        {"expression": product}, min(price.sure, quantity.sure), "quantity times the price of a unit", (units, each)
    )


def _made_orders(who: Guess, when: Guess) -> Guess:
    customers, days = who.sources[0], when.sources[0]
    why = f"no column of orders: what {customers.name} buys on one day of {days.name} counts as one order"
    return Guess({"one_per": "customer_and_day"}, Sure.LIKELY, why)


def _returns(found: dict[str, Guess]) -> Guess:
    """Return what marks a return: a column that says so, else a quantity or an amount below zero."""
    if "is_return" in found:
        return found["is_return"]
    for name in ("quantity", "revenue_cents"):
        guess = found[name]
        if len(guess.sources) == 1 and any(number < 0 for number in guess.sources[0].numbers):
            column = guess.sources[0]
            return Guess({"expression": f"{_quoted(column.name)} < 0"}, Sure.LIKELY, "some are below zero", (column,))
    return Guess({"constant": False}, Sure.LIKELY, "no quantity and no amount is below zero")


def _costs(profit: Guess | None, found: dict[str, Guess]) -> dict[str, Guess]:
    """Return costs as what is left of the amount after the profit, where the file has no column of costs."""
    amount = found["revenue_cents"].sources
    if "cost_cents" in found or profit is None or len(amount) != 1 or profit.sources[0] in amount:
        return {}
    both = (amount[0], profit.sources[0])
    rounded = " - ".join(f"round({_quoted(column.name)}, 2)" for column in both)
    return {"cost_cents": Guess({"expression": rounded}, profit.sure, "amount less profit", both)}


def _drop_discount_shares(found: dict[str, Guess]) -> list[str]:
    """Leave out a discount that is a share of the amount rather than an amount."""
    discount = found.get("discount_cents")
    if discount is None or any(not 0 <= number <= 1 for number in discount.sources[0].numbers):
        return []
    del found["discount_cents"]
    return [f"{discount.sources[0].name} is a share, not an amount, and is left out"]


def slug(text: str) -> str:
    """Return a text as a name: small letters and digits, joined by underscores."""
    return "_".join(re.findall(r"[a-z0-9]+", text.lower())) or "x"


def _options(profile: Profile) -> dict[str, object]:
    return {"file": profile.file.name, **profile.shape.options}


def _values(column: Column, pattern: re.Pattern[str]) -> list[str]:
    return [value for value in column.values if pattern.fullmatch(value.lower())]


def _is_in(guess: Guess, values: list[str]) -> str:
    name = _quoted(guess.sources[0].name)
    if len(values) == 1:
        return f"{name} = {_text(values[0])}"
    return f"{name} in ({', '.join(_text(value) for value in values)})"


def _quoted(name: str) -> str:
    """Return a column's name as an expression has it."""
    return (
        name
        if re.fullmatch(r"[A-Za-z_]\w*", name) and name.lower() not in RESERVED
        else '"' + name.replace('"', '""') + '"'
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


RESERVED = {"case", "when", "then", "else", "end", "and", "or", "not", "in", "is", "null", "true", "false", "between",
            "like", "select", "from", "where", "desc", "asc", "as", "distinct", "interval", "exists", "all", "any"}  # fmt: skip
