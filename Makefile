# Two commands: `make run` shows it working, `make test` proves it. Both set up what they need.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 9000
TESTS ?= tests

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format unit bundle rehearse bench clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.workbench ## set up what the commands need, in .venv

run: $(VENV)/.workbench ## start it here, with stand-in robots; another port: make run PORT=9001
	@$(BIN)/python -m relay serve --port $(PORT)

test: lint unit ## run every check

lint: $(VENV)/.ready ## check style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(VENV)/.ready ## run the tests only
	@if ls config.yml config.yaml .env 2>/dev/null | grep .; then echo "The tests would read this: move your own" \
	  "configuration away while they run, for example: mkdir ../mine && mv config.yml .env ../mine/"; exit 1; fi
	$(BIN)/python -m pytest -n auto --dist loadfile $(TESTS)

format: $(VENV)/.ready ## put the code in its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bundle: $(VENV)/.workbench ## make the zips for AWS and Tencent Cloud in build/
	@$(BIN)/python -m deploy.bundles

rehearse: $(VENV)/.ready node_modules/.package-lock.json ## deploy to a stand-in of AWS, send a message through it, remove it
	@$(BIN)/python -m deploy.aws_rehearsal

bench: $(VENV)/.ready ## measure every budget beside the alternatives; writes docs/benchmarks.md
	$(BIN)/python -m workbench.benchmarks

clean: ## remove what the other commands made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build .serverless node_modules

# The version check comes first: pip's own message about an old Python is hard to read.
$(VENV)/.workbench: requirements.txt requirements-tencent.txt requirements-web.txt requirements-workbench.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or newer is needed: make PYTHON=/path/to/python3.10 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV): about 30 packages (PIP_INDEX_URL names a mirror)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-workbench.txt
	@touch $@

$(VENV)/.ready: $(VENV)/.workbench requirements-dev.txt
	@echo "Setting up $(VENV) for the checks: about 70 packages more, a minute or so"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Node only deploys to AWS.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci
