"""The published values for CDNOW, typed here as facts: calibration to 1997-09-30 inclusive, weeks of exactly 7 days.

BG/NBD: Fader, Hardie & Lee 2005 (Marketing Science 24:2) and CLVTools' test_correctness_bgnbd.R. Gamma-Gamma: Fader &
Hardie 2013 and CLVTools' test_correctness_gg.R. The master file's values were reproduced independently.
"""

import numpy as np
import pytest

from crmwb.value.backtest import evaluate
from crmwb.value.models import BetaGeoNBD, GammaGamma, PurchaseSummary, Status, Verdict

WEEK = 7.0
BG_NBD = {"r": 0.24259, "alpha": 4.4136, "a": 0.79292, "b": 2.42589}


def with_parameters(**parameters: float) -> BetaGeoNBD:
    return BetaGeoNBD().restore(parameters, np.eye(4), 0.0, 1, Verdict(Status.OK, ""))


def one(x: float, t_x: float, age: float) -> PurchaseSummary:
    return PurchaseSummary.of(np.array([x]), np.array([t_x]), np.array([age]))


@pytest.fixture(scope="module")
def bg_nbd(sample) -> BetaGeoNBD:
    return BetaGeoNBD().fit(sample.summary(WEEK))


def test_the_sample_has_2357_customers(sample):
    assert sample.summary().total_customers == 2357


def test_bg_nbd_parameters(bg_nbd):
    assert bg_nbd.parameters_ == pytest.approx(BG_NBD, rel=0.0005)
    assert bg_nbd.verdict_.is_ok


def test_bg_nbd_log_likelihood(bg_nbd):
    assert bg_nbd.log_likelihood_ == pytest.approx(-9582.429, abs=0.002)


def test_bg_nbd_standard_errors(bg_nbd):
    published = {"r": 0.0126, "alpha": 0.378, "a": 0.186, "b": 0.705}
    assert bg_nbd.standard_errors_ == pytest.approx(published, rel=0.005)


def test_bg_nbd_on_the_master_file(master):
    model = BetaGeoNBD().fit(master.summary(WEEK))
    assert model.n_customers_ == 23570
    assert model.parameters_ == pytest.approx({"r": 0.25162, "alpha": 4.78893, "a": 0.72343, "b": 2.16108}, rel=5e-4)
    assert model.log_likelihood_ == pytest.approx(-95368.4439, abs=0.002)


def test_bg_nbd_forecast_for_one_customer():
    model, customer = with_parameters(**BG_NBD), one(2, 30.43, 38.86)
    assert model.expected_purchases(customer, 39)[0] == pytest.approx(1.2259, abs=0.0001)
    assert model.p_alive(customer)[0] == pytest.approx(0.7266, abs=0.0001)


@pytest.mark.parametrize(
    ("weeks", "purchases"),
    [(0.1429, 0.0078), (1, 0.0532), (3, 0.1506), (31.8571, 1.0405), (32, 1.0437), (78, 1.858)],
)
def test_bg_nbd_forecast_for_a_new_customer(weeks, purchases):
    assert with_parameters(**BG_NBD).expected_purchases_of_new(weeks) == pytest.approx(purchases, abs=0.0001)


def test_bg_nbd_distribution_of_purchases():
    model = with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert model.purchase_probabilities(2, 10)[10] == pytest.approx(1.07869e-07, rel=1e-4)
    assert model.purchase_probabilities(39, 0)[0] == pytest.approx(0.573786, abs=1e-6)


def test_bg_nbd_likelihood_of_one_customer_even_with_200_purchases():
    model = with_parameters(r=0.25, alpha=4.0, a=0.8, b=2.5)
    assert model.log_likelihood(one(0, 0, 40))[0] == pytest.approx(-0.59947, abs=1e-5)
    assert model.log_likelihood(one(200, 38, 40))[0] == pytest.approx(100.7957, abs=1e-4)


def test_gamma_gamma(sample):
    model = GammaGamma().fit(sample.frequency, sample.mean_spend)
    assert model.n_customers_ == 946
    assert model.parameters_ == pytest.approx({"p": 6.2496, "q": 3.7442, "v": 15.4435}, rel=0.001)
    assert model.log_likelihood_ == pytest.approx(-4055.9177, abs=0.002)
    assert model.population_mean_ == pytest.approx(35.17, abs=0.005)
    first_ten = model.expected_spend(sample.frequency, sample.mean_spend)[:10]
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert first_ten == pytest.approx(published, abs=0.006)


def test_gamma_gamma_on_the_master_file(master):
    model = GammaGamma().fit(master.frequency, master.mean_spend)
    assert model.parameters_ == pytest.approx({"p": 6.27536, "q": 3.62445, "v": 14.98367}, rel=0.001)
    assert model.log_likelihood_ == pytest.approx(-40763.476, abs=0.002)


def test_holdout_of_weeks_40_to_78(sample):
    scores = evaluate(sample.histories(), 273)[0].set_index("forecaster")
    published = {"mae": 0.786, "rmse": 1.608, "spearman": 0.449, "normalised_gini": 0.662, "bias_share": -0.122}
    assert scores.loc["bg_nbd", list(published)].to_dict() == pytest.approx(published, abs=0.0015)
    assert scores.loc["bg_nbd", "top_decile_share"] == pytest.approx(0.467, abs=0.0025)  # ties are shared out here
    rate = {"mae": 1.024, "rmse": 2.212, "spearman": 0.490, "bias_share": 0.557}
    assert scores.loc["rate", list(rate)].to_dict() == pytest.approx(rate, abs=0.001)
    assert scores.loc["nothing", ["mae", "rmse"]].to_list() == pytest.approx([0.799, 2.206], abs=0.001)
