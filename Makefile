# `make demo` and `make test` need Python >= 3.11, make and a package index; the browser tests also need Chromium.
PYTHON ?= python3
BIN := .venv/bin
# uv resolves the same set in a tenth of pip's time; where it cannot reach the index that pip is set up for, pip does it.
install = $(BIN)/python -m uv pip install --quiet $(1) || $(BIN)/python -m pip install --quiet $(1)
program = command -v $(1) >/dev/null \
	|| { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -qq --no-install-recommends $(2) >/dev/null; } 2>/dev/null \
	|| { echo "No $(1) on the PATH: no $(3) tests. On Debian: sudo apt-get install $(2)"; test -z "$$CI"; }
without = $$(command -v $(1) >/dev/null || echo " and not $(2)")

.PHONY: help demo test check fix bench lowest lab app clean programs
.DEFAULT_GOAL := help

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: .venv/installed ## make .venv, load a practice account over HTTP, write demo-output/
	$(BIN)/callerids demo

test: check programs ## everything: check, then the slow tests and those in other programs
	$(BIN)/python -m pytest -q -n auto --dist loadfile -m "(slow or libreoffice) and not browser$(call without,soffice,libreoffice)"
	! command -v chromium >/dev/null || $(BIN)/python -m pytest -q -m browser

check: .venv/installed-test ## the quick part: format, lint, types, import layers, unmarked tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -n auto -m "not slow and not browser"

fix: .venv/installed-test ## format, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/installed-test ## run every benchmark, write benchmarks/RESULTS.md
	$(BIN)/python benchmarks/table.py

bench-big: .venv/installed-test ## how far one machine goes, in hours: benchmarks/RESULTS-BIG.md
	$(BIN)/python benchmarks/table.py --big

lowest: ## the unmarked tests on the oldest versions that pyproject.toml allows
	$(MAKE) .venv/uv
	test -x .venv-lowest/bin/python || $(PYTHON) -m venv .venv-lowest
	$(BIN)/python -m uv pip install --quiet --python .venv-lowest --resolution lowest-direct -e '.[test]'
	.venv-lowest/bin/python -m pytest -q -n auto -m "not slow and not browser"

lab: .venv/installed-lab ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

app: .venv/installed-lab ## open the forms as a web page
	$(BIN)/callerids app

clean: ## remove what make has made
	rm -rf .venv .venv-lowest demo-output

# Root on Debian gets them. Elsewhere `make test` says what is missing, and goes on without; in CI it ends there.
programs:
	@$(call program,chromium,chromium,browser)
	@$(call program,soffice,libreoffice-calc-nogui,LibreOffice)

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}. Name another one: make PYTHON=python3.13 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	@touch $@

.venv/installed: pyproject.toml .venv/uv
	$(call install,-e .)
	@touch $@

.venv/installed-test: pyproject.toml .venv/uv
	$(call install,-e '.[test]')
	@touch $@ .venv/installed

.venv/installed-lab: pyproject.toml .venv/uv
	$(call install,-e '.[notebook]')
	@touch $@
