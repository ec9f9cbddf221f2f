"""Campaigns, payments, referrals, service and losses: what was planted is found again in the tables."""

import numpy as np
import pandas as pd
import pytest
from b2b_company import END, share_is, within


@pytest.fixture(scope="module")
def members(b2b_company) -> pd.DataFrame:
    """Campaign members with the truth of each and the kind of the campaign."""
    truth = pd.read_parquet(b2b_company.folder / "truth" / "campaign_members.parquet")
    kinds = b2b_company.table("campaigns")[["campaign_id", "kind", "starts_on"]]
    members = b2b_company.table("campaign_members").merge(truth, on=["campaign_id", "customer_id"], validate="1:1")
    return members.merge(kinds, on="campaign_id")


def difference(members: pd.DataFrame, column: str) -> tuple[float, float]:
    """The difference in means between the arms, and its standard error."""
    treated, control = (members.loc[members["arm"] == arm, column] for arm in ("treatment", "control"))
    return treated.mean() - control.mean(), np.sqrt(treated.var() / len(treated) + control.var() / len(control))


def test_the_planted_effect_lies_within_the_interval_of_a_simple_difference(members):
    effect, error = difference(members, "outcome_cents")
    assert within(effect, members["extra_cents"].mean(), error, n_errors=1.96)
    assert effect > 1.96 * error  # and it is seen at all


def test_each_campaigns_effect_lies_within_its_interval_but_for_chance(members):
    outside = 0
    for _, each in members.groupby("campaign_id"):
        effect, error = difference(each, "outcome_cents")
        outside += not within(effect, each["extra_cents"].mean(), error, n_errors=1.96)
    assert outside <= 2  # of ten; three or more happen to one company in a hundred


def test_contacts_bring_as_many_orders_as_planted(b2b_company, members):
    orders = members[["campaign_id", "customer_id", "starts_on"]].merge(b2b_company.orders, on="customer_id")
    after = (orders["ordered_at"] - pd.to_datetime(orders["starts_on"])) / pd.Timedelta(days=1)
    n = orders[(after >= 1) & (after < 28)].groupby(["campaign_id", "customer_id"]).size().rename("n_orders")
    counted = members.join(n, on=["campaign_id", "customer_id"]).fillna({"n_orders": 0})
    effect, error = difference(counted, "n_orders")
    assert within(effect, members["extra_orders"].mean(), error, n_errors=1.96)


def test_outcomes_are_what_members_of_both_arms_spent_in_the_four_weeks(b2b_company, members):
    some = members.groupby("campaign_id").head(200)
    orders = some[["campaign_id", "customer_id", "starts_on"]].merge(b2b_company.orders, on="customer_id")
    after = (orders["day"] - pd.to_datetime(orders["starts_on"])).dt.days
    spent = orders[(after >= 1) & (after < 28)].groupby(["campaign_id", "customer_id"])["revenue_cents"].sum()
    expected = some.join(spent.rename("spent"), on=["campaign_id", "customer_id"])["spent"].fillna(0)
    assert (some["outcome_cents"].to_numpy() == expected.to_numpy()).all()
    assert (expected > 0).any()


def test_a_newsletter_moves_nobody_and_arms_are_drawn_by_lot(b2b_company, members):
    assert not members.query("kind == 'newsletter'")["answered"].any()
    effect, error = difference(members.query("kind == 'newsletter'"), "outcome_cents")
    assert abs(effect) < 3 * error
    assert share_is(members["arm"] == "treatment", b2b_company.planted["treatment_share"])
    effect, error = difference(members, "extra_cents")
    assert abs(effect) < 4 * error


def test_nobody_who_may_not_be_contacted_is(b2b_company, members):
    assert b2b_company.customers.loc[members["customer_id"], "contactable"].all()
    assert share_is(b2b_company.customers["contactable"], b2b_company.planted["contactable_share"])


def test_late_payers_pay_late_and_others_in_time(b2b_company):
    invoices = b2b_company.table("invoices").join(b2b_company.truth, on="customer_id")
    paid = invoices[invoices["paid_on"].notna() & ~invoices["disputed"]]
    days_late = (pd.to_datetime(paid["paid_on"]) - pd.to_datetime(paid["due_on"])).dt.days
    is_late = paid["is_late_payer"].astype(bool)
    assert (days_late[is_late] > 0).all()
    assert (days_late[~is_late] <= 0).all()
    long_due = pd.to_datetime(paid["due_on"]) < END - pd.Timedelta(days=200)  # nothing is cut off by the end
    late = days_late[is_late & long_due]
    assert within(late.mean(), b2b_company.planted["late_days"], late.std() / np.sqrt(len(late)), 4)
    prompt = b2b_company.truth["loss_reason"] != "unpaid"
    assert share_is(b2b_company.truth.loc[prompt, "is_late_payer"], b2b_company.planted["late_share"])
    assert share_is(invoices["disputed"], b2b_company.planted["dispute_share"])


def test_an_invoice_asks_for_an_order(b2b_company):
    orders = b2b_company.orders["revenue_cents"].sum()
    invoices = b2b_company.table("invoices")
    asked = invoices["amount_cents"].sum()
    assert 0.995 * orders < asked <= orders  # the last days' orders are not invoiced yet
    part = invoices[invoices["paid_on"].isna()]
    assert (part["paid_cents"] < part["amount_cents"]).all()
    full = invoices[invoices["paid_on"].notna()]
    assert (full["paid_cents"] == full["amount_cents"]).all()


def test_referrals_come_at_the_planted_rate_from_advocates_who_were_there_before(b2b_company):
    customers = b2b_company.customers
    assert share_is(customers["referred_by"].notna(), b2b_company.planted["referral_share"])
    assert share_is(customers["is_advocate"], b2b_company.planted["advocate_share"])
    referred = customers[customers["referred_by"].notna()]
    by = customers.loc[referred["referred_by"]]
    assert by["is_advocate"].all()
    assert (by["acquired_on"].to_numpy() <= referred["acquired_on"].to_numpy()).all()
    assert (referred["acquisition_channel"] == "referral").all()
    assert not (customers[customers["referred_by"].isna()]["acquisition_channel"] == "referral").any()


def test_parents_are_heads_of_groups_and_have_none_themselves(b2b_company):
    customers = b2b_company.customers
    heads = customers["parent_id"].dropna().unique()
    assert customers.loc[heads, "parent_id"].isna().all()
    members = b2b_company.planted["member_share"] * (1 - b2b_company.planted["head_share"])
    assert share_is(customers["parent_id"].notna(), members)


def test_loss_makers_lose_money_for_their_reason_and_others_earn_it(b2b_company):
    by = b2b_company.lines.groupby("customer_id")
    earned = by["revenue_cents"].sum() - by["cost_cents"].sum()
    contacts = b2b_company.table("interactions").groupby("customer_id")["cost_cents"].sum()
    invoices = b2b_company.table("invoices")
    due = invoices[pd.to_datetime(invoices["due_on"]) < END - pd.Timedelta(days=150)]
    unpaid = (due["amount_cents"] - due["paid_cents"]).groupby(due["customer_id"]).sum()
    profit = earned.sub(contacts, fill_value=0).sub(unpaid, fill_value=0).rename("profit")
    settled = due.groupby("customer_id").size()
    customers = b2b_company.truth.join(profit)[lambda c: c.index.isin(settled[settled >= 5].index)]
    share_losing = (customers["profit"] < 0).groupby(customers["loss_reason"].fillna("none")).mean()
    assert share_losing["none"] < 0.02
    for reason in b2b_company.planted["loss_reasons"]:
        assert share_losing[reason] > 0.9, reason
    assert share_is(b2b_company.truth["loss_reason"].notna(), b2b_company.planted["loss_share"])


def test_returns_follow_a_purchase_and_come_at_the_planted_rate(b2b_company):
    lines = b2b_company.lines
    back = lines[lines["is_return"]]
    bought = lines[~lines["is_return"]].set_index(["order_id", "line_no"])
    was = bought.loc[list(zip(back["order_id"].str.removesuffix("R"), back["line_no"], strict=True))]
    assert (was["revenue_cents"].to_numpy() == -back["revenue_cents"].to_numpy()).all()
    assert (was["ordered_at"].to_numpy() < back["ordered_at"].to_numpy()).all()
    early = b2b_company.sales[b2b_company.sales["ordered_at"] < END - pd.Timedelta(days=31)]
    returned = set(zip(back["order_id"].str.removesuffix("R"), back["line_no"], strict=True))
    is_back = pd.Series([key in returned for key in zip(early["order_id"], early["line_no"], strict=True)])
    usual = (early["loss_reason"] != "returns").to_numpy()
    for name, planted in b2b_company.planted["segments"].items():
        if planted["return_share"] > 0:
            assert share_is(is_back[usual & (early["segment"] == name).to_numpy()], planted["return_share"]), name
    assert share_is(is_back[~usual], b2b_company.planted["loss_return_share"])


def test_the_service_desk_settles_cases_faster(b2b_company):
    contacts = b2b_company.table("interactions")
    desk = b2b_company.table("initiatives").set_index("name").loc["service desk"]
    cases = contacts[contacts["kind"].isin(["question", "complaint", "repair"])]
    cases = cases[cases["occurred_at"] < END - pd.Timedelta(days=60)]
    took = (cases["resolved_at"] - cases["occurred_at"]) / pd.Timedelta(days=1)
    planted = b2b_company.planted["resolution_days"]
    before = cases["occurred_at"] < pd.Timestamp(desk["starts_on"])
    for days, expected in ((took[before], planted["before"]), (took[~before], planted["after"])):
        # business hours: what ends within the same day is shorter, what runs over a night longer
        assert within(days.mean(), expected, days.std() / np.sqrt(len(days)), 4)


def test_opportunities_are_won_at_the_planted_rate_and_some_are_open(b2b_company):
    every = b2b_company.table("opportunities")
    closed = every[every["closed_on"].notna() & every["customer_id"].isin(b2b_company.truth.index)]
    n_won = closed["won"].sum()
    share = b2b_company.planted["win_share"]
    # losses come in geometric runs, so the share's error is that of n_won such runs
    assert within(n_won / len(closed), share, share * np.sqrt((1 - share) / n_won), 4)
    is_open = every["closed_on"].isna()
    assert is_open.sum() > 1_000
    assert set(every.loc[is_open, "stage"]) == {"prospecting", "qualified", "proposal", "negotiation"}
    owners = every["customer_id"].map(b2b_company.table("customers").set_index("customer_id")["owner"])
    assert share_is(every["owner"] != owners, b2b_company.planted["collision_share"])


def test_won_opportunities_are_orders(b2b_company):
    every = b2b_company.table("opportunities")
    won = every[every["won"].fillna(False).astype(bool)].assign(day=lambda o: pd.to_datetime(o["closed_on"]))
    orders = b2b_company.orders.rename(columns={"revenue_cents": "amount_cents"})
    matched = won.merge(orders, on=["customer_id", "day", "amount_cents"], how="left")
    assert matched["order_id"].notna().all()


def test_prospects_have_not_bought_but_are_worked_on(b2b_company):
    customers = b2b_company.table("customers")
    prospects = customers[~customers["customer_id"].isin(b2b_company.truth.index)]
    assert share_is(customers["customer_id"].isin(prospects["customer_id"]), b2b_company.planted["prospect_share"])
    assert prospects["acquired_on"].isna().all()
    assert not prospects["customer_id"].isin(b2b_company.lines["customer_id"]).any()
    worked_on = set(b2b_company.table("opportunities")["customer_id"])
    assert prospects["customer_id"].isin(worked_on).mean() > 0.5


def test_wallets_hold_what_is_spent_with_us_and_elsewhere(b2b_company):
    customers = b2b_company.customers
    known = customers[customers["wallet_cents"].notna()]
    spend = known["orders_per_day"] * 365 * known["mean_order_cents"]
    share = spend / known["wallet_cents"].astype(float)
    assert abs(np.log(share / known["wallet_share"].clip(lower=0.05)).mean()) < 0.01
    assert share_is(customers["wallet_cents"].notna(), 0.80)


def test_opportunities_are_lost_in_the_planted_stages(b2b_company):
    history = b2b_company.table("opportunity_history").sort_values(["opportunity_id", "changed_at"])
    stages = history.groupby("opportunity_id")["stage"].agg(tuple)
    order = ("prospecting", "qualified", "proposal", "negotiation")
    assert set(stages[stages.str[-1] == "won"]) == {(*order, "won")}
    lost_at = stages[stages.str[-1] == "lost"].str[-2]
    for stage, share in zip(order, b2b_company.planted["lost_at_shares"], strict=True):
        assert share_is(lost_at == stage, share)
    last = history.drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id")
    now = b2b_company.table("opportunities").set_index("opportunity_id").reindex(last.index)
    assert (last["stage"] == now["stage"]).all()
    assert (last["win_probability"] == now["win_probability"]).all()
