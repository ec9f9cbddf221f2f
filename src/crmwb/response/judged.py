"""One campaign judged: how it was laid out, what it brought, of whom, and whom to contact next time."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd

from crmwb.params import ResponseParams
from crmwb.response import design, effects, observational, traits
from crmwb.response.answers import Uplift, uplift_of
from crmwb.response.effects import Effect
from crmwb.response.learners import Experiment
from crmwb.response.members import Campaign

EVERYBODY = ""
OUTCOMES = ("responded", "bought", "revenue_cents")
BANDS = {"top_fifth": 0.8, "middle": 0.5, "lower_half": 0.0}  # by spending before: quantile from which each begins


class Judged:
    """One campaign with its members, and everything that is said of it."""

    def __init__(
        self,
        campaign: Campaign,
        rows: pd.DataFrame,
        known: pd.DataFrame,
        *,
        past: Mapping[str, pd.Series],
        params: ResponseParams,
        seed: int,
    ) -> None:
        self.campaign, self.params, self.seed = campaign, params, seed
        member = rows["is_member"].to_numpy()
        n_control = int((member & ~rows["treated"].to_numpy()).sum())
        self.is_experiment = n_control >= params.min_arm
        keep = member if self.is_experiment else np.ones(len(rows), bool)
        self.rows = rows[keep].reset_index(drop=True)
        self.past = {name: groups[keep].reset_index(drop=True) for name, groups in past.items()}
        self.traits = known[keep].reset_index(drop=True)
        self.treated = self.rows["treated"].to_numpy()
        self.design = (
            design.check(self.traits.select_dtypes("number"), self.treated, params.intended_treated_share)
            if self.is_experiment
            else None
        )
        are_alike = self.design is None or not (self.design.is_unbalanced or self.design.has_wrong_sizes)
        self.has_arms = are_alike and min(self.treated.sum(), (~self.treated).sum()) >= params.min_arm
        self.observed: dict[str, observational.Observed] = {}
        self.uplift: Uplift | None = None
        self.uplift_outcome = ""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return effects, balance and what uplift learners say."""
        frames = {"effects": pd.DataFrame(list(self._effects()))}
        if self.design is not None:
            frames["balance"] = self.design.balance
        if self.is_experiment and self.has_arms and self._sortable():
            uplift = self._uplift()
            frames |= {"learners": uplift.learners, "deciles": uplift.groups, "policies": uplift.policies}
        return frames

    def head(self) -> dict[str, object]:
        """Return the campaign's row: how it was laid out, and whom to contact next time."""
        uplift = self._uplift() if self.is_experiment and self.has_arms and self._sortable() else None
        return {
            "campaign_id": self.campaign.campaign_id,
            "name": self.campaign.name,
            "kind": self.campaign.kind,
            "starts_on": self.campaign.starts_on,
            "cost_cents": self.campaign.cost_cents,
            "n_days_not_counted": self._n_days_not_counted,
            "design": "experiment" if self.is_experiment else "observational",
            "n_treated": int(self.treated.sum()),
            "n_control": int((~self.treated).sum()),
            "p_sizes": self.design.p_sizes if self.design else math.nan,
            "p_balance": self.design.p_balance if self.design else math.nan,
            "answer": str(uplift.answer) if uplift else None,
            "answer_outcome": self.uplift_outcome or None,
            "p_heterogeneity": uplift.p_value if uplift else math.nan,
        }

    @property
    def _n_days_not_counted(self) -> int | None:
        """Days on which the campaign still ran after those that count as its outcome."""
        if self.campaign.ends_on is None:
            return None
        return max((self.campaign.ends_on - self.campaign.starts_on).days + 1 - self.params.outcome_days, 0)

    def _known(self, outcome: str) -> bool:
        values = self.rows[outcome]
        return bool(values.notna().all()) and self.has_arms

    def _sortable(self) -> bool:
        """Ranking needs an outcome that some have, and customers enough for folds in both arms."""
        return any(self._known(o) and (self.rows[o] > 0).sum() >= self.params.min_arm for o in OUTCOMES)

    def _uplift(self) -> Uplift:
        if self.uplift is None:
            self.uplift_outcome = next(
                o for o in OUTCOMES if self._known(o) and (self.rows[o] > 0).sum() >= self.params.min_arm
            )
            every = max(1, math.ceil(len(self.rows) / self.params.max_fit_customers))
            rows = slice(None, None, every)  # every k-th by id: no draw, and the same next time
            sample = Experiment.drawn_by_lot(
                traits.matrix(self.traits.iloc[rows]),
                self.treated[rows],
                self.rows[self.uplift_outcome].to_numpy(float)[rows],
            )
            self.uplift = uplift_of(sample, learners=self.params.learners, bases=self.params.bases, seed=self.seed)
        return self.uplift

    def _effects(self) -> Iterator[dict[str, object]]:
        """Yield every effect: of everybody, then by group with p-values that hold for all groups together."""
        for outcome in OUTCOMES:
            if not self._known(outcome):
                continue
            values = self.rows[outcome].to_numpy(float)
            if not self.is_experiment:
                yield from self._observational(outcome, values)
                continue
            yield self._row("", EVERYBODY, outcome, "difference", self._effect(outcome, values, self.treated))
            adjusts = outcome == "revenue_cents" and self._spent_before()
            everybody = np.ones(len(values), bool)
            if adjusts:
                yield self._row("", EVERYBODY, outcome, "adjusted", self._adjusted(values, everybody))
            for grouping, groups in self._groupings().items():
                sizes = [(name, (groups == name).to_numpy()) for name in sorted(groups.dropna().unique())]
                large = [
                    (name, rows)
                    for name, rows in sizes
                    if min(self.treated[rows].sum(), (~self.treated[rows]).sum()) >= self.params.min_arm
                    and values[rows].any()  # of a group in which nobody did anything, no test says anything
                ]
                of = {"difference": [self._effect(outcome, values[rows], self.treated[rows]) for _, rows in large]}
                if adjusts:
                    of["adjusted"] = [self._adjusted(values, rows) for _, rows in large]
                for method, unlike in of.items():
                    for (name, _), effect in zip(large, effects.corrected(unlike), strict=True):
                        yield self._row(grouping, name, outcome, method, effect)

    def _observational(self, outcome: str, values: np.ndarray) -> Iterator[dict[str, object]]:
        x = traits.matrix(self.traits.assign(before_cents=self.rows["before_cents"]))
        observed = observational.estimate(x, self.treated, values, seed=self.seed, level=self.params.level)
        naive = effects.mean_effect(values, self.treated, self.params.level)
        yield self._row("", EVERYBODY, outcome, "unadjusted", naive) | {"kept_share": observed.kept_share}
        if observed.effect is not None:
            row = self._row("", EVERYBODY, outcome, "doubly_robust", observed.effect)
            yield row | {"kept_share": observed.kept_share}

    def _effect(self, outcome: str, values: np.ndarray, treated: np.ndarray) -> Effect:
        if outcome == "revenue_cents":
            return effects.mean_effect(values, treated, self.params.level)
        return effects.share_effect(values > 0, treated, self.params.level)

    def _spent_before(self) -> bool:
        """Return whether it is known what every member spent before the campaign, and not nothing."""
        before = self.rows["before_cents"].to_numpy(float)
        return bool(np.isfinite(before).all() and before.any())

    def _adjusted(self, values: np.ndarray, rows: np.ndarray) -> Effect:
        """Return the effect on some members without what they spent before."""
        before = self.rows["before_cents"].to_numpy(float)[rows]
        return effects.adjusted_effect(values[rows], self.treated[rows], before, self.params.level)

    def _groupings(self) -> dict[str, pd.Series]:
        """Return ways to divide the members that were known before the campaign."""
        groupings = {name: groups for name, groups in self.past.items() if groups.notna().any()}
        before = self.rows["before_cents"]
        if before.notna().all() and (before > 0).any():
            rank = before.rank(pct=True, method="average")
            bands = np.select([rank > start for start in BANDS.values()], list(BANDS), default="lower_half")
            groupings["spent_before"] = pd.Series(bands, dtype=object)
        return groupings

    @staticmethod
    def _row(grouping: str, group: str, outcome: str, method: str, effect: Effect) -> dict[str, object]:
        return {"grouping": grouping, "group": group, "outcome": outcome, "method": method} | asdict(effect)
