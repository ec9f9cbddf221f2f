"""The history of customers: their days with order lines, and what had added up by the end of each of their months.

`lines` prepares the order lines, `days` and `orders` sum them, `mix` follows what purchases are made of, and `months`
adds everything up: one row per customer and month in which something happened.
"""

from crmwb.history.history import History, history
from crmwb.history.months import last_before

__all__ = ["History", "history", "last_before"]
