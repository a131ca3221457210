"""Making a backend's model out of the reference, in a process of its own.

The tools of it print, keep memory, set loggers and would report to their makers: none of that is for a server.
    python -m kb.embedding.making VARIANT SOURCE_FOLDER TARGET_FOLDER
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from kb.embedding.exporting import require_agreement
from kb.embedding.onnx_runner import OnnxRunner, make_onnx_float32, make_onnx_int8
from kb.embedding.openvino_runner import (
    OpenvinoRunner,
    make_openvino_float32,
    make_openvino_int8,
    make_openvino_int8_static,
)
from kb.embedding.runner import Facts, Runner
from kb.errors import CounterpartError, ModelError

_FACTS = "facts.json"
_FLOAT_LEAST = 0.9999
# Where int8 is farther from the reference than this, the model does not bear it.
_INT8_LEAST = 0.9
_MAKERS: dict[str, tuple[Callable[[Path, Path], Facts], float]] = {
    "onnx-float32": (make_onnx_float32, _FLOAT_LEAST),
    "onnx-int8": (make_onnx_int8, _INT8_LEAST),
    "openvino-float32": (make_openvino_float32, _FLOAT_LEAST),
    "openvino-int8": (make_openvino_int8, _INT8_LEAST),
    "openvino-int8-static": (make_openvino_int8_static, _INT8_LEAST),
}


def make_in_a_process(variant: str, source: Path, target: Path) -> Facts:
    """Make the variant of the model in `source` in the empty folder `target`. Raises ModelError."""
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    command = [sys.executable, "-m", "kb.embedding.making", variant, str(source), str(target)]
    done = subprocess.run(  # noqa: S603  # our own interpreter and module
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise ModelError(f"the {variant} form of the model cannot be made: {said}", where=str(source))
    file = target / _FACTS
    facts = Facts(**json.loads(file.read_text(encoding="utf-8")))
    file.unlink()
    return facts


def make(variant: str, source: Path, target: Path) -> Facts:
    """Make it here, and prove it on texts. Raises ModelError."""
    maker, least = _MAKERS[variant]
    facts = maker(source, target)
    made: Runner = OnnxRunner(target, facts) if variant.startswith("onnx") else OpenvinoRunner(target, facts, 1)
    require_agreement(source, made, least=least)
    return facts


def main(variant: str, source: Path, target: Path) -> int:
    # nncf would tell its makers, over the network, that it is used (law 9): without this module it cannot.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    try:
        facts = make(variant, source, target)
    except CounterpartError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    (target / _FACTS).write_text(json.dumps(asdict(facts)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
