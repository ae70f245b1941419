# `make run` and `make test` set up all that they need; `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help run test lint types wheel bench questionnaire pictures lock setup setup-dev clean

BIN := .venv/bin
PYTEST_ARGS ?=
LOCK_ARGS ?=
export INTAKE_TEST_DATA ?= ../shared

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-14s %s\n' "$$name" "$$text"; done

run: setup ## process the example patient into out/
	$(BIN)/intake process examples/mark.json --out out --on 2026-11-22
	@echo "Look at:"
	@for name in summary.pdf questionnaire-response.json bundle.json assessment.json; do \
		if [ -f "out/$$name" ]; then echo "  out/$$name"; \
		else echo "  (out/$$name was not written)"; fi; \
	done

test: setup-dev ## run every test (PYTEST_ARGS="-k name" for some)
	$(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST_ARGS)

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

questionnaire: setup-dev ## generate the FHIR Questionnaire from the form
	$(BIN)/python -m scripts.generate_questionnaire

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
