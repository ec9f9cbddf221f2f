"""Hand-written tables for the tests of needs and mix, opened in the engine, and the choices they are measured with."""

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
from builders import canonical

from crmwb import engine, params
from crmwb.params import NeedsParams

PROJECT = Path(__file__).parents[2]
AS_OF = date(2024, 7, 1)

# Segment a drinks tea, segment b coffee; p1 is tea (usual price 1.00), p2 coffee (2.00), p3 biscuits.
PRODUCTS = canonical(
    "products",
    """
    product_id  name      line    category  brand
    p1          Assam     drinks  tea       own
    p2          Arabica   drinks  coffee    other
    p3          Rounds    food    biscuits  own
    """,
)
SALES = canonical(
    "transactions",
    """
    customer_id  order_id  ordered_at           product_id  quantity  revenue  discount_cents  channel  store_id
    a1           o1        2024-01-06T09:00:00  p1          1          1.00      0             web      s1
    a1           o1        2024-01-06T09:00:00  p3          1          3.00      0             web      s1
    a1           o2        2024-02-05T10:00:00  p1          2          1.60     40             web      s1
    a2           o3        2024-01-08T11:00:00  p1          1          1.00      0             web      s1
    a2           o3        2024-01-08T11:00:00  p3          1          3.00      0             web      s1
    a3           o4        2024-03-04T13:00:00  p1          1          1.00      0             shop     s2
    b1           o5        2024-01-09T19:00:00  p2          1          2.00      0             shop     s2
    b1           o6        2024-01-14T19:00:00  p2          4          8.00      0             shop     s2
    b2           o7        2024-02-07T20:00:00  p2          1          2.00      0             shop     s2
    b2           o8        2024-02-08T20:00:00  p1          1          1.00      0             shop     s2
    b3           o9        2024-03-05T08:00:00  p2          1          2.00      0             web      s1
    b3           o10       2024-03-06T08:00:00  p2          1          1.00    100             web      s1
    """,
)
MEMBERS = canonical(
    "campaign_members",
    """
    campaign_id  customer_id  arm        contacted_at  responded_at
    c1           a1           treatment  2024-02-01    2024-02-03
    c1           a2           treatment  2024-02-01    2024-02-04
    c1           a3           control    -             2024-02-04
    c1           b1           treatment  2024-02-01    -
    c1           b2           treatment  2024-02-01    2024-02-09
    c2           b2           treatment  2024-06-01    2024-07-02
    """,
)
CAMPAIGNS = canonical(
    "campaigns",
    """
    campaign_id  kind   starts_on
    c1           mail   2024-02-01
    c2           phone  2024-06-01
    """,
)
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["a1", "a2", "a3", "b1", "b2", "b3", "never"],
        "cluster_name": ["a", "a", "a", "b", "b", "b", None],
        "tier": ["vip", "vip", "small", "small", "small", "small", "potential"],
        "n_orders": [2, 1, 1, 2, 2, 2, 0],
    }
)


def choices(**changes) -> NeedsParams:
    """The project's choices, with limits that a few customers reach."""
    given = params.load(PROJECT / "params.yaml").segmentation.needs.model_dump()
    few = {"schemes": ("cluster_name",), "min_customers": 2, "min_support": 0.01}
    return NeedsParams(**{**given, **few, **changes})


def opened(con, **tables: pa.Table) -> dict:
    """Open tables in the engine."""
    return {name: engine.open_arrow(con, table, name) for name, table in tables.items()}


def shop(con) -> dict:
    """Open the tables above."""
    return opened(con, transactions=SALES, products=PRODUCTS, campaign_members=MEMBERS, campaigns=CAMPAIGNS)
