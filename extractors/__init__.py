"""Vendor APIs to landing files; knows nothing of DuckDB or Airflow."""

__version__ = "0.1.0"
