# Two commands do everything: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo dist test test-windows lint setup generate prove bench pictures clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,fast]'
	@touch $@

demo: setup
	$(BIN)/batchsync demo

generate: setup
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/status_codes.py
	$(BIN)/python docs/troubleshooting.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

test-windows: setup
	$(BIN)/python -m tests.windows

dist: setup
	rm -rf dist
	$(BIN)/python -m build --outdir dist
	$(BIN)/python -m tests.deploy.check_wheel dist

bench: setup
	$(BIN)/python -m benchmarks

pictures: setup
	$(BIN)/python docs/pictures.py
	$(BIN)/python -m tests.browser.pictures

prove: setup
	$(BIN)/python -m tests.prove

clean:
	rm -rf $(VENV) demo-out .mypy_cache .ruff_cache .pytest_cache
