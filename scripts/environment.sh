# Sourced by the other scripts: the environment that Airflow and Lodestar share.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
unset CDPATH
# What is written holds private data: nobody else on this machine reads it.
umask "$(printf '%03o' $((0$(umask) | 027)))"
given=${DATA_DIR:-}
if [ -f .env ]; then set -a; . ./.env; set +a; fi
DATA_DIR=${given:-${DATA_DIR:-}}
DATA_DIR=$(mkdir -p "${DATA_DIR:-data}" && cd "${DATA_DIR:-data}" && pwd)
mkdir -p "$DATA_DIR/logs"
export DATA_DIR PYTHONPATH="$PWD${PYTHONPATH:+:$PYTHONPATH}" PATH="$PWD/.venv/bin:$PATH"
export AIRFLOW_HOME="${AIRFLOW_HOME:-$DATA_DIR/airflow}"
export AIRFLOW__CORE__DAGS_FOLDER="$PWD/dags" AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__CORE__PARALLELISM="${AIRFLOW__CORE__PARALLELISM:-4}"
export AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS=0o750
export AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS=0o640
export DO_NOT_TRACK=1 GX_ANALYTICS_ENABLED=false

# The sandbox serves the given datasets, or the simulation while no source has a connection in the
# environment. LODESTAR_SANDBOX=0 turns it off, for connections that only a secrets backend knows.
with_sandbox=()
if [ -n "${SANDBOX_SOURCES:-}" ]; then
    with_sandbox=(python -m sandbox with --data-dir "$DATA_DIR")
    # A folder's name may hold spaces: only a blank before NAME=VENDOR: separates.
    while IFS= read -r source; do
        if [ -n "$source" ]; then with_sandbox+=(--source "$source"); fi
    done < <(sed -E 's/[[:space:]]+([a-z][a-z0-9_]*=[a-z]+:)/\n\1/g; s/[[:space:]]+$//' <<<"$SANDBOX_SOURCES")
    with_sandbox+=(--)
elif [ "${LODESTAR_SANDBOX:-1}" != 0 ] && ! compgen -e AIRFLOW_CONN_ | grep -qvx AIRFLOW_CONN_SMTP_DEFAULT; then
    with_sandbox=(python -m sandbox with --data-dir "$DATA_DIR" --simulate "$DATA_DIR/sandbox/community" --)
fi
