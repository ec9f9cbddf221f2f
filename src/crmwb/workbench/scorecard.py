"""The score card: the value tier of each customer, how sure it is, and what stands behind it."""

from typing import Any

import pandas as pd

from crmwb.display import tables, words
from crmwb.display.picture import Picture, draw
from crmwb.plots import scorecard as plots


class Scorecard:
    """All things considered.

    Attributes
    ----------
    frame : DataFrame
        One row per customer, as `Value.frame`.
    facts : dict
        scales, weights, levels, pyramid, certainty, memory, sensitivity, not_available …, with their findings.
    """

    def __init__(self, frame: pd.DataFrame, facts: dict[str, Any], currency: str) -> None:
        self.frame = frame
        self.facts = facts
        self.currency = currency

    @property
    def names(self) -> list[str]:
        """The tiers of those who bought, best first."""
        return [level["name"] for level in self.facts["levels"]]

    @property
    def tiers(self) -> pd.DataFrame:
        """One row per tier, best first, and what its customers brought, by the basis of `Realised`, and will bring.

        tier, n_customers, customer_share, brought_cents, brought_share, clv_cents, clv_share, mean_score,
        mean_probability, at_least (the score that it begins at).
        """
        tiers = pd.DataFrame(self.facts["pyramid"]["tiers"])
        begins = {level["name"]: level["at_least"] for level in self.facts["levels"]}
        return tiers.assign(at_least=tiers["tier"].map(begins).astype(float))

    @property
    def certainty(self) -> pd.DataFrame:
        """One row per tier and band of the probability that it is right: tier, least, most, n_customers, share."""
        return pd.DataFrame(self.facts["certainty"]["bands"])

    @property
    def sensitivity(self) -> pd.DataFrame:
        """One row per dimension and change of its weight: dimension, change, changed_share … Of known dimensions only.

        A dimension that is known of nobody has no weight that could move.
        """
        moves = pd.DataFrame(self.facts["sensitivity"]["moves"])
        return moves[moves["dimension"].isin(self.dimensions)].reset_index(drop=True)

    @property
    def dimensions(self) -> list[str]:
        """The dimensions that are known of somebody."""
        scales = self.scales
        return list(scales.loc[scales["known_share"] > 0, "dimension"].unique())

    @property
    def scales(self) -> pd.DataFrame:
        """One row per sign of worth: dimension, meaning, scale, known_share."""
        return pd.DataFrame(self.facts["scales"])[["dimension", "meaning", "scale", "known_share"]]

    @property
    def finding(self) -> str:
        """What the pyramid says, in one sentence."""
        return str(self.facts["pyramid"]["finding"])

    def plot_pyramid(self) -> Picture:
        """Draw each tier's share of customers against its share of what they brought and will bring."""
        return draw(plots.pyramid, self.tiers, self.facts["pyramid"]["basis"], alt=self.finding)

    def plot_certainty(self) -> Picture:
        """Draw how sure it is that customers of each tier belong there."""
        return draw(plots.certainty, self.certainty, alt=self.facts["certainty"]["finding"])

    def plot_dimensions(self) -> Picture:
        """Draw the mean points of each tier's customers in every dimension."""
        alt = f"Dots: mean points of each tier in {words.listing(self.dimensions)}."
        return draw(plots.dimensions, self.frame, self.names, alt=alt)

    def plot_sensitivity(self) -> Picture:
        """Draw how many customers change tier when one weight moves by a quarter."""
        return draw(plots.sensitivity, self.sensitivity, alt=self.facts["sensitivity"]["finding"])

    def _repr_html_(self) -> str:
        return tables.html(self.tiers, caption="Value tiers, best first", currency=self.currency)
