"""Pages that somebody asks for: of one customer, or of a part of the customers."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.findings import Name, language
from crmwb.params import Params
from crmwb.reporting import make

if TYPE_CHECKING:
    from crmwb.reporting.execute import Parameter

CARD = "customer_card"


@dataclass(frozen=True)
class Wanted:
    """What is asked for; what is empty is as in params.yaml.

    Attributes
    ----------
    name : str
        A report.
    customer_id : str
        For the card of a customer.
    cut : str
        "region=North" or "by=region".
    audience, compare_to : str
        As the notebook knows them.
    lang : str
        Only this language.
    """

    name: str
    customer_id: str = ""
    cut: str = ""
    audience: str = ""
    compare_to: str = ""
    lang: str = ""


def write(wanted: Wanted, params: Params, root: Path = Path()) -> list[Path]:
    """Write the pages and return where they are.

    Raises
    ------
    CrmwbError
        The report, customer, part or language is not known, or a notebook does not know a parameter that is given.
    """
    if wanted.lang and wanted.lang not in language.LANGUAGES:
        raise CrmwbError(f"crmwb report: no language {wanted.lang!r} (there is: {', '.join(language.LANGUAGES)}).")
    languages = (wanted.lang,) if wanted.lang else tuple(language.LANGUAGES)
    if wanted.name == CARD:
        if not wanted.customer_id or wanted.cut or wanted.audience or wanted.compare_to:
            raise CrmwbError("crmwb report customer_card: needs --id, and knows no --cut, --audience or --compare-to.")
        given: dict[str, Parameter] = {"customer_id": wanted.customer_id}
        title = Name(wanted.customer_id)
        return make.apart(CARD, title, given, params, layout.CUSTOMER_PAGES, languages=languages, root=root)
    if wanted.name not in params.reports:
        raise CrmwbError(f"crmwb report: no report {wanted.name!r} (there is: {', '.join([CARD, *params.reports])}).")
    if wanted.customer_id or not wanted.cut:
        raise CrmwbError(f"crmwb report {wanted.name}: needs --cut, and knows no --id; `dvc repro` makes the whole.")
    how, _, value = wanted.cut.partition("=")
    given = {name: text for name in ("audience", "compare_to") if (text := getattr(wanted, name))}
    pages = []
    for part in make.cut_into({how: value}, root / layout.CUSTOMER_MART):
        folder = layout.REPORTS / "asked" / wanted.name
        parameters = {**given, "cut": str(part)}
        pages += make.apart(
            wanted.name,
            part.said,
            parameters,
            params,
            folder,
            audience=wanted.audience,
            languages=languages,
            root=root,
        )
    return pages
