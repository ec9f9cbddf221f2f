"""What every test of the sources may use."""

import pytest
from exporting import Exports


@pytest.fixture
def exports(tmp_path, monkeypatch):
    """A company's project: `exports.write(...)` puts files into data/raw, `exports.ingest(...)` reads them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "mappings").mkdir()
    return Exports(tmp_path)
