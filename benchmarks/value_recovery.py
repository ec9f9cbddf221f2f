"""Do the models give back the parameters of the customers they were fitted on? 100 simulated panels each.

`python benchmarks/value_recovery.py [--seeds 100] [--customers 3000]`: for each model the panels in which the fit was
ok and every parameter lay within three of its standard errors, and how often each 95% interval held the truth.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from crmwb.value.models import GammaGamma
from crmwb.value.models.base import LikelihoodModel

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "value"))
from simulated_purchases import MODELS, TRUTH, simulate

SPEND = {"p": 6.0, "q": 4.0, "v": 1500.0}


def spends(rng: np.random.Generator, n: int) -> GammaGamma:
    frequency = 1 + rng.poisson(2, n)
    rates = rng.gamma(SPEND["q"], 1 / SPEND["v"], n)
    return GammaGamma().fit(frequency, rng.gamma(SPEND["p"] * frequency) / rates / frequency)


def off(model: LikelihoodModel, truth: dict[str, float]) -> np.ndarray:
    """Return how many standard errors each log parameter is off."""
    errors = np.sqrt(np.diag(model.covariance_))
    return np.array([np.log(model.parameters_[name] / value) for name, value in truth.items()]) / errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--customers", type=int, default=3000)
    asked = parser.parse_args()
    for kind in (*MODELS, GammaGamma):
        truth = SPEND if kind is GammaGamma else TRUTH[kind]
        errors = []
        for seed in range(asked.seeds):
            rng = np.random.default_rng(seed)
            model = (
                spends(rng, asked.customers)
                if kind is GammaGamma
                else kind().fit(simulate(rng, asked.customers, kind, **truth))
            )
            errors.append(off(model, truth) if model.verdict_.is_ok else np.full(len(truth), np.nan))
        away = np.abs(errors)
        held = ", ".join(f"{name} {share:.0%}" for name, share in zip(truth, (away < 1.96).mean(axis=0), strict=True))
        print(
            f"{kind.name:<12} {int((away < 3).all(axis=1).sum())} of {asked.seeds} recovered; 95% interval held: {held}"
        )


if __name__ == "__main__":
    main()
