"""The page docs/accuracy.md, from backtests."""

from dataclasses import dataclass

import pandas as pd

from crmwb.value.proof.backtest import Backtest
from crmwb.value.proof.margins import HIGHER_IS_BETTER, Margin, margin
from crmwb.value.proof.names import NAMES
from crmwb.value.proof.trial import STACK

N_BOOTSTRAP = 1000
LOW_BIAS = 0.03
EVEN_WITHIN = 5e-5  # what shows as 0.0000
COVERED = (0.75, 0.85)
YES, EVEN, NO = "✓", "≈", "✗"

HEAD = """# How well purchases are forecast

Written by `make accuracy`, never by hand. Each data set goes through the pipeline's own code; its last part is held
out, and every forecaster knows what came before it and nothing else. Forecast are purchases (days with a purchase) per
customer within the holdout, of customers who had bought before it.

* **Champion**: the combined forecast (`stack`): the classic models set right by what they missed on earlier holdouts,
  and corrected by a log-linear regression and boosted trees in two parts, as far as a later test bears the correction
  out (`src/crmwb/value/challenger/`). Its weights, shares and spreads are learned anew at every origin, from what came
  before it.
* **Best classic**: the best of BG/NBD, MBG/NBD, Pareto/NBD and NBD, picked *after* the fact for each data set and each
  measure.
* **Best naive**: the same of nobody buys, last period, x/T, 12-week hiatus, past spend.

`✓` better, or as good; `≈` worse, but by no more than chance (the 95% interval of the difference, by drawing customers
{n} times, holds 0); `✗` worse. Differences are turned so that above 0 is better.
"""


@dataclass(frozen=True)
class Tested:
    """One data set's backtest, by measure and kind."""

    title: str
    note: str
    backtest: Backtest
    history_days: int
    holdout_days: int

    @property
    def scores(self) -> pd.DataFrame:
        """The scores, by forecaster."""
        return self.backtest.scores.set_index("forecaster")

    def best(self, kind: str, measure: str) -> str:
        """Return who of a kind did best."""
        values = self.scores.loc[self.scores["kind"] == kind, measure].dropna().sort_index()
        return str((values.idxmax if HIGHER_IS_BETTER[measure] else values.idxmin)())


def write(found: list[tuple[str, str, tuple[Backtest, int, int]]], seed: int) -> str:
    """Return the page."""
    tested = [Tested(title, note, *result) for title, note, result in found]
    parts = [HEAD.format(n=f"{N_BOOTSTRAP:,}"), _sets(tested)]
    for measure, words in (
        ("normalised_gini", "The right order: normalised Gini (1 is perfect, 0 chance)"),
        ("rmse", "Near to the counts: root mean squared error (purchases per customer)"),
        ("log_loss", "Who buys at all: log-loss of the chance (0 is perfect)"),
    ):
        parts.append(_measure(tested, measure, words, seed))
    parts += [_bias(tested), _coverage(tested), _more(tested), _notes(tested)]
    return "\n".join(parts)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _sets(tested: list[Tested]) -> str:
    rows = []
    for t in tested:
        known, stack = t.backtest.newcomers[0], t.backtest.trials[0].stack
        trust = f"{stack.trust_:.0%}" if not stack.why_not_ else "–"
        rows.append(
            [t.title, f"{t.history_days:,}", f"{t.holdout_days:,}", f"{t.scores['n_customers'].iloc[0]:,}",
             f"{t.scores['actual_total'].iloc[0]:,}", f"{known['share_of_purchases']:.0%}", trust]
        )  # fmt: skip
    head = ["data set", "days known", "days held out", "customers", "their purchases held out",
            "purchases of newcomers", "correction believed"]  # fmt: skip
    note = (
        "Newcomers, first seen in the holdout, are in no measure below: nobody forecasts a customer who is not known. "
        "How far the correction is believed was settled before the holdout.\n"
    )
    return "## The data sets\n\n" + _table(head, rows) + "\n" + note


def _measure(tested: list[Tested], measure: str, words: str, seed: int) -> str:
    rows = []
    for t in tested:
        mine = t.scores.loc[STACK, measure]
        row = [t.title, f"**{mine:.4f}**"]
        for kind in ("model", "rule"):
            other = t.best(kind, measure)
            found = margin(t.backtest.trials, STACK, other, measure, n_bootstrap=N_BOOTSTRAP, seed=seed)
            row += [f"{t.scores.loc[other, measure]:.4f} ({other})", _difference(found)]
        rows.append(row)
    head = ["data set", "champion", "best classic", "difference", "best naive", "difference"]
    return f"## {words}\n\n" + _table(head, rows)


def _difference(found: Margin) -> str:
    mark = YES if found.difference >= -EVEN_WITHIN else EVEN if found.upper >= 0 else NO
    return f"{mark} {found.difference:+.4f} ({found.lower:+.4f} to {found.upper:+.4f})"


def _bias(tested: list[Tested]) -> str:
    rows = []
    for t in tested:
        models = t.scores.loc[t.scores["kind"] == "model", "bias_share"].dropna()
        best = str(models.abs().sort_index().idxmin())
        allowed = max(abs(models[best]) / 2, LOW_BIAS)
        mine = t.scores.loc[STACK, "bias_share"]
        rows.append(
            [t.title, f"**{mine:+.1%}**", f"{models[best]:+.1%} ({best})", f"{allowed:.1%}",
             YES if abs(mine) <= allowed else NO]
        )  # fmt: skip
    head = ["data set", "champion", "best classic, uncorrected", "at most", ""]
    aim = "Aimed at: at most half the bias of the best uncorrected classic model, or under 3%.\n"
    return "## The total: forecast against bought\n\n" + aim + "\n" + _table(head, rows)


def _coverage(tested: list[Tested]) -> str:
    rows = []
    for t in tested:
        shares = [t.scores.loc[STACK, f"coverage_{level}"] for level in (50, 80, 95)]
        inside = COVERED[0] <= shares[1] <= COVERED[1]
        rows.append([t.title, *(f"{share:.1%}" for share in shares), YES if inside else NO])
    head = ["data set", "50% intervals", "80% intervals", "95% intervals", "80% within 75–85%"]
    note = (
        "Share of customers whose purchases fell within their interval (randomised probability integral transform).\n"
    )
    return (
        "## How far off for one customer: coverage of the champion's intervals\n\n" + note + "\n" + _table(head, rows)
    )


def _more(tested: list[Tested]) -> str:
    head = ["data set", "forecaster", "MAE", "RMSE", "bias", "Gini", "Spearman", "top tenth made", "Brier", "log-loss",
            "Gini of revenue", "bias of revenue"]  # fmt: skip
    measures = {
        "mae": ".3f", "rmse": ".3f", "bias_share": "+.1%", "normalised_gini": ".3f", "spearman": ".3f",
        "top_decile_share": ".1%", "brier": ".3f", "log_loss": ".3f", "revenue_gini": ".3f",
        "revenue_bias_share": "+.1%",
    }  # fmt: skip
    rows = []
    for t in tested:
        table = t.scores.sort_values(["kind", "forecaster"], key=lambda c: c.map(_place) if c.name == "kind" else c)
        for name, row in table.iterrows():
            cells = ["–" if pd.isna(row[m]) else format(row[m], style) for m, style in measures.items()]
            rows.append([t.title, NAMES.get(str(name), str(name)), *cells])
    return "## All forecasters, all measures\n\n" + _table(head, rows)


def _place(kind: str) -> int:
    return ("stack", "model", "rule").index(kind)


def _notes(tested: list[Tested]) -> str:
    notes = [f"* **{t.title}**: {t.note}." for t in tested if t.note]
    return "## Notes\n\n" + "\n".join(notes) + "\n"
