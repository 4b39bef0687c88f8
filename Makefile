# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The commands by name. What each does is written in noxfile.py; this file only brings nox there.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

# Options for the command that is called: make unit ARGS="-k retry", make simulator ARGS=--help
ARGS ?=
# Of tests, those that are named run in place of all: make unit ARGS=tests/unit/module_utils/_csv
NAMED = $(filter tests/%,$(ARGS))

# The key for `make release`: an id or an address. Without it, gpg's default key signs, if there is one.
KEY ?=

# How long `make fuzz` searches.
SECONDS ?= 120

# The newest Python that the newest supported ansible-core runs with. Another: make test PYTHON=3.11
PYTHON ?=

# Any Python from 3.9 on can look for the right one. What is called python3 can be the shim of a version manager that
# does not run, so they are tried in turn.
ifneq ($(filter-out help clean distclean,$(or $(MAKECMDGOALS),help)),)
CHOSEN := $(shell cd tests && for any in python3 python3.14 python3.13 python3.12 python3.11 python3.10 /usr/bin/python3; do \
	$$any -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue; \
	exec $$any -m tools.interpreters --choose $(PYTHON); done)
ifeq ($(CHOSEN),)
$(error No usable Python. On Debian or Ubuntu: apt-get install python3 python3-venv)
endif
# One environment for each Python, so that another PYTHON never meets the wrong one.
VENV := .venv/py$(shell $(CHOSEN) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
endif

NOX := PYTHONUNBUFFERED=1 $(VENV)/bin/nox
NOX_REQUIREMENTS := tests/tools/requirements/nox.txt
NOX_READY := $(VENV)/.nox-ready

.PHONY: help
help: ## this list
	@echo 'make COMMAND [PYTHON=3.x] [ARGS="options for what it calls"]'
	@sed -n 's/^\([a-z-]*\):.*## /\1 \t/p' Makefile | while read -r name text; do printf '  %-13s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: $(NOX_READY) ## show a whole import against the simulator: install, run, run again
	@$(NOX) -s demo -- $(ARGS)

.PHONY: test
test: pythons ## all checks and tests, on the oldest and the newest ansible-core
	@$(NOX) -t test

.PHONY: test-all
test-all: pythons ## all checks, and the tests on every ansible-core with every Python
	@mkdir -p build && rm -f build/report.json
	@$(NOX) -t all --report build/report.json; code=$$?; \
	cd tests && ../$(VENV)/bin/python -m tools.matrix ../build/report.json && exit $$code

.PHONY: test-fresh
test-fresh: $(NOX_READY) ## make demo and make test on a machine with nothing else, made by debootstrap: make test-fresh ARGS=demo
	@cd tests && ../$(VENV)/bin/python -m tools.fresh $(ARGS)

.PHONY: check
check: $(NOX_READY) ## for the loop at a desk: lint, types and the unit tests but those that tests/tools/quick.py leaves out; a minute or so
	@$(NOX) -s check -- $(ARGS)

.PHONY: lint
lint: $(NOX_READY) ## ruff, yamllint, REUSE, ansible-lint and mypy
	@$(NOX) -s lint types

.PHONY: docs-lint
docs-lint: $(NOX_READY) ## the documentation of plugins and roles, and the changelog
	@$(NOX) -s docs_lint

.PHONY: sanity
sanity: $(NOX_READY) ## ansible-test sanity on the oldest and the newest ansible-core
	@$(NOX) -s sanity -- $(ARGS)

.PHONY: unit
unit: $(NOX_READY) ## the unit tests on the newest ansible-core: make unit ARGS=tests/unit/module_utils/_csv
	@$(NOX) -t newest -- $(if $(NAMED),,tests/unit) $(ARGS)

.PHONY: system
system: $(NOX_READY) ## all other tests on the newest ansible-core
	@$(NOX) -t newest -- $(if $(NAMED),,tests --ignore=tests/unit) $(ARGS)

.PHONY: test-deep
test-deep: $(NOX_READY) ## further cases of the tests, on the newest ansible-core; test-all has them on every one
	@$(NOX) -t newest -- -m deep $(if $(NAMED),,tests) $(ARGS)

.PHONY: test-faults
test-faults: $(NOX_READY) ## every call with every fault, every kill and concurrent runs, held against docs/fault-matrix.md
	@$(NOX) -s faults -- $(ARGS)

.PHONY: fault-matrix
fault-matrix: $(NOX_READY) ## every call with every fault, and write docs/fault-matrix.md from what came of it
	@$(NOX) -s fault_matrix -- $(ARGS)

.PHONY: guards
guards: $(NOX_READY) ## take each guard out and see its test fail, and write docs/guards.md
	@$(NOX) -s guards -- $(ARGS)

.PHONY: fuzz
fuzz: $(NOX_READY) ## look for bytes that break the reading of CSV files: make fuzz SECONDS=600
	@$(NOX) -s fuzz -- $(SECONDS) $(ARGS)

.PHONY: bench
bench: $(NOX_READY) ## measure beside other tools: make bench ARGS="--rows 100000 --repeat 5"
	@$(NOX) -s bench -- $(ARGS)

.PHONY: build
build: $(NOX_READY) ## the tarball, in build/dist
	@$(NOX) -s build

.PHONY: docs
docs: $(NOX_READY) ## the documentation site, in build/docs
	@$(NOX) -s docs

.PHONY: changelog
changelog: $(NOX_READY) ## turn the fragments into CHANGELOG.rst, for the version in galaxy.yml
	@$(NOX) -s changelog -- $(ARGS)

.PHONY: release
release: $(NOX_READY) ## the tarball to publish, checked and signed: make release KEY=me@example.com
	@$(NOX) -s release -- $(KEY)

.PHONY: simulator
simulator: $(NOX_READY) ## the simulated Staffbase alone, until it is stopped
	@$(NOX) -s simulator -- $(ARGS)

.PHONY: pythons
pythons: $(NOX_READY) ## the Python versions of this machine, and which are skipped
	@cd tests && ../$(VENV)/bin/python -m tools.interpreters

.PHONY: clean
clean: ## remove what was built
	rm -rf build tests/output .mypy_cache .pytest_cache .ruff_cache

.PHONY: distclean
distclean: clean ## remove the environments as well
	rm -rf .nox .venv

$(NOX_READY): $(NOX_REQUIREMENTS)
	@echo "Preparing $(VENV) with $(CHOSEN)"
	@$(CHOSEN) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $(NOX_REQUIREMENTS)
	@touch $@
