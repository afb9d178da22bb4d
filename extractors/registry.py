"""The vendors this project can read: every module in `extractors/sources/` that ends in a `SOURCE`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from extractors import sources
from extractors.source import Source


def _discover() -> Mapping[str, Source]:
    found: dict[str, Source] = {}
    for module in sorted(pkgutil.iter_modules(sources.__path__), key=lambda info: info.name):
        source = importlib.import_module(f"{sources.__name__}.{module.name}").SOURCE
        if not isinstance(source, Source) or source.vendor != module.name:
            raise TypeError(
                f"extractors/sources/{module.name}.py must define SOURCE, a Source named {module.name!r}"
            )
        found[source.vendor] = source
    return MappingProxyType(found)


VENDORS: Mapping[str, Source] = _discover()
"""Vendor slug → what it offers."""
