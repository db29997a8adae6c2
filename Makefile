# Two commands for a newcomer: make run, make test. One for CI: make check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.dev-ready
ROOMS := bot adapters flows scheduler

# Real processes and servers on a shared machine can be late: a failure is tried twice more, and counted as rerun.
TESTS := $(BIN)/python -m pytest -q -n 2 --reruns 2

.PHONY: run test check format soak clean

run: $(READY)
	@$(BIN)/handrail chat

test: $(DEV_READY)
	$(TESTS)

check: $(DEV_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/vulture
	$(BIN)/handrail flows check
	$(BIN)/handrail flows test --coverage
	$(TESTS) --cov --cov-report=term:skip-covered

format: $(DEV_READY)
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format -q .

# Five minutes of SIGKILLs, 503s and dropped answers; no part of make test.
soak: $(DEV_READY)
	$(BIN)/python -m tests.escalation.soak

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV)

$(READY): pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Setting up (once) ..." >&2
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e . >&2
	@touch $@

$(DEV_READY): pyproject.toml constraints.txt | $(VENV)/bin/python
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]' >&2
	@touch $@ $(READY)

clean:
	rm -rf $(VENV) .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
