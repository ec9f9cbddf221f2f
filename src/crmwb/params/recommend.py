"""How products are recommended."""

from typing import Annotated

from pydantic import Field

from crmwb.params.section import Days, Section


class RecommendParams(Section):
    """What the lists of the next purchase hold, how they are tested, and how much work they may take."""

    n_listed: Annotated[int, Field(ge=1, le=100)]
    holdout_days: Days
    half_lives: Annotated[tuple[Days, ...], Field(min_length=1, max_length=10)]
    recent_days: Days
    min_buyers: Annotated[int, Field(ge=2)]
    max_products: Annotated[int, Field(ge=2, le=40_000)]
    max_items: Annotated[int, Field(ge=2, le=200)]
    n_neighbours: Annotated[int, Field(ge=1, le=500)]
    max_pairs: Annotated[int, Field(ge=10_000)]
    max_test_customers: Annotated[int, Field(ge=100)]
    quiet_days: Days
    min_orders: Annotated[int, Field(ge=5)]
    exclude: tuple[str, ...]
