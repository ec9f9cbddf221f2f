"""Fit a model of lifetimes on a saved summary, in lifetimes' own environment, and print CPU seconds and parameters.

`python fit_lifetimes.py {bg_nbd,pareto_nbd} CUSTOMERS.npz`
"""

import json
import sys
import time

import numpy as np
from lifetimes import BetaGeoFitter, ParetoNBDFitter

customers = np.load(sys.argv[2])
began = time.process_time()
model = {"bg_nbd": BetaGeoFitter, "pareto_nbd": ParetoNBDFitter}[sys.argv[1]]()
model.fit(customers["frequency"], customers["recency_days"], customers["age_days"])
print(json.dumps({"cpu_seconds": time.process_time() - began, "parameters": dict(model.params_)}))
