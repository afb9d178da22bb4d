# Every target is a line or two; what they do is in scripts/, extractors/, warehouse/ and sandbox/.
SHELL := /bin/bash
PYTHON ?= python3.11
# What is given on the command line wins over .env (scripts/environment.sh).
export DATA_DIR SANDBOX_SOURCES
PY := .venv/bin/python
WAREHOUSE := . scripts/environment.sh; python -m warehouse

.DEFAULT_GOAL := help
.PHONY: help audit hostile install run up down history status bi bi-down bi-export rollback unpin test check format bench conformance faults month lock clean validity prove-deploy

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

install: .venv/.installed ## the virtual environment, from the hashed lock
.venv/.installed: requirements.lock
	@echo "Installing the pinned packages into .venv (a few minutes, once) …"
	@$(PYTHON) -m venv .venv && $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock && touch $@

run: install ## the whole daily load through Airflow; against the sandbox when no source is configured
	@scripts/run.sh

up: install ## start Airflow with its UI, on the same configuration
	@scripts/up.sh

down: ## stop what `make up` started
	@scripts/down.sh

history: install ## read and load what lies before start_date (FROM=2019-01-01: no further back), maybe for days
	@$(WAREHOUSE) history $(if $(FROM),--from $(FROM))

status: install ## rows, watermarks, freshness and the last releases
	@$(WAREHOUSE) status

bi: bi/.venv/.installed ## Superset on the published release, with ready dashboards (own environment)
	@scripts/bi.sh
bi/.venv/.installed: bi/requirements.lock
	@echo "Installing Superset into bi/.venv (a few minutes, once) …"
	@$(PYTHON) -m venv bi/.venv && bi/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r bi/requirements.lock && touch $@

bi-down: ## stop what `make bi` started
	@scripts/bi_down.sh

bi-export: ## write the dashboards as they are in Superset back into bi/assets
	@scripts/bi_export.sh

rollback: install ## publish the release before the current one, and pin it
	@$(WAREHOUSE) rollback

unpin: install ## let the next run publish again
	@$(WAREHOUSE) unpin

test: install ## every test, one more at once than there are cores
	@.venv/bin/pytest -n auto --dist loadfile --no-loadscope-reorder

check: install ## ruff, format, mypy, sqlfluff, dbt parse, dbt-bouncer
	@scripts/check.sh

format: install ## let ruff and sqlfluff rewrite what they can
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format . ; .venv/bin/sqlfluff fix dbt_project/models

bench: install ## speed and scale, side by side with peers (own environments)
	@$(PY) -m benchmarks

conformance: install ## the vendors' clients read the sandbox; Superset and DuckDB 1.4 read a release (own environments)
	@$(PY) -m pytest tests/conformance tests/bi --run-conformance

faults: install ## the fault campaign: 240 scenarios of faults and kills, compared row by row (SEED, SCENARIOS, ONLY)
	@$(PY) -m tests.faults $(if $(SEED),--seed $(SEED)) $(if $(SCENARIOS),--scenarios $(SCENARIOS)) $(if $(ONLY),--only "$(ONLY)")

month: install ## thirty simulated days of operation, disturbed and undisturbed, compared row by row
	@$(PY) -m tests.faults.month $(if $(SEED),--seed $(SEED))

prove-deploy: install ## docker-compose.yml run without containers, a worker killed halfway (needs Debian's postgresql and redis-server)
	@$(PY) -m tests.deploy.prove

validity: install ## compare the marts of three simulated communities with their ground truth; writes docs/validity.md
	@$(PY) -m sandbox validity --seed 101 --seed 102 --seed 103 --write

audit: ## known vulnerabilities of the pinned packages (needs uvx, and pypi.org's own data)
	@uvx pip-audit --strict --disable-pip --require-hashes -r requirements.lock && uvx pip-audit --strict --disable-pip --require-hashes -r bi/requirements.lock

hostile: install ## a thousand broken and malicious answers of every vendor, all that lands loaded
	@LODESTAR_HOSTILE=1000 .venv/bin/pytest tests/security

lock: ## resolve both requirements.lock anew (needs uv)
	@uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --all-extras --python-version 3.11 pyproject.toml -o requirements.lock
	@uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 bi/requirements.in -o bi/requirements.lock

clean: ## remove the virtual environment and caches; the data stays
	@rm -rf .venv bi/.venv .mypy_cache .ruff_cache .pytest_cache dbt_project/target
