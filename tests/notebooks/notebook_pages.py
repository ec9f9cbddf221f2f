"""Readable text of a report's page: what its readers see, one block a line, without figures and foot."""

import re
from pathlib import Path

from bs4 import BeautifulSoup

WANTED = ["h1", "h2", "h3", "p", "li", "summary", "caption", "tr", "figcaption", "div"]


def readable(path: Path) -> str:
    """Return the text of a page."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    for tag in soup.find_all(["style", "footer", "nav", "svg"]):
        tag.decompose()
    for tag in soup.find_all("p", class_="caveat"):
        tag.decompose()  # in the words of the source
    lines = []
    for tag in soup.find_all(WANTED):
        classes = tag.get("class") or []
        if tag.name == "div" and not {"tile", "image"} & set(classes):
            continue
        text = f"[{tag.get('aria-label')}]" if "image" in classes else _text(tag)
        lines += [f"{'#' * int(tag.name[1])} {text}" if re.fullmatch("h[1-3]", tag.name) else text]
    return "\n".join(line for line in lines if line.strip("[] ")) + "\n"


def _text(tag) -> str:
    parts = tag.find_all(["td", "th"]) if tag.name == "tr" else tag.find_all("span") or [tag]
    return " | ".join(" ".join(part.get_text().split()) for part in parts)
