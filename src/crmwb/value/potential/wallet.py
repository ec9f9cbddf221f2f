"""What customers spend elsewhere in our category: the room to grow with those we have.

The wallet, their yearly spend in the category, is what the source states (customers.wallet_cents, an estimate of those
who know them). Where it states none but tells our rank among the suppliers that a customer uses, the wallet allocation
rule gives our share of it (Keiningham, Aksoy, Buoye & Cooil 2011, "Customer Loyalty Isn't Enough. Grow Your Share of
Wallet", Harvard Business Review 89(10)): (1 - rank / (n + 1)) × 2 / n for rank among n. Nothing else is guessed.
"""

from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.engine import Backend
from crmwb.findings import Finding, Name, Share, Unavailable, to_json
from crmwb.history.asof import before, midnight
from crmwb.value.realised.costs import Tables
from crmwb.value.rows import in_order, rows

YEAR = timedelta(days=365)
STATED, BY_RANK = "stated", "allocation rule"
RANK, SUPPLIERS = "supplier_rank", "n_suppliers"

FEATURES = ("customer_id", "wallet_cents")


def allocated_share(rank: np.ndarray, n_suppliers: np.ndarray) -> np.ndarray:
    """Return the share of wallet by the wallet allocation rule.

    Parameters
    ----------
    rank : ndarray of shape (n,)
        Our place among the suppliers that the customer uses, from 1; ties share the mean of their places.
    n_suppliers : ndarray of shape (n,)
        How many suppliers the customer uses, with us.

    Returns
    -------
    ndarray of shape (n,)
        Above 0, at most 1; NaN where the rank is below 1 or beyond the suppliers.
    """
    possible = (rank >= 1) & (rank <= n_suppliers)
    suppliers = np.where(possible, n_suppliers, 1.0)
    share: np.ndarray = np.where(possible, (1 - rank / (suppliers + 1)) * 2 / suppliers, np.nan)
    return share


def is_known(features: pd.DataFrame) -> bool:
    """Whether the source says of anybody's wallet how large it is, or which place in it is ours."""
    return bool(features["wallet_cents"].notna().any()) or ({RANK, SUPPLIERS} <= set(features))


def customers(
    con: Backend,
    tables: Tables,
    features: pd.DataFrame,
    as_of: date,
    first_event: date,
    *,
    ids: pa.Array | None = None,
) -> pd.DataFrame:
    """Say what share of each customer's wallet is ours, and how much is left.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    features : DataFrame of shape (n, >= 2)
        `FEATURES` of all customers; supplier_rank and n_suppliers where the source has them.
    as_of, first_event : date
        Revenue is that of the year before `as_of`; where the data begin later than that, it is scaled up to a year.
    ids : Array, optional
        Where customers are known by their places in it, all of them.

    Returns
    -------
    DataFrame of shape (n, 5)
        Columns of WALLET, sorted by customer_id. share_of_wallet is at most 1, also for those who buy more than their
        wallet was thought to hold; wallet_basis is "stated", "allocation rule" (which needs revenue) or unknown.
    """
    table = in_order(features).set_index("customer_id")
    yearly = pd.Series(np.nan, index=table.index)
    if "transactions" in tables:
        days = min(YEAR, as_of - first_event).days
        sums = rows(con, _last_year(tables["transactions"], as_of), ids)["cents"]
        yearly = (sums.reindex(table.index, fill_value=0) * (YEAR.days / days)).round()
    ours = yearly.clip(lower=0).to_numpy()
    stated = table["wallet_cents"].to_numpy(dtype=np.float64, na_value=np.nan)
    ranked = np.full(len(table), np.nan)
    if {RANK, SUPPLIERS} <= set(table):
        share = allocated_share(*(table[c].to_numpy(dtype=np.float64, na_value=np.nan) for c in (RANK, SUPPLIERS)))
        ranked = np.divide(ours, share, out=ranked, where=(ours > 0) & np.isfinite(share))
    is_stated, is_ranked = stated > 0, ~(stated > 0) & (ranked > 0)
    wallet = np.where(is_stated, stated, np.where(is_ranked, ranked, np.nan))
    basis = pd.Series(np.select([is_stated, is_ranked], [STATED, BY_RANK], ""), dtype=object)
    return pd.DataFrame(
        {
            "customer_id": table.index,
            "yearly_revenue_cents": yearly.to_numpy(),
            "share_of_wallet": np.minimum(ours / wallet, 1.0),
            "wallet_headroom_cents": np.maximum(np.rint(wallet - ours), 0.0),
            "wallet_basis": basis.where((basis != "") & np.isfinite(ours), None),
        }
    )


def facts(wallets: pd.DataFrame) -> dict[str, Any]:
    """Sum up the room to grow.

    Returns
    -------
    dict
        is_available, n_customers (with a known wallet), headroom_cents, share_of_wallet (of all their wallets),
        n_full (who buy all that their wallet is thought to hold), n_by_rank, finding.
    """
    known = wallets[wallets["wallet_basis"].notna()]
    if known.empty:
        missing = Unavailable("wallet.not_known", (Name("customers.wallet_cents"),))
        return {"is_available": False, "finding": to_json(missing)}
    ours, left = (int(known[c].clip(lower=0).sum()) for c in ("yearly_revenue_cents", "wallet_headroom_cents"))
    most = known["wallet_headroom_cents"].sort_values(ascending=False)
    tenth = float(most.head(max(len(most) // 10, 1)).sum()) / max(left, 1)
    return {
        "is_available": True,
        "n_customers": len(known),
        "headroom_cents": left,
        "share_of_wallet": ours / max(ours + left, 1),
        "n_full": int((known["wallet_headroom_cents"] == 0).sum()),
        "n_by_rank": int((known["wallet_basis"] == BY_RANK).sum()),
        "finding": to_json(
            Finding("wallet.share", {"share": Share(ours / max(ours + left, 1)), "tenth": Share(tenth)})
        ),
    }


def _last_year(transactions: ir.Table, as_of: date) -> ir.Table:
    lines = before(transactions, "ordered_at", as_of).filter(lambda t: t.ordered_at >= midnight(as_of - YEAR))
    return lines.group_by("customer_id").aggregate(cents=lines.revenue_cents.sum().cast("int64"))
