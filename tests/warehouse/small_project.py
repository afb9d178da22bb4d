"""A dbt project of one mart over the made-up vendor, built in seconds."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.world import SOURCES_YAML

PROJECT_YAML = """
name: small
version: "1.0"
config-version: 2
profile: small
seed-paths: ["seeds"]
flags: {send_anonymous_usage_stats: false, use_colors: false}
models:
  small:
    marts: {+schema: marts, +materialized: table}
seeds:
  small: {+schema: seeds}
"""
PROFILES_YAML = """
small:
  target: warehouse
  outputs:
    warehouse:
      type: duckdb
      path: "{{ env_var('LODESTAR_WAREHOUSE') }}"
      threads: 1
      config_options: {storage_compatibility_version: v1.4.0}
"""
SCHEMA_MACRO = "{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}"
MODELS_YAML = """
version: 2
models:
  - name: dim_idea
    description: "One row per idea. What's asked for?"
    columns:
      - name: idea_id
        description: "The vendor's id, as text."
        data_tests: [unique]
      - name: as_of
        description: "Up to when this looks."
      - name: known_until
        description: "Up to when everything could be seen."
"""
MART = """
select
    cast(id as varchar) as idea_id,
    title,
    '{{ env_var("LODESTAR_AS_OF") if execute }}' as as_of,
    '{{ env_var("LODESTAR_KNOWN_UNTIL") if execute }}' as known_until
from {{ source('raw', 'board__ideas') }}
"""


def small_project(folder: Path) -> Path:
    """Write it into `folder`."""
    for path, text in {
        "dbt_project.yml": PROJECT_YAML,
        "profiles.yml": PROFILES_YAML,
        "macros/schema.sql": SCHEMA_MACRO,
        "models/marts/_marts__models.yml": MODELS_YAML,
        "models/marts/dim_idea.sql": MART,
        "models/staging/board/_board__sources.yml": SOURCES_YAML,
        "seeds/words.csv": "word\nours\n",
        "seeds/prices.csv": "price_usd\n75\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder
