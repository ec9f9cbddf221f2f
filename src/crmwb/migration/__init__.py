"""How customers change segment from month end to month end, why, and the shares in the long run.

`build` reads the segments of one month end after another and counts the transitions; `write` stores them.
"""

from crmwb.migration.artefacts import write
from crmwb.migration.build import Migration, build
from crmwb.migration.months import Sources

__all__ = ["Migration", "Sources", "build", "write"]
