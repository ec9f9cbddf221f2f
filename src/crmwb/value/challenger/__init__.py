"""The combined forecast of purchases: classic models set right by what they missed before, and by all else known.

Purchase days → what was known at a moment (`known`, `moments`) → the classic models, weighted and at their level
(`base`) → a regression that corrects them customer by customer (`corrections`) → the stack, which believes it as far as
later tests do (`stack`), with one distribution of purchases for each customer (`counts`).
"""

from crmwb.value.challenger.counts import Counts
from crmwb.value.challenger.moments import Moment, Past
from crmwb.value.challenger.stack import Stack
from crmwb.value.challenger.traits import Traits

__all__ = ["Counts", "Moment", "Past", "Stack", "Traits"]
