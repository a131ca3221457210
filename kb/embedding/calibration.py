"""Texts out of the corpus: quantization is calibrated on them, and made models are proved on them."""

from __future__ import annotations

import hashlib
from pathlib import Path

_FILE = Path(__file__).with_name("calibration.txt")


def calibration_texts() -> list[str]:
    return _FILE.read_text(encoding="utf-8").splitlines()


def calibration_sha256() -> str:
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()
