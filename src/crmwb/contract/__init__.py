"""Every table that sources deliver and stages write, declared once.

The single source for ingest's casts, the Great Expectations suites, what storage lets pass, synthetic data, the
customer mart's list of columns and the data dictionary. `columns` and `tables` say what a declaration is; `canonical`
holds the tables that sources are read into, and each other module what one stage writes; `stages` lists all of them.
Ids are strings; money is int64 in hundredths of `params.source.currency`; timestamps are naive UTC; unknown is NULL.
"""

from crmwb.contract.columns import (
    ARROW_TYPES,
    FIRST_DAY,
    LAST_DAY,
    MOST_CENTS,
    MOST_UNITS,
    Column,
    Kind,
    id_,
    maybe,
    money,
)
from crmwb.contract.tables import Artefact, Rule, Severity, Table, named, schema_of

__all__ = [
    "ARROW_TYPES",
    "FIRST_DAY",
    "LAST_DAY",
    "MOST_CENTS",
    "MOST_UNITS",
    "Artefact",
    "Column",
    "Kind",
    "Rule",
    "Severity",
    "Table",
    "id_",
    "maybe",
    "money",
    "named",
    "schema_of",
]
