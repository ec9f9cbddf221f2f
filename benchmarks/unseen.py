"""Judge what is told of companies that nothing was chosen on: `make unseen` writes docs/unseen.md.

Every company is drawn several times; what its mechanism planted must be told, and nothing else.
"""

import argparse
from collections import Counter
from datetime import date
from pathlib import Path

import companies as c
import numpy as np
import pandas as pd
import pyarrow as pa
from companies import Company

from crmwb import engine, storage
from crmwb.features import circumstances
from crmwb.params import EngineParams

PROJECT = Path(__file__).parents[1]
PERIOD, SEEDS = 90, range(1, 3)
PRICES = "prices"
CODES = (
    "ids_replaced", "no_sales", "closes_now", "silent", "dependence", "newcomers_stopped", "wave", "refunds", PRICES,
)  # fmt: skip


INTRODUCTION = """# What is told of companies never seen

Written by `make unseen`, never by hand. Companies of known mechanism (`benchmarks/companies.py`) are cut at a day; what
happened to them must be told (`crmwb.features.circumstances`), and nothing else. Mistakes were looked for and
thresholds set on the first batch; the second has other kinds, dates, sizes and strengths. Two rules were changed after
the second was looked at once (growth is no wave; regular accounts count as silent sooner): the seeds here were drawn
afterwards. Companies that close every winter were added later, with the rules for them. `silent`: a large account
stopped; `closes_now`: sales stopped at this time of every earlier year; `prices`: prices of the same products, within
the split of a change of
revenue.
"""


def first_batch() -> dict[str, tuple[Company, set[str]]]:
    """Return the companies that mistakes were looked for on, by name, each with what must be told of it."""
    peak = c.season("2021-01-01", 11.6, 0.85, 0.05)

    def gifts(cut: str) -> Company:
        return Company(
            "2021-01-01", cut, "2025-01-01", lambda t: 2.7 * peak(t), 225, (1.0, 2.2), life=1100, intensity=peak
        )

    def shop(cut: str = "2024-01-01", first: str = "2022-01-01", change: c.Change | None = None) -> Company:
        return Company(first, cut, "2025-01-01", c.steady(1.5), 200, change=change)

    large = c.accounts((900e3, 350e3, 250e3), 50, 0, "2023-11-25")
    wholesaler = Company(
        "2021-01-01", "2024-01-01", "2025-01-01", c.steady(0.12), 120, (1.0, 8.0), life=1200, spend=(400.0, 0.6, 0.4),
        lines=4, change=large,
    )  # fmt: skip
    box = Company(
        "2021-03-01", "2023-09-01", "2024-09-01", c.steady(1.5), 150, (30.0, 12.0), 30, 420, price=c.step(549, 1, 1.3),
        spend=(20.0, 0.02, 0.02), lines=1,
    )  # fmt: skip
    startup = Company(
        "2022-04-01", "2024-04-01", "2025-04-01", c.growing(0.7, 3.0), 10, (1.0, 7.0), life=500,
        change=c.falling_repeat(400),
    )  # fmt: skip
    dying = Company(
        "2021-01-01", "2023-07-01", "2024-07-01", lambda t: np.where(t < 500, 1.8, 0.02), 135, life=700
    )  # fmt: skip
    inflation = Company("2021-01-01", "2024-01-01", "2025-01-01", c.steady(1.2), 180, price=c.growing(1, 1.4))
    grocer = Company(
        "2023-01-01", "2024-03-01", "2025-03-01", c.steady(0.4), 350, (4.0, 45.0), 4, 900, spend=(30.0, 0.4, 0.4)
    )
    loyal = Company("2022-01-01", "2024-01-01", "2025-01-01", c.steady(1.4), 225, intensity=c.step(600, 1, 1.6))
    return {
        "subscription box, price rise": (box, {PRICES}),
        "wholesaler, largest account leaves": (wholesaler, {"silent", "dependence"}),
        "shop closed for two months": (shop(change=c.without("2023-03-01", "2023-05-01", 0.15)), {"no_sales"}),
        "shop, a month missing in the export": (shop(change=c.without("2023-06-01", "2023-07-01")), {"no_sales"}),
        "shop, all numbers replaced": (shop(change=c.renumbered("2023-03-01")), {"ids_replaced"}),
        "start-up, repeat falling": (startup, set()),
        "dying shop": (dying, {"newcomers_stopped"}),
        "gift shop, cut in January": (gifts("2024-01-04"), set()),
        "gift shop, cut in May": (gifts("2023-05-15"), set()),
        "gift shop, cut in November": (gifts("2023-11-20"), set()),
        "grocer": (grocer, set()),
        "promotion month": (shop(change=c.promotion("2023-09-01", "2023-10-01", 4.0, 0.05)), {"wave"}),
        "customers who pause": (shop("2023-12-01", "2021-01-01", c.pauses(0.7, 150)), set()),
        "late refunds": (shop(change=c.refunds(0.2, (45, 90))), {"refunds"}),
        "inflation of 40% a year": (inflation, {PRICES}),
        "loyalty programme": (loyal, set()),
        "steady shop": (shop(), set()),
    }


def second_batch() -> dict[str, tuple[Company, set[str]]]:
    """Return the companies that judge: other kinds, dates, sizes and strengths."""
    peak = c.season("2020-03-01", 11.2, 0.85, 0.045)

    def gifts(cut: str) -> Company:
        return Company(
            "2020-03-01", cut, "2024-12-01", lambda t: 5 * peak(t), 300, (0.8, 1.8), life=1500, intensity=peak
        )

    def wholesaler(leaves: int | None) -> Company:
        large = c.accounts((300e3, 160e3, 140e3, 90e3), 36, leaves, "2023-03-20")
        return Company(
            "2020-01-01", "2023-05-01", "2024-05-01", c.steady(0.2), 150, (1.2, 7.0), life=1500,
            spend=(500.0, 0.7, 0.5), lines=3, change=large,
        )  # fmt: skip

    def shop(change: c.Change | None, rate: tuple[float, float] = (1.2, 7.0), daily: float = 2.0) -> Company:
        return Company("2021-09-01", "2023-11-01", "2024-11-01", c.steady(daily), 400, rate, life=800, change=change)

    price_cut = Company(
        "2020-06-01", "2022-10-01", "2023-10-01", c.steady(2.0), 250, (3.0, 9.0), 3, 600, price=c.step(600, 1, 0.85)
    )
    mild = Company("2020-01-01", "2023-03-01", "2024-03-01", c.steady(2.0), 300, price=c.growing(1, 1.12))
    startup = Company(
        "2022-10-01", "2024-07-01", "2025-07-01", c.growing(0.8, 5.0), 10, (0.8, 6.0), life=350,
        change=c.falling_repeat(300),
    )  # fmt: skip
    fading = Company(
        "2019-07-01", "2022-12-01", "2023-12-01", lambda t: np.where(t < 880, 2.0, 0.4), 300, (1.2, 5.0), life=900
    )
    weekly = Company("2022-05-01", "2024-02-01", "2025-02-01", c.steady(0.3), 200, (5.0, 40.0), 3, 1200)
    rarer = Company(
        "2021-01-01", "2023-06-01", "2024-06-01", c.steady(2.5), 500, (1.0, 7.0), intensity=c.step(650, 1, 0.6)
    )
    open_months = c.season("2020-03-01", 6.5, 0.6, 0.12)

    def garden(cut: str) -> Company:
        return Company(
            "2020-03-01", cut, "2024-03-01", c.steady(2.5), 300, (1.2, 6.0), life=1200, intensity=open_months,
            change=c.every_winter("11-04", "02-20", (2020, 2021, 2022, 2023)),
        )  # fmt: skip

    once = Company("2021-06-01", "2023-08-01", "2024-08-01", c.steady(12.0), rate=(1.0, 4.0), one_off=0.97, lines=1.3)
    return {
        "price cut of 15%": (price_cut, {PRICES}),
        "inflation of 12% a year": (mild, {PRICES}),
        "wholesaler, second account leaves": (wholesaler(1), {"silent", "dependence"}),
        "wholesaler, all accounts stay": (wholesaler(None), {"dependence"}),
        "closed for three weeks": (shop(c.without("2022-07-25", "2022-08-16", 0.15)), {"no_sales"}),
        "three weeks lost by the export": (shop(c.without("2023-10-01", "2023-10-22")), {"no_sales"}),
        "60% of numbers replaced": (shop(c.renumbered("2023-06-12", 0.6)), {"ids_replaced"}),
        "numbers replaced six weeks ago": (shop(c.renumbered("2023-09-20")), {"ids_replaced"}),
        "start-up, five times a year": (startup, set()),
        "fading shop": (fading, {"newcomers_stopped"}),
        "gift shop, cut in February": (gifts("2024-02-05"), set()),
        "gift shop, cut in June": (gifts("2023-06-10"), set()),
        "gift shop, cut at its peak": (gifts("2023-11-26"), set()),
        "weekly buyers": (weekly, set()),
        "flash sale": (shop(c.promotion("2023-03-05", "2023-04-04", 2.0, 0.1), (1.0, 5.0)), {"wave"}),
        "long pauses": (shop(c.pauses(0.5, 220)), set()),
        "slow refunds": (shop(c.refunds(0.12, (20, 120))), {"refunds"}),
        "orders become rarer": (rarer, set()),
        "one-off buyers": (once, set()),
        "closed every winter, cut in autumn": (garden("2023-11-04"), {"closes_now"}),
        "closed every winter, cut in summer": (garden("2023-07-10"), set()),
        "closed in winter, one winter known": (garden("2021-08-20"), {"no_sales"}),
        "steady shop": (shop(None), set()),
        "small shop": (shop(None, (2.0, 14.0), 0.3), set()),
    }


def codes_of(con: engine.Backend, company: Company, seed: int) -> set[str]:
    """Return the codes of what is told of a company at its cut."""
    known, _ = c.draw(company, seed)
    known["channel"] = pd.Series(None, index=known.index, dtype="str")
    table = engine.open_arrow(con, pa.Table.from_pandas(known, preserve_index=False), "transactions")
    shown = circumstances.build(con, {"transactions": table}, date.fromisoformat(company.cut), PERIOD, "EUR")
    codes = {finding.code.removeprefix("circumstances.").removesuffix("_one") for finding in shown.findings}
    return codes | ({PRICES} if shown.split is not None and "prices" in shown.split.values else set())


def page(rows: pd.DataFrame) -> str:
    """Write what was told: batch, company, seed, planted, told."""
    out = [INTRODUCTION]
    for batch, part in rows.groupby("batch", sort=False):
        out += [f"## {batch}", "", "| what | told where planted | told where not planted |", "|---|---|---|"]
        count: Counter[tuple[str, str]] = Counter()
        for planted, seen in zip(part["planted"], part["told"], strict=True):
            for code in CODES:
                kind = "planted" if code in planted else "not"
                count[code, kind] += 1
                count[code, kind + " told"] += code in seen
        for code in CODES:
            right, wrong = (f"{count[code, k + ' told']} of {count[code, k]}" for k in ("planted", "not"))
            out.append(f"| {code} | {right} | {wrong} |")
        out += ["", "| company | planted | told otherwise |", "|---|---|---|"]
        for name, group in part.groupby("company", sort=False):
            odd = [seen for seen, planted in zip(group["told"], group["planted"], strict=True) if seen != planted]
            codes = "; ".join(", ".join(sorted(seen)) or "nothing" for seen in odd) or "–"
            out.append(f"| {name} | {', '.join(sorted(group['planted'].iloc[0])) or 'nothing'} | {codes} |")
        out.append("")
    return "\n".join(out)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    batches = (("First batch", first_batch()), ("Second batch", second_batch()))
    with engine.connect(EngineParams(threads=2, memory_limit_gb=2)) as con:
        rows = [
            (batch, name, seed, planted, codes_of(con, company, 1000 * seed + i))
            for batch, companies in batches
            for i, (name, (company, planted)) in enumerate(companies.items())
            for seed in SEEDS
        ]
    columns = ["batch", "company", "seed", "planted", "told"]
    storage.write_text(page(pd.DataFrame(rows, columns=columns)), PROJECT / "docs" / "unseen.md")


if __name__ == "__main__":
    main()
