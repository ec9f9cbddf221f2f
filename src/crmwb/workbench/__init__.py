"""The workbench for notebooks: all results of the pipeline, as objects that display themselves.

from crmwb import Workbench

wb = Workbench()
wb.circumstances      # what changes how figures read: numbers replaced, days without sales, accounts silent
wb.customers          # one row per customer, with all known values
wb.segments           # RFM segments, value tiers, clusters: profiles, needs and tests
wb.lifecycle          # lifecycle stages, customers gained and lost, cohorts
wb.migration          # transitions between segments, reasons, shares in the long run
wb.multiview          # segments × tiers × stages × regions …: largest, growing, shrinking
wb.value              # realised and future value, tests of the forecasts
wb.campaigns          # effect of each campaign, and whom to contact next time
wb.products           # the next purchase, and products bought together
wb.predictions        # opportunities, the quarter's sales, who buys next, who is like the best
wb.actions            # next best actions, and results of earlier lists
wb.accounts           # customers at risk, and who owes what
wb.customer("1026")   # one customer: months, value, stage, risk, next action
wb.effectiveness      # initiatives, score cards, survey, operating picture, seven analyses, ten questions
wb.contracts          # recurring revenue, how long contracts last, what running ones are worth
wb.quality            # loaded and quarantined rows, rules, audits
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from crmwb import layout, params
from crmwb.errors import CrmwbError
from crmwb.marts.part import parse
from crmwb.workbench.circumstances import Circumstances
from crmwb.workbench.customers import Customers
from crmwb.workbench.quality import Quality
from crmwb.workbench.segments import Segments
from crmwb.workbench.source import Source
from crmwb.workbench.value import Value

if TYPE_CHECKING:  # these take long to import
    from crmwb.workbench.accounts import Accounts
    from crmwb.workbench.actions import Actions
    from crmwb.workbench.campaigns import Campaigns
    from crmwb.workbench.contracts import Contracts
    from crmwb.workbench.customer_card import CustomerCard
    from crmwb.workbench.effectiveness import Effectiveness
    from crmwb.workbench.lifecycle import Lifecycle
    from crmwb.workbench.migration import Migration
    from crmwb.workbench.multiview import Multiview
    from crmwb.workbench.part import PartOfCustomers
    from crmwb.workbench.predictions import Predictions
    from crmwb.workbench.products import Products

__all__ = ["Customers", "Quality", "Segments", "Source", "Value", "Workbench"]


class Workbench:
    """A project's artefacts, read on first use and then kept.

    Parameters
    ----------
    root : Path or str, optional
        The project's folder or one within it; the working directory where not given.
    cut : str, optional
        A part of the customers, "region=North"; then `accounts` and `of_part` are there, of that part.

    Raises
    ------
    CrmwbError
        There is no project; the pipeline has not made what is asked for yet; or it is not known by part.
    """

    def __init__(self, root: Path | str | None = None, cut: str = "") -> None:
        self.root = layout.root(None if root is None else Path(root))
        self.part = parse(cut) if cut else None
        pd.set_option("display.html.use_mathjax", False)  # a formula in the data may be a link that runs code

    @cached_property
    def params(self) -> params.Params:
        """The settings in params.yaml."""
        return params.load(self.root / layout.PARAMS)

    @cached_property
    def source(self) -> Source:
        """The data source, its caveat and gaps, and the day of the analysis."""
        return Source(self.root)

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.source.currency

    @cached_property
    def circumstances(self) -> Circumstances:
        """What happened to the company that changes how its figures read."""
        return Circumstances(self.root)

    @cached_property
    def customers(self) -> Customers:
        """All known values of each customer, and the customer base by month."""
        self._require_whole("customers")
        return Customers(self.root, self.currency)

    @cached_property
    def segments(self) -> Segments:
        """RFM segments, value tiers and clusters."""
        self._require_whole("segments")
        return Segments(self.root, self.currency)

    @cached_property
    def lifecycle(self) -> "Lifecycle":
        """Lifecycle stages, customers gained and lost, and cohorts."""
        self._require_whole("lifecycle")
        from crmwb.workbench.lifecycle import Lifecycle

        return Lifecycle(self.root, self.currency)

    @cached_property
    def migration(self) -> "Migration":
        """Transitions between tiers, segments and stages, their reasons, and the long run."""
        self._require_whole("migration")
        from crmwb.workbench.migration import Migration

        return Migration(self.root, self.currency)

    @cached_property
    def multiview(self) -> "Multiview":
        """Customers and revenue by any crossing of segment, tier, stage, region, product line and channel."""
        self._require_whole("multiview")
        from crmwb.workbench.multiview import Multiview

        return Multiview(self.root, self.currency)

    @cached_property
    def value(self) -> Value:
        """Realised and future value of customers, and tests of the forecasts."""
        self._require_whole("value")
        return Value(self.root, self.currency)

    @cached_property
    def campaigns(self) -> "Campaigns":
        """The effect of each campaign, by group of customers, and whom to contact next time."""
        self._require_whole("campaigns")
        from crmwb.workbench.campaigns import Campaigns

        return Campaigns(self.root, self.currency)

    @cached_property
    def actions(self) -> "Actions":
        """The actions of the next period with their owners, and the results of earlier lists."""
        self._require_whole("actions")
        from crmwb.workbench.actions import Actions

        return Actions(self.root, self.currency)

    @cached_property
    def products(self) -> "Products":
        """What customers buy next, again and new, and which products lead to which."""
        self._require_whole("products")
        from crmwb.workbench.products import Products

        return Products(self.root)

    @cached_property
    def predictions(self) -> "Predictions":
        """Chances to win and to buy, the quarter's sales, and who is like the best customers."""
        from crmwb.workbench.predictions import Predictions

        return Predictions(self.root, self.currency)

    @cached_property
    def accounts(self) -> "Accounts":
        """Customers at risk and who is worth an action; what is overdue and beyond the credit limit."""
        from crmwb.workbench.accounts import Accounts

        return Accounts(self.root, self.currency, self.part)

    def of_part(self, subject: str, compare_to: str = "all") -> "PartOfCustomers":
        """Return what a report says of the part beside all customers, or beside another part, "region=South".

        Raises
        ------
        CrmwbError
            The workbench is not of a part.
        """
        from crmwb.workbench.part import PartOfCustomers

        if self.part is None:
            raise CrmwbError('wb.of_part: begin with a part, Workbench(cut="region=North").')
        return PartOfCustomers(self.root, self.currency, self.part, subject, compare_to)

    def customer(self, customer_id: str) -> "CustomerCard":
        """One customer: months, value, stage, risk and next action, without personal data."""
        from crmwb.workbench.customer_card import CustomerCard

        return CustomerCard(self.root, self.currency, customer_id)

    @cached_property
    def effectiveness(self) -> "Effectiveness":
        """How well the CRM itself works: initiatives, score cards, survey, seven analyses, ten questions."""
        self._require_whole("effectiveness")
        from crmwb.workbench.effectiveness import Effectiveness

        return Effectiveness(self.root, self.currency)

    @cached_property
    def contracts(self) -> "Contracts":
        """Contracts: who stays, recurring revenue and its changes, and what running ones are worth."""
        from crmwb.workbench.contracts import Contracts

        return Contracts(self.root, self.currency)

    @cached_property
    def quality(self) -> Quality:
        """Loaded and quarantined rows, rules, and audit findings."""
        return Quality(self.root, self.currency)

    def _require_whole(self, name: str) -> None:
        """Refuse what is made for all customers at once."""
        if self.part:
            raise CrmwbError(f"wb.{name}: not known by part ({self.part}); wb.accounts and wb.of_part are.")

    def __repr__(self) -> str:
        return (
            "Workbench: .customers, .segments, .lifecycle, .migration, .multiview, .value, .campaigns, .products, "
            ".predictions, .actions, .accounts, .contracts, .effectiveness, .quality, .source, .params"
        )
