"""`python bi/export.py FOLDER`: write the assets as they are in Superset, to keep what was changed there.

Runs in Superset's environment. Takes the dashboards whose address begins with `lodestar-`, their charts, and
the metrics and computed columns of the tables; the rest of a table comes from the release (see `bundle.py`).
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from bi.bundle import Asset, read_assets

_NOT_OURS = (
    "chartId",
    "datasource",
    "slice_id",
    "dashboards",
    "chart_configuration",
    "global_chart_configuration",
)
"""What holds numbers that Superset gives and that differ everywhere."""


def main(folder: Path) -> int:
    """Export; gives the exit code."""
    # Superset tells about its configuration while it is imported.
    with redirect_stdout(sys.stderr):
        from superset.app import create_app

        app = create_app()
    with app.app_context():
        from superset import security_manager
        from superset.commands.export.assets import ExportAssetsCommand
        from superset.utils.core import override_user

        with override_user(security_manager.find_user(username=os.environ["LODESTAR_BI_USER"])):
            exported = {path: yaml.safe_load(text()) for path, text in ExportAssetsCommand().run()}
    kept = tidy(exported)
    for path, asset in kept.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.dump(asset, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110))
    print(f"{len(kept)} assets written to {folder}")
    return 0


def tidy(exported: dict[str, Asset]) -> dict[str, Asset]:
    """What belongs to the project of an export, under the names that the project's files have."""
    names = {asset["uuid"]: path for path, asset in read_assets().items() if "uuid" in asset}
    dashboards = [
        asset
        for path, asset in exported.items()
        if path.startswith("dashboards/") and (asset.get("slug") or "").startswith("lodestar-")
    ]
    shown = {
        item["meta"]["uuid"]
        for dashboard in dashboards
        for item in dashboard["position"].values()
        if isinstance(item, dict) and item.get("type") == "CHART"
    }
    charts = [
        asset for path, asset in exported.items() if path.startswith("charts/") and asset["uuid"] in shown
    ]
    read = {chart["dataset_uuid"] for chart in charts}
    datasets = [
        asset for path, asset in exported.items() if path.startswith("datasets/") and asset["uuid"] in read
    ]
    kept = {}
    for kind, name, assets in (
        ("charts", "slice_name", charts),
        ("dashboards", "slug", dashboards),
        ("datasets", "table_name", datasets),
    ):
        for asset in assets:
            path = names.get(asset["uuid"]) or f"{kind}/{'_'.join(asset[name].lower().split())}.yaml"
            kept[path] = _dataset(asset) if kind == "datasets" else _plain(asset)
    return dict(sorted(kept.items()))


def _dataset(asset: Asset) -> Asset:
    computed = [column for column in asset["columns"] if column.get("expression")]
    own = ("table_name", "schema", "main_dttm_col", "filter_select_enabled", "metrics", "columns", "uuid")
    metrics = sorted(asset["metrics"], key=lambda metric: str(metric["metric_name"]))
    plain: Asset = _plain(asset | {"columns": computed, "metrics": metrics})
    return {name: plain[name] for name in (*own, "version", "database_uuid") if name in plain}


def _plain(value: Any) -> Any:
    """Without what is empty or numbered by Superset; a query as text that shows its lines."""
    if isinstance(value, dict):
        return {
            name: _context(content) if name == "query_context" else _plain(content)
            for name, content in value.items()
            if content is not None and name not in _NOT_OURS
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _context(text: str) -> str:
    query = json.loads(text)
    return json.dumps(
        {"queries": query["queries"], "datasource": {"id": 0, "type": "table"}}
        | {name: query[name] for name in ("result_format", "result_type")},
        indent=1,
        ensure_ascii=False,
        sort_keys=True,
    )


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as such."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
