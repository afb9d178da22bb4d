"""The few lines that close a `make run`: what there is now and how to open it."""

from __future__ import annotations

from pathlib import Path

from warehouse.layout import DATABASE, Layout
from warehouse.releases import Release, current_release, pinned


def summary(data_dir: Path) -> str:
    """The published release in a few lines for people; says so if nothing is published."""
    layout = Layout(data_dir)
    release = current_release(layout)
    if release is None:
        return "Nothing is published yet. Why: python -m warehouse status"
    return "\n".join(
        [*_head(release), "", *_rows(release), "", *_places(layout, release), *_warnings(layout, release)]
    )


def _head(release: Release) -> list[str]:
    description = release.description
    sources = ", ".join(f"{name} ({source['vendor']})" for name, source in description["sources"].items())
    return [
        f"Community warehouse, release {release.stamp}",
        f"from {sources or 'no source'}; looks up to {description['as_of'][:10]} (UTC)",
    ]


def _rows(release: Release) -> list[str]:
    width = max((len(mart) for mart in release.row_counts), default=0)
    return [f"  {mart:<{width}} {rows:>12,} rows" for mart, rows in sorted(release.row_counts.items())]


def _places(layout: Layout, release: Release) -> list[str]:
    gate = release.description["gate"]
    database = layout.current / DATABASE
    checks = f"{gate['checks']} checks, {gate['failed']} failed, {gate['warned']} warned"
    report = layout.current / "report" / "index.html"
    return [
        *([f"  Report     {report}"] if report.is_file() else []),
        f"  Checks     {checks}: {layout.current / 'gate' / 'index.html'}",
        f"  Docs       {layout.current / 'docs' / 'index.html'}",
        f"  Database   {database}",
        f"             python: duckdb.connect('{database}', read_only=True).sql('from dim_member')",
        f"             shell:  duckdb -readonly {database}",
        "  Status     make status",
        "  Airflow    make up",
    ]


def _warnings(layout: Layout, release: Release) -> list[str]:
    lines = [
        f"  Careful: source {name} was never loaded"
        if source["status"] == "never"
        else f"  Careful: source {name} is stale (last loaded {source['last_load_at']})"
        for name, source in release.description["sources"].items()
        if source["status"] in ("stale", "never")
    ]
    lines += [f"  Careful: {problem}" for problem in release.problems]
    if pin := pinned(layout):
        lines.append(f"  Careful: {pin} is pinned; newer releases are not switched to until: make unpin")
    refused = sorted(path for path in layout.refused.glob("*") if path.name > release.stamp)
    if refused:
        lines.append(
            f"  Careful: a newer candidate was refused by the checks: {refused[-1] / 'gate' / 'index.html'}"
        )
    return lines
