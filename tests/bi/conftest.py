"""The published release that the report's tests read as well."""

from tests.report.conftest import release

__all__ = ["release"]
