# make run    set everything up and start PyDash with a demo (PORT and DATA can be set)
# make test   set everything up and run every check
# make help   the rest

PORT ?= 5000
DATA ?= var
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
LOCK = $(BIN)/uv pip compile pyproject.toml --group build --universal --generate-hashes --quiet \
	--no-emit-package pydash-exporter --custom-compile-command 'make lock' $(UPGRADE)
PAGES := pydash_web/static/index.html
# The exporter, which PyDash serves to monitored apps.
WHEEL := pydash_web/wheels/.built
MODULES := frontend/node_modules/.package-lock.json
CHECKED := $(patsubst %/__init__.py,%,$(wildcard */__init__.py exporter/*/__init__.py)) pydash.py

.PHONY: help run dev test coverage release install install-test lint types backend-test browser-test slow-test frontend-test \
	browser databases nginx deploy-tools docs openapi lock bench bench-large soak compat chaos fuzz screenshots clean

help:
	@echo "make run          start PyDash with a demo on port $(PORT), data in $(DATA)"
	@echo "make dev          the same, but changed source code is reloaded, in Flask and in the browser"
	@echo "make test         linters, types, back-end, front-end and browser tests"
	@echo "make slow-test    the tests that take longest: documented commands, live traffic, kills"
	@echo "make coverage     run the back-end tests and report their branch coverage"
	@echo "make release      build and check the distributions of PyDash and the exporter"
	@echo "make bench        measure speed, memory and sizes, and write docs/performance.md"
	@echo "make bench-large  measure a dashboard of 100 million requests"
	@echo "make soak         run with a thousand dashboards for MINUTES (60), and kill everything: memory, losses"
	@echo "make compat       test the client with every version of Flask-MonitoringDashboard and three databases"
	@echo "make chaos        kill processes at random and count: a hundred times, ten with each earlier version of Flask-MonitoringDashboard"
	@echo "make fuzz         attack the API by its own document"
	@echo "make docs         write the table of settings from the model, and those of measurements from bench/results.json"
	@echo "make screenshots  take screenshots: all into build/screenshots, a few into docs/screenshots"
	@echo "make lock         write requirements*.txt from the dependencies in pyproject.toml"
	@echo "make openapi      write docs/openapi.json and the front end's types from the models"
	@echo "make clean        remove what was built, but no data"

run: install $(PAGES) $(WHEEL)
	@exec $(BIN)/pydash up --demo --port $(PORT) --data-dir $(DATA)

dev: install $(MODULES) $(WHEEL)
	@exec $(BIN)/pydash up --demo --reload --port $(PORT) --data-dir $(DATA)

# --- set-up: each step only when what it is made from is newer ---------------------------------

install: .venv/installed
install-test: .venv/installed-test

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "PyDash needs Python 3.11 or newer (set PYTHON=...)."; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }

.venv/installed: requirements.txt pyproject.toml exporter/pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes --requirement requirements.txt
	@PYTHONWARNINGS='ignore:Editable installation' \
		$(PIP) install --no-deps --no-build-isolation --editable ./exporter --editable .
	@$(BIN)/pip check > .venv/check || { cat .venv/check; echo "Lock changed dependencies: make lock"; exit 1; }
	@touch $@

.venv/installed-test: requirements-test.txt .venv/installed
	$(PIP) install --require-hashes --requirement requirements-test.txt
	@touch $@

$(MODULES): frontend/package-lock.json
	@command -v npm > /dev/null || { echo "The front end needs Node.js 20 or newer with npm."; exit 1; }
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGES): $(MODULES) $(shell find frontend/src frontend/public -type f 2>/dev/null) \
		frontend/index.html frontend/vite.config.ts frontend/package.json
	cd frontend && npm run --silent build -- --logLevel warn
	@touch $@

$(WHEEL): $(wildcard exporter/pydash_exporter/*.*) exporter/pyproject.toml exporter/README.md | .venv/installed
	rm -rf $(@D) exporter/build
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir $(@D) ./exporter
	@touch $@

# One at a time, although targets run side by side. $(call apt,SUDO,PACKAGES)
apt = flock Makefile $(1) sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends $(2)'
# $(call debian,PACKAGES,WHO NEEDS THEM)
debian = { \
	if [ "$$(id -u)" = 0 ]; then $(call apt,,$(1)); elif sudo -n true 2> /dev/null; then $(call apt,sudo,$(1)); \
	else echo "$(2). As root: apt install $(1)"; exit 1; fi; }

browser:
	@command -v chromium > /dev/null || command -v chromium-browser > /dev/null \
		|| $(call debian,chromium,The browser tests need Chromium)

databases:
	@{ ls /usr/lib/postgresql/*/bin/postgres && ls /usr/sbin/mariadbd && command -v mariadb-install-db redis-server; } > /dev/null 2>&1 \
		|| $(call debian,postgresql mariadb-server-core mariadb-client-core redis-server,PyDash and the exporter are tested with PostgreSQL, MariaDB and Redis)

nginx:
	@command -v nginx > /dev/null || [ -x /usr/sbin/nginx ] \
		|| $(call debian,nginx-light,The tests below a path need nginx)

deploy-tools:
	@{ command -v systemd-analyze && command -v caddy; } > /dev/null \
		|| $(call debian,systemd caddy,The examples of deployments are tested with systemd and Caddy)

# --- checks ------------------------------------------------------------------------------------

# Side by side, but for the tests with a browser. Many tests wait for other processes, so that three
# at a time use two processors better.
SIDE_BY_SIDE = $(MAKE) --no-print-directory --jobs 3
test:
	$(SIDE_BY_SIDE) install-test browser databases nginx deploy-tools $(PAGES) $(WHEEL)
	$(SIDE_BY_SIDE) --output-sync=target lint types frontend-test backend-test
	$(MAKE) --no-print-directory browser-test

lint: install-test
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/lint-imports

types: install-test
	$(BIN)/mypy --strict $(CHECKED)
	$(BIN)/mypy --strict --python-version 3.10 exporter/pydash_exporter

frontend-test: $(MODULES)
	cd frontend && npm run --silent check-types && npm run --silent lint && npm run --silent typecheck && npm run --silent test

backend-test: install-test browser databases nginx deploy-tools $(PAGES) $(WHEEL)
	$(BIN)/pytest --numprocesses 3 --dist loadfile -m "not browser and not slow"

browser-test: install-test browser $(PAGES) $(WHEEL)
	$(BIN)/pytest --numprocesses 3 --dist loadfile -m "browser and not slow"

slow-test: install-test browser databases nginx deploy-tools $(PAGES) $(WHEEL)
	$(BIN)/pytest --timeout 900 -m slow

coverage: install-test browser databases nginx deploy-tools $(PAGES) $(WHEEL)
	rm -f .coverage .coverage.*
	COVERAGE_PROCESS_START=pyproject.toml $(BIN)/pytest --numprocesses 2 --dist loadfile --cov --cov-report=
	$(BIN)/coverage report --skip-covered --sort=cover

# --- longer ones -------------------------------------------------------------------------------

bench: install-test browser databases $(PAGES)
	$(BIN)/python -m bench.run

bench-large: install-test
	$(BIN)/python -m bench.large

MINUTES ?= 60
soak: install-test $(PAGES)
	$(BIN)/python -m bench.soak $(MINUTES)

compat: install-test databases
	$(BIN)/python -m tests.compat.run

chaos: install-test databases
	PYDASH_CHAOS_ROUNDS=100 PYDASH_CHAOS_MONTHS=20 PYDASH_CHAOS_EVENTS=20 $(BIN)/pytest --timeout 3600 tests/chaos

fuzz: install-test
	PYDASH_FUZZ_EXAMPLES=1000 $(BIN)/pytest --timeout 3600 tests/pydash_web/test_schemathesis.py

screenshots: install-test browser $(PAGES)
	$(BIN)/python -m tests.features.screenshots

docs: install
	$(BIN)/python -m pydash_app.settings_table docs/configuration.md
	$(BIN)/python -m bench.document

# After a change of the dependencies in pyproject.toml. UPGRADE=--upgrade takes the newest versions.
lock: .venv/bin/python
	$(PIP) install uv
	$(LOCK) --output-file requirements.txt
	$(LOCK) --constraints requirements.txt --extra test --extra bench --output-file requirements-test.txt

openapi: install $(MODULES)
	$(BIN)/python -m pydash_web.api > docs/openapi.json
	cd frontend && npm run --silent generate-types

release: install-test $(PAGES) $(WHEEL)
	$(BIN)/python -m tests.release.build

clean:
	rm -rf .venv build frontend/node_modules pydash_web/static pydash_web/wheels .mypy_cache .ruff_cache .pytest_cache
