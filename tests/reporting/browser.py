"""A real browser without a network: Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def launched() -> Iterator[Browser]:
    """Yield a browser; skip the test where there is none, but not on CI, which installs it."""
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "CI installs chromium; see .ci/run"
        pytest.skip("Debian's chromium is not on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])  # CI runs as root
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, file: Path, width: int = 1280, height: int = 900, **options: Any) -> Iterator[Page]:
    """Yield a page opened from a file; whatever it complains of or asks of a network fails the test."""
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or complaints.append(request.url)
    )
    page.goto(file.as_uri())
    yield page
    context.close()
    assert not complaints


def violations(page: Page) -> list[tuple[str, int, str]]:
    """Return what axe-core finds: rule, number of places, and the first place."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE)
    broken = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [(each["id"], len(each["nodes"]), each["nodes"][0]["html"][:200]) for each in broken]
