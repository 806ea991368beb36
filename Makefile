# What can be done here.  `make` alone prints this list.
# Needs Python 3.11, 3.12 or 3.13 and nothing else; everything is kept under .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
PACKAGES := destinations expectations flows imports models
CHECKED := $(PACKAGES) bench docs tests

# Prefect and Great Expectations tell nobody what is done here.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export GX_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/.made ## make .venv, with exactly what requirements.lock names

# Made again when the lock or the project file changes, and only then.
$(VENV)/.made: requirements.lock pyproject.toml
	@python="$$(.ci/python)"; \
	if [ -x $(BIN)/python ] && ! $(BIN)/python .ci/in_range.py; then rm -rf $(VENV); fi; \
	[ -x $(BIN)/python ] || { echo "Setting up $(VENV) with $$($$python --version)"; "$$python" -m venv $(VENV); }
	@# The lock is complete: nothing is left to resolve, and so nothing newer can slip in.
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check --quiet
	@touch $@

.PHONY: demo
demo: setup ## a made-up hub, from inbox to published summary, under ./demo
	@$(BIN)/destinations demo --folder $(DEMO)

.PHONY: test
test: setup ## every test, and the coverage that they must reach (var/coverage/html)
	@mkdir -p var/coverage
	$(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist loadfile \
	    --cov --cov-report term --cov-report html

.PHONY: check
check: setup ## format, lint, types, contracts, fast tests, docs fresh (FAST=no leaves the tests out)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES))
	$(BIN)/lint-imports
	test "$(FAST)" = no || $(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist loadfile -m "not slow"
	$(BIN)/python docs/generate.py --check
	$(BUILD_SITE)

.PHONY: docs
docs: setup ## write the pages and pictures in docs/ that come from the code again
	$(BIN)/python docs/generate.py

# Strict: a link that leads nowhere, or a page that nothing leads to, fails.
BUILD_SITE = $(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs . var/site
.PHONY: site
site: setup ## the pages as a site: open var/site/index.html
	$(BUILD_SITE)

# What people are told and given is kept beside the code; review what these show before a commit.
GOLDEN := tests/spreadsheets
SUITES := expectations/engine/snapshots
.PHONY: golden
golden: setup ## write the words of the golden spreadsheets again, and show what changed
	@$(BIN)/python -m tests.test_golden
	@git --no-pager diff --unified=0 -- $(GOLDEN)
	@git status --short -- $(GOLDEN)

.PHONY: suites
suites: setup ## write what judges each kind of sheet in each year again, and show what changed
	@$(BIN)/python -m tests.test_suites
	@git --no-pager diff --unified=0 -- $(SUITES)
	@git status --short -- $(SUITES)

.PHONY: snapshots
snapshots: setup ## take what made-up hubs are given again, and show what changed
	@$(BIN)/python tests/take_snapshots.py

.PHONY: bench
bench: setup ## measure intake on a made-up hub (bench/README.md has the rest)
	$(BIN)/python bench/intake.py

# uv resolves for every platform and Python at once, which pip cannot; it is needed for nothing else.
.PHONY: lock
lock: ## write requirements.lock again from pyproject.toml
	@python="$$(.ci/python)"; [ -x .venv-lock/bin/uv ] || { "$$python" -m venv .venv-lock; .venv-lock/bin/pip install --quiet uv; }
	.venv-lock/bin/uv pip compile pyproject.toml --extra build --extra docs --extra test \
	    --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --quiet \
	    --output-file requirements.lock
