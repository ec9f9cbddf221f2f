"""Promotion: what campaigns bring."""

import pandas as pd

from crmwb.effectiveness.analyses.analysis import MOST_ROWS, Analysis, Row
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Interval, Name, Share, Term, Unavailable, Value
from crmwb.response.best import MONEY, best_effect


def promotion(inputs: Inputs) -> Analysis:
    """Describe the latest campaigns by their effect on revenue, as the report on campaigns states it."""
    heads = inputs.campaigns
    if heads.empty:
        return Analysis(Unavailable("effectiveness.promotion.no_campaigns", needs=(Term("table", "campaign_members"),)))
    n_buyers = max(len(inputs.buyers), 1)
    latest = heads.sort_values(["starts_on", "campaign_id"], ascending=[False, True])
    effects = {str(head["campaign_id"]): _effect(head, inputs.effects) for _, head in heads.iterrows()}
    rows = tuple(_row(head, effects[str(head["campaign_id"])], n_buyers, inputs) for _, head in latest.iterrows())
    proven = inputs.outcomes.values["n_proven"] if inputs.outcomes else Count(0)
    tested = int((heads["design"] == "experiment").sum())
    values: dict[str, Value] = {"n": Count(len(heads), "campaign"), "tested": Count(tested), "proven": proven}
    discount = inputs.buyers["discount_share"].dropna()
    if discount.empty:
        return Analysis(Finding("effectiveness.promotion.effects", values), rows[:MOST_ROWS])
    part = {"discount": Share(float(discount.median()))}
    return Analysis(Finding("effectiveness.promotion.effects_and_discounts", values | part), rows[:MOST_ROWS])


def _effect(head: pd.Series, effects: pd.DataFrame) -> pd.Series | None:
    own = effects[(effects["campaign_id"] == head["campaign_id"]) & (effects["grouping"] == "")]
    return best_effect(own, MONEY)


def _row(head: pd.Series, effect: pd.Series | None, n_buyers: int, inputs: Inputs) -> Row:
    n = int(head["n_treated"])
    figure: Value = Unavailable("effectiveness.promotion.no_effect")
    total = None
    if effect is not None:
        total = float(effect["difference"] * effect["n_treated"])
        figure = Interval(inputs.money(effect["low"]), inputs.money(effect["high"]))
    return Row(Name(str(head["name"])), n, n / n_buyers, total, figure)
