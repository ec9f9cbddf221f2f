"""The notebook's door: everything that the pipeline has made, as objects that show themselves.

from crmwb import Workbench

wb = Workbench()
wb.customers          # one row per customer, everything known of each
wb.segments           # RFM segments, value tiers, clusters: what each is and needs, and whether it stands
wb.lifecycle          # stages of life, the leaky bucket, cohorts
wb.migration          # who moves between segments, why, and where that leads
wb.multiview          # segments × tiers × stages × regions …: largest, growing, shrinking
wb.value              # who earned what, what is to come, how well forecasts came true
wb.campaigns          # what each campaign brought, and whom to contact next time
wb.products           # what customers buy next, and which products lead to which
wb.actions            # who is to do what with whom next, and what earlier lists brought
wb.quality            # what came in, what was set aside and why
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crmwb import layout, params
from crmwb.workbench.customers import Customers
from crmwb.workbench.quality import Quality
from crmwb.workbench.segments import Segments
from crmwb.workbench.source import Source
from crmwb.workbench.value import Value

if TYPE_CHECKING:  # these doors open rooms that take long to import
    from crmwb.workbench.actions import Actions
    from crmwb.workbench.campaigns import Campaigns
    from crmwb.workbench.lifecycle import Lifecycle
    from crmwb.workbench.migration import Migration
    from crmwb.workbench.multiview import Multiview
    from crmwb.workbench.products import Products

__all__ = ["Customers", "Quality", "Segments", "Source", "Value", "Workbench"]


class Workbench:
    """A project's artefacts. Nothing is read before it is asked for, and then once.

    Parameters
    ----------
    root : Path or str, optional
        The project's folder or one within it; the working directory where not given.

    Raises
    ------
    CrmwbError
        There is no project; or, on asking for something, the pipeline has not made it yet.
    """

    def __init__(self, root: Path | str | None = None) -> None:
        self.root = layout.root(None if root is None else Path(root))

    @cached_property
    def params(self) -> params.Params:
        """The choices in params.yaml."""
        return params.load(self.root / layout.PARAMS)

    @cached_property
    def source(self) -> Source:
        """Where the data comes from, what it can and cannot tell, and as of which day."""
        return Source(self.root)

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.source.currency

    @cached_property
    def customers(self) -> Customers:
        """Everything known of each customer, and the customer base month by month."""
        return Customers(self.root, self.currency)

    @cached_property
    def segments(self) -> Segments:
        """RFM segments, value tiers and clusters."""
        return Segments(self.root, self.currency)

    @cached_property
    def lifecycle(self) -> "Lifecycle":
        """Stages of life, the leaky bucket, and cohorts."""
        from crmwb.workbench.lifecycle import Lifecycle

        return Lifecycle(self.root, self.currency)

    @cached_property
    def migration(self) -> "Migration":
        """Who moves between tiers, segments and stages, why, and where that leads."""
        from crmwb.workbench.migration import Migration

        return Migration(self.root, self.currency)

    @cached_property
    def multiview(self) -> "Multiview":
        """Customers and revenue by any crossing of segment, tier, stage, region, product line and channel."""
        from crmwb.workbench.multiview import Multiview

        return Multiview(self.root, self.currency)

    @cached_property
    def value(self) -> Value:
        """What customers earned, what they are worth, and how well forecasts came true."""
        return Value(self.root, self.currency)

    @cached_property
    def campaigns(self) -> "Campaigns":
        """What each campaign brought, of which customers, and whom to contact next time."""
        from crmwb.workbench.campaigns import Campaigns

        return Campaigns(self.root, self.currency)

    @cached_property
    def actions(self) -> "Actions":
        """Who is to do what with whom in the next period, and what earlier lists brought."""
        from crmwb.workbench.actions import Actions

        return Actions(self.root, self.currency)

    @cached_property
    def products(self) -> "Products":
        """What customers buy next, again and new, and which products lead to which."""
        from crmwb.workbench.products import Products

        return Products(self.root)

    @cached_property
    def quality(self) -> Quality:
        """What came in, which rules hold, what was quarantined, and what the audits found."""
        return Quality(self.root, self.currency)

    def __repr__(self) -> str:
        return (
            "Workbench: .customers, .segments, .lifecycle, .migration, .multiview, .value, .campaigns, .products, "
            ".actions, .quality, .source, .params"
        )
