#!/usr/bin/env bash
# Write the dashboards as they are in Superset back into bi/assets: `make bi-export`.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

export LODESTAR_BI_HOME="$DATA_DIR/bi" SUPERSET_CONFIG_PATH="$PWD/bi/superset_config.py"
export LODESTAR_BI_USER="${LODESTAR_BI_USER:-analyst}"
if [ ! -f "$LODESTAR_BI_HOME/superset.db" ]; then
    echo "error: there is no Superset in $LODESTAR_BI_HOME; make one with: make bi" >&2
    exit 1
fi
bi/.venv/bin/python bi/export.py "${1:-bi/assets}" 2>>"$DATA_DIR/logs/superset.log"
