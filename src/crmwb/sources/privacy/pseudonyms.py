"""Ids that are themselves direct identifiers, such as e-mail addresses, as codes: made before anything is set down."""

import re
import unicodedata
from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from crmwb.sources.column_mapping import ColumnMapping
from crmwb.sources.privacy import secret


def coded(texts: pa.Array, mapped: ColumnMapping, null_values: Collection[str]) -> pa.Array:
    """Return the code of each text, the same for the same id in every table; NULL where there is none.

    Parameters
    ----------
    texts : pyarrow.Array of string
        A source column.
    mapped : ColumnMapping
        How it is read: what `replace` and `whole_number` say is done before.
    null_values : collection of str
        What stands for "unknown", besides nothing.

    Raises
    ------
    CrmwbError
        There is no secret key.
    """
    with_key = secret.key()
    held = texts.dictionary_encode() if not pa.types.is_dictionary(texts.type) else texts
    ids = [as_id(text, mapped, null_values) for text in held.dictionary.to_pylist()]
    codes = iter(secret.codes([text for text in ids if text is not None], with_key))
    distinct = pa.array([None if text is None else next(codes) for text in ids], pa.string())
    return pc.take(distinct, held.indices)


def as_id(text: str | None, mapped: ColumnMapping, null_values: Collection[str] = ()) -> str | None:
    """Return an id as it is coded: an e-mail address in small letters, for its letters' case means nothing."""
    stripped = (text or "").strip()
    if not stripped or stripped in null_values or stripped in mapped.null_values:
        return None
    replaced = mapped.replace.get(stripped, stripped)
    if mapped.whole_number:
        replaced = re.sub(r"^([-+]?\d+)\.0*$", r"\1", replaced)
    if mapped.strip_zeros:
        replaced = re.sub(r"^0+(\d)", r"\1", replaced)
    if mapped.fold:
        replaced = " ".join(unicodedata.normalize("NFKC", replaced).split()).lower()
    return replaced.lower() if "@" in replaced else replaced
