"""How customers move between segments from month end to month end, why, and where that leads.

`build` scores the month ends that the features stage kept, one at a time, and counts the moves; `write` keeps them.
"""

from crmwb.migration.artefacts import write
from crmwb.migration.build import Migration, build

__all__ = ["Migration", "build", "write"]
