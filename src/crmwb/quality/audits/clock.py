"""Audits of the time of day."""

from collections.abc import Mapping

import ibis.expr.types as ir

from crmwb.contract import Kind, Table
from crmwb.findings import Count, Finding, Name, Share
from crmwb.quality.audits.audit import NOTICEABLE_SHARE, NOUNS, Audit, Weight, found_among

# Below this many stamped rows the hours of a day are too uneven to say when a company sleeps.
FEW_ROWS = 1000
NIGHT_HOURS = 6
MIDDLE = 3  # o'clock, when most are asleep
# Where every hour were alike, six hours would hold a quarter; a night worth the name holds less than a tenth.
NIGHT_SHARE = 0.10
# The middle of a night lies before eight in the morning or after eight in the evening, in anyone's local time.
DAY_BEGINS, DAY_ENDS = 8, 20


def midnight_stamps(table: Table, tables: Mapping[str, ir.Table]) -> Audit | None:
    """Find moments at exactly 00:00:00 among others: days without a time, or a time that is not known."""
    hours = _hours(table, tables[table.name])
    if not hours:
        return None
    n_rows, n_midnight = sum(hours.values()), hours.get(None, 0)
    if n_midnight == n_rows:
        finding = Finding("quality.audit.midnight_stamps_all", {"all": Count(n_rows, NOUNS[table.name])})
        return Audit("midnight_stamps", table.name, finding, n_rows, 1.0, Weight.NOTE, None)
    return found_among(
        "midnight_stamps",
        table.name,
        n_midnight,
        n_rows,
        noticeable=NOTICEABLE_SHARE,
    )


def quiet_hours(table: Table, tables: Mapping[str, ir.Table]) -> Audit | None:
    """Find a night that falls into the day: moments in another time zone than the company's.

    Of several nights alike the one nearest to `MIDDLE` is it. None below `FEW_ROWS` rows with a time, or where no six
    hours are quiet enough to be a night.
    """
    hours = _hours(table, tables[table.name])
    hours.pop(None, None)
    n_rows = sum(hours.values())
    if n_rows < FEW_ROWS:
        return None
    nights = {h: sum(hours.get((h + i) % 24, 0) for i in range(NIGHT_HOURS)) for h in range(24)}
    begins = min(nights, key=lambda h: (nights[h], abs((h + NIGHT_HOURS // 2 - MIDDLE + 12) % 24 - 12), h))
    share = nights[begins] / n_rows
    if share > NIGHT_SHARE:
        return None
    shifted = DAY_BEGINS <= (begins + NIGHT_HOURS / 2) % 24 < DAY_ENDS
    span = {"begins": Name(f"{begins:02d}:00"), "ends": Name(f"{(begins + NIGHT_HOURS) % 24:02d}:00")}
    return Audit(
        audit="quiet_hours",
        table=table.name,
        finding=Finding("quality.audit.quiet_hours", {**span, "share": Share(share)}),
        rows=nights[begins],
        share=share,
        severity=Weight.WARNING if shifted else Weight.NOTE,
        advice=Finding("quality.advice.quiet_hours") if shifted else None,
    )


def _hours(table: Table, rows: ir.Table) -> dict[int | None, int]:
    """Return rows by hour of their first moment that is always known; None for those at exactly midnight."""
    moments = [c.name for c in table.columns if c.kind is Kind.TIMESTAMP and not c.nullable]
    if not moments:
        return {}
    moment = rows[moments[0]]
    by_hour = rows.group_by(hour=moment.hour(), is_midnight=moment == moment.truncate("D")).aggregate(n=rows.count())
    n_by_hour: dict[int | None, int] = {}
    for row in by_hour.to_pyarrow().to_pylist():
        hour = None if row["is_midnight"] else row["hour"]
        n_by_hour[hour] = n_by_hour.get(hour, 0) + row["n"]
    return n_by_hour
