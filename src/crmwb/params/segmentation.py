"""Who belongs together: RFM, value tiers and clusters."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crmwb.params.section import Name, Score, Section, Share, refuse_twins

POTENTIAL = "potential"


class RfmSegment(Section):
    """One named RFM segment: the scores it covers, both ends included."""

    name: Name
    recency: tuple[Score, Score]
    frequency_monetary: tuple[Score, Score]


class RfmParams(Section):
    """How RFM scores are cut and named; the first rule that fits names the segment."""

    n_bins: Annotated[int, Field(ge=3, le=5)]
    segments: Annotated[tuple[RfmSegment, ...], Field(min_length=1)]

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


class Tier(Section):
    """One value tier and the share of customers that it holds."""

    name: Name
    share: Share


class TierParams(Section):
    """How customers are ranked by worth and cut into tiers, best first."""

    weights: dict[Literal["revenue", "margin", "frequency", "recency", "response"], Annotated[float, Field(ge=0)]]
    levels: Annotated[tuple[Tier, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _shares_and_weights_add_up(self) -> Self:
        refuse_twins("levels", [level.name for level in self.levels])
        if POTENTIAL in {level.name for level in self.levels}:
            raise ValueError(f"{POTENTIAL} is the tier of those who never bought; name the level otherwise")
        total = sum(level.share for level in self.levels)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of levels must add up to 1, not {total:g}")
        if sum(self.weights.values()) <= 0:
            raise ValueError("weights needs at least one weight above 0")
        return self


class ClusterParams(Section):
    """How customers are clustered by likeness."""

    features: Annotated[tuple[str, ...], Field(min_length=2)]
    k_min: Annotated[int, Field(ge=2)]
    k_max: Annotated[int, Field(ge=2, le=20)]
    fit_rows: Annotated[int, Field(ge=100)]
    silhouette_rows: Annotated[int, Field(ge=100)]
    n_bootstrap: Annotated[int, Field(ge=2)]
    min_stability: Share
    min_share: Share

    @model_validator(mode="after")
    def _k_in_order(self) -> Self:
        if self.k_max < self.k_min:
            raise ValueError(f"k_max ({self.k_max}) must be at least k_min ({self.k_min})")
        return self


class SegmentationParams(Section):
    """RFM, value tiers and clusters."""

    rfm: RfmParams
    tiers: TierParams
    clusters: ClusterParams
