"""Settings: one table, no key accepted by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import SettingsError
from kb.settings import describe, load_settings


def test_an_unknown_key_names_the_nearest_one() -> None:
    with pytest.raises(SettingsError, match="Did you mean 'port'"):
        load_settings({"prot": 1}, environ={})


def test_the_call_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text('port = 1\nhost = "file"\ndata = "file"\n')
    environ = {"KB_SETTINGS": str(file), "KB_PORT": "2", "KB_DATA": "env"}
    found = load_settings({"data": "call"}, environ=environ)
    assert (found.host, found.port, found.data) == ("file", 2, "call")


def test_the_switches_are_no_settings_and_no_error(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("port = 1\n")
    assert load_settings(environ={"KB_DEBUG": "1", "KB_SETTINGS": str(file)}).port == 1
    with pytest.raises(SettingsError, match="debug"):
        load_settings({"debug": True}, environ={})


@pytest.mark.parametrize("value", ["many", "-3", "1.5"])
def test_a_value_of_the_wrong_kind_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="port"):
        load_settings(environ={"KB_PORT": value})


def test_a_broken_settings_file_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("port = = 3")
    with pytest.raises(SettingsError, match=r"my\.toml"):
        load_settings(environ={"KB_SETTINGS": str(file)})
    with pytest.raises(SettingsError, match="no settings file"):
        load_settings(environ={"KB_SETTINGS": str(tmp_path / "none.toml")})


def test_every_setting_has_help_and_flags_are_read() -> None:
    assert all(text for _, _, text in describe())
    assert load_settings(environ={"KB_LOG_QUESTIONS": "yes"}).log_questions is True
    with pytest.raises(SettingsError):
        load_settings(environ={"KB_LOG_QUESTIONS": "perhaps"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quotes", float("inf")),
        ("quotes", 0),
        ("candidates", 0),
        ("busy_timeout_s", float("nan")),
        ("busy_timeout_s", "inf"),
        ("port", -1),
        ("port", 65536),
        ("threads", 10**9),
    ],
)
def test_a_number_that_nothing_can_be_done_with_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({name: value}, environ={})
