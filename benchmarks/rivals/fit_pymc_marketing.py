"""Find pymc-marketing's maximum a posteriori on a saved summary and print CPU seconds and parameters.

`python fit_pymc_marketing.py {bg_nbd,pareto_nbd} CUSTOMERS.npz`
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from pymc_marketing.clv import BetaGeoModel, ParetoNBDModel

customers = np.load(sys.argv[2])
data = pd.DataFrame({
    "customer_id": np.arange(len(customers["frequency"])), "frequency": customers["frequency"],
    "recency": customers["recency_days"], "T": customers["age_days"],
})  # fmt: skip
began = time.process_time()
kind, names = {
    "bg_nbd": (BetaGeoModel, ("r", "alpha", "a", "b")),
    "pareto_nbd": (ParetoNBDModel, ("r", "alpha", "s", "beta")),
}[sys.argv[1]]
model = kind(data)
model.fit(method="map")
spent = time.process_time() - began  # compiling the likelihood's C code happens in processes of its own, not counted
fitted = model.fit_result
print(json.dumps({"cpu_seconds": spent, "parameters": {name: float(np.ravel(fitted[name])[0]) for name in names}}))
