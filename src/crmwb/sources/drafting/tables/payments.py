"""Files of payments that name the invoice they pay: money that came in, no sales of their own."""

# ruff: noqa: E501 - a list of names is easier to read in one line

from collections.abc import Collection

from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.guess import Guess, Part, fill, of_column
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.links import Declared, reach
from crmwb.sources.drafting.reading.profile import Profile
from crmwb.sources.drafting.reading.vocabulary import Patterns, matches

PLAINLY = 2
PAYMENTS: dict[str, Patterns] = {
    "payment_id": (rf"(payment|receipt|zahlung|zahlungs|paiement|pago|付款|回款|收款){vocabulary.ID}", r"(id|nr|no|number)"),
    "paid_on": (vocabulary.INVOICES["paid_on"][0], rf"(booked|booking|value|received|collected)?( ?{vocabulary.DATE})|(付款|回款|收款)(日期|时间)"),
    "amount_cents": vocabulary.INVOICES["amount_cents"],
    "method": (r"(payment )?(method|type)|zahlungsart|付款方式", r"channel"),
}  # fmt: skip


def payments(base: Profile, profiles: list[Profile], declared: Collection[Declared], facts: list[Part]) -> Part | None:
    """Take a file as payments whose rows name an invoice of another file, the day and the amount.

    Parameters
    ----------
    base : Profile
        The file.
    profiles : list of Profile
        All files.
    declared : collection of Declared
        Links that a database says.
    facts : list of Part
        What the files tell alone; the invoices are among them.
    """
    result = fill(TABLES["payments"], base.columns, PAYMENTS)
    if not {"payment_id", "paid_on", "amount_cents"} <= result.keys():
        return None
    if not any(matches(result[name].sources[0].words, PAYMENTS[name]) == PLAINLY for name in ("payment_id", "paid_on")):
        return None
    at = reach(base, profiles, declared, n_steps=1)
    for alias, link in at.links.items():
        billed = next((p for p in facts if p.table == "invoices" and p.options["file"] == link.file.file.name), None)
        if billed is None or billed.guesses["invoice_id"].sources[0].name != link.there.name:
            continue
        who = next(c for c in at.columns[alias] if c.name == f"{alias}.{billed.guesses['customer_id'].sources[0].name}")
        kinds = {c.name: c.kind for c in TABLES["payments"].columns}
        sure = billed.guesses["customer_id"].sure
        result["customer_id"] = of_column(who, kinds["customer_id"], sure, "whose invoice it pays")
        result["invoice_id"] = of_column(link.here, kinds["invoice_id"], sure, f"the invoice of {link.file.file.name}")
        guesses: dict[str, Guess] = {c.name: result[c.name] for c in TABLES["payments"].columns if c.name in result}
        options = {**syntax.file_options(base), "join": {alias: at.options[alias]}}
        part = Part("payments", options, guesses, base)
        part.remarks.append(f"{base.file.name} pays the invoices of {link.file.file.name}: no sales of their own")
        return part
    return None
