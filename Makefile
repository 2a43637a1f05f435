# Naru: what a newcomer, a colleague and CI run. `make help` says what there is.
# Python 3.11 or later, git and make are enough, without root; everything lands in .venv.

.DEFAULT_GOAL := help
.PHONY: help run test check lint format bench bench-page bench-smoke proof fuzz mutants pictures reader clean

ARGS ?=
FUZZ_SECONDS ?= 300
# A file's tests stay together, for they share what is dear to start: a desk, a browser, a network of Tor. Three at
# once, on two cores too: a third of the time a test waits for somebody else.
WORKERS ?= 3
TOGETHER := -n $(WORKERS) --dist loadfile
BIN := .venv/bin
PY := $(BIN)/python

##@ Start here

run: .venv/run.stamp ## The demonstration: fictional testimony, intake on port 8000, desk on 8001
	@exec $(PY) -m app demo --data var/demo --intake-port 8000 --desk-port 8001 $(ARGS)

test: .venv/test.stamp interop web ## Every test; what lacks its program is skipped with a line (ARGS="-k kill")
	$(PY) -m pytest $(TOGETHER) $(ARGS)

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

##@ Before a change is handed over

check: lint interop web ## All the gates: format, lint, types, import contracts, tests with branch coverage
	$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest $(TOGETHER) $(ARGS)
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report

lint: .venv/test.stamp ## The gates that read the code and do not run it
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(PY) -m mypy
	$(BIN)/lint-imports

format: .venv/test.stamp ## Let ruff lay the code out and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

##@ Measured, by hand

bench: .venv/test.stamp ## Speeds and sizes beside their targets (ARGS="visit load start seal")
	$(PY) -m bench $(ARGS)

bench-page: .venv/test.stamp ## The same, kept as docs/bench.md with date and commit
	$(PY) -m bench --out docs/bench.md $(ARGS)

bench-smoke: .venv/test.stamp ## The one table that counts instead of timing: the first visit
	$(PY) -m bench visit --check

proof: .venv/test.stamp interop ## Long runs, as root, two hours and more, kept as docs/proof.md (ARGS="load kills tor")
	$(PY) -m bench.proof $(ARGS)

fuzz: .venv/test.stamp ## Bend what strangers send, each kind five minutes, guided by coverage (FUZZ_SECONDS=300)
	@if $(PY) -m pip install --quiet --require-hashes -r tests/fuzz/requirements.txt; then \
		PYTHONPATH=tests:. $(PY) -m fuzz all $(FUZZ_SECONDS); \
	else \
		echo "blindly: what guides by coverage (atheris) is there for CPython 3.11 on Linux"; \
		NARU_FUZZ_SECONDS=$(FUZZ_SECONDS) $(PY) -m pytest -n auto --timeout=0 -q tests/fuzz; \
	fi

mutants: .venv/test.stamp ## Bend crypto/ itself and see which tests notice (ARGS="crypto.stream crypto.merkle"). docs/mutants.md
	nice -n 19 $(PY) tests/mutants.py $(ARGS)

pictures: .venv/test.stamp ## Take the pictures in docs/pictures again, over the fictional samples
	NARU_REQUIRE_ALL=1 $(PY) -m pytest -p no:randomly tests/outside/pictures.py

reader: .venv/test.stamp ## Let Orca read the witness's pages in Firefox, and hold what it speaks to them
	NARU_REQUIRE_ALL=1 $(PY) -m pytest -p no:randomly tests/outside/reader.py

##@ Leave no trace

clean: ## Remove .venv, caches and the demonstration's data
	rm -rf .venv var mutants .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf .coverage .coverage.* tests/interop/node_modules tests/a11y/node_modules web/node_modules

# --- What the targets above stand on: each stamp says "installed since the list last changed".

# A .venv whose Python has gone (an upgrade, a move) is built anew, stamps and all.

$(shell test -x $(PY) || rm -f .venv/*.stamp)

.PHONY: interop web build-web
INTEROP := $(wildcard tests/interop/package-lock.json)

$(PY):
	@for python in python3.11 python3.12 python3.13 python3.14 python3; do \
		if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
			2>/dev/null; then exec $$python -m venv --clear .venv; fi; \
	done; \
	echo "Naru needs Python 3.11 or later and its venv module" \
		"(Debian and Ubuntu: apt-get install python3 python3-venv)." >&2; exit 1

.venv/run.stamp: requirements-more.txt $(PY)
	@echo "Installing into .venv what Naru runs on (once, about a minute)"
	@$(PY) -m pip install --quiet --require-hashes -r requirements-more.txt
	@touch $@

.venv/test.stamp: tests/requirements.txt .venv/run.stamp
	@echo "Installing into .venv what the tests need (once)"
	@$(PY) -m pip install --quiet --require-hashes -r tests/requirements.txt
	@touch $@

interop: $(if $(INTEROP),tests/interop/node_modules/.stamp) tests/a11y/node_modules/.stamp

tests/interop/node_modules/.stamp: $(INTEROP)
	@if command -v npm >/dev/null; then \
		echo "Installing age's TypeScript edition for the round trips (once)"; \
		cd tests/interop && npm ci --silent --no-progress && touch node_modules/.stamp; \
	elif [ "$$NARU_REQUIRE_ALL" = 1 ]; then \
		echo "npm is missing: apt-get install nodejs npm" >&2; exit 1; \
	else \
		echo "skipped: round trips with age's TypeScript edition (apt-get install nodejs npm)"; \
	fi

# What a witness's browser runs is built from web/ and committed; only its tests need its packages.
web: web/node_modules/.stamp

web/node_modules/.stamp: web/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Installing what the page's script is built from (once)"; \
		cd web && npm ci --silent --no-progress && touch node_modules/.stamp; \
	elif [ "$$NARU_REQUIRE_ALL" = 1 ]; then \
		echo "npm is missing: apt-get install nodejs npm" >&2; exit 1; \
	else \
		echo "skipped: tests of the page's script (apt-get install nodejs npm)"; \
	fi

build-web: web ## Build what the intake serves to browsers with script, from web/
	cd web && node build.mjs

tests/a11y/node_modules/.stamp: tests/a11y/package-lock.json
	@if command -v npm >/dev/null; then \
		echo "Installing the rules for accessible pages (once)"; \
		cd tests/a11y && npm ci --silent --no-progress && touch node_modules/.stamp; \
	elif [ "$$NARU_REQUIRE_ALL" = 1 ]; then \
		echo "npm is missing: apt-get install nodejs npm" >&2; exit 1; \
	else \
		echo "skipped: the rules for accessible pages (apt-get install nodejs npm)"; \
	fi
