# `make run` and `make test` set up all that they need; `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help run test lint types wheel bench conformance questionnaire css pictures lock setup setup-dev clean

BIN := .venv/bin
PORT ?= 8000
PYTEST_ARGS ?=
LOCK_ARGS ?=
INTAKE_TEST_DATA ?= ../shared

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-14s %s\n' "$$name" "$$text"; done

run: setup ## serve the product for trying it out (PORT=8000)
	$(BIN)/intake serve --development --port $(PORT)

test: setup-dev ## run every test (PYTEST_ARGS="-k name" for some)
	INTAKE_TEST_DATA=$(INTAKE_TEST_DATA) $(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST_ARGS)

lint: setup-dev ## check style, formatting and registry names
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@if git rev-parse --git-dir >/dev/null 2>&1; then \
		git ls-files -z | xargs -0 scripts/check-hosts.sh; fi

types: setup-dev ## check the types
	$(BIN)/mypy

wheel: setup-dev ## build the wheel and try it in an empty environment
	$(BIN)/python -m pytest tests/test_packaging.py

bench: setup-dev ## measure
	$(BIN)/python -m benchmarks

conformance: setup-dev ## have others judge our FHIR and PDF (needs npm, Java and Maven)
	$(BIN)/python -m conformance

questionnaire: setup-dev ## generate the FHIR Questionnaire from the form
	$(BIN)/python -m scripts.generate_questionnaire

css: setup-dev ## compile the stylesheet of the pages again (needs npm)
	scripts/build_css.sh

pictures: setup-dev ## draw the pictures of the README
	$(BIN)/python -m scripts.make_pictures

lock: setup-dev ## lock the packages again (LOCK_ARGS=--upgrade for newer ones)
	scripts/lock.sh $(LOCK_ARGS)

setup: ## make .venv with the runtime packages
	@PYTHON="$(PYTHON)" bash scripts/setup.sh

setup-dev: ## make .venv with the development packages
	@PYTHON="$(PYTHON)" bash scripts/setup.sh --dev

clean: ## remove everything that the other targets made
	rm -rf .venv build dist out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
