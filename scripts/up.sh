#!/usr/bin/env bash
# Airflow with its UI, in the background: `make up`.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

port="${AIRFLOW__API__PORT:-8080}"
pid_file="$DATA_DIR/airflow.pid"
log="$DATA_DIR/logs/airflow-standalone.log"
if [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; then
    echo "Airflow runs already (process $(cat "$pid_file")); stop it with: make down" >&2
    exit 1
fi
export AIRFLOW__API__HOST="${AIRFLOW__API__HOST:-127.0.0.1}" AIRFLOW__API__PORT="$port"
export AIRFLOW__DAGS__ARE_PAUSED_AT_CREATION=False AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION=False
# Its own process group, so that `make down` ends the scheduler and its workers too.
setsid "${with_sandbox[@]}" airflow standalone >"$log" 2>&1 </dev/null &
echo $! >"$pid_file"
printf 'Starting Airflow '
for _ in $(seq 120); do
    if curl -fs "http://127.0.0.1:$port/api/v2/monitor/health" >/dev/null 2>&1; then
        echo
        echo "Airflow:  http://127.0.0.1:$port   (DAG community_daily)"
        echo "Sign in:  $(tr -d '{}"' <"$AIRFLOW_HOME/simple_auth_manager_passwords.json.generated" | sed 's/: / \/ /')   (user / password)"
        echo "Stop:     make down"
        exit 0
    fi
    if ! kill -0 "$(cat "$pid_file")" 2>/dev/null; then break; fi
    printf '.'
    sleep 1
done
echo
echo "error: Airflow did not come up; its log is $log" >&2
scripts/down.sh || true
exit 1
