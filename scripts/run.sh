#!/usr/bin/env bash
# The daily load, once, through Airflow: `make run`.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

log="$DATA_DIR/logs/airflow-$(date -u +%Y%m%dT%H%M%SZ).log"
echo "Running the DAG community_daily; Airflow's own log: $log"
airflow db migrate >"$log" 2>&1
code=0
"${with_sandbox[@]}" scripts/dag_test.sh "$log" || code=$?
python -m warehouse summary || [ "$code" -ne 0 ]
if [ "$code" -ne 0 ]; then echo "The run did not end well. Airflow's log: $log" >&2; fi
exit "$code"
