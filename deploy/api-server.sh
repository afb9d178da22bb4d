#!/bin/sh
# Airflow's API server and UI, with one user from the environment.
set -eu
umask 077
python - <<'PYTHON'
import json
import os
from pathlib import Path

environment = os.environ
passwords = {environment["AIRFLOW_USER"]: environment["AIRFLOW_PASSWORD"]}
Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]).write_text(json.dumps(passwords))
PYTHON
unset AIRFLOW_PASSWORD
exec airflow api-server
