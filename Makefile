# lasttouch: `make demo` shows it at work, `make test` proves it. Both set up what they need in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# On two processors: a third of the time that tests take they wait, for servers and daemons.
WORKERS := 3
ON_POSTGRESQL := tests/log tests/model tests/team tests/end_to_end
WORLDS_ON_POSTGRESQL := 4

.DEFAULT_GOAL := help
.PHONY: help demo quick test test-postgresql lint reference schema pictures bench soak clean

help:  ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/demo.stamp  ## Look around: a little world on embedded servers, synced and answered for real
	@$(BIN)/lasttouch demo

quick: $(VENV)/dev.stamp  ## Run the tests that need no server: most rules, in a minute or two
	$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal -m "not servers and not thorough"

test: $(VENV)/dev.stamp  ## Run all tests: about 20 minutes (with real servers where they are installed: see .ci/run)
	$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal
	$(MAKE) test-postgresql

test-postgresql: $(VENV)/dev.stamp  ## Run the tests of the log, the model, teams and the whole program with every log in a PostgreSQL
	LASTTOUCH_ENGINE=postgresql LASTTOUCH_WORLDS=$(WORLDS_ON_POSTGRESQL) $(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal $(ON_POSTGRESQL)

lint: $(VENV)/dev.stamp  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

reference: $(VENV)/dev.stamp  ## Write docs/commands.md and the manual page anew from the commands
	PYTHONPATH=. $(BIN)/python docs/generate.py

schema: $(VENV)/dev.stamp  ## Write store/new_log.sql anew from the migrations
	PYTHONPATH=. $(BIN)/python -m store.new_log

pictures: $(VENV)/dev.stamp  ## Take the README's pictures anew, of the demo's world (needs Chromium)
	$(BIN)/python docs/pictures.py

bench: $(VENV)/dev.stamp  ## Measure; one JSON line a figure (needs Dovecot)
	$(BIN)/python -m bench

soak: $(VENV)/dev.stamp  ## Months in minutes: the daemon among failing servers (SOAK_MINUTES=10, SOAK_SEED to repeat one, SOAK_WORKERS=3 on PostgreSQL; needs Dovecot)
	@$(BIN)/python -m soak

clean:  ## Remove what was set up
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "lasttouch needs Python 3.11 or newer; try: make PYTHON=python3.12 demo" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "no virtual environment could be made; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/demo.stamp: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up in $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo,web]' --constraint constraints.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/bin/python pyproject.toml constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' --constraint constraints.txt
	@touch $@ $(VENV)/demo.stamp
