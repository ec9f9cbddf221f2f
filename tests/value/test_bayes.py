"""Posteriors: what is sampled where the extra is installed, and what is said where it is not."""

import sys

import numpy as np
import pytest
from simulated_purchases import TRUTH, simulate

from crmwb.errors import CrmwbError
from crmwb.value.models import (
    NBD,
    BayesianPurchases,
    BetaGeoNBD,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    PurchaseSummary,
    Status,
    load,
    save,
)


@pytest.fixture(scope="module")
def installed():
    """Skip where PyMC-Marketing is not installed (it warns at import, so not by pytest.importorskip)."""
    from crmwb.value.models.bayes import _pymc_marketing

    try:
        return _pymc_marketing()
    except CrmwbError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def posterior(installed):
    """Return customers, and what was learned from them in days."""
    seen = simulate(np.random.default_rng(1), 400, BetaGeoNBD, **TRUTH[BetaGeoNBD])
    return seen, BayesianPurchases(n_draws=500, n_tune=500, n_chains=2, seed=1).fit(seen)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymc_marketing", None)
    with pytest.raises(CrmwbError, match=r"install crmwb\[bayes\]"):
        BayesianPurchases().fit(simulate(np.random.default_rng(1), 50, BetaGeoNBD, **TRUTH[BetaGeoNBD]))


def test_models_without_a_posterior_are_refused():
    with pytest.raises(CrmwbError, match="no posterior of NBD; there are those of BetaGeoNBD"):
        BayesianPurchases(NBD).fit(PurchaseSummary.of([1], [1], [1]))


def test_with_many_customers_the_posterior_is_about_the_maximum_of_the_likelihood(posterior):
    seen, bayes = posterior
    likeliest = BetaGeoNBD().fit(seen)
    for name in ("r", "alpha", "a", "b"):
        assert abs(bayes.parameters_[name] - likeliest.parameters_[name]) < bayes.standard_errors_[name]
    assert bayes.standard_errors_ == pytest.approx(likeliest.standard_errors_, rel=0.5)
    assert likeliest.log_likelihood_ - 1 < bayes.log_likelihood_ <= likeliest.log_likelihood_
    assert bayes.p_alive(seen) == pytest.approx(likeliest.p_alive(seen), abs=0.03)
    assert bayes.expected_purchases(seen, 100) == pytest.approx(likeliest.expected_purchases(seen, 100), rel=0.1)
    assert bayes.expected_purchases_of_new(100) == pytest.approx(likeliest.expected_purchases_of_new(100), rel=0.1)
    # whether R-hat stays below its strict limit differs by processor and version; that it is near one does not
    assert float(bayes.verdict_.explanation.values["rhat"].text) < 1.05


@pytest.mark.parametrize(
    ("shift", "n_draws", "status", "code"),
    [
        (0.0, 1000, Status.OK, "models.fit.chains_agree"),
        (1.0, 1000, Status.NOT_CONVERGED, "models.fit.chains_disagree"),  # the chains are apart
        (0.0, 100, Status.NOT_CONVERGED, "models.fit.chains_disagree"),  # they agree, and are too short
    ],
)
def test_chains_are_judged_by_agreement_and_length(installed, shift, n_draws, status, code):
    chains = np.random.default_rng(3).normal(5, 1, (2, n_draws, 4))
    chains[1] += shift
    verdict = BayesianPurchases()._judge(chains)
    assert (verdict.status, verdict.explanation.code) == (status, code)


def test_the_unit_of_time_and_the_run_change_nothing(posterior):
    # quarter days: a power of two, so that the numbers sampled with are the same to the last bit
    seen, days = posterior
    quarters = PurchaseSummary(seen.frequency, seen.recency_days * 4, seen.age_days * 4, seen.n_customers)
    other = BayesianPurchases(n_draws=500, n_tune=500, n_chains=2, seed=1).fit(quarters)
    assert np.array_equal(other.draws_ / [1, 4, 1, 1], days.draws_)
    assert other.p_alive(quarters) == pytest.approx(days.p_alive(seen))


def test_the_posterior_can_be_summed_up_saved_and_loaded(posterior):
    seen, bayes = posterior
    plain = load(save(bayes.summarised(), "days"))
    assert type(plain) is BetaGeoNBD
    assert plain.parameters_ == bayes.parameters_
    assert plain.standard_errors_ == pytest.approx(bayes.standard_errors_, rel=0.35)
    assert plain.p_alive(seen) == pytest.approx(bayes.p_alive(seen), abs=0.03)


@pytest.mark.parametrize("kind", [ModifiedBetaGeoNBD, ParetoNBD])
def test_other_models_have_posteriors_too(installed, kind):
    seen = simulate(np.random.default_rng(2), 150, kind, **TRUTH[kind])
    bayes = BayesianPurchases(kind, n_draws=100, n_tune=100, n_chains=2, seed=1).fit(seen)
    assert bayes.draws_.shape == (200, 4)
    assert list(bayes.parameters_) == list(kind.parameter_names)
    assert bayes.verdict_.status is Status.NOT_CONVERGED  # 200 draws cannot be worth 400
    assert bayes.p_alive(seen) == pytest.approx(kind().fit(seen).p_alive(seen), abs=0.15)


def test_too_little_data_is_said(installed):
    bayes = BayesianPurchases().fit(PurchaseSummary.of(np.zeros(50), np.zeros(50), np.full(50, 30.0)))
    assert bayes.verdict_.status is Status.TOO_LITTLE_DATA
    with pytest.raises(CrmwbError, match="too_little_data"):
        bayes.p_alive(PurchaseSummary.of([1], [1], [1]))
    with pytest.raises(CrmwbError, match="too_little_data"):
        bayes.summarised()
