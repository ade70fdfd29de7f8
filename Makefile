# Everything goes into .venv; stamp files in it remember what is done, so that a second run is quick.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
PYTHON := $(VENV)/bin/python
# -qq leaves only errors.
PIP := $(PYTHON) -m pip --disable-pip-version-check -qq
SAMPLE := sample_data
CACHES := .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# The first Python that fits: the usual name if it is 3.11 to 3.13, then the numbered names, then anything newer.
# Each is run and not only looked up, because version managers leave names behind that start nothing.
define FIND_PYTHON
fits() { "$$1" -c "import sys, venv, ensurepip; sys.exit(not $$2)" 2>/dev/null; }; \
found=; \
for each in python3 python3.13 python3.12 python3.11; do \
  if fits $$each '(3, 11) <= sys.version_info < (3, 14)'; then found=$$each; break; fi; \
done; \
if [ -z "$$found" ] && fits python3 'sys.version_info >= (3, 11)'; then found=python3; fi; \
if [ -z "$$found" ]; then \
  echo "releasable needs Python 3.11 or newer with venv and pip." >&2; \
  echo "Found: $$(python3 --version 2>&1 || echo 'no python3 at all')." >&2; \
  echo "Install Python 3.11, 3.12 or 3.13 so that python3.11, python3.12 or python3.13 starts, then try again." >&2; \
  exit 1; \
fi
endef

.PHONY: help demo test test-all lint bench constraints sample clean

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

$(VENV)/.stamp-venv:
	@$(FIND_PYTHON); \
	echo "Making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv $(VENV)
	@touch $@

$(VENV)/.stamp-package: pyproject.toml constraints.txt | $(VENV)/.stamp-venv
	@echo "Installing releasable and what it needs into $(VENV) (a few minutes the first time)"
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.stamp-test: $(VENV)/.stamp-package
	@echo "Installing what the tests need"
	@$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@

$(VENV)/.stamp-extras: $(VENV)/.stamp-test
	@extras=$$($(PYTHON) -c "import tomllib; print(','.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']))"); \
	echo "Installing every extra: $$extras"; \
	$(PIP) install --constraint constraints.txt --editable ".[$$extras]"
	@touch $@

$(VENV)/.stamp-models: configs/models.yaml $(VENV)/.stamp-package
	@$(VENV)/bin/releasable models install
	@touch $@

demo: $(VENV)/.stamp-models ## Redact a made-up case and check the release
	@$(VENV)/bin/releasable demo

# As the workers do, tests run on one thread each: matrices this small only wait for one another.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

# Two files of tests at a time; one that needs what others must not see says so with its own temporary folder.
AT_ONCE := --numprocesses 2 --dist loadfile

test: $(VENV)/.stamp-test $(VENV)/.stamp-models ## Run the tests
	@$(ONE_THREAD) $(PYTHON) -m pytest $(AT_ONCE)

test-all: $(VENV)/.stamp-extras $(VENV)/.stamp-models ## Run the tests with every extra; whatever would be skipped fails
	@RELEASABLE_REQUIRE_ALL=1 $(ONE_THREAD) $(PYTHON) -m pytest $(AT_ONCE)

lint: $(VENV)/.stamp-test ## ruff, mypy, import-linter
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

bench: $(VENV)/.stamp-test $(VENV)/.stamp-models ## Run the benchmarks, one after another
	@shopt -s nullglob; all=(benchmarks/bench_*.py); \
	if [ $${#all[@]} -eq 0 ]; then echo "There is no benchmarks/bench_*.py to run." >&2; exit 1; fi; \
	for each in "$${all[@]}"; do echo "== $$each"; $(PYTHON) "$$each"; done

constraints: ## Write constraints.txt anew, from the newest versions that pyproject.toml allows
	@$(FIND_PYTHON); \
	work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; \
	"$$found" -m venv "$$work/venv"; \
	"$$work/venv/bin/python" -m pip --disable-pip-version-check -qq install '.[test]'; \
	{ sed -n '/^#/p' constraints.txt; \
	  "$$work/venv/bin/python" -m pip --disable-pip-version-check freeze --exclude releasable | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$'; \
	} > "$$work/constraints.txt"; \
	cp "$$work/constraints.txt" constraints.txt; \
	echo "constraints.txt: $$(grep -c == constraints.txt) versions"

sample: $(VENV)/.stamp-venv ## Write the made-up case anew
	@$(PYTHON) $(SAMPLE)/make.py

clean: ## Remove the environment, caches and build results
	rm -rf $(VENV) $(CACHES) build dist demo-release *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
