"""What pages of other sites may use: the API, for the origins that a setting names, and the script of the ask box.

https://fetch.spec.whatwg.org/#http-cors-protocol. No response is given to another site with a visitor's credentials.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from ipaddress import AddressValueError, IPv6Address

from flask import Flask, Response, request

from kb.errors import SettingsError
from web.security import HOST_NAME

ANY = "*"
SHARED_PATH = "/api/v1/"
SCRIPT_PATH = "/embed.js"
PREFLIGHT_MAX_AGE_S = 600
_ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+?)(?::([0-9]{1,5}))?")
_USUAL_PORTS = {"http": "80", "https": "443"}


def register(app: Flask, allowed: frozenset[str]) -> None:
    """To be called before what limits requests and what protects responses: those are to come after, and before."""
    app.before_request(lambda: _preflight(allowed))
    app.after_request(lambda response: _shared(response, allowed))
    app.add_url_rule(SCRIPT_PATH, "embed", lambda: app.send_static_file("embed.js"))


def origins(value: str) -> frozenset[str]:
    """The origins of the setting, as browsers write them; "*": any. Raises SettingsError for what is none."""
    found = frozenset(_origin(part.strip().lower()) for part in value.split(",") if part.strip())
    if ANY in found and len(found) > 1:
        raise SettingsError(
            '"*" stands for every origin', where="cors_origins", way_out='Write "*" alone, or leave it.'
        )
    return found


def _origin(written: str) -> str:
    if written == ANY:
        return ANY
    match = _ORIGIN.fullmatch(written)
    if match is None or not _is_host(match[2]) or int(match[3] or 1) not in range(1, 65536):
        way_out = (
            'Write scheme, host and port and nothing more, as in "https://www.example.com, http://localhost:3000".'
        )
        raise SettingsError(f"{written!r} is no origin", where="cors_origins", way_out=way_out)
    port = f":{int(match[3])}" if match[3] and match[3] != _USUAL_PORTS[match[1]] else ""
    return f"{match[1]}://{match[2]}{port}"


def _is_host(name: str) -> bool:
    if not name.startswith("["):
        return not name.startswith(".") and HOST_NAME.fullmatch(name) is not None
    try:
        return bool(IPv6Address(name[1:-1]))
    except AddressValueError:
        return False


def _preflight(allowed: frozenset[str]) -> Response | None:
    """The answer to a browser that asks whether it may ask. It counts towards no limit."""
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not asks or not request.path.startswith(SHARED_PATH) or request.routing_exception is not None or not allowed:
        return None
    response = Response(status=HTTPStatus.NO_CONTENT)
    if _granted(allowed):
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_MAX_AGE_S)
    return response


def _shared(response: Response, allowed: frozenset[str]) -> Response:
    if request.path == SCRIPT_PATH and response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Cache-Control"] = "no-cache"
    if request.path.startswith(SHARED_PATH) and allowed:
        if ANY not in allowed:
            response.vary.add("Origin")
        granted = _granted(allowed)
        if granted:
            response.headers["Access-Control-Allow-Origin"] = granted
            response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _granted(allowed: frozenset[str]) -> str:
    """What is said to the page that the request comes from; "": nothing."""
    if ANY in allowed:
        return ANY
    origin = request.headers.get("Origin", "")
    return origin if origin in allowed else ""
