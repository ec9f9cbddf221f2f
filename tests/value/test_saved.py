"""A saved model is readable JSON, comes back whole, and nothing else is taken for one."""

import json

import numpy as np
import pytest
from simulated_purchases import MODELS

from crmwb.errors import CrmwbError
from crmwb.value.models import BetaGeoNBD, GammaGamma, PurchaseSummary, Status, load, save


def roundtrip(model, unit="days"):
    return load(json.loads(json.dumps(save(model, unit), allow_nan=False)))


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_comes_back_and_forecasts_the_same(sample, kind):
    summary = sample.summary()
    model = kind().fit(summary)
    back = roundtrip(model)
    assert type(back) is kind
    assert back.parameters_ == model.parameters_
    assert back.standard_errors_ == pytest.approx(model.standard_errors_)
    assert back.verdict_ == model.verdict_
    assert (back.log_likelihood_, back.n_customers_) == (model.log_likelihood_, 2357)
    assert np.array_equal(back.expected_purchases(summary, 365), model.expected_purchases(summary, 365))


def test_spend_comes_back(sample):
    model = GammaGamma().fit(sample.frequency, sample.mean_spend)
    assert roundtrip(model, "dollars").parameters_ == model.parameters_


def test_what_is_saved_can_be_read_by_people(sample):
    saved = save(BetaGeoNBD().fit(sample.summary()), "days")
    assert saved["parameters"]["alpha"]["estimate"] == pytest.approx(4.4136 * 7, rel=1e-3)
    assert saved["parameters"]["alpha"]["standard_error"] == pytest.approx(0.378 * 7, rel=1e-2)
    assert saved["unit"] == "days"
    assert saved["verdict"]["status"] == "ok"


@pytest.mark.parametrize(
    ("n", "status"), [(100, Status.DEGENERATE), (1, Status.TOO_LITTLE_DATA)], ids=["degenerate", "too little data"]
)
def test_a_bad_fit_comes_back_with_its_verdict(n, status):
    back = roundtrip(BetaGeoNBD().fit(PurchaseSummary.of(np.full(n, 5), np.full(n, 30), np.full(n, 40))))
    assert back.verdict_.status is status
    assert bool(back.parameters_) == (n == 100)


def spoilt(sample, **changes):
    return save(BetaGeoNBD().fit(sample.summary()), "days") | changes


def test_what_does_not_fit_is_refused(sample):
    for changes, says in [
        ({"model": "crystal_ball"}, "crystal_ball"),
        ({"model": "gamma_gamma"}, "p, q, v"),
        ({"parameters": {"r": 1.0}}, "no saved model"),
        ({"verdict": {"status": "splendid", "explanation": ""}}, "splendid"),
    ]:
        with pytest.raises(CrmwbError, match=says):
            load(spoilt(sample, **changes))
    with pytest.raises(CrmwbError, match="no saved model"):
        load({})
