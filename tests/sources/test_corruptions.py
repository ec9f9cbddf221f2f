"""Every spoilt file ends in rows set aside or in one clear sentence: never a traceback, never silence."""

import os

import pytest
from corruptions import CORRUPTIONS, ROWS, N

from crmwb.errors import CrmwbError

CENTS = {row[1]: round(float(row[4]) * 100) for row in ROWS}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_spoilt_file(exports, name):
    spoilt = CORRUPTIONS[name]()
    exports.write(spoilt.content, spoilt.name)
    exports.map(**spoilt.options)
    if spoilt.words:
        with pytest.raises(CrmwbError) as caught:
            exports.ingest()
        assert spoilt.words in str(caught.value)
        for line in str(caught.value).splitlines():  # one sentence, or one for each key of the mapping
            assert line.endswith((".", "?"))
            assert line.startswith(("mappings/sales.yaml:", "sales.", "transactions: "))
        assert not (exports.root / "data" / "canonical").exists()
        return
    ingested = exports.ingest()
    account = ingested.manifest["tables"]["transactions"]
    assert account["unreadable"] == len(spoilt.lost) + spoilt.n_more
    assert account["rows"] + account["unreadable"] == N + spoilt.n_more  # nothing is lost in silence
    good = [row for i, row in enumerate(ROWS) if i not in spoilt.lost]
    assert ingested.table("transactions").revenue_cents.sum() == sum(CENTS[row[1]] for row in good)
    if account["unreadable"]:
        lost = ingested.unreadable("transactions")
        assert lost.reason.str.len().min() > 0
        assert set(lost.source_file) == {spoilt.name}
        assert lost.source_row.is_unique


def test_there_are_enough_of_them():
    assert len(CORRUPTIONS) >= 60


def test_what_is_no_file_is_not_waited_for(exports):
    os.mkfifo(exports.raw / "sales.csv")
    with pytest.raises(CrmwbError, match="is no file"):
        exports.ingest()


def test_links_that_lead_nowhere(exports):
    (exports.raw / "sales.csv").symlink_to("sales.csv")
    with pytest.raises(CrmwbError, match=r"sales\.csv"):
        exports.ingest()
