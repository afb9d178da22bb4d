"""`python -m warehouse.metric_sql SEMANTIC_MANIFEST`: what each metric is, as SQL, by MetricFlow.

Prints JSON: a metric's name and the statement that gives its value by month. Exit code 1 with one `error:`
line if the metrics are not valid. A program of its own, because MetricFlow takes long to import and a
build needs it only when a definition has changed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from metricflow.data_table.mf_table import MetricFlowDataTable
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlClient, SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow.sql.render.sql_plan_renderer import SqlPlanRenderer
from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from metricflow_semantics.sql.sql_bind_parameters import SqlBindParameterSet

MONTH = "metric_time__month"
"""The column of a statement that tells the month; the other is named like the metric."""

_NO_PARAMETERS = SqlBindParameterSet()


class InvalidMetrics(Exception):
    """The semantic models or metrics contradict each other or the rules of MetricFlow."""


class _DuckDb(SqlClient):
    """DuckDB's dialect, without a database: statements are only written here, not run."""

    @property
    def sql_engine_type(self) -> SqlEngine:
        return SqlEngine.DUCKDB

    @property
    def sql_plan_renderer(self) -> SqlPlanRenderer:
        return DuckDbSqlPlanRenderer()

    def query(
        self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet = _NO_PARAMETERS
    ) -> MetricFlowDataTable:
        raise NotImplementedError

    def execute(self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet = _NO_PARAMETERS) -> None:
        raise NotImplementedError

    def dry_run(self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet = _NO_PARAMETERS) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """There is nothing to close."""

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        raise NotImplementedError


def compile_metrics(semantic_manifest: str) -> dict[str, str]:
    """The statement of each metric; raises InvalidMetrics with all that is wrong, in one line."""
    manifest = parse_manifest_from_dbt_generated_manifest(semantic_manifest)
    if not manifest.metrics:
        return {}
    outcome = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(manifest)
    if outcome.errors:
        raise InvalidMetrics("; ".join(_in_one_line(error.message) for error in outcome.errors))
    engine = MetricFlowEngine(SemanticManifestLookup(manifest), _DuckDb())
    statements = {}
    # The parsed manifest has metrics more, which MetricFlow adds for itself.
    for name in sorted(metric["name"] for metric in json.loads(semantic_manifest)["metrics"]):
        request = MetricFlowQueryRequest.create(metric_names=[name], group_by_names=[MONTH])
        try:
            statements[name] = engine.explain(request).sql_statement.sql
        except Exception as error:  # MetricFlow raises a dozen kinds, all of which mean: not this metric
            raise InvalidMetrics(f"{name}: {_in_one_line(str(error))}") from error
    return statements


def _in_one_line(text: str) -> str:
    return " ".join(text.split())[:400]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the statements of a semantic manifest; gives the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        sys.stderr.write("usage: python -m warehouse.metric_sql SEMANTIC_MANIFEST\n")
        return 2
    path = Path(given[0])
    try:
        sys.stdout.write(json.dumps(compile_metrics(path.read_text("utf-8")), indent=1) + "\n")
    except OSError:
        sys.stderr.write(f"error: {path} can't be read. Write it with: dbt parse\n")
        return 1
    except InvalidMetrics as error:
        sys.stderr.write(f"error: the metrics are not valid: {error} (dbt_project/models/semantic)\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
