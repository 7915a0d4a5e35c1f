# Every target sets up what it needs, once, and says so. `make` alone lists them.
# Needs Python 3.12 or newer, make, git and the package indexes; Node comes from a Python package.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
# Which Python makes the environment; found by itself when not given.
PYTHON ?=
# For `make stress`: which test files (all, when none is named), how often under each condition, which of
# their tests (a pattern), and which condition ("alone", "one core" or "busy"; all three when empty).
FILES ?=
TIMES ?= 5
ONLY ?=
PACE ?=

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export NO_MKDOCS_2_WARNING := 1

python := .venv/bin/python
runnable := $(python) -m mkdocs_runnable
node_bin := node_modules/.bin
in_browser_python := $(shell find runtime/python -name '*.py' -o -name pyproject.toml 2>/dev/null | grep -v __pycache__)
in_browser_script := $(shell find runtime -name '*.ts' -o -name '*.css' 2>/dev/null)
guide_script := $(shell find guide -name '*.ts' -o -name '*.css' 2>/dev/null)
format_paths := runtime guide tests '*.json' '.github/**/*.yml'

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- the environment ------------------------------------------------------------------------------

.venv/.installed: requirements.txt pyproject.toml runtime/bundle/find_python.sh
	@# Kept if it is new enough, unless another Python is asked for.
	@[ -z "$(PYTHON)" ] && $(python) -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || { \
	  chosen=$$(sh runtime/bundle/find_python.sh $(PYTHON)) || exit 1; \
	  echo "Making .venv with $$chosen …"; \
	  "$$chosen" -m venv --clear .venv || { \
	    echo "$$chosen cannot make virtual environments (Debian: apt install python3-venv)." >&2; \
	    exit 1; }; }
	@echo "Installing Python packages (about a minute, once) …"
	@$(python) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@$(python) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.installed
	@echo "Installing JavaScript packages (seconds, once) …"
	@npm ci --silent --no-progress --ignore-scripts
	@touch $@

.PHONY: browsers
browsers: node_modules/.installed ## Find or install the browsers that the tests use
	@node runtime/harness/ensure_browsers.ts

# --- the site -------------------------------------------------------------------------------------

build/wheels/pyodide-lock.json: $(in_browser_python) runtime/bundle/pack.py runtime/bundle/compile.ts node_modules/.installed
	@echo "Packing the Python modules that run in the browser …"
	@$(python) runtime/bundle/pack.py node_modules/pyodide build/wheels

build/packages/packages.json: runtime/python/packages.txt runtime/bundle/pack_packages.py runtime/bundle/pack.py \
    runtime/bundle/compile.ts $(wildcard runtime/python/greenlet/*.py) pyproject.toml node_modules/.installed
	@echo "Packing the libraries that programs in the browser may declare …"
	@$(python) runtime/bundle/pack_packages.py node_modules/pyodide $< .cache/packages build/packages

# The manifest is written last, so it exists only after a build that has finished.
build/runtime/manifest.json: $(in_browser_script) $(wildcard runtime/bundle/licenses/*.txt) \
    build/wheels/pyodide-lock.json build/packages/packages.json
	@echo "Bundling the browser side …"
	@node runtime/bundle/build.ts

build/guide/guide.js: $(guide_script) $(in_browser_script) node_modules/.installed
	@node guide/browser/build.ts

.PHONY: prepare
prepare: build/runtime/manifest.json build/guide/guide.js

.PHONY: build
build: prepare ## Build the site into site/
	@echo "Building the site …"
	@$(python) -m mkdocs build --quiet --strict --site-dir site
	@echo "The site is in site/."

.PHONY: serve
serve: prepare ## Serve the site on http://127.0.0.1:8000 and follow changes (PORT=… for another port)
	@$(runnable) port $(PORT) || { echo "For another port, run: make serve PORT=…" >&2; exit 2; }
	@$(python) -m mkdocs serve --dev-addr 127.0.0.1:$(PORT)

# --- checks ---------------------------------------------------------------------------------------

.PHONY: test
test: build browsers ## Run all tests: Python, TypeScript, and the built site in real browsers
	@$(python) -m tests.suite

.PHONY: stress
stress: build browsers ## Repeat FILES under three conditions: alone, on one core, on a busy machine (TIMES=5)
	@$(python) -m tests.suite stress --times $(TIMES) $(if $(ONLY),--only '$(ONLY)') \
	  $(if $(PACE),--pace '$(PACE)') $(FILES)

.PHONY: attacks
attacks: build browsers ## Run the hostile programs (ten minutes, on a machine that does nothing else)
	@node --test tests/e2e/python/attacks.test.ts

.PHONY: conformance
conformance: prepare browsers ## Run CPython's own tests of the network in the page
	@$(python) -m tests.conformance

.PHONY: lint
lint: node_modules/.installed ## Check format, style and types
	@$(python) -m ruff format --check .
	@$(python) -m ruff check .
	@$(python) -m mypy
	@codespell
	@# One spelling for each term; addresses may have another.
	@codespell --dictionary tests/guide/pages/terms.txt --uri-ignore-words-list "*" docs README.md CONTRIBUTING.md
	@# Phrases that the house style excludes, in everything that readers see.
	@$(python) -m tests.prose
	@MYPYPATH=runtime/python/typings:runtime/python $(python) -m mypy --python-version 3.14 -p browser_runtime -p runnable_tracer -p explorer -p greenlet
	@$(node_bin)/prettier --log-level warn --check $(format_paths)
	@$(node_bin)/tsc
	@# Knows types, so that it finds promises that nobody waits for.
	@$(node_bin)/oxlint --type-aware --quiet

.PHONY: format
format: node_modules/.installed ## Format the code
	@$(python) -m ruff format .
	@$(python) -m ruff check --fix .
	@$(node_bin)/prettier --log-level warn --write $(format_paths)

.PHONY: record
record: .venv/.installed ## Run snippets and changed notebooks, and save what they print
	@$(runnable) record

.PHONY: bench
bench: build browsers ## Measure the start, what is sent, threads, Stop, speed and timelines; run the notebooks
	@node runtime/bench/start.ts
	@node runtime/bench/start.ts --slow --rounds 3
	@node runtime/bench/speed.ts
	@node runtime/bench/threads.ts
	@node runtime/bench/processes.ts
	@node runtime/bench/network.ts
	@node runtime/bench/tracer.ts
	@node runtime/bench/timeline.ts
	@$(python) -m pytest -q -m benchmark

.PHONY: links
links: build ## Check the links to other sites
	@$(runnable) links

.PHONY: clean
clean: ## Remove what was built; `make clean-all` also removes the environments
	@rm -rf build site

.PHONY: clean-all
clean-all: clean
	@rm -rf .venv node_modules .cache
