"""Addresses of people, organisations and shows, made of their names. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LONGEST = 60


def slug_of(name: str, *, composed: bool = False) -> str:
    """Readable, and safe in an address whatever the name; names that differ only in case share one.

    composed: a role in a conversation that was written, which is nobody of the same name.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    readable = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-") or "x"
    kind = "role" if composed else "real"
    digest = hashlib.sha256(f"{kind}\x1f{name.lower()}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{'role-' if composed else ''}{readable}-{digest}"
