"""Fail unless every test of a JUnit report ran: in CI, a test that was not run is a test that failed."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def not_run(report: Path) -> list[str]:
    """ "test: reason" of each test that was skipped or expected to fail; one line where there is no test at all."""
    # The report was written by our own pytest a moment ago; it is no foreign XML.
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314
    if not cases:
        return ["no test ran"]
    return [
        f"{case.get('classname')}.{case.get('name')}: {skipped.get('message')}"
        for case in cases
        for skipped in case.iter("skipped")
    ]


def main(report: Path) -> int:
    if not report.is_file():
        print(f"there is no report {report}", file=sys.stderr)
        return 1
    faults = not_run(report)
    for fault in faults:
        print(f"not run: {fault}", file=sys.stderr)
    print(f"{len(faults)} tests were not run" if faults else "every test ran")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
