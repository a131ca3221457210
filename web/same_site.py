"""Whether a form was sent by one of our own pages.

Referrer-Policy: no-referrer makes browsers send "Origin: null" from our own forms too, so that says nothing; what
they say in Sec-Fetch-Site does. The cookie is SameSite=Lax besides, so no other site's form carries it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, request

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
OURS = ("same-origin", "none")


def require_own_page() -> None:
    """403 for a change that a page of another site asks for."""
    if request.method not in CHANGING:
        return
    site, origin = request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", "")
    if site and site not in OURS:
        abort(403)
    if not site and origin not in ("", "null") and urlsplit(origin).netloc != request.host:
        abort(403)
