# Podium. On a fresh machine `make run` and `make test` set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := benchmarks/.venv
PORT ?= 8501

.PHONY: run test lint format bench coverage samples browser clean

run: $(READY)
	@$(BIN)/podium serve --port $(PORT)

test: $(READY) browser
	$(BIN)/python -m pytest -q -n auto

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

samples: $(READY)
	$(BIN)/python -m ranking.samples data

bench: $(BENCH)/.ready $(READY) browser
	$(BENCH)/bin/python -m benchmarks
	$(BENCH)/bin/python -m benchmarks.equilibria
	$(BENCH)/bin/python -m benchmarks.capabilities
	$(BIN)/python -m benchmarks.browser

# Some minutes of simulation; rewrites docs/coverage.md and its plot.
coverage: $(READY)
	$(BIN)/python -m benchmarks.coverage --write

# A browser for the browser tests, where apt may bring one; elsewhere those tests skip and say why.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 \
	|| { command -v apt-get >/dev/null 2>&1 \
	     && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
	|| echo "No browser could be installed: the browser tests will be skipped."

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Podium needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(BENCH)/.ready: pyproject.toml constraints.txt benchmarks/requirements.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -e .
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) $(BENCH) benchmarks/.data build *.egg-info
