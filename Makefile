# Two commands from a fresh clone: `make lab` and `make test`. Everything lands in .venv;
# what is installed is decided by content, so a second run installs nothing.
#
#   make lab ARGS=--no-browser    any argument of JupyterLab
#   make test                     every check; its parts below run alone as well
#   make check                    while working: lint, types, the unit tests of what changed
#   make lint | types | front | unit | simulation | browser | notebooks | packaging | bench
#   make soak                     simulates clusters with faults until it is stopped
#   make docs                     the site, in build/site

VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?=
ARGS ?=

# The floors that must be covered to the last branch, by tests that run no cluster.
FLOORS := errors clock text display capabilities graph incremental raft compiler runtime contract
CLUSTERS := tests/consensus tests/notebook/clusters
UNIT := not browser and not bench and not simulation and not soak
PYTEST = $(PY) -m pytest -n 2 --dist worksteal

# A stamp's name is made of what was installed from it.
sum = $(shell cat $(1) 2> /dev/null | cksum | tr -s ' ' -)
FRONT := $(sort $(shell find widgets/src -type f 2> /dev/null)) \
	$(wildcard widgets/build.mjs widgets/package.json widgets/package-lock.json widgets/tsconfig.json)
SUM := $(call sum,pyproject.toml widgets/hatch_build.py $(FRONT))
LAB := $(VENV)/lab-$(SUM)
TEST := $(VENV)/test-$(SUM)
BENCH := $(VENV)/bench-$(SUM)

# Compiled modules are kept: tests start many interpreters.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: lab test check lint types front unit floors clusters coverage simulation soak browser notebooks docs packaging bench clean
.NOTPARALLEL:

lab: $(LAB)
	@$(PY) -m jupyterlab --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/00-start.ipynb \
		$(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

test: $(TEST)
	@MAKE='$(MAKE)' sh .ci/parts

check: lint types
	@tests=$$(sh .ci/changed) && [ -z "$$tests" ] || $(PYTEST) $$tests -m "$(UNIT)"

lint: $(TEST)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types: $(TEST)
	$(PY) -m mypy

front: $(TEST)
	$(PY) widgets/hatch_build.py check

unit: floors clusters

floors: $(TEST)
	$(PYTEST) tests $(addprefix --ignore=,tests/packaging $(CLUSTERS)) -m "$(UNIT)" \
		$(FLOORS:%=--cov=igniter_nb.%) --cov-report=
	$(PY) -m coverage report --fail-under=100

clusters: $(TEST)
	$(PYTEST) $(CLUSTERS) -m "$(UNIT)"

coverage: $(TEST)
	$(PYTEST) tests --ignore=tests/packaging -m "$(UNIT)" --cov

simulation: $(TEST)
	$(PY) -m pytest tests/consensus -m simulation

soak: $(TEST)
	$(PY) -m pytest tests/consensus -m soak -s

browser: $(TEST)
	@sh .ci/chromium
	$(PYTEST) tests -m browser

notebooks: $(TEST)
	$(PY) -m pytest notebooks -n 2 --dist loadfile \
		--nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg

docs: $(TEST)
	$(PY) -m mkdocs build --quiet --strict -f .ci/site.yml
	@echo "Read it, searching included: $(PY) -m http.server -d build/site"

packaging: $(TEST)
	$(PY) -m pytest tests/packaging -n 2 --dist loadfile

bench: $(BENCH)
	$(PY) -m pytest tests/benchmarks -m bench -s

clean:
	rm -rf build $(VENV) igniter_nb/notebook/static widgets/node_modules

$(PY):
	@python=$$(PYTHON='$(PYTHON)' sh .ci/python) && echo "Making $(VENV) with $$python" && \
		"$$python" -m venv $(VENV)

$(LAB): | $(PY)
	@echo "Installing igniter_nb and JupyterLab into $(VENV), the first time takes a minute"
	@$(PY) -m pip install -qq --editable '.[data,file,lab]'
	@touch $@

$(TEST): | $(PY)
	@echo "Installing igniter_nb and what its tests need into $(VENV), the first time takes a minute"
	@$(PY) -m pip install -qq --editable '.[test]'
	@node=$$($(PY) widgets/hatch_build.py --requires) && \
		{ [ -z "$$node" ] || $(PY) -m pip install -qq "$$node"; }
	@touch $@ $(LAB)

$(BENCH): | $(TEST)
	@$(PY) -m pip install -qq --editable '.[bench]'
	@touch $@
