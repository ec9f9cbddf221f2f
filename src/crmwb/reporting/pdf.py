"""Reports as PDF files: printed by Chromium where there is one, else by WeasyPrint (an extra)."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from crmwb import layout, storage
from crmwb.display import contrast
from crmwb.errors import CrmwbError
from crmwb.files import owners
from crmwb.findings import language
from crmwb.params import Params
from crmwb.progress import track

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
NO_PRINTER = (
    "crmwb pdf: neither Chromium, Chrome or Edge nor WeasyPrint is on this machine: install one of the browsers, or "
    '`pip install "crmwb[pdf]"` (WeasyPrint also needs the system library Pango), and run again.'
)
MOST_SECONDS = 180
QUIET = (
    "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking", "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer", "--generate-pdf-document-outline",
)  # fmt: skip

Printer = Callable[[Path, Path], None]


def write(asked: Sequence[str], params: Params, lang: str = "", root: Path = Path()) -> list[Path]:
    """Print pages to PDF files below reports/pdf and return where they are.

    Parameters
    ----------
    asked : sequence of str
        Names of reports, or HTML files below reports/; all reports of params.yaml where empty.
    params : Params
        params.yaml.
    lang : str
        Only this language; all where empty.
    root : Path
        The project's folder.

    Raises
    ------
    CrmwbError
        A page or language is not known, a report has not been made, or nothing here can print.
    """
    if lang and lang not in language.LANGUAGES:
        raise CrmwbError(f"crmwb pdf: no language {lang!r} (there is: {', '.join(language.LANGUAGES)}).")
    languages = (lang,) if lang else tuple(language.LANGUAGES)
    pages = [page for name in asked or params.reports for page in _pages(name, params, languages, root)]
    print_page = _printer()
    files = [layout.REPORT_PDFS / page.relative_to(layout.REPORTS).with_suffix(".pdf") for page in pages]
    for page, file in track(zip(pages, files, strict=True), "pages", len(pages)):
        with storage.replacing(root / file) as beside:
            print_page(root / page, beside)
    return files


def _pages(name: str, params: Params, languages: Sequence[str], root: Path) -> list[Path]:
    """Return the pages of a report, or the page that a path names, from the project's folder."""
    if name.endswith(".html"):
        page = Path(os.path.relpath(root / name, root))
        if not page.is_relative_to(layout.REPORTS) or not (root / page).is_file():
            raise CrmwbError(f"crmwb pdf: {name} is no page below {layout.REPORTS}; name a report or such a page.")
        return [page]
    if name not in params.reports:
        raise CrmwbError(f"crmwb pdf: no report {name!r} (there is: {', '.join(params.reports)}), and no .html file.")
    pages = [layout.report_html(name, code) for code in languages]
    missing = next((page for page in pages if not (root / page).is_file()), None)
    if missing is not None:
        raise CrmwbError(f"crmwb pdf: {missing} has not been made yet; run `make report` first.")
    return pages


def _printer() -> Printer:
    """Return what prints a page to a file here."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is not None:
        return lambda page, file: _by_browser(browser, page, file)
    if find_spec("weasyprint") is not None:
        return _by_weasyprint
    raise CrmwbError(NO_PRINTER)


def _by_browser(browser: str, page: Path, file: Path) -> None:
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []  # root has no sandbox in Chromium
    with owners.scratch("browser") as profile:
        command = [
            browser, *QUIET, *as_root, f"--user-data-dir={profile}", f"--print-to-pdf={file.absolute()}",
            page.absolute().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603  # a browser of this machine
                command, capture_output=True, text=True, errors="replace", timeout=MOST_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise CrmwbError(
                f"{page}: {browser} did not print it within {MOST_SECONDS} s; close other programs and run again."
            ) from None
    if done.returncode != 0 or not file.read_bytes().startswith(b"%PDF"):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CrmwbError(f"{page}: {browser} could not print it ({last}); open the page and print it by hand.")


def _by_weasyprint(page: Path, file: Path) -> None:
    try:
        import weasyprint
    except OSError as error:  # Pango is not there
        raise CrmwbError(f"{NO_PRINTER} ({error})") from None
    html = contrast.without_variables(page.read_text(encoding="utf-8"))
    weasyprint.HTML(string=html, base_url=str(page.absolute())).write_pdf(file)
