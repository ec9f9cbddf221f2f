"""How much bad data is too much, and how customers are described."""

from typing import Annotated

from pydantic import Field

from crmwb.params.section import Days, Month, Section, Share


class QualityParams(Section):
    """How much bad data is too much, and how far a run may differ from the accepted one without a word."""

    max_quarantined_share: Share
    n_examples: Annotated[int, Field(ge=0, le=20)]
    max_lag_days: Annotated[int, Field(ge=0, le=3650)]
    max_row_change: Annotated[float, Field(ge=0, le=100)]
    max_drift: Annotated[float, Field(gt=0, le=100)]


class FeatureParams(Section):
    """How customers are described."""

    recent_days: Days
    off_season_months: tuple[Month, ...]
    max_days_after_last_event: Annotated[int, Field(ge=0, le=3650)]
    n_snapshots: Annotated[int, Field(ge=1, le=600)]
    min_customers: Annotated[int, Field(ge=2)]
