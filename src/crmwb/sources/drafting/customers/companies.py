"""Files of several companies that each number their customers from the beginning: asked, for one number may be two customers."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import defaultdict

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

COMPANY = re.compile(
    r"(mandant(en)?|mandt|bukrs|buchungskreis|company( code)?|legal entity|entity|business unit|societe|sociedad|societa|azienda|spolka|empresa|unternehmen|gesellschaft)( ?(id|no|nr|code|nummer|key))?"
    r"|公司代码|账套|法人(编号|代码)?|会社(コード)?|法人(コード)?"
)
MOST_COMPANIES = 20
LEAST_SHARED = 2


def ask(part: Part) -> None:
    """Ask whether a customer's number means the same in every company of a file, where some stand in several."""
    who, order = part.guesses["customer_id"], part.guesses["order_id"]
    is_plain = len(who.sources) == 1 and isinstance(who.value, str) and part.looked_at.holds(*who.sources)
    column = next((c for c in part.looked_at.own if _tells_companies(c) and c not in who.sources), None)
    if column is None or not is_plain:
        return
    of: dict[str | None, set[str | None]] = defaultdict(set)
    for customer, company in zip(part.looked_at.texts(who.sources[0]), part.looked_at.texts(column), strict=True):
        of[customer].add(company)
    n_shared = sum(len(companies) > 1 for customer, companies in of.items() if customer)
    if n_shared < LEAST_SHARED:
        return

    def answer(given: str) -> None:
        if given == "same":
            return
        for name, guess in (("customer_id", who), ("order_id", order)):
            if len(guess.sources) == 1 and isinstance(guess.value, str):
                expression = f"concat({syntax.column(column.name)}, '-', {syntax.column(guess.value)})"
                for each in (part, *part.twins):
                    each.guesses[name] = Guess(
                        {"expression": expression}, Sure.SURE, "numbered by each company, as you said", guess.sources
                    )

    text = (
        f"{column.name} tells companies apart, and {n_shared:,} numbers of {who.sources[0].name} stand in several of them: are these the "
        f"same customers, or does each company number its own (apart)?"
    )
    part.questions.append(
        Question(syntax.slug(f"customers by {column.words}"), text, answer, ("same", "apart"), columns=(column.name,))
    )


def _tells_companies(column: Column) -> bool:
    return (
        1 < len(column.counts) <= MOST_COMPANIES and not column.is_date and COMPANY.fullmatch(column.words) is not None
    )
