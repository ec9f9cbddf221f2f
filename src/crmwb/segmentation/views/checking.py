"""Are the chosen views declared, are their columns there, and do the transforms suit them: refused where not."""

import difflib
from collections.abc import Sequence

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from crmwb.contract import features, lifecycle, value
from crmwb.errors import CrmwbError
from crmwb.params import ViewColumn, ViewsParams
from crmwb.segmentation.views.steps import OF_LEVELS

KEY = "customer_id"
DECLARED = [name for artefact in (features, value, lifecycle) for name in artefact.CUSTOMERS.names]


def check(customers: pd.DataFrame, params: ViewsParams, chosen: Sequence[str]) -> None:
    """Refuse views that are not declared, columns that are not there, and transforms that do not suit a column.

    A column that is wholly unknown suits every transform: this source does not have it.

    Raises
    ------
    CrmwbError
        With the view, the column and what would be right.
    """
    for view in chosen:
        if view not in params.declared:
            raise CrmwbError(
                f"params.yaml: segmentation.views.declared: no view {view}; declared: {', '.join(params.declared)}."
            )
        for declared in params.declared[view].columns:
            problem = _problem(customers, declared)
            if problem:
                raise CrmwbError(f"params.yaml: segmentation.views.declared.{view}: {declared.column}: {problem}.")


def _problem(customers: pd.DataFrame, declared: ViewColumn) -> str | None:
    """Return what is wrong with a declared column, or None."""
    name, transform = declared.column, declared.transform
    if transform == "interests":
        return None
    if name not in customers or name == KEY:
        names = dict.fromkeys([*map(str, customers), *DECLARED])  # few of them need be read to be named here
        close = difflib.get_close_matches(name, [c for c in names if c != KEY], n=1)
        return "no such column" + (f"; did you mean {close[0]}?" if close else "").removesuffix("?")
    known = customers[name].dropna().infer_objects()
    if known.empty:
        return None
    if is_datetime64_any_dtype(known.dtype) or (known.dtype == object and hasattr(known.iloc[0], "isoformat")):
        return "a date; use the days since it"
    is_number = is_numeric_dtype(known.dtype) and not is_bool_dtype(known.dtype)
    if not is_number and transform not in OF_LEVELS:
        what = "true/false" if is_bool_dtype(known.dtype) else "text"
        return f"{what}, not a number, so {transform} does not suit it; one_hot, frequency and ordinal do"
    return None
