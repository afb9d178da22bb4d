#!/usr/bin/env bash
# End the Superset that `make bi` started: `make bi-down`.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

pid_file="$DATA_DIR/bi/superset.pid"
if [ ! -f "$pid_file" ]; then echo "Superset is not running (no $pid_file)"; exit 0; fi
group=$(cat "$pid_file")
kill -TERM -- "-$group" 2>/dev/null || true
for _ in $(seq 20); do kill -0 -- "-$group" 2>/dev/null || break; sleep 1; done
kill -KILL -- "-$group" 2>/dev/null || true
rm -f "$pid_file"
echo "Superset is stopped"
