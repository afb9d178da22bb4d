"""Completing the docs of a release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from report.guide.contents import reduce_to_readers
from report.guide.page import DocsPage, GuideFailed
from report.guide.tokens import Tokens
from report.release import Release

_TEMPLATES = Path(__file__).parent / "templates"
_COMPLETED = "lodestar_completed"


def complete(path: Path) -> list[str]:
    """Complete `docs/index.html` of the release in folder `path`.

    Returns one line for each token that could not be replaced. A page that is
    complete already stays as it is. Raises GuideFailed if the page is not one of dbt's, ReportFailed if the
    release can't be read, StorageError if the page can't be read or written.
    """
    file = path / "docs" / "index.html"
    page = DocsPage.read(file)
    if page.manifest["metadata"].get(_COMPLETED):
        return []
    with Release(path) as release:
        reduce_to_readers(page, release)
        tokens = Tokens(release, page)
        for kind in ("docs", "nodes", "exposures", "metrics"):
            for key, entry in page.manifest[kind].items():
                field = "block_contents" if kind == "docs" else "description"
                text = entry.get(field) or ""
                if kind == "metrics":
                    text = tokens.complete_metric(entry["name"], text)
                entry[field] = tokens.replace(text, key)
        page.manifest["metadata"][_COMPLETED] = True
        _dress(page, release, tokens.pictures)
    page.write(file)
    return tokens.problems


def _dress(page: DocsPage, release: Release, pictures: Mapping[str, str]) -> None:
    """The page around the manifest: nothing from outside, our pieces, what the banner holds the clock to."""
    head, opened, script = page.head.partition("<script")
    before = head[head.index("<head>") + len("<head>") :]
    start = head[: head.index("<head>")].replace('lang="en-US"', 'lang="en"')
    if not opened or "<meta" not in before:
        raise GuideFailed("docs/index.html: dbt's page has another head than the one this version completes")
    page.head = f"{start}<head>{_asset('head.html')}{opened}{script}"
    facts = {
        "staleAfter": release.description["stale_after"],
        "builtAt": release.description["built_at"],
        "sources": [
            {
                "name": name,
                "loadedAt": source["last_load_at"],
                "hours": source["stale_after_hours"],
                "retired": source["status"] == "retired",
            }
            for name, source in release.description["sources"].items()
        ],
    }
    templates = {
        f"/{path.stem.replace('.', '/')}.html": path.read_text("utf-8")
        for path in sorted((_TEMPLATES / "pieces").glob("*.html"))
    }
    settings = json.dumps({"facts": facts, "templates": templates, "pictures": pictures}).replace(
        "<", "\\u003c"
    )
    ours = f"<script>var lodestar = {settings};\n{_asset('page.js')}</script>"
    closed = "</script></head><body>"
    body, found, rest = page.tail.rpartition(closed)
    if not found:
        raise GuideFailed("docs/index.html: dbt's page has another body than the one this version completes")
    # dbt's script names a source map that the release does not have.
    body = body.replace("\n//# sourceMappingURL=main.js.map", "")
    # dbt's script puts its styles into the head when it runs; ours come after.
    page.tail = (
        f"{body}</script>{ours}</head><body><style>{_asset('page.css')}</style>{_asset('body.html')}{rest}"
    )


@cache
def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8").strip()
