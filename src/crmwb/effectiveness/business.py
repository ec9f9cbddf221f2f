"""The operating picture: how each business line serves its customers, and at how many points they buy.

The rules are stated, and what the data cannot show stays unknown:

- *Service mode* of a business line, by contacts of sales and service with its customers per order (a customer's
  contacts are spread over the lines by their orders): professional from `professional_contacts` on, process below
  `process_contacts`, general between. Professional services, service shops and mass services: Silvestro et al. (1992),
  Int. J. Service Industry Management 3(3), 62-75.
- *Operating mode*: one point of sale (store, or channel where stores are not known) is a single point. Several are
  managed centrally where at least `central_share` of the customers with two orders or more buy at more than one of them
  under one number; otherwise apart.
"""

from dataclasses import dataclass

import ibis
import pandas as pd

from crmwb.effectiveness.inputs import Inputs
from crmwb.effectiveness.parts import PARTS, filled, flags
from crmwb.effectiveness.processes import several_points
from crmwb.effectiveness.reading import fetch
from crmwb.findings import Count, Finding, Listing, Name, Number, Share, Term, Unavailable

MODES = ("professional", "general", "process")
PERSONAL = ("sales", "service")
N_LINES = 12
WHOLE = ""  # the line of a company whose products have none
LINE_COLUMNS = ["line", "n_customers", "n_orders", "revenue_cents", "contacts_per_order", "customers_per_owner", "mode"]


@dataclass(frozen=True)
class Business:
    """The operating picture.

    Attributes
    ----------
    lines : DataFrame
        One row per business line, the largest revenue first: LINE_COLUMNS; mode is None where it is not known.
    service : Finding or Unavailable
        What the service modes are.
    operating : Finding or Unavailable
        Which operating mode it is, with the figures of the rule.
    heat_map : DataFrame
        mode, part, n, of, share: of the customers served in a mode, how many a part of the CRM reaches.
    """

    lines: pd.DataFrame
    service: Finding | Unavailable
    operating: Finding | Unavailable
    heat_map: pd.DataFrame


def business(inputs: Inputs) -> Business:
    """Draw the operating picture."""
    if "transactions" not in inputs.clean:
        absent = Unavailable("effectiveness.business.no_orders", needs=(Term("table", "transactions"),))
        return Business(pd.DataFrame(columns=LINE_COLUMNS), absent, absent, _heat_map(inputs, {}))
    lines = _lines(inputs)
    modes = {str(line): mode for line, mode in zip(lines["line"], lines["mode"], strict=True) if mode is not None}
    return Business(lines.head(N_LINES), _service(lines), _operating(inputs), _heat_map(inputs, modes))


def _lines(inputs: Inputs) -> pd.DataFrame:
    """Count orders, customers, revenue and contacts by business line."""
    sales = inputs.clean["transactions"].filter(lambda t: ~t.is_return & (t.revenue_cents > 0))
    has_lines = filled(inputs.quality["tables"]).get("products.line", False)
    if has_lines:
        goods = inputs.clean["products"].select("product_id", "line").filter(lambda t: t.line.notnull())
        sold = sales.inner_join(goods, "product_id").select("customer_id", "order_id", "line", "revenue_cents")
    else:
        sold = sales.select("customer_id", "order_id", "revenue_cents").mutate(line=ibis.literal(WHOLE))
    each = sold.group_by("customer_id", "line").aggregate(
        n_orders=sold.order_id.nunique(), revenue_cents=sold.revenue_cents.sum().cast("int64")
    )
    each = each.mutate(of_all=each.n_orders.sum().over(group_by=each.customer_id).cast("float64"))
    contacts = _contacts(inputs)
    if contacts is None:
        each = each.mutate(contacts=ibis.null("float64"))
    else:
        each = each.left_join(contacts, "customer_id")
        share = each.n_orders / each.of_all
        each = each.mutate(contacts=each.n_contacts.fill_null(0) * share)
    owners = inputs.clean["customers"].select("owner", who="customer_id")
    each = each.left_join(owners, each.customer_id == owners.who)
    sums = each.group_by("line").aggregate(
        n_customers=each.customer_id.nunique(),
        n_orders=each.n_orders.sum().cast("int64"),
        revenue_cents=each.revenue_cents.sum().cast("int64"),
        contacts=each.contacts.cast("float64").sum(),
        n_owners=each.owner.nunique(),
    )
    frame = fetch(inputs.con, sums)
    frame = frame.sort_values(["revenue_cents", "line"], ascending=[False, True], ignore_index=True)
    per_order = (frame["contacts"].astype(float) / frame["n_orders"]).round(6)
    per_owner = (frame["n_customers"] / frame["n_owners"].where(frame["n_owners"] > 0)).astype(float).round(6)
    frame = frame.assign(contacts_per_order=per_order, customers_per_owner=per_owner)
    return frame.assign(mode=pd.Series([_mode(contacts, inputs) for contacts in per_order], dtype=object))[LINE_COLUMNS]


def _contacts(inputs: Inputs) -> ibis.expr.types.Table | None:
    """Count each customer's contacts with sales and service; None where the source records none."""
    personal = inputs.mart["n_sales_contacts"].fillna(0).sum() + inputs.mart["n_service_contacts"].fillna(0).sum()
    if "interactions" not in inputs.clean or not personal > 0:
        return None
    personal_contacts = inputs.clean["interactions"].filter(lambda t: t.department.isin(PERSONAL))
    return personal_contacts.group_by("customer_id").aggregate(n_contacts=personal_contacts.count())


def _mode(contacts_per_order: float, inputs: Inputs) -> str | None:
    p = inputs.params.effectiveness
    if pd.isna(contacts_per_order):
        return None
    if contacts_per_order >= p.professional_contacts:
        return "professional"
    return "process" if contacts_per_order < p.process_contacts else "general"


def _service(lines: pd.DataFrame) -> Finding | Unavailable:
    known = lines[lines["mode"].notna()]
    if known.empty:
        return Unavailable("effectiveness.business.no_contacts")
    revenue = max(int(known["revenue_cents"].sum()), 1)
    if (known["line"] == WHOLE).all():
        values = {"mode": Term("service_mode", str(known["mode"].iloc[0]))}
        return Finding(
            "effectiveness.business.one_line", values | {"contacts": Number(known["contacts_per_order"].iloc[0])}
        )
    shares = tuple(
        Finding(
            "effectiveness.business.mode_share",
            {
                "mode": Term("service_mode", mode),
                "n": Count(int((known["mode"] == mode).sum()), "business_line"),
                "share": Share(known.loc[known["mode"] == mode, "revenue_cents"].sum() / revenue),
            },
        )
        for mode in MODES
        if (known["mode"] == mode).any()
    )
    return Finding("effectiveness.business.service", {"modes": Listing(shares)})


def _operating(inputs: Inputs) -> Finding | Unavailable:
    """Apply the rule of the operating mode."""
    lines = inputs.clean["transactions"]
    counts = lines.aggregate(stores=lines.store_id.nunique(), channels=lines.channel.nunique())
    row = fetch(inputs.con, counts).iloc[0]
    kind = "store" if row["stores"] else "sales_channel"
    n_points = int(row["stores"] or row["channels"] or 0)
    if not n_points:
        return Unavailable("effectiveness.business.no_points")
    if n_points == 1:
        return Finding("effectiveness.business.single", {"kind": Term("sales_point", kind)})
    several = several_points(inputs.buyers)
    share = float(several.mean()) if several is not None else 0.0
    code = "central" if share >= inputs.params.effectiveness.central_share else "apart"
    return Finding(f"effectiveness.business.{code}", {"points": Count(n_points, kind), "share": Share(share)})


def _heat_map(inputs: Inputs, modes: dict[str, str]) -> pd.DataFrame:
    """Count, of the buyers served in each mode, those that each part of the CRM reaches.

    A customer is served in the mode of the business line that they buy most of; where modes are not known, all are one
    group.
    """
    buyers = inputs.buyers
    mode = pd.Series("all", index=buyers.index)
    if modes:
        mode = pd.Series(modes[WHOLE], index=buyers.index) if WHOLE in modes else buyers["top_product_line"].map(modes)
    reached = flags(buyers, filled(inputs.quality["tables"]))
    rows = []
    for name in (*MODES, "all"):
        here = mode == name
        if not here.any():
            continue
        for part in PARTS:
            flag = reached[part]
            n = None if flag is None else int(flag[here].sum())
            rows.append((name, part, n, int(here.sum()), None if n is None else n / int(here.sum())))
    table = pd.DataFrame(rows, columns=["mode", "part", "n", "of", "share"])
    return table.astype({"n": "Int64", "of": "Int64", "share": "Float64"})


def line_name(line: str) -> Name | Term:
    """Return what a business line is called."""
    return Name(line) if line else Term("service_mode", "whole_company")
