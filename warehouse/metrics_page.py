"""`python -m warehouse.metrics_page [--check]`: docs/metrics.md from the metrics' definitions.

One source: the doc blocks in dbt_project/models/semantic are the metric pages of the release's docs too.
`--check` writes nothing and gives exit code 1 if the page is out of date.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from warehouse.layout import DBT_PROJECT, PROJECT

PAGE = PROJECT / "docs" / "metrics.md"
HEADINGS = ("Definition", "Formula", "Worked example", "Today", "Source", "Owner", "Reads")
"""What every metric's doc block tells, in this order, after one sentence that says what it is."""
_BLOCK = re.compile(r"{% docs metric_(\w+) %}\n(.*?)\n{% enddocs %}", re.DOTALL)
_HEADING = re.compile(r"^#### (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^]]+)\]\(#!/[^)]*\)")
_UNITS = {
    "count": "count",
    "ratio": "share",
    "quotient": "quotient",
    "change": "change as a share",
    "usd": "US dollars",
    "days": "days",
    "hours": "hours",
}
_GOOD = {"up": "higher is better", "down": "lower is better", "none": "neither up nor down is better"}
_KINDS = {"flow": "of a month", "stock": "at a month's end"}
_OPENING = """\
# Metrics

<!-- Written by `python -m warehouse.metrics_page` from dbt_project/models/semantic; change it there. -->

The headline numbers, each by one definition: of the table `metric_values`, of the report and the docs of a
release, and of whoever asks dbt's semantic layer. A release's docs show the same pages with today's values.
A share of 0.25 is 25 %; a quotient may exceed 1. How the numbers come about:
[architecture.md](architecture.md).
"""


@dataclass(frozen=True)
class Page:
    """A metric's doc block, taken apart."""

    name: str
    summary: str
    """What the metric is, in one sentence."""
    parts: dict[str, str]
    """Text by heading, in the block's order."""


def pages(folder: Path = DBT_PROJECT / "models" / "semantic") -> dict[str, Page]:
    """The doc blocks of the metrics by name."""
    found = {}
    for path in sorted(folder.glob("*.md")):
        for name, block in _BLOCK.findall(path.read_text("utf-8")):
            summary, *rest = _HEADING.split(block)
            texts = {heading: text.strip() for heading, text in zip(rest[::2], rest[1::2], strict=True)}
            found[name] = Page(name, " ".join(summary.split()), texts)
    return found


def definitions(folder: Path = DBT_PROJECT / "models" / "semantic") -> list[dict[str, Any]]:
    """The metrics as YAML tells them, file by file, in their order; those that are only parts too."""
    return [
        metric
        for path in sorted(folder.glob("_*__metrics.yml"))
        for metric in yaml.safe_load(path.read_text("utf-8"))["metrics"]
    ]


def render() -> str:
    """The whole page."""
    told = pages()
    shown = [each for each in definitions() if not each["config"]["meta"].get("part_only")]
    groups = list(dict.fromkeys(each["config"]["group"] for each in shown))
    lines = [_OPENING]
    for group in groups:
        lines.append(
            f"- **{group.capitalize()}**: "
            + ", ".join(
                f"[{each['label']}](#{_anchor(each['label'])})"
                for each in shown
                if each["config"]["group"] == group
            )
        )
    for group in groups:
        lines.append(f"\n## {group.capitalize()}")
        for each in shown:
            if each["config"]["group"] == group:
                lines.append(_section(each, told[each["name"]]))
    return "\n".join(lines) + "\n"


def _anchor(label: str) -> str:
    """The address of a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", label.lower()).replace(" ", "-")


def _section(metric: dict[str, Any], page: Page) -> str:
    meta = metric["config"]["meta"]
    parts = {heading: _LINK.sub(r"`\1`", text) for heading, text in page.parts.items() if heading != "Today"}
    unit, kind, good = _UNITS[meta["unit"]], _KINDS[meta["kind"]], _GOOD[meta["direction"]]
    return "\n".join(
        [
            f"\n### {metric['label']}\n",
            page.summary,
            f"\n`{metric['name']}`: {unit}, {kind}; {good}.",
            *(f"\n**{heading}.** {text}" for heading, text in parts.items()),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or say whether it is up to date; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m warehouse.metrics_page", description="docs/metrics.md")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if out of date")
    options = parser.parse_args(arguments)
    page = render()
    if not options.check:
        PAGE.write_text(page, "utf-8")
        return 0
    if not PAGE.is_file() or PAGE.read_text("utf-8") != page:
        sys.stderr.write(f"error: {PAGE} is out of date. Run: python -m warehouse.metrics_page\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
