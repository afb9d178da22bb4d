#!/usr/bin/env bash
# Lint, types and the dbt project's own rules: `make check`.
set -euo pipefail
. "$(dirname "$0")/environment.sh"
ruff check .
ruff format --check .
# Parsed once for all that follows: sqlfluff's processes take it over if the target is theirs.
dbt --quiet parse --target lint --project-dir dbt_project --profiles-dir dbt_project

# One core each, beside sqlfluff.
{
    mypy
    python -m warehouse.metric_sql dbt_project/target/semantic_manifest.json >/dev/null
    dbt-bouncer --config-file dbt-bouncer.yml
} &
others=$!
well=0
sqlfluff lint --processes 2 dbt_project/models || well=1
wait "$others" || well=1
exit "$well"
