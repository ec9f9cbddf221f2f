"""How customers move between segments from month end to month end, why, and where that leads.

`build` reads the segments of one month end after another and counts the changes; `write` keeps them.
"""

from crmwb.migration.artefacts import write
from crmwb.migration.build import Migration, build
from crmwb.migration.months import Sources

__all__ = ["Migration", "Sources", "build", "write"]
