"""Campaigns received and answered."""

import ibis
import ibis.expr.types as ir

from crmwb.history.asof import Day, before, day_of, days_between, midnight, share


def campaigns(campaign_members: ir.Table, campaigns: ir.Table | None, as_of: Day) -> ir.Table:
    """Count the campaigns that reached each customer before `as_of`, and their answers.

    One row per customer contacted; those held back as control were not. A contact without a time of its own happened
    when its campaign started, else at the latest when it was answered; one without any date cannot be placed and is
    left out. An answer at or after `as_of` is not known yet: the campaign stands unanswered.

    Examples
    --------
    One of two campaigns answered by 1 June; the other answer came on that day and is not known yet.

    >>> from datetime import date, datetime
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.campaigns import campaigns
    >>> members = {"campaign_id": ["x", "y"], "customer_id": ["a", "a"], "arm": ["treatment", "treatment"]}
    >>> members["contacted_at"] = [datetime(2024, 4, 1), datetime(2024, 5, 20)]
    >>> members["responded_at"] = [datetime(2024, 4, 11), datetime(2024, 6, 1)]
    >>> known = campaigns(ibis.memtable(pa.table(members)), None, date(2024, 6, 1))
    >>> known.select("n_campaigns_received", "response_share", "mean_answer_days").to_pyarrow().to_pylist()
    [{'n_campaigns_received': 2, 'response_share': 0.5, 'mean_answer_days': 10.0}]
    """
    known = contacts_before(campaign_members, campaigns, as_of)
    days = days_between(known.reached_at.date(), known.responded_at.date())
    timed = known.answered & (days >= 0)
    sums = known.group_by("customer_id").aggregate(
        n_campaigns_received=known.count(),
        n_campaigns_answered=known.count(where=known.answered),
        last_campaign_on=known.reached_at.date().max(),
        last_answer_on=known.responded_at.date().max(where=known.answered),
        answer_days=days.sum(where=timed),
        n_timed=known.count(where=timed),
    )
    return sums.mutate(
        response_share=share(sums.n_campaigns_answered, sums.n_campaigns_received),
        mean_answer_days=share(sums.answer_days, sums.n_timed),
        days_since_campaign=days_between(sums.last_campaign_on, day_of(as_of)),
    ).drop("answer_days", "n_timed")


def reached(campaign_members: ir.Table, campaigns: ir.Table | None) -> ir.Table:
    """Return the members with `reached_at`, when the campaign reached them; NULL where nothing tells.

    Examples
    --------
    One contacted member, and one of a campaign that notes no contacts but starts on a known day:

    >>> from datetime import date, datetime
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.campaigns import reached
    >>> members = {"campaign_id": ["x", "y"], "contacted_at": [datetime(2024, 4, 2), None]}
    >>> members = ibis.memtable(pa.table(members | {"responded_at": [None, datetime(2024, 5, 9)]}))
    >>> starts = ibis.memtable(pa.table({"campaign_id": ["x", "y"], "starts_on": [date(2024, 4, 1), date(2024, 5, 1)]}))
    >>> moments = reached(members, starts).order_by("campaign_id").reached_at.date()
    >>> [f"{moment:%d %B}" for moment in moments.to_pyarrow().to_pylist()]
    ['02 April', '01 May']
    """
    moments = [campaign_members.contacted_at, campaign_members.responded_at]
    if campaigns is not None:
        starts = campaigns.select("campaign_id", "starts_on")
        campaign_members = campaign_members.left_join(starts, "campaign_id").drop("campaign_id_right")
        moments = [
            campaign_members.contacted_at, campaign_members.starts_on.cast("timestamp"), campaign_members.responded_at
        ]  # fmt: skip
    return campaign_members.mutate(reached_at=ibis.coalesce(*moments))


def contacts_before(campaign_members: ir.Table, campaigns: ir.Table | None, as_of: Day) -> ir.Table:
    """Return the members that a campaign reached before `as_of`, with `reached_at` and `answered` (as known then).

    Examples
    --------
    A control is not contacted, and the answer of 1 June is not known on that day:

    >>> from datetime import date, datetime
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.campaigns import contacts_before
    >>> members = {"customer_id": ["a", "b"], "arm": ["treatment", "control"]}
    >>> members["contacted_at"] = [datetime(2024, 5, 20), datetime(2024, 5, 20)]
    >>> members = ibis.memtable(pa.table(members | {"responded_at": [datetime(2024, 6, 1), None]}))
    >>> contacts_before(members, None, date(2024, 6, 1)).select("customer_id", "answered").to_pyarrow().to_pylist()
    [{'customer_id': 'a', 'answered': False}]
    """
    contacted = campaign_members.filter(lambda t: t.arm == "treatment")
    known = before(reached(contacted, campaigns), "reached_at", as_of)
    return known.mutate(answered=(known.responded_at < midnight(as_of)).fill_null(False))
