#!/usr/bin/env bash
# Lint, types and the dbt project's own rules: `make check`.
set -euo pipefail
. "$(dirname "$0")/environment.sh"
ruff check .
ruff format --check .
mypy
sqlfluff lint --processes 2 dbt_project/models
dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project
python -m warehouse.metric_sql dbt_project/target/semantic_manifest.json > /dev/null
dbt-bouncer --config-file dbt-bouncer.yml
