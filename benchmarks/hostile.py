"""Bad input through the real command: a clear error or a correct result, never a traceback, never a lost batch.

    python -m benchmarks.hostile WORK_FOLDER [--without-large]

Bad files (benchmarks/hostile_inputs.py) are made in WORK_FOLDER and ingested together with three good ones by
one `kb ingest`; bad questions are asked through `kb ask`, `kb search` and the web. Exit status 1 where something
was not as it should be; the report names each.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from benchmarks import hostile_inputs
from benchmarks.common import ROOT, bench_settings, report
from benchmarks.hostile_inputs import EITHER, FAILED, LARGE_NAMES
from ingest.outcome import READ as READ_STATUSES
from web import close_app, create_app

_KB = "from kb.cli.main import main; main()"
_SOME_FAILED = 3
_LONGEST_S = 1800.0
_REFUSALS = (400, 413, 414, 422)

QUESTIONS: Mapping[str, bytes] = {
    "plain": b"How is trust repaired after a failed batch?",
    "10,000 characters": b"trust and transfer " * 526 + b"now why",
    "300 words": b"batch record Friday " * 100,
    "one letter": b"a",
    "only punctuation": b"?!.,;:-()[]{}\"'`~@#$%^&*_+=|\\/<>",
    "only stop words": b"the of and to a in is it",
    "emoji": "🙂🙃👩‍🔬🏭 🤝 🧪".encode(),
    "SQL": b"'; DROP TABLE documents; -- \" OR 1=1 UNION SELECT * FROM passages",
    "query syntax": b'text:(trust AND -"quality) OR title:[a TO z] ~2 ^5 * ? \\ NEAR/3 {x}',
    "only operators": b"AND OR NOT",
    "regex": b"(a+)+$ .*.*.*.*.*.*.* [[[:alpha:]]",
    "template": b"{{7*7}} ${jndi:ldap://x} %s%s%n <%= 1 %>",
    "markup": b"<script>alert(1)</script> <img src=x onerror=alert(2)>",
    "Chinese": "如何在批次失败后修复与合同生产商的信任？".encode(),
    "German": "Wie wird Vertrauen nach einer missglückten Übergabe wieder aufgebaut?".encode(),
    "Arabic": "كيف يمكن إصلاح الثقة بعد فشل الدفعة؟".encode(),
    "combining marks": ("Z" + "\u0301" * 900 + " trust").encode(),
    "right to left override": "trust \u202e desrever \u2066".encode(),
    "control characters": b"trust \x01\x02\x1b[31m\x07\x7f repaired",
    "null": b"trust \x00 repaired",
    "byte order mark": b"\xef\xbb\xbftrust",
    "lone surrogate": b"trust \xed\xa0\x80 repaired",
    "not UTF-8": b"trust \xff\xfe repaired",
    "JSON": b'{"question": ["nested", {"a": null}], "limit": -1}',
    "path": b"../../../../etc/passwd",
    "one long word": b"z" * 1900,
    "numbers": b"1e999 -0 NaN 99999999999999999999999",
    "blank": b" \t ",
    "nothing": b"",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """A call of `kb`. seconds: wall; peak_mib: its largest resident memory."""

    code: int
    out: str
    err: str
    seconds: float
    peak_mib: float


def kb(folder: Path, *arguments: str, stdin: bytes = b"") -> Ran:
    """Run the command on the library in folder; a run that does not end is killed, with code -9."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    environ |= {"KB_DATA": str(folder / "the library"), "PYTHONPATH": str(ROOT)}
    given, out, err = (folder / name for name in ("stdin", "stdout", "stderr"))
    given.write_bytes(stdin)
    started = time.monotonic()
    with given.open("rb") as feed, out.open("wb") as told, err.open("wb") as complained:
        command = ["timeout", "-s", "KILL", str(_LONGEST_S), sys.executable, "-c", _KB, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=feed, stdout=told, stderr=complained)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    printed, complained_of = (file.read_bytes().decode("utf-8", "replace") for file in (out, err))
    seconds, peak_mib = round(time.monotonic() - started, 1), round(used.ru_maxrss / 1024, 1)
    return Ran(process.returncode, printed, complained_of, seconds, peak_mib)


def ingest_problems(ran: Ran, folder: Path, expected: Mapping[str, str], good: list[str]) -> Iterator[str]:
    if ran.code != _SOME_FAILED:
        yield f"ingest ended with {ran.code}: {ran.err[-500:]}"
    yield from _tracebacks("ingest", ran)
    try:
        body = json.loads(ran.out)
    except ValueError as error:
        yield f"what ingest printed is no JSON: {error}"
        return
    counts = body["counts"]
    if counts["found"] != counts["read"] + counts["skipped_all"] + counts["failed"] or body["stopped"]:
        yield f"the counts do not add up, or the batch was stopped: {counts} {body['stopped']}"
    files = {os.path.relpath(file["path"], folder): file for file in body["files"]}
    for name in good:
        if files.get(f"good/{name}", {}).get("status") != "added":
            yield f"{name}, a good file: {files.get(f'good/{name}')}"
    for name, outcome in expected.items():
        if problem := _file_problem(files.get(name), outcome):
            yield f"{name}: {problem}"


def _file_problem(file: Mapping[str, Any] | None, outcome: str) -> str:
    if file is None:
        return "nothing is said of it"
    group = "read" if file["status"] in READ_STATUSES else file["status"]
    if group != "read" and not file["reason"]:
        return f"{group} without a reason"
    if "defect" in file["reason"]:
        return f"a reader tripped: {file['reason']}"
    fits = group in ("read", FAILED) if outcome == EITHER else group == outcome
    return "" if fits else f"it was to be {outcome} and is {group}: {file['reason']}"


def question_problems(folder: Path, command: str) -> Iterator[str]:
    """All questions in one batch, then the blank ones each as an argument."""
    asked = {name: question for name, question in QUESTIONS.items() if question.strip()}
    ran = kb(folder, command, "--batch", "-", stdin=b"\n".join(QUESTIONS.values()) + b"\n")
    yield from _tracebacks(f"{command} --batch", ran)
    if ran.code not in (0, _SOME_FAILED):
        yield f"{command} --batch ended with {ran.code}: {ran.err[-500:]}"
    lines = ran.out.splitlines()
    if len(lines) != len(asked):
        yield f"{command}: {len(asked)} questions, {len(lines)} lines"
    for name, line in zip(asked, lines, strict=False):
        body = json.loads(line)
        if not (body.get("error") or "hits" in body or body.get("status") in ("answered", "not_found")):
            yield f"{command}, {name}: {line[:200]}"
    for name in ("blank", "nothing"):
        ran = kb(folder, command, "--json", QUESTIONS[name].decode())
        yield from _tracebacks(f"{command}, {name}", ran)
        if ran.code != 2:
            yield f"{command}, {name}: ended with {ran.code}: {ran.out[:200]}"


def web_problems(folder: Path) -> Iterator[str]:
    app = create_app(bench_settings(folder / "the library", rate_limit=""))
    client = app.test_client()
    try:
        for name, question in QUESTIONS.items():
            for path in ("/ask", "/api/v1/ask", "/api/v1/search"):
                said = client.get(path, query_string=f"q={quote_from_bytes(question)}")
                text = said.get_data(as_text=True)
                if said.status_code not in (200, *_REFUSALS) or "Traceback" in text:
                    yield f"{path}, {name}: {said.status_code} {text[:200]}"
                elif path != "/ask" and said.status_code != 200 and said.mimetype != "application/problem+json":
                    yield f"{path}, {name}: {said.status_code} as {said.mimetype}"
                elif path == "/ask" and b"<script>alert" in said.data:
                    yield f"{path}, {name}: the question's markup is the page's"
    finally:
        close_app(app)


def _tracebacks(what: str, ran: Ran) -> Iterator[str]:
    for text in (ran.out, ran.err):
        if "Traceback (most recent" in text or "an unexpected error" in text:
            yield f"{what}: a traceback or an unexpected error: {text[-500:]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "var" / "bench" / "work")
    parser.add_argument("--without-large", action="store_true", help="leave the 50 MB files out")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    shutil.rmtree(folder / "the library", ignore_errors=True)
    shutil.rmtree(folder / "files", ignore_errors=True)
    good = hostile_inputs.good(folder / "files" / "good")
    expected = hostile_inputs.make(folder / "files")
    for name in LARGE_NAMES if arguments.without_large else ():
        (folder / "files" / name).unlink()
        del expected[name]
    ran = kb(folder, "ingest", "--json", str(folder / "files"))
    problems = list(ingest_problems(ran, folder / "files", expected, good))
    checked = kb(folder, "check")
    problems += [f"check: {checked.out}{checked.err}"] if checked.code else []
    for command in ("ask", "search"):
        problems += question_problems(folder, command)
    problems += web_problems(folder)
    counts = json.loads(ran.out)["counts"] if ran.out.startswith("{") else {}
    body = {
        "bad files": len(expected),
        "questions": len(QUESTIONS),
        "problems": problems,
        "ingest": {"exit": ran.code, "seconds": ran.seconds, "peak_mib": ran.peak_mib, "counts": counts},
        "without large": arguments.without_large,
    }
    report("hostile", body)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
