"""What a person is told when the local stack cannot run."""

from __future__ import annotations


class LocalStackError(Exception):
    """A part of the local stack cannot run; the message says why and what to do."""
