"""Turn `pip freeze --all` into requirements.lock: what every platform shares, in exact versions."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HEAD = """\
# Made by `make lock` from pyproject.toml: every dependency, of the tests and checks too, in an exact version.
# torch stands here without its build (+cpu, +cu...): README.md says how to choose one. Its CUDA libraries are
# left out: where the CUDA build is taken, torch itself names them exactly.
"""
# The project itself and the installer are no dependencies; CUDA libraries belong to one build of torch.
LEFT_OUT = re.compile(r"(counterpart|pip|wheel|triton|nvidia-.*|cuda-.*)")


def locked(frozen: str) -> list[str]:
    """Lines "name==version", sorted by name, local version labels dropped."""
    lines = []
    for line in frozen.splitlines():
        name, _, version = line.partition(" @ " if " @ " in line else "==")
        if name and not line.startswith(("#", "-")) and not LEFT_OUT.fullmatch(name.strip().lower()):
            lines.append(f"{name.strip()}=={version.split('+')[0]}")
    return sorted(lines, key=str.lower)


if __name__ == "__main__":
    sys.stdout.write(HEAD + "\n".join(locked(Path(sys.argv[1]).read_text(encoding="utf-8"))) + "\n")
