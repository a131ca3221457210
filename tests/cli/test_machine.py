"""`kb settings`, `kb doctor`, `kb serve`, and progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.cli import diagnosis
from kb.cli.benchmarking import sample
from kb.cli.front import Front
from kb.cli.progress import progress_bar
from kb.embedding import measuring
from kb.embedding.measuring import Measured, recommended
from kb.settings import Settings, describe
from tests.cli.conftest import Kb, out


def test_settings_when_listed_are_the_whole_table_with_values_in_force(kb: Kb) -> None:
    rows = json.loads(out(kb("settings", "--json", KB_QUOTES="3")))["settings"]
    assert [row["name"] for row in rows] == [name for name, _, _ in describe()]
    assert next(row["value"] for row in rows if row["name"] == "quotes") == 3
    assert "quotes*" in out(kb("settings", KB_QUOTES="3"))


def test_settings_when_a_value_is_bad_exits_2_and_names_it(kb: Kb) -> None:
    result = kb("settings", KB_PORT="eighty")
    assert result.exit_code == 2
    assert "port" in result.stderr


def test_doctor_when_all_is_well_names_versions_and_both_hashes(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "PACKAGES", ("torch", "SQLAlchemy"))
    body = json.loads(out(kb("doctor", "--json")))
    details = {row["check"]: row["detail"] for row in body["checks"]}
    assert body["healthy"] is True
    assert details["torch"].startswith("2.13.0")
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in details["embedding model"]
    assert "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1" in details["judge"]


def test_doctor_when_a_model_folder_holds_no_weights_exits_6_and_examines_the_rest(kb: Kb, tmp_path: Path) -> None:
    result = kb("doctor", KB_MODEL=str(tmp_path), KB_JUDGE="none")
    assert result.exit_code == 6
    assert "holds no weights" in result.stdout
    assert "sqlite" in result.stdout


def test_doctor_when_the_disk_is_nearly_full_finds_a_fault(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1000})())
    [finding] = [one for one in diagnosis.diagnose(quick(settings)) if one.check == "data folder"]
    assert not finding.ok
    assert finding.exit_code == 4


def test_doctor_when_a_check_itself_breaks_reports_that_and_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_settings: Settings) -> str:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr(diagnosis, "_sqlite", broken)
    findings = {one.check: one for one in diagnosis.diagnose(quick(settings))}
    assert findings["sqlite"].detail == "ZeroDivisionError: odd"
    assert findings["library and index"].ok


def quick(settings: Settings) -> Settings:
    """Without the models, whose hashes take a second."""
    return settings.with_values(judge="none", model="somewhere-else")


@pytest.mark.usefixtures("documents")
def test_doctor_when_a_library_is_there_says_how_far_its_index_is(kb: Kb) -> None:
    result = kb("doctor", "--json", KB_JUDGE="none", KB_MODEL="somewhere-else")
    details = {row["check"]: row["detail"] for row in json.loads(result.stdout)["checks"]}
    assert "ready True" in details["library and index"]


def test_doctor_when_it_measures_says_speed_agreement_faults_and_which_backend_it_recommends(
    kb: Kb, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "BACKENDS", dict.fromkeys(["torch-float32", "onnx-float32"]))
    result = kb("doctor", "--benchmark", "--texts", "12", "--json", KB_MODELS=str(models))
    body = json.loads(out(result))
    rows = {row["backend"]: row for row in body["backends"]}
    assert body["texts"] == 12
    assert "come along" in body["texts_of"]
    assert rows["torch-float32"]["ratio"] == 1.0
    assert rows["torch-float32"]["agreement"] == rows["onnx-float32"]["agreement"] == 1.0
    assert rows["onnx-float32"]["cosine"] >= 0.9999
    assert body["recommended"] in rows


def test_doctor_when_a_backend_is_not_to_be_had_measures_the_others_and_says_why(
    kb: Kb, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "BACKENDS", dict.fromkeys(["torch-float32", "openvino-int8"]))
    monkeypatch.setitem(sys.modules, "openvino", None)
    shown = out(kb("doctor", "--benchmark", "--texts", "12", KB_MODELS=str(models / "none")))
    assert "openvino is not installed" in shown
    assert "Recommended: torch-float32" in shown


def test_a_backend_when_it_agrees_too_little_or_gains_too_little_is_not_recommended() -> None:
    reference = Measured("torch-float32", 30.0, 1.0, 1.0, 1.0)
    quick = Measured("onnx-int8", 60.0, 2.0, 0.9, 0.98)
    exact = Measured("onnx-float32", 33.0, 1.1, 1.0, 1.0)
    slow = Measured("openvino-int8", 31.0, 1.03, 0.97, 0.99)
    assert recommended([reference, quick, exact, slow]) == "onnx-float32"
    assert recommended([reference, quick, slow]) == "torch-float32"


def test_doctor_when_the_library_holds_passages_enough_measures_with_them(kb: Kb, data_folder: Path) -> None:
    front = Front(data=str(data_folder))
    assert sample(front, 12)[1].startswith("texts that come along")
    out(kb("ingest", "corpus/articles/cmc-readiness.md", "corpus/articles/joint-teams.md"))
    texts, source = sample(front, 12)
    assert (len(texts), source) == (12, "the library")
    assert all(text[a:b].strip() for text, spans in texts for a, b in spans)


def test_serve_when_told_host_and_port_serves_there_and_prints_the_address(
    kb: Kb, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Settings] = []

    def serve(settings: Settings, announce: Callable[[str], None]) -> None:
        seen.append(settings)
        announce(f"http://{settings.host}:{settings.port}")

    monkeypatch.setattr("web.server.serve", serve)
    assert out(kb("serve", "--port", "8123")) == "Counterpart is at http://127.0.0.1:8123 (Ctrl+C ends it)\n"
    assert json.loads(out(kb("serve", "--json", "--host", "0.0.0.0"))) == {"address": "http://0.0.0.0:8000"}
    assert [(settings.host, settings.port) for settings in seen] == [("127.0.0.1", 8123), ("0.0.0.0", 8000)]


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_serve_when_the_port_is_impossible_exits_2(kb: Kb, port: str) -> None:
    assert kb("serve", "--port", port).exit_code == 2


def test_progress_when_nobody_watches_draws_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("work") as step:
        step(1, 2, "a file")
    assert capsys.readouterr() == ("", "")


def test_progress_when_somebody_watches_takes_any_label(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kb.cli.progress.at_a_terminal", lambda: True)
    with progress_bar("work") as step:
        step(1, 2, "[/red]\x1b[31m odd name")
        step(2, 2)
    assert capsys.readouterr().out == ""


def test_settings_when_a_secret_is_set_then_its_value_is_not_shown(kb: Kb) -> None:
    for arguments in (("settings",), ("settings", "--json")):
        shown = out(kb(*arguments, KB_SUMMARY_KEY="sesame"))
        assert "sesame" not in shown
        assert "(set)" in shown
