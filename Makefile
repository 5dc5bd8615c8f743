# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SOURCES := src tests benchmarks docs conftest.py

.PHONY: run install test test-light test-train lint docs bench clean

run: $(VENV)/.train            ## turn the wheel of the bundled workspace and write its report
	$(BIN)/metier run examples/first-trade

install: $(VENV)/.dev          ## everything for development

test: $(VENV)/.dev             ## every suite; those that miss a server, a browser or an extra say so
	$(BIN)/python -m pytest -q -m "not train and not postgres and not browser"
	$(BIN)/python -m pytest -q -m "train or postgres or browser"

test-light: $(VENV)/.dev       ## the suite that needs no torch, server or browser
	$(BIN)/python -m pytest -q -m "not train and not postgres and not browser"

test-train: $(VENV)/.dev       ## the suites that need one
	$(BIN)/python -m pytest -q -m "train or postgres or browser"

lint: $(VENV)/.dev             ## format, style, types, and the floors of the house
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.dev             ## write the reference pages again
	$(BIN)/python docs/reference.py
	$(BIN)/python docs/rules.py

bench: $(VENV)/.bench          ## every figure of the docs, one script a claim
	for script in benchmarks/*.py; do echo "## $$script"; \
	$(BIN)/python $$script || [ $$? -eq 2 ] || exit 1; done

clean:
	rm -rf $(VENV) examples/first-trade/.metier

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.train: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train,postgres,mcp,govern,evaluate,inspect,discover,encode,skos,dev]'
	touch $@ $(VENV)/.train

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench,dev]'
	touch $@
