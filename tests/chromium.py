"""How Chromium is started wherever the project drives one: tests, pictures, measurements."""

from __future__ import annotations

# It asks nobody for anything by itself, and needs neither a screen nor a sandbox of the kernel's.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
