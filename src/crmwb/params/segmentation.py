"""Who belongs together: RFM, value tiers and clusters."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from crmwb.params.section import Name, Score, Section, Share, Texts, refuse_twins


class RfmSegment(Section):
    """One named RFM segment: the scores it covers, both ends included."""

    name: Name
    recency: tuple[Score, Score]
    frequency_monetary: tuple[Score, Score]


class RfmBreaks(Section):
    """Where scores are parted by the method `fixed`; money in hundredths of the currency."""

    days_since_last: tuple[int, ...]
    n_purchase_days: tuple[int, ...]
    revenue_cents: tuple[int, ...]


class RfmParams(Section):
    """How RFM scores are cut and named; the first rule that fits names the segment."""

    method: Literal["independent", "nested", "fixed"]
    n_bins: Annotated[int, Field(ge=3, le=5)]
    recency_step_days: Annotated[int, Field(ge=1, le=365)]
    hysteresis_points: Annotated[float, Field(ge=0, le=50)]
    breaks: RfmBreaks
    segments: Annotated[tuple[RfmSegment, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fixed_breaks_part_the_scores(self) -> Self:
        for name, breaks in self.breaks if self.method == "fixed" else ():
            if len(breaks) != self.n_bins - 1 or list(breaks) != sorted(set(breaks)):
                raise ValueError(f"breaks: {name} needs {self.n_bins - 1} rising numbers, one less than n_bins")
        return self

    @model_validator(mode="after")
    def _every_score_has_a_name(self) -> Self:
        scores = range(1, self.n_bins + 1)
        for s in self.segments:
            for low, high in (s.recency, s.frequency_monetary):
                if not 1 <= low <= high <= self.n_bins:
                    raise ValueError(f"{s.name}: [{low}, {high}] must rise from 1 to at most n_bins ({self.n_bins})")
        refuse_twins("segments", [s.name for s in self.segments])
        for r in scores:
            for fm in scores:
                if not any(
                    s.recency[0] <= r <= s.recency[1] and s.frequency_monetary[0] <= fm <= s.frequency_monetary[1]
                    for s in self.segments
                ):
                    raise ValueError(f"no segment covers recency score {r} with frequency-monetary score {fm}")
        return self


class ValueClassParams(Section):
    """Where the upper part begins, of what customers brought and of what is to come."""

    upper_share: Annotated[float, Field(gt=0, lt=1)]


Sensitive = Literal["gender", "age_band", "marital_status", "income_band", "household_size", "children"]
Transform = Literal[
    "none", "log", "winsorise", "rank_normal", "rank_uniform", "one_hot", "frequency", "ordinal", "interests"
]
SENSITIVE: tuple[str, ...] = get_args(Sensitive)
INTERESTS = "interests"  # the column that stands for the categories a customer buys from


class ViewColumn(Section):
    """One column of a view and how it is made comparable (see crmwb.segmentation.views.steps)."""

    column: Name
    transform: Transform

    @model_validator(mode="after")
    def _interests_are_their_own(self) -> Self:
        if (self.column == INTERESTS) != (self.transform == INTERESTS):
            raise ValueError(f"{self.column}: column {INTERESTS} and transform {INTERESTS} go together")
        return self


class View(Section):
    """One way to look at customers: its columns, why it is there (by language), and its weight beside other views."""

    why: Texts
    weight: Annotated[float, Field(gt=0, le=100)]
    columns: Annotated[tuple[ViewColumn, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_column_once(self) -> Self:
        refuse_twins("columns", [c.column for c in self.columns])
        return self


class ViewsParams(Section):
    """The views that customers can be looked at from, and how their columns are prepared."""

    allow: tuple[Sensitive, ...]
    winsorise_at: Annotated[float, Field(ge=2, le=20)]
    max_correlation: Annotated[float, Field(gt=0, le=1)]
    max_levels: Annotated[int, Field(ge=2, le=100)]
    rare_share: Annotated[float, Field(ge=0, lt=0.5)]
    n_interests: Annotated[int, Field(ge=2, le=200)]
    declared: Annotated[dict[Name, View], Field(min_length=1)]


class ClusterParams(Section):
    """How customers are clustered by likeness."""

    views: Annotated[tuple[Name, ...], Field(min_length=1)]
    methods: Annotated[
        tuple[Literal["kmeans", "mixture", "ward", "som", "latent", "density"], ...], Field(min_length=1)
    ]
    k_min: Annotated[int, Field(ge=2)]
    k_max: Annotated[int, Field(ge=2, le=20)]
    fit_rows: Annotated[int, Field(ge=100)]
    silhouette_rows: Annotated[int, Field(ge=100)]
    n_bootstrap: Annotated[int, Field(ge=2)]
    min_stability: Share
    min_share: Share

    @model_validator(mode="after")
    def _k_in_order(self) -> Self:
        refuse_twins("views", list(self.views))
        refuse_twins("methods", list(self.methods))
        if self.k_max < self.k_min:
            raise ValueError(f"k_max ({self.k_max}) must be at least k_min ({self.k_min})")
        return self


class CardParams(Section):
    """What the card of a segment says of it: the strongest differences that are sure and large enough."""

    confidence: Annotated[float, Field(ge=0.5, lt=1)]
    min_effect: Annotated[float, Field(ge=0, le=5)]
    n_traits: Annotated[int, Field(ge=1, le=50)]


class AcceptanceParams(Section):
    """When a segment is fit for use (step 5): the threshold of each test, and what happens where one fails."""

    on_failure: Literal["report", "stop"]
    min_customers: Annotated[int, Field(ge=1)]
    min_share: Share
    min_precision: Share
    min_reachable: Share
    min_profit_cents: int
    min_jaccard: Share
    min_slsw: Share
    min_kept: Share
    months_ahead: Annotated[int, Field(ge=1, le=24)]
    min_difference: Share
    min_actions: Annotated[int, Field(ge=1)]
    goal: Literal["clv_cents", "profit_cents", "realised_margin_cents", "revenue_cents", "referral_value_cents"]
    min_goal_difference: Annotated[float, Field(ge=0, le=10)]


class NeedsParams(Section):
    """How the needs of segments are measured, and how many advices the marketing mix gives."""

    schemes: Annotated[tuple[Name, ...], Field(min_length=1)]
    level: Annotated[float, Field(gt=0.5, lt=1)]
    min_customers: Annotated[int, Field(ge=2)]
    n_products: Annotated[int, Field(ge=1, le=1000)]
    bundle_items: Annotated[int, Field(ge=2, le=60)]
    n_bundles: Annotated[int, Field(ge=1, le=500)]
    min_support: Annotated[float, Field(gt=0, lt=1)]
    n_advices: Annotated[int, Field(ge=1, le=10)]

    @model_validator(mode="after")
    def _each_scheme_once(self) -> Self:
        refuse_twins("schemes", list(self.schemes))
        return self


class RefitParams(Section):
    """When a cluster is one of the accepted model's, and when it is time to accept a new model."""

    min_overlap: Annotated[float, Field(gt=0, le=1)]
    max_psi: Annotated[float, Field(gt=0, le=10)]
    min_unmoved_share: Share
    max_months: Annotated[int, Field(ge=1, le=120)]


class SegmentationParams(Section):
    """RFM, value tiers and clusters."""

    rfm: RfmParams
    value_classes: ValueClassParams
    views: ViewsParams
    clusters: ClusterParams
    cards: CardParams
    acceptance: AcceptanceParams
    needs: NeedsParams
    refit: RefitParams

    @model_validator(mode="after")
    def _chosen_views_are_declared(self) -> Self:
        unknown = [view for view in self.clusters.views if view not in self.views.declared]
        if unknown:
            known = ", ".join(self.views.declared)
            raise ValueError(f"clusters.views: no view {', '.join(unknown)} in views.declared ({known})")
        return self
