"""Invented companies as exports, to be read in the reports: orders in two channels or more, and campaigns.

`python benchmarks/unseen_pages.py FOLDER` writes a folder for each company: its CSV files, mapping.yaml, and truth.json
with what was planted and what came after the cut. `docs/unseen_pages.md` says how to run one and what was read.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import companies as c
import numpy as np
import pandas as pd
import yaml
from companies import Company

DAYS_OF_EFFECT = 28
SEED = 51

Channels = Callable[[np.random.Generator, pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Campaign:
    """Who is contacted when, and what it does.

    Attributes
    ----------
    name, on : str
        What it is called, and its day.
    n : int
        Customers contacted.
    control : float
        Share of members held back; 0: there is no control group, and the best customers are contacted.
    extra : float
        Orders that a contact brings within 28 days, per customer contacted.
    cost : float
        In all.
    """

    name: str
    on: str
    n: int
    control: float
    extra: float
    cost: float


@dataclass(frozen=True)
class Export:
    """A company as it is exported: who it is, its channels, its campaigns."""

    company: Company
    channels: Channels
    campaigns: tuple[Campaign, ...] = ()
    planted: str = ""


def two_channels(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """Let each customer buy mostly in the shop or mostly on the web."""
    names, who = np.unique(lines["customer_id"].to_numpy().astype(str), return_inverse=True)
    web = rng.beta(0.5, 0.5, len(names))[who]
    return lines.assign(channel=_of_order(lines, rng, web, "web", "shop"))


def hidden_marketplace(share: float) -> Channels:
    """Bring that share of customers by a marketplace, which gives every order a number of its own."""

    def change(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
        names, who = np.unique(lines["customer_id"].to_numpy().astype(str), return_inverse=True)
        hidden = (rng.random(len(names)) < share)[who]
        out = two_channels(rng, lines)
        out.loc[hidden, "channel"] = "marketplace"
        out.loc[hidden, "customer_id"] = "M" + out.loc[hidden, "order_id"]
        return out

    return change


def one_marketplace(share: float) -> Channels:
    """Book all orders that come by a marketplace under one number."""

    def change(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
        names, who = np.unique(lines["customer_id"].to_numpy().astype(str), return_inverse=True)
        hidden = (rng.random(len(names)) < share)[who]
        out = two_channels(rng, lines)
        out.loc[hidden, "channel"] = "marketplace"
        out.loc[hidden, "customer_id"] = "MARKETPLACE"
        return out

    return change


def _of_order(lines: pd.DataFrame, rng: np.random.Generator, share: np.ndarray, one: str, other: str) -> np.ndarray:
    orders, of = np.unique(lines["order_id"].to_numpy().astype(str), return_inverse=True)
    return np.where(rng.random(len(orders))[of] < share, one, other)


def exports() -> dict[str, Export]:
    """Return the companies by name."""
    open_months = c.season("2021-01-01", 6.5, 0.6, 0.12)
    closed = c.every_winter("11-01", "03-01", (2021, 2022, 2023, 2024))

    def garden(first: str, cut: str) -> Company:
        return Company(
            first, cut, "2024-12-01", c.steady(2.0), 300, (1.2, 6.0), life=1100, intensity=open_months, change=closed
        )

    def shop(change: c.Change | None = None, **other: Any) -> Company:
        known = {"rate": (1.0, 6.0), "life": 700.0} | other
        return Company("2021-10-01", "2023-12-01", "2024-12-01", c.steady(1.8), 300, change=change, **known)

    tested = (
        Campaign("Spring letter", "2023-04-03", 500, 0.3, 0.25, 400.0),
        Campaign("Catalogue", "2023-06-05", 500, 0.3, 0.0, 900.0),
        Campaign("Voucher", "2023-09-04", 500, 0.3, 0.02, 250.0),
    )
    untested = (
        Campaign("Thank-you letter", "2023-03-06", 300, 0.0, 0.0, 500.0),
        Campaign("Club evening", "2023-09-11", 300, 0.0, 0.0, 2000.0),
    )
    return {
        "garden_three_years": Export(garden("2021-03-01", "2023-11-01"), two_channels, tested, "closed every winter"),
        "garden_one_winter": Export(garden("2022-03-01", "2023-11-01"), two_channels, (), "closed in the one winter"),
        "hidden_marketplace": Export(shop(), hidden_marketplace(0.6), untested, "every marketplace order has a number"),
        "one_marketplace": Export(shop(), one_marketplace(0.3), tested, "marketplace orders under one number"),
        "month_missing": Export(shop(c.without("2023-05-01", "2023-06-12")), two_channels, tested, "6 weeks are lost"),
        "ids_replaced": Export(shop(c.renumbered("2023-07-03")), two_channels, tested, "all numbers replaced in July"),
        "promotion": Export(
            shop(c.promotion("2023-07-01", "2023-08-01", 4.0, 0.05)), two_channels, untested, "a wave of one-off buyers"
        ),
        "price_rise": Export(
            shop(price=c.step(560, 1, 1.25), rate=(8.0, 10.0), regular=4), two_channels, (), "prices up 25%, April 2023"
        ),
    }


def write(name: str, export: Export, folder: Path, seed: int) -> None:
    """Write an export and its truth."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 1])
    known, later = c.draw(export.company, seed)
    every = export.channels(rng, pd.concat([known, later], ignore_index=True))
    cut = pd.Timestamp(export.company.cut)
    members, truths = [], []
    for i, campaign in enumerate(export.campaigns):
        part, extra = _contact(rng, every[every["ordered_at"] < pd.Timestamp(campaign.on)], campaign, f"C{i + 1}")
        every = pd.concat([every, extra], ignore_index=True)
        members.append(part)
        truths.append({"name": campaign.name, "extra_revenue": float(extra["revenue_cents"].sum() / 100)})
    every = every.sort_values(["ordered_at", "order_id"], kind="stable")
    known, later = every[every["ordered_at"] < cut], every[every["ordered_at"] >= cut]
    known.assign(amount=known["revenue_cents"] / 100).drop(columns="revenue_cents").to_csv(
        folder / "orders.csv", index=False
    )
    tables = _mapping()
    if members:
        pd.concat(members).to_csv(folder / "members.csv", index=False)
        rows = [
            {"campaign_id": f"C{i + 1}", "name": x.name, "kind": "letter", "starts_on": x.on, "cost_cents": x.cost}
            for i, x in enumerate(export.campaigns)
        ]
        tables |= {"campaigns": {"rows": rows}} | _members()
    mapping = {"name": name.replace("_", " "), "licence": None, "caveat": "An invented company.", "tables": tables}
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping, sort_keys=False), encoding="utf-8")
    truth = {"planted": export.planted, "campaigns": truths, **_truth(known, later)}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1, default=str), encoding="utf-8")


def _contact(
    rng: np.random.Generator, before: pd.DataFrame, campaign: Campaign, number: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the members of a campaign, and the order lines that it brings."""
    year = before[before["ordered_at"] >= pd.Timestamp(campaign.on) - pd.Timedelta(days=365)]
    spent = year[~year["customer_id"].str.startswith("MARKETPLACE")].groupby("customer_id")["revenue_cents"].sum()
    spent = spent.sort_index().sort_values(ascending=False, kind="stable")
    chosen = spent.index[: campaign.n] if not campaign.control else rng.permutation(spent.index)[: campaign.n]
    held = rng.random(len(chosen)) < campaign.control
    on = pd.Timestamp(campaign.on)
    part = pd.DataFrame(
        {
            "campaign_id": number,
            "customer_id": chosen,
            "arm": np.where(held, "control", "treatment"),
            "contacted_at": np.where(held, "", str(on.date())),
        }
    )
    buys = np.asarray(chosen)[~held & (rng.random(len(chosen)) < campaign.extra)]
    last = before[before["customer_id"].isin(buys) & ~before["is_return"]].groupby("customer_id")["order_id"].last()
    extra = before[before["order_id"].isin(last)].copy()
    day = pd.Series(rng.integers(1, DAYS_OF_EFFECT, len(last)), index=last.to_numpy())
    extra["ordered_at"] = on + pd.to_timedelta(extra["order_id"].map(day), unit="D")
    extra["order_id"] = number + extra["order_id"]
    return part, extra


def _mapping() -> dict[str, Any]:
    columns = {
        "customer_id": "customer_id",
        "order_id": "order_id",
        "ordered_at": {"column": "ordered_at", "format": "%Y-%m-%d"},
        "product_id": "product_id",
        "quantity": "quantity",
        "revenue_cents": "amount",
        "channel": "channel",
        "is_return": {"expression": "amount < 0"},
    }
    return {
        "transactions": {"file": "orders.csv", "columns": columns},
        "customers": {"derived_from": "transactions", "columns": {"kind": {"constant": "person"}}},
        "products": {"derived_from": "transactions", "columns": {}},
    }


def _members() -> dict[str, Any]:
    columns = {
        "campaign_id": "campaign_id",
        "customer_id": "customer_id",
        "arm": "arm",
        "contacted_at": {"column": "contacted_at", "format": "%Y-%m-%d"},
    }
    return {"campaign_members": {"file": "members.csv", "columns": columns}}


def _truth(known: pd.DataFrame, later: pd.DataFrame) -> dict[str, Any]:
    month = later["ordered_at"].dt.to_period("M").astype(str)
    bought = later[~later["is_return"]]
    old = bought["customer_id"].isin(known["customer_id"])
    return {
        "known_revenue": float(known["revenue_cents"].sum() / 100),
        "known_customers": int(known["customer_id"].nunique()),
        "later_revenue_by_month": (later.groupby(month)["revenue_cents"].sum() / 100).to_dict(),
        "later_share_of_new_customers": float(bought.loc[~old, "revenue_cents"].sum() / bought["revenue_cents"].sum()),
        "share_of_known_who_bought_again": float(
            bought.loc[old, "customer_id"].nunique() / known["customer_id"].nunique()
        ),
        "revenue_by_channel": (known.groupby("channel")["revenue_cents"].sum() / 100).to_dict(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    for i, (name, export) in enumerate(exports().items()):
        write(name, export, asked.folder / name, SEED + i)


if __name__ == "__main__":
    main()
