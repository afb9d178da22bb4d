"""The vendors this project can read: every module in `extractors/sources/` that ends in a `SOURCE`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache

from extractors import sources
from extractors.source import Source


@cache
def _discover() -> dict[str, Source]:
    found: dict[str, Source] = {}
    for module in sorted(pkgutil.iter_modules(sources.__path__), key=lambda info: info.name):
        source = importlib.import_module(f"{sources.__name__}.{module.name}").SOURCE
        if not isinstance(source, Source) or source.vendor != module.name:
            raise TypeError(f"extractors/sources/{module.name} must define SOURCE, a Source of that vendor")
        found[source.vendor] = source
    return found


class _Vendors(Mapping[str, Source]):
    """Imports the vendor modules when first looked at, so that these may import everything else."""

    def __getitem__(self, vendor: str) -> Source:
        return _discover()[vendor]

    def __iter__(self) -> Iterator[str]:
        return iter(_discover())

    def __len__(self) -> int:
        return len(_discover())


VENDORS: Mapping[str, Source] = _Vendors()
"""Vendor slug → what it offers."""
