"""Files that say what happened: which is purchases, invoices, opportunities or a trial, and which column is what."""

import re
from collections import defaultdict
from collections.abc import Callable

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import currency_columns, mixed_currencies
from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure, fill, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import matches
from crmwb.sources.drafting.rows import documents
from crmwb.sources.drafting.tables import items_in_columns, sales
from crmwb.sources.drafting.tables.agreements import contracts
from crmwb.sources.drafting.tables.purchases import transactions
from crmwb.sources.drafting.tables.summaries import summaries

CONTROL = re.compile(r".*\b(control|kontroll\w*|none|holdout|hold out|no|not|without|ohne)\b.*")
WON = re.compile(r"(closed )?(won|gewonnen)")
LOST = re.compile(r"(closed )?(lost|verloren)")
MOST_ARMS = 6
MOST_STAGES = 20
MOSTLY = 0.9
NEARLY_ALL, LEAST_SEVERAL = 0.95, 3  # of the opportunities that stand in several rows
PLAINLY = 2  # how well a name must match


def facts(profile: Profile, *, invoices_are_sales: bool = False) -> list[Part]:
    """Return what a file is as canonical tables of facts; nothing where it is none.

    Parameters
    ----------
    profile : Profile
        The file.
    invoices_are_sales : bool
        A person says that invoices are the company's sales too.
    """
    billed = invoices(profile, are_sales=True) if invoices_are_sales else []
    return [*_split_by_currency(profile, transactions if billed else _facts), *billed]


def _split_by_currency(profile: Profile, read: Callable[[Profile], list[Part]]) -> list[Part]:
    if (register := documents.dated(profile)) is not None:
        with_day, day, amount = register
        return documents.limited(read(with_day), day, amount)
    split = mixed_currencies.by_currency(profile) or currency_columns.by_column(profile)
    if split:
        every = [(read(sub), condition, code) for code, (sub, condition) in split.items()]
        return [part for parts, condition, code in every for part in mixed_currencies.limited(parts, condition, code)]
    places = items_in_columns.by_place(profile)
    parts = {place: read(sub) for place, (sub, _) in places.items()}
    if places and all(every and all(part.table == "transactions" for part in every) for every in parts.values()):
        of_places = ((every, places[place][1], place) for place, every in parts.items())
        return [part for each in of_places for part in items_in_columns.limited(*each)]
    return read(profile)


def _facts(profile: Profile) -> list[Part]:
    for guess in (opportunities, invoices, contracts, trial, summaries, transactions):
        parts = guess(profile)
        if parts:
            return parts
    return []


def opportunities(profile: Profile) -> list[Part]:
    """Take a file with stages as opportunities, and the won ones as purchases too."""
    result = fill(TABLES["opportunities"], profile.columns, vocabulary.OPPORTUNITIES)
    stage, number = result.get("stage"), result.get("opportunity_id")
    if stage is None or number is None:
        return []
    if not _tells_won(stage.sources[0]):  # where deals end, a status may tell it
        other = next(
            (c for c in profile.columns if matches(c.words, vocabulary.OPPORTUNITIES["stage"]) and _tells_won(c)), None
        )
        if other is None:
            return []
        stage = of_column(other, Kind.CATEGORY, Sure.LIKELY, f"tells what was won, unlike {stage.sources[0].name}")
        result["stage"] = stage
    won, lost = (_values(stage.sources[0], pattern) for pattern in (WON, LOST))
    expression = f"case when {syntax.is_in(stage.sources[0].name, won)} then true" + (
        f" when {syntax.is_in(stage.sources[0].name, lost)} then false" if lost else ""
    )
    result["won"] = Guess(
        {"expression": f"{expression} end"}, Sure.SURE, f"of {stage.sources[0].shown(6)}", stage.sources
    )
    closed = result.get("closed_on")
    _close_what_ended(profile, result, stage.sources[0], [*won, *lost])
    result = {c.name: result[c.name] for c in TABLES["opportunities"].columns if c.name in result}
    roles = modifiers.find(profile)
    if (converted := roles.get("converted_amount")) is not None:
        result["amount_cents"] = of_column(converted, Kind.MONEY, Sure.SURE, "in one currency already")
    parts = [Part("opportunities", syntax.file_options(profile), result, profile)]
    if closed is not None and {"customer_id", "amount_cents"} <= result.keys():
        parts.append(_won(profile, {**result, "closed_on": closed}, syntax.is_in(stage.sources[0].name, won)))
    for part in parts:
        sales.leave_out(part, roles)
        sales.set_currency(part, roles, "amount_cents" if part.table == "opportunities" else "revenue_cents")
        ids.check(part)
    _ask_of_rows(parts)
    return parts


def _ask_of_rows(parts: list[Part]) -> None:
    """Ask of opportunities of several rows with one amount: one for each person, or each product."""
    own = parts[0].guesses
    number, amount = (own[name].sources if name in own else () for name in ("opportunity_id", "amount_cents"))
    if len(number) != 1 or len(amount) != 1 or not parts[0].looked_at.holds(*number, *amount):
        return
    by_number: dict[str, list[float | None]] = defaultdict(list)
    for key, money in zip(parts[0].looked_at.texts(number[0]), parts[0].looked_at.numbers(amount[0]), strict=True):
        by_number[key or ""].append(money)
    several = [every for key, every in by_number.items() if key and len(every) > 1]
    same = sum(len(set(every)) == 1 for every in several)
    if len(several) < LEAST_SEVERAL or same < NEARLY_ALL * len(several):
        return

    def answer(given: str) -> None:
        for part in parts if given == "once" else ():
            part.options["numbered"] = {"from_the_last": {"within": number[0].name, "first": "last"}}
            part.keep_rows("from_the_last = 1", first=True)

    text = (
        f"{len(several):,} {number[0].name} stand in several rows, {same:,} of them with the same {amount[0].name} in "
        f"each: does it count once (once), or in each row (each)?"
    )
    key = syntax.slug(f"rows of {number[0].words}")
    parts[0].questions.append(Question(key, text, answer, ("once", "each"), columns=(number[0].name,)))


def _close_what_ended(profile: Profile, result: dict[str, Guess], stage: Column, ended: list[str]) -> None:
    """Where open opportunities have a closing date too, it is the expected one of these: many tools fill it always."""
    closed = result.get("closed_on")
    day = closed and syntax.day(closed.value, closed.sources[0].name)
    if closed is None or day is None:
        return
    pairs = zip(profile.texts(stage), profile.texts(closed.sources[0]), strict=True)
    if not any(state is not None and state not in ended and when is not None for state, when in pairs):
        return
    is_over, sources = syntax.is_in(stage.name, ended), (*closed.sources, stage)
    why = f"{closed.why}; of open ones it is the expected day"
    result["closed_on"] = Guess({"expression": f"case when {is_over} then {day} end"}, closed.sure, why, sources)
    if "expected_close_on" not in result:
        expected = f"case when {is_over} then null else {day} end"
        result["expected_close_on"] = Guess({"expression": expected}, Sure.LIKELY, "of open ones", sources)


def _tells_won(column: Column) -> bool:
    return len(column.counts) <= MOST_STAGES and any(WON.fullmatch(value.lower()) for value in column.counts)


def is_history(profile: Profile) -> bool:
    """Say whether a file tells how opportunities moved: it names a stage, and each opportunity again and again."""
    has_stage = any(matches(c.words, vocabulary.OPPORTUNITIES["stage"]) == PLAINLY for c in profile.columns)
    of = [c for c in profile.columns if re.fullmatch(r"(opportunity|deal|lead)( id| number)?", c.words)]
    return has_stage and any(len(c.counts) < c.n_known for c in of)


def _won(profile: Profile, result: dict[str, Guess], is_won: str) -> Part:
    why = "a won opportunity is a purchase"
    origins = {
        "customer_id": "customer_id",
        "order_id": "opportunity_id",
        "ordered_at": "closed_on",
        "product_id": "product_id",
        "revenue_cents": "amount_cents",
    }
    guesses = {to: result[name] for to, name in origins.items() if name in result}
    guesses["quantity"] = Guess({"constant": 1}, Sure.LIKELY, why)
    guesses["is_return"] = Guess({"constant": False}, Sure.LIKELY, why)
    ordered = {c.name: guesses[c.name] for c in TABLES["transactions"].columns if c.name in guesses}
    remark = "the source has no orders, so its won opportunities count as purchases"
    return Part(
        "transactions", {**syntax.file_options(profile), "filter": is_won}, ordered, profile, [remark], is_stand_in=True
    )


def invoices(profile: Profile, *, are_sales: bool = False) -> list[Part]:
    """Take a file with due dates as invoices.

    Parameters
    ----------
    profile : Profile
        The file.
    are_sales : bool
        A person says that they are sales too; else a remark says how they become so.
    """
    result = fill(TABLES["invoices"], profile.columns, vocabulary.INVOICES)
    needed = {"invoice_id", "customer_id", "issued_on", "due_on", "amount_cents"}
    if not needed <= result.keys() or len(result["invoice_id"].sources[0].counts) < MOSTLY * profile.n_rows:  # lines
        return []
    remark = (
        f"{profile.file.name} is taken as invoices, for it has due dates; where these are the company's sales too, run "
        f"again with --answer invoices=sales"
    )
    part = Part("invoices", syntax.file_options(profile), result, profile, [] if are_sales else [remark])
    sales.leave_out_no_invoices(part, modifiers.find(profile))
    return [part]


def trial(profile: Profile) -> list[Part]:
    """Take a file with a control group and no dates as a trial: one campaign for each group but the control."""
    table = TABLES["campaign_members"]
    if any(column.is_date for column in profile.columns):
        return []
    result = fill(table, profile.columns, vocabulary.TRIAL, ["arm", "customer_id", "outcome_cents"])
    arm = result.get("arm")
    if arm is None or not 2 <= len(arm.sources[0].counts) <= MOST_ARMS:
        return []
    controls = [value for value in arm.sources[0].counts if CONTROL.fullmatch(value.lower())]
    if len(controls) != 1:
        return []
    control, name = controls[0], arm.sources[0].name
    who = result.get("customer_id") or Guess({"one_per": "row"}, Sure.LIKELY, "no customer number: every row is one")
    parts = []
    for treated in sorted(set(arm.sources[0].counts) - {control}):
        guesses = {
            "campaign_id": Guess({"constant": syntax.slug(treated)}, Sure.SURE, f"against {control!r}"),
            "customer_id": who,
            "arm": Guess(
                {"column": name, "replace": {treated: "treatment", control: "control"}}, Sure.LIKELY,
                f"{control!r} sounds like a control group", arm.sources,
            ),
            **({"outcome_cents": result["outcome_cents"]} if "outcome_cents" in result else {}),
        }  # fmt: skip
        kept = syntax.is_in(name, [treated, control])
        parts.append(Part("campaign_members", {**syntax.file_options(profile), "filter": kept}, guesses, profile))
    parts[0].remarks.append(
        "no column of dates: add contacted_at: {constant: 2024-01-31} with the day of the mailing, without which the "
        "pipeline cannot tell time"
    )
    return parts


def _values(column: Column, pattern: re.Pattern[str]) -> list[str]:
    return [value for value in column.values if pattern.fullmatch(value.lower())]
