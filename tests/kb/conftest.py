"""Fixtures of the core's tests."""

from __future__ import annotations

import pytest

from kb.settings import Settings
from tests.kb.indexed import opened, publish


@pytest.fixture
def published(settings: Settings) -> Settings:
    """A library of two documents whose index is on disk, and no process that has it open."""
    with opened(settings) as base:
        publish(base, "one", "two")
        base.follow()
    return settings
