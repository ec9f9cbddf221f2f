"""Values that the walk-throughs of BTYD and lifetimes print for the CDNOW sample, in weeks."""

import numpy as np
import pytest

from crmwb.value.models import BetaGeoNBD, GammaGamma, ParetoNBD, PurchaseSummary, ShiftedBetaGeometric, Status, Verdict
from crmwb.value.models.contracts import ContractSummary

WEEK = 7.0
HEAVY = PurchaseSummary.of(np.array([26.0]), np.array([30.86]), np.array([31.0]))  # customer 1516


@pytest.fixture(scope="module")
def fitted(sample):
    return {kind: kind().fit(sample.summary(WEEK)) for kind in (BetaGeoNBD, ParetoNBD)}


@pytest.mark.parametrize(("kind", "purchases"), [(ParetoNBD, 1.473434), (BetaGeoNBD, 1.444004)])
def test_purchases_of_a_new_customer_in_a_year(fitted, kind, purchases):
    assert fitted[kind].expected_purchases_of_new(52) == pytest.approx(purchases, rel=2e-4)


@pytest.mark.parametrize(("kind", "alive"), [(ParetoNBD, 0.997874), (BetaGeoNBD, 0.9688523)])
def test_a_heavy_buyer_is_alive(fitted, kind, alive):
    assert fitted[kind].p_alive(HEAVY)[0] == pytest.approx(alive, rel=2e-4)


def test_purchases_of_two_customers_in_a_year_by_bg_nbd(fitted):
    model = fitted[BetaGeoNBD]
    assert model.expected_purchases(HEAVY, 52)[0] == pytest.approx(25.75659, rel=2e-4)
    lapsed = PurchaseSummary.of(np.array([10.0]), np.array([20.0]), np.array([39.0]))
    assert model.expected_purchases(lapsed, 52)[0] == pytest.approx(0.3474606, rel=1e-3)
    assert model.purchase_probabilities(30, 11)[11] == pytest.approx(0.0019995214, rel=2e-3)


def test_shifted_beta_geometric_of_fader_and_hardie():
    high = [869, 743, 653, 593, 551, 517, 491]
    model = ShiftedBetaGeometric().fit(ContractSummary.of_survivors([1000, *high]))
    assert (model.alpha_, model.beta_) == pytest.approx((0.668, 3.806), abs=2e-3)


def test_population_mean_of_gamma_gamma():
    parameters = {"p": 6.0, "q": 4.0, "v": 15.0}
    model = GammaGamma().restore(parameters, np.eye(3), 0.0, 1, Verdict(Status.OK))
    assert model.population_mean_ == pytest.approx(30)
