"""Strengths, weaknesses, opportunities and threats: every line is a figure that another part or report shows too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmwb.actions.basis import LITTLE, assumed_share
from crmwb.effectiveness.inputs import Inputs
from crmwb.effectiveness.measure import Measure
from crmwb.findings import Count, Finding, Share, Term, Value
from crmwb.marts.at_stake import is_little
from crmwb.marts.regulars import Regulars

QUADRANTS = ("strength", "weakness", "opportunity", "threat")
N_MEASURES = 3
KEEPING = ("win_back", "call_at_risk", "write_at_risk")


@dataclass(frozen=True)
class Line:
    """One line of the SWOT; `figure` holds the numbers."""

    quadrant: str
    figure: Finding


def swot(inputs: Inputs, measures: Sequence[Measure]) -> list[Line]:
    """Return the lines, in the order of QUADRANTS; a quadrant without a figure has none."""
    p = inputs.params.effectiveness
    known = sorted((m for m in measures if m.level is not None), key=lambda m: (-(m.level or 0.0), m.area, m.key))
    best = [m for m in known if m.state(p) == "in_place"][:N_MEASURES]
    worst = [m for m in reversed(known) if m.state(p) == "lacking"][:N_MEASURES]
    return [
        *(Line("strength", _measure("strong", m)) for m in best),
        *(Line("weakness", _measure("weak" if m.level else "none_of", m)) for m in worst),
        *(Line("weakness", figure) for figure in _losses(inputs)),
        *(Line("opportunity", figure) for figure in _opportunities(inputs)),
        *(Line("threat", figure) for figure in _threats(inputs)),
    ]


def _measure(code: str, measure: Measure) -> Finding:
    values = {"measure": Term("crm_measure", measure.key), "share": Share(measure.level)}
    return Finding(f"effectiveness.swot.{code}", values)


def _losses(inputs: Inputs) -> Iterator[Finding]:
    losing = inputs.mart[inputs.mart["loss_cents"].fillna(0) > 0]
    if len(losing):
        cents = int(losing["loss_cents"].sum())
        values = {"n": Count(len(losing), "customer"), "money": inputs.money(cents)}
        code = "losses_overdue" if (losing["overdue_cents"].fillna(0) > 0).any() else "losses"
        n_never = int((~losing["customer_id"].isin(inputs.buyers["customer_id"])).sum())
        code, values = (f"{code}_never", {**values, "n_never": Count(n_never)}) if n_never else (code, values)
        yield Finding(f"effectiveness.swot.{code}", values, weight=cents)


def _opportunities(inputs: Inputs) -> Iterator[Finding]:
    near = inputs.buyers[inputs.buyers["next_tier_revenue_cents"].fillna(0) > 0]
    if len(near):
        cents = int(near["next_tier_revenue_cents"].median())
        yield Finding("effectiveness.swot.upgrade", {"n": Count(len(near), "customer"), "money": inputs.money(cents)})
    room = inputs.buyers["wallet_headroom_cents"].dropna()
    if len(room) and room.sum() > 0:
        values = {"n": Count(len(room), "customer"), "money": inputs.money(int(room.sum()))}
        yield Finding("effectiveness.swot.wallet", values)
    doing = inputs.listed[~inputs.listed["is_held_out"].astype(bool)]
    if len(doing):
        gain = int(doing["gain_cents"].sum())
        values = {"n": Count(len(doing), "customer"), "money": inputs.money(gain)}
        assumed = assumed_share(doing)
        code = f"actions{'_all' if assumed > 1 - LITTLE else ''}_assumed" if assumed else "actions"
        yield Finding(f"effectiveness.swot.{code}", {**values, "assumed": Share(assumed)}, weight=gain)


def _threats(inputs: Inputs) -> Iterator[Finding]:
    leaving = inputs.at_risk
    stake = leaving["margin_at_stake_cents"]
    if len(leaving) and stake.notna().any():
        yield _at_risk(inputs, float(stake.sum()))
    revenue = inputs.buyers["revenue_cents"].sort_values(ascending=False)
    if revenue.sum() > 0:
        n_half = int((revenue.cumsum() < revenue.sum() / 2).sum()) + 1
        values = {"n": Count(n_half, "customer"), "share": Share(n_half / len(revenue))}
        yield Finding("effectiveness.swot.concentration", values)
    overdue = inputs.mart["overdue_cents"].dropna()
    if len(overdue) and overdue.sum() > 0:
        values = {"n": Count(int((overdue > 0).sum()), "customer"), "money": inputs.money(int(overdue.sum()))}
        yield Finding("effectiveness.swot.overdue", values, weight=float(overdue.sum()))


def _at_risk(inputs: Inputs, stake: float) -> Finding:
    """Return the margin at stake; where most customers are at risk, with the regular ones, or that most bought once."""
    values: dict[str, Value] = {"n": Count(len(inputs.at_risk), "customer"), "money": inputs.future(stake)}
    code, regulars = "at_risk", Regulars.where_most_leave(inputs.buyers)
    if regulars and regulars.are_news:
        code = "regulars_at_risk"
        values |= {
            "regulars": Count(regulars.n_customers, "customer"),
            "n": Count(len(regulars.leaving)),
            "part": inputs.future(float(regulars.leaving["margin_at_stake_cents"].sum())),
        }
    elif is_little(inputs.at_risk, inputs.buyers):
        code = "gone_at_risk"
        values |= {"brought": inputs.money(float(inputs.at_risk["revenue_cents"].fillna(0).sum()))}
    elif regulars and regulars.is_mostly_once:
        code = "once_at_risk"
        values |= {"once": Count(regulars.n_once)}
    return Finding(f"effectiveness.swot.{code}", values, weight=stake)
