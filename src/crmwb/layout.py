"""Where each artefact lives, relative to the project's root: one name per artefact.

Stages run in the root (DVC sees to that); whoever runs elsewhere, a notebook for one, asks `root()`.
"""

from pathlib import Path

from crmwb.errors import CrmwbError

PARAMS = Path("params.yaml")
LOCK = Path("dvc.lock")
PIPELINE = Path("dvc.yaml")
SOURCE_CODE = Path("src/crmwb")
MARKETING_MIX = Path("marketing_mix.yaml")
MAPPINGS = Path("mappings")
MAPPING_SCHEMA = MAPPINGS / "mapping.schema.json"
NOTEBOOKS = Path("notebooks")
DATA_DICTIONARY = Path("docs/data_dictionary.md")

RAW = Path("data/raw")
TEMPORARY = Path("data/tmp")  # a folder for each process at work, which goes away with it
FORGOTTEN = Path("data/forgotten.csv")
KEPT_ROWS = Path("data/kept")  # what ingest read of each file; may be deleted at any time
KEPT_VERDICTS = Path("data/kept_verdicts")  # what validate found in each month; may be deleted at any time

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
ACCEPTED_SEGMENTS = Path("data/accepted_segments.json")
ACCEPTED_ACTIONS = Path("data/accepted_actions.json")

HISTORY = Path("data/history")  # customers by day and by month; `history.update` brings it up to date

CUSTOMER_FEATURES = Path("data/features/customers.parquet")
SNAPSHOTS = Path("data/snapshots")  # features at month ends, a file for each; `write_snapshots` brings them up to date
INTERESTS = Path("data/features/interests.parquet")
OBSERVATION = Path("data/features/observation.json")
CIRCUMSTANCES = Path("data/features/circumstances.json")  # what changes how figures read

CUSTOMER_SEGMENTS = Path("data/segments/customers.parquet")
RFM_MONTHS = Path("data/segments/rfm_months.parquet")
SEGMENT_PROFILES = Path("data/segments/profiles.parquet")
SEGMENT_MODEL = Path("data/segments/model.json")
SEGMENT_RULES = Path("data/segments/rules.parquet")
SEGMENT_TRAITS = Path("data/segments/traits.parquet")
SEGMENT_CARDS = Path("data/segments/cards.parquet")
SEGMENT_ACCEPTANCE = Path("data/segments/acceptance.parquet")
SEGMENT_NEEDS = Path("data/segments/needs.parquet")
SEGMENT_MIX = Path("data/segments/mix.parquet")
NEEDS_FACTS = Path("data/segments/needs.json")
TIER_CROSSWALK = Path("data/segments/crosswalk.parquet")
REFIT_REPORT = Path("data/segments/refit.json")
SEGMENT_METRICS = Path("metrics/segments.json")

CUSTOMER_VALUE = Path("data/value/customers.parquet")
TIER_MONTHS = Path("data/value/tier_months.parquet")
BACKTEST = Path("data/value/backtest.parquet")
TRACKING = Path("data/value/tracking.parquet")
EQUITY = Path("data/value/equity.parquet")
EQUITY_BRIDGE = Path("data/value/equity_bridge.parquet")
FORECAST = Path("data/value/forecast.parquet")
PAST_FORECASTS = Path("data/value/past_forecasts.parquet")
VALUE_MODELS = Path("data/value/models.json")
VALUE_FACTS = Path("data/value/facts.json")
VALUE_METRICS = Path("metrics/value.json")

CONTRACTS = Path("data/contracts")
CONTRACT_FACTS = CONTRACTS / "facts.json"
CONTRACT_CUSTOMERS = CONTRACTS / "customers.parquet"
CONTRACT_SURVIVAL = CONTRACTS / "survival.parquet"
CONTRACT_BRIDGE = CONTRACTS / "bridge.parquet"
CONTRACT_RENEWALS = CONTRACTS / "renewals.parquet"

CUSTOMER_LIFECYCLE = Path("data/lifecycle/customers.parquet")
CUSTOMER_RISK = Path("data/lifecycle/risk.parquet")
RISK_RELIABILITY = Path("data/lifecycle/risk_reliability.parquet")
LIFECYCLE_MONTHS = Path("data/lifecycle/customer_months.parquet")
LIFECYCLE_STAGES = Path("data/lifecycle/stages.parquet")
LIFECYCLE_CONVERSIONS = Path("data/lifecycle/conversions.parquet")
LIFECYCLE_BUCKET = Path("data/lifecycle/bucket.parquet")
LIFECYCLE_COHORTS = Path("data/lifecycle/cohorts.parquet")
LIFECYCLE_FACTS = Path("data/lifecycle/facts.json")
LIFECYCLE_METRICS = Path("metrics/lifecycle.json")

MIGRATION_TRANSITIONS = Path("data/migration/transitions.parquet")
MIGRATION_SHARES = Path("data/migration/shares.parquet")
MIGRATION_PROBABILITIES = Path("data/migration/transition_probabilities.parquet")
MIGRATION_LONG_RUN = Path("data/migration/long_run.parquet")
MIGRATION_CHANGES = Path("data/migration/changes.parquet")
MIGRATION_FACTS = Path("data/migration/facts.json")
MIGRATION_METRICS = Path("metrics/migration.json")

RESPONSE_FINDINGS = Path("data/response/findings.json")
RESPONSE_METRICS = Path("metrics/response.json")

RECOMMEND_FINDINGS = Path("data/recommend/findings.json")
RECOMMEND_METRICS = Path("metrics/recommend.json")

EFFECTIVENESS = Path("data/effectiveness")
EFFECTIVENESS_FINDINGS = EFFECTIVENESS / "findings.json"
EFFECTIVENESS_METRICS = Path("metrics/effectiveness.json")

PREDICT_FINDINGS = Path("data/predict/findings.json")
PREDICT_METRICS = Path("metrics/predict.json")

ACTION_PLAN = Path("actions.yaml")
ACTION_LEDGER = Path("data/action_ledger.csv")  # lists handed out, without identities; people commit it
ACTION_LIST = Path("data/actions/list.parquet")
ACTION_SUMMARY = Path("data/actions/summary.parquet")
ACTION_RESULTS = Path("data/actions/results.parquet")
ACTION_FINDINGS = Path("data/actions/findings.json")
ACTION_ALERTS = Path("data/actions/alerts.json")
READINESS = Path("data/actions/readiness.parquet")
ACTION_METRICS = Path("metrics/actions.json")
ACTION_FILES = Path("data/lists")  # for owners, and for other systems to import

CUSTOMER_MART = Path("data/marts/customers.parquet")
CUSTOMER_MART_CSV = Path("data/marts/customers.csv")
RISK_EXPLAINED = Path("data/marts/risk.parquet")
CUSTOMER_MART_COLUMNS = Path("data/marts/columns.csv")

HEADLINE_METRICS = Path("metrics/headlines.json")
PLOTS = Path("plots")  # curves of the run, for dvc plots

REPORTS = Path("reports")
REPORT_INDEX = REPORTS / "index.html"
REPORT_INPUTS = (
    *("data/accepted.json", "data/actions", "data/canonical/manifest.json", "data/contracts", "data/effectiveness"),
    *("data/features", "data/lifecycle", "data/marts", "data/migration", "data/predict", "data/quality"),
    *("data/recommend", "data/response", "data/segments", "data/value"),
)  # what their notebooks may read
REPORT_CARDS = Path("data/reports")
REPORT_PARTS = REPORTS / "parts"  # pages of parts of the customers, and a list of them
REPORT_PDFS = REPORTS / "pdf"  # made when asked for
CUSTOMER_PAGES = REPORTS / "customers"  # pages of single customers, made when asked for


def response(table: str) -> Path:
    """Return where a table of the respond stage lies, such as effects."""
    return Path("data/response") / f"{table}.parquet"


def recommend(table: str) -> Path:
    """Return where a table of the recommend stage lies, such as again."""
    return Path("data/recommend") / f"{table}.parquet"


def effectiveness(table: str) -> Path:
    """Return where a table of the effectiveness stage lies, such as initiatives."""
    return EFFECTIVENESS / f"{table}.parquet"


def predict(table: str) -> Path:
    """Return where a table of the predict stage lies, such as opportunities."""
    return Path("data/predict") / f"{table}.parquet"


def report_notebook(name: str) -> Path:
    """Return the notebook that the report `name` is made from."""
    return NOTEBOOKS / "reports" / f"{name}.ipynb"


def report_html(name: str, language: str = "en") -> Path:
    """Return the page that the report `name` is rendered to: English ones in `reports`, others in folders of theirs."""
    return (REPORTS if language == "en" else REPORTS / language) / f"{name}.html"


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
