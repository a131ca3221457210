"""What the benchmarks share: where the real input lies, a library of the 99 episodes, a report on disk."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kb.assembly import KnowledgeBase
from kb.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent


def real_folder() -> Path:
    folder = Path(os.environ.get("COUNTERPART_REAL", ROOT.parent / "shared" / "real"))
    if not (folder / "README.md").is_file():
        sys.exit("the real input is missing: set COUNTERPART_REAL to its folder")
    return folder


def episodes() -> list[Path]:
    """The 99 episodes, in order of name."""
    return sorted((real_folder() / "practical-ai" / "iqr" / "docs").glob("*.md"))


def iqr_questions(half: str) -> list[dict[str, Any]]:
    """half: "tune" or "test"."""
    file = real_folder() / "practical-ai" / "iqr" / f"queries-{half}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def bench_settings(data: Path, **values: Any) -> Settings:
    return load_settings({"data": str(data), "themes_file": str(ROOT / "corpus" / "themes.toml"), **values}, environ={})


def filled(data: Path, paths: Sequence[Path], **values: Any) -> KnowledgeBase:
    """A knowledge base that holds these files; what is there already is left alone."""
    from ingest.pipeline import ingest

    base = KnowledgeBase(bench_settings(data, **values))
    report = ingest(base, paths)
    if report.exit_code:
        sys.exit(f"the ingest failed: {report.as_json()['counts']}")
    base.follow()
    return base


def machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile, least and most."""
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 4),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 4),
        "min": round(ordered[0], 4),
        "max": round(ordered[-1], 4),
    }


def report(name: str, body: dict[str, Any]) -> None:
    """Print the report and keep it in benchmarks/results/NAME.json."""
    folder = ROOT / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    text = json.dumps({"benchmark": name, "machine": machine(), **body}, indent=1, ensure_ascii=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)
