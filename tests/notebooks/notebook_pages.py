"""What readers see of a report's page: its text, the numbers in it, and its Latin words."""

import re
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

WANTED = ["h1", "h2", "h3", "p", "li", "summary", "caption", "tr", "figcaption", "div"]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ENGLISH_MONTH = re.compile(rf"(?:(\d{{1,2}}) )?\b({'|'.join(MONTHS)})[a-z]* (\d{{4}})")
CHINESE_MONTH = re.compile(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?")
ENGLISH_MONTH_ALONE = re.compile(rf"\b({'|'.join(MONTHS)})(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\b")
CHINESE_MONTH_ALONE = re.compile(r"(?<!\d)(\d{1,2})月")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
NUMBER = re.compile(r"(−?)(?:[A-Z]{3}\s)?(\d[\d,]*(?:\.\d+)?)(k|m|bn|万|亿)?(?![A-Za-z])")
UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}
LAST_DIGIT = 0.0055  # half of one in the third significant digit: 4,245 is 4.25k to a reader, 4,240 to %.3g
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")


def readable(path: Path, *, with_figures: bool = False) -> str:
    """Return the text of a page, one block a line, without its foot; of figures the words that stand for them.

    Parameters
    ----------
    path : Path
        The page.
    with_figures : bool, default False
        The words within figures too.
    """
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    drawn = [" ".join(text.get_text().split()) for text in soup.select("svg text")] if with_figures else []
    for tag in soup.find_all(["style", "footer", "nav", "svg"]):
        tag.decompose()
    for tag in [*soup.find_all("p", class_="caveat"), *soup.find_all("a", hreflang=True)]:
        tag.decompose()  # in the words of the source; in the other language
    for tag in soup.select(".narrow"):
        tag.decompose()  # the same picture for phones, where one language needs it
    lines = []
    for tag in soup.find_all(WANTED):
        classes = tag.get("class") or []
        if tag.name == "div" and (not {"tile", "image"} & set(classes) or "narrow" in classes):
            continue  # a figure for phones stands beside the usual one, where the words of the language leave it room
        text = f"[{tag.get('aria-label')}]" if "image" in classes else _text(tag)
        lines += [f"{'#' * int(tag.name[1])} {text}" if re.fullmatch("h[1-3]", tag.name) else text]
    return "\n".join(line for line in [*lines, *drawn] if line.strip("[] ")) + "\n"


def numbers(line: str) -> Counter[float | str]:
    """Return the dates and numbers of a line, whichever language it is in, to three significant digits."""
    dates: list[str] = []

    def taken(year: str, month: int, day: str | None) -> str:
        dates.append(f"{int(year)}-{month}" + (f"-{int(day)}" if day else ""))
        return " "

    line = ENGLISH_MONTH.sub(lambda m: taken(m[3], MONTHS.index(m[2]) + 1, m[1]), line)
    line = CHINESE_MONTH.sub(lambda m: taken(m[1], int(m[2]), m[3]), line)
    line = ISO_DAY.sub(lambda m: taken(m[1], int(m[2]), m[3]), line)
    line = ENGLISH_MONTH_ALONE.sub(lambda m: taken("0", MONTHS.index(m[1]) + 1, None), line)
    line = CHINESE_MONTH_ALONE.sub(lambda m: taken("0", int(m[1]), None), line)
    values = [
        float(f"{float(digits.replace(',', '')) * UNITS[unit or '']:.3g}") * (-1 if minus else 1)
        for minus, digits, unit in NUMBER.findall(line)
    ]
    return Counter([*dates, *values])


def same_numbers(line: str, other: str) -> bool:
    """Whether two lines hold the same dates and numbers, as far as each writes them."""
    first, second = numbers(line), numbers(other)
    dates = [sorted(v for v in each.elements() if isinstance(v, str)) for each in (first, second)]
    values = [sorted(v for v in each.elements() if isinstance(v, float)) for each in (first, second)]
    return dates[0] == dates[1] and values[0] == pytest.approx(values[1], rel=LAST_DIGIT, abs=0)


def latin_words(text: str) -> set[str]:
    """Return the words in Latin letters, without those of one letter."""
    return {word.rstrip(".-") for word in LATIN.findall(text) if len(word.rstrip(".-")) > 1}


def _text(tag) -> str:
    parts = tag.find_all(["td", "th"]) if tag.name == "tr" else tag.find_all("span") or [tag]
    return " | ".join(" ".join(part.get_text().split()) for part in parts)
