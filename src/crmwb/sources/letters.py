"""Letters without their accents."""

import unicodedata

VOICED = "\u3099\u309a"  # marks of Japanese signs, which are no accents


def without_accents(text: str) -> str:
    """Return a text in plain width and without accents.

    Parameters
    ----------
    text : str
        In any script; the marks that make other signs of Japanese ones stay.

    Returns
    -------
    str
        The same in composed signs.

    Examples
    --------
    >>> from crmwb.sources import letters
    >>> letters.without_accents("Stück"), letters.without_accents("février"), letters.without_accents("ギフト")
    ('Stuck', 'fevrier', 'ギフト')
    """
    signs = (c for c in unicodedata.normalize("NFKD", text) if c in VOICED or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(signs))
