"""dbt's static docs page: the file that holds the manifest and the catalog as JSON in its script."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractors.durable import write_durably
from extractors.errors import LodestarError, storage_errors

_MANIFEST = "{manifest:"
_CATALOG = ",catalog:"


class GuideFailed(LodestarError):
    """The docs page of a release is not what dbt writes, so it can't be completed."""


@dataclass
class DocsPage:
    """A page taken apart; what lies between manifest and catalog is dbt's own."""

    head: str
    manifest: dict[str, Any]
    catalog: dict[str, Any]
    tail: str

    @classmethod
    def read(cls, path: Path) -> DocsPage:
        """The page in file `path`; raises GuideFailed if dbt did not write it."""
        with storage_errors(path):
            text = path.read_text("utf-8")
        decoder = json.JSONDecoder()
        try:
            start = text.index(_MANIFEST) + len(_MANIFEST)
            manifest, end = decoder.raw_decode(text, start)
            if not text.startswith(_CATALOG, end):
                raise ValueError("no catalog follows the manifest")
            catalog, rest = decoder.raw_decode(text, end + len(_CATALOG))
        except ValueError as error:
            raise GuideFailed(f"{path} is no page of `dbt docs generate --static` ({error}).") from None
        return cls(text[:start], manifest, catalog, text[rest:])

    def write(self, path: Path) -> None:
        """Write the page to file `path`, whole or not at all."""
        text = f"{self.head}{_embedded(self.manifest)}{_CATALOG}{_embedded(self.catalog)}{self.tail}"
        with storage_errors(path):
            write_durably(path, text.encode())


def _embedded(content: Any) -> str:
    """JSON that can stand in a script element: nothing in it closes the element or opens a comment."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
