"""The history of customers: their days with order lines, and what had added up by the end of each of their months.

`lines` prepares the order lines, `days` and `orders` sum them, `mix` follows what purchases are made of, and `months`
adds everything up: one row per customer and month in which something happened. `history.advance` puts them together,
from the first order line or from a known state on; `store` keeps the result and brings it up to date;
`exposures` looks it up as of any moment.
"""

from crmwb.history.exposures import as_of_join
from crmwb.history.history import History, Since, advance
from crmwb.history.months import last_before
from crmwb.history.store import line_checksums, open_history, update

__all__ = ["History", "Since", "advance", "as_of_join", "last_before", "line_checksums", "open_history", "update"]
