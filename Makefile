# Two commands for a newcomer: `make demo` and `make test`. On Windows use the pip commands in the README.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STAMP := $(VENV)/.installed

.PHONY: demo test lint docs bench clean

demo: $(STAMP)-china
	$(BIN)/ecocomp demo --force

test: $(STAMP)-dev
	$(BIN)/python -m pytest -n auto

lint: $(STAMP)-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

docs: $(STAMP)-dev
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs
	@echo "open build/docs/index.html"

bench: $(STAMP)-dev
	$(BIN)/python -m benchmarks

$(STAMP)-china $(STAMP)-dev: $(STAMP)-%: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is not Python 3.11 or newer"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[$*]'
	touch $@

clean:
	rm -rf $(VENV) ecocomp-demo build docs/_gallery
