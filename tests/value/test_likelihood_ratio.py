"""The likelihood-ratio test: what it says, and what it refuses to say anything about."""

from types import SimpleNamespace

import numpy as np
import pytest
from simulated_purchases import TRUTH, simulate

from crmwb.errors import CrmwbError
from crmwb.value.models import NBD, BetaGeoNBD, ParetoNBD, PurchaseSummary, likelihood_ratio


def fitted(name, log_likelihood, n_parameters, n_customers=100, data="here"):
    parameters = {f"p{i}": 1.0 for i in range(n_parameters)}
    return SimpleNamespace(
        name=name, data_sha256_=data, log_likelihood_=log_likelihood, parameters_=parameters, n_customers_=n_customers
    )


def test_twice_the_difference_against_chi_squared():
    # the upper 5% of chi-squared with 2 degrees of freedom begin at 5.991
    test = likelihood_ratio(fitted("sbg", -102.9955, 2), fitted("sbg_by_segment", -100.0, 4))
    assert test.statistic == pytest.approx(5.991)
    assert test.degrees_of_freedom == 2
    assert test.p_value == pytest.approx(0.05, abs=1e-4)


def test_on_the_edge_half_of_the_time_there_is_one_degree_less():
    # chi-squared above 5.991: 5% with 2 degrees of freedom, 1.4379% with 1
    test = likelihood_ratio(fitted("nbd", -102.9955, 2), fitted("bg_nbd", -100.0, 4))
    assert test.p_value == pytest.approx((0.05 + 0.014379) / 2, abs=1e-4)


def test_no_difference_is_no_evidence():
    assert likelihood_ratio(fitted("nbd", -100.0, 2), fitted("bg_nbd", -100.0 - 1e-9, 4)).p_value == 1


def test_customers_of_cdnow_stop(sample):
    nbd, bg_nbd = (kind().fit(sample.summary()) for kind in (NBD, BetaGeoNBD))
    test = likelihood_ratio(nbd, bg_nbd)
    assert test.statistic == pytest.approx(2 * (9763.66 - 9582.429), abs=0.05)
    assert test.p_value < 1e-30


@pytest.mark.parametrize("kind", [BetaGeoNBD, ParetoNBD])
def test_where_nobody_stops_the_nbd_stands(kind):
    p_values = []
    for seed in range(20):
        seen = simulate(np.random.default_rng(seed), 500, NBD, **TRUTH[NBD])
        p_values.append(likelihood_ratio(NBD().fit(seen), kind().fit(seen)).p_value)
    assert np.mean(np.array(p_values) < 0.05) <= 0.1


@pytest.mark.parametrize(
    ("smaller", "larger", "says"),
    [
        (fitted("bg_nbd", -100, 4), fitted("pareto_nbd", -99, 4), "no special case"),
        (fitted("bg_nbd", -100, 4), fitted("nbd", -99, 2), "no special case"),
        (fitted("nbd", -100, 2, n_customers=99), fitted("bg_nbd", -99, 4), "99 customers and bg_nbd on 100"),
        (fitted("nbd", -100, 2), fitted("bg_nbd", -99, 4, data="there"), "other customers, or in other units"),
        (fitted("nbd", -100, 2), fitted("bg_nbd", -120, 4), "less likely than its special case"),
        (fitted("nbd", np.nan, 2), fitted("bg_nbd", -120, 4), "less likely"),
        (fitted("nbd", -100, 2), fitted("bg_nbd", -100, 0), "no parameters"),
    ],
)
def test_models_that_cannot_be_compared_are_refused(smaller, larger, says):
    with pytest.raises(CrmwbError, match=says):
        likelihood_ratio(smaller, larger)


def test_other_units_of_time_are_other_data(sample):
    days, weeks = sample.summary(), sample.summary(7.0)
    with pytest.raises(CrmwbError, match="other units"):
        likelihood_ratio(NBD().fit(weeks), BetaGeoNBD().fit(days))


def test_no_fit_no_test():
    nothing = PurchaseSummary.of(np.zeros(20), np.zeros(20), np.full(20, 9.0))
    with pytest.raises(CrmwbError, match="its verdict says why"):
        likelihood_ratio(NBD().fit(nothing), BetaGeoNBD().fit(nothing))
