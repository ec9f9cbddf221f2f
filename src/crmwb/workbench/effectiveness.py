"""How well the CRM itself works: initiatives, score cards, survey, operating picture, seven analyses, ten questions."""

from functools import cached_property
from pathlib import Path

import pandas as pd

from crmwb import layout, storage
from crmwb.contract import named
from crmwb.contract.effectiveness import ARTEFACTS
from crmwb.display.picture import Picture, draw
from crmwb.effectiveness.analyses import NAMES
from crmwb.effectiveness.business import MODES, line_name
from crmwb.effectiveness.metrics import METRICS
from crmwb.effectiveness.parts import PARTS
from crmwb.effectiveness.published import GROUP_OF, N_STORIES, OUTCOMES, totals
from crmwb.effectiveness.survey import DIMENSIONS
from crmwb.effectiveness.swot import QUADRANTS
from crmwb.findings import (
    Count,
    Finding,
    Interval,
    Listing,
    Name,
    Number,
    Share,
    Term,
    Unavailable,
    Value,
    from_json,
    loads,
)
from crmwb.plots import effectiveness as plots


class Effectiveness:
    """What the effectiveness stage wrote."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def findings(self) -> dict[str, Finding | Unavailable]:
        """One finding for each part of the report, by the name of the part."""
        content = storage.read_json(self._root / layout.EFFECTIVENESS_FINDINGS)
        return {name: from_json(finding) for name, finding in content.items()}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per initiative: the metric before and since the start, goal, effect with interval, verdict."""
        return self._table("initiatives").sort_values(["starts_on", "initiative_id"], ignore_index=True)

    @property
    def initiatives(self) -> pd.DataFrame:
        """The initiatives as people read them: results first, then measures of work."""
        rows = []
        for _, row in self.frame.iterrows():
            metric = METRICS.get(row["metric"])
            rows.append(
                {
                    "initiative": Name(str(row["name"])),
                    "classes": Listing(tuple(Term("crm_class", key) for key in str(row["classes"]).split("+"))),
                    "metric": Term("crm_metric", row["metric"]) if metric else Name(str(row["metric"])),
                    "is_outcome": Term("measure_kind", "outcome" if metric and metric.is_outcome else "process"),
                    "before": self._value(row, "before"),
                    "goal": self._value(row, "goal"),
                    "after": self._value(row, "after"),
                    "effect": self._effect(row),
                    "basis": Name("") if pd.isna(row["basis"]) else Term("effect_basis", row["basis"]),
                    "verdict": Term("initiative_verdict", row["verdict"]),
                    "order": not (metric and metric.is_outcome),
                }
            )
        table = pd.DataFrame(rows)
        return table.sort_values("order", kind="stable").drop(columns="order") if len(table) else table

    @property
    def reasons(self) -> list[Finding]:
        """Why initiatives were refused or cannot be judged, and why effects are not stated."""
        unclear = self.frame[~self.frame["verdict"].isin(["met", "not_met"])]
        return [loads(why) for why in unclear["why"]]

    @property
    def published(self) -> pd.DataFrame:
        """Effects of published success stories by group, beside the metrics of the initiatives here."""
        known = totals()
        effects = [METRICS[m].effect for m in self.frame["metric"] if m in METRICS]
        groups = pd.Series([GROUP_OF[effect] for effect in effects], dtype=object).value_counts()
        every = sum(known.values())
        rows = [(group, n, n / every, int(groups.get(group, 0))) for group, n in known.items()]
        table = pd.DataFrame(rows, columns=["group_of_effects", "published_n", "published_share", "own_n"])
        kinds = ["outcome" if group in OUTCOMES else "process" for group in table["group_of_effects"]]
        table.insert(1, "is_outcome", [Term("measure_kind", kind) for kind in kinds])
        return table

    @property
    def published_finding(self) -> Finding:
        """How few of the published effects are company results."""
        known = totals()
        every = sum(known.values())
        values = {"n": Count(every), "stories": Count(N_STORIES), "share": Share(known["performance"] / every)}
        return Finding("effectiveness.initiatives.published", values)

    def card(self, card: str) -> pd.DataFrame:
        """Return a score card (`process` or `part`): area, measure, counted, reached_share, state."""
        rows = self._table("score_cards").sort_values("position")
        rows = rows[rows["card"] == card].rename(columns={"share": "reached_share"}).reset_index(drop=True)
        counted = [
            Name("–") if pd.isna(n) else Finding("effectiveness.card.counted", {"n": Count(n), "of": Count(of)})
            for n, of in zip(rows["n"], rows["of"], strict=True)
        ]
        rows = rows.assign(counted=pd.Series(counted, dtype=object))
        return rows[["area", "measure", "counted", "reached_share", "state"]]

    @property
    def swot(self) -> pd.DataFrame:
        """The lines of the SWOT: quadrant, figure."""
        rows = self._table("swot").sort_values("position", ignore_index=True)
        return self._decoded(rows, "figure")[["quadrant", "figure"]]

    @property
    def swot_finding(self) -> Finding:
        """How many lines there are of each kind."""
        lines = self.swot["quadrant"]
        return Finding("effectiveness.swot.counted", {name: Count(int((lines == name).sum())) for name in QUADRANTS})

    @property
    def survey_groups(self) -> pd.DataFrame:
        """Respondents beside all customers, by tier, region and tenure."""
        rows = self._table("survey_groups")
        rows = rows.sort_values("dimension", key=lambda names: names.map(DIMENSIONS.index), kind="stable")
        kinds = {"tier": "tier", "tenure": "tenure"}
        groups = [
            Term(kinds[dimension], group) if dimension in kinds else Name(group)
            for dimension, group in zip(rows["dimension"], rows["group"], strict=True)
        ]
        return rows.assign(group=pd.Series(groups, index=rows.index, dtype=object))

    @property
    def satisfaction(self) -> pd.DataFrame:
        """Satisfaction of tiers with enough answers: tier, n_respondents, mean_share, low_share, high_share."""
        rows = self._table("satisfaction").dropna(subset=["mean"])
        rows = rows.sort_values("position")
        named = {"mean": "mean_share", "low": "low_share", "high": "high_share"}
        return rows.rename(columns=named)[["tier", "n_customers", "n_respondents", *named.values()]]

    @property
    def chain(self) -> pd.DataFrame:
        """The links from satisfaction to profit: cause, result, n_customers, correlation, low, high."""
        return self._table("chain")[["cause", "result", "n_customers", "correlation", "low", "high"]]

    @property
    def lines(self) -> pd.DataFrame:
        """The business lines, the largest revenue first, with their service mode."""
        rows = self._table("lines").sort_values(["revenue_cents", "line"], ascending=[False, True], ignore_index=True)
        modes = [Term("crm_state", "not_measured") if pd.isna(m) else Term("service_mode", m) for m in rows["mode"]]
        names = [line_name(str(line)) for line in rows["line"]]
        return rows.assign(line=pd.Series(names, dtype=object), mode=pd.Series(modes, dtype=object))

    def checks(self, kind: str) -> pd.DataFrame:
        """Return checks (`phase` or `defect`): key, figure, holds (of a defect: is_there)."""
        rows = self._table("checks").sort_values("position")
        rows = self._decoded(rows[rows["kind"] == kind].reset_index(drop=True), "figure")
        if kind == "phase":
            return rows.rename(columns={"key": "phase"})[["phase", "figure", "holds"]]
        there = [None if pd.isna(holds) else not holds for holds in rows["holds"]]
        return rows.assign(is_there=pd.Series(there, dtype=object)).rename(columns={"key": "defect"})[
            ["defect", "figure", "is_there"]
        ]

    def analysis(self, name: str) -> pd.DataFrame:
        """Return the table behind an analysis: label, n_customers, customer_share, amount_cents, figure."""
        rows = self._table("analyses").sort_values("position")
        rows = rows[rows["analysis"] == name].reset_index(drop=True)
        table = self._decoded(self._decoded(rows, "label"), "figure")
        return table[["label", "n_customers", "customer_share", "amount_cents", "figure"]]

    def amount(self, name: str) -> Term | Finding:
        """Return what the amounts of an analysis are: the heading of their column."""
        if name == "profitability" and isinstance(self.findings[name], Finding):
            return Term("basis", str(getattr(self.findings[name].values["basis"], "key", "revenue")))
        own = {"prospecting": "clv_cents", "promotion": "effect_cents"}
        return Finding(f"effectiveness.column.{own.get(name, 'amount_cents')}")

    @property
    def analyses(self) -> tuple[str, ...]:
        """The names of the seven analyses, in their order."""
        return NAMES

    @property
    def answers(self) -> pd.DataFrame:
        """The ten questions: question, answer."""
        rows = self._table("answers").sort_values("position", ignore_index=True)
        return self._decoded(rows, "answer")[["question", "answer"]]

    @property
    def answers_finding(self) -> Finding:
        """How many of the ten questions the data answer."""
        answers = self.answers["answer"]
        n = sum(isinstance(answer, Finding) for answer in answers)
        return Finding("effectiveness.answer.counted", {"n": Count(n), "all": Count(len(answers))})

    @property
    def heat_map(self) -> pd.DataFrame:
        """The share of customers whom each part of the CRM reaches, by service mode: mode, part, n, of, share."""
        rows = self._table("heat_map")
        order = {"mode": [*MODES, "all"], "part": list(PARTS)}
        places = {name: rows[name].map(order[name].index) for name in order}
        rows = rows.assign(**{f"{name}_place": place for name, place in places.items()})
        return rows.sort_values(["mode_place", "part_place"], ignore_index=True)[["mode", "part", "n", "of", "share"]]

    def plot_heat_map(self) -> Picture:
        """Draw the heat map of parts of the CRM by service mode."""
        reason = self.findings["part"]
        return draw(plots.heat_map, self.heat_map, alt=Finding("effectiveness.alt.heat_map"), reason=reason)

    def _value(self, row: pd.Series, name: str) -> Value:
        metric = METRICS.get(row["metric"])
        return Number(row[name]) if metric is None else metric.value(row[name], self.currency)

    def _effect(self, row: pd.Series) -> Value:
        metric = METRICS.get(row["metric"])
        if metric is None or pd.isna(row["effect"]):
            why = row["effect_why"]
            unknown: Value = Finding("effectiveness.initiative.effect_unknown") if pd.isna(why) else loads(why)
            return unknown
        numbers = [float(row[name]) for name in ("effect", "effect_low", "effect_high")]
        if metric.unit == "share":
            points = [Number(float(f"{100 * number:.3g}")) for number in numbers]
            return Finding(
                "effectiveness.initiative.effect_in_points", {"effect": points[0], "range": Interval(*points[1:])}
            )
        one, low, high = (metric.value(number, self.currency) for number in numbers)
        return Finding("effectiveness.initiative.effect", {"effect": one, "range": Interval(low, high)})

    def _decoded(self, rows: pd.DataFrame, column: str) -> pd.DataFrame:
        return rows.assign(**{column: [loads(text) for text in rows[column]]})

    def _table(self, name: str) -> pd.DataFrame:
        return storage.read(named(ARTEFACTS, name), root=self._root)
