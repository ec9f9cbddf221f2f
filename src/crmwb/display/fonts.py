"""The Chinese characters of a page as a font within it, so that it can be read where no Chinese font is installed.

Only the characters that a page uses are taken, of a font whose licence lets anybody pass it on: Noto Sans and Source
Han Sans (SIL Open Font License 1.1), or Droid Sans Fallback (Apache License 2.0). A reader's own font goes first.
"""

import base64
import io
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

FAMILY = "crmwb Chinese"
FILES = (  # by the beginning of their names, the best first
    "NotoSansSC-Regular",
    "NotoSansCJKsc-Regular",
    "SourceHanSansSC-Regular",
    "SourceHanSansCN-Regular",
    "DroidSansFallback",
    "NotoSansCJK-Regular",
)
COLLECTION = "SC"  # of a file with a font for each country, the one for simplified Chinese
RESTRICTED = 0x0002  # of OS/2.fsType: may not be embedded
DROPPED = ("GSUB", "GPOS", "GDEF", "vhea", "vmtx", "VORG", "BASE", "DSIG", "kern")  # a line of text needs none
MISSING = (
    "This machine has no open font with Chinese characters, so Chinese pages show them only where their readers have "
    "one; install fonts-noto-cjk or fonts-droid-fallback, and run again."
)


def face(text: str) -> str:
    """Return the `@font-face` with the Chinese characters of a text; empty where it has none, or there is no font.

    Parameters
    ----------
    text : str
        A page.
    """
    wanted = frozenset(letter for letter in text if is_chinese(letter))
    file = font_file()
    if not wanted or file is None:
        return ""
    font = base64.b64encode(subset(file, wanted)).decode()
    return f'@font-face {{ font-family: "{FAMILY}"; src: url(data:font/woff;base64,{font}) format("woff"); }}'


def is_chinese(letter: str) -> bool:
    """Return whether a Latin font lacks a letter: a Chinese character, or the punctuation that goes with it."""
    return "\u2e80" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" or "\ufe30" <= letter <= "\uffef"


@lru_cache(maxsize=1)
def font_file() -> Path | None:
    """Return the file of the best open Chinese font on this machine, None where there is none."""
    from matplotlib import font_manager

    files = sorted(Path(file) for file in font_manager.findSystemFonts())
    ranked = ((rank, file) for rank, name in enumerate(FILES) for file in files if file.stem.startswith(name))
    return next((file for _, file in sorted(ranked) if _may_be_embedded(file)), None)


@lru_cache(maxsize=64)
def subset(file: Path, letters: Collection[str]) -> bytes:
    """Return a font, in the form WOFF, that holds these letters, as far as the file has them; same letters, same bytes.

    Parameters
    ----------
    file : Path
        A TrueType or OpenType font, or a collection of them.
    letters : frozenset of str
        What it is to hold.
    """
    from fontTools import subset as fonttools

    options = fonttools.Options(layout_features=[], hinting=False, notdef_outline=True, recalc_timestamp=False)
    options.drop_tables += DROPPED
    options.name_IDs = [0, 13, 14]  # whose it is, and its licence
    options.font_number = _number(file)
    buffer = io.BytesIO()
    with fonttools.load_font(str(file), options, lazy=True) as font:
        subsetter = fonttools.Subsetter(options)
        subsetter.populate(unicodes=sorted(map(ord, letters)))
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(buffer)
    return buffer.getvalue()


def _number(file: Path) -> int:
    """Return the place of the font for simplified Chinese in a collection; -1 in a file of one font."""
    from fontTools.ttLib import TTCollection

    if file.suffix.lower() not in {".ttc", ".otc"}:
        return -1
    with TTCollection(str(file), lazy=True) as fonts:
        names = [str(font["name"].getDebugName(1)) for font in fonts]
    return next((place for place, name in enumerate(names) if name.split()[-1] == COLLECTION), 0)


def _may_be_embedded(file: Path) -> bool:
    from fontTools.ttLib import TTFont

    with TTFont(str(file), lazy=True, fontNumber=max(_number(file), 0)) as font:
        return "fvar" not in font and not font["OS/2"].fsType & RESTRICTED
