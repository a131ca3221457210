"""Where a result points: addresses on the web as it is served under these settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.settings import Settings
    from web.links import Links


def links_of(settings: Settings) -> Links:
    from web.links import Links
    from web.server import address

    return Links(address(settings.host, settings.port))
