"""Where each artefact lives, relative to the project's root: one name per artefact.

Stages run in the root (DVC sees to that); whoever runs elsewhere, a notebook for one, asks `root()`.
"""

from pathlib import Path

from crmwb.errors import CrmwbError

PARAMS = Path("params.yaml")
PIPELINE = Path("dvc.yaml")
SOURCE_CODE = Path("src/crmwb")
MAPPINGS = Path("mappings")
MAPPING_SCHEMA = MAPPINGS / "mapping.schema.json"
NOTEBOOKS = Path("notebooks")
DATA_DICTIONARY = Path("docs/data_dictionary.md")

RAW = Path("data/raw")
FORGOTTEN = Path("data/forgotten.csv")

CANONICAL = Path("data/canonical")
MANIFEST = CANONICAL / "manifest.json"
UNREADABLE = CANONICAL / "unreadable"  # rows that could not be cast to the contract's types
PROVENANCE = CANONICAL / "provenance"  # of each table, row by row: the source's file, and the row's number in it
TRUTH = CANONICAL / "truth"  # of a simulated source; only tests read it
TRUTH_PARAMETERS = TRUTH / "truth.json"

CLEAN = Path("data/quality/clean")
QUARANTINE = Path("data/quality/quarantine")
QUALITY_SUMMARY = Path("data/quality/summary.json")
QUALITY_METRICS = Path("metrics/quality.json")
ACCEPTED_RUN = Path("data/accepted.json")

CUSTOMER_FEATURES = Path("data/features/customers.parquet")
SNAPSHOTS = Path("data/features/snapshots.parquet")
OBSERVATION = Path("data/features/observation.json")

CUSTOMER_SEGMENTS = Path("data/segments/customers.parquet")
SEGMENT_PROFILES = Path("data/segments/profiles.parquet")
SEGMENT_MODEL = Path("data/segments/model.json")
SEGMENT_METRICS = Path("metrics/segments.json")

CUSTOMER_VALUE = Path("data/value/customers.parquet")
BACKTEST = Path("data/value/backtest.parquet")
TRACKING = Path("data/value/tracking.parquet")
EQUITY = Path("data/value/equity.parquet")
EQUITY_BRIDGE = Path("data/value/equity_bridge.parquet")
FORECAST = Path("data/value/forecast.parquet")
PAST_FORECASTS = Path("data/value/past_forecasts.parquet")
VALUE_MODELS = Path("data/value/models.json")
VALUE_FACTS = Path("data/value/facts.json")
VALUE_METRICS = Path("metrics/value.json")

CUSTOMER_MART = Path("data/marts/customers.parquet")
CUSTOMER_MART_CSV = Path("data/marts/customers.csv")
CUSTOMER_MART_COLUMNS = Path("data/marts/columns.csv")

REPORTS = Path("reports")
REPORT_INDEX = REPORTS / "index.html"
REPORT_CARDS = Path("data/reports")


def report_notebook(name: str) -> Path:
    """Return the notebook that the report `name` is made from."""
    return NOTEBOOKS / "reports" / f"{name}.ipynb"


def report_html(name: str) -> Path:
    """Return the page that the report `name` is rendered to."""
    return REPORTS / f"{name}.html"


def report_card(name: str) -> Path:
    """Return the summary of the report `name` that the index page shows."""
    return REPORT_CARDS / f"{name}.json"


def root(start: Path | None = None) -> Path:
    """Return the project's root: the nearest folder at or above `start` that holds params.yaml and dvc.yaml.

    Parameters
    ----------
    start : Path, optional
        Where to begin; the working directory where not given.

    Raises
    ------
    CrmwbError
        Neither `start` nor a folder above it is a crmwb project.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PARAMS).is_file() and (folder / PIPELINE).is_file():
            return folder
    raise CrmwbError(f"{here}: no crmwb project here or above (a folder with params.yaml and dvc.yaml); go to one.")
