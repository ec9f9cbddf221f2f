"""Files of contracts: who agreed to what, from when until when, and for how much a month or a year."""

# ruff: noqa: E501 - a list of names is easier to read in one line

import re
from dataclasses import replace

from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.guess import Guess, Part, Sure, fill, of_column
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary, words
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import Patterns, matches
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.tables import sales

DATE = rf"{vocabulary.DATE}( (utc|gmt))?"
CONTRACTS: dict[str, Patterns] = {
    "contract_id": (rf"(contract|subscription|agreement|policy|membership|vertrag|vertrags|abo|abonnement|合同|订阅|协议|contrat|contrato|suscripcion){vocabulary.ID}|{vocabulary.PREFIX.removesuffix('?')}(contrat|contrato|abonnement|abono|suscripcion)", r"(id|nr|no|number)"),
    "customer_id": (vocabulary.CUSTOMER, vocabulary.PERSON),
    "plan": (r"(plan|tariff|tarif|package|product|套餐|formule|tarifa)( (name|type))?|(合同|服务|协议|维保)(类型|类别|内容|等级)|vertragsart", r"(contract|subscription)( type)?|type|contrat|art|类型"),
    "starts_on": (rf"((contract|subscription|agreement|term|service|vertrags|laufzeit) ?)?(start|starts|started|begin|begins|beginn|valid from|since|activated|activation)( ?{DATE})?|gultig (ab|von)|abgeschlossen am|(date de |fecha de )?(debut|inicio|alta)( (du|del) (contrat|contrato))?|(合同|服务|协议|订阅|维保|有效期)?(开始|起始|生效|起)({DATE})?", r"signup.*|created.*|von|from"),
    "ends_on": (rf"((contract|subscription|agreement|term|service|vertrags|laufzeit) ?)?(end|ends|ended|terminated|termination|churn|churned|ende)( ?{DATE})?|gultig bis|(date de |fecha de )?(fin|baja|vencimiento|resiliation)( (du|del) (contrat|contrato))?|(合同|服务|协议|订阅|维保|有效期)?(结束|终止|到期|截止|止)({DATE})?", rf"(cancel|cancell?ed|cancellation|expiry|expires|kundigung|gekundigt|取消)( ?{DATE})?|valid to|until|bis|to"),
    "amount_cents": (r"(mrr|monthly (amount|fee|price|charge|charges|revenue)|amount|fee|price|betrag|(monats|jahres)(betrag|gebuhr|preis|rate)|grundgebuhr|annual (amount|fee|price|value)|arr|acv|montant|importe|cuota|redevance)( (mensuel(le)?|mensual|annuel(le)?|anual))?|(月|年)(度)?(服务|维保|维护|租)?(费|费用|金额)( 元)?|月租( 元)?|(合同)?金额( 元)?", r".*(amount|fee|price)|合同总?额( 元)?|服务费( 元)?"),
    "reason_for_leaving": (r"(reason|churn reason|cancell?ation reason|kundigungsgrund|原因|motif de resiliation|motivo de baja)( for leaving)?|(终止|取消|退订|解约)原因", r".*reason.*"),
}  # fmt: skip
NEEDED = {"contract_id", "customer_id", "starts_on", "ends_on", "amount_cents"}
PLAINLY = 2
INTERVAL = re.compile(
    r"((billing|payment|plan|renewal) )?(interval|period|cycle|frequency)|zahlweise|abrechnungs(zeitraum|intervall)|计费周期|付费周期"
)
MONTHS = {
    1: r"m|month|monthly|1 months?|monat|monatlich|mensuel|mensual|月|月付|每月",
    3: r"q|quarter|quarterly|3 months?|quartal|vierteljahrlich|季|季付",
    6: r"half ?year(ly)?|semi ?annual(ly)?|6 months?|halbjahrlich|半年",
    12: r"y|a|year|yearly|annual|annually|12 months?|1 year|jahr|jahrlich|annuel|anual|年|年付|每年",
}  # fmt: skip
OF_CONTRACTS = re.compile(
    r"(subscri|contract|membership|agreement|vertra|contrat|suscripcion|abonn|\babos?\b|polic(y|ies)|订阅|合同|协议)"
)
CANCELLED = re.compile(
    rf"(cancel|cancell?ed|cancellation|terminated|termination|churned|kundigung|gekundigt|取消|退订)( ?{DATE}| zum)?"
)
BY_MONTH = re.compile(r"\b(mrr|month|monthly|monat\w*|mensuel(le)?|mensual)\b|月度?(租|(租|服务|维保|维护)?费)")
BY_YEAR = re.compile(r"\b(annual|arr|acv|year|yearly|jahr\w*|annuel(le)?|anual)\b|年度?(租|服务|维保|维护)?费")
NOT_BEGUN = re.compile(
    r"trial\w*|in trial|testphase|probe\w*|incomplete( expired)?|draft|future|scheduled|pending|entwurf|试用"
)
CENT = 0.011


def contracts(profile: Profile) -> list[Part]:
    """Take a file as contracts that has their number, customer, first and last day, and amount: each row one.

    A file that could as well hold orders that were cancelled must say that it holds contracts: by the name of a column
    or its own, or by how often they are billed.
    """
    result = fill(TABLES["contracts"], profile.columns, CONTRACTS)
    if not result.keys() >= NEEDED or not result["contract_id"].sources[0].is_unique:
        return []
    amount, interval = result["amount_cents"].sources[0], _interval(profile)
    plainly = matches(result["contract_id"].sources[0].words, CONTRACTS["contract_id"]) == PLAINLY
    by_amount = BY_MONTH.search(amount.words) or BY_YEAR.search(amount.words)
    if not (plainly or interval or by_amount or OF_CONTRACTS.search(profile.file.name.lower())):
        return []
    part = Part("contracts", syntax.file_options(profile), result, profile)
    _end_by_cancelling(part)
    _set_period(part, amount, interval)
    roles = modifiers.find(profile)
    _set_units(part, amount)
    filters = _not_begun(part, roles)
    part.keep_rows(*filters)
    part.remarks += filters.values()
    sales.set_currency(part, roles, "amount_cents")
    part.guesses = {c.name: result[c.name] for c in TABLES["contracts"].columns if c.name in result}
    return [part]


def _end_by_cancelling(part: Part) -> None:
    """Where contracts without a last day have one on which they were cancelled, they ended then."""
    ends = part.guesses["ends_on"]
    others = [
        c for c in part.looked_at.columns if c.is_date and c is not ends.sources[0] and CANCELLED.fullmatch(c.words)
    ]
    last_days = part.looked_at.texts(ends.sources[0])
    for other in others:
        pairs = zip(last_days, part.looked_at.texts(other), strict=True)
        n = sum(last is None and cancelled is not None for last, cancelled in pairs)
        kind = TABLES["contracts"].column("ends_on").kind
        written = [
            syntax.day(guess.value, guess.sources[0].name) for guess in (ends, of_column(other, kind, Sure.LIKELY, ""))
        ]
        if not n or None in written:
            continue
        expression = f"coalesce({', '.join(text for text in written if text)})"
        part.guesses["ends_on"] = ends.computed(
            expression, f"{ends.why}; else {other.name}", (*ends.sources, other), Sure.LIKELY
        )
        rows = "1 row without" if n == 1 else f"{n:,} rows without"
        part.remarks.append(
            f"{rows} {ends.sources[0].name} {'has' if n == 1 else 'have'} a {other.name}: these ended then"
        )
        return


def _interval(profile: Profile) -> Column | None:
    fitting = (c for c in profile.columns if INTERVAL.fullmatch(c.words) and c.counts)
    return next((c for c in fitting if all(_months(value) for value in c.counts)), None)


def _months(value: str) -> int | None:
    simple = words.simple(value)
    return next((n for n, pattern in MONTHS.items() if re.fullmatch(pattern, simple)), None)


def _set_period(part: Part, amount: Column, interval: Column | None) -> None:
    """Say how many months an amount is for: by a column, by the amount's name, or by a person."""
    if interval is not None:
        cases = [f"when {syntax.is_in(interval.name, [v])} then {_months(v)}" for v in sorted(interval.counts)]
        expression = {"expression": f"case {' '.join(cases)} end"}
        part.guesses["period_months"] = Guess(expression, Sure.SURE, f"of {interval.shown(4)}", (interval,))
        return
    is_yearly = BY_YEAR.search(amount.words) is not None
    is_stated = is_yearly or BY_MONTH.search(amount.words) is not None
    sure = Sure.LIKELY if is_stated else Sure.GUESS
    part.guesses["period_months"] = Guess({"constant": 12 if is_yearly else 1}, sure, f"of {amount.words}")
    if is_stated:
        return

    def answer(given: str) -> None:
        if not given.isdigit() or not 1 <= int(given) <= 120:
            raise ValueError("write a number of months, such as 1 or 12")
        part.guesses["period_months"] = Guess({"constant": int(given)}, Sure.SURE, "you said so")

    text = f"For how many months is {amount.name} of a contract (1 monthly, 12 yearly)?"
    part.questions.append(Question("period_months", text, answer, default="1"))


def _set_units(part: Part, amount: Column) -> None:
    """Multiply by the units of a contract where the amount is that of one: within a plan it stays the same then."""
    quantity = next(
        (
            c
            for c in part.looked_at.columns
            if re.fullmatch(r"quantity|qty|seats|licen[sc]es|users|menge|anzahl|数量", c.words)
        ),
        None,
    )
    if quantity is None or not quantity.is_number or all(n == 1 for n in quantity.numbers):
        return
    guess = part.guesses["amount_cents"]

    def answer(given: str) -> None:
        if given == "one":
            expression = {"expression": f"{syntax.column(quantity.name)} * {syntax.column(amount.name)}"}
            part.guesses["amount_cents"] = replace(
                guess, value=expression, why=f"{quantity.name} times the amount of one", sources=(quantity, amount)
            )
        part.remarks.append(f"{amount.name} is that of {'one of ' if given == 'one' else 'all '}{quantity.name}")

    said_by_plans = _units_by_plan(part, amount, quantity)
    if said_by_plans is not None:
        answer(said_by_plans)
        return
    text = f"{quantity.name} is above 1 in some rows: is {amount.name} what one costs, or all of them?"
    part.questions.append(Question("amount_of", text, answer, ("one", "all")))


def _units_by_plan(part: Part, amount: Column, quantity: Column) -> str | None:
    """Return what an amount is of, by plans with several quantities; None where they do not agree."""
    plan = part.guesses.get("plan")
    if plan is None:
        return None
    numbers = zip(
        part.looked_at.texts(plan.sources[0]),
        part.looked_at.numbers(quantity),
        part.looked_at.numbers(amount),
        strict=True,
    )
    by_plan: dict[str, set[tuple[float, float]]] = {}
    for name, units, money in numbers:
        if name and units and money:
            by_plan.setdefault(name, set()).add((units, money))
    telling = [pairs for pairs in by_plan.values() if len({units for units, _ in pairs}) > 1]
    same = sum(len({money for _, money in pairs}) == 1 for pairs in telling)
    scaled = sum(max(m / n for n, m in pairs) - min(m / n for n, m in pairs) < CENT for pairs in telling)
    if not telling or max(same, scaled) < len(telling):
        return None
    return "one" if same == len(telling) else "all"


def _not_begun(part: Part, roles: Modifiers) -> dict[str, str]:
    """Return conditions that leave out trials and drafts; ask of contracts that ended without a day."""
    result = {}
    for column in roles.statuses:
        if out := sorted(v for v in column.counts if NOT_BEGUN.fullmatch(words.simple(v))):
            n = sum(column.counts[v] for v in out)
            condition = f"({syntax.column(column.name)} is null or not {syntax.is_in(column.name, out)})"
            result[condition] = (
                f"its {column.name} is {' or '.join(out)} in {n:,} rows: not begun, left out by the filter"
            )
        over = sorted(v for v in column.counts if v not in out and words.outcome(v) is Outcome.CANCELLED)
        if over:
            _ask_of_ended(part, column, over)
    return result


def _ask_of_ended(part: Part, status: Column, over: list[str]) -> None:
    ends = part.guesses["ends_on"].sources[0]
    pairs = list(zip(part.looked_at.texts(status), part.looked_at.texts(ends), strict=True))
    n = sum(state in over and end is None for state, end in pairs)
    if not n:
        return

    def answer(given: str) -> None:
        if given == "leave_out":
            condition = f"not ({syntax.is_in(status.name, over)} and {syntax.column(ends.name)} is null)"
            condition = f"({syntax.column(status.name)} is null or {condition})"
            part.keep_rows(condition)

    text = (
        f"{status.name} is {' or '.join(over)} in {n:,} rows without {ends.name}, so that nothing says when these "
        f"ended: leave them out, or take them as running?"
    )
    part.questions.append(Question("ended_without_a_day", text, answer, ("leave_out", "running")))
