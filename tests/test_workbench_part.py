"""A part of the customers beside all of them: shares by hand, and nothing that would tell of single customers."""

import json

import numpy as np
import pandas as pd
import pytest
from builders import set_down

from crmwb import layout
from crmwb.contract.actions import LIST
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.errors import CrmwbError
from crmwb.findings.say import say
from crmwb.marts.part import Part, shown_parts
from crmwb.marts.subjects import SUBJECTS
from crmwb.marts.suppression import LEAST, given_away
from crmwb.workbench.part import PartOfCustomers

WORDS = {
    "tier": ["vip", "important", "ordinary", "small"],
    "value_class": ["high", "low"],
    "stage": ["growth", "maturity", "decline"],
    "previous_stage": ["introduction", "growth"],
    "cluster_name": ["large_orders", "buys_rarely"],
    "rfm_segment": ["champions", "lost", "at_risk"],
    "rfm_class": ["important_value", "general_value"],
    "risk_class": ["low", "at_risk", "likely_lost"],
    "loss_reason": ["discounts", "returns"],
    "top_category": [f"category {i}" for i in range(20)],
    "top_channel": ["store", "online"],
    "owner": ["Kim", "Lee"],
}
AMOUNTS = sorted({name for subject in SUBJECTS.values() for name in subject.amounts} - {"gain_cents", "cost_cents"})


def project(root, frame, models=None):
    """Write what the figures of a part are read from."""
    actions = pd.DataFrame({"customer_id": frame["customer_id"][:40], "action": "call", "is_held_out": False})
    actions = actions.assign(gain_cents=1_000, cost_cents=100)
    set_down(frame, MART, root)
    set_down(actions, LIST, root)
    (root / layout.VALUE_MODELS).parent.mkdir(parents=True, exist_ok=True)
    (root / layout.VALUE_MODELS).write_text(json.dumps(models or {}))
    return root


def customers(n, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"customer_id": [f"c{i:03}" for i in range(n)]})
    frame["region"] = ["Islands"] * 3 + list(rng.choice(["North", "South", "West"], n - 3, p=[0.4, 0.35, 0.25]))
    for column, words in WORDS.items():
        weights = np.arange(len(words), 0, -1.0) ** 3
        frame[column] = rng.choice(words, n, p=weights / weights.sum())
    for column in AMOUNTS:
        frame[column] = rng.integers(0, 2, n) * rng.integers(1, 100_000, n)
    return frame.assign(
        n_purchase_days=rng.integers(1, 9, n), n_opportunities_open=rng.integers(0, 2, n), days_since_last=7.0
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return project(tmp_path_factory.mktemp("part"), customers(240))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_cell_of_few_customers_is_shown_or_follows_from_the_pages_of_all_parts(built, subject):
    names = [part.value for part in shown_parts(pd.read_parquet(built / layout.CUSTOMER_MART), "region")]
    assert names == ["North", "South"]  # the islands have three customers, and the west would give them away
    parts = [PartOfCustomers(built, "EUR", Part("region", name), subject) for name in names]
    whole = parts[0].customers
    for by in parts[0].groups:
        tables = {part.part.value: part.table(by).set_index(by) for part in parts if by in part.groups}
        for amount in ("n_customers", *parts[0].subject.amounts):
            rows = whole if amount == "n_customers" else whole[whole[amount].fillna(0) != 0]
            counts = pd.crosstab(rows["region"], rows[by])
            shown = pd.DataFrame(False, index=counts.index, columns=counts.columns)
            for region, table in tables.items():
                if amount in table and region in counts.index:
                    known = table[amount].dropna().index.intersection(counts.columns)
                    shown.loc[region, known] = True
            assert not ((counts < LEAST) & (counts > 0) & shown).any(axis=None)
            hidden = ~shown & (counts > 0)
            follow = given_away(hidden.to_numpy(), counts.to_numpy())
            assert not [cell for cell in follow if counts.to_numpy()[cell] < LEAST]


def test_shares_and_the_largest_difference_by_hand(tmp_path):
    frame = customers(40).assign(region=["North"] * 20 + ["South"] * 20, revenue_cents=100)
    frame["stage"] = ["growth"] * 15 + ["decline"] * 5 + ["growth"] * 5 + ["decline"] * 15
    root = project(tmp_path, frame)
    north = PartOfCustomers(root, "EUR", Part("region", "North"), "value")
    table = north.table("stage").set_index("stage")
    assert table.loc["growth", ["n_customers", "customer_share", "compared_share"]].tolist() == [15, 0.75, 0.5]
    assert say(north.difference("stage")) == (
        "“growth” is more frequent in “North” than in all customers: 75% of customers against 50%."
    )
    assert say(north.finding) == "“North” has 20 customers, 50% of all, who brought EUR\u00a020: 50% of all revenue."
    beside = PartOfCustomers(root, "EUR", Part("region", "North"), "value", "region=South")
    assert beside.table("stage")["compared_share"].tolist() == [0.25, 0.75]


def test_an_amount_that_few_customers_of_a_part_have_is_not_shown(tmp_path):
    frame = customers(60).assign(region=["North"] * 30 + ["South"] * 30, tier="vip")
    frame["overdue_cents"] = [5_000] * 3 + [0] * 27 + [5_000] * 30
    root = project(tmp_path, frame)
    for name in ("North", "South"):  # of one alone it would follow from the sum of both
        part = PartOfCustomers(root, "EUR", Part("region", name), "accounts_and_credit")
        assert "overdue amount" not in [say(label) for label, *_ in part.tiles()]
        assert "overdue_cents" not in part.table("tier")
        assert part.listed(10).empty


def test_a_part_that_may_not_be_shown_is_refused_also_to_compare_to(built):
    with pytest.raises(CrmwbError, match="Islands"):
        PartOfCustomers(built, "EUR", Part("region", "Islands"), "value")
    with pytest.raises(CrmwbError, match="Islands"):
        PartOfCustomers(built, "EUR", Part("region", "North"), "value", "region=Islands")
