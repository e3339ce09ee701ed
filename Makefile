# The commands of Oficio. `make demo` and `make test` do all their set-up, on a fresh machine too.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test check format bench setup test-setup clean

TOOLS := .tools
UV = $$(command -v uv || echo $(TOOLS)/bin/uv)
RUN = $(UV) run --no-sync
ROOMS := bots config connectors console demo flows records tests benchmarks

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 20

demo: setup  ## run the whole job on a small company, offline
	@$(RUN) oficio demo

test: setup test-setup check  ## lint, types, import rules, tests
	$(RUN) pytest -n 2 --dist loadfile $(PYTEST_ARGS)

check: setup  ## lint, format, types, import rules
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports

format: setup  ## format the code and mend what can be mended
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

bench: setup test-setup  ## the measurements, peers beside (see benchmarks/README.md)
	$(RUN) python -m benchmarks

setup:  # uv, the locked environment, a browser: each only when missing
	@bash .ci/setup
	@$(UV) sync --locked --all-extras --quiet --compile-bytecode  # else each of the processes below compiles for itself
	@$(RUN) python -m compileall -q $(ROOMS)
	@$(RUN) python -m connectors.browser.setup

test-setup:  # what the tests start: Dovecot, tesseract, PostgreSQL
	@bash .ci/test-setup

clean:  ## remove what the set-up and the demo made
	rm -rf .venv $(TOOLS) .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
