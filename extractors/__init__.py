"""Vendor APIs to landing files; knows nothing of DuckDB or Airflow."""
