"""What the user configures: sources.toml, connections, privacy keys, the data folder.

Everything is read from a file and an environment mapping given by the caller, checked here once and
handed on as plain values. A mistake raises ConfigError: one line that says where it is and what is known.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from extractors import __version__
from extractors.clock import parse as parse_time
from extractors.errors import ConfigError
from extractors.registry import VENDORS
from extractors.source import Source

SLUG = re.compile(r"[a-z][a-z0-9_]*\Z")
MAKE_KEY = "python -c \"import secrets; print('1:' + secrets.token_hex(32))\""

COMMON_OPTIONS: Mapping[str, tuple[type, Any]] = MappingProxyType(
    {
        "reread_days": (int, 30),
        "page_size": (int, None),
        "requests_per_minute": (float, None),
        "start_date": (datetime, None),
        "keep_names": (bool, False),
        "custom_fields": (list, ()),
        "sites": (list, ()),
        "stale_after_hours": (float, 36),
        "max_minutes": (float, None),
        "retry_minutes": (float, 5.0),
        "history_share": (float, 0.3),
    }
)
"""Options of every vendor with type and default; None leaves the choice to the vendor."""

REPORT_NAMES = ("names", "numbers", "none")
"""People by their names, by numbers (for sharing outside), or no report at all."""

_OPERATIONAL = frozenset(
    {"requests_per_minute", "stale_after_hours", "max_minutes", "retry_minutes", "history_share", "sites"}
)
"""Options that change how fast or how long, or what other sources keep, but not what is read."""


@dataclass(frozen=True)
class Connection:
    """Address and credentials of a source; secrets stay out of `repr`."""

    base_url: str
    """`https://forum.example.com/sub`: no trailing slash, no credentials."""
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str) -> Connection:
        """Read Airflow's URI or JSON form of an http(s) connection; raises ConfigError without the text."""
        text = text.strip()
        if text.startswith("{"):
            return cls._from_json(text)
        return cls._from_uri(text)

    @classmethod
    def _from_json(cls, text: str) -> Connection:
        try:
            given = json.loads(text)
        except ValueError:
            raise ConfigError("the connection looks like JSON but can't be parsed as JSON") from None
        extra = given.get("extra") or {}
        if isinstance(extra, str):
            extra = _json_object(extra)
        return cls(
            _base_url(given.get("conn_type"), given.get("host"), given.get("port"), given.get("schema")),
            given.get("login") or None,
            given.get("password") or None,
            extra,
        )

    @classmethod
    def _from_uri(cls, text: str) -> Connection:
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise ConfigError(
                "the connection is no valid URI (a special character must be percent-encoded)"
            ) from None
        host = unquote(parts.netloc.rpartition("@")[2])
        if "://" not in host and port is not None:
            host = host.rpartition(":")[0]
        path = unquote(parts.path)
        # Airflow writes an HTTP connection's scheme where a database connection has its schema.
        schema = path.strip("/") if path.strip("/") in ("http", "https") else None
        extra: dict[str, Any] = dict(parse_qsl(parts.query))
        if "__extra__" in extra:
            extra = _json_object(extra["__extra__"])
        return cls(
            _base_url(parts.scheme, host, port if "://" not in host else None, schema)
            + ("" if schema else path.rstrip("/")),
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            extra,
        )


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        raise ConfigError("the connection's extra can't be parsed as JSON") from None
    return value if isinstance(value, dict) else {}


def _base_url(conn_type: Any, host: Any, port: Any, schema: Any) -> str:
    if not isinstance(host, str) or not host.strip():
        raise ConfigError("the connection has no host")
    host = host.strip()
    if "://" not in host:
        scheme = next((s for s in (schema, conn_type) if s in ("http", "https")), None)
        if scheme is None:
            raise ConfigError("the connection's type must be http or https")
        host = f"{scheme}://{host}"
    try:
        parts = urlsplit(host)
        known_port = parts.port or port
    except ValueError:
        raise ConfigError("the connection's host is no valid address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("the connection's address must begin with http:// or https://")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port_part = f":{int(known_port)}" if known_port else ""
    return f"{parts.scheme}://{name}{port_part}{quote(parts.path.rstrip('/'), safe='/%')}"


@dataclass(frozen=True)
class SourceConfig:
    """One configured source: name, vendor, options (defaults filled in) and connection, if there is one."""

    name: str
    vendor: str
    options: Mapping[str, Any]
    connection: Connection | None

    @property
    def connection_variable(self) -> str:
        """The environment variable that holds this source's connection."""
        return f"AIRFLOW_CONN_{self.name.upper()}"

    def require_connection(self) -> Connection:
        """The connection; raises ConfigError saying which variable to set."""
        if self.connection is None:
            raise ConfigError(
                f"source {self.name}: no connection. Set {self.connection_variable}="
                f"https://LOGIN:PASSWORD@HOST (a public site needs no LOGIN:PASSWORD@) or make an Airflow "
                f"connection {self.name}."
            )
        return self.connection

    def settings_hash(self, *more: str) -> str:
        """Changes when what is read or stored would change; the port and the credentials don't count."""
        base = urlsplit(self.require_connection().base_url)
        read = {name: value for name, value in self.options.items() if name not in _OPERATIONAL}
        text = json.dumps([self.vendor, base.hostname, base.path, read, more], sort_keys=True, default=str)
        return hashlib.sha256(f"{__version__} {text}".encode()).hexdigest()[:16]


def load_sources(
    path: Path | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[SourceConfig, ...]:
    """The configured sources in file order, from `path`, else LODESTAR_SOURCES, else sources.toml.

    Raises ConfigError for a file that is missing or no TOML, an unknown vendor or key (listing what is
    known), a bad name, a value of the wrong type and a connection that can't be parsed. A missing
    connection is None.
    """
    path = path or Path(environ.get("LODESTAR_SOURCES") or "sources.toml")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path} can't be read ({error.strerror}). Set LODESTAR_SOURCES to your sources file."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no valid TOML: {error}") from None
    for section in content:
        if section != "sources":
            raise ConfigError(f"{path}: unknown section {section!r}. Sources are written as [sources.NAME].")
    tables = content.get("sources", {})
    if not isinstance(tables, dict):
        raise ConfigError(f"{path}: sources must be tables, written as [sources.NAME].")
    return tuple(_source(path, name, table, environ) for name, table in tables.items())


def _source(path: Path, name: str, table: Any, environ: Mapping[str, str]) -> SourceConfig:
    place = f"{path}: source {name}"
    if not SLUG.match(name):
        raise ConfigError(f"{place}: a name is lower-case letters, digits and _, beginning with a letter.")
    if not isinstance(table, dict) or not isinstance(table.get("vendor"), str):
        raise ConfigError(f"{place}: needs vendor = one of {_listed(VENDORS)}.")
    vendor = table["vendor"]
    if vendor not in VENDORS:
        raise ConfigError(
            f"{place}: unknown vendor {vendor!r}.{_hint(vendor, VENDORS)} Known: {_listed(VENDORS)}."
        )
    options = _options(
        place, VENDORS[vendor], {key: value for key, value in table.items() if key != "vendor"}
    )
    text = environ.get(f"AIRFLOW_CONN_{name.upper()}")
    try:
        connection = Connection.parse(text) if text else None
    except ConfigError as error:
        raise ConfigError(f"source {name}: AIRFLOW_CONN_{name.upper()}: {error}.") from None
    return SourceConfig(name, vendor, options, connection)


def _options(place: str, vendor: Source, given: Mapping[str, Any]) -> Mapping[str, Any]:
    kinds: dict[str, type] = {name: kind for name, (kind, _) in COMMON_OPTIONS.items()} | dict(vendor.options)
    options: dict[str, Any] = {name: default for name, (_, default) in COMMON_OPTIONS.items()}
    for key, value in given.items():
        if key not in kinds:
            raise ConfigError(
                f"{place}: unknown option {key!r}.{_hint(key, kinds)} Known: vendor, {_listed(kinds)}."
            )
        options[key] = _checked(f"{place}: option {key}", kinds[key], value)
    if options["history_share"] >= 1:
        raise ConfigError(f"{place}: option history_share must be below 1, so that the daily load can go on.")
    return MappingProxyType(options)


def _checked(place: str, kind: type, value: Any) -> Any:
    if kind is datetime:
        return _checked_time(place, value)
    if kind is list and isinstance(value, list):
        return tuple(value)
    if kind in (int, float) and isinstance(value, int | float) and not isinstance(value, bool):
        if value <= 0 or (kind is int and not isinstance(value, int)):
            raise ConfigError(f"{place} must be a {'whole ' if kind is int else ''}number above 0.")
        return kind(value)
    if kind in (bool, str, dict) and isinstance(value, kind):
        return value
    wanted = {int: "a whole number", float: "a number", bool: "true or false", str: "a text", list: "a list"}
    raise ConfigError(f"{place} must be {wanted.get(kind, kind.__name__)}.")


def _checked_time(place: str, value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        return parse_time(value)
    except (ValueError, TypeError):
        raise ConfigError(f"{place} must be a date such as 2024-01-31.") from None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _hint(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]}?" if close else ""


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The root of everything that is written: DATA_DIR, else `data`."""
    return Path(environ.get("DATA_DIR") or "data")


def named(configured: Sequence[SourceConfig], names: Sequence[str]) -> list[SourceConfig]:
    """The sources of these names, without any all; raises ConfigError if one is unknown or there is none."""
    known = {source.name: source for source in configured}
    if unknown := sorted(set(names) - set(known)):
        raise ConfigError(f"unknown source {', '.join(unknown)}. Known: {', '.join(known) or 'none'}.")
    if not known:
        raise ConfigError("no source is configured. Add [sources.NAME] to sources.toml.")
    return [known[name] for name in names] if names else list(configured)


def seeds_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of dbt seeds: LODESTAR_SEEDS, else the project's own."""
    return Path(environ.get("LODESTAR_SEEDS") or "dbt_project/seeds")


def report_names(environ: Mapping[str, str] = os.environ) -> str:
    """What the community report calls people: LODESTAR_REPORT, one of REPORT_NAMES; raises ConfigError."""
    chosen = environ.get("LODESTAR_REPORT") or REPORT_NAMES[0]
    if chosen not in REPORT_NAMES:
        raise ConfigError(f"LODESTAR_REPORT: {chosen} is none of: {', '.join(REPORT_NAMES)}.")
    return chosen


def privacy_keys(environ: Mapping[str, str] = os.environ) -> tuple[tuple[str, bytes], ...]:
    """(key id, secret) pairs of LODESTAR_PRIVACY_KEYS, the current one first.

    Raises ConfigError, saying how to make a key, if there is none or one is malformed; never shows a secret.
    """
    text = environ.get("LODESTAR_PRIVACY_KEYS", "").strip()
    if not text:
        raise ConfigError(
            "LODESTAR_PRIVACY_KEYS is not set, so e-mail addresses can't be hashed and nothing is read. "
            f"Make a key once with: {MAKE_KEY} and keep it: without it people can't be matched with "
            "earlier data."
        )
    keys = []
    for item in text.split(","):
        key_id, separator, secret = item.strip().partition(":")
        well_formed = (
            separator and re.fullmatch(r"[a-z0-9]+", key_id) and re.fullmatch(r"[0-9a-fA-F]{32,}", secret)
        )
        if not well_formed or len(secret) % 2:
            raise ConfigError(
                "LODESTAR_PRIVACY_KEYS is malformed. It is ID:HEX (lower-case letters and digits, then at "
                "least 32 hex digits), several separated by commas, the current one first. "
                f"Make one with: {MAKE_KEY}"
            )
        keys.append((key_id, bytes.fromhex(secret)))
    if len({key_id for key_id, _ in keys}) != len(keys):
        raise ConfigError("LODESTAR_PRIVACY_KEYS names a key id twice. Give each key its own id.")
    return tuple(keys)
