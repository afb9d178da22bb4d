"""sources.toml, connections, privacy keys: what is accepted, and what a mistake says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors import __version__, clock
from extractors.config import Connection, load_sources, privacy_keys
from extractors.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "base", "login", "password"),
    [
        ("https://forum.example.com", "https://forum.example.com", None, None),
        ("https://forum.example.com/sub/", "https://forum.example.com/sub", None, None),
        ("http://id:secret@127.0.0.1:8080/ideas", "http://127.0.0.1:8080/ideas", "id", "secret"),
        (
            "https://a%40b.org%2Ftoken:p%3A%40@desk.example.com",
            "https://desk.example.com",
            "a@b.org/token",
            "p:@",
        ),
        ("http://id:secret@host.example.com:8443/https", "https://host.example.com:8443", "id", "secret"),
        ("http://https%3A%2F%2Fforum.example.com%2Fsub", "https://forum.example.com/sub", None, None),
    ],
)
def test_a_connection_uri_is_read_as_airflow_writes_it(text, base, login, password):
    connection = Connection.parse(text)
    assert (connection.base_url, connection.login, connection.password) == (base, login, password)


@pytest.mark.parametrize(
    ("fields", "base"),
    [
        ({"conn_type": "https", "host": "https://forum.example.com/sub"}, "https://forum.example.com/sub"),
        ({"conn_type": "http", "host": "forum.example.com", "schema": "https"}, "https://forum.example.com"),
        ({"conn_type": "https", "host": "forum.example.com", "port": 8443}, "https://forum.example.com:8443"),
        ({"conn_type": "http", "host": "::1", "port": 1} | {"host": "http://[::1]"}, "http://[::1]:1"),
    ],
)
def test_a_json_connection_is_read_as_airflow_writes_it(fields, base):
    extra = json.dumps({"a": 1})
    connection = Connection.parse(json.dumps(fields | {"login": "l", "password": "p", "extra": extra}))
    assert (connection.base_url, connection.login, connection.extra) == (base, "l", {"a": 1})


@pytest.mark.parametrize(
    "text", ["postgres://a:hush@b/c", "https://", "{broken", '{"conn_type": "https"}', "ftp://x"]
)
def test_a_bad_connection_is_refused_without_showing_it(text):
    with pytest.raises(ConfigError) as caught:
        Connection.parse(text)
    assert "hush" not in str(caught.value)


def test_a_connection_does_not_show_its_secret():
    assert "hush" not in repr(Connection.parse("https://user:hush@example.com"))


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text)
    return path


def test_sources_have_their_options_defaults_and_connection(tmp_path: Path):
    path = written(
        tmp_path,
        '[sources.ideas]\nvendor = "uservoice"\nreread_days = 10\nstart_date = 2024-01-31\n'
        '[sources.desk]\nvendor = "zendesk"\n',
    )
    ideas, desk = load_sources(path, {"AIRFLOW_CONN_IDEAS": "https://id:s@ideas.example.com"})
    assert (ideas.name, ideas.vendor, ideas.options["reread_days"]) == ("ideas", "uservoice", 10)
    assert ideas.options["start_date"] == datetime(2024, 1, 31, tzinfo=UTC)
    assert ideas.connection and ideas.connection.base_url == "https://ideas.example.com"
    assert desk.connection is None and desk.options["stale_after_hours"] == 36
    with pytest.raises(ConfigError, match=r"source desk: no connection. Set AIRFLOW_CONN_DESK"):
        desk.require_connection()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[sources.a]\nvendor = "discorse"',
            "unknown vendor 'discorse'. Did you mean discourse.*Known: .*zendesk",
        ),
        (
            '[sources.a]\nvendor = "zendesk"\nreread_day = 1',
            "'reread_day'. Did you mean reread_days.*max_minutes",
        ),
        ('[sources.a]\nvendor = "zendesk"\nreread_days = "x"', "option reread_days must be a whole number"),
        ('[sources.a]\nvendor = "zendesk"\nreread_days = true', "option reread_days must be a whole number"),
        ('[sources.a]\nvendor = "zendesk"\npage_size = 0', "must be a whole number above 0"),
        ('[sources.a]\nvendor = "zendesk"\nkeep_names = 1', "must be true or false"),
        ('[sources.a]\nvendor = "zendesk"\nstart_date = "soon"', "must be a date such as"),
        ('[sources.A]\nvendor = "zendesk"', "lower-case letters"),
        ("[sources.a]", "needs vendor = one of"),
        ('[source.a]\nvendor = "zendesk"', "unknown section 'source'"),
        ("[sources.a", "no valid TOML"),
    ],
)
def test_a_mistake_in_the_file_names_the_place_and_what_is_known(tmp_path: Path, text: str, words: str):
    with pytest.raises(ConfigError, match=words) as caught:
        load_sources(written(tmp_path, text), {})
    assert str(tmp_path) in str(caught.value)


def test_a_missing_file_says_which_variable_names_it(tmp_path: Path):
    with pytest.raises(ConfigError, match="LODESTAR_SOURCES"):
        load_sources(None, {"LODESTAR_SOURCES": str(tmp_path / "none.toml")})


def test_a_bad_connection_names_its_source_and_variable(tmp_path: Path):
    path = written(tmp_path, '[sources.a]\nvendor = "zendesk"')
    with pytest.raises(ConfigError, match="source a: AIRFLOW_CONN_A: ") as caught:
        load_sources(path, {"AIRFLOW_CONN_A": "gopher://hush@x"})
    assert "hush" not in str(caught.value)


def test_settings_that_change_what_is_read_change_the_hash(tmp_path: Path):
    def hashed(options: str, connection: str = "https://example.com") -> str:
        path = written(tmp_path, f'[sources.a]\nvendor = "zendesk"\n{options}')
        return load_sources(path, {"AIRFLOW_CONN_A": connection})[0].settings_hash("k1")

    assert (
        hashed("")
        == hashed("requests_per_minute = 5\nretry_minutes = 1")
        == hashed("", "https://example.com:8443")
    )
    assert len({hashed(""), hashed("reread_days = 5"), hashed("", "https://other.example.com")}) == 3


def test_a_missing_privacy_key_says_how_to_make_one():
    with pytest.raises(ConfigError, match=r"LODESTAR_PRIVACY_KEYS is not set.*secrets.token_hex\(32\)"):
        privacy_keys({})


@pytest.mark.parametrize(
    "text", ["abc", "k1:xyz", "k1:" + "a" * 30, "K1:" + "a" * 64, f"k1:{'a' * 64},k1:{'b' * 64}"]
)
def test_a_malformed_privacy_key_is_refused_without_showing_it(text: str):
    with pytest.raises(ConfigError) as caught:
        privacy_keys({"LODESTAR_PRIVACY_KEYS": text})
    assert text not in str(caught.value)


def test_the_first_privacy_key_is_the_current_one():
    keys = privacy_keys({"LODESTAR_PRIVACY_KEYS": f"k2:{'ab' * 32}, k1:{'cd' * 16}"})
    assert keys == (("k2", b"\xab" * 32), ("k1", b"\xcd" * 16))


def test_the_clock_runs_on_from_the_given_moment(monkeypatch):
    monkeypatch.setenv("LODESTAR_NOW", "2030-05-01T12:00:00Z")
    first, second = clock.now(), clock.now()
    assert datetime(2030, 5, 1, 12, tzinfo=UTC) <= first <= second
    monkeypatch.setenv("LODESTAR_NOW", "noon")
    with pytest.raises(ConfigError, match="LODESTAR_NOW"):
        clock.now()


def test_the_version_is_the_project_files():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'\nversion = "{__version__}"\n' in text
