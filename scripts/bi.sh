#!/usr/bin/env bash
# Superset on the published release, in the background: `make bi`.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

release="$DATA_DIR/published/current/community.duckdb"
export LODESTAR_BI_HOME="$DATA_DIR/bi" LODESTAR_BI_USER="${LODESTAR_BI_USER:-analyst}"
export SUPERSET_CONFIG_PATH="$PWD/bi/superset_config.py" FLASK_APP="superset.app:create_app()" TZ=UTC
port="${LODESTAR_BI_PORT:-8088}"
pid_file="$LODESTAR_BI_HOME/superset.pid"
log="$DATA_DIR/logs/superset.log"
bin="$PWD/bi/.venv/bin"

if [ ! -f "$release" ]; then
    echo "error: there is no published release in $DATA_DIR/published; make one with: make run" >&2
    exit 1
fi
if [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; then
    echo "Superset runs already (process $(cat "$pid_file")); stop it with: make bi-down" >&2
    exit 1
fi
failed() {
    echo "error: Superset did not come up; its log is $log" >&2
    scripts/bi_down.sh >/dev/null || true
    exit 1
}
trap 'scripts/bi_down.sh || true; exit 130' INT TERM

# Secrets are made once, and only this user reads them.
umask 077
mkdir -p "$LODESTAR_BI_HOME"
for secret in secret_key password; do
    if [ ! -s "$LODESTAR_BI_HOME/$secret" ]; then
        python3 -c 'import secrets; print(secrets.token_urlsafe(int("'"$([ $secret = password ] && echo 12 || echo 42)"'")))' \
            >"$LODESTAR_BI_HOME/$secret"
    fi
done
LODESTAR_BI_PASSWORD=$(cat "$LODESTAR_BI_HOME/password")
export LODESTAR_BI_PASSWORD

if [ "$bin/../.installed" -nt "$LODESTAR_BI_HOME/upgraded" ]; then
    echo "Preparing Superset (half a minute, once) …"
    "$bin/superset" db upgrade >"$log" 2>&1 || failed
    touch "$LODESTAR_BI_HOME/upgraded"
fi
echo "Looking at the release's tables …"
"$bin/python" bi/load.py "$release" 2>>"$log" || failed

# One process: DuckDB answers several threads at once, and there is one reader.
setsid "$bin/gunicorn" --workers 1 --worker-class gthread --threads 8 --timeout 120 --bind "127.0.0.1:$port" \
    --pid "$pid_file" "superset.app:create_app()" >>"$log" 2>&1 </dev/null &
group=$!
printf 'Starting Superset '
for _ in $(seq 120); do
    if curl -fs "http://127.0.0.1:$port/health" >/dev/null 2>&1; then
        echo
        echo "Superset:  http://127.0.0.1:$port/dashboard/list/"
        echo "Sign in:   $LODESTAR_BI_USER / $LODESTAR_BI_PASSWORD   (user / password)"
        echo "Stop:      make bi-down"
        exit 0
    fi
    kill -0 "$group" 2>/dev/null || break
    printf '.'
    sleep 1
done
echo
failed
