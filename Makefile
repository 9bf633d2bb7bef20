# The commands of this project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
endif

# What the tests start for themselves: database servers and their ODBC drivers, a browser, a builder of images.
APT := python3-venv unixodbc odbc-postgresql odbc-mariadb libsqliteodbc tdsodbc mariadb-server postgresql
APT += chromium buildah mmdebstrap openssl
APT += $(if $(shell command -v npm),,nodejs npm)

.PHONY: help run test bench lint lock image
.DEFAULT_GOAL := help

help:  ## list these commands
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 8

run: $(VENV)/run.ready  ## install what is needed and serve the demo on http://localhost:8000/fhir
	$(BIN)/facade run

# Compiled once, while lint runs, not by each of the thousand processes that the tests start.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/test.ready system  ## install what is needed, then lint, types and the whole test suite
	@$(BIN)/pytest -n 0 --collect-only -qq >/dev/null & \
	$(MAKE) --no-print-directory lint; status=$$?; wait; exit $$status
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/test.ready system  ## measure speed beside a baseline; writes build/bench.json
	$(BIN)/python -m tests.bench

image:  ## build the container image fhir-facade; BASE=image names another base
	@sh docker/image.sh

lint: $(VENV)/test.ready  ## ruff, mypy and the order of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(VENV)/test.ready  ## renew requirements.lock from pyproject.toml
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --upgrade --all-extras --group dev --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock

.PHONY: system
system:
	@sh tests/system.sh $(APT)

$(VENV)/run.ready: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	test -d $(BIN) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(VENV)/test.ready: pyproject.toml requirements.lock
	@$(MAKE) --no-print-directory system
	test -d $(BIN) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -U 'pip>=25.1'
	$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements.lock -e '.[postgres,hl7v2,rpa]' --group dev
	@touch $@ $(VENV)/run.ready
