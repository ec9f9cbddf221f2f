"""Whether customers are people or companies: by columns that say so, tax numbers, company columns and how names end."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from crmwb.sources.drafting.customers import names_of_people
from crmwb.sources.drafting.customers.ids import NAME_OF_CUSTOMER
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column

PERSON = re.compile(
    r"(consumers?|persons?|people|private|b2c|privat\w*|individuals?|individual customer|particuliers?|个人|個人)"
)
COMPANY = re.compile(
    r"(corporate|company|companies|business|b2b|home office|firma|geschaft\w*|organi[sz]ation|professionnels?|enterprise|企业|公司|法人)"
)
ENDING = re.compile(  # of a company's name
    r"(?i:\b(gmbh|mbh|ag|kg|kgaa|ohg|gbr|ug|se|ltd|limited|llc|llp|lp|inc|incorporated|corp|corporation|co|company|plc|pty|pvt|pte|sa|sarl|sas|sasu|eurl|srl|spa|sl|slu|bv|nv|vof|ab|as|asa|oy|oyj|aps|kft|zrt|sro|doo|ltda|eireli|me|epp|sa de cv|ood|eood|sia|uab)\.?\)?$"
    r"|\b(s\.? ?a\.?|s\.? ?l\.?|s\.? ?r\.? ?l\.?|s\.? ?p\.? ?a\.?|b\.? ?v\.?|n\.? ?v\.?|s\.? ?r\.? ?o\.?|d\.? ?o\.? ?o\.?|sp\.? ?z ?o\.? ?o\.?|a/s|e\. ?[kv]\.|e\.? ?k\.?|s\.? ?a\.? ?r\.? ?l\.?|l\.? ?l\.? ?c\.?)$"
    r"|(&|\bund\b|\band\b|\bet\b|\by\b) (co|cie|sons?|sohne?|söhne|fils|hijos|figli|partners?)\.?( \w+)?$)"
    r"|(有限公司|公司|集团|商行|经营部|合作社|株式会社|有限会社|合同会社|\(株\)|㈱|㈲|주식회사)$|^(株式会社|有限会社|合同会社|\(株\)|㈱|㈲|주식회사|\(주\))"
)
TRADE = re.compile(  # within a name of two words or more, or at the end of a Chinese one that is too long for a person's
    r"(?i:(?<=\w )(group|holdings?|works|associates|hospital|clinic|school|university|institute|hotel|restaurant|bakery|pharmacy|garage|services|solutions|systems|industries|trading|stores|supply|supplies"
    r"|klinik|krankenhaus|apotheke|schule|werke|werkstatt|technik|stadtwerke|cl[ií]nica|farmacia|talleres|clinique|pharmacie)$"
    r"|^(autohaus|praxis|klinik|krankenhaus|apotheke|stadtwerke|b[aä]ckerei|metzgerei|hotel|gasthaus|schreinerei|gemeinde|ets|[eé]tablissements|garage|boulangerie|clinique|pharmacie|talleres|taller|farmacia|cl[ií]nica|colegio|hospital|restaurante?)(?= \w))"
    r"|(?<=[\w·]{3})(厂|店|行|铺|部|社|站|馆|所|院|局)$|(?<=[\w·]{2})(中心|学校|大学|超市|商场|工作室|门市|诊所|药房|卫生室|科技|贸易|商贸|实业|机械|机电|建材|物流|电子|五金|汽配|汽修|农资|医药)$"
)
NOTE_BEHIND = re.compile(r" ?[(（][^()（）]*[)）]$")  # "(停用)"
OF_ORGANISATION = re.compile(
    r"(医院|药店|药房|经销商|代理商|终端|商户|企业|单位|公司)(名称?|全称)|(dealer|distributor|hospital|pharmacy|reseller|partner|handler|fachhandler) ?(name)?"
)
TAX_ID = re.compile(
    r"(?!.*\bcpf\b)(.*\b)?(vat (id|no|number|reg\w*)|ust id( nr)?|ustid\w*|uid( nummer)?|umsatzsteuer id\w*|(no |numero )?(de )?tva( intra\w*)?|partita iva|p iva|btw nummer|gstin( uin)?|gst (no|number)|cnpj|abn|siret|siren|ein|eori|nip|tax (id|number|registration\w*))\b.*|.*(税号|统一社会信用代码|法人番号)"
)
OF_COMPANY = re.compile(
    r"((billing|shipping|customer|client|buyer|bill to|ship to) )?(company|firm|firma|organi[sz]ation|business|employer|entreprise|societe|empresa|azienda|ragione sociale|raison sociale|razao social|razon social)( name)?"
    r"|公司(名称)?|单位名称|企业名称|会社名?|法人名"
)
LEAST_NAMES = 3
NEARLY_ALL, MOSTLY, SOME, FEW = 0.9, 0.6, 0.2, 0.02
MOST_KINDS = 6
MOST_ENDINGS = 3


def put(part: Part, columns: Iterable[Column], who: Sequence[Column]) -> None:
    """Put into a part of customers what they are, with the evidence; ask where names look like both.

    Parameters
    ----------
    part : Part
        Customers; changed in place.
    columns : iterable of Column
        What the file says beside their number, or what stands beside it in the facts.
    who : sequence of Column
        The number or name that customers go by.
    """
    every = list(columns)
    guess = _by_column(every) or _by_what_is_known(every) or _by_filled([*who, *every])
    if guess is not None:
        part.guesses["kind"] = guess
        return
    share, why = _names(every, who)
    if share >= MOSTLY:
        part.guesses["kind"] = Guess({"constant": "company"}, Sure.LIKELY, why)
        return
    nothing = "nothing says so; company where customers are companies"
    part.guesses["kind"] = Guess({"constant": "person"}, Sure.GUESS, why or nothing)
    if share >= SOME:
        _ask(part, why)
    else:
        names_of_people.ask(part, who)


def _by_column(columns: Sequence[Column]) -> Guess | None:
    for column in columns:
        kinds = {value: _kind_of(value) for value in column.counts}
        if 1 < len(kinds) <= MOST_KINDS and all(kinds.values()):
            return Guess({"column": column.name, "replace": kinds}, Sure.LIKELY, f"of {column.shown(4)}", (column,))
    return None


def _kind_of(value: str) -> str | None:
    return "person" if PERSON.fullmatch(value.lower()) else "company" if COMPANY.fullmatch(value.lower()) else None


def _by_what_is_known(columns: Sequence[Column]) -> Guess | None:
    about = [
        c.name for c in columns for name in ("industry", "company_size", "parent_id")
        if c.n_known and vocabulary.matches(c.words, vocabulary.CUSTOMERS[name])
    ]  # fmt: skip
    return Guess({"constant": "company"}, Sure.LIKELY, f"they have {about[0]}") if about else None


def _by_filled(columns: Sequence[Column]) -> Guess | None:
    """Return companies where a tax number or a company's name is known: all of them, or those that have one."""
    for column in columns:
        if (
            not (TAX_ID.fullmatch(column.words) or OF_COMPANY.fullmatch(column.words))
            or len(column.counts) < LEAST_NAMES
            or any(number % 1 for number in column.numbers)  # an amount of tax
        ):
            continue
        share = column.n_known / max(column.n_rows, 1)
        if share >= MOSTLY:
            return Guess({"constant": "company"}, Sure.LIKELY, f"{share:.0%} have {column.name}")
        if share >= FEW:
            condition = f"case when {syntax.column(column.name)} is not null then 'company' else 'person' end"
            return Guess({"expression": condition}, Sure.LIKELY, f"{share:.0%} have {column.name}", (column,))
    return None


def _names(columns: Sequence[Column], who: Sequence[Column]) -> tuple[float, str]:
    """Return the share of names that end as companies' do, and that in words; nothing where few or no names are there."""
    named = [c for c in columns if c.n_known and not c.is_number and _may_be_name(c)]
    best: tuple[float, str] = 0.0, ""
    for column in [*named, *who]:
        ends = Counter(filter(None, map(_ending, column.counts)))
        if ends.total() < LEAST_NAMES:
            continue
        share = ends.total() / len(column.counts)
        shown = ", ".join(ending for ending, _ in ends.most_common(MOST_ENDINGS))
        if share > best[0]:
            best = (
                share,
                f"{ends.total():,} of {len(column.counts):,} values of {column.name} end as companies do ({shown})",
            )
    return best


def _ending(value: str) -> str:
    """Return what says that a name is a company's; nothing where nothing does."""
    name = value.strip()
    every = (pattern.search(text) for text in (name, NOTE_BEHIND.sub("", name)) for pattern in (ENDING, TRADE))
    match = next(filter(None, every), None)
    return match[0].strip(" .)").lower() if match else ""


def _may_be_name(column: Column) -> bool:
    is_named = NAME_OF_CUSTOMER.fullmatch(column.words) is not None or column.words in {"name", "名称"}
    is_own = len(column.counts) >= NEARLY_ALL * column.n_known  # each its own, as no branch or supplier is
    return (
        is_named
        or (is_own and OF_ORGANISATION.fullmatch(column.words) is not None)
        or vocabulary.matches(column.words, vocabulary.CUSTOMERS["customer_id"]) > 0
    )


def _ask(part: Part, why: str) -> None:
    def answer(given: str) -> None:
        part.guesses["kind"] = Guess({"constant": given}, Sure.SURE, "you said so")

    text = f"{why}: are customers companies, or people (person)? Of both, write kind into the mapping by a column that tells them apart."
    part.questions.append(Question("kind", text, answer, ("company", "person")))
