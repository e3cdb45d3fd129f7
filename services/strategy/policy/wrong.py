"""A mistake in a policy before anybody has said at which line of which file it stands."""

from typing import NamedTuple


class Wrong(NamedTuple):
    """The path of the field, what is wrong, and what to do about it."""

    path: str
    what: str
    remedy: str
