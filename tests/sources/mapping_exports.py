"""`crmwb map` at work on exports in a project of its own, and what ingest makes of them."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from click.testing import Result
from exporting import Ingested
from project import PROJECT
from typer.testing import CliRunner

from crmwb import params
from crmwb.cli import app
from crmwb.errors import CrmwbError
from crmwb.sources import ingest
from crmwb.sources.drafting import roles
from crmwb.sources.drafting.draft import draft
from crmwb.sources.drafting.questions import settle
from crmwb.sources.drafting.text import text
from crmwb.sources.privacy import secret

CASES = PROJECT / "tests" / "fixtures" / "exports"


def run_map(*arguments: str) -> Result:
    """Run `crmwb map`; where --yes stops because nothing in the files says the currency, answer that it is USD."""
    done = CliRunner().invoke(app, ["map", *arguments])
    if "--yes" in arguments and done.exit_code and "which currency amounts are in" in done.output:
        done = CliRunner().invoke(app, ["map", *arguments, "--answer", "currency=USD"])
    return done


class Mapped:
    """A project into which exports are mapped.

    Attributes
    ----------
    printed : str
        What the command printed.
    code : int
        How it ended.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.raw = root / "data" / "raw"
        self.raw.mkdir(parents=True, exist_ok=True)
        for name in ("params.yaml", "dvc.yaml"):
            shutil.copy(PROJECT / name, root)
        self.printed, self.code = "", 0

    def map(self, *files: str, yes: bool = True, **answers: str) -> bool:
        """Run the command on files of data/raw; return whether it went well."""
        given = [part for key, value in answers.items() for part in ("--answer", f"{key}={value}")]
        options = [*(["--yes"] if yes else []), *given]
        done = run_map(*(f"data/raw/{name}" for name in files), *options)
        self.code, self.printed = done.exit_code, done.output
        return done.exit_code == 0

    def draft(self, **answers: str) -> list[str]:
        """Draft a mapping of all files of data/raw without the command's check; return what is still asked.

        Amounts are in USD where nothing in the files says otherwise.
        """
        named = {key: name for key, name in answers.items() if key in roles.KEYS}
        try:
            drafted = draft(sorted(self.raw.iterdir()), given=named)
        except CrmwbError as error:
            self.printed = str(error)
            return [self.printed]
        if any(question.key == "currency" and not question.is_safe for question in drafted.questions):
            answers = {"currency": "USD", **answers}
        asked = [question.shown() for question in drafted.questions if not question.is_safe]
        left = settle(drafted.questions, {key: given for key, given in answers.items() if key not in named})
        path = self.root / "mappings" / "draft.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text(drafted, "mappings/draft.yaml", left), encoding="utf-8")
        if "pseudonym" in self.mapping and not secret.is_there():
            secret.make_key()
        chosen = {"mapping": "mappings/draft.yaml", "currency": drafted.currency or "USD", "kind": "files"}
        params.choose({f"source.{key}": value for key, value in chosen.items()})
        self.printed = "\n".join([*asked, *(remark for part in drafted.parts for remark in part.remarks)])
        return [question.shown() for question in left if not question.is_safe]

    @property
    def mapping(self) -> str:
        """The mapping that was written, as text."""
        (path,) = (self.root / "mappings").glob("*.yaml")
        return path.read_text(encoding="utf-8")

    @property
    def source(self) -> params.SourceParams:
        """What params.yaml says of the source now."""
        return params.load(self.root / "params.yaml").source

    def ingest(self) -> Ingested:
        """Ingest by what params.yaml says now."""
        p = params.load(self.root / "params.yaml")
        ingest(p.model_copy(update={"engine": params.EngineParams(threads=1, memory_limit_gb=2)}))
        return Ingested(self.root / "data" / "canonical")


def revenue(ingested: Ingested, by: str = "customer_id") -> dict[str, float]:
    """Return revenue in whole units of money by a column of the transactions."""
    rows = ingested.table("transactions")
    return (rows.groupby(by).revenue_cents.sum() / 100).to_dict()


def total(project: Mapped) -> float:
    """Ingest, and return the revenue of all customers in whole units of money."""
    return round(sum(revenue(project.ingest()).values()), 2)


def write(project: Mapped, name: str, lines: Iterable[str], encoding: str = "utf-8") -> None:
    """Write an export into data/raw."""
    (project.raw / name).write_text("\n".join(lines) + "\n", encoding=encoding)


def of_orders(ingested: Ingested, names: Iterable[str]) -> pd.DataFrame:
    """Return the rows of some orders."""
    rows = ingested.table("transactions")
    return rows[rows.order_id.isin(list(names))]
