"""Models that are made on first use: kept, proved, made anew where damaged, made once by processes that race."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kb.embedding.made import Recipe, made_model
from kb.embedding.runner import Facts
from kb.errors import ModelError

RECIPE = Recipe("onnx-int8", "ab" * 32, {"torch": "2.13.0"})
FACTS = Facts(256, "ask: ", "")


class Maker:
    """Writes a file, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, target: Path) -> Facts:
        self.made += 1
        (target / "model.onnx").write_bytes(b"weights")
        return FACTS


def test_a_model_when_it_was_made_before_is_not_made_again(tmp_path: Path) -> None:
    make = Maker()
    first = made_model(tmp_path / "models", RECIPE, make)
    again = made_model(tmp_path / "models", RECIPE, make)
    assert make.made == 1
    assert again == first
    assert again.facts == FACTS
    assert (again.folder / "model.onnx").read_bytes() == b"weights"


@pytest.mark.parametrize("damage", ["model.onnx", "made.json"])
def test_a_model_when_a_file_of_it_is_damaged_is_made_anew(tmp_path: Path, damage: str) -> None:
    make = Maker()
    folder = made_model(tmp_path, RECIPE, make).folder
    (folder / damage).write_bytes(b"weights with a hole")
    assert (made_model(tmp_path, RECIPE, make).folder / "model.onnx").read_bytes() == b"weights"
    assert make.made == 2


def test_a_model_when_a_file_of_it_is_missing_is_made_anew(tmp_path: Path) -> None:
    make = Maker()
    (made_model(tmp_path, RECIPE, make).folder / "model.onnx").unlink()
    made_model(tmp_path, RECIPE, make)
    assert make.made == 2


def test_a_model_when_its_making_was_killed_is_made_anew(tmp_path: Path) -> None:
    left = tmp_path / f"{RECIPE.key()}.making"
    left.mkdir()
    (left / "half").write_bytes(b"half")
    found = made_model(tmp_path, RECIPE, Maker())
    assert sorted(file.name for file in found.folder.iterdir()) == ["made.json", "model.onnx"]
    assert not left.exists()


def test_a_model_when_its_making_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(target: Path) -> Facts:
        (target / "half").write_bytes(b"half")
        raise ModelError("no")

    with pytest.raises(ModelError, match="no"):
        made_model(tmp_path, RECIPE, fail)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize(
    "other",
    [
        Recipe("onnx-float32", RECIPE.sha256, RECIPE.tools),
        Recipe(RECIPE.variant, "cd" * 32, RECIPE.tools),
        Recipe(RECIPE.variant, RECIPE.sha256, {"torch": "2.14.0"}),
    ],
)
def test_a_model_when_weights_variant_or_tools_differ_is_another_one(tmp_path: Path, other: Recipe) -> None:
    make = Maker()
    assert made_model(tmp_path, RECIPE, make).folder != made_model(tmp_path, other, make).folder
    assert make.made == 2


def test_a_model_when_its_folder_cannot_be_made_says_which_setting_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match="Set `models` to a folder"):
        made_model(tmp_path / "file", RECIPE, Maker())


RACE = """
import sys, time
from pathlib import Path
from kb.embedding.made import Recipe, made_model
from kb.embedding.runner import Facts

def make(target):
    with open(sys.argv[2], "a") as log:
        log.write("made\\n")
    (target / "model.onnx").write_bytes(b"w")
    time.sleep(0.3)
    (target / "model.onnx").write_bytes(b"weights")
    return Facts(256, "", "")

found = made_model(Path(sys.argv[1]), Recipe("onnx-int8", "ab" * 32, {}), make)
assert (found.folder / "model.onnx").read_bytes() == b"weights"
"""


def test_processes_when_they_want_the_same_model_at_once_make_it_once(tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "-c", RACE, str(tmp_path / "models"), str(tmp_path / "log")]
    racing = [subprocess.Popen(command, cwd=root) for _ in range(3)]
    assert [process.wait(timeout=60) for process in racing] == [0, 0, 0]
    assert (tmp_path / "log").read_text() == "made\n"
