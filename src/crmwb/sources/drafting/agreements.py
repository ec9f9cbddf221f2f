"""Files of contracts: who agreed to what, from when, until when, and for how much a month or a year."""

# ruff: noqa: E501 - a list of names is easier to read in one line

from crmwb.sources.drafting import said, vocabulary
from crmwb.sources.drafting.guess import Guess, Part, Sure, fill
from crmwb.sources.drafting.profile import Profile
from crmwb.sources.drafting.vocabulary import Patterns
from crmwb.tables import TABLES

DATE = vocabulary.DATE
CONTRACTS: dict[str, Patterns] = {
    "contract_id": (rf"(contract|subscription|agreement|policy|membership|vertrag|abo|abonnement|合同|订阅){vocabulary.ID}", r"(id|nr|no|number)"),
    "customer_id": (vocabulary.CUSTOMER, vocabulary.PERSON),
    "plan": (r"(plan|tariff|tarif|package|product|套餐)( (name|type))?", r"(contract|subscription)( type)?|type"),
    "starts_on": (rf"(start|starts|started|begin|begins|beginn|valid from|since|activated|activation|vertragsbeginn|开始)( ?{DATE})?", r"signup.*|created.*"),
    "ends_on": (rf"(end|ends|ended|cancel|cancell?ed|cancellation|terminated|termination|churn|churned|expiry|expires|kundigung|gekundigt|vertragsende|结束|取消)( ?{DATE})?", r"valid to|until"),
    "amount_cents": (r"(mrr|monthly (amount|fee|price|charge|charges|revenue)|amount|fee|price|betrag|monatsbetrag|grundgebuhr|annual (amount|fee|price)|arr|acv|月费|金额)", r".*(amount|fee|price)"),
    "reason_for_leaving": (r"(reason|churn reason|cancell?ation reason|kundigungsgrund|原因)( for leaving)?", r".*reason.*"),
}  # fmt: skip
NEEDED = {"contract_id", "customer_id", "starts_on", "ends_on", "amount_cents"}
YEARLY = ("annual", "arr", "acv", "year")


def contracts(profile: Profile) -> list[Part]:
    """Take a file as contracts that has their number, customer, first and last day, and amount: each row one."""
    found = fill(TABLES["contracts"], profile.columns, CONTRACTS)
    if not found.keys() >= NEEDED or not found["contract_id"].sources[0].is_unique:
        return []
    words = found["amount_cents"].sources[0].words
    is_yearly = any(word in words.split() for word in YEARLY)
    is_said = is_yearly or "mrr" in words or "month" in words or "monat" in words
    months = Guess({"constant": 12 if is_yearly else 1}, Sure.LIKELY if is_said else Sure.GUESS, f"of {words}")
    found["period_months"] = months
    ordered = {c.name: found[c.name] for c in TABLES["contracts"].columns if c.name in found}
    return [Part("contracts", said.file_options(profile), ordered, profile)]
