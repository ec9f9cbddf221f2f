"""The published values for CDNOW, typed here as facts: calibration to 1997-09-30 inclusive, weeks of exactly 7 days.

BG/NBD: Fader, Hardie & Lee 2005 (Marketing Science 24:2) and CLVTools' test_correctness_bgnbd.R. Pareto/NBD: Fader &
Hardie 2005 (note) and CLVTools' test_correctness_pnbd_nocovstaticcov.R. MBG/NBD: parameters of lifetimes'
test_estimation.py. Gamma-Gamma: Fader & Hardie 2013 and CLVTools' test_correctness_gg.R. The NBD's, the MBG/NBD's
log-likelihood and the master file's values were reproduced independently. `test_truth.py` checks every number of the
shared file, these among them; this file needs nothing but the sample.
"""

import numpy as np
import pytest

from crmwb.value.models import (
    NBD,
    BetaGeoNBD,
    GammaGamma,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    PurchaseModel,
    PurchaseSummary,
    Status,
    Verdict,
)

WEEK = 7.0
BG_NBD = {"r": 0.24259, "alpha": 4.4136, "a": 0.79292, "b": 2.42589}


PARETO_NBD = {"r": 0.5533, "alpha": 10.578, "s": 0.6062, "beta": 11.667}
MBG_NBD = {"r": 0.5249, "alpha": 6.1830, "a": 0.8914, "b": 1.6140}


def with_parameters(kind: type[PurchaseModel] = BetaGeoNBD, **parameters: float) -> PurchaseModel:
    return kind().restore(parameters, np.eye(len(parameters)), 0.0, 1, Verdict(Status.OK))


def one(x: float, t_x: float, age: float) -> PurchaseSummary:
    return PurchaseSummary.of(np.array([x]), np.array([t_x]), np.array([age]))


def test_the_sample_has_2357_customers(sample):
    assert sample.summary().total_customers == 2357


@pytest.mark.parametrize(
    ("kind", "parameters", "log_likelihood", "within"),
    [
        (BetaGeoNBD, BG_NBD, -9582.429, (0.0005, 0.002)),
        (ParetoNBD, PARETO_NBD, -9594.976, (0.001, 0.002)),
        (ModifiedBetaGeoNBD, MBG_NBD, -9582.136, (0.001, 0.002)),
        (NBD, {"r": 0.3848, "alpha": 12.072}, -9763.66, (0.001, 0.01)),
    ],
)
def test_purchase_models(sample, kind, parameters, log_likelihood, within):
    model = kind().fit(sample.summary(WEEK))
    assert model.verdict_.is_ok
    assert model.parameters_ == pytest.approx(parameters, rel=within[0])
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=within[1])


@pytest.mark.parametrize(
    ("kind", "published"),
    [
        (BetaGeoNBD, {"r": 0.0126, "alpha": 0.378, "a": 0.186, "b": 0.705}),
        (ParetoNBD, {"r": 0.0476, "alpha": 0.8427, "s": 0.1872, "beta": 6.2105}),
    ],
)
def test_standard_errors(sample, kind, published):
    assert kind().fit(sample.summary(WEEK)).standard_errors_ == pytest.approx(published, rel=0.005)


@pytest.mark.parametrize(
    ("kind", "parameters", "log_likelihood"),
    [
        (BetaGeoNBD, {"r": 0.25162, "alpha": 4.78893, "a": 0.72343, "b": 2.16108}, -95368.4439),
        (ParetoNBD, {"r": 0.59742, "alpha": 11.58569, "s": 0.52217, "beta": 8.82732}, -95415.1183),
        (ModifiedBetaGeoNBD, {"r": 0.63715, "alpha": 7.31034, "a": 0.80746, "b": 1.22834}, -95336.9583),
    ],
)
def test_purchase_models_on_the_master_file(master, kind, parameters, log_likelihood):
    model = kind().fit(master.summary(WEEK))
    assert model.n_customers_ == 23570
    assert model.parameters_ == pytest.approx(parameters, rel=5e-4)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=0.002)


@pytest.mark.parametrize(
    ("history", "weeks", "purchases", "p_alive"),
    [((2, 30.43, 38.86), 39, 1.4551, 0.8691), ((26, 30.86, 31), 52, 25.457, 0.99792)],
)
def test_pareto_nbd_forecast_for_one_customer(history, weeks, purchases, p_alive):
    model, customer = with_parameters(ParetoNBD, **PARETO_NBD), one(*history)
    assert model.expected_purchases(customer, weeks)[0] == pytest.approx(purchases, rel=1e-4)
    assert model.p_alive(customer)[0] == pytest.approx(p_alive, abs=0.0001)


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


def test_pareto_nbd_discounted_expected_residual_transactions():
    # Fader & Hardie's note on DERT, tested in BTYD; in weeks, at a continuous rate of 0.0027 a week
    model = with_parameters(ParetoNBD, r=0.5629966, alpha=12.559037, s=0.4081095, beta=10.5148048)
    assert model.discounted(one(7, 35, 77.86), 0.0027).purchases[0] == pytest.approx(1.86418, abs=5e-6)


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
