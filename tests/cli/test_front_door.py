"""`kb` itself: where the library is, how errors leave, how fast it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kb import errors
from kb.cli.main import EXIT_CODES, cli
from tests.cli.conftest import Kb, Opened, out

COMMANDS = (
    "activate",
    "ask",
    "backup",
    "check",
    "delete",
    "doctor",
    "eval",
    "generations",
    "ingest",
    "list",
    "mcp",
    "pause",
    "reindex",
    "restore",
    "retire",
    "rollback",
    "runs",
    "search",
    "serve",
    "settings",
    "show",
    "themes",
    "unanswered",
)
HEAVY = (
    "torch",
    "sentence_transformers",
    "transformers",
    "langchain_text_splitters",
    "onnxruntime",
    "flask",
    "trafilatura",
    "rich",
)


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def failing(_settings: object) -> None:
        raise error

    monkeypatch.setattr("kb.assembly.open_knowledge_base", failing)


def test_help_when_asked_for_lists_every_command_and_every_exit_code(kb: Kb) -> None:
    shown = out(kb("--help"))
    assert sorted(cli.commands) == list(COMMANDS)
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert all(f"  {code} " in shown and meaning.split(";")[0] in shown for code, meaning in EXIT_CODES)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_when_asked_for_has_an_example_and_the_common_options(kb: Kb, name: str) -> None:
    shown = out(kb(name, "--help"))
    assert f"  kb {name}" in shown or f" kb {name}" in shown
    assert "--data" in shown
    assert "--json" in shown


@pytest.mark.parametrize("arguments", [("--data", "HERE", "list"), ("list", "--data", "HERE")])
def test_data_when_before_or_after_the_command_names_the_library(
    kb: Kb, opened: Opened, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    folder = str(tmp_path / "other")
    out(kb(*(folder if part == "HERE" else part for part in arguments)))
    assert [settings.data for settings in opened] == [folder]


def test_data_when_given_twice_is_the_one_after_the_command(kb: Kb, opened: Opened, tmp_path: Path) -> None:
    out(kb("--data", str(tmp_path / "first"), "list", "--data", str(tmp_path / "second")))
    assert opened[0].data == str(tmp_path / "second")


def test_data_when_not_given_comes_from_the_environment(kb: Kb, opened: Opened, data_folder: Path) -> None:
    out(kb("list"))
    assert opened[0].data == str(data_folder)


def test_json_when_the_library_is_empty_is_one_object_on_one_line(kb: Kb) -> None:
    assert out(kb("list", "--json")) == '{"documents": []}\n'


def test_unknown_command_when_called_exits_2_with_usage(kb: Kb) -> None:
    result = kb("frobnicate")
    assert result.exit_code == 2
    assert "No such command" in result.stderr


def test_unknown_setting_in_the_environment_when_called_exits_2_and_names_the_nearest(kb: Kb) -> None:
    result = kb("list", KB_QUOTE="3")
    assert result.exit_code == 2
    assert "'quotes'" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 2),
        (errors.NotFoundError, 2),
        (errors.InputError, 3),
        (errors.LibraryError, 4),
        (errors.IndexFault, 4),
        (errors.DiskFullError, 4),
        (errors.BusyError, 5),
        (errors.ModelError, 6),
    ],
)
def test_known_error_when_raised_exits_with_its_code_and_says_the_way_out(
    kb: Kb, monkeypatch: pytest.MonkeyPatch, kind: type[errors.CounterpartError], code: int
) -> None:
    fail_with(monkeypatch, kind("it broke", where="somewhere, line 3", way_out="Mend it."))
    result = kb("list", "--json")
    assert result.exit_code == code
    assert result.stderr == "kb: somewhere, line 3: it broke. Mend it.\n"
    assert result.stdout == ""


def test_unexpected_error_when_raised_exits_70_without_a_traceback(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyError("lost"))
    result = kb("list")
    assert result.exit_code == 70
    assert "KeyError" in result.stderr
    assert "KB_DEBUG=1" in result.stderr
    assert "Traceback" not in result.output


def test_unexpected_error_when_debugging_shows_the_trace(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyError("lost"))
    result = kb("list", KB_DEBUG="1")
    assert result.exit_code == 70
    assert "Traceback" in result.stderr


def test_deep_recursion_when_it_happens_is_an_unexpected_error_like_others(
    kb: Kb, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(monkeypatch, RecursionError("too deep"))
    assert kb("list").exit_code == 70


def test_interruption_when_working_exits_130(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    result = kb("list")
    assert result.exit_code == 130
    assert "Traceback" not in result.output


def test_output_pipe_when_its_reader_has_gone_ends_the_command_quietly(root: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "from kb.cli.main import main; main()", "settings", "--json"]
    try:
        done = subprocess.run(command, cwd=root, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_start_of_help_when_timed_by_its_imports_loads_no_heavy_package(root: Path) -> None:
    assert loaded(root, "--help") == []


def test_start_of_list_when_timed_by_its_imports_loads_no_model_package(root: Path, data_folder: Path) -> None:
    assert loaded(root, "list", "--data", str(data_folder)) == []


def loaded(root: Path, *arguments: str) -> list[str]:
    """The heavy packages that a fresh process has imported after a command."""
    script = (
        "import json, sys\n"
        "from kb.cli.main import cli\n"
        "try:\n    cli(sys.argv[1:])\n"
        f"except SystemExit:\n    print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_command_when_built_has_a_one_line_summary() -> None:
    context = click.Context(cli)
    assert all(cli.commands[name].get_short_help_str(limit=200) for name in cli.list_commands(context))


def test_version_when_asked_for_is_the_package_s(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: {"counterpart": "9.8.7"}[name])
    assert out(kb("--version")) == "kb, version 9.8.7\n"
