"""What `.ci/run` and `make lock` rely on: no test may be skipped in CI, and the lock pins everything exactly."""

from __future__ import annotations

import re
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+")


def script(root: Path, name: str, function: str) -> Callable[..., Any]:
    found: Callable[..., Any] = runpy.run_path(str(root / ".ci" / name))[function]
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(root: Path) -> dict[str, str]:
    lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line and not line.startswith("#")]
    assert all(PIN.fullmatch(line) for line in entries)
    return {normal(name): version for name, version in (line.split("==") for line in entries)}


def test_lock_when_compared_with_the_project_pins_each_of_its_dependencies_alike(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = pins(root)
    for line in wanted:
        name, version = line.split("==")
        assert locked[normal(name)] == version
    assert locked["torch"] == "2.13.0"


def test_lock_when_made_of_a_freeze_drops_builds_cuda_and_the_project_itself(root: Path) -> None:
    frozen = (
        "torch==2.13.0+cpu\ncounterpart @ file:///x\nnvidia-nccl-cu12==2.1\ntriton==3\npip==25\nFlask==3.1.3\nabc==1\n"
    )
    assert script(root, "lock.py", "locked")(frozen) == ["abc==1", "Flask==3.1.3", "torch==2.13.0"]


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ('<testcase classname="a" name="b"/>', 0),
        ('<testcase classname="a" name="b"><skipped message="no Chromium"/></testcase>', 1),
        ('<testcase classname="a" name="b"><skipped type="pytest.xfail" message="later"/></testcase>', 1),
        ("", 1),
    ],
)
def test_none_skipped_when_a_test_did_not_run_fails(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], inside: str, code: int
) -> None:
    report = tmp_path / "tests.xml"
    report.write_text(f"<testsuites><testsuite>{inside}</testsuite></testsuites>", encoding="utf-8")
    assert script(root, "none_skipped.py", "main")(report) == code
    assert ("not run" in capsys.readouterr().err) == bool(code)


def test_none_skipped_when_there_is_no_report_fails(root: Path, tmp_path: Path) -> None:
    assert script(root, "none_skipped.py", "main")(tmp_path / "none.xml") == 1


def test_ci_when_run_calls_make_check_and_check_calls_make_test(root: Path) -> None:
    run = root / ".ci" / "run"
    assert run.stat().st_mode & 0o111
    assert re.search(r"^make check$", run.read_text(encoding="utf-8"), re.MULTILINE)
    check = (root / "Makefile").read_text(encoding="utf-8").split("\ncheck:")[1].split("\n\n")[0]
    assert "$(MAKE) test" in check
