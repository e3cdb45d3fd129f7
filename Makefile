.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# A run of the tests starts a hundred Python processes: they compile the project once.
check test chaos: export PYTHONDONTWRITEBYTECODE =

help:  ## show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "}; {printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

setup: $(VENV)/.installed  ## make .venv from the hash-pinned lock

demo: setup  ## run the whole platform on embedded parts with a simulated portfolio (ARGS="--accounts 2000 --once")
	@exec $(BIN)/recoup demo $(ARGS)

check: setup  ## lint, types, structure and unit tests: under a minute
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -n auto --maxprocesses 2 tests/unit $(ARGS)

test: check  ## everything but the long chaos runs: under ten minutes
	$(BIN)/python -m pytest -q -n auto tests/integration -m "not slow" $(ARGS)
	$(BIN)/python -m pytest -q -n auto --maxprocesses 2 tests/e2e tests/browser -m "not slow" $(ARGS)
	$(BIN)/python -m pytest -q tests/chaos -m "not slow" $(ARGS)

chaos: setup  ## the long runs: storms on the embedded broker and on Apache Kafka, every boundary of every API
	$(BIN)/python -m pytest -q tests/chaos tests/integration/stream/test_lane_protocol.py tests/e2e/test_openapi.py $(ARGS)

bench: setup  ## the pipeline beside its floor and its peer
	$(BIN)/python -m benchmarks.pipeline $(ARGS)

lock: setup  ## pin the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements.lock

clean:  ## remove what was made: the environment, local data, caches
	rm -rf $(VENV) .recoup .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup demo check test chaos bench lock clean
