"""What every response carries, and which addresses a page may point to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, request

from kb.errors import SettingsError

# As a request's Host header has it, in ASCII; with a dot before it: that name's subdomains too.
HOST_NAME = re.compile(r"\.?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
OUTGOING_SCHEMES = ("http", "https", "mailto")
# Scripts are files of ours, none is inline, and the pages are whole without them. Nothing comes from another host but
# the recording that a reader plays: no page loads any of it before.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "media-src 'self' https: http:",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "payment",
        "usb",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATIC_MAX_AGE_S = 31_536_000


def register(app: Flask) -> None:
    app.after_request(_protect)


def trusted_hosts(value: str) -> list[str] | None:
    """The host names of the setting, lower-case; None: any. Raises SettingsError for what is none."""
    names = [name.strip().lower() for name in value.split(",") if name.strip()]
    for name in names:
        if not HOST_NAME.fullmatch(name):
            way_out = 'Write names without scheme and port, as in "kb.example.com, localhost".'
            raise SettingsError(f"{name!r} is no host name", where="trusted_hosts", way_out=way_out)
    return names or None


def outgoing(url: str) -> str:
    """The url if a page may link to it (http, https with a host, mailto), else ""."""
    url = url.strip()
    if any(character <= " " or character in '\\<>"\x7f' for character in url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme.lower() not in OUTGOING_SCHEMES:
        return ""
    return url if parts.scheme.lower() == "mailto" or parts.netloc else ""


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = _cache_control(response)
    return response


def _cache_control(response: Response) -> str:
    """Static files carry their content's hash in the address; everything else may hold a question."""
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        versioned = "v" in request.args
        return f"public, max-age={STATIC_MAX_AGE_S}, immutable" if versioned else "no-cache"
    return "no-store"
