# The verbs of the workbench: `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
export GX_ANALYTICS_ENABLED := False
# libraries compile once: without this, where it is set, every stage starts half as fast
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help lists demo test lint lab report accuracy forecasts unseen nulls chaos bench processors exports golden deps licences clean lock

help: ## list these verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "crmwb needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another with: make PYTHON=python3.12 …"; exit 1; }
	@[ ! -L .venv ] || { echo ".venv links to $$(readlink .venv), which setting up would empty for everybody who uses it; remove the link, and run make again."; exit 1; }
	@echo "Setting up .venv (once) …"
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --clear --python "$$(command -v $(PYTHON))" .venv && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  $(PYTHON) -m venv --clear .venv && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

demo: $(READY) ## run the whole pipeline on the demo data; SOURCE=b2b_demo writes that source into params.yaml first
	@$(if $(SOURCE),crmwb source "$(SOURCE)")
	@$(MAKE) --no-print-directory report

report: $(READY) ## run what changed of the pipeline, the reports last, and print where they are
	@crmwb params >/dev/null
	@dvc repro
	@echo && echo "Open $(CURDIR)/reports/index.html"

test: $(READY) ## run every test
	@pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(READY) ## check style and types
	@ruff check .
	@ruff format --check .
	@mypy

lab: $(READY) ## open JupyterLab on the explore notebooks (localhost, token)
	@jupyter lab --ServerApp.ip=127.0.0.1 --LabApp.default_url=/lab/tree/notebooks/explore/START_HERE.ipynb

accuracy: $(READY) ## test the forecasts on six data sets and write docs/accuracy.md (SHARED=folder of the data sets)
	@python benchmarks/accuracy.py $(SHARED)

forecasts: $(READY) ## test the monthly forecasts on real and simulated histories and write docs/forecasts.md (SHARED=folder)
	@python benchmarks/forecast_accuracy.py $(SHARED)

unseen: $(READY) ## judge what is said of invented companies whose truth is known and write docs/unseen.md
	@python benchmarks/unseen.py

lists: $(READY) ## test what lists of actions earn by the truth of simulated companies
	@python benchmarks/action_lists.py

chaos: $(READY) ## kill, starve and disturb every stage and command, and write docs/chaos.md (about 40 CPU minutes)
	@python benchmarks/chaos.py --page docs/chaos.md

bench: $(READY) ## measure the history beside SQL by hand, every stage, and other tools beside both, and write docs/benchmarks.md and the rates of crmwb plan (MILLIONS of lines, 1)
	@python benchmarks/history.py $(or $(MILLIONS),1) --page docs/benchmarks.md
	@python benchmarks/one_month.py $(or $(MILLIONS),1) --page docs/benchmarks.md
	@python benchmarks/stages.py --millions $(or $(MILLIONS),1) --page docs/benchmarks.md --rates src/crmwb/planning/rates.json
	@python benchmarks/peers.py .peers --page docs/benchmarks.md

exports: $(READY) ## take exports of six platforms and a shop from `crmwb map` to the executive page and write docs/exports.md
	@python benchmarks/exports.py --page docs/exports.md

licences: $(READY) ## write docs/licences.md from the packages of requirements.lock
	@python benchmarks/licences.py

nulls: $(READY) ## test how often the verdict on segments errs and write docs/segment_evidence.md
	@python benchmarks/segment_evidence.py

processors: $(READY) ## run the demo as two kinds of processor would, and compare every figure, sentence and picture
	@python benchmarks/processors.py

deps: $(READY) ## write the code deps of every stage in dvc.yaml from what it imports
	@python tools/code_deps.py

golden: $(READY) ## write the golden pages of every report in both languages again (tests/golden); read their diff
	@UPDATE_GOLDEN=1 pytest -q tests/notebooks/test_languages.py

lock: ## resolve requirements.lock again (needs uv)
	@uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  --group dev pyproject.toml -o requirements.lock

clean: ## remove everything that the pipeline and the tests made (raw data and .venv stay)
	@rm -rf data/tmp data/kept data/canonical data/quality data/history data/snapshots data/features data/segments data/value data/lifecycle data/migration data/response data/effectiveness data/actions data/marts data/reports metrics reports plots
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .dvc/tmp .dvc/cache
	@find src tests pipeline -name __pycache__ -type d -prune -exec rm -rf {} +
