"""What is counted for Prometheus. A label is an endpoint, a method or a status: never a word of a question."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

METHODS = frozenset(("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"))


class Metrics:
    """One registry an application, so that two of them in one process count apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "counterpart_request_seconds",
            "Time to answer a request",
            ("endpoint", "method", "status"),
            registry=self.registry,
        )
        self.answers = Counter(
            "counterpart_answers", "Questions asked, by whether something answers", ("status",), registry=self.registry
        )
        self.follow_failures = Counter(
            "counterpart_follow_failures", "Times that the library could not be followed", registry=self.registry
        )

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """A gauge that is read when it is scraped."""
        Gauge(name, text, registry=self.registry).set_function(read)

    def time_requests(self, app: Flask) -> None:
        app.before_request(_start)
        app.after_request(self._stop)

    def _stop(self, response: Response) -> Response:
        method = request.method if request.method in METHODS else "other"
        endpoint = request.endpoint or "none"
        # A handler before _start may have answered: then nothing was timed.
        started = g.get("started")
        if started is not None:
            taken = time.perf_counter() - started
            self.seconds.labels(endpoint, method, str(response.status_code)).observe(taken)
        return response


def _start() -> None:
    g.started = time.perf_counter()
