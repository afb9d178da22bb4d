"""Superset on the published release: its configuration, its dashboards as YAML, and what puts them in.

Superset runs in an environment of its own (`bi/requirements.lock`), so nothing here imports the rest of
Lodestar, and only `load.py` and `export.py` import Superset.
"""
