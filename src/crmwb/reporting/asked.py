"""Pages that somebody asks for: of one customer, or of a part of the customers."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmwb import layout, storage
from crmwb.errors import CrmwbError
from crmwb.findings import Name, language
from crmwb.params import Params
from crmwb.reporting import apart, make
from crmwb.reporting.execute import Parameter, execute_all
from crmwb.reporting.lineage import trace

if TYPE_CHECKING:
    from crmwb.findings.say import Said

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
        titles: list[tuple[Said, dict[str, Parameter]]] = [
            (Name(wanted.customer_id), {"customer_id": wanted.customer_id})
        ]
        folder, files = layout.CUSTOMER_PAGES, [wanted.customer_id]
    elif wanted.name not in params.reports:
        raise CrmwbError(f"crmwb report: no report {wanted.name!r} (there is: {', '.join([CARD, *params.reports])}).")
    elif wanted.customer_id or not wanted.cut:
        raise CrmwbError(f"crmwb report {wanted.name}: needs --cut, and knows no --id; `dvc repro` makes the whole.")
    else:
        how, _, value = wanted.cut.partition("=")
        parts = apart.cut_into({how: value}, root / layout.CUSTOMER_MART)
        given: dict[str, Parameter] = {
            name: text for name in ("audience", "compare_to") if (text := getattr(wanted, name))
        }
        titles = [(part.said, {**given, "cut": str(part)}) for part in parts]
        folder, files = layout.REPORTS / "asked" / wanted.name, [str(part) for part in parts]
    runs = [make.run_of(wanted.name, parameters, params, root) for _, parameters in titles]
    pages: dict[Path, str] = {}
    for place, done in execute_all(runs, params.engine.threads):
        if isinstance(done, CrmwbError):
            raise done
        pages |= apart.pages(
            wanted.name,
            titles[place][0],
            done,
            params,
            trace(params, root),
            folder=folder,
            file=files[place],
            audience=wanted.audience,
            languages=languages,
        )
    for path, page in sorted(pages.items()):
        storage.write_text(page, root / path)
    return sorted(pages)
