"""Customer features: pure Ibis expressions, tables in, one row per customer out, as known before a date.

`catalogue` names every feature; `customers` puts them side by side; `snapshots` repeats that at every month end.
"""
