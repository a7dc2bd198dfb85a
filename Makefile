# `make` lists the targets.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# nbgrader calls programs by name: they must be those of the environment.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint pytest notebooks lab visualiser learner release constraints attacks mutate bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make the environment .venv (the others do that by themselves)

$(STAMP): pyproject.toml grader/pyproject.toml constraints.txt ci/venv.sh
	ci/venv.sh $(PYTHON) $(VENV)
	$(PY) -m pip install --disable-pip-version-check -q -c constraints.txt -e . -e "./grader[dev]"
	$(PY) -m pip install --disable-pip-version-check -q -c constraints.txt --no-deps cosmic-ray
	touch $@

demo: setup ## grade a class of sample submissions and show the marks
	$(PY) -m grader.demo

test: setup lint pytest notebooks ## lint, types, tests, and every notebook executed

lint: setup ## style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

pytest: setup ## the tests alone
	$(PY) -m pytest -n 2 --dist loadgroup --durations=25

notebooks: setup ## execute every solution and every release, compare the stored outputs
	$(PY) -m ci.notebooks --profile smoke

lab: setup ## open JupyterLab on your own copy of the notebooks, in lab/
	$(PY) -m ci.lab
	$(PY) -m jupyterlab $(if $(filter 0,$(shell id -u)),--allow-root) lab

visualiser: setup ## see what a network sees: a page in the browser, on your functions in lab/
	$(PY) -m ci.lab
	$(PY) -m course_lib.command visualiser lab

learner: setup ## write what learners get to learner/
	$(PY) -m ci.learner

release: setup ## rebuild all that is generated: executed solutions, release, the map
	$(PY) -m ci.build
	$(PY) -m ci.course_map

attacks: setup ## grade hostile submissions, beside what nbgrader alone gives them
	PYTHONPATH=tests $(PY) -m attacks

mutate: setup ## judge small mistakes of all solutions, of WHAT, of what CHANGED since a revision
	$(PY) -m grader.marking.mutation $(WHAT) \
		$(if $(CHANGED),--changed $(CHANGED)) $(if $(LIMIT),--seconds $(LIMIT))

bench: setup ## measure importing course_lib, the checks, the kernels that grade, and the training engine
	$(PY) -m ci.bench
	$(PY) -m ci.bench_kernels
	$(PY) -m ci.bench_training

constraints: ## resolve the newest packages in a fresh environment and pin them
	$(PYTHON) -m ci.constraints

clean: ## delete what the other targets made, but not lab/
	rm -rf $(VENV) learner build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf *.egg-info grader/*.egg-info grader/build .build-* .release-*
