"""Print docs/settings.md, made of the one table of settings."""

from __future__ import annotations

import sys

from kb.settings import describe

HEAD = """\
# Settings

`kb settings` shows the values in force. A value comes from, first found: the command line (`--data`, `--host`,
`--port`), the environment (`KB_` and the name in capitals, as in `KB_PORT=8080`), a TOML file (the one that
`KB_SETTINGS` names, else `counterpart.toml` in the working folder), the default. An unknown name is an error that names
the nearest one.

`KB_DEBUG=1` is no setting of a library: it shows the trace of an error.

| setting | default | does |
| --- | --- | --- |
"""


def page() -> str:
    rows = [f"| `{name}` | {_shown(default)} | {text} |" for name, default, text in describe()]
    return HEAD + "\n".join(rows) + "\n"


def _shown(default: object) -> str:
    if default == "":
        return "(empty)"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


if __name__ == "__main__":
    sys.stdout.write(page())
