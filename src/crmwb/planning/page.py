"""What `crmwb plan` says."""

from unicodedata import east_asian_width

from crmwb.findings import Count, Finding, Listing, Name, Number, Value
from crmwb.findings.say import say
from crmwb.planning.plan import Plan
from crmwb.planning.sizes import ESTIMATED

MINUTE, DIGITS = 60, 2
BEYOND: dict[str, Value] = {
    "stages": Listing((Name("validate"), Name("features"))), "engine": Name("Spark"), "page": Name("docs/scale.md")
}  # fmt: skip
CHOICES: dict[str, Value] = {
    "first_choice": Name("features.n_snapshots"), "second_choice": Name("value.backtest.n_origins")
}  # fmt: skip


def lines(plan: Plan) -> list[str]:
    """Return the lines to print: what there is, each stage, the sum, and how far this machine carries."""
    size = plan.size
    values: dict[str, Value] = {
        "lines": Count(size.n_lines, "line"),
        "customers": Count(size.n_customers, "customer"),
    }
    if size.how == ESTIMATED:
        values |= {"lines_option": Name("--lines"), "customers_option": Name("--customers")}
    rows = [[say(Finding(f"cli.plan.{name}", {})) for name in ("stage", "minutes", "memory", "disk")]]
    for stage in plan.stages:
        costs = (stage.seconds / MINUTE, stage.memory_gb, stage.disk_gb)
        rows.append([stage.stage, *(say(Number(round(cost, DIGITS))) for cost in costs)])
    here = {"memory": Number(plan.machine.memory_gb), "disk": Number(plan.machine.disk_gb)}
    needed = {
        "minutes": Number(plan.seconds / MINUTE), "memory": Number(plan.memory_gb), "disk": Number(plan.disk_gb)
    }  # fmt: skip
    return [
        say(Finding(f"cli.plan.{size.how}", values)),
        *aligned(rows),
        say(Finding("cli.plan.in_all", needed)),
        say(Finding("cli.plan.here", here)),
        *([say(Finding("cli.plan.rough", {}))] if plan.is_rough else []),
        *(say(Finding(f"cli.plan.lacks_{what}", CHOICES if what == "time" else {})) for what in plan.lacks),
        say(
            Finding(
                "cli.plan.carries",
                BEYOND | {"customers": Count(plan.most_customers, "customer"), "lines": Count(plan.most_lines, "line")},
            )
        ),
    ]


def aligned(rows: list[list[str]]) -> list[str]:
    """Return rows as text: the first column to the left, the others to the right; a Chinese sign is two wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + pad if i == 0 else pad + cell
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            for pad in [" " * (width - _width(cell))]
        )
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
