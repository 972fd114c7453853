# tmf-server: `make serve` and `make test` are all that a newcomer needs; `make help` lists the rest.

PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
JOBS ?= 2
PYTEST_ARGS ?=
CONFORMANCE_ARGS ?=
BENCH_ARGS ?=
LOCK_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/runtime.stamp
DEV := $(VENV)/dev.stamp
UV := build/lock-tools/bin/uv
UV_VERSION := 0.13.9

PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" $(LOCK_ARGS) pyproject.toml
WEB := build/lint-web
SELF = $(BIN)/python -m tools.with_postgres $(BIN)/tmf-conformance self
CHECKED := $(wildcard src conformance tests benchmarks tools migrations)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test coverage lint lint-web check format conformance conformance-full conformance-power docs bench lock clean env dev

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(RUNTIME) ## serve on 127.0.0.1:8080, with a SQLite file and demo data on the first start
	@echo "Other commands: $(BIN)/tmf-server --help"
	$(BIN)/tmf-server serve

test: $(DEV) ## run every test on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

coverage: $(DEV) ## the same, twice as long, and fail where they run less than pyproject.toml asks for
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov --cov-report=term $(PYTEST_ARGS)

lint: $(DEV) ## check style, types, the direction of imports, plain prose and the OpenAPI documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CHECKED)
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tools.contracts.lint
	$(BIN)/python -m tools.sizes --pointing 5

lint-web: $(DEV) $(WEB)/node_modules ## check documents with spectral and pages with axe: needs npm and chromium
	$(WEB)/node_modules/.bin/spectral lint --ruleset tools/web/spectral.yaml openapi/v4/*.yaml openapi/v5/*.yaml
	cp tools/web/axe.mjs $(WEB)
	node $(WEB)/axe.mjs $(BIN)/tmf-server

check: lint test ## lint, then test

format: $(DEV) ## rewrite the sources in the project's layout
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

conformance: $(DEV) ## check this server with its own suite on both databases, and write docs/testing/scorecard.md
	$(SELF) --scorecard docs/testing/scorecard.md $(CONFORMANCE_ARGS)

conformance-full: $(DEV) ## the same at full depth, into docs/testing/scorecard-full.md (long)
	$(SELF) --depth full --time-limit 5400 --scorecard docs/testing/scorecard-full.md $(CONFORMANCE_ARGS)

conformance-power: $(DEV) ## prove that the suite catches each way in which its test double can be broken
	$(BIN)/tmf-conformance power --table docs/testing/conformance-power.md $(CONFORMANCE_ARGS)

docs: $(DEV) ## build the pages of docs/ into build/site, with search; a broken link fails
	$(BIN)/sphinx-build -q -W --keep-going -b html -d build/doctrees docs build/site

bench: $(DEV) ## measure this server against the bare minimum and the usual way (long)
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

lock: $(UV) ## write the locks anew from pyproject.toml; LOCK_ARGS=--upgrade takes new versions
	$(COMPILE) --group build --output-file requirements/runtime.lock
	$(COMPILE) --all-extras --group dev --constraint requirements/runtime.lock --output-file requirements/dev.lock

env: $(RUNTIME) ## create or refresh .venv with what the server needs
	@echo "Commands: $(BIN)/tmf-server --help"
dev: $(DEV) ## create or refresh .venv with what tests, linters and benchmarks need
	@echo "Commands: $(BIN)/tmf-server --help, $(BIN)/tmf-conformance --help"

clean: ## remove environments, caches and reports; databases stay
	rm -rf $(VENV) build dist reports htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps stand for an installed lock: nothing is installed twice, and a changed lock is installed on the next call.

$(RUNTIME): requirements/runtime.lock pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --require-hashes --requirement requirements/runtime.lock
	$(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.lock requirements/runtime.lock pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --require-hashes --requirement requirements/dev.lock
	$(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@ $(RUNTIME)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; name it with: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(WEB)/node_modules: tools/web/package.json tools/web/package-lock.json tools/web/.npmrc
	@command -v npm >/dev/null || { echo "npm is needed: it comes with Node.js 18 or later" >&2; exit 1; }
	mkdir -p $(WEB)
	cp $^ $(WEB)
	npm ci --prefix $(WEB)
	@touch $@

$(UV):
	$(PYTHON) -m venv build/lock-tools
	build/lock-tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
