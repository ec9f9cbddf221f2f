"""What products are called, for people."""

from pathlib import Path

from crmwb import storage


def product_names(folder: Path) -> dict[str, str]:
    """Return the names of products by id, those that have one; a name that several share is followed by the id.

    Parameters
    ----------
    folder : Path
        The clean canonical tables.
    """
    path = folder / "products.parquet"
    if not path.exists():
        return {}
    products = storage.read_frame(path, ["product_id", "name"]).dropna()
    shared = products["name"].duplicated(keep=False)
    names = products["name"].where(~shared, products["name"] + " (" + products["product_id"] + ")")
    return dict(zip(products["product_id"], names, strict=True))
