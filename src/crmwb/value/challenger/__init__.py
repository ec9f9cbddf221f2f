"""The challenger: classic models set right by what earlier forecasts missed, and by all else that is known.

`purchase_days` → what is known at a moment (`moments`) → the classic models' level (`level`) → learners that correct
it customer by customer (`corrections`) → the stack, which believes them as far as a later test does (`stack`).
"""

from crmwb.value.challenger.moments import Moment, Past
from crmwb.value.challenger.purchase_days import PurchaseDays, read_days
from crmwb.value.challenger.stack import Forecast, Stack
from crmwb.value.challenger.traits import Traits

__all__ = ["Forecast", "Moment", "Past", "PurchaseDays", "Stack", "Traits", "read_days"]
