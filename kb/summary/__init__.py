"""A short written summary of an answer's quotes: every sentence cited and checked. README.md has the laws."""

from kb.summary.checking import Verdict
from kb.summary.endpoint import ENDPOINT, EndpointFault
from kb.summary.writing import Notice, Summariser, Verified

__all__ = ["ENDPOINT", "EndpointFault", "Notice", "Summariser", "Verdict", "Verified"]
