"""Who may be contacted: columns of customers in which they agree to it, and columns in which they refuse."""
# ruff: noqa: E501 - a list of names is easier to read in one line

import re
from collections.abc import Iterable

from crmwb.contract import Kind
from crmwb.sources.drafting.guess import Guess, Part, Sure, of_column
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column

WAY = r"(e ?mail|mail|post|postal|phone|telephone|telefon|sms|text|fax|direct|marketing|newsletter|gdpr|dsgvo|contact|call|customer|has|is|werbe|accepts)"
AGREED = re.compile(
    rf"({WAY} )*(consent|opt ?in|opted in|permission|einwilligung|consentement|consentimiento|consenso)( (given|status|flag|to|for|{WAY}))*"
    rf"|({WAY} )+allowed|(accepts|may|can|ok to|allow) ({WAY} ?)+|((是否)?(同意|允许|接受)(营销|推广|联系|短信|邮件)+)"
)
REFUSED = re.compile(
    rf"(do ?not|donot|dont|don t|no|never) ({WAY} ?)+(me|flag)?|({WAY} )*(opt ?out|opted out|optout|unsubscribed|suppressed|suppression|dnc)( (flag|status|of {WAY}|{WAY}))*"
    r"|do ?not ?(contact|call|e ?mail|mail)( flag)?|robinson( list\w*)?|(werbe|kontakt|mail|telefon)sperre|werbewiderspruch|keine (werbung|e ?mails?|anrufe)|(请?勿|禁止|拒绝)(联系|营销|推广|打扰|致电)+"
)


def put(part: Part, columns: Iterable[Column]) -> None:
    """Put into a part of customers who may be contacted: who agreed wherever asked, and refused nowhere.

    A column of refusals alone leaves the others contactable. Where one column says it, it is read as it stands.

    Parameters
    ----------
    part : Part
        Customers; changed in place.
    columns : iterable of Column
        What stands beside their number.
    """
    flags = [c for c in columns if c.n_known and c.is_flag and c.called is None]
    refused = [c for c in flags if REFUSED.fullmatch(c.words) and c.true_values]
    others = [c for c in flags if c not in refused]
    agreed = [c for c in others if AGREED.fullmatch(c.words)]
    agreed = agreed or [c for c in others if vocabulary.matches(c.words, vocabulary.CUSTOMERS["contactable"]) == 2]
    if not agreed and not refused:
        return
    given = part.guesses.get("contactable")
    if given is not None and any(c.called is not None for c in given.sources):
        return
    if len(agreed) == 1 and not refused:
        part.guesses["contactable"] = of_column(agreed[0], Kind.BOOLEAN, Sure.SURE, "its name says so")
        return
    yes = [syntax.is_in(c.name, c.true_values) for c in agreed if c.true_values]
    no = [f"({syntax.column(c.name)} is null or not {syntax.is_in(c.name, c.true_values)})" for c in refused]
    whys = [
        f"who agreed in {' and '.join(c.name for c in agreed)}" if agreed else "who did not refuse",
        *([f"and not refused in {' or '.join(c.name for c in refused)}"] if agreed and refused else []),
        *([f"in {' or '.join(c.name for c in refused)}"] if refused and not agreed else []),
    ]
    if len(yes) < len(agreed):  # nobody agreed in one of them, so nobody may be contacted
        yes, no = ["false"], []
    guess = Guess({"expression": " and ".join([*yes, *no])}, Sure.LIKELY, " ".join(whys), (*agreed, *refused))
    part.guesses["contactable"] = guess
