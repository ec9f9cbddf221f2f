"""Whether campaigns brought more of some groups of customers than of others."""

import numpy as np
import pandas as pd

from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Interval, Money, Name, Term, Value
from crmwb.plots import response as plots
from crmwb.response.interaction import interaction
from crmwb.response.together import together

SURE = 0.05  # p-values below it are significant
GROUPINGS = ("tier", "rfm_segment", "stage", "spent_before")  # which are vocabularies too
MOST_NAMED = 3  # campaigns with a difference


class CampaignGroups:
    """Effects on revenue by tier, RFM segment, lifecycle stage and spending, as of the month end before a campaign.

    Parameters
    ----------
    effects : DataFrame
        Of experiments on revenue, one row per campaign, grouping and group: campaign_id, name, starts_on, grouping,
        group, n_treated, n_control, difference, low, high, standard_error, p_value.
    overall : DataFrame
        campaign_id and difference of all customers of each campaign.
    currency : str
        Of every amount.
    """

    def __init__(self, effects: pd.DataFrame, overall: pd.DataFrame, currency: str) -> None:
        self.effects = effects
        self._overall = overall
        self.currency = currency

    @property
    def divisions(self) -> list[str]:
        """The ways in which customers are divided, of GROUPINGS."""
        return [name for name in GROUPINGS if name in set(self.effects["grouping"])]

    def by(self, grouping: str) -> pd.DataFrame:
        """Return the effects of all campaigns by one of `divisions`; p-values hold for all groups together."""
        rows = self.effects[self.effects["grouping"] == grouping]
        return rows.sort_values(["starts_on", "campaign_id", "group"], ignore_index=True)

    @property
    def tests(self) -> pd.DataFrame:
        """One row per campaign and division, the latest campaign first.

        campaign_id, name, starts_on, grouping, n_groups, p_value (that all groups gain the same) and p_of_all (Holm's,
        over all these tests).
        """
        rows = []
        for (campaign, grouping), own in self.effects.groupby(["campaign_id", "grouping"], sort=True):
            columns = ("difference", "standard_error", "n_treated", "n_control")
            test = interaction(*(own[name].to_numpy(np.float64) for name in columns))
            if np.isfinite(test.p_value):
                head = own.iloc[0]
                place = GROUPINGS.index(str(grouping))
                rows.append((campaign, head["name"], head["starts_on"], grouping, test.n_groups, test.p_value, place))
        names = ["campaign_id", "name", "starts_on", "grouping", "n_groups", "p_value", "place"]
        tests = pd.DataFrame(rows, columns=names)
        tests["p_of_all"] = together(tests["p_value"].to_numpy(np.float64))
        order = tests.sort_values(["starts_on", "campaign_id", "place"], ascending=[False, True, True])
        return order.drop(columns="place").reset_index(drop=True)

    @property
    def differences(self) -> list[Finding]:
        """Whether any effect differs between groups beyond chance, and of which campaigns.

        Effects of single groups are not counted: where the campaign worked, some are significant without a difference.
        """
        tests = self.tests
        if tests.empty:
            return [Finding("response.groups_alone")]
        sure = tests[tests["p_of_all"] < SURE].sort_values(["p_of_all", "campaign_id"], kind="stable")
        n_tested = Count(len(tests), "comparison")
        if sure.empty:
            return [Finding("response.differences_none", {"n_tested": n_tested})]
        named = [self._difference(test) for _, test in sure.head(MOST_NAMED).iterrows()]
        return [Finding("response.differences_some", {"n": Count(len(sure)), "n_tested": n_tested}), *named]

    def _difference(self, test: pd.Series) -> Finding:
        own = self._of(str(test["campaign_id"]))
        own = own[own["grouping"] == test["grouping"]].sort_values(["difference", "group"])
        ends: dict[str, Value] = {}
        for end, row in (("least", own.iloc[0]), ("most", own.iloc[-1])):
            ends[f"{end}_group"] = Term(str(test["grouping"]), str(row["group"]))
            ends[end] = Money(round(row["difference"]), self.currency)
            ends[f"{end}_range"] = Interval(*(Money(round(row[side]), self.currency) for side in ("low", "high")))
        values: dict[str, Value] = {
            "campaign": Name(str(test["name"])),
            "division": Term("division", str(test["grouping"])),
        }
        return Finding("response.difference", values | ends)

    @property
    def shown(self) -> str | None:
        """The campaign to show by group: the one with the surest difference, else the latest; None without a test."""
        tests = self.tests
        if tests.empty:
            return None
        sure = tests[tests["p_of_all"] < SURE].sort_values(["p_of_all", "campaign_id"], kind="stable")
        return str((sure if len(sure) else tests)["campaign_id"].iloc[0])

    def _of(self, campaign_id: str) -> pd.DataFrame:
        """Return the effects of one campaign; the intervals hold for all groups of a division together."""
        from scipy.stats import norm  # slow to import

        rows = self.effects[self.effects["campaign_id"] == campaign_id].reset_index(drop=True)
        n_groups = rows.groupby("grouping")["group"].transform("size")
        reach = norm.ppf(1 - SURE / 2 / n_groups) * rows["standard_error"]
        rows = rows.assign(low=rows["difference"] - reach, high=rows["difference"] + reach)
        rows = rows.assign(place=rows["grouping"].map(GROUPINGS.index))
        return rows.sort_values(["place", "difference", "group"], ascending=[True, False, True], ignore_index=True)

    def table(self, campaign_id: str) -> pd.DataFrame:
        """Return the effects of one campaign by group, as `plot` draws them."""
        rows = self._of(campaign_id)
        groups = [Term(by, name) for by, name in zip(rows["grouping"], rows["group"], strict=True)]
        return rows.assign(group=pd.Series(groups, index=rows.index, dtype=object))

    def plot(self, campaign_id: str) -> Picture:
        """Draw the effects of one campaign by group, beside that of all its customers."""
        rows = self._of(campaign_id)
        overall = self._overall.set_index("campaign_id")["difference"].get(campaign_id)
        words = Finding("response.alt.forest", {"campaign": Name(str(rows["name"].iloc[0]))})
        return draw(plots.forest, rows, overall, self.currency, alt=words)
