"""What stands in doc blocks as `[[…]]`, replaced by what the release holds.

| token | becomes |
|---|---|
| `[[loaded]]` | when the release was built, whether its checks passed, how fresh each source is |
| `[[headlines: name, name]]` | a table of these metrics: value, the month before, a small picture |
| `[[metrics]]` | every metric by subject, with its value |
| `[[value:name]]` | a metric's value; on the metric's own page with a chart and its last months |
| `[[groups]]` | subjects, their colours in the lineage, and whom to ask |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from report.guide.page import DocsPage
from report.guide.pictures import chart, spark, swatch
from report.release import Release
from report.show import show

TOKEN = re.compile(r"\[\[([a-z_]+)(?::\s*([a-z0-9_, \n]+))?\]\]")
_SPARK_MONTHS = 24
_TABLE_MONTHS = 6
_UNKNOWN_METRIC = "not in this release"


@dataclass(frozen=True)
class Metric:
    """A metric with its months, oldest first."""

    name: str
    label: str
    unit: str
    group: str
    months: Sequence[Mapping[str, Any]]

    @cached_property
    def latest(self) -> Mapping[str, Any] | None:
        """The month that today's headline shows."""
        return next((month for month in self.months if month["is_latest"]), None)

    @cached_property
    def shown(self) -> list[Mapping[str, Any]]:
        """The months up to the latest, of the last two years."""
        latest = self.latest
        if latest is None:
            return []
        return [month for month in self.months if month["month"] <= latest["month"]][-_SPARK_MONTHS:]

    def text(self, value: Any) -> str:
        """A value in the metric's unit; Markdown, Angular and line breaks leave it as it is."""
        return show(value, self.unit).replace("\u202f", "\u00a0")

    def described(self, when: date) -> str:
        return f"{when:%B %Y}"

    def alternative(self) -> str:
        """What the picture shows, for those who don't see it."""
        known = [month for month in self.shown if month["value"] is not None]
        if not known:
            return f"{self.label}: nothing known yet"
        low, high = (each(known, key=lambda month: month["value"]) for each in (min, max))
        first, last = known[0], known[-1]
        return (
            f"{self.label} by month, {self.described(first['month'])} to {self.described(last['month'])}: "
            f"lowest {self.text(low['value'])} in {self.described(low['month'])}, "
            f"highest {self.text(high['value'])} in {self.described(high['month'])}, "
            f"last {self.text(last['value'])}"
        )


class Tokens:
    """The values of one release for the docs' tokens; `problems` names tokens that could not be replaced."""

    def __init__(self, release: Release, page: DocsPage) -> None:
        self._release = release
        self._page = page
        self._package = page.manifest["metadata"]["project_name"]
        self.problems: list[str] = []
        self.pictures: dict[str, str] = {}
        """Data URIs by name; Markdown holds the names, so that the search does not read the pictures."""

    def replace(self, text: str, at: str) -> str:
        """`text` with its tokens replaced; `at` says where it stands."""

        def replaced(found: re.Match[str]) -> str:
            kind, arguments = found[1], re.split(r"[,\s]+", (found[2] or "").strip())
            try:
                return self._kinds[kind](*[each for each in arguments if each])
            except (KeyError, TypeError):
                self.problems.append(f"the docs' {at}: {found[0]} is no token that can be replaced")
                return "–"

        return TOKEN.sub(replaced, text)

    def complete_metric(self, name: str, text: str) -> str:
        """A metric's page: its chart and last months stand after the paragraph with its value."""
        metric = self._metrics.get(name)
        token = re.search(rf"\[\[value:\s*{re.escape(name)}\]\]", text)
        if metric is None or metric.latest is None or token is None:
            return text
        end = text.find("\n\n", token.end())
        end = len(text) if end < 0 else end
        return f"{text[:end].rstrip()}\n\n{self._history(metric)}{text[end:]}"

    @cached_property
    def _kinds(self) -> Mapping[str, Callable[..., str]]:
        return {
            "loaded": self._loaded,
            "headlines": self._headlines,
            "metrics": self._all_metrics,
            "value": self._value,
            "groups": self._groups,
        }

    @cached_property
    def _metrics(self) -> Mapping[str, Metric]:
        if all(row["table_name"] != "metric_values" for row in self._release.ask("guide/tables")):
            return {}
        months: dict[str, list[dict[str, Any]]] = {}
        answer = self._release.ask("guide/metrics")
        for row in answer:
            months.setdefault(row["metric_name"], []).append({name: row[name] for name in answer.columns})
        return {
            name: Metric(name, rows[0]["label"], rows[0]["unit"], rows[0]["group_name"], rows)
            for name, rows in months.items()
        }

    def _link(self, name: str, label: str) -> str:
        key = f"metric.{self._package}.{name}"
        return f"[{label}](#!/metric/{key})" if key in self._page.manifest["metrics"] else label

    def _loaded(self) -> str:
        description = self._release.description
        gate = description["gate"]
        checks = f"{gate['checks']:,} checks"
        if gate["failed"] or gate["warned"]:
            checks = f"Of {checks}, {gate['failed'] + gate['warned']:,} did not hold"
        else:
            checks = f"All {checks} held"
        sources = ["| Source | Kind | Last loaded | State |", "|---|---|---|---|"]
        for name, source in description["sources"].items():
            loaded = source["last_load_at"]
            when = show(datetime.fromisoformat(loaded), "time") if loaded else "never"
            sources.append(f"| {name} | {source['vendor']} | {when} | {_STATUS[source['status']]} |")
        table = "\n".join(sources)
        report = ""
        if (self._release.path / "report" / "index.html").is_file():
            report = (
                "**[Open the community report](../report/index.html)**: what to do today, and how we are.\n\n"
            )
        return (
            f"{report}**Built {show(self._release.built_at, 'time')}.** {checks}: the "
            "[page of checks](../gate/index.html) tells which. What they found in earlier releases stands in "
            f"[data_quality_results](#!/model/model.{self._package}.data_quality_results).\n\n{table}"
        )

    def _headlines(self, *names: str) -> str:
        """The metrics named, as far as the community has them; unknown ones are a mistake in the docs."""
        metrics = [(metric, metric.latest) for metric in self._named(names) if metric.latest]
        if not metrics:
            return "No numbers yet: they come with the first complete month."
        lines = ["| Number | Now | Before | Two years |", "|---|---|---|---|"]
        for metric, latest in metrics:
            picture = spark([month["value"] for month in metric.shown])
            when = f"{latest['month']:%b %Y}" if latest["is_complete"] else "today"
            cells = (
                self._link(metric.name, metric.label),
                f"**{metric.text(latest['value'])}** {when}",
                metric.text(latest["previous_value"]),
                self._picture(f"spark-{metric.name}", metric.alternative(), picture) or "–",
            )
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)

    def _named(self, names: Sequence[str]) -> Iterator[Metric]:
        for name in names:
            if name in self._metrics:
                yield self._metrics[name]
            elif f"metric.{self._package}.{name}" not in self._page.manifest["metrics"]:
                self.problems.append(f"the docs' overview: [[headlines]] names {name}, which is no metric")

    def _all_metrics(self) -> str:
        """Metrics by subject, with today's value where the release has one; not those inside others."""
        groups: dict[str, list[str]] = {}
        for node in self._page.manifest["metrics"].values():
            if node.get("group"):
                metric = self._metrics.get(node["name"])
                value = f" {metric.text(metric.latest['value'])}" if metric and metric.latest else ""
                link = self._link(node["name"], node.get("label") or node["name"])
                groups.setdefault(node["group"], []).append(f"{link}{value}")
        lines = ["| Subject | Metrics |", "|---|---|"]
        lines += [f"| {group} | {'; '.join(sorted(links))} |" for group, links in sorted(groups.items())]
        return "\n".join(lines) if groups else "No metrics are defined."

    def _value(self, name: str) -> str:
        metric = self._metrics.get(name)
        if metric is None or metric.latest is None:
            return _UNKNOWN_METRIC
        latest = metric.latest
        before = latest["previous_value"]
        compared = f"; {metric.text(before)} the month before" if before is not None else ""
        when = f"in {metric.described(latest['month'])}" if latest["is_complete"] else "today"
        return f"**{metric.text(latest['value'])}** {when}{compared}"

    def _history(self, metric: Metric) -> str:
        shown = metric.shown
        picture = chart([month["month"] for month in shown], [month["value"] for month in shown], metric.text)
        recent = shown[-_TABLE_MONTHS:]
        heads = [f"{month['month']:%b %Y}" for month in recent]
        table = (
            f"| Month | {' | '.join(heads)} |\n"
            f"|---|{'---|' * len(recent)}\n"
            f"| {metric.label} | {' | '.join(metric.text(month['value']) for month in recent)} |"
        )
        return f"{self._picture(f'chart-{metric.name}', metric.alternative(), picture)}\n\n{table}"

    def _picture(self, name: str, alternative: str, address: str) -> str:
        """Markdown for a picture that `templates/page.js` puts there by its name; nothing for no picture."""
        if not address:
            return ""
        self.pictures[name] = address
        return f"![{alternative}](#{name})"

    def _groups(self) -> str:
        manifest = self._page.manifest
        colours: dict[str, str] = {}
        for node in manifest["nodes"].values():
            if colour := node["docs"].get("node_color"):
                colours.setdefault(node.get("group", ""), colour)
        lines = ["| Subject | What | Whom to ask |", "|---|---|---|"]
        for group in sorted(manifest["groups"].values(), key=lambda group: group["name"]):
            name, owner = group["name"], group["owner"]
            colour = self._picture(f"colour-{name}", "", swatch(colours[name])) if name in colours else ""
            who = " ".join(str(each) for each in (owner.get("name"), owner.get("email")) if each)
            lines.append(f"| {colour} {name} | {group.get('description') or ''} | {who} |")
        return "\n".join(lines)


_STATUS: Mapping[str, str] = {
    "ok": "fresh",
    "stale": "**too old**",
    "never": "**never loaded**",
    "retired": "retired, no longer loaded",
}
