# Counterpart. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SOURCES := kb ingest web tests benchmarks .ci

.PHONY: help setup run test check lock format clean bench screenshots

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(INSTALLED) ## Make .venv with the pinned dependencies and the command kb

# The stamp is newer than what it was made from, so a second run installs nothing.
$(INSTALLED): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## Ingest corpus/ and serve the web at http://127.0.0.1:8000
	$(BIN)/kb ingest
	$(BIN)/kb serve

test: setup ## Run all the tests; those that cannot run say what to install or set
	$(BIN)/python -m pytest -rs

check: setup ## Format, lint, types, import layers, documentation and the tests
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

bench: setup ## Measure retrieval, ingest, latency, kills and bad input on the real input (many minutes)
	$(BIN)/python -m benchmarks.retrieval
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.kill
	$(BIN)/python -m benchmarks.hostile
	$(BIN)/python -m benchmarks.page

screenshots: setup ## Take docs/screenshots of the server that `make run` started
	PYTHONPATH=. $(BIN)/python .ci/screenshots.py

format: setup ## Format the code and mend what the linter can
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

lock: ## Make requirements.lock anew from pyproject.toml
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --disable-pip-version-check --upgrade setuptools
	build/lock/bin/python -m pip install --disable-pip-version-check '.[dev]'
	build/lock/bin/python -m pip freeze --all > build/lock/frozen.txt
	$(PYTHON) .ci/lock.py build/lock/frozen.txt > requirements.lock

clean: ## Remove .venv and caches; the library in var/ stays
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
