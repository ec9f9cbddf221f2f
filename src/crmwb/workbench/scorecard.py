"""The score card: the value tier of each customer, its certainty, and the indicators it rests on."""

from typing import Any

import pandas as pd

from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Finding, Listing, Term, from_json
from crmwb.findings.say import Said
from crmwb.plots import scorecard as plots


class Scorecard:
    """The score card of all customers.

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
    def stated_tiers(self) -> pd.DataFrame:
        """The tiers of a source without purchases, by what it states: tier, at_least, n_customers, brought, value."""
        shown = ["tier", "at_least", "n_customers", "customer_share", "brought_cents", "brought_share"]
        tiers = self.tiers
        return tiers[shown + (["clv_cents"] if tiers["clv_cents"].any() else [])]

    @property
    def stated_labels(self) -> dict[str, Said]:
        """What the columns of `stated_tiers` are called."""
        basis = Term("basis", self.facts["pyramid"]["basis"])
        return {
            "at_least": "value_report.column.at_least",
            "brought_cents": basis,
            "brought_share": Finding("executive_summary.column.share_of", {"what": basis}),
        }

    @property
    def certainty(self) -> pd.DataFrame:
        """One row per tier and band of the probability that it is right: tier, least, most, n_customers, share."""
        return pd.DataFrame(self.facts["certainty"]["bands"])

    @property
    def sensitivity(self) -> pd.DataFrame:
        """One row per dimension and change of its weight: dimension, change, changed_share … Of known dimensions only.

        A dimension that is known of nobody has no weight that could move.
        """
        changes = pd.DataFrame(self.facts["sensitivity"]["moves"])
        return changes[changes["dimension"].isin(self.dimensions)].reset_index(drop=True)

    @property
    def dimensions(self) -> list[str]:
        """The dimensions that are known of somebody."""
        scales = self.scales
        return list(scales.loc[scales["known_share"] > 0, "dimension"].unique())

    @property
    def scales(self) -> pd.DataFrame:
        """One row per indicator: dimension, indicator, scale (a finding), known_share."""
        scales = pd.DataFrame(self.facts["scales"])[["dimension", "indicator", "scale", "known_share"]]
        return scales.assign(scale=[from_json(scale) for scale in scales["scale"]])

    @property
    def finding(self) -> Finding:
        """What the best tier brought and is expected to bring."""
        return self.finding_of("pyramid")

    def finding_of(self, part: str) -> Finding:
        """Return the finding of a part: "pyramid", "certainty", "memory", "by_income" or "sensitivity"."""
        finding: Finding = from_json(self.facts[part]["finding"])
        return finding

    def plot_pyramid(self) -> Picture:
        """Draw each tier's share of customers against its share of what they brought and will bring."""
        return draw(
            plots.pyramid,
            self.tiers,
            self.facts["pyramid"]["basis"],
            alt=Finding("scorecard.alt.pyramid"),
            reason=self.finding,
        )

    def plot_certainty(self) -> Picture:
        """Draw how certain it is that customers of each tier belong there."""
        return draw(
            plots.certainty, self.certainty, alt=Finding("scorecard.alt.certainty"), reason=self.finding_of("certainty")
        )

    def plot_dimensions(self) -> Picture:
        """Draw the mean points of each tier's customers in every dimension."""
        known = Listing(tuple(Term("dimension", name) for name in self.dimensions))
        alt = Finding("scorecard.figure.dimensions_alt", {"dimensions": known})
        columns = ["tier", *(f"{name}_points" for name in self.dimensions)]
        return draw(plots.dimensions, self.frame[columns], self.names, alt=alt)

    def plot_sensitivity(self) -> Picture:
        """Draw how many customers change tier when one weight moves by a quarter."""
        return draw(
            plots.sensitivity,
            self.sensitivity,
            alt=Finding("scorecard.alt.sensitivity"),
            reason=self.finding_of("sensitivity"),
        )

    def _repr_html_(self) -> str:
        return tables.html(self.tiers, caption=Finding("scorecard.caption.tiers"), currency=self.currency)
