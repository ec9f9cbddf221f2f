"""Pages that somebody asks for: of one customer, or of a part of the customers."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmwb import layout, storage
from crmwb.errors import CrmwbError
from crmwb.findings import Name, language
from crmwb.params import Params
from crmwb.reporting import apart, make
from crmwb.reporting.execute import Parameter, Run, execute_all
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
    pages: dict[Path, str] = {}
    asked = _runs(wanted, params, root)
    for place, done in execute_all([one.run for one in asked], params.engine.threads):
        if isinstance(done, CrmwbError):
            raise done
        one = asked[place]
        pages |= apart.pages(
            wanted.name,
            one.title,
            done,
            params,
            trace(params, root),
            folder=one.folder,
            file=one.file,
            audience=wanted.audience,
            languages=languages,
        )
    for path, page in sorted(pages.items()):
        storage.write_text(page, root / path)
    return sorted(pages)


@dataclass(frozen=True)
class _Asked:
    """One notebook to run, what its pages add to the report's title, and where they go."""

    run: Run
    title: "Said"
    folder: Path
    file: str


def _runs(wanted: Wanted, params: Params, root: Path) -> list[_Asked]:
    """Return what to run for what is wanted."""
    name = wanted.name
    if name == CARD:
        if not wanted.customer_id or wanted.cut or wanted.audience or wanted.compare_to:
            raise CrmwbError("crmwb report customer_card: needs --id, and knows no --cut, --audience or --compare-to.")
        run = make.run_of(CARD, {"customer_id": wanted.customer_id}, params, root)
        return [_Asked(run, Name(wanted.customer_id), layout.CUSTOMER_PAGES, wanted.customer_id)]
    if name not in params.reports:
        raise CrmwbError(f"crmwb report: no report {name!r} (there is: {', '.join([CARD, *params.reports])}).")
    if wanted.customer_id:
        raise CrmwbError(f"crmwb report {name}: knows no --id; customer_card does.")
    folder = layout.REPORTS / "asked" / name
    if not wanted.cut:
        if wanted.compare_to or not (wanted.audience or wanted.lang):
            raise CrmwbError(
                f"crmwb report {name}: needs --cut, --audience or --lang (--compare-to goes with --cut); `dvc repro` "
                "makes the whole."
            )
        return [_Asked(make.run_of(name, {}, params, root), "", folder, "all")]
    how, _, value = wanted.cut.partition("=")
    given: dict[str, Parameter] = {key: text for key in ("audience", "compare_to") if (text := getattr(wanted, key))}
    parts = apart.cut_into({how: value}, root / layout.CUSTOMER_MART)
    runs = [make.run_of_part(name, {**given, "cut": str(part)}, params, root) for part in parts]
    return [_Asked(run, part.titled, folder, str(part)) for run, part in zip(runs, parts, strict=True)]
