#!/usr/bin/env bash
# One run of community_daily in this process: Airflow's log to the file $1, our own lines to the terminal.
set -uo pipefail
# Airflow 3.3 fails at the end of a `dags test` whose DAG has a deadline.
export LODESTAR_DEADLINE_HOURS=0
airflow dags test community_daily 2>&1 | tee -a "$1" \
    | sed -u -nE 's/^[0-9T:.-]+([0-9]{2}:[0-9]{2}:[0-9]{2})?Z? \[(info|warning|error) *\] (.*[^ ]) +\[lodestar[a-z_.]*\].*$/  \3/p'
exit "${PIPESTATUS[0]}"
