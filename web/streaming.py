"""A page whose beginning goes out at once, while what it answers is still looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Response, copy_current_request_context, current_app

# What stands before it is the same on every page but for its title, styles and scripts.
MAIN = '<main id="main"'


def begun(head: str, whole: Callable[[], str]) -> Response:
    """head: a page with the same beginning as the one that `whole` will make; its styles load meanwhile.

    What fails after the beginning has gone out can have no status of its own any more: the failure's page follows.
    """

    # Not stream_with_context: a stream that nobody reads to its end would leave its context open.
    made: Callable[[], str] = copy_current_request_context(lambda: _made(whole))

    def parts() -> Iterator[str]:
        yield head[: head.index(MAIN)]
        page = made()
        yield page[page.index(MAIN) :]

    return Response(parts(), content_type="text/html; charset=utf-8")


def _made(whole: Callable[[], str]) -> str:
    try:
        return whole()
    except Exception as error:  # the application's own handlers say what it is, and log it
        shown = current_app.make_response(current_app.handle_user_exception(error))
        return shown.get_data(as_text=True)
