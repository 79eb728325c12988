# The one door. Two commands matter: `make demo` and `make test`; each sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_ARGS ?=
TEST_ARGS ?= -n 2 --dist loadgroup

.PHONY: help setup demo test check format bench docs wheel lock clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(STAMP)  ## make the environment in .venv

$(STAMP): pyproject.toml requirements.lock hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "make: $(PYTHON) is older than 3.11. Hint: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup  ## make a synthetic estate, ingest it, print the findings, open the dashboard
	$(BIN)/plimsoll demo $(DEMO_ARGS)

test: setup  ## run the tests
	$(BIN)/python -m pytest $(TEST_ARGS)

check: setup  ## lint, types and import layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup  ## format the code and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: setup  ## measure speed as ratios to a bare Polars run
	$(BIN)/python -m bench

docs: setup  ## write the generated reference pages anew
	$(BIN)/python -m docs.generate

wheel: setup  ## build the wheel and the source archive
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --quiet

lock:  ## pin every dependency by hash (needs uv)
	$(LOCK) pyproject.toml --group dev -o requirements.lock
	$(LOCK) pyproject.toml -c requirements.lock -o deploy/requirements.lock
	$(LOCK) --group build -c requirements.lock -o deploy/build-requirements.lock

clean:  ## remove what was built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache plimsoll-demo
