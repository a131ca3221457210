"""Counterpart's core: from stored documents to proved quotes. Knows no Flask, no feeds, no file formats."""

__version__ = "0.1.0"
