"""Years that are not counted from the birth of Christ, and days of a year: text → text that other formats read."""

import ibis
import ibis.expr.types as ir

from crmwb.sources import months

ISO = "ISO 8601"
BUDDHIST = "Buddhist era "  # and a format: its years are 543 ahead
JAPANESE = "Japanese era"  # 令和6年3月5日, 令和6/3/5, R6.3.5
CYYDDD = "CYYDDD"  # 124060 is day 60 of 2024
YEARS_AHEAD = 543
ERAS = {  # what is added to the year of an era
    "令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925,
}  # fmt: skip
ERA_DAY = r"^(令和|平成|昭和|[RHS])\.? ?(\d{1,2}|元)[年./-](\d{1,2})[月./-](\d{1,2})日?"
BUDDHIST_YEAR = r"(^|\D)(2[45]\d\d)(\D|$)"


def as_ours(text: ir.StringValue, date_format: str) -> tuple[ir.StringValue, str]:
    """Return text with our years and the format that reads it; both as they are where the format has no other years."""
    if date_format == CYYDDD:
        return _of_days(text), "%Y %j"
    if date_format == months.IN_WORDS:
        return months.of_words(text), months.IN_WORDS
    if months.FROM.fullmatch(date_format):
        return months.of_days(text, date_format), ISO
    if date_format == JAPANESE:
        return _of_japanese(text), ISO
    if date_format.startswith(BUDDHIST):
        return _of_buddhist(text), date_format.removeprefix(BUDDHIST)
    return text, date_format


def _of_buddhist(text: ir.StringValue) -> ir.StringValue:
    """Return a date with a year of the Buddhist era, four digits, as one of ours; NULL where there is no such year."""
    year = text.re_extract(BUDDHIST_YEAR, 2)
    ours = (year.try_cast("int64") - YEARS_AHEAD).cast("string")
    return ibis.ifelse(text.re_search(BUDDHIST_YEAR), text.replace(year, ours), ibis.null("string"))


def _of_japanese(text: ir.StringValue) -> ir.StringValue:
    """Return a date with the year of a Japanese era as year-month-day, and what follows it; NULL where it is none."""
    era, year = text.re_extract(ERA_DAY, 1), text.re_extract(ERA_DAY, 2)
    number = ibis.ifelse(year == "元", 1, year.try_cast("int64"))
    ours = ibis.cases(*((era == name, number + before) for name, before in ERAS.items()), else_=None)
    parts = [ours.cast("string"), text.re_extract(ERA_DAY, 3), text.re_extract(ERA_DAY, 4)]
    day = parts[0] + "-" + parts[1].lpad(2, "0") + "-" + parts[2].lpad(2, "0")
    return ibis.ifelse(text.re_search(ERA_DAY), day + text.re_replace(ERA_DAY, ""), ibis.null("string"))


def _of_days(text: ir.StringValue) -> ir.StringValue:
    """Return a day as year and day of the year, of 124060 ("2024 060"); NULL where it is none."""
    number = text.re_extract(r"^(\d{5,6})(?:\.0*)?$", 1).lpad(6, "0")
    year = (number.left(3).try_cast("int64") + 1900).cast("string")
    return ibis.ifelse(text.re_search(r"^\d{5,6}(\.0*)?$"), year + " " + number.right(3), ibis.null("string"))
